"""P12: complaints that take long, without word in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counts, filled, headed, lacking, levels, named, picked
from cxlib.contacts._complaints import CHASING, CLAIMS, complaining, undefined
from cxlib.contacts.pain_points._figures import DAY, microseconds, none, timed, until
from cxlib.estimates import Sampling

__all__ = ["cases", "complaints", "with_interim"]

INTERIM = "interim_status"


def complaints(
    contacts: IntoFrame,
    messages: IntoFrame | None = None,
    *,
    about: Mapping[str, Sequence[str]] = CLAIMS,
    chasing: Sequence[str] = CHASING,
    at_days: Sequence[float] = (7, 14, 30, 60),
    settle_days: float = 30,
    as_of: datetime | None = None,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How long complaints take, how many get word in between, and how often customers have to chase.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    messages : DataFrame, optional
        ``type``, ``sent_ts`` and ``case_id`` or ``customer_id``; word in between has the type "interim_status".
    about : mapping of str to sequence of str
        What makes a contact a complaint: columns and their values, one of which is enough.
    chasing : sequence of str
        Reasons of contacts that ask how a complaint stands; they are chasers, and no complaints themselves.
    at_days : sequence of float
        Days after the complaint at which the share not settled is told.
    settle_days : float
        Complaints younger than this are not yet asked whether they got word in between, and how often they were chased.
    as_of, by, direction, period
        As in :func:`cxlib.contacts.pain_points.unanswered`; `by` of the complaint's first contact.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, ``days`` and ``interim`` ("yes", "no"): ``complaint_unsettled`` (``share`` not settled after so many days),
        ``interim_share`` (``share`` with word in between), ``chasers_per_complaint`` (``times``; also by ``interim``), and counts:
        ``complaints``, also by ``told_by`` (the column that says so; a complaint may be told by several), ``settling_not_recorded`` (of
        channels without any solution in the log) and ``settled_before_contact``, which are in no time. ``n`` counts complaints.

    Notes
    -----
    A complaint is a case with such a contact, or such a contact without a case. It is settled with its first contact; open ones are
    watched until now (Kaplan–Meier). Chasers are later contacts of the case, and contacts for `chasing` of the same customer while the
    complaint is open.

    >>> at = lambda day: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(days=day)
    >>> log = pd.DataFrame({"contact_id": list("123"), "contact_ts": [at(0), at(4), at(1)], "local_date": pd.Timestamp("2025-01-06"),
    ...     "channel": "email", "customer_id": list("aab"), "case_id": list("vvw"), "touchpoint_id": ["T39", "T31", "T39"],
    ...     "resolved_ts": [at(9), None, None]})
    >>> told = complaints(log, about={"touchpoint_id": ["T39"]}, chasing=(), at_days=[7, 14], as_of=at(60))
    >>> told[told["note"].eq("") & told["told_by"].isna()][["days", "metric", "value"]]
      days                 metric  value
    0    7    complaint_unsettled    1.0
    1   14    complaint_unsettled    0.5
    3  NaN  chasers_per_complaint    0.5
    4  NaN             complaints    2.0
    """
    needs = undefined(contacts, about) + lacking(contacts, ["contact_ts", "local_date", *by])
    if needs:
        return estimates.stack(estimates.unanswerable("complaint_unsettled", "share", needs, by=[*by, "days"]))
    end = until(contacts, as_of)
    table = cases(contacts, about, chasing=chasing, by=by, direction=direction, period=period)
    table = table[table["opened"] <= end]
    if table.empty:
        return estimates.stack(none("complaint_unsettled", "share", by))
    table = named(table, by)
    chance: Sampling = {**options, "weight": None, "cluster": "cluster"}
    timed_, aside = _settled(contacts, table, by, end, at_days, chance)
    old = table[table["opened"] <= end - round(settle_days * DAY)]
    old = with_interim(old, messages, end) if messages is not None and len(old) else old
    parts = [*timed_, *_word_between(old, messages, by, chance), *_chased(contacts, old, chasing, by, direction, end, chance)]
    parts += [
        counts(part.assign(n=1, weight=1.0, squares=1.0), by, metric)
        for metric, part in {"complaints": table, **aside}.items()
        if len(part)
    ]
    return estimates.stack(*parts, *_told_by(table, list(about), by))


def _told_by(table: pd.DataFrame, columns: Sequence[str], by: Sequence[str]) -> list[pd.DataFrame]:
    """How many complaints each column tells of."""
    parts = {name: table[table[f"cx_by_{name}"].eq(1)] for name in columns if f"cx_by_{name}" in table}
    counted = {name: counts(part.assign(n=1, weight=1.0, squares=1.0), by, "complaints") for name, part in parts.items() if len(part)}
    return [headed(part, {"told_by": name}) for name, part in counted.items()]


