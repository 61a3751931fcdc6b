"""How a whole is shared out between the levels of a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib.estimates.figures import share_of
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, Sampling, sample

__all__ = ["divided", "shares"]

_AT_ONCE = 2_000_000  # rows times levels that are worked on side by side


def shares(
    table: pd.DataFrame,
    column: str,
    *,
    by: Sequence[str] = (),
    levels: Sequence[str] | None = None,
    metric: str = "share",
    unit: str = "share",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Weighted share of each level of a column, by group: :func:`cxlib.estimates.share` of every level, the rows read once.

    Parameters
    ----------
    table, by, metric, unit, **options
        As in :func:`cxlib.estimates.mean`.
    column : str
        Rows in which it is missing are left out.
    levels : sequence of str, optional
        The levels told, in this order; all of them, sorted, when left out. Shares are of all rows in any case.

    Returns
    -------
    DataFrame
        ESTIMATES with `column` as last group column: every level in every group, also where nobody has it.

    Raises
    ------
    DataError
        As :func:`cxlib.estimates.mean`.

    >>> shares(pd.DataFrame({"channel": ["phone", "email", "phone", "phone"]}), "channel")[["channel", "value", "n"]]
      channel  value  n
    0   email   0.25  4
    1   phone   0.75  4
    """
    chosen = sample(table, [column], by, options)
    said = table[column].iloc[chosen.rows].astype("str").to_numpy()
    told = sorted(set(said)) if levels is None else [str(level) for level in levels]
    return _side_by_side(chosen, column, {level: said == level for level in told}, metric, unit, options)


def divided(
    table: pd.DataFrame,
    columns: Mapping[str, str],
    into: str,
    *,
    by: Sequence[str] = (),
    metric: str = "share",
    unit: str = "share",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of each of several columns in the sum of them all, by group: :func:`shares` of a table that was counted by cluster.

    Parameters
    ----------
    table : DataFrame
        Weighted counts, one column a level and one row a cluster (and group).
    columns : mapping of str to str
        Column → level.
    into : str
        What the group column is called that names them.
    by, metric, unit, **options
        As in :func:`cxlib.estimates.mean`, without ``weight``.

    >>> table = pd.DataFrame({"customer_id": ["a", "b"], "email": [1.0, 0.0], "phone": [1.0, 2.0]})
    >>> divided(table, {"email": "email", "phone": "phone"}, "channel", cluster="customer_id")[["channel", "value"]]
      channel  value
    0   email   0.25
    1   phone   0.75
    """
    weighed: Sampling = {**options, "weight": "cx_total"}
    chosen = sample(table.assign(cx_total=table[list(columns)].sum(axis=1)), list(columns), by, weighed)
    held = {level: table[name].to_numpy(dtype="float64")[chosen.rows] / chosen.weight for name, level in columns.items()}
    return _side_by_side(chosen, into, held, metric, unit, weighed)


def _side_by_side(chosen: Sample, column: str, held: Mapping[str, np.ndarray], metric: str, unit: str, options: Sampling) -> pd.DataFrame:
    """Shares of what each level holds of every row, worked on together as far as memory likes."""
    step = max(1, _AT_ONCE // max(1, len(chosen.rows)))
    parts = []
    for at in range(0, len(held), step):
        some = list(held.items())[at : at + step]
        groups = pd.concat([chosen.groups.assign(**{column: level}) for level, _ in some], ignore_index=True)
        top = np.concatenate([of_level for _, of_level in some]).astype("float64")
        parts.append(share_of(_repeated(chosen, groups, len(some)), top, metric, unit, options))
    nobody = chosen.groups.head(0).assign(**{column: ""})
    return pd.concat(parts, ignore_index=True) if parts else rows(nobody, {"metric": metric, "unit": unit})


def _repeated(chosen: Sample, groups: pd.DataFrame, times: int) -> Sample:
    """Return the rows chosen several times, each time in groups of their own."""
    own = {name: np.tile(getattr(chosen, name), times) for name in ("weight", "cluster", "n", "unit", "rows")}
    apart = np.repeat(np.arange(times) * chosen.size, len(chosen.rows))
    stratum = None if chosen.stratum is None else np.tile(chosen.stratum, times)
    projection = chosen.projection
    if projection is not None:
        projection = replace(projection, position=np.tile(projection.position, times))
    return replace(chosen, groups=groups, group=np.tile(chosen.group, times) + apart, stratum=stratum, projection=projection, **own)
