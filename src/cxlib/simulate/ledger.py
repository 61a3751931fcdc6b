"""The contact log as its systems wrote it down: ids, what they know of the customer, time stamps, labels."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from cxlib.simulate import calendar
from cxlib.simulate.arrivals import CIRCULARS, HEAT
from cxlib.simulate.coding import DOUBLE_CODED, GOLD, LEGACY, gold, legacy
from cxlib.simulate.exposure import Exposure, choose, day_of
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan
from cxlib.simulate.reasons import NO_CONCERN, PERSONAS, code, reasons
from cxlib.simulate.service import CHANNELS, CLOSES, CLOSES_FRIDAY, DEPARTMENTS, OUTCOMES, PROMISES, STAFF
from cxlib.simulate.trade import Trade

__all__ = ["COLLECTIVE", "COLLECTIVE_CONTACTS", "NOTES", "ledger"]

NOTES = 2100 / 7900  # calls with a note
IN_GERMAN = 0.15  # of what English-speaking customers write
CALLERS_KNOWN, WRITERS_KNOWN, CITED = 0.70, 0.94, 0.97
COLLECTIVE, COLLECTIVE_CONTACTS = "0099999", 512  # the account on which one-off customers are booked
MESSENGER = 18  # messages to the phones of field sales that somebody entered as tickets
EXPORTED_AFTER = 7  # days after the period: nothing later is in the log
NIGHT = date(2025, 10, 26)  # the hour that comes twice
NIGHT_CALLS = 4
HOSE_SHARE, HOSE_SHARE_IN_HEAT = 0.40, 0.545
PARTS = ("P1", "P2", "P6", "P5")


def ledger(
    plan: Plan, ex: Exposure, people: People, trade: Trade, made: pd.DataFrame, rng: np.random.Generator, labels: int
) -> pd.DataFrame:
    """Write contacts down.

    Parameters
    ----------
    plan, ex, people, trade
    made : DataFrame
        From :func:`cxlib.simulate.log.coded`.
    rng : Generator
    labels : int
        Contacts delivered with a label.

    Returns
    -------
    DataFrame
        Contract columns and hidden ones, as :func:`cxlib.simulate.log.log` says.
    """
    phone = (made["channel"] == 0).to_numpy()
    noted = _noted(rng, made, phone)
    text = ~phone | noted
    frame: dict[str, Any] = {"contact_id": _contact_ids(ex, made, phone)}
    frame |= _stamps(plan, ex, made, phone)
    frame |= {"channel": _names(CHANNELS, made["channel"]), "direction": _fixed("inbound", len(made))}
    frame |= _known(plan, ex, people, trade, rng, made, phone)
    frame |= _handling(rng, made, phone)
    frame |= _codes(rng, made, text, labels)
    frame |= _hidden(rng, ex, people, trade, made, text)
    table = pd.DataFrame(frame)
    table["case_id"] = _case_ids(made).where(text | (rng.random(len(made)) < 0.4))
    table["thread_id"] = ("T" + table["case_id"].str.replace("-", "")).where(made["channel"].isin([1, 2]).to_numpy())
    table.loc[(table["_customer_id"] == COLLECTIVE).to_numpy(), ["account_id", "person_id"]] = pd.NA
    chats = np.flatnonzero(table["channel"].eq("chat") & table["_reason"].ne(NO_CONCERN))
    sent = table.index[rng.permutation(chats)[: plan.count(MESSENGER)]]  # passed on by field sales; no touchpoint of the list
    table.loc[sent, ["channel", "received_by"]] = ["social", "AD"]
    table.loc[sent, ["touchpoint_id", "thread_id"]] = pd.NA
    return _night_calls(plan, table)


def _fixed(value: str, n: int) -> Any:
    return pd.array([value], dtype="str").take(np.zeros(n, dtype=np.intp))


def _names(names: tuple[str, ...] | list[str], codes: np.ndarray | pd.Series) -> Any:
    """Names of codes; −1 is missing."""
    return pd.array(list(names), dtype="str").take(np.asarray(codes, dtype=np.intp), allow_fill=True)


def _ids(ids: pd.Series, rows: np.ndarray) -> Any:
    return ids.array.take(np.asarray(rows, dtype=np.intp), allow_fill=True)


def _noted(rng: np.random.Generator, made: pd.DataFrame, phone: np.ndarray) -> np.ndarray:
    """Calls of which somebody wrote a note: among those answered."""
    answered = phone & made["reached"].to_numpy()
    share = NOTES * phone.sum() / max(answered.sum(), 1)
    lean = np.where(made["solved"], 0.8, 1.4) * answered
    return rng.random(len(made)) < lean * share * answered.sum() / max(lean.sum(), 1.0)


def _contact_ids(ex: Exposure, made: pd.DataFrame, phone: np.ndarray) -> pd.Series:
    """Ticket numbers and call numbers, each counted on within its year."""
    year = ex.days["date"].dt.year.to_numpy()[made["day"]]
    sign = pd.Series(np.where(phone, "A", "")) + pd.Series(year).astype(str) + "-"
    number = pd.DataFrame({"phone": phone, "year": year}).groupby(["phone", "year"]).cumcount() + 1
    return (sign + number.astype(str).str.zfill(6)).astype("str")


def _case_ids(made: pd.DataFrame) -> pd.Series:
    """Cases are numbered on; claims have the quality department's numbers."""
    claim = made["reason"].isin([code("complaint.quality_claim"), code("complaint.warranty_claim"), code("complaint.complaint_status")])
    claim = claim.groupby(made["case"]).transform("max")
    number = made["case"].astype("int64")
    return (pd.Series(np.where(claim, "Q-", "V-")) + (number + 1001).astype(str).str.zfill(6)).astype("str")


