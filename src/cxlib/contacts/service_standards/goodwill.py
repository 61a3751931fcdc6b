"""How generous we are, whether all units apply the same yardstick, and whether customers stay; and what cases end in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, headed, lacking, named, picked, wanting
from cxlib.estimates import Sampling

__all__ = ["GIVEN", "goodwill", "outcomes", "stayed"]

GIVEN = ("return", "credit", "cancelled")  # outcomes that cost the house something


def goodwill(
    contacts: IntoFrame,
    *,
    unit: str = "received_by",
    by: Sequence[str] = (),
    currency: str = "EUR",
    min_n: int = 7,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often goodwill is shown, how much, and how far units differ in it.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log, or its complaints alone; goodwill is shown where ``goodwill_amount`` is above zero.
    unit : str
        Column of the units compared: ``received_by``, or ``handled_by`` where single staff may be told.
    by : sequence of str
        Group columns.
    currency : str
        Of the amounts.
    min_n : int
        Contacts with goodwill below which no amount is told, and contacts below which a unit is not compared.
    direction, period, **options
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES: ``goodwill_share`` (``share`` of contacts), ``goodwill_amount`` (`currency`, mean among those with goodwill),
        ``goodwill_total`` (`currency`, per hundred contacts) and ``negative_amounts`` (``count``, left out); the first two by `unit` too,
        and by `unit` ``goodwill_difference`` (``share difference``: this unit less all others; note "difference open" where the difference
        might be nothing, the number of units allowed for). Needs contacts.goodwill_amount.

    Notes
    -----
    A unit differs when the false discovery rate of its difference (Benjamini & Hochberg 1995) is at most 1 − level. Units with other cases
    differ for other reasons: compare within kinds of cases (`by`).

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "weight": 1.0, "customer_id": list("abcd"),
    ...     "received_by": ["A", "A", "B", "B"], "goodwill_amount": [20.0, 40.0, 0.0, 0.0]})
    >>> told = goodwill(log, min_n=1)
    >>> told.loc[told["received_by"].isna(), ["metric", "value", "unit"]]
                 metric   value   unit
    0    goodwill_share     0.5  share
    1   goodwill_amount    30.0    EUR
    5    goodwill_total  1500.0    EUR
    8  negative_amounts     0.0  count
    """
    needs = lacking(contacts, ["local_date", "goodwill_amount"])
    missing = wanting("goodwill_share", "share", needs, lacking(contacts, [unit, *by]), by)
    if missing is not None:
        return missing
    amount = nw.col("goodwill_amount")
    columns = {
        "cx_state": nw.when(amount < 0).then(nw.lit("odd")).otherwise(nw.when(amount > 0).then(nw.lit("given")).otherwise(nw.lit("none"))),
        "cx_amount": nw.when(amount > 0).then(amount).otherwise(0.0),
    }
    cluster = options.get("cluster") or "customer_id"
    keys = [*dict.fromkeys([*by, unit]), "cx_state"]
    table = counted(contacts, keys, cluster=cluster, direction=direction, period=period, columns=columns, sums=["cx_amount"])
    table = named(table, [*by, unit])
    odd, table = table[table["cx_state"] == "odd"], table[table["cx_state"] != "odd"]
    settings = clustered(options)
    table = table.assign(flag=table["cx_state"].eq("given").astype("float64"), hundred=table["weight"] / 100)
    parts = []
    for groups in (list(by), list(dict.fromkeys([*by, unit]))):
        parts.append(behind(estimates.share(table, "flag", by=groups, metric="goodwill_share", **settings), table, groups))
        parts += _amounts(table, groups, currency, min_n, settings)
    total: Any = {**settings, "weight": None}
    parts.append(behind(estimates.ratio(table, "cx_amount", "hundred", by=by, metric="goodwill_total", unit=currency, **total), table, by))
    parts.append(_uneven(table, unit, min_n, settings))
    number = int(odd["n"].sum())
    counted_odd = {
        "metric": "negative_amounts",
        "value": float(number),
        "unit": "count",
        "n": number,
        "n_eff": float(number),
        "method": "count",
    }
    parts.append(estimates.rows.rows(pd.DataFrame(index=[0]), counted_odd))
    return estimates.stack(*parts)


