"""The contact log of the demo client: as many contacts, with the mix, the rhythm and the effects that were planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxlib.simulate.calendar import days
from cxlib.simulate.exposure import day_of, exposure
from cxlib.simulate.log import log, stream_log
from cxlib.simulate.people import people
from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.rates import per_weight
from cxlib.simulate.reasons import NO_CONCERN, reasons
from cxlib.simulate.trade import trade
from cxlib.simulate.windows import HABIT, HABIT_DAYS
from cxlib.tables import contract

from .conftest import clustered

ON_INVOICES = ["billing.invoice_comprehension", "billing.invoice_error", "billing.invoice_format"]
DELIVERY = ["delivery.delivery_status", "delivery.delivery_info_inaccurate", "delivery.delivery_delay_not_notified"]


def made(plan: Plan) -> pd.DataFrame:
    who = people(plan)
    return log(plan, who, trade(plan, who))


def near(share: float, n: int) -> object:
    """Within four standard errors."""
    return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


@pytest.fixture(scope="module")
def contacts(surveyed) -> pd.DataFrame:
    return surveyed.contacts[~surveyed.contacts["_tally"]]


def disappointed(client: Any) -> pd.DataFrame:
    """Orders with their delivery enquiries, and within 60 days their disappointments and the promises named as broken."""
    ex = exposure(client.plan, client.people, client.trade)
    ids = client.trade.orders["order_id"]
    contacts = client.contacts[client.contacts["_order_id"].notna()]
    row = pd.Series(np.arange(len(ids)), ids.to_numpy()).reindex(contacts["_order_id"]).to_numpy()
    soon = day_of(client.plan, contacts["contact_ts"]) - ex.orders["day"].to_numpy()[row] <= 60
    sad = contacts["_reason"].isin(reasons().loc[reasons()["disappointment"], "reason"]).to_numpy() & soon
    named = contacts["_reason"].isin(["onboarding.promise_not_kept", "onboarding.hidden_charge_condition"]).to_numpy() & soon
    count = {"asks": contacts["_reason"].isin(DELIVERY).to_numpy(), "sad": sad, "named": named}
    return ex.orders.assign(**{name: np.bincount(row[where], minlength=len(ids)) for name, where in count.items()})


@pytest.fixture(scope="module")
def by_order(surveyed) -> pd.DataFrame:
    return disappointed(surveyed)


def test_how_many(contacts):
    calls = (contacts["channel"] == "phone").sum()
    assert calls == pytest.approx(7900, abs=4 * np.sqrt(7900))
    assert len(contacts) - calls == pytest.approx(6800, abs=4 * np.sqrt(6800))


def test_the_mix_of_reasons(surveyed, contacts):
    """As the weights say, but for what the first action spares: it lowers the delivery enquiries of the orders that it reaches."""
    real = contacts[contacts["_reason"] != NO_CONCERN]
    assert (contacts["_reason"] == NO_CONCERN).mean() == near(29 / 1178, len(contacts))
    table = reasons().set_index("reason").drop(NO_CONCERN)
    orders = exposure(surveyed.plan, surveyed.people, surveyed.trade).orders
    spared = orders.loc[orders["delayed"], "m1"].mean() * (1 - 0.60 / 0.96)
    weight = table["weight"] * np.where(table.index.isin(DELIVERY), 1 - spared, 1.0)
    for column in ("avoidable", "failure"):
        share = weight[table[column]].sum() / weight.sum()
        assert table[column].reindex(real["_reason"]).mean() == near(share, len(real)), column
    avoidable = real["_reason"][table["avoidable"].reindex(real["_reason"]).to_numpy()]
    assert avoidable.isin(DELIVERY).mean() == near(weight[DELIVERY].sum() / weight[table["avoidable"]].sum(), len(avoidable))


# what another truth sets: orders delayed, invoices, promises, claims, the relaunch, the heat
SET_ELSEWHERE = [*DELIVERY, *ON_INVOICES, "delivery.delivery_rescheduling", "delivery.delivery_wrong_damaged", "complaint.quality_claim"]
SET_ELSEWHERE += ["complaint.complaint_status", "onboarding.promise_not_kept", "onboarding.hidden_charge_condition"]
SET_ELSEWHERE += ["onboarding.account_login_setup", "usage_service.spare_parts", "usage_service.product_fault"]


def test_each_reason_has_its_weight(many):
    """Among the reasons that nothing but their weight sets, and without what habits add."""
    weight = reasons().set_index("reason")["weight"].drop(SET_ELSEWHERE)
    number = many.contacts.loc[~many.contacts["_habit"].astype(bool), "_reason"].value_counts().reindex(weight.index).fillna(0)
    share = weight / weight.sum()
    error = np.sqrt(share * (1 - share) / number.sum())
    assert ((number / number.sum() - share).abs() <= 4 * error).all()


@pytest.mark.parametrize("reason", ["complaint.quality_claim", "delivery.delivery_wrong_damaged"])
def test_sellers_and_campaign_raise_claims_above_their_weight(many, reason):
    """The weights are the mix before events: they hold without the campaign, V07, who promises too much, and V11, whose orders are hard."""
    ex = exposure(many.plan, many.people, many.trade)
    apart = ex.orders["campaign"] | ex.orders["seller"].isin(["V07", "V11"])
    on = many.contacts.loc[many.contacts["_reason"] == reason, "_order_id"].value_counts()
    number = many.trade.orders["order_id"].map(on).fillna(0)
    expected = reasons().set_index("reason")["weight"][reason] * per_weight(many.plan, ex) / len(number)  # an order
    for where, level in ((~apart, 1.0), (ex.orders["seller"] == "V07", None), (ex.orders["seller"] == "V11", None)):
        if level is None:
            assert number[where].mean() > 1.8 * expected
        else:
            assert number[where].mean() == pytest.approx(expected, abs=4 * np.sqrt(expected / where.sum()))


def test_complaints_are_asked_about_as_often_as_there_are_claims(many):
    """Follow-ups have no weight of their own: 1.7 a claim without an interim status, 0.5 with one."""
    number = (many.contacts["_reason"] == "complaint.complaint_status").sum()
    claims = many.contacts[(many.contacts["_reason"] == "complaint.quality_claim") & many.contacts["_department"].notna()]
    ahead = claims["contact_ts"] < pd.Timestamp("2026-03-01", tz="Europe/Berlin")  # later ones are asked about after the period, in part
    each = np.where(claims["_interim"].astype(bool), 0.5, 1.7)
    assert each[ahead].sum() - 4 * np.sqrt(each[ahead].sum()) < number < each.sum() + 4 * np.sqrt(each.sum())


def test_contacts_are_long_tailed(contacts):
    per = contacts.loc[contacts["_customer_id"] != "0099999", "_customer_id"].value_counts()
    assert per.median() <= 5
    assert per.max() > 60
    assert 0.06 < per.head(len(per) // 100).sum() / per.sum() < 0.15


@pytest.mark.parametrize("of", ["the demo client", "five times as much"])
def test_the_week_has_its_rhythm(contacts, many, of):
    """All contacts of a weekday per day on which the house works, relative to the mean of the five."""
    plan, log = (Plan(), contacts) if of == "the demo client" else (many.plan, many.contacts)
    table = days(plan)
    daily = np.bincount(day_of(plan, log["contact_ts"]), minlength=len(table))
    open_days, weekday = table["open"].to_numpy(), table["weekday"].to_numpy()
    cells = [daily[open_days & (weekday == day)] for day in range(1, 6)]
    mean = np.array([cell.mean() for cell in cells])
    planted = np.array([1.25, 1.12, 1.0, 0.97, 0.66])
    error = planted / np.sqrt([cell.sum() for cell in cells])
    assert (np.abs(mean / mean.mean() - planted) <= 4 * error).all()
    assert daily[weekday == 6].mean() < 0.08 * mean.mean()
    assert daily[table["closed"]].mean() < 0.08 * mean.mean()


def test_personas_have_their_channel_and_hour(contacts):
    persona = contacts.groupby("_persona", observed=True)
    phone = persona["channel"].apply(lambda channel: (channel == "phone").mean())
    assert phone.idxmax() == "Werner"
    assert phone["Kira"] < 0.4
    assert (contacts.loc[contacts["_persona"] == "Kira", "channel"] == "web_form").mean() > 0.12
    local = contacts["contact_ts"].dt.tz_localize(None)
    hour = local.dt.hour + local.dt.minute / 60
    early = (hour < 8.5).groupby(contacts["_persona"]).mean()
    assert early.idxmax() == "Werner"
    end = local.dt.days_in_month - local.dt.day
    close, billing = (end <= 3) | (local.dt.day <= 3), contacts["_reason"].str.startswith("billing")
    beate = contacts["_persona"] == "Beate"
    assert close[billing & beate].mean() > 1.4 * close[~beate].mean()


def test_nobody_can_call_while_the_telephones_are_dead(contacts):
    local = contacts["contact_ts"].dt.tz_localize(None)
    dead = (local >= "2025-10-14 09:10") & (local < "2025-10-14 13:40")
    assert dead.sum() > 0
    assert not (contacts.loc[dead, "channel"] == "phone").any()


def test_invoice_enquiries_double_with_the_new_layout(surveyed, contacts):
    invoices = surveyed.trade.invoices[surveyed.trade.invoices["_credit_of"].isna()]
    asked = contacts.loc[contacts["_reason"].isin(["billing.invoice_comprehension", "billing.invoice_error"]), "_invoice_id"]
    for layout, rate in (("1", 0.054), ("2", 0.102)):
        ids = invoices.loc[invoices["layout_version"] == layout, "invoice_id"]
        assert asked.isin(ids).sum() / len(ids) == pytest.approx(rate, abs=4 * np.sqrt(rate / len(ids)))


@pytest.mark.parametrize("of", ["the demo client", "five times as much"])
def test_the_action_lowers_delivery_enquiries_by_its_rate_ratio(by_order, many, of):
    rows = by_order if of == "the demo client" else disappointed(many)
    whole = rows[rows["delayed"] & (rows["due"] < 530)]
    before, after = whole.loc[~whole["m1"], "asks"], whole.loc[whole["m1"], "asks"]
    ratio = np.log(after.mean() / before.mean())
    assert ratio == pytest.approx(np.log(0.62), abs=4 * np.sqrt(1 / after.sum() + 1 / before.sum()))
    assert before.mean() == pytest.approx(0.96, abs=4 * np.sqrt(0.96 / len(before)))
    assert after.mean() == pytest.approx(0.60, abs=4 * np.sqrt(0.60 / len(after)))


def test_where_there_is_no_action_nothing_changes(by_order):
    elsewhere = by_order[by_order["delayed"] & ~by_order["m1"] & by_order["region"].isin(["north_east", "abroad"])]
    late = elsewhere["due"] >= 376
    one, other = elsewhere.loc[~late, "asks"], elsewhere.loc[late & (elsewhere["due"] < 530), "asks"]
    assert one.mean() == pytest.approx(other.mean(), abs=4 * np.sqrt(1 / len(one) + 1 / len(other)))


def test_the_invoice_guide_changes_nothing(surveyed, contacts):
    billing = contacts[contacts["_reason"].isin(["billing.invoice_comprehension", "billing.invoice_error", "billing.invoice_format"])]
    region = surveyed.people.customers.set_index("customer_id")["region"].reindex(billing["_customer_id"]).to_numpy()
    local = billing["contact_ts"].dt.tz_localize(None).to_numpy()
    before = (local >= np.datetime64("2025-11-01")) & (local < np.datetime64("2026-02-01"))
    after = local >= np.datetime64("2026-02-02")
    guide = np.isin(region, ["west", "north_east"])
    cells = np.array([[(where & when).sum() for when in (before, after)] for where in (guide, ~guide)])
    ratio = (cells[0, 1] / cells[0, 0]) / (cells[1, 1] / cells[1, 0])
    assert np.log(ratio) == pytest.approx(0.0, abs=4 * np.sqrt((1 / cells).sum()))


def rates_on_invoices(many: Any, *spans: tuple[str, str]) -> tuple[list[float], list[int]]:
    """Invoice enquiries per invoice issued in each span, and how many enquiries there are."""
    invoices = many.trade.invoices[many.trade.invoices["_credit_of"].isna()]["issued_ts"].dt.tz_localize(None)
    asked = many.local[many.contacts["_reason"].isin(ON_INVOICES)]
    counts = [int(((asked >= first) & (asked < last)).sum()) for first, last in spans]
    return [count / ((invoices >= first) & (invoices < last)).sum() for count, (first, last) in zip(counts, spans, strict=True)], counts


def test_invoice_enquiries_fall_by_29_percent_though_the_guide_does_nothing(many):
    """The trap: the books are closed in January, before the guide came in February."""
    (before, after), counts = rates_on_invoices(many, ("2025-11-01", "2026-02-01"), ("2026-02-02", "2026-07-01"))
    error = np.sqrt(sum(1 / count for count in counts))
    assert np.log(after / before) == pytest.approx(np.log(0.71), abs=4 * error)
    assert after / before < 0.8
    (usual, winter), counts = rates_on_invoices(many, ("2025-05-01", "2025-12-31"), ("2026-01-01", "2026-03-01"))
    assert np.log(winter / usual) == pytest.approx(np.log(1.45), abs=4 * np.sqrt(sum(1 / count for count in counts)))


def test_invoice_enquiries_fall_as_much_where_there_is_no_guide(many):
    billing = many.contacts["_reason"].isin(ON_INVOICES)
    guide = many.of_customer("region", many.contacts["_customer_id"]).isin(["west", "north_east"])
    before = (many.local >= "2025-11-01") & (many.local < "2026-02-01")
    cells = np.array([[(billing & there & when).sum() for when in (before, many.local >= "2026-02-02")] for there in (guide, ~guide)])
    ratio = (cells[0, 1] / cells[0, 0]) / (cells[1, 1] / cells[1, 0])
    assert np.log(ratio) == pytest.approx(0.0, abs=4 * np.sqrt((1 / cells).sum()))


def test_mails_make_up_for_the_dead_telephones(many):
    minute = many.local.dt.hour * 60 + many.local.dt.minute
    mails = many.local[(many.contacts["channel"] == "email") & (minute >= 550) & (minute < 820)].dt.normalize()
    day = pd.Timestamp("2025-10-14")
    others = [day + pd.Timedelta(weeks=week) for week in (-4, -3, -2, -1, 1, 2, 3, 4)]
    usual = np.mean([(mails == other).sum() for other in others])
    assert (mails == day).sum() / usual == pytest.approx(2.3, abs=0.1)
    calls = many.contacts["channel"].eq("phone") & (many.local.dt.normalize() == day)
    assert (calls & (minute >= 820) & (minute < 945)).sum() > 0  # the others call in the afternoon


def test_reorders_leave_the_telephone_for_the_portal(many):
    """By 18 % among those who were customers before: new ones come through the shop anyway."""
    orders = many.trade.orders[~many.trade.orders["_special"]]
    orders = orders[many.of_customer("_way", orders["customer_id"]) == "existing"]
    later = orders["order_ts"].dt.tz_localize(None) >= "2025-09-22"
    segment, phone = many.of_customer("segment", orders["customer_id"]), orders["touchpoint_id"] == "T17"
    share, weight = phone.groupby([segment, later]).mean().unstack(), segment.value_counts(normalize=True)
    ratio = (share[True] * weight).sum() / (share[False] * weight).sum()
    assert ratio == pytest.approx(0.82, abs=4 * np.sqrt(1 / (phone & later).sum() + 1 / (phone & ~later).sum()))


def test_habits_form_in_the_finished_log(many):
    """Each avoidable contact of the first 60 days multiplies what comes later, follow-ups aside, by 1.09: Poisson, given what comes anyway."""
    table = reasons().set_index("reason")
    customers = many.people.customers.set_index("customer_id")
    rows = many.of_customer("_new", many.customer).eq(True) & (table["source"].reindex(many.contacts["_reason"]) != "case").to_numpy()
    new, of = many.contacts[rows], many.customer[rows]
    since = (new["contact_ts"].dt.tz_localize(None).dt.normalize() - of.map(customers["start_date"])).dt.days
    early = since.between(0, HABIT_DAYS) & table["avoidable"].reindex(new["_reason"]).to_numpy()
    number = of[early].value_counts().reindex(customers.index).fillna(0)
    later = since > HABIT_DAYS
    split = pd.crosstab(of[later].map(number), new.loc[later, "_habit"]).reindex(columns=[False, True], fill_value=0)
    expected = split[False] * (HABIT**split.index - 1)
    often = expected > 20
    assert ((split[True] - expected).abs() <= 4 * np.sqrt(expected))[often].all()
    assert often.sum() > 4
    assert split[True].sum() == pytest.approx(expected.sum(), abs=4 * np.sqrt(expected.sum()))
    assert split.loc[0, True] == 0


def test_tanja_writes_early_in_the_week(many):
    weekday = many.local.dt.day_of_week
    early = (weekday <= 2).groupby(many.contacts["_persona"].eq("Tanja")).mean()
    assert early[True] > 0.70
    assert early[False] < 0.65
    hour = many.local.dt.hour[many.contacts["_persona"].eq("Tanja") & many.contacts["channel"].ne("phone")]
    assert hour.isin([8, 9]).mean() > 0.5


def test_calls_outside_the_service_hours(many):
    calls = many.contacts[many.contacts["channel"] == "phone"]
    outside, farming = calls["_outside"].astype(bool), many.of_customer("segment", calls["_customer_id"]) == "farming"
    werner = calls["_persona"] == "Werner"
    for where, share in ((werner | True, 0.115), (werner, 0.40), (farming, 0.31)):  # some customers call more than others, and differ
        assert outside[where].mean() == pytest.approx(share, abs=4 * clustered(outside[where].astype(float), calls["_customer_id"][where]))


@pytest.mark.parametrize(
    ("segment", "months", "others", "factor"),
    [
        ("farming", (4, 5), (1, 2, 10, 11, 12), 1.9),
        ("farming", (7, 8), (1, 2, 10, 11, 12), 2.2),
        ("construction", (5, 6, 7, 8, 9, 10), (1, 2, 3, 4, 11, 12), 1.4),
        ("maintenance", (11, 12), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 1.5),
    ],
)
def test_segments_have_their_seasons(many, segment, months, others, factor):
    """All contacts of the segment, the season's months against the others, relative to segments without a season.

    Those have the year's events too: the new invoice, the relaunch, the campaign, customers won. In farming, March, June and September
    are in neither: March and September are shoulders, and what follows orders of April and May comes until June.
    """
    month, of = many.local.dt.month, many.of_customer("segment", many.contacts["_customer_id"])
    groups = (of == segment, of.isin(["oem", "reseller", "workshop"]))
    count = np.array([[(group & month.isin(some)).sum() for some in (months, others)] for group in groups])
    ratio = count[0, 0] / count[0, 1] / (count[1, 0] / count[1, 1])
    assert np.log(ratio) == pytest.approx(np.log(factor), abs=4 * np.sqrt((1 / count).sum()))


@pytest.mark.parametrize(
    ("segment", "months", "factor"), [("farming", (4, 5), 1.9), ("farming", (7, 8), 2.2), ("construction", (6, 7, 8), 1.4)]
)
def test_orders_have_the_season_of_their_segment(many, segment, months, factor):
    """Of customers who were there before, outside the campaign's month; first orders come when customers do."""
    orders, base = many.trade.orders, (1, 2, 11, 12)
    orders = orders[many.of_customer("_way", orders["customer_id"]).eq("existing") & ~orders["_campaign"]]
    month, of = orders["order_ts"].dt.month, many.of_customer("segment", orders["customer_id"])
    groups = (of == segment, of.isin(["oem", "reseller", "workshop"]))
    count = np.array([[(group & month.isin(some)).sum() for some in (months, base)] for group in groups])
    assert np.log(count[0, 0] / count[0, 1] / (count[1, 0] / count[1, 1])) == pytest.approx(
        np.log(factor), abs=4 * np.sqrt((1 / count).sum())
    )


