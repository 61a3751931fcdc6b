"""All tables that the pages of a run show, as one Excel workbook a language, beside the pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlib.report.words import Words
    from cxlib.report.workbook import Listed
    from cxlib.suite.pages import Edition

__all__ = ["listed", "outputs", "write"]


def listed(name: str, title: str, notebook: NotebookNode, words: Words) -> list[Listed]:
    """Return what an executed notebook shows of saved tables in one language, in the order of its page.

    Parameters
    ----------
    name, title : str
        The notebook, and its page's title.
    notebook : NotebookNode
        Its outputs carry the names of the saved tables that they were made from.
    words : Words
    """
    from cxlib.report.workbook import Listed

    return [
        Listed(name[:2], title, words.text(f"output.{told['kind']}", number=str(told["number"])), told["caption"], table)
        for told in outputs(notebook, words.language)
        for table in dict.fromkeys(told["saved"])
    ]


def outputs(notebook: NotebookNode, language: str) -> list[dict[str, Any]]:
    """Return what the outputs of one language say of themselves: kind, number, caption, and the saved tables they show."""
    found = [output for cell in notebook.cells for output in cell.get("outputs", []) if output.get("metadata", {}).get("cx")]
    told = [dict(output["metadata"]["cx"]) | {"caption": str(output["data"].get("text/plain", ""))} for output in found]
    return [{"saved": [], **each} for each in told if each.get("language") == language]


def write(part: Path, edition: Edition, notebooks: Mapping[str, NotebookNode], language: str) -> str:
    """Write the workbook of one language into the part folder and return its name; "" when no page shows a table.

    Parameters
    ----------
    part : Path
        The run's folder, with the tables as this audience may see them.
    edition : Edition
        Its pages: what stands on none of them is left out.
    notebooks : mapping of str to NotebookNode
        The executed notebooks by name.
    language : str
    """
    seen = {name: edition.shown(node) for name, node in notebooks.items()}
    shown = {name: node for name, node in seen.items() if any(told["saved"] for told in outputs(node, language))}
    if not shown:
        return ""
    from cxlib.report.words import Words
    from cxlib.report.workbook import workbook
    from cxlib.suite.labels import labels
    from cxlib.suite.store import Store

    store, params, plain, titles = Store(part), edition.params, edition.words(language), dict(edition.titles[language])
    rows = [row for name, node in shown.items() for row in listed(name, titles[f"{name}.html"], node, plain)]
    read = {row.table: store.read(row.table) for row in rows}
    tables = {name: table for name, table in read.items() if table is not None}
    named = labels(params, lambda name: store.load(name, edition.data, params.timezone), language)
    rows = [row for row in rows if row.table in tables]
    content = workbook(rows, tables, Words(language, named), client=params.name, dated=params.period.end)
    (part / language / (file := plain.text("workbook.file"))).write_bytes(content)
    return file
