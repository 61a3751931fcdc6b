"""Faults and wishes by product."""

import pandas as pd
import pytest

from cxlib.contacts import outlook

from .conftest import log_of

FAULT, WISH = "usage_service.product_fault", "growth_feedback.improvement_idea"


@pytest.fixture
def log():
    days = ["2025-01-06", "2025-01-07", "2025-02-06", "2025-02-07", "2025-03-06", "2025-04-04"]
    table = log_of([(who, f"{day} 10:00") for who, day in zip("abcdef", days, strict=True)])
    table["reason_id"] = pd.array([FAULT, "order", FAULT, WISH, None, FAULT], dtype="str")
    table["product_id"] = pd.array(["P1", "P1", "P1", "P2", "P2", None], dtype="str")
    return table


def value(told, metric, **where):
    rows = told[told["metric"].eq(metric)]
    for name in ("product_id", "reason_id"):
        rows = rows[rows[name].eq(where[name]) if name in where else rows[name].isna()]
    return rows["value"].item()


def test_shares_of_the_product_s_contacts_whose_reason_is_known(log):
    told = outlook.improvements(log, least=1)
    assert value(told, "fault_share", product_id="P1") == pytest.approx(2 / 3)
    assert value(told, "fault_share", product_id="P2", reason_id=WISH) == 1
    assert value(told, "product_known") == pytest.approx(3 / 4)
    assert value(told, "fault_months", product_id="P1") == pytest.approx(2 / 2)  # January and February: the known products' months
    assert value(told, "faults_later", product_id="P1") == pytest.approx(1 / 2)


def test_orders_tell_the_product_and_are_what_faults_are_related_to(log):
    log = log.drop(columns="product_id").assign(order_id=pd.array(["1", "1", "2", "3", None, "9"], dtype="str"))
    orders = pd.DataFrame({"order_id": list("12345"), "product_id": ["P1", "P1", "P2", "P1", "P1"], "customer_id": list("acdaa")}).astype(
        "str"
    )
    told = outlook.improvements(log, orders, least=1)
    assert value(told, "fault_share", product_id="P1") == pytest.approx(2 / 3)
    assert value(told, "faults_per_100_orders", product_id="P1") == pytest.approx(100 * 2 / 4)
    assert value(told, "faults_per_100_orders", product_id="P2") == pytest.approx(100)


def test_few_faults_have_no_course(log):
    told = outlook.improvements(log)
    assert told.loc[told["metric"].eq("faults_later"), "note"].unique().tolist() == ["n < 10"]


def test_what_is_missing_is_named(log):
    assert outlook.improvements(log.drop(columns="reason_id"))["note"].item() == "needs contacts.reason_id"
    assert outlook.improvements(log.drop(columns="product_id"))["note"].item() == "needs contacts.product_id"
    assert outlook.improvements(log, reasons=["fire"])["note"].item() == "no events"
