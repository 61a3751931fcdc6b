"""``cx label``: the contacts most worth labelling as a sheet, and the filled sheet back into the client's labels."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxlib import intake
from cxlib.errors import DataError, ParamsError, worded
from cxlib.intake import labels
from cxlib.params import Params, load

__all__ = ["SHEET", "Read", "read", "write"]

SHEET = "to_label.xlsx"
COLUMNS = ("contact_id", "language", "text", "proposal", "proposal_label", "alternative_1", "alternative_2", "reason_id")
LONGEST = 2_000  # characters of a text in a cell; whoever needs more opens the contact
WIDTHS = (14, 9, 90, 34, 34, 30, 30, 34)


@dataclass(frozen=True)
class Read:
    """What came of a filled sheet: labels that are new, that replace another one, and rows left empty."""

    new: int
    changed: int
    empty: int
    total: int


def write(project: Path, client: str, n: int | None = None) -> tuple[Path, int]:
    """Write the contacts most worth labelling to ``data/CLIENT/labels/to_label.xlsx``, with the reasons to choose from.

    The model behind the choice learns from the taxonomy's phrases and all labels so far. Cells are texts, never formulas, so that ids keep
    their zeros.

    Returns
    -------
    tuple of Path and int
        The sheet and its rows.

    Raises
    ------
    ParamsError, DataError
        As intake does; for a client without texts or reasons, and when the sheet of last time holds labels that were not read.
    """
    params = load(project, client)
    contacts, phrases, reasons = _tables(project, params)
    folder = labels.place(project, client).parent
    sheet = folder / SHEET
    _refuse_unread(project, client, sheet)
    chosen = _chosen(contacts, phrases, n or params.labelling.count, params)
    named = reasons.drop_duplicates("reason_id").set_index("reason_id")[f"label_{params.languages[0]}"]
    chosen["proposal"], chosen["proposal_label"] = chosen["reason_id"], chosen["reason_id"].map(named)
    chosen["text"], chosen["reason_id"] = chosen["text"].str.slice(0, LONGEST), ""
    folder.mkdir(parents=True, exist_ok=True)
    listed = [name for name in ("reason_id", "group_de", "label_de", "label_en") if name in reasons]
    _put(sheet, chosen[list(COLUMNS)], reasons[listed])
    return sheet, len(chosen)


def _put(path: Path, chosen: pd.DataFrame, reasons: pd.DataFrame) -> None:
    import xlsxwriter

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), plain) as book:
        wrapped, head = book.add_format({"text_wrap": True, "valign": "top"}), book.add_format({"bold": True})
        for name, table in (("contacts", chosen), ("reasons", reasons)):
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, heading in enumerate(table.columns):
                sheet.set_column(column, column, WIDTHS[column] if name == "contacts" else 40)
                sheet.write_string(0, column, heading, head)
                for row, value in enumerate(table[heading], 1):
                    sheet.write_string(row, column, "" if pd.isna(value) else _visible(str(value)), wrapped)
            if name == "contacts" and len(chosen):
                last = len(COLUMNS) - 1
                choice = {"validate": "list", "source": f"=reasons!$A$2:$A${len(reasons) + 1}", "error_type": "warning"}
                sheet.data_validation(1, last, len(chosen), last, choice)


def _visible(text: str) -> str:
    """Return a text without the control characters that a workbook cannot hold."""
    return "".join(letter for letter in text if letter in "\n\t" or letter.isprintable())


def _tables(project: Path, params: Params) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    data = intake.prepare(project, params)
    contacts, phrases, reasons = (data.table(name) for name in ("contacts", "reason_phrases", "reasons"))
    if contacts is None or "text" not in contacts or not contacts["text"].notna().any():
        raise DataError(f"data/{params.client}: contacts: there is no text to label. Map `text` under `columns` of a source.")
    if phrases is None or reasons is None:
        raise DataError(f"data/{params.client}: there are no reasons to label with. Choose a taxonomy in params/{params.client}.yml.")
    return contacts[contacts["text"].notna()].reset_index(drop=True), phrases, reasons


def _chosen(contacts: pd.DataFrame, phrases: pd.DataFrame, n: int, params: Params) -> pd.DataFrame:
    from cxlib.reasons import classify, labelling, wording

    gold = "reason_gold" if "reason_gold" in contacts else None
    model = classify.from_taxonomy(contacts, phrases, labels=gold, trusted=params.classify.trusted, seed=1)
    predicted = model.predict(wording.cut(contacts["text"], longest=params.wording.longest))
    return labelling.next_to_label(contacts, predicted, n=n)


def _refuse_unread(project: Path, client: str, sheet: Path) -> None:
    if not sheet.is_file():
        return
    known = labels.kept(project, client)
    unread = sum(1 for row in _rows(sheet) if row.get("reason_id") and known.get(row["contact_id"]) != row["reason_id"])
    if unread:
        shown = f"data/{client}/labels/{SHEET}"
        raise ParamsError(f"{shown}: holds {unread} labels that were not read yet. Read them first: cx label {client} --read {shown}")


def read(project: Path, client: str, path: Path) -> Read:
    """Read a filled sheet into the client's labels; the next run finds them as ``reason_gold``.

    Raises
    ------
    ParamsError
        When there is no such file.
    DataError
        With every problem at once: missing columns, unknown reasons and contacts, contacts that stand more than once. Nothing is kept then.
    """
    if not path.is_file():
        raise ParamsError(f"--read: there is no file {str(path)!r}. Give the filled sheet.")
    params = load(project, client)
    contacts, _, reasons = _tables(project, params)
    rows = list(_rows(path))
    problems = list(_problems(path.name, rows, set(contacts["contact_id"]), list(reasons["reason_id"])))
    if problems:
        raise DataError(*problems)
    given = {row["contact_id"]: row["reason_id"] for row in rows if row["reason_id"]}
    before = labels.kept(project, client)
    labels.keep(project, client, before | given)
    changed = sum(1 for contact, reason in given.items() if before.get(contact, reason) != reason)
    return Read(len(given.keys() - before.keys()), changed, len(rows) - len(given), len(before | given))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a sheet as it comes back from a spreadsheet: as a workbook, or as CSV with any separator and Windows letters."""
    for row in _workbook(path) if path.suffix.casefold() == ".xlsx" else _csv(path):
        told = {str(name).strip(): value.strip() for name, value in row.items() if name is not None and isinstance(value, str)}
        if any(told.values()):
            yield told


