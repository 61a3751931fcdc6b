"""The folder of one run: what notebooks save in it and load from it.

``tables/`` holds what the audience may see, ``draws/`` the draws of exactly those numbers, and ``private/`` row-level tables and the
register of published cells, one file a notebook, which are never shown or exported. A notebook that runs ahead of lower numbers saves in a
folder of its own and loads from the run's folder, too, and from those of notebooks that have ended before their turn.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cxlib.errors import CxError
from cxlib.estimates import drawn, with_draws
from cxlib.report import disclosure
from cxlib.report.download import defused
from cxlib.tables import CONTRACTS, contract

if TYPE_CHECKING:
    from cxlib.intake import Prepared

__all__ = ["Store", "audit"]

_PAGE = re.compile(r"^[0-9a-z_]{1,63}$")
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
REGISTER = "published_cells"


@dataclass(frozen=True, eq=False)
class Store:
    """Tables of one run folder, each written whole or not at all."""

    folder: Path
    below: tuple[Path, ...] = ()  # for a notebook that saves in a folder of its own: whose tables it knows, the nearest first

    @property
    def folders(self) -> list[Path]:
        """Where saved tables lie, the notebook's own first."""
        return [self.folder, *self.below]

    def save_estimates(self, name: str, shown: pd.DataFrame, full: pd.DataFrame) -> None:
        """Write ESTIMATES as the audience may see them, and the draws of the rows that kept their number."""
        self._write("tables", _checked(name), shown)
        cells = shown.copy()
        for column in cells.columns:
            if not pd.api.types.is_numeric_dtype(cells[column]):
                cells[column] = cells[column].map(defused, na_action="ignore")
        self._put(self.folder / "tables" / f"{name}.csv", cells.to_csv(index=False, lineterminator="\n").encode("utf-8"))
        draws = drawn(full.loc[shown.index[shown["value"].notna()]])  # whole families of rows may have been left out
        if len(draws):
            self._write("draws", name, draws)

    def save_rows(self, name: str, table: pd.DataFrame) -> None:
        """Write a row-level table; it stays in the run folder."""
        self._write("private", _checked(name), table)

    def read(self, name: str) -> pd.DataFrame | None:
        """Return a table that this run saved, or None."""
        path = self._found(_checked(name), "private", "tables")
        return None if path is None else pd.read_parquet(path)

    def holds(self, name: str) -> bool:
        """Tell whether this run has saved such a table."""
        return self._found(_checked(name), "private", "tables") is not None

    def load(self, name: str, prepared: Prepared, timezone: str) -> pd.DataFrame:
        """Return a table that this run saved, else the one that was taken in, else a typed empty one."""
        saved = self.read(name)
        if saved is not None:
            return saved
        taken_in = prepared.table(name) if name in CONTRACTS else None
        return contract(name).empty(timezone) if taken_in is None else taken_in

    def read_drawn(self, name: str) -> pd.DataFrame | None:
        """Return ESTIMATES that this run saved, with the draws of the rows that have some, or None."""
        table, path = self.read(name), self._found(_checked(name), "draws")
        return with_draws(table, pd.read_parquet(path)) if table is not None and path is not None else table

    def _found(self, name: str, *rooms: str) -> Path | None:
        paths = (folder / room / f"{name}.parquet" for folder in self.folders for room in rooms)
        return next((path for path in paths if path.is_file()), None)

    def registers(self) -> list[str]:
        """Return the notebooks that have entered cells in the register, in their order."""
        return sorted({path.stem for folder in self.folders for path in (folder / "private" / REGISTER).glob("*.parquet")})

    def register(self, notebooks: Sequence[str] | None = None) -> disclosure.Register:
        """Return the register of every cell this run published so far, in the order of its notebooks; or of some of them."""
        register = disclosure.Register()
        for notebook in self.registers() if notebooks is None else notebooks:
            path = self._found(notebook, f"private/{REGISTER}")
            register.add(disclosure.Register.from_frame(pd.read_parquet(path)).layers)
        return register

    def registered(self, notebook: str) -> set[str]:
        """Return the tables whose cells a notebook has entered in the register."""
        path = self.folder / "private" / REGISTER / f"{_page(notebook)}.parquet"
        return set(pd.read_parquet(path, columns=["table"])["table"]) if path.is_file() else set()

    def save_register(self, register: disclosure.Register, notebook: str) -> None:
        """Write what one notebook published, for the notebooks that follow."""
        self._write(f"private/{REGISTER}", _page(notebook), register.to_frame())

    def _write(self, room: str, name: str, table: pd.DataFrame) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(), sink)
        self._put(self.folder / room / f"{name}.parquet", sink.getvalue().to_pybytes())

    @staticmethod
    def _put(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(content)
        os.replace(part, path)


def audit(folder: Path, *, min_n: int) -> None:
    """Refuse a run whose published tables, taken together, give a hidden cell away.

    Raises
    ------
    CxError
        One problem a cell that can be computed back.
    """
    leaks = disclosure.audit(Store(folder).register(), min_n=min_n)
    if len(leaks):
        raise CxError(
            *("disclosure: " + ", ".join(f"{name} = {value}" for name, value in leak.items()) for leak in leaks.to_dict("records"))
        )


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise CxError(f"save: {name!r} cannot name a table. Use a-z, 0-9 and _, beginning with a letter.")
    return name


def _page(notebook: str) -> str:
    if not _PAGE.match(notebook):
        raise CxError(f"save: {notebook!r} is no notebook. Its name is a two-digit number and a noun.")
    return notebook
