"""Which of the twelve pain points a customer met, when, and what each costs: points on a scale of 0–10."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan
from cxlib.simulate.trade import Trade

__all__ = ["DEDUCTIONS", "MEMORY_DAYS", "damage", "experiences", "remembered", "truth"]

DEDUCTIONS = {
    "P01": 0.9,  # mail or form never answered
    "P02": 0.8,  # promised call back not made the same day
    "P03": 0.7,  # quote later than promised
    "P04": 0.3,  # asked what the circular on prices means
    "P05": 1.1,  # delivered more than five days after the first promise
    "P06": 1.9,  # delayed and not told before
    "P07": 0.4,  # waited longer than nine callers in ten, or gave up
    "P08": 0.5,  # called outside service hours
    "P09": 0.6,  # did not reach the wanted person at the first attempt
    "P10": 1.0,  # passed on twice or more
    "P11": 0.5,  # had to ask about an invoice
    "P12": 1.4,  # a claim without interim status, or had to ask how it was going
}
MEMORY_DAYS = 180
LONG_WAIT_S, LATE_DAYS = 250.0, 5
WRITTEN = ("email", "web_form")
CIRCULAR = ("2026-03-02", "2026-03-09")
STATUS, CLAIMS = "complaint.complaint_status", ("complaint.quality_claim", "complaint.warranty_claim")
INVOICE = ("billing.invoice_comprehension", "billing.invoice_error", "billing.invoice_format")
COLUMNS = ("key", "contact_id", "ts", "pain_point")


def experiences(people: People, trade: Trade, contacts: pd.DataFrame | None = None, messages: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return every pain point that somebody met, as far as the tables tell.

    Parameters
    ----------
    people : People
    trade : Trade
        Orders (P05, P06) and quotes (P03).
    contacts : DataFrame, optional
        The log with its hidden columns; columns it lacks tell nothing.
    messages : DataFrame, optional
        Outbound messages: a delay notice sent before the promised date spares P06. Without them only those delays count as not told of
        which somebody complained.

    Returns
    -------
    DataFrame
        key (person_id in accounts, otherwise customer_id), contact_id (missing for orders and quotes), ts, pain_point.
    """
    pieces = [_of_orders(trade.orders, messages), _of_quotes(trade.quotes)]
    if contacts is not None and len(contacts):
        pieces.append(_of_contacts(contacts))
    met = pd.concat(pieces, ignore_index=True)
    in_accounts = people.persons.loc[people.persons["account_id"].notna(), "person_id"]
    met["key"] = met["person_id"].where(met["person_id"].isin(in_accounts), met["customer_id"])
    return met.dropna(subset=["key", "ts"])[list(COLUMNS)].reset_index(drop=True)


def remembered(met: pd.DataFrame, keys: pd.Series, moments: pd.Series) -> pd.DataFrame:
    """Return for each answer which pain points were met in the half year before it: bool, one column a pain point."""
    asked = pd.DataFrame({"key": keys.to_numpy(), "moment": moments.to_numpy(), "row": np.arange(len(keys))})
    joined = asked.merge(met, on="key")
    age = joined["moment"] - joined["ts"]
    recent = joined[(age > pd.Timedelta(0)) & (age <= pd.Timedelta(days=MEMORY_DAYS))]
    return pd.crosstab(recent["row"], recent["pain_point"]).reindex(index=asked["row"], columns=list(DEDUCTIONS), fill_value=0) > 0


