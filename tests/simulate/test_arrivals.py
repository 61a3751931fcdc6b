"""What arrives: the right reasons, from those who exist, on the days that events and seasons favour."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.arrivals import COLUMNS, arrivals, by_person, habit_contacts, with_persons
from cxlib.simulate.exposure import day_of, exposure
from cxlib.simulate.plan import Plan
from cxlib.simulate.reasons import PERSONAS, code, reasons
from cxlib.simulate.windows import HABIT


@pytest.fixture(scope="module")
def ex(surveyed):
    return exposure(surveyed.plan, surveyed.people, surveyed.trade)


def wanted(reason: str, count: int) -> np.ndarray:
    return np.where(np.arange(len(reasons())) == code(reason), count, 0)


def test_arrivals_are_linked_to_what_they_arise_from(ex):
    drawn = arrivals(Plan(), ex, np.random.default_rng(1))
    assert list(drawn.columns) == list(COLUMNS)
    assert drawn["day"].between(0, len(ex.days) - 1).all()
    assert (drawn["customer"] >= 0).all()
    linked = drawn[drawn["order"] >= 0]
    assert (ex.orders["customer"].to_numpy()[linked["order"]] == linked["customer"]).mean() > 0.999
    assert (ex.persons["customer"].to_numpy()[drawn["person"]] == drawn["customer"]).all()


def test_nobody_writes_before_being_a_customer_or_after_leaving(ex):
    drawn = by_person(Plan(), ex, np.random.default_rng(2), wanted("usage_service.spare_parts", 20_000))
    of = ex.customers.iloc[drawn["customer"]].reset_index(drop=True)
    assert not of["prospect"].any()
    assert (drawn["day"] >= of["first"]).all()
    assert (drawn["day"] <= of["last"]).all()


def test_prospects_ask_before_they_buy(ex):
    drawn = by_person(Plan(), ex, np.random.default_rng(2), wanted("presales_information.consultation_request", 20_000))
    assert ex.customers["prospect"].to_numpy()[drawn["customer"]].mean() > 0.08


def test_prices_are_negotiated_before_price_rounds(ex):
    drawn = by_person(Plan(), ex, np.random.default_rng(3), wanted("quote.quote_negotiation", 40_000))
    rounds = ex.days["price_round"].to_numpy()
    daily = np.bincount(drawn["day"], minlength=len(rounds))
    # each segment has seasons of its own: the base is what the same persons would do without rounds
    usual = np.bincount(
        by_person(Plan(), ex, np.random.default_rng(4), wanted("order.order_placement", 400_000))["day"], minlength=len(rounds)
    )
    cells = np.array([daily[rounds].sum(), daily[~rounds].sum(), usual[rounds].sum(), usual[~rounds].sum()])
    ratio = cells[0] / cells[1] / (cells[2] / cells[3])
    assert np.log(ratio) == pytest.approx(np.log(2.5), abs=4 * np.sqrt((1 / cells).sum()))


LIFTS = {  # beyond the season, planted so that all contacts of a segment show it: orders of the season are delivered and billed after it
    "farming": {4: 1.9 * 1.67, 5: 1.9 * 1.67, 7: 2.2 * 1.69, 8: 2.2 * 1.69},
    "construction": dict.fromkeys(range(5, 11), 1.4 * 1.28),
    "maintenance": dict.fromkeys((11, 12), 1.5 * 1.54),
}


@pytest.mark.parametrize("segment", LIFTS)
def test_what_customers_ask_when_they_like_is_lifted_in_their_season(ex, segment):
    drawn = by_person(Plan(), ex, np.random.default_rng(6), wanted("usage_service.spare_parts", 600_000))
    month = ex.days["date"].dt.month.to_numpy()[drawn["day"]]
    throughout = ((ex.customers["first"] == 0) & (ex.customers["last"] == len(ex.days) - 1)).to_numpy()
    of = np.where(throughout, np.array([*ex.segments, ""])[ex.customers["segment"]], "")[drawn["customer"]]
    for at, factor in LIFTS[segment].items():
        cells = np.array(
            [[(group & when).sum() for when in (month == at, np.isin(month, (1, 2)))] for group in (of == segment, of == "reseller")]
        )
        ratio = cells[0, 0] / cells[0, 1] / (cells[1, 0] / cells[1, 1])
        assert np.log(ratio) == pytest.approx(np.log(factor), abs=4 * np.sqrt((1 / cells).sum())), at


def test_personas_have_their_reasons(ex):
    rng, table = np.random.default_rng(4), {}
    for reason in ("billing.invoice_copy", "usage_service.documentation_request", "contract.contract_adjustment"):
        persona = ex.persons["persona"].to_numpy()[by_person(Plan(), ex, rng, wanted(reason, 5000))["person"]]
        table[reason] = PERSONAS[np.bincount(persona).argmax()]
    assert list(table.values()) == ["Beate", "Kira", "Ralf"]


def test_the_person_belongs_to_the_customer(ex):
    drawn = pd.DataFrame({"reason": code("order.expedite"), "customer": np.arange(len(ex.customers))})
    person = with_persons(np.random.default_rng(1), ex, drawn)["person"]
    assert (ex.persons["customer"].to_numpy()[person] == drawn["customer"]).all()


@pytest.mark.parametrize("early", [0, 3, 8])
def test_the_habit_multiplies_the_later_rate(ex, early):
    long = np.flatnonzero(ex.customers["new"] & (ex.customers["first"] < 200) & (ex.customers["last"] > 400))
    begin = ex.customers["first"].to_numpy()[long]
    avoidable, valued = code("delivery.delivery_status"), code("quote.quote_request")
    first = pd.DataFrame({"reason": avoidable, "customer": np.tile(long, early), "day": np.tile(begin + 5, early)})
    later = pd.DataFrame({"reason": valued, "customer": np.tile(long, 40), "day": np.tile(begin + 100, 40)})
    made = habit_contacts(Plan(), ex, np.random.default_rng(5), pd.concat([first, later], ignore_index=True).astype("int64"))
    expected = len(later) * (HABIT**early - 1)
    assert len(made) == pytest.approx(expected, abs=4 * np.sqrt(expected) + 1e-9)
    if early:
        assert (made["day"].to_numpy() > ex.customers["first"].to_numpy()[made["customer"]] + 60).all()


def test_circulars_raise_questions_within_a_week(surveyed):
    contacts = surveyed.contacts[surveyed.contacts["_reason"] == "follow_up.sent_info_unclear"]
    price = contacts[contacts["document_id"] == "DOC09"]
    after = day_of(Plan(), price["contact_ts"]) - day_of(Plan(), "2026-03-02")[0]
    week = ((after >= 0) & (after <= 7)).sum()
    assert week / 700 == pytest.approx(0.083, abs=4 * np.sqrt(0.083 / 700))
    others = contacts["document_id"].isin(["DOC10", "DOC11", "DOC12"]).sum()
    assert others / 1600 == pytest.approx(0.012, abs=4 * np.sqrt(0.012 / 1600))


def test_logins_triple_for_five_weeks_after_the_relaunch(surveyed):
    day = day_of(Plan(), surveyed.contacts.loc[surveyed.contacts["_reason"] == "onboarding.account_login_setup", "contact_ts"])
    launch = day_of(Plan(), "2025-09-22")[0]
    during, usual = ((day >= launch) & (day < launch + 35)).sum() / 5, (day < launch).sum() / (launch / 7)
    assert during / usual == pytest.approx(3.0, abs=4 * 3.0 * np.sqrt(1 / (5 * during) + 1 / (usual * launch / 7)))


def test_hoses_burst_in_the_heat(surveyed):
    parts = surveyed.contacts[surveyed.contacts["_reason"].isin(["usage_service.spare_parts", "usage_service.product_fault"])]
    hoses = parts[parts["product_id"] == "P5"]
    day, other = day_of(Plan(), hoses["contact_ts"]), day_of(Plan(), parts.loc[parts["product_id"] != "P5", "contact_ts"])
    first, last = day_of(Plan(), "2025-06-30")[0], day_of(Plan(), "2025-07-12")[0]
    hot, usual = ((day >= first) & (day <= last)).sum(), ((other >= first) & (other <= last)).sum()
    ratio = (hot / len(hoses)) / (usual / len(other))
    assert ratio == pytest.approx(1.8, abs=4 * 1.8 * np.sqrt(1 / hot + 1 / usual))
    assert ratio > 1
