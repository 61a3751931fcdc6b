"""What only JupyterLab shows: figures in the reader's words, tables to browse, and bars while something takes long.

A batch run knows nothing of it: it executes no cell tagged ``next``, and nobody listens there to long computations.
"""

from __future__ import annotations

import html
import importlib.util
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError
from cxlib.estimates.steps import listen
from cxlib.report import outputs
from cxlib.report.grid import is_estimates

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.words import Words

__all__ = ["Bars", "browsed", "inside", "listening", "table_of", "told", "worded"]

AFTER_S, EVERY_S = 0.7, 0.15  # what is over sooner needs no bar; how often one is drawn
ROWS = 20  # of a table that is not ESTIMATES
FIGURES = 5000  # rows of ESTIMATES beyond which wording them all would take longer than a glance is worth
THEMED = (  # what itables draws, on the paper of Lab's theme
    ".cx-browse{background:var(--jp-layout-color0,transparent);color:var(--jp-content-font-color1,inherit)}"
    ".cx-browse .dt-container,.cx-browse .dt-container :is(input,select,div){background-color:transparent!important;color:inherit}"
)
KEPT: list[Any] = []  # the bars of this kernel: one set, however often a study is opened


def inside() -> Any:
    """Return the shell of the notebook kernel that somebody works in; None in a batch run, on a terminal and in a script."""
    if os.environ.get("CX_RUN") or "IPython" not in sys.modules:
        return None
    shell = sys.modules["IPython"].get_ipython()
    return shell if hasattr(shell, "kernel") else None


def listening() -> None:
    """Let this kernel show a bar for long computations; nothing happens elsewhere than in Lab."""
    shell = inside()
    if shell is not None and not KEPT:
        KEPT.append(Bars())
        listen(KEPT[0])
        shell.events.register("post_run_cell", KEPT[0].over)


def worded(words: Words) -> None:
    """Let this kernel show ESTIMATES in the words of a reader; nothing happens elsewhere than in Lab.

    Parameters
    ----------
    words : Words
        The study's first language.
    """
    shell = inside()
    if shell is not None:
        import pandas as pd

        shell.display_formatter.formatters["text/html"].for_type(pd.DataFrame, lambda frame: told(frame, words))


def told(frame: pd.DataFrame, words: Words) -> str:
    """Return a table as JupyterLab shows it: ESTIMATES as on a page, any other as pandas has it; draws, which nobody reads, are left out.

    >>> import pandas as pd
    >>> from cxlib.report.words import Words
    >>> told(pd.DataFrame({"id": ["<b>"]}), Words("en")).count("&lt;b&gt;")
    1
    """
    bare = frame.drop(columns="draws", errors="ignore")
    if is_estimates(bare) and len(bare) <= FIGURES:
        try:
            return outputs.browsed(bare, words)
        except CxError:  # figures of one's own making: a metric without words, or rows that a page would refuse
            return plain(bare)
    return plain(bare)


def plain(frame: pd.DataFrame) -> str:
    """Return a table's first rows as HTML, every cell escaped."""
    shown = frame.to_html(max_rows=ROWS, border=0, notebook=True)
    return f"{shown}<p>{len(frame):,} rows × {len(frame.columns)} columns</p>"


def table_of(what: Any) -> pd.DataFrame:
    """Return what there is to browse: a table itself, a fitted result's figures, a plot's rows, the rows of a relation."""
    for name in ("estimates", "table"):
        if hasattr(what, name):
            return table_of(getattr(what, name))
    return what.df() if hasattr(what, "fetchnumpy") else what


def browsed(frame: pd.DataFrame, words: Words) -> str:
    """Return a table to search and sort where itables is installed, otherwise as :func:`told`; nothing is fetched from anywhere."""
    if importlib.util.find_spec("itables") is None or inside() is None:
        return told(frame, words)
    import itables

    if "itables" not in KEPT:
        KEPT.append("itables")
        itables.init_notebook_mode(all_interactive=False, connected=False)
    bare = frame.drop(columns="draws", errors="ignore")
    table = itables.to_html_datatable(bare, connected=False, classes="display compact", showIndex=False)
    return f'<style>{THEMED}</style><div class="cx-browse">{table}</div>'


class Bars:
    """Hears of long computations and shows a bar for each that lasts; what has ended, or was broken off, keeps a line."""

    def __init__(self) -> None:
        self.running: dict[str, dict[str, Any]] = {}

    def __call__(self, what: str, done: int, of: int) -> None:
        """Take note of a round that is done."""
        now = time.monotonic()
        bar = self.running.setdefault(what, {"began": now, "drawn": now, "shown": None})
        bar |= {"done": done, "of": of}
        ended = bool(of) and done >= of
        if now - bar["began"] >= AFTER_S and (ended or now - bar["drawn"] >= EVERY_S or bar["shown"] is None):
            self.draw(what, bar, now)
        if ended:
            del self.running[what]

    def draw(self, what: str, bar: dict[str, Any], now: float) -> None:
        """Show one bar, in its own place."""
        from IPython.display import HTML, display

        picture = HTML(drawn(what, bar["done"], bar["of"], now - bar["began"]))
        if bar["shown"] is None:
            bar["shown"] = display(picture, display_id=True)
        else:
            bar["shown"].update(picture)
        bar["drawn"] = now

    def over(self, *_: Any) -> None:
        """Forget what a cell left unfinished."""
        self.running.clear()


def drawn(what: str, done: int, of: int, seconds: float) -> str:
    """Return a bar as HTML; without a known end only what is done.

    >>> drawn("draws", 3, 12, 4.2)
    '<progress max="12" value="3" aria-label="draws"></progress> draws 3/12 · 4 s'
    >>> drawn("rows", 500, 0, 1.0)
    'rows 500 · 1 s'
    """
    name = html.escape(what)
    if not of:
        return f"{name} {done:,} · {seconds:.0f} s"
    ahead = "" if done >= of else f'<progress max="{of}" value="{done}" aria-label="{name}"></progress> '
    return f"{ahead}{name} {done:,}/{of:,} · {seconds:.0f} s"
