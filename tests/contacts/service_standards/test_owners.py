"""Who is in charge: one, nobody, several."""

import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards

REASONS = pd.DataFrame({"reason_id": list("abcdx"), "owner": ["KC", None, "KC", None, None], "concern": [True] * 4 + [False]})
LEVELS = pd.DataFrame({"reason_id": ["c", "a", "d", None], "channel": [None, None, None, "phone"], "owner": ["DI", "KC", "QM", "KC"]})


def test_owners_stated_in_either_place_count_once():
    table = service_standards.owners(REASONS, LEVELS)
    states = table[table["metric"] == "enquiry_types"].set_index("owner_state")["value"].to_dict()
    assert states == {"one": 2, "none": 1, "several": 1}  # x is no customer's concern
    each = table[table["metric"] == "owner_count"].set_index("reason_id")[["owner", "value"]]
    assert each.loc["c"].to_list() == ["DI + KC", 2]
    assert each.loc["b", "owner"] == "nobody"
    assert estimates.only(table, "channel_differs")["value"].item() == 1  # QM takes no calls


def test_contacts_that_fall_to_nobody():
    log = pd.DataFrame({"reason_id": ["a", "b", "b", "c", None], "customer_id": list("12345"), "local_date": pd.Timestamp("2025-01-06")})
    table = service_standards.owners(REASONS, LEVELS, log)
    share = table[table["metric"] == "contact_share"].set_index("owner_state")[["value", "n"]]
    assert share["value"].to_dict() == pytest.approx({"one": 0.25, "none": 0.5, "several": 0.25})
    each = table[table["metric"] == "owner_count"].set_index("reason_id")["n"].to_dict()
    assert each == {"a": 1, "b": 2, "c": 1, "d": 0}


def test_where_nothing_is_stated():
    empty = service_standards.owners(REASONS.drop(columns="owner"))
    assert empty["note"].item() == "needs reasons.owner, service_levels.owner"
    assert service_standards.owners(REASONS.iloc[:0])["note"].item() == "needs reasons.reason_id"
