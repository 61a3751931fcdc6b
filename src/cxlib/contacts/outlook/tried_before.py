"""What customers had tried before they got in touch: as they say themselves, as staff recorded it, as their texts tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, headed, lacking, named, picked
from cxlib.contacts.outlook._mentions import checked, mentions
from cxlib.estimates import Sampling

__all__ = ["tried_before"]

ANSWERED = ("response_id", "respondent_id", "item_id", "item_type", "state", "text", "value", "weight")


def tried_before(
    contacts: IntoFrame,
    responses: IntoFrame | None = None,
    *,
    item_type: str = "before_contact",
    nothing: Sequence[str] = ("nothing",),
    column: str | None = None,
    phrases: Mapping[str, Sequence[str]] | None = None,
    asked: Sampling | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What customers had tried before a contact, from up to three sources, each told for itself.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    responses : DataFrame, optional
        Answers to the question what had been tried: ``item_type``, ``item_id``, ``state`` and ``text`` (or ``value``), with ``weight``.
    item_type : str
        Type of that question.
    nothing : sequence of str
        Answers that mean that nothing had been tried.
    column : str, optional
        Column of contacts in which staff record it.
    phrases : mapping of str to sequence of str, optional
        What was tried → phrases of texts that tell it, literal and without regard to capitals.
    asked : Sampling, optional
        Options of the survey's figures; the respondent is the cluster when none is named.
    direction, period
        Of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`, for the contacts; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by ``told_by`` ("survey", "staff", "text"), ``item_id`` (of the survey) and ``tried``: ``tried_share`` (``share``); over
        all that was tried ``tried_something``. Of answers; of contacts in which it was recorded; of contacts with a text, where it is a
        lower bound, since who tried something need not say so. A survey without that question leaves a row that says what it needs.

    >>> log = pd.DataFrame({"contact_id": list("12"), "local_date": pd.Timestamp("2025-01-06"), "customer_id": list("ab"),
    ...     "text": ["Im Portal steht nichts", "Bitte um Angebot"]})
    >>> tried_before(log, phrases={"portal": ["im Portal"]})[["told_by", "tried", "metric", "value"]]
      told_by   tried           metric  value
    0    text  portal      tried_share    0.5
    1    text     NaN  tried_something    0.5
    """
    parts = []
    needed = estimates.unanswerable("tried_share", "share", [f"responses[{item_type}]"], by=["told_by", "item_id", "tried"])
    if responses is not None:
        parts += _surveyed(responses, item_type, nothing, asked or {}) or [needed]
    if column is not None and not lacking(contacts, ["local_date", column]):
        parts += _recorded(contacts, column, nothing, direction, period, options)
    if phrases and not lacking(contacts, ["local_date", "text"]):
        parts += _written(contacts, phrases, direction, period, options)
    return estimates.stack(*parts) if parts else needed


def _surveyed(responses: IntoFrame, item_type: str, nothing: Sequence[str], asked: Sampling) -> list[pd.DataFrame]:
    """Answers, one row each: by question and over both."""
    have = nw.from_native(responses).lazy().columns
    further = [str(asked[key]) for key in ("cluster", "stratum", "population", "weight") if asked.get(key)]
    if "item_type" not in have:
        return []
    answers = picked(responses, [name for name in (*ANSWERED, *further) if name in have])
    answers = answers[answers["item_type"].eq(item_type)]
    said = answers["text"].astype("str") if "text" in answers else pd.Series(pd.NA, index=answers.index, dtype="str")
    if "value" in answers:
        said = said.fillna(answers["value"].astype("Int64").astype("str"))
    told = answers.assign(tried=said)[said.notna()]
    if told.empty:
        return []
    options: Sampling = {**asked}
    if "weight" in told and "weight" not in options:
        options["weight"] = "weight"
    unit = next((name for name in ("respondent_id", "response_id") if name in told), None)
    if unit is not None:
        options |= {"count": unit, "cluster": options.get("cluster") if options.get("cluster") in told else unit}
    parts = []
    for item in sorted(told["item_id"].unique()):
        own = told[told["item_id"].eq(item)]
        parts += [headed(part, {"told_by": "survey", "item_id": item}) for part in _shares(own, nothing, options)]
    return parts


def _shares(told: pd.DataFrame, nothing: Sequence[str], options: Sampling) -> list[pd.DataFrame]:
    sizes = told["tried"].value_counts(sort=False).sort_index().sort_values(ascending=False, kind="stable")
    shares = estimates.shares(told, "tried", levels=list(sizes.index), metric="tried_share", **options)
    some = told.assign(flag=(~told["tried"].isin(list(nothing))).astype("float64"))
    return [shares, estimates.share(some, "flag", metric="tried_something", **options)]


def _recorded(
    contacts: IntoFrame, column: str, nothing: Sequence[str], direction: str | None, period: Span | None, options: Sampling
) -> list[pd.DataFrame]:
    """What staff recorded of a contact."""
    table = counted(contacts, [column], cluster=options.get("cluster") or "customer_id", direction=direction, period=period)
    table = named(table[table[column].notna()], [column]).rename(columns={column: "tried"})
    if table.empty:
        return []
    return [headed(behind(part, table, []), {"told_by": "staff"}) for part in _shares(table, nothing, clustered(options))]


def _written(
    contacts: IntoFrame, phrases: Mapping[str, Sequence[str]], direction: str | None, period: Span | None, options: Sampling
) -> list[pd.DataFrame]:
    """What texts tell: a contact may name several things."""
    listed = checked(phrases, "phrases")
    flags = {f"cx_tried_{number}": mentions("text", sought) for number, sought in enumerate(listed.values())}
    frame = nw.from_native(contacts).lazy().filter(~nw.col("text").is_null()).with_columns(**flags)
    cluster = options.get("cluster") or "customer_id"
    table = counted(frame.to_native(), list(flags), cluster=cluster, direction=direction, period=period)
    if table.empty:
        return []
    every = {name: table[flag].astype("float64") for name, flag in zip(listed, flags, strict=True)}
    some = pd.concat(list(every.values()), axis=1).max(axis=1)
    parts = []
    for name, flag in [*every.items(), (None, some)]:
        metric = "tried_something" if name is None else "tried_share"
        share = behind(estimates.share(table.assign(flag=flag), "flag", metric=metric, **clustered(options)), table, [])
        parts.append(headed(share, {"told_by": "text"} | ({} if name is None else {"tried": name})))
    return parts
