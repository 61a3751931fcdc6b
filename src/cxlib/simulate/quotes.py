"""The demo client's leads and quotes: how fast somebody answers, whether the promised quote comes in time, and who is won."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.calendar import at, clock, days, draw_days, working_day
from cxlib.simulate.orders import CAMPAIGN
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan, stream

__all__ = ["LOST_REASONS", "ON_TIME", "ON_TIME_SPECIAL", "PROMISED", "QUOTED_SPECIAL", "SHARES", "TOLD", "WON", "leads", "quotes"]

ON_TIME, ON_TIME_SPECIAL = 0.63, 0.41  # of all promised quotes, and of those for special builds
QUOTED_SPECIAL = 0.30
PROMISED, WON = 0.86, 0.31
TOLD = 0.82  # of lost leads of which a reason is known
SHARES = {"on_time": ON_TIME, "on_time_special": ON_TIME_SPECIAL, "special": QUOTED_SPECIAL, "promised": PROMISED, "won": WON}
FIRST_TOUCH_MEDIAN_H, FIRST_TOUCH_P90_H, NEVER_TOUCHED = 9.4, 61.0, 0.08
LOST_REASONS = {
    "price": 0.31,
    "no_answer": 0.24,
    "delivery_time": 0.17,
    "competitor": 0.12,
    "technical_fit": 0.09,
    "project_cancelled": 0.07,
}
_LEAD_CAMPAIGNS = {"": 0.62, "K2025-04": 0.14, CAMPAIGN: 0.10, "K2026-03": 0.14}
_MONTHS = {"K2025-04": "2025-04", CAMPAIGN: "2025-10", "K2026-03": "2026-03"}


def quotes(plan: Plan, people: People, orders: pd.DataFrame) -> pd.DataFrame:
    """Return quotes, in order of time; those won led to an order of the same customer.

    Returns
    -------
    DataFrame
        quote_id, customer_id, requested_ts, promised_ts, sent_ts, won; hidden ``_special``, ``_order_id``, ``_seller``, ``_on_time``.
    """
    rng = stream(plan, "quotes")
    frame = pd.concat([_won(rng, plan, orders), _not_won(rng, plan, people)], ignore_index=True)
    n, end = len(frame), pd.Timestamp(plan.end)
    day = frame["requested_ts"].dt.tz_localize(None).dt.normalize()
    takes = np.where(frame["_special"], 4 + rng.gamma(3.0, 2.0, n), 1 + rng.gamma(2.0, 1.2, n))
    due = working_day(day + pd.to_timedelta(np.ceil(takes), unit="D"))
    promised = rng.random(n) < PROMISED
    frame["promised_ts"] = at(due, np.full(n, 17.0 * 60)).where(promised)
    standard = (ON_TIME - QUOTED_SPECIAL * ON_TIME_SPECIAL) / (1 - QUOTED_SPECIAL)
    punctual = rng.random(n) < np.where(frame["_special"], ON_TIME_SPECIAL, standard)
    late = working_day(due + pd.to_timedelta(1 + np.floor(rng.gamma(1.2, 3.2, n)), unit="D"))
    early = working_day(due - pd.to_timedelta(np.floor(rng.gamma(0.7, 1.2, n)), unit="D"), "backward")
    sent = early.where(early > day, due).where(punctual, late)
    sent = sent.where(~(sent >= frame["_ordered"]), frame["_ordered"] - pd.Timedelta(days=1))
    frame["sent_ts"] = at(sent, rng.uniform(8 * 60, 16.5 * 60, n)).where(sent <= end)
    frame["_on_time"] = pd.Series(punctual).where(promised & (due <= end)).astype("boolean")
    frame["won"] = frame["won"].astype("boolean").mask(frame["sent_ts"].isna())  # still open
    frame = frame.sort_values("requested_ts", kind="stable", ignore_index=True)
    year = frame["requested_ts"].dt.year
    frame["quote_id"] = (year % 100).astype(str) + "-" + (3001 + frame.groupby(year).cumcount()).astype(str)
    text = dict.fromkeys(("quote_id", "customer_id", "_order_id", "_seller"), "str")
    names = ["quote_id", "customer_id", "requested_ts", "promised_ts", "sent_ts", "won", "_special", "_order_id", "_seller", "_on_time"]
    return frame[names].astype({**text, "won": "boolean"})


def _won(rng: np.random.Generator, plan: Plan, orders: pd.DataFrame) -> pd.DataFrame:
    """Quotes that led to an order: of special builds nearly as often as of anything else."""
    start = at(pd.Series([pd.Timestamp(plan.start)]), np.zeros(1))[0]
    age = (orders["order_ts"] - start).dt.days
    able = age > 65
    if plan.market == "b2b":
        able &= ~orders["touchpoint_id"].isin(["T19", "T20"]) & ~orders["_campaign"]
    chosen = []
    for special, share in ((True, QUOTED_SPECIAL), (False, 1 - QUOTED_SPECIAL)):
        pool = np.flatnonzero(able & (orders["_special"] == special))
        chosen.append(rng.permutation(pool)[: round(plan.count(2400) * WON * share)])
    rows = orders.iloc[np.concatenate(chosen)].reset_index(drop=True)
    ordered, table = rows["order_ts"].dt.tz_localize(None).dt.normalize(), days(plan)
    at_order = (ordered - table["date"].iloc[0]).dt.days.to_numpy()
    earliest, latest = np.where(rows["_special"], 60, 40), np.where(rows["_special"], 30, 18)
    drawn = draw_days(rng, table, rows["_segment"].to_numpy(), rows["_state"].to_numpy(), at_order - earliest, at_order - latest)
    day = table["date"].iloc[drawn].reset_index(drop=True)
    frame = pd.DataFrame({"customer_id": rows["customer_id"], "_special": rows["_special"], "_order_id": rows["order_id"]})
    frame["_seller"], frame["won"], frame["_ordered"] = rows["_seller"], True, ordered
    weekday = day.dt.day_of_week.to_numpy() + 1
    return frame.assign(requested_ts=at(day, clock(rng, len(frame), "none", "written", weekday)))


def _not_won(rng: np.random.Generator, plan: Plan, people: People) -> pd.DataFrame:
    """Quotes that led to nothing, to customers and prospects alike."""
    number = plan.count(2400) - round(plan.count(2400) * WON * QUOTED_SPECIAL) - round(plan.count(2400) * WON * (1 - QUOTED_SPECIAL))
    table = days(plan)
    weight = people.customers["_activity"] * np.where(people.customers["_way"] == "prospect", 1.6, 1.0)
    rows = people.customers.iloc[rng.choice(len(people.customers), size=number, p=(weight / weight.sum()).to_numpy())]
    first = (rows["start_date"] - table["date"].iloc[0]).dt.days.fillna(0).clip(0, len(table) - 1).to_numpy().astype(np.int64)
    last = (rows["churn_date"] - table["date"].iloc[0]).dt.days.fillna(len(table)).to_numpy().astype(np.int64) - 1
    drawn = draw_days(rng, table, rows["segment"].to_numpy(), rows["_state"].to_numpy(), first, np.clip(last, first, len(table) - 1))
    frame = rows[["customer_id", "_seller"]].reset_index(drop=True)
    frame["_special"], frame["won"] = rng.random(number) < QUOTED_SPECIAL, False
    weekday = table["weekday"].to_numpy()[drawn]
    day = table["date"].iloc[drawn].reset_index(drop=True)
    return frame.assign(requested_ts=at(day, clock(rng, number, "none", "written", weekday)))


def leads(plan: Plan, people: People) -> pd.DataFrame:
    """Return leads, in order of time: every customer won by the sales force was one, prospects are, most others stay unknown.

    Returns
    -------
    DataFrame
        lead_id, customer_id, created_ts, first_touch_ts, campaign_id, first_interest_date, won, lost_reason; hidden ``_way``.
    """
    rng = stream(plan, "leads")
    table = days(plan)
    known = people.customers[people.customers["_way"].isin(["sales", "prospect"])]
    number = plan.count(1500)
    known = known.iloc[: min(len(known), number)]
    frame = known[["customer_id", "_way", "_state", "segment"]].reset_index(drop=True).reindex(range(number))
    came = (known["start_date"] - table["date"].iloc[0]).dt.days.reset_index(drop=True).reindex(range(number))
    frame["_state"], frame["segment"] = frame["_state"].fillna("HE"), frame["segment"].fillna("maintenance")
    last = came.fillna(len(table) - 1).to_numpy().astype(np.int64)
    first = np.where(came.notna(), np.maximum(last - 90, 0), 0)
    campaign = rng.choice(list(_LEAD_CAMPAIGNS), size=number, p=list(_LEAD_CAMPAIGNS.values()))
    first, last, campaign = _in_campaign(table, first, last, campaign)
    drawn = draw_days(rng, table, frame["segment"].to_numpy(), frame["_state"].to_numpy(), first, last)
    frame["campaign_id"] = pd.Series(campaign).where(campaign != "")
    day, weekday = table["date"].iloc[drawn].reset_index(drop=True), table["weekday"].to_numpy()[drawn]
    frame["created_ts"] = at(day, clock(rng, number, "none", "written", weekday))
    frame["first_interest_date"] = (day - pd.to_timedelta(np.floor(rng.exponential(12, number)), unit="D")).where(rng.random(number) < 0.7)
    frame = _answered(rng, plan, frame)
    frame = frame.sort_values("created_ts", kind="stable", ignore_index=True)
    frame["lead_id"] = [f"L{position:05d}" for position in range(1, number + 1)]
    names = ["lead_id", "customer_id", "created_ts", "first_touch_ts", "campaign_id", "first_interest_date", "won", "lost_reason", "_way"]
    text = dict.fromkeys(("lead_id", "customer_id", "campaign_id", "lost_reason", "_way"), "str")
    return frame[names].astype({**text, "won": "boolean", "first_interest_date": "datetime64[us]"})


def _in_campaign(
    table: pd.DataFrame, first: np.ndarray, last: np.ndarray, campaign: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Keep leads of a campaign within its month; who cannot have come in that month came without it."""
    first, last, campaign = first.copy(), last.copy(), campaign.astype(object)
    months = table["date"].dt.strftime("%Y-%m")
    for name, month in _MONTHS.items():
        rows, own = np.flatnonzero(months == month), campaign == name
        low, high = (rows[0], rows[-1]) if len(rows) else (len(table), -1)
        able = own & (np.maximum(first, low) <= np.minimum(last, high))
        first, last = np.where(able, np.maximum(first, low), first), np.where(able, np.minimum(last, high), last)
        campaign[own & ~able] = ""
    return first, last, campaign


