"""What needs the contact log.

Every function of this room starts with one query that counts contacts by a few columns (:func:`counted`). The query is written with
narwhals, so that the log may be a pandas frame, a DuckDB relation or a PySpark frame; it uses the calendar columns that intake
adds and never derives one from a time. What comes back is small and goes on in pandas and :mod:`cxlib.estimates`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import UNKNOWN, rows, unanswerable
from cxlib.tables import CONTRACTS

__all__ = [
    "Span",
    "behind",
    "clocked",
    "clustered",
    "counted",
    "counts",
    "filled",
    "headed",
    "lacking",
    "levels",
    "named",
    "picked",
    "size",
    "wanting",
    "within",
]

Span = tuple[date, date]  # first and last day, both included
GLANCE = 10_000  # contacts looked at before all of them are counted, to see which columns hold a value
MANY = 1_000_000  # contacts beyond which customers are drawn in groups, by how their ids end
FEW_GROUPS, MANY_GROUPS = 200, 5_000  # too few to tell a spread from, too many to save anything


def filled(table: IntoFrame, columns: Sequence[str]) -> dict[str, int]:
    """Return in how many rows each column has a value; a column that the table lacks has none.

    >>> filled(pd.DataFrame({"channel": ["phone", None]}), ["channel", "order_id"])
    {'channel': 1, 'order_id': 0}
    """
    frame = nw.from_native(table).lazy()
    have = frame.columns
    there = [name for name in dict.fromkeys(columns) if name in have]
    counts = (
        frame.select(*[nw.col(name).count().cast(nw.Int64).alias(name) for name in there]).collect().rows(named=True) if there else [{}]
    )
    return {name: int(counts[0].get(name) or 0) for name in dict.fromkeys(columns)}


def lacking(table: IntoFrame, columns: Sequence[str], name: str = "contacts") -> list[str]:
    """Return what a table would need for these columns to hold a value, as notes name it: ``contacts.channel``.

    The calendar columns come of the contact's time: where there is none, that is what is missing.

    Raises
    ------
    DataError
        For a column that neither the table, if it has rows, nor its contract knows.
    """
    if not columns:
        return []
    frame = nw.from_native(table).lazy()
    have = frame.columns
    unknown = [column for column in columns if column not in (*CONTRACTS[name].columns, *have)]
    if unknown and len(frame.head(1).collect()):
        raise DataError(*(worded("table", "there is no column", column, have, label="It has") for column in unknown))
    first = filled(frame.head(GLANCE).to_native(), [*columns, "local_date"])
    rest = [column for column, count in first.items() if not count and column in have]
    found = first | (filled(table, rest) if rest else {})
    missing = [column for column in dict.fromkeys(columns) if not found[column]]
    if name == "contacts" and not found["local_date"]:
        missing = ["contact_ts", *(column for column in missing if not column.startswith("local_"))]
    return [f"{name}.{column}" for column in dict.fromkeys(missing)]


def wanting(metric: str, unit: str, needs: Sequence[str], features: Sequence[str], by: Sequence[str]) -> pd.DataFrame | None:
    """Return the row that says what is missing, or None when nothing is.

    Where only a group column is missing, the row stands for a group that is not known, so that it never takes the place of the figure
    over all.

    >>> wanting("contacts", "count", [], ["contacts.received_by"], ["received_by"])[["received_by", "note"]]
       received_by                        note
    0  __unknown__  needs contacts.received_by
    >>> wanting("contacts", "count", [], [], ["received_by"]) is None
    True
    """
    if not needs and not features:
        return None
    row = unanswerable(metric, unit, list(dict.fromkeys(needs or features)), by=by)
    return row if needs else row.assign(**dict.fromkeys(by, UNKNOWN)).astype(dict.fromkeys(by, "str"))


def counted(
    contacts: IntoFrame,
    keys: Sequence[str],
    *,
    cluster: str | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    columns: Mapping[str, Any] | None = None,
    sums: Sequence[str] = (),
    rows: int | None = None,
) -> pd.DataFrame:
    """Count contacts by some columns and by what belongs together, in one query.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with the calendar columns that intake adds.
    keys : sequence of str
        Columns to count by; a missing value is a level of its own.
    cluster : str, optional
        Column whose contacts belong together; contacts in which it is missing belong together by day. Left out, or not in the log:
        all do. An empty string counts by the keys alone.
    direction : {"inbound", "outbound"} or None
        Contacts of the other direction are left out; those whose direction is not known are kept. None keeps all.
    period : (first day, last day), optional
        Local days, both included.
    columns : mapping of str to narwhals expression, optional
        Columns computed for each contact before it is counted; they may be keys or sums.
    sums : sequence of str
        Numeric columns whose weighted sums are wanted as well.
    rows : int, optional
        How large the log is that `contacts` were made from, where they are a query yet to be run: counting them would run it twice.

    Returns
    -------
    DataFrame
        Sorted, one row a combination: the keys, ``cluster`` (text), ``n`` (contacts), ``weight`` (their sum), ``squares`` (sum of squared
        weights) and the sums.

    Notes
    -----
    Beyond a million contacts a cluster is not one customer but all whose ids end alike (the last three signs; two or six where
    that makes too many or too few groups), so that what comes back stays small. The groups are as independent of each other as customers
    are, and a thousand of them tell the same spread (random groups; Wolter 2007, ch. 2).

    >>> log = pd.DataFrame({"channel": ["phone", "phone", "email"], "customer_id": ["7", "7", None], "weight": 1.0,
    ...     "local_date": pd.to_datetime(["2025-01-06"] * 3)})
    >>> counted(log, ["channel"], cluster="customer_id")[["channel", "cluster", "n", "weight"]]
      channel         cluster  n  weight
    0   email  day 2025-01-06  1     1.0
    1   phone               7  2     2.0
    """
    frame = within(contacts, direction, period)
    names = frame.columns
    weight = nw.col("weight") if "weight" in names else nw.lit(1.0)
    frame = frame.with_columns(cx_weight=weight, cx_square=weight * weight, **(columns or {}))
    by = list(dict.fromkeys(keys))
    if cluster == "":
        return _tidy(_summed(frame, by, sums), by, False)
    unit = cluster if cluster is not None and cluster in names else None
    if unit is None or unit in by or (size(contacts) if rows is None else rows) <= MANY:
        return _of_units(frame, by, sums, nw.col(unit) if unit else nw.lit(None, nw.String))
    table = _of_units(frame, by, sums, nw.col(unit).str.tail(3))
    groups = table["cluster"].nunique()
    if FEW_GROUPS <= groups <= MANY_GROUPS:
        return table
    return _of_units(frame, by, sums, nw.col(unit).str.tail(2 if groups > MANY_GROUPS else 6))


def within(contacts: IntoFrame, direction: str | None, period: Span | None) -> nw.LazyFrame[Any]:
    """Return the contacts of one direction (those whose direction is not known included) and period, not yet read."""
    frame = nw.from_native(contacts).lazy()
    if direction is not None and "direction" in frame.columns:
        frame = frame.filter(nw.col("direction").is_null() | (nw.col("direction") == direction))
    if period is not None:
        first, last = (datetime(day.year, day.month, day.day) for day in period)
        frame = frame.filter((nw.col("local_date") >= first) & (nw.col("local_date") <= last))
    return frame


def clocked(frame: nw.LazyFrame[Any], columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return a frame with times as whole microseconds since 1970 as well, ``cx_us_COLUMN``: differences of these are exact on every engine.

    DuckDB subtracts times by the calendar of the session's own time zone, in which the day of a clock change has 24 hours as well; Spark
    does not tell the seconds of a difference. The three engines' own functions for a moment's number have no common name.
    """
    engine, native = frame.implementation, frame.to_native()
    if engine.is_duckdb():
        told = ", ".join(f'epoch_us("{name}") AS "cx_us_{name}"' for name in columns)
        return nw.from_native(native.project(f"*, {told}")).lazy()
    if engine.is_pyspark() or engine.is_pyspark_connect():
        for name in columns:
            native = native.selectExpr("*", f"unix_micros(`{name}`) AS `cx_us_{name}`")
        return nw.from_native(native).lazy()
    whole = nw.to_native(frame.collect())  # narwhals does not know a pandas column of times where the zone has an underscore: New_York
    numbers = {name: whole[name].dt.as_unit("us").astype("int64").where(whole[name].notna()) for name in columns}
    return nw.from_native(whole.assign(**{f"cx_us_{name}": column for name, column in numbers.items()})).lazy()