def _workbook(path: Path) -> Iterator[dict[str, str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError) as error:
        raise DataError(f"{path.name}: is no workbook that can be read ({error}). Save it as .xlsx or .csv.") from error
    header = [str(cell) for cell in rows[0]] if rows else []
    for row in rows[1:]:
        yield {name: _cell(cell) for name, cell in zip(header, row, strict=False)}


def _cell(cell: object) -> str:
    """Return a cell as text; a number that a spreadsheet made of an id has no decimals."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _csv(path: Path) -> Iterator[dict[str, str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    head = text.split("\n", 1)[0]
    separator = max(";,\t", key=head.count)
    yield from csv.DictReader(io.StringIO(text), delimiter=separator)


def _problems(name: str, rows: Sequence[Mapping[str, str]], contacts: set[str], reasons: Sequence[str]) -> Iterator[str]:
    lacking = [column for column in ("contact_id", "reason_id") if not rows or column not in rows[0]]
    if lacking:
        there = rows[0] if rows else ()
        yield worded(name, "lacks the column", lacking[0], there, label="It has", do="Write a new sheet with cx label, and fill reason_id.")
        return
    strange: dict[str, list[str]] = {}  # told once, however often it stands: a sheet of one spelling is one mistake
    for line, row in enumerate(rows, 2):
        if row["reason_id"] and row["reason_id"] not in reasons:
            strange.setdefault(row["reason_id"], []).append(str(line))
    for reason, lines in strange.items():
        where = f"{name}: row{'s' if len(lines) > 1 else ''} {', '.join(lines)}: reason_id"
        yield worded(where, "the taxonomy has no reason", reason, reasons, label="It has")
    for line, row in enumerate(rows, 2):
        if row["contact_id"] not in contacts:
            way = "The ids of a sheet must stay as they were written; a spreadsheet may have taken zeros or digits away."
            yield worded(f"{name}: row {line}: contact_id", "there is no contact", row["contact_id"] or "(empty)", do=way)
    for contact, count in Counter(row["contact_id"] for row in rows).items():
        if count > 1:
            yield f"{name}: contact_id: {contact!r} stands {count} times. Leave one row a contact."
