"""The questionnaire as a workbook: a page to read and print, and the list of items to build the survey from."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.params import Item, Params, Scale
from cxlib.report.words import Words
from cxlib.suite.sheets.declared import flow
from cxlib.suite.sheets.questionnaire import COLUMNS, Questionnaire

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

__all__ = ["put", "source"]

_MADE = datetime(2026, 1, 1)
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LISTED = (*COLUMNS[:5], "low", "high", "best", "codes", *COLUMNS[5:10])
_WIDTHS = {"wording_de": 60, "wording_en": 60, "roles": 30, "codes": 30}
_READ = (("item_id", 20), ("wording", 70), ("answers", 46), ("not_used", 26))


def put(path: Path, asked: Questionnaire, words: Words) -> None:
    """Write the questionnaire, whole or not at all; equal questions give equal bytes."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with xlsxwriter.Workbook(str(part), _PLAIN) as book:
            book.set_properties({"created": _MADE, "title": words.text("sheet.questionnaire")})
            _read(book, book.add_worksheet(words.text("sheet.questionnaire")), asked, words)
            _list(book, book.add_worksheet(words.text("sheet.items")), asked)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _read(book: Workbook, sheet: Worksheet, asked: Questionnaire, words: Words) -> None:
    """Lay the questions out as a reader meets them: block by block, each with whom it is asked of."""
    bold = book.add_format({"bold": True, "font_size": 12, "bg_color": "#DCE6F1"})
    head, wrapped = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True, "valign": "top", "bottom": 4})
    small = book.add_format({"text_wrap": True, "valign": "top", "italic": True})
    for place, (_, width) in enumerate(_READ):
        sheet.set_column(place, place, width)
    sheet.merge_range(0, 0, 0, len(_READ) - 1, words.text("questionnaire.intro"), small)
    sheet.set_row(0, 80)
    line = 1
    for block, items in asked.items.groupby("block", sort=False):
        sheet.merge_range(line + 1, 0, line + 1, len(_READ) - 1, _block(str(block), str(items["roles"].iloc[0]), words), bold)
        for place, (name, _) in enumerate(_READ):
            sheet.write_string(line + 2, place, words.text(f"questionnaire.column.{name}"), head)
        line += 2
        for item in items.to_dict("records"):
            line += 1
            cells = (item["item_id"], item[f"wording_{words.language}"], _answers(item, asked, words), _skipped(item, asked, words))
            for place, cell in enumerate(cells):
                sheet.write_string(line, place, str(cell), wrapped)
        line += 1
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_landscape()
    sheet.set_header(f"&L{words.text('sheet.questionnaire')}&R&P / &N")


def _block(block: str, roles: str, words: Words) -> str:
    title = words.text("questionnaire.closing") if block == "closing" else words.label("phase", block)
    whom = words.list([words.label("role", role) for role in roles.split(", ")]) if roles else words.text("questionnaire.everybody")
    return f"{title} – {whom}"


def _answers(item: dict[Any, Any], asked: Questionnaire, words: Words) -> str:
    """Say what the ends of a scale mean, the worse one first."""
    if not item["scale"]:
        return words.text("questionnaire.own_words")
    scale, kind = asked.scales[item["scale"]], item["item_type"]
    worst, best = (scale.low, scale.high) if scale.best == "high" else (scale.high, scale.low)
    ends = {end: words.text(f"questionnaire.{name}.{kind}") for end, name in ((worst, "worst"), (best, "best"))}
    return words.text("questionnaire.ends", low=f"{scale.low:g} = {ends[scale.low]}", high=f"{scale.high:g} = {ends[scale.high]}")


def _skipped(item: dict[Any, Any], asked: Questionnaire, words: Words) -> str:
    """Say how a customer tells that the touchpoint was not used, and what is skipped then."""
    if not item["touchpoint_id"]:
        return ""
    if item["filter"]:
        code = _code_of(asked, str(item["filter"]), "not_used")
        return words.text("questionnaire.only_if", item=str(item["filter"]), code=code) if code else ""
    code = _code_of(asked, str(item["item_id"]), "not_used")
    return words.text("questionnaire.not_used", code=code) if code else ""


def _code_of(asked: Questionnaire, item: str, state: str) -> str:
    """Return the code that means a state on the scale of an item, "" for none."""
    name = asked.items.loc[asked.items["item_id"] == item, "scale"].iloc[0]
    return next((code for code, means in asked.scales[name].states.items() if means == state), "")


def _list(book: Workbook, sheet: Worksheet, asked: Questionnaire) -> None:
    bold = book.add_format({"bold": True})
    for place, name in enumerate(_LISTED):
        sheet.set_column(place, place, _WIDTHS.get(name, 16))
        sheet.write_string(0, place, name, bold)
    for line, item in enumerate(asked.items.to_dict("records"), start=1):
        told = {str(name): str(cell) for name, cell in item.items()}
        if item["scale"]:
            told |= _of_scale(asked.scales[item["scale"]])
        for place, name in enumerate(_LISTED):
            sheet.write_string(line, place, told.get(name, ""))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, len(asked.items), len(_LISTED) - 1)


def _of_scale(scale: Scale) -> dict[str, str]:
    codes = ", ".join(f"{code} = {state}" for code, state in scale.states.items())
    return {"low": f"{scale.low:g}", "high": f"{scale.high:g}", "best": scale.best, "codes": codes}


def source(asked: Questionnaire, params: Params) -> str:
    """Return the lines of a params file that take the returned survey in, and the scales it needs."""
    survey, wave = _next_wave(params)
    told = [
        f"# Export the survey with these codes as its columns' names, as CSV, to data/{params.client}/raw/survey.csv.",
        f"# The lines below `sources:` go there in params/{params.client}.yml; right in `columns` stand the names of the survey tool.",
        "sources:",
        "  survey:",
        "    table: responses",
        "    file: survey.csv",
        "    columns: {response_id: response_id, respondent_id: respondent_id, survey_ts: survey_ts}",
        f"    constants: {flow({'survey_id': survey, 'wave': wave})}",
        "    items:",
    ]
    for row in asked.items.to_dict("records"):
        keys = ("item_type", "scale", "touchpoint_id", "item_group", "de", "en")
        item = Item.model_validate({key: row[key] for key in keys if row[key]})
        told.append(f"      {flow(str(row['item_id']))}: {flow(item.model_dump(exclude_unset=True))}")
    if asked.new:
        told += [f"# The lines below `scales:` go there in params/{params.client}.yml.", "scales:"]
        told += [f"  {name}: {flow(asked.scales[name].model_dump())}" for name in asked.new]
    return "\n".join(told) + "\n"


def _next_wave(params: Params) -> tuple[str, str]:
    """Return the survey that touchpoints were rated in, and its next wave."""
    surveys = [source for source in params.sources.values() if any(item.item_type == "actual" for item in source.items.values())]
    names = [str(source.constants["survey_id"]) for source in surveys if "survey_id" in source.constants]
    waves = [int(str(source.constants["wave"])) for source in surveys if str(source.constants.get("wave", "")).isdecimal()]
    return (names[0] if names else "customers"), str(max(waves, default=0) + 1)
