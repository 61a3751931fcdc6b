"""One self-contained page a notebook and language, and the page that leads to them all.

The notebook has run; its outputs know their language. What has no ``metadata.cx`` never reaches a page, however it got
into the notebook. Pages carry no script and ask nobody for anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cxlib.errors import CxError, worded
from cxlib.report.catalog import LANGUAGES
from cxlib.report.fragments import refuse_active
from cxlib.report.markdown import Heading, told_in
from cxlib.report.outputs import TEMPLATES, render
from cxlib.report.repeats import holders
from cxlib.report.style import stylesheet
from cxlib.report.words import Words

if TYPE_CHECKING:
    from jinja2 import Environment
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbformat import NotebookNode

__all__ = ["DECISION", "Provenance", "export", "index"]

DECISION = "application/vnd.cxlib.decision+json"
DATA = re.compile(r'<details class="cx-data">.*</details>', re.DOTALL)
CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, eq=False)
class Provenance:
    """Where a page's numbers come from.

    Attributes
    ----------
    client, client_name : str
        The client's id and name.
    simulated : bool
        Whether the data are simulated; the page then says so in its first line.
    notebook, run : str
        The notebook without its ending, and the run's id.
    made_at : datetime
        When the run was made, timezone-aware.
    period : tuple of date
        First and last day of the data.
    audience : str
        "management" or "analyst".
    library_version, params_hash, data_hash : str
        What the run can be repeated with.
    rows : mapping
        Table → number of rows.
    languages : tuple of str
        The languages that the run has pages in.
    not_exported : int
        Outputs that the page leaves out; :func:`export` counts them itself.
    """

    client: str
    client_name: str
    simulated: bool
    notebook: str
    run: str
    made_at: datetime
    period: tuple[date, date]
    audience: str
    library_version: str
    params_hash: str
    data_hash: str
    rows: Mapping[str, int]
    languages: tuple[str, ...]
    not_exported: int = 0


@dataclass(frozen=True, eq=False)
class _Part:
    """One piece of a page: Markdown or an output's fragment."""

    html: str
    kind: str


def _outputs(notebook: NotebookNode, language: str) -> tuple[list[Any], int]:
    """Return cells and outputs of one language in page order, and how many outputs belong to no page."""
    kept: list[Any] = []
    lost = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            tags = set(cell.metadata.get("tags", [])) & set(LANGUAGES)
            kept += [cell] if not tags or language in tags else []
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("cx")
            if about is None:
                lost += 1
            elif about.get("language") == language and about.get("kind") != "opening":
                kept.append(output)
    return kept, lost


def _fragment(output: Any, where: str) -> _Part:
    """Return an output's HTML; a figure needs its text alternative, and nothing may be active."""
    about = output["metadata"]["cx"]
    kind = str(about.get("kind"))
    place = f"{where}: {kind} {about.get('number', '')}".rstrip()
    if kind == "figure" and not str(about.get("alt", "")).strip():
        raise CxError(worded(place, "has no text alternative", do="Give the plot a describe() that says what it shows."))
    text = output.get("data", {}).get("text/html")
    if text is None:
        raise CxError(worded(place, "has no text/html"))
    text = text if isinstance(text, str) else "".join(text)
    refuse_active(text, place)
    return _Part(text, kind)


def _unrepeated(part: _Part, output: Any, kept: Sequence[Any], words: Words) -> _Part:
    """Put links in place of a figure's data where tables of the page hold all of them."""
    if part.kind != "figure":
        return part
    told = [cell["metadata"]["cx"] for cell in kept if cell.get("cell_type") != "markdown"]
    tables = [(about["number"], about.get("rows", {})) for about in told if about.get("kind") == "table"]
    found = holders(output["metadata"]["cx"].get("rows", {}), tables)
    if not found:
        return part
    links = [Markup('<a href="#table-{}">{}</a>').format(number, words.text("output.table", number=str(number))) for number in found]
    title = words.text("output.figure_data", number=str(output["metadata"]["cx"]["number"]))
    line = Markup('<p class="cx-download">{}: {}</p>').format(title, Markup(", ").join(links))
    return _Part(DATA.sub(lambda _: str(line), part.html, count=1), part.kind)


def export(
    notebook: NotebookNode,
    *,
    words: Words,
    provenance: Provenance,
    pages: Sequence[tuple[str, str]],
    branding: Mapping[str, Any] | None = None,
) -> str:
    """Return an executed notebook as one HTML page in the language of `words`.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook; its Markdown cells are tagged "de" or "en", its outputs carry ``metadata.cx``.
    words : Words
        The reader's language.
    provenance : Provenance
        Where the numbers come from.
    pages : sequence of (str, str)
        File name and title of every page of the run, in order.
    branding : mapping, optional
        ``accent``: the client's colour as ``#rrggbb``. ``logo``: its picture as a ``data:`` address.

    Raises
    ------
    CxError
        A figure has no text alternative, or an output holds something active.
    """
    story = _story(notebook, words, provenance, pages)
    shell = _shell(words, story.pop("provenance"), branding or {}, file=story["file"], title=story["title"])
    from nbformat.v4 import new_notebook

    html, _ = _exporter().from_notebook_node(new_notebook(), {"cx": {**shell, **story}})  # it would copy the real one, unread
    return str(html)