def test_prices_are_negotiated_before_they_change(many):
    """Against what else customers ask when they like, in the same weeks."""
    rounds = days(many.plan)["price_round"].to_numpy()[day_of(many.plan, many.contacts["contact_ts"])]
    negotiated = many.contacts["_reason"].eq("quote.quote_negotiation").to_numpy()
    other = many.contacts["_reason"].map(reasons().set_index("reason")["source"]).eq("person").to_numpy() & ~negotiated
    cells = np.array([[(rows & when).sum() for when in (rounds, ~rounds)] for rows in (negotiated, other)])
    ratio = cells[0, 0] / cells[0, 1] / (cells[1, 0] / cells[1, 1])
    assert np.log(ratio) == pytest.approx(np.log(2.5), abs=4 * np.sqrt((1 / cells).sum()))


def test_messages_to_field_sales_have_no_touchpoint(contacts):
    sent = contacts[contacts["channel"] == "social"]
    assert len(sent) == 18
    assert sent["touchpoint_id"].isna().all()
    assert set(sent["received_by"]) == {"AD"}


@pytest.mark.parametrize("of", ["the demo client", "five times as much"])
def test_sellers_disappoint_as_planted(by_order, many, of):
    rows = by_order if of == "the demo client" else disappointed(many)
    sellers = rows.groupby("seller")["sad"].agg(["mean", "size"])
    for seller, rate in (("V07", 0.40), ("V11", 0.39), ("V03", 0.24)):
        assert sellers.loc[seller, "mean"] == pytest.approx(rate, abs=4 * np.sqrt(rate / sellers.loc[seller, "size"])), seller
    others = rows[~rows["seller"].isin(["V07", "V11"])]
    assert others["sad"].mean() == pytest.approx(0.24, abs=4 * np.sqrt(0.24 / len(others)))


