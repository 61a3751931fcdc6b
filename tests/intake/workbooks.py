"""Workbooks written by hand, so that a cell is exactly what a test says: a merged range, a formula with or without its result, an error."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
GENERAL, DAY, MOMENT, DURATION, PERCENT, OWN_PERCENT, CLOCK, MINUTES = range(8)  # cell formats


@dataclass(frozen=True)
class Formula:
    """A formula; without a result when a program wrote the file and none has calculated it."""

    text: str
    result: object = None


@dataclass(frozen=True)
class Percent:
    """A number that is shown as a percent, in one of the formats every program has or in one of the workbook's own."""

    value: float
    own: bool = False


@dataclass(frozen=True)
class Clock:
    """Days that are shown as h:mm:ss, whatever they are."""

    days: float


@dataclass(frozen=True)
class Minutes:
    """A number that is shown with the word min behind it."""

    value: float


@dataclass(frozen=True)
class Fault:
    """An error value such as #N/A."""

    code: str


def workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    merged: Mapping[str, Sequence[str]] | None = None,
    *,
    since_1904: bool = False,
    hidden: Sequence[int] = (),
    files: Sequence[str] | None = None,
) -> Path:
    """Write a workbook: name of the sheet → rows of cells (None leaves one out).

    `files` names the sheets' files in another order than the sheets have, as programs do after sheets were moved.
    """
    names = list(files or [f"sheet{number + 1}.xml" for number in range(len(sheets))])
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": _links([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _links(
            [(f"rId{i + 1}", "worksheet", f"worksheets/{name}") for i, name in enumerate(names)] + [("rId99", "styles", "styles.xml")]
        ),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><workbookPr date1904="{int(since_1904)}"/><sheets>'
        + "".join(f'<sheet name="{escape(name)}" sheetId="{i + 1}" r:id="rId{i + 1}"/>' for i, name in enumerate(sheets))
        + "</sheets></workbook>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="3"><numFmt numFmtId="166" formatCode="0.0&quot; min&quot;"/><numFmt numFmtId="165" formatCode="0.0\\ %"/><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
        '<cellXfs count="8"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="46"/><xf numFmtId="9"/><xf numFmtId="165"/><xf numFmtId="21"/><xf numFmtId="166"/></cellXfs></styleSheet>',
    }
    for name, (title, rows) in zip(names, sheets.items(), strict=True):
        parts[f"xl/worksheets/{name}"] = _sheet(rows, (merged or {}).get(title, ()), hidden)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _links(links: Sequence[tuple[str, str, str]]) -> str:
    told = "".join(f'<Relationship Id="{name}" Type="{LINKS}/{kind}" Target="{target}"/>' for name, kind, target in links)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


def _sheet(rows: Sequence[Sequence[object]], merged: Sequence[str], hidden: Sequence[int]) -> str:
    lines = [
        f'<row r="{i}" hidden="{int(i in hidden)}">'
        + "".join(_cell(f"{chr(64 + j)}{i}", value) for j, value in enumerate(row, 1) if value is not None)
        + "</row>"
        for i, row in enumerate(rows, 1)
    ]
    spans = (
        f'<mergeCells count="{len(merged)}">' + "".join(f'<mergeCell ref="{span}"/>' for span in merged) + "</mergeCells>" if merged else ""
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData>{spans}</worksheet>'


def _cell(name: str, value: object, formula: str = "") -> str:
    if isinstance(value, Formula):
        told = f"<f>{escape(value.text)}</f>"
        return f'<c r="{name}">{told}</c>' if value.result is None else _cell(name, value.result, told)
    if isinstance(value, Fault):
        return f'<c r="{name}" t="e">{formula}<v>{value.code}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{name}" t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, str):
        if formula:
            return f'<c r="{name}" t="str">{formula}<v>{escape(value)}</v></c>'
        return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    if isinstance(value, Percent):
        return f'<c r="{name}" s="{OWN_PERCENT if value.own else PERCENT}"><v>{value.value!r}</v></c>'
    if isinstance(value, Clock):
        return f'<c r="{name}" s="{CLOCK}">{formula}<v>{value.days!r}</v></c>'
    if isinstance(value, Minutes):
        return f'<c r="{name}" s="{MINUTES}">{formula}<v>{value.value!r}</v></c>'
    if isinstance(value, time):
        return f'<c r="{name}" s="{CLOCK}">{formula}<v>{_number(datetime.combine(date.min, value) - datetime.min)!r}</v></c>'
    style = (
        MOMENT if isinstance(value, datetime) else DAY if isinstance(value, date) else DURATION if isinstance(value, timedelta) else GENERAL
    )
    return f'<c r="{name}" s="{style}">{formula}<v>{_number(value)!r}</v></c>'


def _number(value: object) -> float:
    if isinstance(value, datetime):
        return (value - datetime(1899, 12, 30)) / timedelta(days=1)
    if isinstance(value, date):
        return float((value - date(1899, 12, 30)).days)
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    return float(value)  # type: ignore[arg-type]
