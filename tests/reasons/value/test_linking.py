import numpy as np
import pandas as pd
import pytest

from cxlib.reasons.value import assigned, bought_after, told_of


def test_the_unassigned_have_no_reason(log):
    sure = assigned(log)
    assert sure["reason_id"].isna().sum() == 2
    assert assigned(log.drop(columns="unassigned"))["reason_id"].notna().all()


def test_answers_get_the_reason_of_their_contact_else_of_their_case(log):
    # case v1 has one reason; v7 has two
    answers = pd.DataFrame(
        {"contact_id": ["c10", "c00", None, None, None], "case_id": [None, None, "v1", "v7", "v99"], "item_id": list("abcde")}
    )
    found = told_of(answers, log)
    assert found[["item_id", "reason_id"]].to_numpy().tolist() == [["a", "unclear"], ["c", "status"]]


def test_nothing_links_nothing(log):
    assert told_of(pd.DataFrame({"response_id": ["1"]}), log).empty
    assert told_of(pd.DataFrame({"contact_id": ["c10"]}), log.drop(columns="reason_id")).empty
    assert "reason_id" in told_of(pd.DataFrame({"contact_id": []}), log)


def by_hand(log, orders, days):
    found = []
    for contact in log.itertuples():
        own = orders[orders["customer_id"] == contact.customer_id]
        gap = (own["order_ts"] - contact.contact_ts) / pd.Timedelta(days=1)
        found.append(own.loc[(gap >= 0) & (gap <= days), "value"].sum())
    return np.array(found)


def test_orders_within_the_window_are_found(log):
    rng = np.random.default_rng(2)
    moments = pd.Timestamp("2025-03-01", tz="Europe/Berlin") + pd.to_timedelta(rng.uniform(0, 40, 60), unit="D")
    orders = pd.DataFrame({"order_ts": moments, "customer_id": rng.choice([f"k{n}" for n in range(7)], 60), "value": rng.uniform(1, 9, 60)})
    orders["currency"] = "EUR"
    found = bought_after(log, orders, window_days=3, weight="weight", cluster="customer_id")
    value = by_hand(log, orders, 3)
    sure = log["unassigned"].eq(False).to_numpy()
    all_of = found[found["reason_id"].isna()].set_index("metric")["value"]
    assert all_of["bought_after"] == pytest.approx((value[sure] > 0).mean())
    assert all_of["revenue_after"] == pytest.approx(value[sure].mean())
    own = found[found["reason_id"].eq("praise")].set_index("metric")["value"]
    praise = sure & log["reason_id"].eq("praise").to_numpy()
    assert own["revenue_after"] == pytest.approx(value[praise].mean())


def test_contacts_whose_window_is_not_over_are_dropped(log):
    orders = pd.DataFrame({"order_ts": [log["contact_ts"].iloc[5]], "customer_id": ["k0"], "value": [1.0]})
    assert bought_after(log, orders, window_days=1)["n"].max() == 2  # c02 and c03; c00 and c01 were left unassigned
    assert bought_after(log, orders, window_days=90)["note"].item() == "needs contacts.contact_ts"


def test_two_currencies_make_no_sum(log):
    orders = pd.DataFrame({"order_ts": log["contact_ts"].max(), "customer_id": ["k0", "k1"], "value": 1.0, "currency": ["EUR", "USD"]})
    assert set(bought_after(log, orders, window_days=1)["metric"]) == {"bought_after"}


def test_what_is_missing_is_said(log):
    assert bought_after(log, pd.DataFrame())["note"].item() == "needs orders.customer_id, orders.order_ts"
    none = bought_after(
        log.drop(columns=["reason_id", "customer_id"]), pd.DataFrame({"customer_id": ["a"], "order_ts": [log["contact_ts"][0]]})
    )
    assert none["note"].item() == "needs contact_reasons.reason_id, contacts.customer_id"
