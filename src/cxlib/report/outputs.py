"""What a notebook shows, as HTML fragments: figures, tables, the missing-data box, the decision box, the opening.

Fragments look right in JupyterLab after :func:`opening` and on a page of :mod:`cxlib.report.page`. Every value goes
through Jinja's escaping; only the SVG that :mod:`cxlib.report.svg` made is put in as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cxlib.errors import CxError, worded
from cxlib.report.download import csv_text, data_uri
from cxlib.report.grid import Grid, grid_of, needs_of
from cxlib.report.needs import needed
from cxlib.report.spread import spread
from cxlib.report.style import stylesheet
from cxlib.report.words import Words

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.plots import Plot
    from cxlib.report.svg import Picture

__all__ = ["GRADES", "browsed", "decision", "figure", "missing", "opening", "table"]

GRADES = ("A", "B", "C", "D")
TEMPLATES = Path(__file__).parent / "templates"
TALLEST = {"wide": 420, "narrow": 620}  # pixels of a picture that are shown at first, where the rest may be folded
SHEET = 1000  # pixels from which a picture has a sheet of paper of its own
WORTH = 1.15  # times that height from which folding saves anything
OPEN, FOLDED = 60, 8  # rows that a page shows of a table, and of one that stays closed: the download holds all of them


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)


def render(template: str, words: Words, **values: Any) -> str:
    """Render one of the room's templates with the reader's words as `t` (texts) and `words`."""
    return _environment().get_template(template).render(t=words.text, words=words, **values)


def figure(plot: Plot, words: Words, *, number: int, caption: str) -> str:
    """Return a plot as a numbered figure: wide and narrow picture, text alternative, and the table behind it.

    Parameters
    ----------
    plot : Plot
        What to draw.
    words : Words
        The reader's language.
    number : int
        The figure's number on its page.
    caption : str
        The caption, already in that language.

    Returns
    -------
    str
        HTML; the box of :func:`missing` when every row only says what it needs.
    """
    needs = needs_of(plot.table)
    if needs:
        return missing(needs, words)
    alt = plot.describe(words)
    drawn = {name: plot.figure(words, narrow=name == "narrow") for name in TALLEST}
    pictures = {name: Markup(picture.svg(alt)) for name, picture in drawn.items()}  # noqa: S704 - our own SVG
    folds = {name: _fold(picture, TALLEST[name]) for name, picture in drawn.items()}
    tall = [name for name, picture in drawn.items() if picture.height > SHEET]
    items = drawn["wide"].items if any(folds.values()) else 0
    title = words.text("output.figure_data", number=str(number))
    data = _grid_values(
        plot.data, words, name=f"figure-{number}", title=title, file=words.text("output.csv_figure_name", number=str(number))
    )
    shown = {"pictures": pictures, "folds": folds, "items": items, "tall": tall}
    return render("figure.html.j2", words, most=FOLDED, number=number, caption=caption, **shown, **data)


def _fold(picture: Picture, tallest: float) -> str:
    """Return the shape of the part of a tall picture that is shown first, cut where its drawer allows it; "" shows it whole."""
    if picture.height <= tallest * WORTH:
        return ""
    shown = max((cut for cut in picture.cuts if cut <= tallest), default=min(picture.cuts, default=picture.height))
    return f"{picture.width:g}/{shown:.0f}" if picture.height - shown >= tallest * (WORTH - 1) else ""


def table(estimates: pd.DataFrame, words: Words, *, number: int, caption: str, folded: bool = False) -> str:
    """Return ESTIMATES as a numbered table: values with span and n, notes as text, metrics side by side, CSV to download.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES, or any saved table of labels.
    words : Words
        The reader's language.
    number : int
        The table's number on its page.
    caption : str
        The caption, already in that language.
    folded : bool
        Whether the table stays closed until the reader opens it.

    Returns
    -------
    str
        HTML; the box of :func:`missing` when every row only says what it needs.
    """
    needs = needs_of(estimates)
    if needs:
        return missing(needs, words)
    title = words.text("output.table", number=str(number))
    file = words.text("output.csv_name", number=str(number))
    values = _grid_values(estimates, words, name=f"table-{number}", title=title, file=file)
    return render("table.html.j2", words, most=FOLDED if folded else OPEN, caption=caption, folded=folded, **values)


def browsed(estimates: pd.DataFrame, words: Words) -> str:
    """Return ESTIMATES as JupyterLab shows them where nobody gave them a number and a caption.

    Parameters
    ----------
    estimates : DataFrame
        ESTIMATES, saved or not.
    words : Words
        The reader's language.

    Returns
    -------
    str
        HTML; the box of :func:`missing` when every row only says what it needs.

    Raises
    ------
    CxError
        A metric that the catalog does not know, or the same groups and metric twice.
    """
    needs = needs_of(estimates)
    if needs:
        return missing(needs, words)
    values = _grid_values(estimates, words, name="browsed", title=words.text("output.browsed"), file=words.text("output.browsed_file"))
    return render("table.html.j2", words, most=OPEN, caption="", folded=False, **values)


def _grid_values(frame: pd.DataFrame, words: Words, *, name: str, title: str, file: str) -> dict[str, Any]:
    grid: Grid = grid_of(frame, words)
    header, rows = spread(frame, words)
    return {"grid": grid, "name": name, "title": title, "file": file, "href": data_uri(csv_text(header, rows, words.language))}


def missing(needs: Sequence[str], words: Words) -> str:
    """Return the box that says which columns a question needs.

    Parameters
    ----------
    needs : sequence of str
        ``table.column``, ``responses[item type]``, or a table's name alone.
    """
    items = [{"table": table, "columns": columns, "code": codes} for table, columns, codes in needed(needs, words)]
    return render("missing.html.j2", words, items=items)


def decision(content: Mapping[str, Any], words: Words) -> str:
    """Return the decision box: answer, evidence grade with its reason, what was not examined, what is to be decided.

    Parameters
    ----------
    content : mapping
        answer, grade ("A" to "D"), grade_reason, not_examined (list), wanted, owner; texts already in the reader's language.
    """
    grade = content.get("grade")
    if grade not in GRADES:
        raise CxError(worded("decision.grade", "unknown evidence grade", grade, GRADES))
    return render("decision.html.j2", words, content=content, grade=grade)


def opening(words: Words, client_name: str, simulated: bool, period: tuple[date, date], audience: str) -> str:
    """Return the first output in JupyterLab: whose data these are, and the styles that all later outputs use."""
    style = Markup(stylesheet("lab"))  # noqa: S704 - our own file
    return render("opening.html.j2", words, style=style, client_name=client_name, simulated=simulated, period=period, audience=audience)
