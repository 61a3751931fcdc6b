"""Saved figures with their draws, found by metric and level: what all weighing of actions rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cxlib.errors import DataError, worded
from cxlib.tables import group_columns

__all__ = ["Figure", "Floats", "Saved", "stream"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Figure:
    """One saved number, its draws, and the row it came from."""

    value: float
    draws: Floats
    row: Mapping[str, Any]


def stream(*key: object) -> np.random.Generator:
    """Return random numbers that depend on nothing but the key, so that an action's draws stay when others come or go.

    >>> bool((stream(1, "M1").random(3) == stream(1, "M1").random(3)).all())
    True
    """
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest, "little"))


@dataclass(frozen=True, eq=False)
class Saved:
    """The tables that earlier pages saved, by name.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        ESTIMATES, with draws where they have some; a table that nobody saved may be left out or empty.
    draws : int
        How many draws everything is combined in.
    seed : int
    """

    tables: Mapping[str, pd.DataFrame]
    draws: int = 500
    seed: int = 1

    def rows(self, table: str, metric: str, **levels: str | None) -> pd.DataFrame:
        """Return the rows of a metric; of a column that `levels` names those with that level, None meaning over all."""
        frame = self.tables.get(table)
        if frame is None or frame.empty or "metric" not in frame:
            return pd.DataFrame(columns=["metric", "value", "note"])
        keep = frame["metric"].eq(metric)
        for name, level in levels.items():
            if name in frame:
                keep &= frame[name].isna() if level is None else frame[name].eq(level)
            elif level is not None:
                keep &= False
        return frame[keep]

    def find(self, table: str, metric: str, **levels: str | None) -> Figure | None:
        """Return the one number with these levels, other groups over all; None where it is not there or not known.

        Raises
        ------
        DataError
            When a figure was saved with fewer draws.

        >>> from cxlib.estimates.rows import rows
        >>> table = rows(pd.DataFrame({"region": ["A"]}), {"metric": "nps", "value": 2.0, "draws": np.array([[1.0, 3.0]])})
        >>> Saved({"nps": table}, draws=2).find("nps", "nps", region="A").draws.tolist()
        [1.0, 3.0]
        """
        found = self.rows(table, metric, **levels)
        others = [name for name in group_columns(found) if name not in levels] if len(found) else []
        found = found[found[others].isna().all(axis=1)] if others else found
        if len(found) != 1 or pd.isna(found["value"].iloc[0]):
            return None
        row = {str(name): cell for name, cell in found.iloc[0].items()}
        return Figure(float(row["value"]), self._drawn(table, metric, levels, row), row)

    def _drawn(self, table: str, metric: str, levels: Mapping[str, str | None], row: Mapping[str, Any]) -> Floats:
        drawn = row.get("draws")
        value = float(row["value"])
        if isinstance(drawn, np.ndarray):
            if len(drawn) < self.draws:
                problem = worded(
                    f"{table}.{metric}", f"was saved with {len(drawn)} draws, not", self.draws, do="Run all pages with one number of draws."
                )
                raise DataError(problem)
            return np.where(np.isfinite(drawn), drawn, value).astype("float64")[: self.draws]  # draws align by their number
        low, high = row.get("low"), row.get("high")
        if low is None or high is None or pd.isna(low) or pd.isna(high):
            return np.full(self.draws, value)
        spread = (float(high) - float(low)) / 2 / special.ndtri(0.975)  # an interval without draws: as if it were normal
        key = [table, metric, *sorted(f"{name}={level}" for name, level in levels.items())]
        return value + spread * stream(self.seed, *key).standard_normal(self.draws)
