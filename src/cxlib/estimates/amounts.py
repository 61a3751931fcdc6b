"""Amounts of clients who told no costs: in average orders, so that no currency is told anywhere."""

from __future__ import annotations

import pandas as pd

__all__ = ["AVERAGE", "told_in"]

AVERAGE = {"value": "average orders", "revenue_12m": "average customers"}  # column that is 1 on average → unit that amounts are told in
WITH = {"value": ("margin",)}  # other amounts that are told in the same unit


def told_in(table: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    """Return a table's amounts as they are where the client told a currency of costs, else as multiples of the average.

    Parameters
    ----------
    table : DataFrame
        The contract table orders (``value``, ``margin``), or customers or accounts (``revenue_12m``).
    currency : str, optional
        As in ``costs.currency``.

    Returns
    -------
    DataFrame
        Without `currency`: ``value`` and ``margin`` over the mean value, ``revenue_12m`` over its mean; in place of its currency the unit
        ``average orders`` or ``average customers``. Amounts in several currencies, and those of which none is above zero, are left out.

    >>> orders = pd.DataFrame({"value": [10.0, 30.0], "margin": [4.0, 6.0], "currency": "EUR"})
    >>> told_in(orders, None)
       value  margin        currency
    0    0.5     0.2  average orders
    1    1.5     0.3  average orders
    >>> told_in(orders, "EUR") is orders
    True
    """
    if currency or table.empty:
        return table
    told = table.copy()
    several = "currency" in told and len(told["currency"].dropna().unique()) > 1
    for column, unit in AVERAGE.items():
        if column not in told:
            continue
        amounts = [name for name in (column, *WITH.get(column, ())) if name in told]
        average = told[column].mean()
        if several or not average > 0:
            told = told.drop(columns=amounts)
            continue
        told[amounts] = told[amounts].astype("float64") / average
        told["currency"] = pd.Series(unit, index=told.index, dtype="str")
    return told.drop(columns="currency") if several else told