def cases(
    contacts: IntoFrame,
    about: Mapping[str, Sequence[str]],
    *,
    chasing: Sequence[str] = (),
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
) -> pd.DataFrame:
    """Return complaints, one row each: the first such contact of a case, with ``opened`` and ``settled`` in microseconds.

    ``cx_by_<column>`` is 1 where the column says of a contact of the case that it is a complaint.
    """
    frame = timed(contacts, ["contact_ts"], direction, period)
    have = frame.columns
    frame = frame.filter(complaining(have, about, chasing))
    flags = {f"cx_by_{name}": nw.when(nw.col(name).is_in(list(about[name]))).then(1).otherwise(0) for name in about if name in have}
    frame = frame.with_columns(**flags)
    frame = timed(frame.to_native(), ["resolved_ts"], None, None) if "resolved_ts" in have else frame
    sought = ("contact_id", "customer_id", "case_id", "channel", "cx_us_resolved_ts")
    wanted = [name for name in sought if name in frame.columns]
    table = frame.select(*dict.fromkeys([*wanted, "local_date", "cx_us_contact_ts", *by, *flags])).collect().to_pandas()
    table = table.rename(columns={"cx_us_contact_ts": "opened", "cx_us_resolved_ts": "settled"})
    table = table.reindex(columns=list(dict.fromkeys([*table.columns, "contact_id", "customer_id", "case_id", "channel", "settled"])))
    table = table.astype({"opened": "float64", "settled": "float64"}).dropna(subset="opened")
    table = table.astype(dict.fromkeys(("contact_id", "customer_id", "case_id", "channel"), "str"))
    table = table.sort_values(["opened", "contact_id"], kind="stable", ignore_index=True)
    alone = pd.Series("contact " + table.index.astype("str"), index=table.index, dtype="str")
    case = ("case " + table["case_id"]).fillna(alone)
    table = table.assign(**{name: table.groupby(case)[name].transform("max") for name in flags})[~case.duplicated()]
    return table.assign(cluster=table["customer_id"].fillna("day " + levels(table["local_date"]))).reset_index(drop=True)


def with_interim(table: pd.DataFrame, messages: IntoFrame, end: int) -> pd.DataFrame:
    """Add to complaints whether word came in between: by their case, else to their customer while they were open."""
    have = nw.from_native(messages).lazy().columns
    links = [name for name in ("case_id", "customer_id") if name in have]
    sent = picked(messages, ["type", "sent_ts", *links])
    sent = sent[sent["type"].eq(INTERIM)].reindex(columns=["sent_ts", "case_id", "customer_id"])
    sent = sent.astype({"case_id": "str", "customer_id": "str"})
    by_case = table["case_id"].isin(sent["case_id"].dropna())
    free = sent[sent["case_id"].isna()].dropna(subset="customer_id")
    free = free.assign(at=microseconds(free["sent_ts"]))
    open_until = table["settled"].fillna(float(end))
    both = table[["customer_id", "opened"]].assign(until=open_until).reset_index(names="row").merge(free, on="customer_id")
    while_open = both.loc[(both["at"] >= both["opened"]) & (both["at"] <= both["until"]), "row"]
    return table.assign(interim=(by_case | table.index.isin(while_open)).map({True: "yes", False: "no"}))


def _settled(
    contacts: IntoFrame, table: pd.DataFrame, by: Sequence[str], end: int, at_days: Sequence[float], options: Sampling
) -> tuple[list[pd.DataFrame], dict[str, pd.DataFrame]]:
    """The share not settled after some days; complaints whose solution no log holds stand aside, as those settled before they came."""
    if not filled(contacts, ["resolved_ts"])["resolved_ts"]:
        return [estimates.unanswerable("complaint_unsettled", "share", ["contacts.resolved_ts"], by=[*by, "days"])], {}
    recorded = _recorded(contacts)
    silent = table[~table["channel"].isin(recorded) & table["channel"].notna()]
    odd = table[table["settled"] < table["opened"]]
    told = table.drop(index=[*silent.index, *odd.index.difference(silent.index)])
    there = told["settled"].notna() & (told["settled"] <= end)
    days = ((told["settled"].where(there, float(end)) - told["opened"]) / DAY).clip(lower=1e-9)
    held = told.assign(lasted=days, event=there.astype("int64"))
    aside = {"settling_not_recorded": silent, "settled_before_contact": odd}
    if held.empty:
        return [none("complaint_unsettled", "share", [*by, "days"])], aside
    return [estimates.survival(held, "lasted", "event", at=at_days, by=by, metric="complaint_unsettled", **options)], aside