def _stamps(plan: Plan, ex: Exposure, made: pd.DataFrame, phone: np.ndarray) -> dict[str, Any]:
    dates = ex.days["date"]
    start = calendar.at(dates.iloc[made["day"]].reset_index(drop=True), made["minute"].to_numpy())
    end = calendar.at(pd.Series([pd.Timestamp(plan.end) + pd.Timedelta(days=EXPORTED_AFTER)]), np.zeros(1))[0]

    def after(hours: pd.Series | np.ndarray, planned: bool = False) -> pd.Series:
        seconds = np.round(np.asarray(hours, dtype="float64") * 3600) * 1e6
        delta = np.where(np.isnan(seconds), np.iinfo(np.int64).min, np.nan_to_num(seconds)).astype("int64").view("timedelta64[us]")
        moment = start + pd.Series(delta)
        return moment if planned else moment.where(moment <= end)

    taken = np.where(made["reached"], np.nan_to_num(made["wait_s"]) / 3600, np.nan)
    next_day = ex.workday[np.minimum(made["day"] + 1, len(ex.days) - 1)]
    tonight = (made["minute"] < 720).to_numpy() & ex.days["open"].to_numpy()[made["day"]]
    due_day = np.where(tonight, made["day"], next_day)
    closes = np.where(ex.days["weekday"].to_numpy()[due_day] == 5, CLOSES_FRIDAY, CLOSES)
    due = calendar.at(dates.iloc[due_day].reset_index(drop=True), closes)
    solved = after(made["solved_h"])
    return {
        "contact_ts": start,
        "first_response_ts": after(np.where(phone, taken, made["answer_h"])),
        "resolved_ts": solved,
        "due_ts": due.where(~phone),
        "status": pd.Series(np.where(solved.notna(), "closed", "open")).where(~phone | made["reached"].to_numpy()).astype("str"),
        "promise_type": _names(PROMISES, made["promise"]),
        "promise_due_ts": after(made["promise_due_h"], planned=True),
        "promise_done_ts": after(made["promise_done_h"]),
    }