def test_promises_that_somebody_names_as_broken(many):
    rows = disappointed(many)
    named = rows.assign(who=rows["seller"].where(rows["seller"].isin(["V03", "V07", "V11"]), "others")).groupby("who")["named"]
    for seller, rate in (("V07", 0.078), ("V11", 0.019), ("V03", 0.014), ("others", 0.016)):
        assert named.mean()[seller] == pytest.approx(rate, abs=4 * np.sqrt(rate / named.size()[seller])), seller


def test_what_the_mix_does_not_explain_is_v07(many):
    """Contacts an order above what customers and orders explain: +0.17 with V07 and no more than +0.01 ± error with the others."""
    rows = disappointed(many)
    for seller, excess in (("V07", 0.17), ("V11", 0.01), ("V03", 0.0)):
        own = rows[rows["seller"] == seller]
        beyond = (own["sad"] - own["expected"]).mean()
        assert beyond == pytest.approx(excess, abs=4 * np.sqrt(own["sad"].mean() / len(own))), seller


def test_the_campaign_adds_six_per_hundred_for_honest_sellers_too(by_order):
    like = by_order[~by_order["seller"].isin(["V07", "V11"]) & ~by_order["special"] & ~by_order["new"]]
    with_it, without = like.loc[like["campaign"], "sad"], like.loc[~like["campaign"], "sad"]
    error = np.sqrt(0.27 / len(with_it) + 0.21 / len(without))
    assert with_it.mean() - without.mean() == pytest.approx(0.06, abs=4 * error)


