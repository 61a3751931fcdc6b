"""The planted rates are what the truth says, as expectations: nothing here is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.exposure import exposure
from cxlib.simulate.plan import Effects
from cxlib.simulate.rates import CONTACTS, DELIVERY, SHOWN, anchors, per_weight, rates
from cxlib.simulate.reasons import code, reasons

from .conftest import clustered


@pytest.fixture(scope="module")
def ex(surveyed):
    return exposure(surveyed.plan, surveyed.people, surveyed.trade)


@pytest.fixture(scope="module")
def rate(surveyed, ex):
    return rates(surveyed.plan, ex)


def test_delivery_enquiries_per_delayed_order_before_and_with_the_action(ex, rate):
    per_order = sum(rate[code(name)] for name in DELIVERY)
    delayed, m1 = ex.orders["delayed"].to_numpy(), ex.orders["m1"].to_numpy()
    # the announced share is drawn: of about 1,900 and 340 orders
    assert per_order[delayed & ~m1].mean() == pytest.approx(0.96, abs=0.02)
    assert per_order[delayed & m1].mean() == pytest.approx(0.60, abs=0.05)
    assert (per_order[~ex.orders["late"]] == 0).all()


def test_rescheduling_rises_with_the_action(ex, rate):
    each = rate[code("delivery.delivery_rescheduling")]
    m1 = ex.orders["m1"].to_numpy()
    assert each[m1].mean() / each[~m1].mean() == pytest.approx(1.10)


@pytest.mark.parametrize(("layout", "level"), [(1, 0.054), (2, 0.102)])
def test_invoice_enquiries_by_layout(ex, rate, layout, level):
    here = (ex.invoices["layout"] == layout) & ~ex.invoices["credit"]
    both = rate[code("billing.invoice_comprehension")] + rate[code("billing.invoice_error")]
    assert both[here].mean() == pytest.approx(level, rel=0.06)  # errors follow the mix of orders, which differs between the layouts


def test_format_enquiries_per_hundred_invoices(ex, rate):
    assert rate[code("billing.invoice_format")].sum() / (~ex.invoices["credit"]).sum() == pytest.approx(0.033, abs=0.001)


def test_the_action_on_invoices_does_nothing(ex, rate):
    invoices = ex.invoices
    region = ex.orders["region"].to_numpy()[invoices["order"]]
    late = (invoices["day"] >= 397).to_numpy()
    per = rate[code("billing.invoice_format")]
    with_action = np.isin(region, ("west", "north_east"))
    assert per[late & with_action].mean() == pytest.approx(per[late & ~with_action].mean(), rel=0.05)


def test_a_naive_comparison_finds_a_fall_where_there_is_no_effect(ex, rate):
    both = rate[code("billing.invoice_comprehension")] + rate[code("billing.invoice_error")]
    asked = ex.invoices["day"].to_numpy() + 7  # days after the first of January 2025
    before, after = both[(asked >= 304) & (asked < 396)].sum() / 3, both[(asked >= 397) & (asked < 546)].sum() / 5
    assert 0.65 < after / before < 0.88


def _disappointment(ex, rate):
    table, total = reasons(), np.zeros(len(ex.orders))
    for number in np.flatnonzero(table["disappointment"]):
        kind, _ = anchors(ex, table["source"][number])
        rows = np.arange(len(ex.orders)) if kind == "order" else ex.invoices["order"].to_numpy()
        total += np.bincount(rows[rows >= 0], rate[number][rows >= 0], minlength=len(total))
    return total * SHOWN


@pytest.mark.parametrize(("seller", "per_hundred"), [("V07", 40), ("V11", 39), ("V03", 24), ("others", 24)])
def test_sellers_have_the_disappointments_of_their_truth(ex, rate, seller, per_hundred):
    """What a seller's orders expect varies with whose orders they are: orders of a customer go together."""
    here = ~ex.orders["seller"].isin(["V03", "V07", "V11"]) if seller == "others" else ex.orders["seller"] == seller
    expected = pd.Series(100 * _disappointment(ex, rate))[here]
    assert expected.mean() == pytest.approx(per_hundred, abs=4 * clustered(expected, ex.orders.loc[here, "customer"]))


def test_without_effect_no_seller_promises_too_much(surveyed, ex):
    plain = replace(surveyed.plan, effects=Effects(promises=0.0))
    found = rates(plain, ex)[code("onboarding.promise_not_kept")]
    assert np.ptp(found) == 0


def test_named_broken_promises(ex, rate):
    kept = rate[code("onboarding.promise_not_kept")] * SHOWN * 12 / 7
    for seller, per_hundred in (("V07", 7.8), ("V11", 1.9), ("V03", 1.4), ("V01", 1.6)):
        assert 100 * kept[ex.orders["seller"] == seller].mean() == pytest.approx(per_hundred, abs=0.01)


def test_weights_stand_for_contacts(surveyed, ex):
    assert per_weight(surveyed.plan, ex) * 1178 == pytest.approx(CONTACTS)
