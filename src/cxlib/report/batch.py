"""The page over all clients of a batch: who has a new report, who an old one, and what went wrong where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from cxlib.report.outputs import render
from cxlib.report.page import CSP
from cxlib.report.style import stylesheet
from cxlib.report.words import Words

__all__ = ["COLUMNS", "page"]

COLUMNS = ("client", "state", "notebook", "cell", "error", "seconds", "peak_mb")


def page(rows: Sequence[Mapping[str, Any]], *, words: Words, made_at: datetime, bad: int) -> str:
    """Return the page of a batch, in the language of `words`.

    Parameters
    ----------
    rows : sequence of mappings
        One a client: client, state, notebook, cell, error (a sentence), seconds, peak_mb, and link: whether it has a report.
    words : Words
        The reader's language.
    made_at : datetime
        Timezone-aware.
    bad : int
        Clients without a new report that should have one.
    """
    style = Markup(stylesheet("page"))  # noqa: S704 - our own file
    shell = {"t": words.text, "words": words, "csp": CSP, "style": style, "made_at": made_at, "columns": COLUMNS}
    return render("batch.html.j2", words, cx={**shell, "rows": list(rows), "bad": bad})
