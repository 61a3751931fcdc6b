"""A questionnaire from the inventory: which touchpoints are rated by whom, in which words, on which scale, and who is not asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxlib.params import Item, Params, Scale
from cxlib.report.words import Words

__all__ = ["COLUMNS", "NOT_USED", "NO_ANSWER", "Questionnaire", "questionnaire"]

_ASKED = ("item_id", "item_type", "touchpoint_id", "item_group", "scale", "block", "roles", "filter")
COLUMNS = (*_ASKED, "wording_de", "wording_en", "de", "en")
NOT_USED, NO_ANSWER = "98", "99"
RATED = ("actual", "expected", "importance")  # of each touchpoint
ALONE = {"overall": "overall", "nps": "recommend", "ces": "ease", "csat": "satisfied", "repurchase": "repurchase"}
OPEN = ("praise", "critique")
ROLES = {  # whom a phase is asked of, where roles are known: who has met its touchpoints
    "presales": ("decision_maker", "influencer", "information_gatherer"),
    "sales": ("decision_maker", "influencer"),
    "aftersales": ("user",),
}
_STATES = {NOT_USED: "not_used", NO_ANSWER: "no_answer"}
_NEW = {  # scale of each type of item, where the client has none of its own
    "actual": ("rating", 1.0, 7.0),
    "expected": ("rating", 1.0, 7.0),
    "importance": ("importance", 1.0, 5.0),
    "overall": ("overall", 0.0, 10.0),
    "nps": ("recommend", 0.0, 10.0),
    "ces": ("agree", 1.0, 7.0),
    "csat": ("satisfied", 1.0, 5.0),
    "repurchase": ("recommend", 0.0, 10.0),
}
_LONGEST = 20  # letters of a question's code in the narrowest survey tool, which also takes no signs


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """Every question in its order, and the scales of which the client's params do not know yet.

    Attributes
    ----------
    items : DataFrame
        One row a question: item_id (its code in the survey tool, letters and digits where it is new), item_type, touchpoint_id, item_group,
        scale, block (a phase, or ``closing``), roles (whom it is asked of, blank for everybody), filter (the code of the question whose
        *not used* skips this one), wording_de, wording_en, and the short words de, en that tables show.
    scales : dict of str to Scale
        Of every question.
    new : tuple of str
        Names of scales that params lack.
    """

    items: pd.DataFrame
    scales: Mapping[str, Scale]
    new: tuple[str, ...]


def questionnaire(touchpoints: pd.DataFrame, params: Params, *, roles: bool) -> Questionnaire:
    """Make the questionnaire of a client's inventory.

    Touchpoints that are active and can be seen in a survey are rated, as they were and as they should be; how much one matters is asked
    only where an earlier wave asked it, for ratings tell it better than customers do. A question that an earlier wave asked keeps its code
    and its scale, so that waves can be compared.

    Parameters
    ----------
    touchpoints : DataFrame
        The contract table; what it lacks is asked of nobody.
    params : Params
        Earlier questions and their scales.
    roles : bool
        Whether it is known who has which role; blocks are asked of everybody otherwise.
    """
    earlier = _earlier(params)
    scales, new = _scales(params, earlier)
    taken: set[str] = set()
    rows = [row for one in _rated(touchpoints) for row in _of_touchpoint(one, earlier, scales, taken, roles)]
    rows += _closing(earlier, scales, taken)
    used = {str(row["scale"]) for row in rows if row["scale"]}
    known = {name: scale for _, (name, scale) in scales.items() if name in used}
    return Questionnaire(pd.DataFrame(rows, columns=list(COLUMNS)), known, tuple(name for name in new if name in used))


def _earlier(params: Params) -> dict[tuple[str, str], tuple[str, Item]]:
    """Return (type, touchpoint or code) → header and item of what was asked before."""
    told: dict[tuple[str, str], tuple[str, Item]] = {}
    for source in params.sources.values():
        for header, item in source.items.items():
            told.setdefault((item.item_type, item.touchpoint_id or item.item_id or header), (item.item_id or header, item))
    return told


def _scales(params: Params, earlier: Mapping[tuple[str, str], tuple[str, Item]]) -> tuple[dict[str, tuple[str, Scale]], list[str]]:
    """Return type of item → name and scale: the client's own where such items were asked before."""
    chosen: dict[str, tuple[str, Scale]] = {}
    new: list[str] = []
    for kind, (name, low, high) in _NEW.items():
        own = next((item.scale for (asked, _), (_, item) in earlier.items() if asked == kind and item.scale), None)
        own = own or (chosen["actual"][0] if kind == "expected" and chosen["actual"][0] in params.scales else None)
        if own:
            chosen[kind] = own, params.scales[own]
            continue
        made = Scale(low=low, high=high, best="high", states=dict(_STATES), empty="not_asked")
        free = name if params.scales.get(name, made) == made else f"{name}_{low:g}_{high:g}"
        chosen[kind] = free, made
        if free not in params.scales and free not in new:
            new.append(free)
    return chosen, new