def truth(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return ``pain_point_deductions``: pain_point, points (on 0–10, when met in the half year before the answer)."""
    points = [-value * plan.effects.pain_points for value in DEDUCTIONS.values()]
    return {"pain_point_deductions": pd.DataFrame({"pain_point": list(DEDUCTIONS), "points": points})}


def damage(plan: Plan, respondents: pd.DataFrame) -> pd.DataFrame:
    """Return what each pain point costs all respondents together, the worst first.

    Parameters
    ----------
    plan : Plan
    respondents : DataFrame
        One row a questionnaire with P01 … P12: met in the half year before.

    Returns
    -------
    DataFrame
        pain_point, share (of questionnaires whose sender met it), points (that it costs whoever met it), damage (their product, in
        points of the mean recommendation).
    """
    share = respondents[list(DEDUCTIONS)].mean() if len(respondents) else pd.Series(0.0, index=list(DEDUCTIONS))
    points = -pd.Series(DEDUCTIONS) * plan.effects.pain_points
    table = pd.DataFrame({"share": share, "points": points, "damage": share * points}).rename_axis("pain_point")
    return table.sort_values("damage", kind="stable").reset_index()


def _rows(frame: pd.DataFrame, hit: pd.Series | np.ndarray, ts: pd.Series, pain_point: str) -> pd.DataFrame:
    part = frame[hit]
    customer, person = (
        part.get(f"_{name}", part.get(name)) for name in ("customer_id", "person_id")
    )  # who it was, known to the log or not
    found = {"customer_id": customer, "person_id": person, "contact_id": part.get("contact_id"), "ts": ts[hit], "pain_point": pain_point}
    return pd.DataFrame(found).astype({"person_id": "str", "contact_id": "str"})


def _of_orders(orders: pd.DataFrame, messages: pd.DataFrame | None) -> pd.DataFrame:
    """Deviation from the first promise (P05), and delays nobody told before (P06)."""
    late = orders["_delay_days"] > LATE_DAYS
    found = [_rows(orders, late, _moment(orders["delivered_date"]), "P05")]
    if messages is not None:
        notices = messages[messages["type"] == "delay_notice"]
        promised = notices["order_id"].map(orders.set_index("order_id")["promised_first"])
        told = notices["order_id"][notices["sent_ts"] < _moment(promised) + pd.Timedelta(days=1)]
        found.append(_rows(orders, orders["_delayed"] & ~orders["order_id"].isin(told), _moment(orders["promised_first"]), "P06"))
    return pd.concat(found)


def _of_quotes(quotes: pd.DataFrame) -> pd.DataFrame:
    late = (quotes["sent_ts"].isna() | (quotes["sent_ts"] > quotes["promised_ts"])) & quotes["promised_ts"].notna()
    return _rows(quotes, late, quotes["promised_ts"], "P03")


def _of_contacts(contacts: pd.DataFrame) -> pd.DataFrame:
    def column(name: str) -> pd.Series:
        return contacts[name] if name in contacts else pd.Series(np.nan, index=contacts.index, dtype="object")

    reason, ts = column("_reason"), contacts["contact_ts"]
    due, done = column("promise_due_ts"), column("promise_done_ts")
    missed = column("promise_type").eq("callback") & due.notna() & ~(done <= due).fillna(False)
    day = ts.dt.strftime("%Y-%m-%d")
    answered = column("first_response_ts").notna() if "first_response_ts" in contacts else pd.Series(True, index=contacts.index)
    hits = {
        "P01": contacts["channel"].isin(WRITTEN) & ~answered & (reason != "no_customer_concern"),
        "P02": missed,
        "P04": reason.eq("follow_up.sent_info_unclear") & (day >= CIRCULAR[0]) & (day <= CIRCULAR[1]),
        "P06": reason.eq("delivery.delivery_delay_not_notified"),
        "P07": (column("wait_s").astype("float64") > LONG_WAIT_S) | column("abandoned").fillna(False).astype(bool),
        "P08": contacts["channel"].eq("phone") & _closed(ts),
        "P09": column("reached").eq(False).fillna(False).astype(bool),
        "P10": (column("transfers").astype("float64") >= 2),
        "P11": reason.isin(INVOICE),
        "P12": reason.eq(STATUS) | (reason.isin(CLAIMS) & column("_interim").eq(False)),
    }
    return pd.concat([_rows(contacts, hit.to_numpy(dtype=bool), ts, pain_point) for pain_point, hit in hits.items()])


def _closed(ts: pd.Series) -> pd.Series:
    """Outside Mo–Th 7:30–16:30 and Fr 7:30–14:30."""
    minute, weekday = ts.dt.hour * 60 + ts.dt.minute, ts.dt.day_of_week
    return (weekday > 4) | (minute < 450) | (minute >= np.where(weekday == 4, 870, 990))


def _moment(day: pd.Series) -> pd.Series:
    return day.dt.tz_localize("Europe/Berlin")