def _amounts(table: pd.DataFrame, groups: list[str], currency: str, min_n: int, settings: Sampling) -> list[pd.DataFrame]:
    given = table[table["cx_state"] == "given"]
    if given.empty:
        return []
    flat: Any = {**settings, "weight": None}
    found = estimates.ratio(given, "cx_amount", "weight", by=groups, metric="goodwill_amount", unit=currency, **flat)
    found = behind(found, given, groups)
    return [estimates.withhold(found, found["n"] < min_n, f"n < {min_n}")]


def _uneven(table: pd.DataFrame, unit: str, min_n: int, settings: Sampling) -> pd.DataFrame:
    """Each unit against all others."""
    parts = []
    sizes = table.groupby(unit)["n"].sum()
    known = [name for name in sizes.index[sizes >= min_n] if name != estimates.UNKNOWN]
    for name in known if len(known) > 1 else []:
        sides = table.assign(cx_side=np.where(table[unit] == name, "this", "others"))
        found = estimates.share_difference(sides, "flag", between="cx_side", reference="others", metric="goodwill_difference", **settings)
        own = table[table[unit] == name]
        found = found.drop(columns="cx_side").assign(n=int(own["n"].sum()))
        parts.append(headed(found, {unit: str(name)}))
    if not parts:
        row = estimates.unanswerable("goodwill_difference", "share difference", [f"contacts.{unit}"])
        return headed(row, {unit: estimates.UNKNOWN})
    return _judged(estimates.stack(*parts), settings.get("level", 0.95))