def _rated(touchpoints: pd.DataFrame) -> list[dict[str, Any]]:
    if touchpoints.empty:
        return []
    asked = touchpoints[touchpoints["status"].eq("active") & touchpoints["observable_in"].ne("log")]
    order = {phase: place for place, phase in enumerate(ROLES)}
    asked = asked.assign(place=asked["phase"].map(order)).sort_values(["place", "seq", "touchpoint_id"], kind="stable")
    rows: list[dict[str, Any]] = asked.astype("object").where(asked.notna(), None).to_dict("records")
    return rows


def _of_touchpoint(
    one: Mapping[str, Any],
    earlier: Mapping[tuple[str, str], tuple[str, Item]],
    scales: Mapping[str, tuple[str, Scale]],
    taken: set[str],
    roles: bool,
) -> list[dict[str, Any]]:
    """Ask for what happened and what should happen; who has not used it is asked the first alone."""
    name, phase = str(one["touchpoint_id"]), str(one["phase"])
    named = {"de": str(one["name_de"]), "en": str(one.get("name_en") or one["name_de"])}
    rows: list[dict[str, Any]] = []
    for kind in RATED:
        header, item = earlier.get((kind, name), ("", None))
        if kind == "importance" and not header:
            continue
        code = _free(header or _code(name, kind), taken, keep=bool(header))
        scale = item.scale if item and item.scale else scales[kind][0]
        group = item.item_group or "" if item else phase
        row = {"item_id": code, "item_type": kind, "touchpoint_id": name, "item_group": group, "scale": scale}
        row |= {"block": phase, "roles": ", ".join(ROLES[phase]) if roles else "", "filter": rows[0]["item_id"] if rows else ""}
        rows.append(row | _worded(kind, named, item))
    return rows


def _closing(
    earlier: Mapping[tuple[str, str], tuple[str, Item]], scales: Mapping[str, tuple[str, Scale]], taken: set[str]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for kind, name in [*ALONE.items(), *(("open_text", name) for name in OPEN)]:
        header, item = earlier.get((kind, name), ("", None))
        if not header and kind != "open_text":
            header, item = next(((head, one) for (asked, _), (head, one) in earlier.items() if asked == kind), ("", None))
        scale = "" if kind == "open_text" else item.scale if item and item.scale else scales[kind][0]
        row = {"item_id": _free(header or name, taken, keep=bool(header)), "item_type": kind, "touchpoint_id": "", "scale": scale}
        row |= {"item_group": item.item_group or "" if item else "closing", "block": "closing", "roles": "", "filter": ""}
        rows.append(row | _worded(name if kind == "open_text" else kind, {"de": "", "en": ""}, item))
    return rows


def _worded(kind: str, named: Mapping[str, str], item: Item | None) -> dict[str, str]:
    told = {f"wording_{language}": Words(language).text(f"questionnaire.ask.{kind}", name=named[language]) for language in named}
    for language in named:
        own = getattr(item, language) if item else ""
        told[language] = own or Words(language).text(f"questionnaire.label.{kind}", name=named[language])
    return told


def _code(touchpoint: str, kind: str) -> str:
    """Return a question's code: letters and digits, beginning with a letter, short enough for every survey tool.

    >>> _code("T22", "actual"), _code("1. food & drink (gate 7)", "importance")
    ('T22actual', 'q1fooddrinimportance')
    """
    letters = re.sub(r"[^A-Za-z0-9]", "", touchpoint)
    head = letters if letters[:1].isalpha() else f"q{letters}"
    return head[: _LONGEST - len(kind)] + kind


def _free(code: str, taken: set[str], *, keep: bool) -> str:
    """Return the code, or with a number one that nothing has yet, capitals aside; what an earlier wave asked keeps its own."""
    free, number = code, 2
    while free.casefold() in taken and not keep:
        end = str(number)
        free, number = code[: _LONGEST - len(end)] + end, number + 1
    taken.add(free.casefold())
    return free
