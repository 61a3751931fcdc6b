"""Corrected shares of reasons, with what the taxonomy says of each."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxlib.errors import DataError, worded

__all__ = ["NEEDS", "described", "headed"]

NEEDS = ("contact_reasons.reason_id",)  # what every figure of this room rests on


def described(shares: pd.DataFrame, reasons: pd.DataFrame, columns: Sequence[str], *, where: str) -> pd.DataFrame | None:
    """Return the corrected share of each reason with columns of the taxonomy beside it, or None where no reason has one.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts; other metrics are left alone.
    reasons : DataFrame
        The contract table *reasons*.
    columns : sequence of str
        Columns of `reasons` that are wanted; one that it lacks is there and holds nothing.
    where : str
        Who asks, for messages.

    Raises
    ------
    DataError
        For reasons that the taxonomy lacks, and a reason that stands twice, as it does in shares by group.

    >>> from cxlib.estimates.rows import rows
    >>> shares = rows(pd.DataFrame({"reason_id": ["a"]}), {"metric": "reason_share", "value": 1.0})
    >>> reasons = pd.DataFrame({"reason_id": ["a"], "treatment": ["eliminate"]})
    >>> described(shares, reasons, ["treatment"], where="here")[["reason_id", "value", "treatment"]].to_dict("list")
    {'reason_id': ['a'], 'value': [1.0], 'treatment': ['eliminate']}
    """
    if "reason_id" not in shares:
        return None
    told = shares[shares["metric"].eq("reason_share") & shares["reason_id"].notna()]
    if told.empty or told["value"].isna().all():
        return None
    if told["reason_id"].duplicated().any():
        twice = str(told.loc[told["reason_id"].duplicated(), "reason_id"].iloc[0])
        raise DataError(worded(where, "a reason has several shares:", twice, do="Hand over shares of all contacts, not by group."))
    strange = sorted(set(told["reason_id"]) - set(reasons["reason_id"]))
    if strange:
        raise DataError(*(worded(where, "the taxonomy has no reason", one, reasons["reason_id"], label="It has") for one in strange))
    by_id = reasons.drop_duplicates("reason_id").set_index("reason_id")
    facts = {name: told["reason_id"].map(by_id[name]) if name in by_id else pd.Series(None, index=told.index) for name in columns}
    return told.assign(**facts)


def headed(table: pd.DataFrame, **levels: str | None) -> pd.DataFrame:
    """Return ESTIMATES with further group columns in front, the same level in every row; None means all of them.

    >>> from cxlib.estimates.rows import rows
    >>> list(headed(rows(pd.DataFrame(index=[0]), {"metric": "share"}), outcome="sale"))[:2]
    ['outcome', 'metric']
    """
    place = pd.DataFrame({name: pd.Series([level] * len(table), dtype="str", index=table.index) for name, level in levels.items()})
    return pd.concat([place, table.drop(columns=list(levels), errors="ignore")], axis=1)
