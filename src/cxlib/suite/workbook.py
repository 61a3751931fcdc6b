"""All tables that the pages of a run show, as one Excel workbook a language, beside the pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cxlib.suite.store import Store

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlib.report.words import Words
    from cxlib.report.workbook import Listed
    from cxlib.suite.pages import Edition

__all__ = ["listed", "write"]


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

    found = []
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        about = output.get("metadata", {}).get("cx", {})
        if about.get("language") == words.language and about.get("saved"):
            shown = words.text(f"output.{about['kind']}", number=str(about["number"]))
            said = str(output["data"]["text/plain"])
            found += [Listed(name[:2], title, shown, said, table) for table in dict.fromkeys(about["saved"])]
    return found


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
    from cxlib.report import workbook

    plain, titles = edition.words(language), dict(edition.pages(language))
    shown = [
        found for name, node in notebooks.items() if (file := f"{name}.html") in titles for found in listed(name, titles[file], node, plain)
    ]
    if not shown:
        return ""
    from cxlib.report.words import Words
    from cxlib.suite.labels import labels

    store, params = Store(part), edition.params
    read = {each.table: store.read(each.table) for each in shown}
    tables = {name: table for name, table in read.items() if table is not None}
    named = labels(params, lambda name: store.load(name, edition.data, params.timezone), language)
    content = workbook.workbook(
        [each for each in shown if each.table in tables], tables, Words(language, named), client=params.name, dated=params.period.end
    )
    (part / language / (file := plain.text("workbook.file"))).write_bytes(content)
    return file