@pytest.mark.parametrize("of", ["the demo client", "five times as much"])
def test_claims_bring_follow_ups(contacts, many, of):
    """Of orders whose claims all had an interim status, or none: several claims on one order share their follow-ups."""
    made = contacts if of == "the demo client" else many.contacts
    claims = made[(made["_reason"] == "complaint.quality_claim") & made["_department"].notna()]
    orders = claims.assign(interim=claims["_interim"].astype(bool)).groupby("_order_id")
    orders = orders.agg(claims=("interim", "size"), with_it=("interim", "sum"), last=("contact_ts", "max"))
    orders = orders[orders["last"] < pd.Timestamp("2026-03-01", tz="Europe/Berlin")]
    asked = made.loc[made["_reason"] == "complaint.complaint_status", "_order_id"].value_counts().reindex(orders.index).fillna(0)
    for with_it, mean in ((0, 1.7), (orders["claims"], 0.5)):
        some = orders["with_it"] == with_it
        expected = mean * orders.loc[some, "claims"].sum()
        assert asked[some].sum() == pytest.approx(expected, abs=4 * np.sqrt(expected))


@pytest.mark.parametrize("market", ["b2b", "b2c"])
def test_the_same_plan_gives_the_same_log(market):
    plan = Plan(size=0.05, market=market)
    one, other = made(plan), made(plan)
    pd.testing.assert_frame_equal(one, other)
    contract("contacts").validate(one[[name for name in one if not name.startswith("_")]], market)


