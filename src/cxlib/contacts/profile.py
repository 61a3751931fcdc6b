"""One row a customer (or person, or account): how much, by which way, about what, when and since when they get in touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, lacking, levels, within
from cxlib.errors import DataError, worded

__all__ = ["customers"]

MOST_LEVELS = 40  # of a column that is laid out, one column a level


def customers(
    contacts: IntoFrame,
    *,
    unit: str = "customer_id",
    split: Sequence[str] = ("channel",),
    flags: Mapping[str, Sequence[str]] | None = None,
    opening: Mapping[int, Sequence[tuple[float, float]]] | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
) -> pd.DataFrame:
    """Lay a log out with one row for each who got in touch: what personas are made of, and never shown.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log; leave tally weeks out with :func:`cxlib.contacts.volume.logged`.
    unit : str
        Who is laid out: ``customer_id``, ``person_id`` or ``account_id``. Contacts in which it is missing are left out.
    split : sequence of str
        Columns of which every level gets a column: ``channel``, ``reason_id``, ``source`` … A column that the log lacks is left out.
    flags : mapping of str to sequence of str, optional
        Name of a share → the levels of ``reason_id`` that count for it: failure demand, avoidable contacts, promises.
    opening : mapping of int to sequence of (from, to), optional
        Service hours by ISO weekday (``params.opening``), for the share of contacts outside of them.
    direction, period
        As in :func:`cxlib.contacts.volume.by_hour`.

    Returns
    -------
    DataFrame
        Sorted by `unit`: ``contacts``; for each level of `split` ``channel_phone`` … (contacts); ``first_day``, ``last_day``,
        ``recency_days`` (to the end of the period, else of the log), ``active_days`` (days with a contact); where the log has times:
        ``hour_mean`` (0–24), ``early_share`` (before 8), ``late_share`` (from 17 on), ``weekend_share`` and ``outside_share``; for each
        of `flags` ``NAME_share``; where the log has them ``handle_s`` and ``transfers`` (sums), ``abandoned_share``.

    Raises
    ------
    DataError
        When `unit` or the days are missing, or a column of `split` has more than 40 levels.

    >>> log = pd.DataFrame({"customer_id": ["a", "a", "b"], "channel": ["phone", "email", "phone"], "local_hour": [7, 9, 20],
    ...     "local_weekday": [1, 2, 6], "local_date": pd.to_datetime(["2025-01-06", "2025-01-07", "2025-01-11"])})
    >>> customers(log)[["customer_id", "contacts", "channel_email", "recency_days", "early_share"]]
      customer_id  contacts  channel_email  recency_days  early_share
    0           a         2              1             4          0.5
    1           b         1              0             0          0.0
    """
    needs = lacking(contacts, ["local_date", unit])
    if needs:
        raise DataError(f"profile: the log has no {' and no '.join(needs)}. One row a customer needs both; leave this table out.")
    frame = within(contacts, direction, period)
    frame = frame.filter(~nw.col(unit).is_null())
    names = frame.collect_schema().names()
    laid = {column: _levels(frame, column) for column in split if column in names}
    one = {f"{column}_{level}": nw.col(column) == level for column, found in laid.items() for level in found}
    shares = len(one)  # what comes after these is told as a share
    if {"local_hour", "local_weekday"} <= set(names):
        hour, weekday = nw.col("local_hour"), nw.col("local_weekday")
        one |= {"early": hour < 8, "late": hour >= 17, "weekend": weekday >= 6}
        one |= {"outside": _outside(opening)} if opening else {}
    if "reason_id" in names:
        one |= {name: nw.col("reason_id").is_in(list(ids)) for name, ids in (flags or {}).items()}
    if "abandoned" in names:
        one["abandoned"] = nw.col("abandoned") == nw.lit(True)
    sums = [name for name in ("handle_s", "transfers", "local_hour") if name in names]
    frame = frame.with_columns(**{f"cx_{name}": nw.when(test).then(1).otherwise(0) for name, test in one.items()}, cx_one=nw.lit(1))
    wanted: dict[str, Any] = {"contacts": nw.col("cx_one").sum(), "first_day": nw.col("local_date").min()}
    wanted |= {"last_day": nw.col("local_date").max(), "active_days": nw.col("local_date").n_unique()}
    wanted |= {name: nw.col(f"cx_{name}").sum() for name in one} | {f"sum_{name}": nw.col(name).sum() for name in sums}
    table = frame.group_by(unit).agg(**wanted).collect().to_pandas()
    return _finished(table, unit, list(one), list(one)[shares:], sums, period)


def _levels(frame: nw.LazyFrame[Any], column: str) -> list[str]:
    """The levels of a column, sorted."""
    found = frame.select(nw.col(column)).unique().head(MOST_LEVELS + 2).collect().to_pandas()[column].dropna()
    if len(found) > MOST_LEVELS:
        do = "Use the group of a reason instead of the reason, or leave the column out."
        raise DataError(worded("split", f"a column has more than {MOST_LEVELS} levels:", column, do=do))
    return sorted(levels(found))


def _outside(opening: Mapping[int, Sequence[tuple[float, float]]]) -> Any:
    """Whether a contact lies outside of the service hours; an hour that is open in part counts as open."""
    hour, weekday = nw.col("local_hour"), nw.col("local_weekday")
    inside: Any = nw.lit(False)
    for day, stretches in opening.items():
        for begins, ends in stretches:
            inside = inside | ((weekday == day) & (hour >= int(begins)) & (hour < ends))
    return ~inside


def _finished(
    table: pd.DataFrame, unit: str, one: Sequence[str], shares: Sequence[str], sums: Sequence[str], period: Span | None
) -> pd.DataFrame:
    """The same kinds of column from every engine, counts of flags as shares."""
    days = table[["first_day", "last_day"]].astype("datetime64[us]")
    table = table.assign(**{name: days[name] for name in days}).sort_values(unit, ignore_index=True)
    counts = ["contacts", "active_days", *one]
    table = table.astype({unit: "str", **dict.fromkeys(counts, "int64"), **{f"sum_{name}": "float64" for name in sums}})
    until = pd.Timestamp(period[1]) if period else table["last_day"].max()
    table["recency_days"] = (until - table["last_day"]).dt.days
    for name in shares:
        table[f"{name}_share"] = table[name] / table["contacts"]
    if "local_hour" in sums:
        table["hour_mean"] = table["sum_local_hour"] / table["contacts"]
    kept = {f"sum_{name}": name for name in sums if name != "local_hour"}
    table = table.rename(columns=kept).drop(columns=[*shares, *(["sum_local_hour"] if "local_hour" in sums else [])])
    front = [unit, "contacts", "first_day", "last_day", "recency_days", "active_days"]
    return table[[*front, *(name for name in table.columns if name not in front)]]
