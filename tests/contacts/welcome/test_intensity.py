"""How often new customers get in touch, on the clock of each reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.welcome import intensity, settling
from cxlib.errors import DataError


def test_every_contact_counts_once_on_its_own_clock(some):
    told = intensity(some.log, some.customers, some.orders, zeros={"help": "delivery", "other": "order"}, at=[60])
    assert set(told["zero"]) == {"delivery", "order"}
    so_far = told[told["metric"].eq("contacts_so_far")].set_index("reason_id")
    assert so_far.loc["help", "value"] == pytest.approx(16 * 1.3, abs=6)
    assert so_far.loc["help", "low"] < so_far.loc["help", "value"] < so_far.loc["help", "high"]


def test_a_single_clock_smears_the_window(some):
    """Counted from the order, the peak after the delivery is gone."""
    peaks = {}
    for zero in ("delivery", "order"):
        told = intensity(some.log, some.customers, some.orders, zeros={"help": zero}, band=4, days=40)
        curve = told[told["metric"].eq("contact_intensity")].assign(days=lambda table: table["days"].astype(int))
        peaks[zero] = curve["value"].max() / curve["value"].median()
    assert peaks["delivery"] > 1.6 * peaks["order"]


def test_a_column_of_customers_splits_who_is_watched_and_one_of_contacts_what_happens(some):
    people = intensity(some.log, some.customers, some.orders, by=["segment"], at=[30])
    what = intensity(some.log, some.customers, some.orders, by=["reason_id"], at=[30])
    n = people[people["metric"].eq("contacts_so_far")]["n"]
    assert n.tolist() == [300, 300]
    assert set(what.loc[what["metric"].eq("contacts_so_far"), "n"]) == {600}


def test_no_persona_no_split_but_the_columns_that_would_be_needed(some):
    told = intensity(some.log, some.customers, some.orders, by=["reason_id"], zeros={"help": "delivery"})
    assert "persona" not in told
    bare = intensity(some.log.drop(columns="reason_id"), some.customers, some.orders)
    assert bare["note"].item() == "needs contacts.reason_id"


def test_settling_compares_early_with_later(client):
    told = settling(client.tables["contacts"], client.tables["customers"], client.tables["orders"])
    values = told.set_index("metric")["value"]
    assert values["early_contacts"] > 3 * values["later_contacts"]
    assert values["early_ratio"] == pytest.approx(values["early_contacts"] / values["later_contacts"])


def test_settling_by_hand():
    people = pd.DataFrame({"customer_id": list("abc"), "start_date": pd.to_datetime(["2025-01-01"] * 3)})
    days = pd.to_datetime(["2025-01-02", "2025-01-03", "2025-04-20", "2025-06-30"])
    log = pd.DataFrame({"customer_id": list("aabc"), "local_date": days, "contact_ts": pd.Timestamp("2025-01-01", tz="UTC")})
    period = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-12-31").date())
    told = settling(log, people, early=28, later=(91, 174), period=period).set_index("metric")
    assert told.loc["early_contacts", "value"] == pytest.approx(100 * 2 / (3 * 4))
    assert told.loc["later_contacts", "value"] == pytest.approx(100 * 1 / (3 * 12))


def test_too_few_customers_keep_their_rows(some):
    told = intensity(some.log, some.customers[:5], some.orders, zeros={"help": "delivery"}, at=[30], min_n=7)
    assert told["value"].isna().all()
    assert set(told["note"]) == {"n < 7"}


def test_an_unknown_zero_is_refused(some):
    with pytest.raises(DataError) as refused:
        intensity(some.log, some.customers, zeros={"help": "deliverd"})
    assert str(refused.value) == (
        "zeros: days cannot count from 'deliverd' (did you mean 'delivery'?). Allowed: order, promised, delivery, invoice."
    )


def test_an_empty_log_says_what_it_needs(some):
    told = intensity(some.log.iloc[:0], some.customers, some.orders)
    assert told["value"].isna().all()
    assert told["note"].str.startswith("needs ").all()
    assert np.isnan(settling(some.log.iloc[:0], some.customers)["value"]).all()
