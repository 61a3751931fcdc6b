"""What staff see, beside customers."""

import pandas as pd
import pytest

from cxlib.contacts import outlook

from .conftest import log_of

LOG = log_of([("a", "2025-03-11 10:00"), ("b", "2025-03-11 10:00"), ("c", "2025-03-11 10:00")]).assign(touchpoint_id=["T1", "T2", "T2"])


def notes(*rows):
    table = pd.DataFrame(rows, columns=["touchpoint_id", "kind"])
    return table.assign(note_id=[str(number) for number in range(len(rows))])


NOTED = notes(
    ("T1", "idea"), ("T1", "observation"), ("T2", "observation"), ("T2", "idea"), ("T2", "idea"), ("T3", "idea"), ("T9", "estimate_actual")
)


def test_shares_of_notes_and_of_contacts_the_most_noted_first():
    told = outlook.staff_notes(LOG, NOTED)
    own = told[told["metric"].eq("note_share")].set_index("touchpoint_id")["value"]
    assert own.index.to_list() == ["T2", "T1", "__other__"]
    assert own.to_dict() == pytest.approx({"T2": 3 / 6, "T1": 2 / 6, "__other__": 1 / 6})
    contacts = told[told["metric"].eq("contact_share")].set_index("touchpoint_id")["value"].to_dict()
    assert contacts == pytest.approx({"T2": 2 / 3, "T1": 1 / 3})


def test_customers_rate_the_same_touchpoints():
    rated = pd.DataFrame(
        {"touchpoint_id": ["T1", "T1", "T9"], "item_type": "actual", "value": [3.0, 5.0, 1.0], "respondent_id": list("abc")}
    )
    told = outlook.staff_notes(LOG, NOTED, rated.assign(weight=[1.0, 3.0, 1.0]))
    rating = told[told["metric"].eq("customer_rating")]
    assert rating["touchpoint_id"].to_list() == ["T1"]
    assert rating["value"].item() == pytest.approx(4.5)


def test_what_is_missing_is_named():
    assert outlook.staff_notes(LOG, notes())["note"].item() == "needs employee_notes.kind, employee_notes.touchpoint_id"
    assert outlook.staff_notes(LOG, NOTED.drop(columns="kind"))["note"].item() == "needs employee_notes.kind"
    bare = outlook.staff_notes(LOG.drop(columns="touchpoint_id"), NOTED)
    assert set(bare["metric"]) == {"note_share"}


def test_the_demo_s_notes_are_all_counted(client, client_log):
    told = outlook.staff_notes(client_log, client[0]["employee_notes"], client[0]["responses"].assign(weight=1.0))
    share = told[told["metric"].eq("note_share")]
    assert share["value"].sum() == pytest.approx(1)
    assert share["touchpoint_id"].iloc[0] == "T22"  # four of the notes written for the demo speak of delivery dates
