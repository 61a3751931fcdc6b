"""How contacts end."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.opportunities import contact_results
from cxlib.decisions.opportunities.contact_results import linked

from .conftest import log_of, of, orders_of

NONE = pd.DataFrame()


def answers(*rows):
    """(contact or None, case or None, value 0–10)."""
    table = pd.DataFrame(
        {"response_id": [f"r{n}" for n in range(len(rows))], "contact_id": [row[0] for row in rows], "case_id": [row[1] for row in rows]}
    )
    table = table.astype("str").assign(respondent_id=table["response_id"], item_id="sat", item_type="csat", state="answered", weight=1.0)
    return table.assign(value=[float(row[2]) for row in rows], scale_low=0.0, scale_high=10.0)


def test_results_by_reason():
    log = log_of(
        ("a", 10, "x"), ("b", 20, "x"), ("c", 30, "y"), outcome=["sale", "no_solution", None], case_id=["1", "2", "3"], unassigned=False
    )
    orders = orders_of(("a", 24.0, 10), ("b", 34.1, 10), ("z", 400, 1), offer_id=["o1", None, None])
    told = contact_results(log, orders, answers(("0000", None, 7), (None, "2", 6.9), (None, "9", 9)), by=["reason_id"], min_n=1)
    assert of(told, "solved_share", reason_id="x") == 1 / 2
    assert of(told, "sale_share", reason_id="x") == 1 / 2
    assert "y" not in set(told.loc[told["metric"].eq("solved_share"), "reason_id"])
    assert of(told, "ordered_share", reason_id="x") == 1 / 2
    assert of(told, "addon_share", reason_id="x") == 1 / 2
    assert of(told, "satisfied_share", reason_id="x") == 1 / 2
    assert of(told, "satisfied_share", "n", reason_id="x") == 2
    assert not told["metric"].str.contains("revenue").any()


def test_the_value_of_addons_is_told_with_a_currency():
    log = log_of(("a", 10, "x"), ("b", 10, "x"), unassigned=False)
    orders = orders_of(("a", 12, 10), ("a", 13, 30), ("z", 400, 1), offer_id=["o1", None, None]).assign(currency="EUR")
    told = contact_results(log, orders, NONE, currency="EUR", min_n=1)
    assert of(told, "addon_revenue") == 5
    assert of(told, "revenue_after") == 20


def test_an_answer_belongs_to_its_contact_else_to_a_case_that_is_of_one_kind():
    log = pd.DataFrame({"contact_id": list("xyz"), "case_id": ["1", "2", "2"], "channel": ["phone", "phone", "email"]})
    told = linked(answers(("x", "2", 1), (None, "1", 2), (None, "2", 3)), log, ["channel"])
    assert told["value"].to_list() == [1.0, 2.0]
    assert told["channel"].to_list() == ["phone", "phone"]


def test_who_orders_often_orders_anyhow_and_what_a_contact_brings_is_found(lived):
    chance, brought = [], []
    for seed in range(8):
        for bring, kept in ((0.0, chance), (0.3, brought)):
            log, orders = lived(seed, bring=bring)
            kept.append(of(contact_results(log, orders, NONE, window_days=30, cluster="customer_id"), "ordered_extra"))
    assert abs(np.mean(chance)) < 4 * np.std(chance, ddof=1) / np.sqrt(len(chance))
    assert np.mean(brought) > 0.05


def test_what_is_missing_is_named():
    log = log_of(("a", 10, "x"), unassigned=False)
    told = contact_results(log, NONE, NONE, min_n=1)
    assert told["note"].to_list() == [
        "needs contacts.outcome",
        "needs orders.customer_id, orders.order_ts",
        "needs responses[csat], responses[ces], responses[actual]",
    ]
    unlinked = answers((None, None, 5)).drop(columns=["contact_id", "case_id"])
    assert of(contact_results(log, NONE, unlinked, min_n=1), "satisfied_share", "note") == "needs responses.contact_id, responses.case_id"
    assert contact_results(log.drop(columns="contact_ts"), NONE, NONE, by=["reason_id"])["note"].iloc[0].startswith("needs contacts.")
    thin = contact_results(log.assign(outcome="sale"), NONE, NONE, min_n=2)
    assert of(thin, "solved_share", "note") == "n < 2"
    assert of(contact_results(log.assign(outcome="sale"), NONE, NONE, min_n=1), "solved_share") == pytest.approx(1)
