"""The contact log of the demo client: as many contacts, with the mix, the rhythm and the effects that were planted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxlib.simulate.exposure import day_of, exposure
from cxlib.simulate.log import log, stream_log
from cxlib.simulate.people import people
from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.reasons import NO_CONCERN, reasons
from cxlib.simulate.trade import trade
from cxlib.tables import contract

DELIVERY = ["delivery.delivery_status", "delivery.delivery_info_inaccurate", "delivery.delivery_delay_not_notified"]


def made(plan: Plan) -> pd.DataFrame:
    who = people(plan)
    return log(plan, who, trade(plan, who))


def near(share: float, n: int, factor: float = 1.0) -> object:
    """Within four standard errors; `factor` where contacts of one customer go together."""
    return pytest.approx(share, abs=4 * factor * np.sqrt(share * (1 - share) / n))


@pytest.fixture(scope="module")
def contacts(surveyed) -> pd.DataFrame:
    return surveyed.contacts[~surveyed.contacts["_tally"]]


@pytest.fixture(scope="module")
def by_order(surveyed) -> pd.DataFrame:
    """Orders with their delivery enquiries and their disappointments within 60 days."""
    ex = exposure(surveyed.plan, surveyed.people, surveyed.trade)
    ids = surveyed.trade.orders["order_id"]
    contacts = surveyed.contacts[surveyed.contacts["_order_id"].notna()]
    row = pd.Series(np.arange(len(ids)), ids.to_numpy()).reindex(contacts["_order_id"]).to_numpy()
    soon = day_of(Plan(), contacts["contact_ts"]) - ex.orders["day"].to_numpy()[row] <= 60
    sad = contacts["_reason"].isin(reasons().loc[reasons()["disappointment"], "reason"]).to_numpy() & soon
    asks = contacts["_reason"].isin(DELIVERY).to_numpy()
    count = {"asks": asks, "sad": sad}
    return ex.orders.assign(**{name: np.bincount(row[where], minlength=len(ids)) for name, where in count.items()})


def test_how_many(contacts):
    calls = (contacts["channel"] == "phone").sum()
    assert calls == pytest.approx(7900, abs=4 * np.sqrt(7900))
    assert len(contacts) - calls == pytest.approx(6800, abs=4 * np.sqrt(6800))


def test_the_mix_of_reasons(contacts):
    real = contacts[contacts["_reason"] != NO_CONCERN]
    assert (contacts["_reason"] == NO_CONCERN).mean() == near(29 / 1178, len(contacts))
    table = reasons().set_index("reason")
    avoidable = table["avoidable"].reindex(real["_reason"]).to_numpy()
    # the action lowers delivery enquiries for a third of the period
    assert avoidable.mean() == pytest.approx(0.485, abs=0.02)
    assert table["failure"].reindex(real["_reason"]).mean() == pytest.approx(0.53, abs=0.02)
    assert real["_reason"].isin(DELIVERY)[avoidable].mean() == pytest.approx(0.39, abs=0.025)
    weight = table["weight"].drop(NO_CONCERN)
    share = real["_reason"].value_counts(normalize=True).reindex(weight.index).fillna(0)
    assert np.corrcoef(share, weight)[0, 1] > 0.98


def test_contacts_are_long_tailed(contacts):
    per = contacts.loc[contacts["_customer_id"] != "0099999", "_customer_id"].value_counts()
    assert per.median() <= 5
    assert per.max() > 60
    assert 0.06 < per.head(len(per) // 100).sum() / per.sum() < 0.15


def test_the_week_has_its_rhythm(surveyed, contacts):
    ex = exposure(surveyed.plan, surveyed.people, surveyed.trade)
    daily = np.bincount(day_of(Plan(), contacts["contact_ts"]), minlength=len(ex.days))
    open_days, weekday = ex.days["open"].to_numpy(), ex.days["weekday"].to_numpy()
    mean = np.array([daily[open_days & (weekday == day)].mean() for day in range(1, 6)])
    assert mean / mean.mean() == pytest.approx(np.array([1.25, 1.12, 1.0, 0.97, 0.66]), abs=0.07)
    assert daily[weekday == 6].mean() < 0.08 * mean.mean()
    assert daily[ex.days["closed"]].mean() < 0.08 * mean.mean()


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


def test_the_action_lowers_delivery_enquiries_by_its_rate_ratio(by_order):
    whole = by_order[by_order["delayed"] & (by_order["due"] < 530)]
    before, after = whole.loc[~whole["m1"], "asks"], whole.loc[whole["m1"], "asks"]
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


def test_sellers_disappoint_as_planted(by_order):
    sellers = by_order.groupby("seller")["sad"].agg(["mean", "size"])
    for seller, rate in (("V07", 0.40), ("V11", 0.39), ("V03", 0.24)):
        assert sellers.loc[seller, "mean"] == pytest.approx(rate, abs=4 * np.sqrt(rate / sellers.loc[seller, "size"]))
    others = by_order[~by_order["seller"].isin(["V07", "V11"])]
    assert others["sad"].mean() == pytest.approx(0.24, abs=4 * np.sqrt(0.24 / len(others)))


def test_the_campaign_adds_six_per_hundred_for_honest_sellers_too(by_order):
    like = by_order[~by_order["seller"].isin(["V07", "V11"]) & ~by_order["special"] & ~by_order["new"]]
    with_it, without = like.loc[like["campaign"], "sad"], like.loc[~like["campaign"], "sad"]
    error = np.sqrt(0.27 / len(with_it) + 0.21 / len(without))
    assert with_it.mean() - without.mean() == pytest.approx(0.06, abs=4 * error)


def test_claims_bring_follow_ups(contacts):
    claims = contacts[(contacts["_reason"] == "complaint.quality_claim") & contacts["_department"].notna() & contacts["case_id"].notna()]
    early = claims[claims["contact_ts"] < pd.Timestamp("2026-03-01", tz="Europe/Berlin")].drop_duplicates("case_id")
    asked = contacts.loc[contacts["_reason"] == "complaint.complaint_status", "_order_id"].value_counts()
    number = early["_order_id"].map(asked).fillna(0)
    # several claims on one order share their follow-ups: a little above what each claim brings
    for interim, mean in ((False, 1.7), (True, 0.5)):
        some = number[early["_interim"] == interim]
        assert some.mean() == pytest.approx(mean, abs=4 * np.sqrt(mean / len(some)) + 0.15)


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
