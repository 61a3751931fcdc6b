"""What hangs on a single rating: how much would be avoidable if it were the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from cxlib import estimates
from cxlib.reasons.value.matrix import OTHER, SIDES
from cxlib.reasons.value.shares import NEEDS, described
from cxlib.tables import TREATMENTS

__all__ = ["flips"]


def flips(shares: pd.DataFrame, reasons: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """How volumes move when one rating of one reason flips.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    reasons : DataFrame
        The contract table *reasons*, as the taxonomy has it or as the evidence leaves it (:attr:`Matrix.reasons`).
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES by ``reason_id``, ``side`` (customer, company) and ``treatment_flipped``, the treatment that would result:
        ``moved_share``, the share of contacts that change field; and, where that is into or out of *eliminate*, ``avoidable_if_flipped``,
        the avoidable share that would result. What moves most stands first. ``flip_low`` and ``flip_high`` (without groups): the
        avoidable share if the one rating flips that lowers or raises it most.

    Raises
    ------
    DataError
        When `shares` have no draws, or name reasons that the taxonomy lacks.

    Notes
    -----
    One rating at a time, every other one as it stands. Intervals hold the errors of the classification as in
    :func:`cxlib.reasons.value.avoidable`; that a rating is wrong has no probability here, so it is told what would follow, not how likely.

    >>> import numpy as np
    >>> from cxlib.estimates.rows import rows
    >>> table = {"metric": "reason_share", "value": [0.6, 0.4], "n": 90, "n_eff": 90.0, "draws": np.array([[0.6] * 9, [0.4] * 9])}
    >>> shares = rows(pd.DataFrame({"reason_id": ["a", "b"]}), table)
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"], "value_customer": ["irritating", "valuable"], "value_company": ["irritating"] * 2,
    ...     "treatment": ["eliminate", "automate"]})
    >>> told = flips(shares, reasons)
    >>> told.loc[told["metric"] == "avoidable_if_flipped", ["reason_id", "side", "treatment_flipped", "value"]].to_dict("split")["data"]
    [['a', 'customer', 'automate', 0.0], ['a', 'company', 'simplify', 0.0], ['b', 'customer', 'eliminate', 1.0]]
    """
    by = ("reason_id", "side", "treatment_flipped")
    told = described(shares, reasons, ["value_customer", "value_company", "treatment"], where="flips")
    if told is None:
        return estimates.unanswerable("moved_share", "share", NEEDS, by=by)
    everything = pd.Series("all", index=told.index)
    gone = told["treatment"].eq("eliminate")
    parts = []
    for reason, side, treatment, flipped in _possible(told):
        groups = {"reason_id": reason, "side": side, "treatment_flipped": flipped}
        here = told["reason_id"].eq(reason)
        if "eliminate" in (treatment, flipped):
            then = (gone & ~here) if treatment == "eliminate" else (gone | here)
            parts.append(estimates.sum_of_shares(told, everything, metric="avoidable_if_flipped", of=then, level=level).assign(**groups))
        parts.append(told.loc[here, shares.columns].assign(metric="moved_share", **groups))
    columns = [*by, *[name for name in shares.columns if name != "reason_id"]]
    table = pd.concat(parts, ignore_index=True).reindex(columns=columns).astype(dict.fromkeys(by, "str"))
    size = table["reason_id"].map(told.set_index("reason_id")["value"])
    table = table.loc[size.sort_values(ascending=False, kind="stable").index].sort_values("metric", kind="stable", ignore_index=True)
    return estimates.stack(_ends(table, by), table)


def _possible(told: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    for row in told[told["treatment"].notna()].to_dict("records"):
        for side in SIDES:
            values = {name: str(row[f"value_{name}"]) for name in SIDES} | {side: OTHER[str(row[f"value_{side}"])]}
            yield str(row["reason_id"]), side, str(row["treatment"]), TREATMENTS[values["customer"], values["company"]]


def _ends(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the lowest and the highest avoidable share that one flip would leave."""
    told = table[table["metric"].eq("avoidable_if_flipped")]
    if told.empty:
        return table.iloc[:0]
    ends = {"flip_low": estimates.lowest(told), "flip_high": estimates.highest(told)}
    return pd.concat([row.assign(metric=name).drop(columns=list(by)) for name, row in ends.items()], ignore_index=True)
