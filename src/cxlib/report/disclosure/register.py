"""What a client has published so far, cell by cell."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

import pandas as pd

from cxlib.report.disclosure.cells import Layer

__all__ = ["Register"]


class Register:
    """Every cell of this client saved so far, with its true n: private, never exported.

    A table saved again under the same name replaces its older self.

    Examples
    --------
    >>> register = Register()
    >>> register.to_frame().columns.to_list()
    ['table', 'what', 'metrics', 'who', 'n', 'published']
    """

    def __init__(self, layers: Iterable[Layer] = ()) -> None:
        self.layers = list(layers)

    def add(self, layers: Iterable[Layer]) -> None:
        """Take over the cells of one table in place of what it said before."""
        new = list(layers)
        names = {layer.table for layer in new}
        self.layers = [layer for layer in self.layers if layer.table not in names] + new

    def of(self, tables: Collection[str]) -> Register:
        """Return the cells of some tables."""
        return Register(layer for layer in self.layers if layer.table in tables)

    def settle(self, table: str) -> None:
        """Bring a table's cells into the very state in which :meth:`from_frame` finds them again.

        What was computed on the way is forgotten, layers without cells are dropped: whoever continues with this register and whoever
        reads it from disk hides the same cells.
        """
        self.layers = [layer.bare() if layer.table == table else layer for layer in self.layers if layer.n or layer.table != table]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cell: table, what (JSON), metrics (JSON), who (JSON), n (true, also of hidden cells), published."""
        rows = [
            (layer.table, layer.what, json.dumps(sorted(layer.metrics)), json.dumps(dict(cell)), n, cell in layer.published)
            for layer in self.layers
            for cell, n in layer.n.items()
        ]
        kinds = {"table": "str", "what": "str", "metrics": "str", "who": "str", "n": "int64", "published": "bool"}
        return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Register:
        """Continue from what :meth:`to_frame` returned."""
        found: dict[tuple[str, str, str], Layer] = {}
        for table, what, metrics, who, n, published in frame.itertuples(index=False):
            layer = found.setdefault((table, what, metrics), Layer(table, what, frozenset(json.loads(metrics))))
            cell = tuple(sorted(json.loads(who).items()))
            layer.n[cell] = int(n)
            if published:
                layer.published.add(cell)
        return cls(found.values())