def size(table: IntoFrame) -> int:
    """Return how many rows a table of any engine has.

    >>> size(pd.DataFrame({"channel": ["phone", None]}))
    2
    """
    frame = nw.from_native(table)
    return len(frame) if isinstance(frame, nw.DataFrame) else int(frame.select(nw.len()).collect().item())


def _of_units(frame: Any, by: list[str], sums: Sequence[str], unit: Any) -> pd.DataFrame:
    """Count by some columns and by `unit`; where it is missing, by day."""
    frame = frame.with_columns(cx_unit=unit)
    frame = frame.with_columns(cx_day=nw.when(nw.col("cx_unit").is_null()).then(nw.col("local_date")))
    by = [*by, "cx_unit", "cx_day"]
    return _tidy(_summed(frame, by, sums), by, True)


def _summed(frame: Any, by: list[str], sums: Sequence[str]) -> pd.DataFrame:
    wanted = {"n": nw.len(), "weight": nw.col("cx_weight").sum(), "squares": nw.col("cx_square").sum()}
    if sums:
        frame = frame.with_columns(**{f"cx_{name}": nw.col(name) * nw.col("cx_weight") for name in sums})
        wanted |= {name: nw.col(f"cx_{name}").sum() for name in sums}
    grouped = frame.group_by(*by).agg(**wanted) if by else frame.select(**wanted)
    return pd.DataFrame(grouped.collect().to_pandas())