def _known(
    plan: Plan, ex: Exposure, people: People, trade: Trade, rng: np.random.Generator, made: pd.DataFrame, phone: np.ndarray
) -> dict[str, Any]:
    """What the systems know of who made the contact and what it is about."""
    n, order = len(made), made["order"].to_numpy()
    dealt = (made["transfers"] >= 0).to_numpy()
    cites = (order >= 0) & (dealt | ~phone) & (rng.random(n) < CITED)
    rest = phone & ~cites
    share = np.clip((CALLERS_KNOWN * phone.sum() - (phone & cites).sum()) / max(rest.sum(), 1), 0, 1)
    known = cites | (rng.random(n) < np.where(phone, share, WRITERS_KNOWN))
    customer = np.where(known, made["customer"], -1)
    person = np.where(known & (rng.random(n) < np.where(phone, 0.55, 0.9)), made["person"], -1)
    persons = people.persons.iloc[ex.persons["person"].to_numpy()].reset_index(drop=True)
    looked_after = persons["account_id"].notna().to_numpy()
    person = np.where((person >= 0) & looked_after[person], person, -1)
    ids, account = people.customers["customer_id"], people.customers["_account_id"]
    one_off = (~looked_after[made["person"].to_numpy()]) & (order < 0) & (made["quote"].to_numpy() < 0) & (made["invoice"].to_numpy() < 0)
    booked = rng.permutation(np.flatnonzero(one_off & known))[: plan.count(COLLECTIVE_CONTACTS)]
    public, true = pd.Series(_ids(ids, customer)), pd.Series(_ids(ids, made["customer"].to_numpy()))
    public.iloc[booked], true.iloc[booked] = COLLECTIVE, COLLECTIVE
    document = pd.Series(_ids(trade.invoices["invoice_id"], made["invoice"].to_numpy()))
    quote = pd.Series(_ids(trade.quotes["quote_id"], made["quote"].to_numpy()))
    letter = pd.Series(_names([each[1] for each in CIRCULARS], made["document"]))
    document = document.fillna(quote).fillna(letter).where(dealt | ~phone)
    return {
        "customer_id": public,
        "account_id": _ids(account, customer),
        "person_id": _ids(persons["person_id"], person),
        "order_id": _ids(trade.orders["order_id"], np.where(cites, order, -1)),
        "document_id": document,
        "product_id": _products(plan, rng, made, trade, dealt),
        "_customer_id": true,
        "_person_id": _ids(persons["person_id"], made["person"].to_numpy()),
        "_order_id": _ids(trade.orders["order_id"], order),
        "_invoice_id": _ids(trade.invoices["invoice_id"], made["invoice"].to_numpy()),
    }


def _products(plan: Plan, rng: np.random.Generator, made: pd.DataFrame, trade: Trade, dealt: np.ndarray) -> Any:
    """The order's product, or the part that is needed: hoses burst more often in the heat."""
    names = sorted({*trade.orders["product_id"].dropna(), *PARTS})
    index = pd.Series(range(len(names)), names)
    of_order = index.reindex(trade.orders["product_id"]).fillna(-1).to_numpy(dtype=int)[made["order"].to_numpy()]
    part = made["reason"].isin([code("usage_service.spare_parts"), code("usage_service.product_fault")]).to_numpy()
    hot = made["day"].between(day_of(plan, HEAT[0])[0], day_of(plan, HEAT[1])[0]).to_numpy()
    hose = rng.random(len(made)) < np.where(hot, HOSE_SHARE_IN_HEAT, HOSE_SHARE)
    other = index[list(PARTS[:3])].to_numpy()[choose(rng, np.array([0.35, 0.2, 0.45]), len(made))]
    product = np.where(made["order"] >= 0, of_order, np.where(part, np.where(hose, index[PARTS[3]], other), -1))
    return _names(names, np.where(dealt, product, -1))


