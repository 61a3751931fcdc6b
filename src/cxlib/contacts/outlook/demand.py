"""What customers ask for that does not exist yet: in their own words, in answers, in searches, in what staff note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, headed, lacking, picked, within
from cxlib.contacts.outlook._lifts import PER_CONTACTS, per_thousand
from cxlib.contacts.outlook._mentions import checked, mentions, mentions_in
from cxlib.estimates import OTHER, Sampling

__all__ = ["ideas", "unmet_demand"]

UNMET = ("growth_feedback.unmet_demand",)
OPEN = ("no_solution",)
OUTSIDE = ("no_customer_concern",)


def unmet_demand(
    contacts: IntoFrame,
    *,
    services: Mapping[str, Sequence[str]] | None = None,
    reasons: Sequence[str] = UNMET,
    unsolved: Sequence[str] = OPEN,
    outside: Sequence[str] = OUTSIDE,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many contacts ask for something that we do not offer, what it is, and whether they become more.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``reason_id``, and ``text`` or ``outcome``.
    services : mapping of str to sequence of str, optional
        Service that does not exist yet → phrases by which a text names it, literal and without regard to capitals.
    reasons : sequence of str
        Reasons of contacts that ask for what does not exist.
    unsolved : sequence of str
        Outcomes with which such a contact ends without anything.
    outside : sequence of str
        Reasons that are no customer's concern; their contacts are in no denominator.
    direction, period
        Of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES over all and by ``service`` ("__other__": none of those listed): ``unmet_rate`` (``share`` of the contacts whose reason
        is known). Over all also ``unmet_change`` (``per 1,000 contacts``: second half of the days less the first one) and
        ``unmet_unsolved`` (``share`` of these contacts that ended without anything). A contact may name several services. ``n`` counts
        contacts.

    >>> log = pd.DataFrame({"local_date": pd.to_datetime(["2025-01-06", "2025-01-07"]), "customer_id": list("ab"),
    ...     "reason_id": ["growth_feedback.unmet_demand", "order"], "text": ["Gibt es einen Verleih?", "Bitte 4 Stück"]})
    >>> told = unmet_demand(log, services={"rental": ["Verleih"]})
    >>> told[told["metric"].eq("unmet_rate")][["service", "value"]]
      service  value
    0     NaN  500.0
    1  rental  500.0
    """
    needs = lacking(contacts, ["local_date", "reason_id"])
    if needs:
        return estimates.unanswerable("unmet_rate", PER_CONTACTS, needs, by=["service"])
    have = nw.from_native(contacts).lazy().columns
    listed = checked(services or {}, "services") if "text" in have else {}
    flags = {f"cx_service_{number}": mentions("text", phrases) for number, phrases in enumerate(listed.values())}
    frame = within(contacts, direction, period).filter(~nw.col("reason_id").is_null() & ~nw.col("reason_id").is_in(list(outside)))
    frame = frame.with_columns(cx_unmet=nw.when(nw.col("reason_id").is_in(list(reasons))).then(1).otherwise(0), **flags)
    done = (
        nw.when(nw.col("outcome").is_in(list(unsolved))).then(nw.lit("unsolved")).otherwise(nw.lit("ended")) if "outcome" in have else None
    )
    outcome = nw.lit("unknown") if done is None else nw.when(nw.col("outcome").is_null()).then(nw.lit("unknown")).otherwise(done)
    middle = _middle(frame)
    later = nw.when(nw.col("local_date") >= middle).then(nw.lit("later")).otherwise(nw.lit("earlier"))
    frame = frame.with_columns(cx_outcome=outcome, cx_half=later)
    cluster = options.get("cluster") or "customer_id"
    table = counted(frame.to_native(), ["cx_unmet", "cx_outcome", "cx_half", *flags], cluster=cluster, direction=None)
    table = table.assign(flag=table["cx_unmet"].astype("float64"))
    parts = [per_thousand(behind(estimates.share(table, "flag", metric="unmet_rate", **clustered(options)), table, []))]
    parts += _by_service(table, dict(zip(listed, flags, strict=True)), options)
    if table["cx_half"].nunique() == 2:
        change = estimates.share_difference(
            table, "flag", between="cx_half", reference="earlier", metric="unmet_change", **clustered(options)
        )
        parts.append(per_thousand(behind(change.drop(columns="cx_half"), table, [])))
    ended = table[table["flag"].eq(1) & table["cx_outcome"].ne("unknown")]
    if len(ended):
        held = ended.assign(flag=ended["cx_outcome"].eq("unsolved").astype("float64"))
        parts.append(behind(estimates.share(held, "flag", metric="unmet_unsolved", **clustered(options)), ended, []))
    return estimates.stack(pd.DataFrame({"service": pd.Series(dtype="str")}).join(parts[0].iloc[:0]), *parts)


