"""What learners return, as JupyterLab shows it: its table, and what else it holds."""

from __future__ import annotations

import html
from dataclasses import fields
from typing import Any

__all__ = ["Result"]

SHOWN = 20  # rows


class Result:
    """A fitted result with a ``table``: in JupyterLab it shows the table's first rows and names its other parts.

    >>> from dataclasses import dataclass
    >>> import pandas as pd
    >>> @dataclass(frozen=True, eq=False)
    ... class Fitted(Result):
    ...     table: pd.DataFrame
    ...     converged: bool
    >>> print(Fitted(pd.DataFrame({"level": ["<b>"]}), True)._repr_html_().partition("<div>")[0])
    <p><strong>Fitted</strong>: 1 rows; besides: converged</p>
    """

    table: Any

    def _repr_html_(self) -> str:
        """Return the table as HTML, every cell escaped; draws, which nobody reads, are left out."""
        parts = [part.name for part in fields(self) if part.name != "table" and not part.name.startswith("_")]  # type: ignore[arg-type]
        besides = f"; besides: {html.escape(', '.join(parts))}" if parts else ""
        shown = self.table.drop(columns="draws", errors="ignore").to_html(max_rows=SHOWN, border=0)
        return f"<p><strong>{type(self).__name__}</strong>: {len(self.table):,} rows{besides}</p><div>{shown}</div>"
