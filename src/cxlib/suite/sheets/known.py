"""What a client's tables know already of what a sheet asks for: rows to begin with, ids to choose from, and their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib import intake
from cxlib.params import Params
from cxlib.suite.sheets.forms import RATERS, Form

__all__ = ["Table", "beside", "ids", "raters", "rows", "tables"]

Table = Callable[[str], pd.DataFrame | None]
_NAMES = {"touchpoints": ("touchpoint_id", "name"), "reasons": ("reason_id", "label"), "principles": ("principle_id", "text")}
_CHOSEN_BY_EYE = "principle_ratings"  # long lists of ids, with their words beside them


def tables(project: Path, params: Params) -> Table:
    """Return what gives a client's tables; none are known before its first export has come.

    Raises
    ------
    DataError
        When exports are there and refused.
    """
    raw = project / "data" / params.client / "raw"
    files = [source.file for source in params.sources.values() if source.file]
    if files and not any((raw / str(file)).is_file() for file in files):
        return lambda name: None
    return intake.prepare(project, params).table


def raters(table: Table) -> list[str]:
    """Return who has rated so far, at least two."""
    given = table("principle_ratings")
    known = [] if given is None else list(dict.fromkeys(given["rater"]))
    return [*known, *RATERS][: max(2, len(known))]


def ids(table: Table, language: str) -> dict[str, dict[str, str]]:
    """Return table → {id: its words} of everything that other sheets name."""
    found: dict[str, dict[str, str]] = {}
    for name, (key, column) in _NAMES.items():
        given = table(name)
        if given is None:
            continue
        words = given[f"{column}_de"] if name != "reasons" else given[f"{column}_{language}"]
        if f"{column}_{language}" in given:
            words = given[f"{column}_{language}"].fillna(words)
        found[name] = {str(one): str(said) for one, said in zip(given[key], words, strict=True)}
    return found


def beside(form: Form, named: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Return the words that stand beside ids in a sheet."""
    if form.table != _CHOSEN_BY_EYE:
        return {}
    return {"principle_id": named.get("principles", {}), "touchpoint_id": named.get("touchpoints", {})}


def rows(form: Form, table: Table, named: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return the rows that a sheet begins with: those of its table; for a rater every pair of principle and touchpoint.

    A tally week begins empty: its contacts are those that no system has.
    """
    if form.table == "contacts":
        return []
    given = table(form.table)
    if form.table == "principle_ratings":
        return _pairs(form, given, named)
    return [] if given is None else _plain(given)


def _pairs(form: Form, given: pd.DataFrame | None, named: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    rated: dict[tuple[Any, Any], Any] = {}
    if given is not None:
        own = given[given["rater"] == form.constants["rater"]]
        rated = {(row.principle_id, row.touchpoint_id): row.fit for row in own.itertuples()}
    pairs = ((sentence, touchpoint) for sentence in named.get("principles", {}) for touchpoint in named.get("touchpoints", {}))
    return [{"principle_id": one, "touchpoint_id": other, "fit": rated.get((one, other))} for one, other in pairs]


def _plain(given: pd.DataFrame) -> list[dict[str, Any]]:
    cells: Sequence[Mapping[Any, Any]] = given.astype("object").to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in cells]