def _recorded(contacts: IntoFrame) -> set[str]:
    """Channels in which the log holds solutions at all."""
    frame = nw.from_native(contacts).lazy()
    if "channel" not in frame.columns:
        return set()
    some = frame.filter(~nw.col("resolved_ts").is_null()).select("channel").unique().collect().to_pandas()
    return set(some["channel"].dropna().astype("str"))


def _word_between(old: pd.DataFrame, messages: IntoFrame | None, by: Sequence[str], options: Sampling) -> list[pd.DataFrame]:
    if messages is None or lacking(messages, ["type", "sent_ts"], "messages"):
        needs = ["messages.type"] if messages is None else lacking(messages, ["type", "sent_ts"], "messages")
        return [estimates.unanswerable("interim_share", "share", needs, by=by)]
    if old.empty:
        return [none("interim_share", "share", by)]
    held = old.assign(flag=old["interim"].eq("yes").astype("float64"))
    return [estimates.share(held, "flag", by=by, metric="interim_share", **options)]


def _chased(
    contacts: IntoFrame, old: pd.DataFrame, chasing: Sequence[str], by: Sequence[str], direction: str | None, end: int, options: Sampling
) -> list[pd.DataFrame]:
    """Later contacts of a complaint's case, and those that ask how it stands, a complaint."""
    metric = "chasers_per_complaint"
    if old.empty:
        return [none(metric, "times", by)]
    later = _later(contacts, old, chasing, direction)
    if later is None:
        return [estimates.unanswerable(metric, "times", ["contacts.case_id"], by=by)]
    open_until = old["settled"].fillna(float(end))
    own = old[["case_id", "customer_id", "opened", "contact_id"]].assign(until=open_until).reset_index(names="row")
    by_case = own.dropna(subset="case_id").merge(later.dropna(subset="case_id"), on="case_id", suffixes=("", "_later"))
    by_case = by_case[(by_case["at"] > by_case["opened"]) & (by_case["at"] <= end)]
    asks = later[later["asks"]].dropna(subset="customer_id")
    asks = asks[~asks["contact_id"].isin(by_case["contact_id_later"])]
    free = own.dropna(subset="customer_id").merge(asks, on="customer_id", suffixes=("", "_later"))
    free = free[(free["at"] > free["opened"]) & (free["at"] <= free["until"])]
    free = free.sort_values("opened", kind="stable").drop_duplicates("contact_id_later", keep="last")
    number = pd.concat([by_case[["row", "contact_id_later"]], free[["row", "contact_id_later"]]]).drop_duplicates().groupby("row").size()
    held = old.assign(chasers=number.reindex(old.index).fillna(0.0).astype("float64"), one=1.0)
    groups: list[list[str]] = [list(by), *([[*by, "interim"]] if "interim" in old else [])]
    return [estimates.rate(held, "chasers", "one", by=group, metric=metric, unit="times", **options) for group in groups]


def _later(contacts: IntoFrame, old: pd.DataFrame, chasing: Sequence[str], direction: str | None) -> pd.DataFrame | None:
    """Contacts of the complaints' cases, and those for the reasons of who chases; None where the log links neither."""
    frame = timed(contacts, ["contact_ts"], direction, None)
    have = frame.columns
    known = sorted(set(old["case_id"].dropna()))
    ways: list[Any] = [nw.col("case_id").is_in(known)] if "case_id" in have and known else []
    asks: Any = nw.lit(False)
    if chasing and "reason_id" in have and "customer_id" in have:
        asks = ~nw.col("reason_id").is_null() & nw.col("reason_id").is_in(list(chasing))
        ways.append(asks)
    if not ways:
        return None
    wanted = ["contact_id", *[name for name in ("case_id", "customer_id") if name in have], "cx_us_contact_ts", "cx_asks"]
    frame = frame.with_columns(cx_asks=nw.when(asks).then(1).otherwise(0)).filter(nw.any_horizontal(*ways, ignore_nulls=True))
    table = frame.select(*wanted).collect().to_pandas().reindex(columns=[*wanted[:1], "case_id", "customer_id", *wanted[-2:]])
    table = table.rename(columns={"cx_us_contact_ts": "at", "cx_asks": "asks"})
    table = table.astype({"at": "float64", "contact_id": "str", "case_id": "str", "customer_id": "str"})
    return table.assign(asks=table["asks"].eq(1)).sort_values(["at", "contact_id"], kind="stable", ignore_index=True)