def _middle(frame: nw.LazyFrame[Any]) -> datetime:
    """The middle of the log's days."""
    ends = frame.select(first=nw.col("local_date").min(), last=nw.col("local_date").max()).collect().to_pandas()
    first, last = pd.Timestamp(ends["first"].item()), pd.Timestamp(ends["last"].item())
    if pd.isna(first) or pd.isna(last):
        return datetime(1970, 1, 1)
    return (first + (last - first + pd.Timedelta(days=1)) / 2).normalize().to_pydatetime()


def _by_service(table: pd.DataFrame, flags: Mapping[str, str], options: Sampling) -> list[pd.DataFrame]:
    """Contacts that ask for each service, and for one that nobody listed."""
    if not flags:
        return []
    unmet = table["flag"].eq(1)
    named = {name: unmet & table[flag].eq(1) for name, flag in flags.items()}
    rest = unmet & ~table[list(flags.values())].eq(1).any(axis=1)
    parts = []
    for name, flag in [*named.items(), (OTHER, rest)]:
        if flag.any():
            share = estimates.share(table.assign(flag=flag.astype("float64")), "flag", metric="unmet_rate", **clustered(options))
            parts.append(headed(per_thousand(behind(share, table, [])), {"service": name}))
    return parts


def ideas(
    contacts: IntoFrame,
    responses: IntoFrame | None = None,
    employee_notes: IntoFrame | None = None,
    events: IntoFrame | None = None,
    *,
    services: Mapping[str, Sequence[str]] | None = None,
    searches: Sequence[str] = ("search",),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Which further services are wished for, over everything that customers say, search and staff hear.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log; its ``text``.
    responses : DataFrame, optional
        ``text`` of items of type open_text.
    employee_notes : DataFrame, optional
        ``text`` of what staff noted.
    events : pandas, DuckDB or PySpark frame, optional
        ``page`` of the searches, in which the words stand that were searched.
    services : mapping of str to sequence of str, optional
        Service → phrases by which it is named, literal and without regard to capitals.
    searches : sequence of str
        Values of ``event`` that are a search; of a session each service counts once.
    direction, period
        Of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`; clusters are customers, respondents, sessions and notes.

    Returns
    -------
    DataFrame
        ESTIMATES by ``service``: ``demand_share`` (``share`` of all mentions of any service); and by ``told_by`` ("contacts", "survey",
        "searches", "staff"): ``mention_share`` (``share`` of the texts, answers, searching sessions or notes that name it). ``n`` counts
        mentions, or texts.

    Notes
    -----
    A phrase found is a mention, not yet a wish; phrases that also stand in other sentences count those too. Who speaks in several
    sources counts in each.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("abc"),
    ...     "text": ["Verleih?", "App?", "ein Verleih"]})
    >>> told = ideas(log, services={"rental": ["Verleih"], "app": ["App"]})
    >>> told[told["metric"].eq("demand_share")][["service", "value"]].round(2)
      service  value
    0  rental   0.67
    1     app   0.33
    """
    if not services:
        return estimates.unanswerable("demand_share", "share", ["params.outlook.services"], by=["service", "told_by"])
    listed = checked(services, "services")
    found = {
        "contacts": _of_contacts(contacts, listed, direction, period),
        "survey": _of_answers(responses, listed),
        "searches": _of_searches(events, listed, searches),
        "staff": _of_notes(employee_notes, listed),
    }
    there = {source: table for source, table in found.items() if table is not None and len(table)}
    if not there:
        return estimates.unanswerable("demand_share", "share", ["contacts.text"], by=["service", "told_by"])
    chance: Sampling = {**options, "weight": "weight", "cluster": "who"}
    every = pd.concat([table.assign(who=source + " " + table["who"]) for source, table in there.items()], ignore_index=True)
    said = every.melt(id_vars=["who", "n", "weight", "squares"], value_vars=list(listed), var_name="service", value_name="says")
    said = said[said["says"].eq(1)].reset_index(drop=True)
    if said.empty:
        none = estimates.unanswerable("demand_share", "share", [], by=["service", "told_by"])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    order = said.groupby("service")["weight"].sum().sort_values(ascending=False, kind="stable").index
    parts = [behind(estimates.shares(said, "service", levels=list(order), metric="demand_share", **chance), said, [])]
    for source, table in there.items():
        parts += [
            headed(behind(estimates.share(table, name, metric="mention_share", **chance), table, []), {"service": name, "told_by": source})
            for name in listed
            if table[name].any()
        ]
    return estimates.stack(*parts)


def _of_contacts(
    contacts: IntoFrame, listed: Mapping[str, Sequence[str]], direction: str | None, period: Span | None
) -> pd.DataFrame | None:
    """Texts, counted by customer and by which services they name."""
    if lacking(contacts, ["local_date", "text"]):
        return None
    flags = {f"cx_service_{number}": mentions("text", phrases) for number, phrases in enumerate(listed.values())}
    frame = nw.from_native(contacts).lazy().filter(~nw.col("text").is_null()).with_columns(**flags)
    table = counted(frame.to_native(), list(flags), cluster="customer_id", direction=direction, period=period)
    return table.rename(columns=dict(zip(flags, listed, strict=True)) | {"cluster": "who"}).astype(dict.fromkeys(listed, "float64"))


def _of_answers(responses: IntoFrame | None, listed: Mapping[str, Sequence[str]]) -> pd.DataFrame | None:
    """What respondents said in their own words, a row each respondent."""
    have = nw.from_native(responses).lazy().columns if responses is not None else []
    if responses is None or not {"item_type", "text", "respondent_id"} <= set(have):
        return None
    told = picked(responses, ["item_type", "text", "respondent_id"])
    return _flagged(told[told["item_type"].eq("open_text") & told["text"].notna()], "respondent_id", "text", listed)


def _of_notes(notes: IntoFrame | None, listed: Mapping[str, Sequence[str]]) -> pd.DataFrame | None:
    have = nw.from_native(notes).lazy().columns if notes is not None else []
    if notes is None or not {"text", "note_id"} <= set(have):
        return None
    told = picked(notes, ["text", "note_id"])
    return _flagged(told[told["text"].notna()], "note_id", "text", listed)


def _of_searches(events: IntoFrame | None, listed: Mapping[str, Sequence[str]], searches: Sequence[str]) -> pd.DataFrame | None:
    """Sessions in which something was searched."""
    have = nw.from_native(events).lazy().columns if events is not None else []
    if events is None or not {"event", "page", "session_id"} <= set(have):
        return None
    frame = nw.from_native(events).lazy().filter(nw.col("event").is_in(list(searches)) & ~nw.col("page").is_null())
    told = frame.select("session_id", "page").unique().collect().to_pandas()
    words = told["page"].astype("str").str.replace(r"[+_]|%20", " ", regex=True)
    return _flagged(told.assign(words=words)[told["session_id"].notna()], "session_id", "words", listed)


def _flagged(told: pd.DataFrame, unit: str, text: str, listed: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """One row a respondent, session or note: which services it names."""
    flags = pd.DataFrame({name: mentions_in(told[text], phrases) for name, phrases in listed.items()})
    flags = flags.assign(who=told[unit].astype("str").to_numpy())
    if flags.empty:
        return flags
    own = flags.groupby("who", as_index=False, sort=True)[list(listed)].max().astype(dict.fromkeys(listed, np.float64))
    return own.assign(n=1, weight=1.0, squares=1.0)
