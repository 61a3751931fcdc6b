"""``cx sheets``: the workbooks of one client, each with the lines that declare it; what stands there is never written over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib.errors import ParamsError, worded
from cxlib.params import Params, load
from cxlib.report.words import Words
from cxlib.suite.sheets import book, declared, known, paper, questionnaire
from cxlib.suite.sheets.book import Page
from cxlib.suite.sheets.forms import RATINGS, Form, books, fields

__all__ = ["QUESTIONNAIRE", "Written", "place", "write"]

QUESTIONNAIRE = "questionnaire"
REMARKS = {"tally_week": "weight: weeks of the period, divided by the weeks that were counted; each contact stands for so many"}


@dataclass(frozen=True)
class Written:
    """What was written, what stood there already, and what waits for other tables.

    Attributes
    ----------
    new : dict of Path to int
        Workbook → rows that it begins with.
    kept : tuple of Path
        Workbooks that stood there and were left alone.
    waiting : dict of str to str
        Workbook → the tables that it is made from and the client does not have.
    """

    new: dict[Path, int]
    kept: tuple[Path, ...]
    waiting: dict[str, str]


def place(project: Path, client: str) -> Path:
    """Return where a client's sheets are written."""
    return project / "data" / client / "sheets"


def write(project: Path, client: str, only: Sequence[str] = (), language: str | None = None) -> Written:
    """Write the workbooks that do not stand there yet, each with a .yml of the lines that declare it.

    Parameters
    ----------
    project : Path
    client : str
    only : sequence of str
        Workbooks; all when left out. ``ratings`` means those of all raters.
    language : {"de", "en"}, optional
        Of headings and of words to choose; the client's first when left out.

    Raises
    ------
    ParamsError
        As params do; for an unknown workbook, and where one that is asked for stands there already, or all of them do.
    DataError
        As intake does.
    """
    params = load(project, client)
    words, table = Words(language or params.languages[0]), known.tables(project, params)
    weeks = round(((params.period.end - params.period.start).days + 1) / 7, 1)
    told = books(known.raters(table), weeks, params.costs.currency)
    wanted = _wanted([*told, QUESTIONNAIRE], only)
    folder = place(project, params.client)
    standing = [name for name in wanted if (folder / f"{name}.xlsx").exists()]
    if standing and (only or len(standing) == len(wanted)):
        raise ParamsError(*(_stands(params.client, name) for name in standing))
    maker = _Maker(folder, params, words, table, known.ids(table, words.language))
    new: dict[Path, int] = {}
    waiting: dict[str, str] = {}
    for name in wanted:
        if name in standing:
            continue
        lacking = maker.lacking(name)
        if lacking:
            waiting[name] = lacking
        else:
            new[folder / f"{name}.xlsx"] = maker.questionnaire() if name == QUESTIONNAIRE else maker.book(name, told[name])
    if only and waiting:
        raise ParamsError(*(_waits(params.client, name, lacking) for name, lacking in waiting.items()))
    return Written(new, tuple(folder / f"{name}.xlsx" for name in standing), waiting)


def _wanted(allowed: Sequence[str], only: Sequence[str]) -> list[str]:
    groups = {RATINGS: [name for name in allowed if name.startswith(RATINGS)]}
    unknown = [name for name in only if name not in allowed and name not in groups]
    if unknown:
        raise ParamsError(*(worded("--only", "there is no sheet", name, [*allowed, RATINGS], label="Sheets") for name in unknown))
    chosen = {one for name in only for one in groups.get(name, [name])}
    return [name for name in allowed if name in chosen or not only]


def _stands(client: str, name: str) -> str:
    file = f"data/{client}/sheets/{name}.xlsx"
    do = f"Put it into data/{client}/raw/, or give it another name, then: cx sheets {client}."
    return f"{file}: stands there already and may be filled. {do}"


def _waits(client: str, name: str, lacking: str) -> str:
    return f"--only: {name} is made from {lacking}, which {client} does not have yet. Fill and declare their sheets first."


@dataclass(frozen=True, eq=False)
class _Maker:
    """What all workbooks of one call share."""

    folder: Path
    params: Params
    words: Words
    table: known.Table
    named: dict[str, dict[str, str]]

    def lacking(self, name: str) -> str:
        """Return the tables that a workbook is made from and that have no rows."""
        needed = {QUESTIONNAIRE: ("touchpoints",)}.get(name, ("principles", "touchpoints") if name.startswith(RATINGS) else ())
        return ", ".join(table for table in needed if not self.named.get(table))

    def book(self, name: str, forms: Sequence[Form]) -> int:
        """Write one workbook and its lines; return the rows that it begins with."""
        pages: list[Page] = []
        sources: dict[str, dict[str, Any]] = {}
        for form in forms:
            columns = fields(form, self.params)
            rows = book.told(known.rows(form, self.table, self.named), columns, self.words)
            key = RATINGS if form.table == "principle_ratings" else form.name
            pages.append(Page(key, columns, rows, known.beside(form, self.named)))
            sources[declared.free(form, self.params)] = declared.source(
                form, columns, f"{name}.xlsx", self.words.text(f"sheet.{key}"), self.words
            )
        book.put(self.folder / f"{name}.xlsx", pages, self.words, self.named)
        self._lines(name, declared.lines(sources, self.params, remarks=REMARKS))
        return sum(len(page.rows) for page in pages)

    def questionnaire(self) -> int:
        """Write the questionnaire and its lines; return its questions."""
        given = self.table("touchpoints")
        persons = self.table("persons")
        known_roles = persons is not None and bool(persons["role"].ne("unknown").any())
        asked = questionnaire.questionnaire(pd.DataFrame() if given is None else given, self.params, roles=known_roles)
        paper.put(self.folder / f"{QUESTIONNAIRE}.xlsx", asked, self.words)
        self._lines(QUESTIONNAIRE, paper.source(asked, self.params))
        return len(asked.items)

    def _lines(self, name: str, text: str) -> None:
        (self.folder / f"{name}.yml").write_text(text, encoding="utf-8")