def _handling(rng: np.random.Generator, made: pd.DataFrame, phone: np.ndarray) -> dict[str, Any]:
    """Who took the contact, who dealt with it, how long that took and what came of it."""
    n, table = len(made), reasons()
    staff = np.array([STAFF[name] for name in DEPARTMENTS])
    start = np.concatenate([[0], np.cumsum(staff)])
    signs = [f"{name}{number:02d}" for name in DEPARTMENTS for number in range(1, STAFF[name] + 1)]
    handled = made["handled"].to_numpy()
    who = start[handled] + np.floor(staff[handled] * rng.random(n) ** 1.3).astype(int)
    points = sorted({*table["touchpoint"], "T09", "T31", "T32", "T38"})
    of_reason = table["touchpoint"].map(points.index).to_numpy()[made["reason"]]
    money = (table["department"] == "BH").to_numpy()[made["reason"]]
    channel = made["channel"].to_numpy()
    lost = phone & ~made["reached"].to_numpy()
    point = np.select(
        [channel == 2, channel == 3, lost, phone & money],
        [points.index("T09"), points.index("T32"), points.index("T31"), points.index("T38")],
        of_reason,
    )
    outcome = made["outcome"].to_numpy()
    gift = (outcome == OUTCOMES.index("credit")) | ((made["reason"] == code("complaint.quality_claim")) & (rng.random(n) < 0.15)).to_numpy()
    signal = np.where(table["sales_reason"].to_numpy()[made["reason"]], rng.random(n) < 0.85, made["recorded"])
    dealt = (made["transfers"] >= 0).to_numpy()
    return {
        "touchpoint_id": _names(points, point),
        "received_by": _names(DEPARTMENTS, made["received"]),
        "handled_by": _names(signs, np.where(handled >= 0, who, -1)),
        "handled_by_type": pd.Series(_names(("person",), np.where(handled >= 0, 0, -1))),
        "transfers": pd.Series(np.maximum(made["transfers"], 0)).astype("Int64").where(dealt),
        "wait_s": made["wait_s"],
        "abandoned": made["abandoned"].astype("boolean").where(phone & ~made["outside"].to_numpy()),
        "reached": made["reached"].astype("boolean").where(phone),
        "handle_s": made["handle_s"],
        "outcome": _names(OUTCOMES, outcome),
        "sales_signal": pd.Series(signal.astype(bool)).astype("boolean").where(dealt),
        "goodwill_amount": pd.Series(np.round(np.exp(rng.normal(4.3, 0.7, n)))).where(gift & dealt),
        "currency": pd.Series(_names(("EUR",), np.where(gift & dealt, 0, -1))),
        "source": _names(("telephone", "tickets"), np.where(phone, 0, 1)),
        "weight": np.ones(n),
    }


def _codes(rng: np.random.Generator, made: pd.DataFrame, text: np.ndarray, labels: int) -> dict[str, Any]:
    names, n = reasons()["reason"].tolist(), len(made)
    reason = made["reason"].to_numpy()
    key = np.full(n, -1)
    key[text] = legacy(rng, reason[text])
    first, second = gold(rng, reason, text & (reason != code(NO_CONCERN)), labels, round(labels * DOUBLE_CODED / GOLD))
    keys = [name or None for name in LEGACY]
    return {
        "reason_legacy": _names([str(name) for name in keys], np.where(key == keys.index(None), -1, key)),
        "reason_gold": _names(names, first),
        "_gold_second": _names(names, second),
    }


def _hidden(rng: np.random.Generator, ex: Exposure, people: People, trade: Trade, made: pd.DataFrame, text: np.ndarray) -> dict[str, Any]:
    names = reasons()["reason"].tolist()
    order = made["order"].to_numpy()
    language = pd.Series(_ids(people.customers["_language"], made["customer"].to_numpy()))
    language = language.mask((language == "en") & (rng.random(len(made)) < IN_GERMAN), "de")
    delayed = (order >= 0) & ex.orders["delayed"].to_numpy()[order] if len(ex.orders) else np.zeros(len(made), dtype=bool)
    return {
        "language": language.where(text),
        "_reason": _names(names, made["reason"]),
        "_concern": _names(names, made["concern"]),
        "_concern_kind": _names(["accessibility", "additional_demand", "praise", "other"], made["kind"]),
        "_concern_first": made["named_first"].to_numpy(),
        "_persona": _names(PERSONAS, made["persona"]),
        "_language": language,
        "_delayed_order": delayed,
        "_has_text": text,
        "_outside": made["outside"].to_numpy(),
        "_department": _names(DEPARTMENTS, made["handled"]),
        "_ping_pong": made["ping_pong"].to_numpy(),
        "_interim": made["interim"].to_numpy(),
        "_habit": made["habit"].to_numpy(dtype=bool),
        "_tally": np.zeros(len(made), dtype=bool),
    }


def _night_calls(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """Move a few emergency calls into the hour that comes twice: two into the first, two into the second."""
    night = np.flatnonzero(table["_outside"] & table["_reason"].eq("usage_service.product_fault"))
    if not plan.start <= NIGHT <= plan.end or len(night) < NIGHT_CALLS:
        return table
    rows = table.index[night[:NIGHT_CALLS]]
    minutes = pd.to_timedelta([12, 41, 12, 38], unit="m")
    local = pd.Series(pd.Timestamp(NIGHT) + pd.Timedelta(hours=2) + minutes).astype("datetime64[us]")
    table.loc[rows, "contact_ts"] = local.dt.tz_localize(calendar.TIMEZONE, ambiguous=np.array([True, True, False, False])).to_numpy()
    return table.sort_values("contact_ts", kind="stable", ignore_index=True)