def _answered(rng: np.random.Generator, plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """First answers: quick ones are won more often; nobody answers 8 %, and of those without answer many say so."""
    number, won = len(frame), frame["_way"] == "sales"
    sigma = np.log(FIRST_TOUCH_P90_H / FIRST_TOUCH_MEDIAN_H) / 1.2816
    hours = FIRST_TOUCH_MEDIAN_H * np.exp(sigma * (rng.normal(size=number) - np.where(won, 0.25, -0.1)))
    touched = frame["created_ts"] + pd.to_timedelta(np.round(hours * 3600), unit="s").astype("timedelta64[us]")
    never = (rng.random(number) < NEVER_TOUCHED * number / max(1, int((~won).sum()))) & ~won
    end = at(pd.Series([pd.Timestamp(plan.end)]), np.array([1439.0]))[0]
    frame["first_touch_ts"] = touched.where(~never & (touched <= end))
    age = (end - frame["created_ts"]).dt.days
    still_open = ~won & (age < 60) & (rng.random(number) < 0.6)
    frame["won"] = won.astype("boolean").mask(still_open)
    reason = rng.choice(list(LOST_REASONS), size=number, p=list(LOST_REASONS.values()))
    reason = np.where(never & (rng.random(number) < 0.7), "no_answer", reason)
    stated = ~won & ~still_open & (rng.random(number) < TOLD)
    frame["lost_reason"] = pd.Series(reason, dtype=object).where(stated)
    return frame