def _judged(table: pd.DataFrame, level: float) -> pd.DataFrame:
    """Note where a difference might be nothing, that so many are tested at once allowed for: Benjamini and Hochberg on the intervals."""
    from scipy import special

    towards = np.where(table["value"] > 0, table["value"] - table["low"], table["high"] - table["value"])  # the side on which nothing lies
    reach = towards / special.ndtri((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * special.ndtr(-np.abs(table["value"] / reach))
    p = np.asarray(p, dtype="float64")
    q = estimates.false_discovery(p)
    return table.assign(note=np.where((table["note"] == "") & ~(q <= 1 - level), "difference open", table["note"]))


def outcomes(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    unit: str = "received_by",
    given: Sequence[str] = GIVEN,
    min_n: int = 7,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What contacts end in: how often goods are taken back, credit is given, contracts are ended early, by unit and kind of case.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`attainment`; contacts without an outcome are left out.
    by : sequence of str
        Kinds of cases: ``reason_id``, ``group_id`` …
    unit : str
        Column of the units compared.
    given : sequence of str
        Outcomes that are told.
    min_n : int
        Contacts below which a group's share is not told.

    Returns
    -------
    DataFrame
        ESTIMATES by ``outcome``, `by` and `unit`: ``outcome_share`` (``share`` of contacts with an outcome); over all units as well. Needs
        contacts.outcome.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "weight": 1.0, "customer_id": list("abcd"),
    ...     "received_by": list("AABB"), "outcome": ["return", "resolved", "resolved", "resolved"]})
    >>> outcomes(log, given=["return"], min_n=1)[["received_by", "outcome", "value", "n"]]
      received_by outcome  value  n
    0         NaN  return   0.25  4
    1           A  return   0.50  2
    2           B  return   0.00  2
    """
    missing = wanting("outcome_share", "share", lacking(contacts, ["local_date", "outcome"]), lacking(contacts, [unit, *by]), by)
    if missing is not None:
        return missing
    cluster = options.get("cluster") or "customer_id"
    keys = list(dict.fromkeys([*by, unit, "outcome"]))
    table = counted(contacts, keys, cluster=cluster, direction=direction, period=period)
    table = named(table[table["outcome"].notna()], [*by, unit])
    parts = []
    for outcome in given if len(table) else []:
        flagged = table.assign(flag=table["outcome"].eq(outcome).astype("float64"))
        for groups in (list(by), list(dict.fromkeys([*by, unit]))):
            share = behind(estimates.share(flagged, "flag", by=groups, metric="outcome_share", **clustered(options)), flagged, groups)
            parts.append(headed(estimates.withhold(share, share["n"] < min_n, f"n < {min_n}"), {"outcome": outcome}))
    return estimates.stack(*parts) if parts else estimates.unanswerable("outcome_share", "share", ["contacts.outcome"], by=by)


def stayed(
    contacts: IntoFrame,
    customers: IntoFrame,
    *,
    days: int = 180,
    as_of: pd.Timestamp | None = None,
    min_n: int = 30,
    direction: str | None = "inbound",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Whether customers are still there some days after a complaint, with goodwill shown and without.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        Complaints: the log, filtered. A customer's first one counts, and whether goodwill was shown on any.
    customers : pandas, DuckDB or PySpark frame
        ``customer_id`` and ``churn_date``.
    days : int
        Days after the first complaint.
    as_of : Timestamp, optional
        Day until which losses are known; left out: the last one, of contacts or losses.
    min_n : int
        Customers below which a side is not told.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``goodwill`` ("shown", "not_shown"): ``stayed`` (``share`` by Kaplan and Meier). Over both ``stayed_difference``
        (``share difference``, shown less not shown). Needs contacts.goodwill_amount, customers.churn_date.

    Notes
    -----
    Goodwill is shown to some and not to others for reasons that also decide who stays: an association, no effect.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "weight": 1.0, "customer_id": list("abcd"),
    ...     "goodwill_amount": [20.0, 40.0, 0.0, 0.0]})
    >>> people = pd.DataFrame({"customer_id": list("abcd"), "churn_date": pd.to_datetime([None, None, "2025-03-01", None])})
    >>> told = stayed(log, people, as_of=pd.Timestamp("2025-12-31"), min_n=1)
    >>> told[["goodwill", "metric", "value", "n"]]
        goodwill             metric  value  n
    0  not_shown             stayed    0.5  2
    1      shown             stayed    1.0  2
    2        NaN  stayed_difference    0.5  4
    """
    needs = lacking(contacts, ["local_date", "customer_id", "goodwill_amount"])
    needs += lacking(customers, ["customer_id", "churn_date"], "customers")
    if needs:
        return headed(estimates.unanswerable("stayed", "share", needs), {"goodwill": "shown"})
    shown = nw.when(nw.col("goodwill_amount") > 0).then(1.0).otherwise(0.0)
    table = counted(
        contacts, ["customer_id", "local_date"], cluster="", direction=direction, columns={"cx_shown": shown}, sums=["cx_shown"]
    )
    table = table[table["customer_id"].notna()]
    first = table.groupby("customer_id").agg(began=("local_date", "min"), shown=("cx_shown", "sum")).reset_index()
    left = picked(customers, ["customer_id", "churn_date"]).drop_duplicates("customer_id")
    first = first.merge(left, on="customer_id", how="inner")
    until = as_of if as_of is not None else max(table["local_date"].max(), left["churn_date"].max())
    gone = first["churn_date"].notna() & (first["churn_date"] <= until)
    first["t"] = (first["churn_date"].where(gone, until) - first["began"]).dt.days.astype("float64")
    first = first.assign(e=gone.astype("float64"), goodwill=np.where(first["shown"] > 0, "shown", "not_shown"))
    first = first[first["t"] > 0]
    if first.empty:
        return headed(estimates.unanswerable("stayed", "share", ["customers.churn_date"]), {"goodwill": "shown"})
    settings: Any = {**options, "cluster": "customer_id", "weight": None}
    parts = [estimates.survival(first, "t", "e", at=[days], by=["goodwill"], metric="stayed", min_n=min_n, **settings)]
    if first["goodwill"].nunique() == 2:
        difference = estimates.survival_difference(
            first, "t", "e", at=[days], between="goodwill", reference="not_shown", metric="stayed_difference", min_n=min_n, **settings
        )
        parts.append(difference.drop(columns="goodwill"))
    return estimates.stack(*parts)
