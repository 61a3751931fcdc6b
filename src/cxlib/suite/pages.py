"""The pages of a run: one HTML file a notebook and language, an index a language, and the client's front page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cxlib.errors import CxError
from cxlib.suite import manifest
from cxlib.suite.notebooks import ANALYST
from cxlib.tables import MADE

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlib.intake import Prepared
    from cxlib.params import Params
    from cxlib.report.page import Provenance
    from cxlib.report.words import Words

__all__ = ["DECISION", "Edition", "PageRefused", "decisions", "exhibits", "leading"]

DECISION = "application/vnd.cxlib.decision+json"
LEADING = ("02_status_quo", "05_contact_value", "10_expectation_gaps", "16_actions", "17_monitoring")  # is, should be, to do, did it work
NEXT = (  # whose sentences stand in for those of the leading pages that have no answer, the first ones first
    "06_pain_points", "11_loyalty_drivers", "13_service_standards", "12_moments_of_truth", "15_sales_opportunities", "08_welcome_journey",
    "09_promises", "07_before_purchase", "03_contact_reasons", "14_outlook", "04_personas", "01_touchpoint_inventory", "00_data_readiness",
)  # fmt: skip
SENTENCES = 5


class PageRefused(CxError):  # noqa: N818 - the name says what happened
    """A notebook that ran but cannot become a page, such as one with a figure that has no text alternative."""

    def __init__(self, name: str, fault: CxError) -> None:
        super().__init__(*(f"notebooks/{name}.ipynb: {problem}" for problem in fault.problems))
        self.name = name


@dataclass(frozen=True, eq=False)
class Edition:
    """What all pages of one run have in common."""

    params: Params
    data: Prepared
    run: str
    made_at: datetime
    audience: str
    languages: tuple[str, ...]
    titles: dict[str, list[tuple[str, str]]]  # language → (file name, title) of every notebook, in order
    inputs: dict[str, str | None] | None = None  # path → hash of every file that the run rests on; None when it also reads a database
    asked: dict[str, Any] = field(default_factory=dict)  # what the command line asked for
    format: str = "html"  # "pdf": each page as a PDF, too
    logo: str = ""  # as pages carry it in themselves

    def shown(self, notebook: NotebookNode) -> NotebookNode:
        """Return an executed notebook as this audience may see it: managers do without cells about the work itself."""
        if self.audience == "analyst":
            return notebook
        return type(notebook)(notebook | {"cells": [cell for cell in notebook.cells if ANALYST not in cell.metadata.get("tags", [])]})

    def provenance(self, notebook: str) -> Provenance:
        """Return where a page comes from, as its provenance box tells it."""
        from cxlib.report.page import Provenance

        return Provenance(
            client=self.params.client,
            client_name=self.params.name,
            simulated=self.params.simulated,
            notebook=notebook,
            run=self.run,
            made_at=self.made_at.astimezone(ZoneInfo(self.params.timezone)),
            period=(self.params.period.start, self.params.period.end),
            audience=self.audience,
            library_version=manifest.library_version(),
            params_hash=self.data.params_hash,
            data_hash=self.data.data_hash,
            rows={name: count for name, count in self.data.rows.items() if name not in MADE},
            languages=self.languages,
            not_exported=0,
        )

    def words(self, language: str) -> Words:
        """Return the words of the page's frame; what the outputs say is already worded."""
        from cxlib.report.words import Words

        return Words(language)

    def export(self, part: Path, name: str, notebook: NotebookNode) -> list[str]:
        """Write one notebook's page in every language and return the files, relative to the part folder.

        Raises
        ------
        PageRefused
            The exporter refuses the notebook.
        """
        from cxlib.report import page

        made = []
        for language in self.languages:
            try:
                html = page.export(
                    self.shown(notebook),
                    words=self.words(language),
                    provenance=self.provenance(name),
                    pages=self.titles[language],
                    branding=self.params.branding.model_dump() | {"logo": self.logo},
                )
            except CxError as fault:
                raise PageRefused(name, fault) from fault
            made.append(f"{language}/{name}.html")
            write(part / made[-1], html)
        return made

    def index(self, notebooks: Iterable[NotebookNode], language: str, prefix: str = "", workbook: str = "") -> str:
        """Return the index page made from the decisions, its links led by `prefix`."""
        from cxlib.report import page

        notebooks, titles = list(notebooks), dict(self.titles[language])
        decided = [found for notebook in notebooks for found in decisions(notebook, language)]
        return page.index(
            [found | {"title": titles.get(f"{found['notebook']}.html", found["notebook"])} for found in decided],
            leading=leading(decided),
            exhibits=[found for notebook in notebooks for found in exhibits(notebook, language)],
            words=self.words(language),
            provenance=self.provenance("index"),
            pages=self.titles[language],
            branding=self.params.branding.model_dump() | {"logo": self.logo},
            latest_prefix=prefix,
            workbook=f"{prefix}{workbook}" if workbook else "",
        )

    def finish(self, part: Path, notebooks: Mapping[str, NotebookNode], front: str) -> None:
        """Write workbook and index of every language and, as `front`, the page that becomes the client's ``index.html``."""
        from cxlib.suite import workbook

        nodes = list(notebooks.values())
        books = {language: workbook.write(part, self, notebooks, language) for language in self.languages}
        for language in self.languages:
            write(part / language / "index.html", self.index(nodes, language, workbook=books[language]))
        first = self.languages[0]
        write(part / front, self.index(nodes, first, prefix=f"runs/{self.run}/{first}/", workbook=books[first]))

    def print(self, part: Path, files: Iterable[str]) -> dict[str, str]:
        """Print pages of the part folder beside themselves and return page → PDF, relative to the part folder."""
        from cxlib.report.chromium import Chromium, printed

        made = {}
        with Chromium() as browser:
            for file in files:
                made[file] = f"{file.removesuffix('.html')}.pdf"
                (part / made[file]).write_bytes(printed(browser, part / file))
        return made


def decisions(notebook: NotebookNode, language: str) -> list[dict[str, Any]]:
    """Return the contents of the decision boxes of an executed notebook in one language."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [output.data[DECISION] for output in outputs if DECISION in output.get("data", {})]
    return [dict(content) for content in found if content["language"] == language]


def leading(decided: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the notebooks, in page order, whose sentences a reader meets first: five that have an answer."""
    answered = {str(content["notebook"]) for content in decided if content["answered"]}
    return sorted([name for name in (*LEADING, *NEXT) if name in answered][:SENTENCES])


def exhibits(notebook: NotebookNode, language: str) -> list[tuple[str, Any]]:
    """Return what an executed notebook shows on the index, too: heading and output."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    told = [(output.get("metadata", {}).get("cx", {}), output) for output in outputs]
    return [(about["index"], output) for about, output in told if about.get("language") == language and about.get("index")]


def write(path: Path, text: str) -> None:
    """Write a page of the part folder; sealing the part brings it to disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