def _tidy(table: pd.DataFrame, by: list[str], clustered: bool) -> pd.DataFrame:
    """Bring what an engine returned into one shape: the same kinds of column, the same order of rows."""
    if "local_date" in table:
        table["local_date"] = table["local_date"].astype("datetime64[us]")
    if clustered:
        days = "day " + table["cx_day"].astype("datetime64[us]").dt.strftime("%Y-%m-%d").astype("str")
        table["cluster"] = table["cx_unit"].astype("str").where(table["cx_unit"].notna(), days).astype("str")
    drawn = ("cx_unit", "cx_day")
    keys = [*(name for name in by if name not in drawn), *(["cluster"] if clustered else [])]
    table = table.sort_values(keys, key=lambda column: levels(column), ignore_index=True) if keys else table
    numbers = [name for name in table.columns if name not in keys and name not in drawn]
    return (
        table[[*keys, *numbers]]
        .astype({"n": "int64", **dict.fromkeys([name for name in numbers if name != "n"], "float64")})
        .fillna(dict.fromkeys(numbers, 0.0))
    )


def levels(column: pd.Series) -> pd.Series:
    """Return a column as levels of a group: text, whole numbers without a decimal point, days as year-month-day.

    >>> levels(pd.Series([8.0, None])).to_list()
    ['8', nan]
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(column.dtype):
        return column.dt.strftime("%Y-%m-%d").astype("str")
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        return column.astype("Int64").astype("str")
    return column.astype("str")


def named(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return a table with its group columns as levels; a missing one becomes :data:`cxlib.estimates.UNKNOWN`."""
    return table.assign(**{name: levels(table[name]).fillna(UNKNOWN) for name in by})


def headed(result: pd.DataFrame, levels: Mapping[str, str], at: int = 0) -> pd.DataFrame:
    """Return ESTIMATES with further group columns, one level each, put before their column number `at`.

    >>> table = counts(pd.DataFrame({"n": [2], "weight": [2.0], "squares": [2.0]}), [], "contacts")
    >>> headed(table, {"journey": "complaint"})[["journey", "metric", "value"]]
         journey    metric  value
    0  complaint  contacts    2.0
    """
    table = result.copy()
    for place, (name, level) in enumerate(levels.items(), start=at):
        table.insert(place, name, pd.Series(level, index=table.index, dtype="str"))
    return table


def counts(table: pd.DataFrame, by: Sequence[str], metric: str) -> pd.DataFrame:
    """Return how many contacts each group has, weighted, as ESTIMATES: a complete count and so without an interval.

    >>> table = pd.DataFrame({"channel": ["phone"], "n": [2], "weight": [26.0], "squares": [338.0]})
    >>> counts(table, ["channel"], "contacts")[["channel", "metric", "value", "n", "n_eff", "method"]]
      channel    metric  value  n  n_eff method
    0   phone  contacts   26.0  2    2.0  count
    """
    totals = _totals(table, by)
    columns = {"metric": metric, "value": totals["weight"], "unit": "count", "n": totals["n"], "n_eff": totals["n_eff"], "method": "count"}
    return rows(totals[list(by)], columns)


def behind(result: pd.DataFrame, table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return ESTIMATES with n and n_eff counting the contacts behind each group instead of the rows of a counted table."""
    totals = _totals(table, by)
    if by:
        totals = result[list(by)].merge(totals, on=list(by), how="left", validate="many_to_one").fillna({"n": 0, "n_eff": 0.0})
    else:
        totals = totals.loc[totals.index.repeat(len(result))]
    return result.assign(n=pd.array(totals["n"].astype("int64"), dtype="Int64"), n_eff=totals["n_eff"].to_numpy())


def clustered(options: Sampling, weight: str | None = "weight") -> Sampling:
    """Return the options for figures of a counted table: its own weights (None where they are in the sums) and clusters."""
    return {**options, "weight": weight, "cluster": "cluster"}


def _totals(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Contacts, their weight and Kish's effective number, (Σw)²/Σw², a group."""
    sums = ["n", "weight", "squares"]
    totals = table.groupby(list(by), as_index=False)[sums].sum() if by else table[sums].sum().to_frame().T
    effective = np.divide(totals["weight"] ** 2, totals["squares"], out=np.zeros(len(totals)), where=totals["squares"].to_numpy() > 0)
    return totals.assign(n=totals["n"].astype("int64"), n_eff=effective)


def picked(table: IntoFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return some columns of a table as pandas: a table of orders, customers or touchpoints in the few columns that matter."""
    return nw.from_native(table).lazy().select(*dict.fromkeys(columns)).collect().to_pandas()
