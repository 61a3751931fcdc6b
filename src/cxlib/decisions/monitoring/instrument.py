"""Whether two waves asked the same questions of the same kind of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import answered, by_respondent, complete

__all__ = ["DIFFERS", "Wordings", "compared_waves", "faults", "same_instrument"]

Wordings = Sequence[Mapping[str, str]]
DIFFERS = ("not asked before", "not asked now", "type differs", "scale differs", "wording differs")


def same_instrument(
    responses: pd.DataFrame, *, wordings: Wordings = (), fields: Sequence[str] = (), **options: Unpack[Sampling]
) -> pd.DataFrame:
    """What differs between the last two waves of each survey: questions, scales, words, and who answered.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    wordings : sequence of mapping
        ``survey_id``, ``wave``, ``item_id`` and ``text``: the question as it was put in that wave. Empty: words are not compared.
    fields : sequence of str
        Columns of respondents of which the composition is compared: segment, role, region …
    **options
        See :class:`cxlib.estimates.Sampling`; weights default to the table's own, clusters to the respondent.

    Returns
    -------
    DataFrame
        ESTIMATES by ``survey_id`` (and ``item_id``, or ``trait`` and ``answer``): ``items_same`` (``count`` of questions asked alike in
        both waves), ``items_differ`` (``count``), ``item_differs`` (``count``, 1 each; the note says in what: "scale differs" …),
        ``asked_twice`` (``share`` of the later wave's respondents who are in the earlier one too) and ``composition_change`` (``share
        difference`` by which a group grew; the intervals of one trait hold together). A survey of one wave keeps a row with the note
        "one wave".

    Notes
    -----
    Composition: weighted shares, later minus earlier, level 1 − (1 − level)/k for the k groups of a field; note "sample differs" where the
    interval excludes zero. Same questions put to other people may give other answers without anybody having changed his mind.

    >>> asked = pd.DataFrame({"survey_id": "s", "respondent_id": list("abab"), "response_id": list("wxyz"), "wave": list("1122"),
    ...     "item_id": ["q"] * 4, "item_type": "csat", "state": "answered", "value": 3.0, "scale_low": 1.0,
    ...     "scale_high": [5.0, 5.0, 10.0, 10.0], "weight": 1.0, "survey_ts": pd.to_datetime(["2025-01-01"] * 2 + ["2026-01-01"] * 2)})
    >>> told = same_instrument(asked)
    >>> told.loc[told["metric"].eq("item_differs"), "note"].item()
    'scale differs'
    """
    there = [name for name in ("wave", "survey_ts") if name in responses and responses[name].notna().any()]
    needs = [f"responses.{name}" for name in ("wave", "survey_ts") if name not in there and len(responses)]
    if responses.empty or needs:
        return estimates.unanswerable("items_same", "count", needs or ["responses.wave"], by=["survey_id"])
    parts = []
    for survey, waves in compared_waves(responses).items():
        head = {"survey_id": survey}
        if len(waves) < 2:
            parts.append(_row(head, {"metric": "items_same", "unit": "count", "note": "one wave"}))
            continue
        part = responses[responses["survey_id"].eq(survey)]
        told = faults(part, waves, wordings)
        asked = part[part["wave"].isin(waves) & part["state"].ne("not_asked")]["item_id"].nunique()
        parts.append(_row(head, {"metric": "items_same", "value": asked - len(told), "unit": "count", "method": "count"}))
        parts.append(_row(head, {"metric": "items_differ", "value": len(told), "unit": "count", "method": "count"}))
        parts += [
            _row(head | {"item_id": item}, {"metric": "item_differs", "value": 1, "unit": "count", "method": "count", "note": fault})
            for item, fault in told.items()
        ]
        parts += _people(part, waves, fields, head, options)
    return estimates.stack(*parts)


def compared_waves(responses: pd.DataFrame) -> dict[str, list[str]]:
    """Return the last two waves of each survey, the earlier one first; only one where there are no more."""
    middle = responses.dropna(subset=["wave"]).groupby(["survey_id", "wave"])["survey_ts"].median().reset_index()
    ordered = middle.sort_values(["survey_id", "survey_ts", "wave"])
    return {str(survey): [str(wave) for wave in part["wave"].tail(2)] for survey, part in ordered.groupby("survey_id")}


def faults(responses: pd.DataFrame, waves: Sequence[str], wordings: Wordings = ()) -> dict[str, str]:
    """Return the questions of one survey that two waves did not ask alike, each with the first thing that differs."""
    before, now = waves
    table = complete(responses[responses["wave"].isin(waves) & responses["state"].ne("not_asked")])
    ends = ["item_type", "scale_low", "scale_high"]
    kinds = table.pivot_table(index="item_id", columns="wave", values=ends, aggfunc="first", dropna=False)
    surveys = set(table["survey_id"].unique())
    own = [told for told in wordings if told["survey_id"] in surveys]
    said = {wave: {told["item_id"]: told["text"] for told in own if told["wave"] == wave} for wave in waves}
    found = {}
    for item in kinds.index:
        of = {wave: {name: kinds.loc[item].get((name, wave)) for name in ("item_type", "scale_low", "scale_high")} for wave in waves}
        texts = [said[wave].get(str(item)) for wave in waves]
        if pd.isna(of[before]["item_type"]):
            found[str(item)] = "not asked before"
        elif pd.isna(of[now]["item_type"]):
            found[str(item)] = "not asked now"
        elif of[before]["item_type"] != of[now]["item_type"]:
            found[str(item)] = "type differs"
        elif any(not _same(of[before][end], of[now][end]) for end in ("scale_low", "scale_high")):
            found[str(item)] = "scale differs"
        elif texts[0] and texts[1] and texts[0] != texts[1]:
            found[str(item)] = "wording differs"
    return found


def _same(one: float | None, other: float | None) -> bool:
    return bool(one == other or (pd.isna(one) and pd.isna(other)))


def _people(part: pd.DataFrame, waves: Sequence[str], fields: Sequence[str], head: dict[str, str], options: Sampling) -> list[pd.DataFrame]:
    """How many answered twice, and how the groups of respondents grew or shrank."""
    every = tuple(part["item_type"].unique())
    people = answered(part, every)
    people = people[people["wave"].isin(waves)].drop_duplicates("response_id")
    before, now = (set(people.loc[people["wave"].eq(wave), "respondent_id"]) for wave in waves)
    both = {"metric": "asked_twice", "value": len(before & now) / max(len(now), 1), "unit": "share", "n": len(now), "method": "count"}
    parts = [_row(head, both)]
    chance = by_respondent({**options, "draws": 0})
    for field in [name for name in fields if name in people and people[name].notna().any()]:
        known = people[people[field].notna()]
        names = sorted(known[field].astype("str").unique())
        if known["wave"].nunique() < 2 or len(names) < 2:
            continue
        chance["level"] = 1 - (1 - options.get("level", 0.95)) / len(names)
        for name in names:
            flagged = known.assign(flag=known[field].astype("str").eq(name).astype("float64"))
            grown = estimates.share_difference(
                flagged, "flag", between="wave", reference=waves[0], metric="composition_change", **chance
            ).drop(columns="wave")
            note = np.where((grown["low"] > 0) | (grown["high"] < 0), "sample differs", grown["note"])
            for place, (column, value) in enumerate((head | {"trait": field, "answer": name}).items()):
                grown.insert(place, column, pd.Series(value, index=grown.index, dtype="str"))
            parts.append(grown.assign(note=pd.Series(note, index=grown.index, dtype="str")))
    return parts


def _row(head: dict[str, str], columns: dict[str, object]) -> pd.DataFrame:
    groups = pd.DataFrame({name: pd.Series([level], dtype="str") for name, level in head.items()})
    return rows(groups, columns)
