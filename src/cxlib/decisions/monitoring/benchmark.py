"""How a figure compares with figures from outside, each with the source that it was taken from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates.rows import rows

__all__ = ["benchmark"]

NEEDED = ("metric", "value", "name", "source")


def benchmark(figures: pd.DataFrame, references: Sequence[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """The house's own figures beside outside ones, and how far they lie apart.

    Parameters
    ----------
    figures : DataFrame
        ESTIMATES without group columns that matter: one row a metric is taken, the first.
    references : sequence of mapping
        ``metric``, ``value``, ``name`` (whose figure it is), ``source`` (where it stands) and, where they are known, ``low`` and ``high``
        (its 95 % interval). Nothing is known of other companies but what is told here: without any the row says what is needed.

    Returns
    -------
    DataFrame
        ESTIMATES by ``compared_with`` and ``source``: each metric's own figure (both columns missing), the outside one, and
        ``benchmark_gap`` = own − outside, in the figure's unit. Its interval allows for the outside figure's where that is known, and else
        carries the note "outside figure without span".

    Raises
    ------
    DataError
        For a reference without metric, value, name or source.

    Notes
    -----
    Independent figures: half-width √(own² + outside²). Questions, scales and people asked differ between studies; what differs is
    not in the interval.

    >>> own = rows(pd.DataFrame(index=[0]), {"metric": "nps", "value": 10.0, "low": 4.0, "high": 16.0, "unit": "points", "n": 900})
    >>> told = benchmark(own, [{"metric": "nps", "value": 30.0, "low": 22.0, "high": 38.0, "name": "trade", "source": "Report 2026, p. 4"}])
    >>> told[["metric", "value", "low", "high"]].values.tolist()
    [['nps', 10.0, 4.0, 16.0], ['nps', 30.0, 22.0, 38.0], ['benchmark_gap', -20.0, -30.0, -10.0]]
    """
    by = ["compared_with", "source"]
    for place, reference in enumerate(references, start=1):
        lacking = [name for name in NEEDED if reference.get(name) in (None, "")]
        if lacking:
            where = f"monitoring.benchmarks, number {place}"
            do = "A figure from outside counts only with the place where it stands."
            raise DataError(f"{where}: lacks {', '.join(lacking)}. Needed: {', '.join(NEEDED)}. {do}")
    if not references:
        return estimates.unanswerable("benchmark_gap", "", ["monitoring.benchmarks"], by=by)
    parts = []
    for metric in dict.fromkeys(str(reference["metric"]) for reference in references):
        found = figures[figures["metric"].eq(metric) & figures["value"].notna()].head(1)
        theirs = [reference for reference in references if reference["metric"] == metric]
        if found.empty:
            parts.append(estimates.unanswerable("benchmark_gap", "", [f"figure {metric}"], by=by))
            continue
        own = found.iloc[0]
        blank = pd.DataFrame({name: pd.Series([None], dtype="str") for name in by})
        parts.append(rows(blank, {name: own[name] for name in ("metric", "value", "low", "high", "unit", "n", "n_eff", "method")}))
        parts += [part for reference in theirs for part in _beside(own, reference)]
    return estimates.stack(*parts)


def _beside(own: pd.Series, reference: Mapping[str, Any]) -> list[pd.DataFrame]:
    """An outside figure, and how far the own one lies from it."""
    groups = pd.DataFrame({"compared_with": [str(reference["name"])], "source": [str(reference["source"])]})
    value = float(reference["value"])
    low, high = (np.nan if reference.get(end) is None else float(reference[end]) for end in ("low", "high"))
    bare = {"unit": own["unit"], "method": "as told"}
    gap = float(own["value"]) - value
    known = not (np.isnan(low) or np.isnan(high))
    below = np.hypot(own["value"] - own["low"], high - value if known else 0.0)
    above = np.hypot(own["high"] - own["value"], value - low if known else 0.0)
    told = {"metric": "benchmark_gap", "value": gap, "low": gap - below, "high": gap + above, "n": own["n"]}
    note = "" if known else "outside figure without span"
    return [
        rows(groups, bare | {"metric": str(own["metric"]), "value": value, "low": low, "high": high}),
        rows(groups, bare | told | {"method": "independent figures", "note": note}),
    ]