def _story(notebook: NotebookNode, words: Words, provenance: Provenance, pages: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return what the page's template shows of a notebook."""
    kept, lost = _outputs(notebook, words.language)
    sources = [cell.source for cell in kept if cell.get("cell_type") == "markdown"]
    markdown = told_in(sources, table_label=words.text("page.text_table"))
    told = iter(markdown.cells)
    parts = [
        _Part(next(told), "markdown") if cell.get("cell_type") == "markdown" else _fragment(cell, provenance.notebook) for cell in kept
    ]
    parts = [_unrepeated(part, cell, kept, words) for part, cell in zip(parts, kept, strict=True)]
    question = ""
    if parts and parts[0].kind == "markdown":  # the answer stands right after the question, before the first heading
        at_heading = f"{parts[0].html}<h2".index("<h2")
        question, parts[0] = parts[0].html[:at_heading], _Part(parts[0].html[at_heading:], "markdown")
    picture, parts = _pictured(parts)
    decided = next((dict(cell["data"][DECISION]) for cell in kept if DECISION in cell.get("data", {})), None)
    file = f"{provenance.notebook}.html"
    names = [name for name, _ in pages]
    at = names.index(file) if file in names else None
    title = markdown.title or (pages[at][1] if at is not None else provenance.notebook)
    headings = [
        *markdown.headings,
        *([Heading("decision", words.text("decision.title"))] if any(p.kind == "decision" for p in parts) else []),
    ]
    return {
        "title": title,
        "question": question,
        "picture": picture,
        "parts": [part for part in parts if part.html],
        "decided": decided,
        "headings": headings,
        "file": file,
        "previous": pages[at - 1] if at else None,
        "next": pages[at + 1] if at is not None and at + 1 < len(pages) else None,
        "provenance": replace(provenance, not_exported=lost),
    }


def _pictured(parts: Sequence[_Part]) -> tuple[str, list[_Part]]:
    """Return the page's first picture, which stands right under the answer, and what is left; none where something missing comes first."""
    at = next((number for number, part in enumerate(parts) if part.kind in ("figure", "missing")), None)
    if at is None or parts[at].kind == "missing":
        return "", list(parts)
    return parts[at].html, [*parts[:at], *parts[at + 1 :]]


@lru_cache(maxsize=1)
def _exporter() -> TemplateExporter:
    """Return the exporter, made once: making it takes longer than a page."""
    from nbconvert.exporters.templateexporter import TemplateExporter

    class ReportExporter(TemplateExporter):
        """nbconvert's machinery with our template and with escaping."""

        def _create_environment(self) -> Environment:
            environment = super()._create_environment()
            environment.autoescape = True
            return environment

    return ReportExporter(
        template_paths=[str(TEMPLATES)],
        template_file="page.html.j2",
        file_extension=".html",
        preprocessors=[],
        default_preprocessors=[],
    )


def _shell(words: Words, provenance: Provenance, branding: Mapping[str, Any], *, file: str, title: str, prefix: str = "") -> dict[str, Any]:
    """Return what every page has around its content."""
    others = [language for language in provenance.languages if language != words.language]
    return {
        "t": words.text,
        "words": words,
        "csp": CSP,
        "style": Markup(stylesheet("page", branding.get("accent"))),  # noqa: S704 - our own file
        "provenance": provenance,
        "logo": branding.get("logo", ""),
        "file": file,
        "title": title,
        "prefix": prefix,
        "other": others[0] if others else None,
    }


def index(
    decisions: Sequence[Mapping[str, Any]],
    *,
    leading: Sequence[str] = (),
    exhibits: Sequence[tuple[str, Any]] = (),
    words: Words,
    provenance: Provenance,
    pages: Sequence[tuple[str, str]],
    branding: Mapping[str, Any] | None = None,
    latest_prefix: str = "",
    workbook: str = "",
) -> str:
    """Return the page that leads to all others: what matters most, every answer with its grade, and what was not examined.

    Parameters
    ----------
    decisions : sequence of mappings
        What ``study.decide`` emitted, in notebook order, in the language of `words`; with a ``title`` where its page is not among `pages`.
    leading : sequence of str
        Notebooks whose sentences come first, each with a link to the table it came from.
    exhibits : sequence of (str, NotebookNode)
        Outputs that are shown here, too, each with the heading above it.
    words : Words
        The reader's language.
    provenance : Provenance
        Where the numbers come from.
    pages : sequence of (str, str)
        File name and title of every page of the run, in order.
    branding : mapping, optional
        ``accent``: the client's colour as ``#rrggbb``. ``logo``: its picture as a ``data:`` address.
    latest_prefix : str
        Put before every link, for an index that stands above its run: ``runs/RUN/de/``.
    workbook : str
        The file with all tables, as a reader finds it from here. Named, not linked: it need not have come along.
    """
    titles = dict(pages)
    cards = [
        {"title": titles.get(file := f"{decided['notebook']}.html", decided["notebook"]), **decided, "file": file if file in titles else ""}
        for decided in decisions
    ]
    shell = _shell(words, provenance, branding or {}, file="index.html", title=words.text("index.title"), prefix=latest_prefix)
    first = [card for card in cards if card["notebook"] in leading]
    shown = [(heading, _fragment(output, "index").html) for heading, output in exhibits]
    return render(
        "index.html.j2", words, cx={**shell, "first": first, "shown": shown, "cards": cards, "pages": list(pages), "workbook": workbook}
    )
