"""Sales signals: who tells of them, what is noted, what is taken up."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.opportunities import signals
from cxlib.simulate import coding
from cxlib.simulate.reasons import reasons as planted

from .conftest import log_of, of, orders_of

REASONS = pd.DataFrame({"reason_id": ["offer", "status", "wish"], "sales_signal": [True, False, True]})
NONE = orders_of(("z", 400))


def told_of(log, orders=NONE, **options):
    return signals(log, REASONS, orders, **{"min_n": 1} | options)


def test_a_signal_is_told_by_reason_second_concern_or_flag():
    log = log_of(("a", 1, "offer"), ("b", 2, "status"), ("c", 3, "status"), ("d", 4, "status"), ("e", 5), unassigned=False)
    log = log.assign(
        concern_2_id=[None, "wish", None, None, None], sales_signal=pd.array([False, True, True, False, None], dtype="boolean")
    )
    told = told_of(log, by=["told_by"])
    assert {level: of(told, "signal_share", told_by=level) for level in ("reason", "second_concern", "flag")} == pytest.approx(
        {"reason": 1 / 4, "second_concern": 1 / 4, "flag": 1 / 4}  # of the fifth nothing tells
    )
    assert of(told, "noted_share", told_by="reason") == 0
    assert of(told, "noted_share", told_by="second_concern") == 1
    assert "flag" not in set(told.loc[told["metric"].eq("noted_share"), "told_by"])
    over = told_of(log)
    assert (of(over, "signal_share"), of(over, "signal_share", "n")) == (3 / 4, 4)
    assert of(over, "noted_share") == 1 / 2


def test_taken_up_by_a_sale_or_an_order_in_time_and_never_by_others_orders():
    log = log_of(("a", 10, "offer"), ("b", 10, "offer"), ("c", 10, "offer"), (None, 10, "offer"), ("d", 390, "offer"), unassigned=False)
    log = log.assign(
        outcome=["resolved", "resolved", "sale", "sale", "resolved"],
        sales_signal=pd.array([True, False, None, None, True], dtype="boolean"),
    )
    orders = orders_of(("a", 24.0), ("b", 24.1), ("b", 9.9), ("z", 400))
    told = told_of(log, orders, window_days=14)
    assert (of(told, "captured_share"), of(told, "captured_share", "n")) == (3 / 4, 4)  # the window of the last one is not over
    assert of(told, "noted_only_share") == 0
    assert of(told, "left_share") == 1 / 4
    assert of(told, "captured_otherwise", "n") == 3  # nobody knows whose the fourth was


def test_amounts_stand_only_where_a_currency_is_asked_for():
    log = log_of(("a", 10, "offer"), ("b", 10, "offer"), unassigned=False)
    orders = orders_of(("a", 12, 100), ("b", 50, 70), ("z", 400, 1)).assign(currency="EUR")
    bare, priced = told_of(log, orders), told_of(log, orders, currency="EUR")
    assert not bare["metric"].str.contains("revenue").any()
    assert not told_of(log, orders, currency="CHF")["metric"].str.contains("revenue").any()
    assert of(priced, "revenue_after") == 50
    assert of(priced, "revenue_after", "unit") == "EUR"


def test_who_orders_often_orders_anyhow(lived):
    """Contacts and orders share customers and seasons alone: what is taken up is what is ordered anyhow."""
    extra, width = [], []
    for seed in range(12):
        log, orders = lived(seed)
        told = told_of(log.assign(sales_signal=True), orders, cluster="customer_id")
        extra.append(of(told, "captured_extra"))
        width.append(of(told, "captured_extra", "high") - of(told, "captured_extra", "low"))
        assert of(told, "captured_share") > 0.15
    assert abs(np.mean(extra)) < 4 * np.std(extra, ddof=1) / np.sqrt(len(extra))
    assert np.mean(np.abs(extra) < np.array(width) / 2) >= 0.75


def test_what_is_missing_is_named():
    log = log_of(("a", 1), ("b", 2))
    assert told_of(log)["note"].item() == "needs contacts.sales_signal"
    flagged = log.assign(sales_signal=True)
    told = signals(flagged, REASONS, pd.DataFrame(), min_n=1)
    assert of(told, "captured_share", "note") == "needs contacts.outcome, orders.order_ts"
    assert of(told, "signal_share") == 1
    assert told_of(flagged, min_n=3)["value"].isna().all()
    by_reason = log_of(("a", 1, "offer"), unassigned=False)
    assert of(told_of(by_reason), "noted_share", "note") == "needs contacts.sales_signal"
    assert told_of(flagged.iloc[:0])["note"].str.startswith("needs").all()


def test_the_rates_planted_in_the_demo_are_found(client):
    """With the reasons that are true: what staff note of sales reasons and of demand behind a question on status."""
    tables, _ = client
    log = tables["contacts"].rename(columns={"_reason": "reason_id", "_concern": "concern_2_id"})
    log = log[~log["_tally"]].assign(unassigned=False, local_date=log["contact_ts"].dt.tz_localize(None).dt.normalize())
    log["concern_2_id"] = log["concern_2_id"].where(log["_concern_kind"].eq("additional_demand"))  # of others none is noted
    kinds = planted().assign(reason_id=lambda rows: rows["reason"], sales_signal=lambda rows: rows["sales_reason"])
    told = signals(log, kinds, tables["orders"], by=["told_by"], cluster="customer_id")
    behind = log["_concern_kind"].eq("additional_demand") & ~log["reason_id"].isin(kinds.loc[kinds["sales_signal"], "reason_id"])
    heard = (log["sales_signal"].notna() & behind).sum() / behind.sum()
    for level, truth in (("reason", 0.85), ("second_concern", coding.RECORDED / heard)):
        row = told[told["metric"].eq("noted_share") & told["told_by"].eq(level)].iloc[0]
        assert abs(row["value"] - truth) < 4 * (row["high"] - row["low"]) / 3.92, level
    assert "flag" not in set(told["told_by"].dropna())  # nothing is flagged that is no signal