def test_another_seed_gives_another_log():
    assert not made(Plan(size=0.05))["contact_ts"].equals(made(Plan(size=0.05, seed=2))["contact_ts"])


def test_without_effects_and_in_short_periods_the_log_still_runs():
    none = Effects(windows=0.0, promises=0.0, actions=0.0)
    assert len(made(Plan(size=0.05, effects=none))) > 400
    short = made(Plan(size=0.05, start=date(2025, 4, 1), end=date(2025, 6, 30)))
    assert short["contact_ts"].min() >= pd.Timestamp("2025-04-01", tz="Europe/Berlin")
    assert short["contact_ts"].max() < pd.Timestamp("2025-07-01", tz="Europe/Berlin")


def test_a_smaller_company_has_fewer_contacts():
    assert len(made(replace(Plan(), size=0.1))) == pytest.approx(1470 + 31, rel=0.15)


def test_a_large_log_is_written_in_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr("cxlib.simulate.log.CHUNK", 1200)
    paths = stream_log(Plan(), 3000, tmp_path / "log")
    assert [path.name for path in paths] == ["contacts_000.parquet", "contacts_001.parquet", "contacts_002.parquet"]
    table = pd.concat([pq.read_table(path).to_pandas() for path in paths], ignore_index=True)
    assert len(table) == 3000
    assert table["contact_id"].is_unique
    assert not [name for name in table if name.startswith("_")]
    contract("contacts").validate(table, "streamed")
    again = stream_log(Plan(), 3000, tmp_path / "again")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
