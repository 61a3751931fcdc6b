"""One row a customer (or person, or account): how much, by which way, about what, when and since when they get in touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, lacking, levels, within
from cxlib.contacts.volume.split import pooled
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling, rows

__all__ = ["by_unit", "customers", "service_need"]

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
    names = frame.columns
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


def by_unit(contacts: IntoFrame, *, units: Sequence[str] = ("person_id", "customer_id"), **options: Any) -> dict[str, pd.DataFrame]:
    """Lay the log out once for each kind of id that it has; none where it has no ids or no days.

    Parameters
    ----------
    contacts, **options
        As in :func:`customers`.
    units : sequence of str

    Returns
    -------
    dict of str to DataFrame

    >>> list(by_unit(pd.DataFrame({"customer_id": ["a"], "channel": ["phone"], "local_date": pd.to_datetime(["2025-01-06"])})))
    ['customer_id']
    """
    there = [unit for unit in units if not lacking(contacts, ["local_date", unit])]
    return {unit: customers(contacts, unit=unit, **options) for unit in there}


def service_need(
    contacts: IntoFrame,
    personas: pd.DataFrame,
    *,
    by: Sequence[str] = ("channel", "reason_id"),
    opening: Mapping[int, Sequence[tuple[float, float]]] | None = None,
    min_n: int | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What each persona needs our service for, by which way, how often, and at which hours.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log. A contact belongs to the persona of its person, else of its customer where the customer is one person.
    personas : DataFrame
        ``persona`` of each ``person_id``, or ``customer_id``.
    by : sequence of str
        Columns of the log that contacts are told by; one that the log lacks gives a row that says so.
    opening : mapping, optional
        Service hours, as in :func:`customers`.
    min_n : int, optional
        Levels of these columns with fewer contacts are pooled as "other" first.
    direction, period
        As in :func:`cxlib.contacts.volume.by_hour`.
    **options
        See :class:`cxlib.estimates.Sampling`; people are the clusters.

    Returns
    -------
    DataFrame
        ESTIMATES by ``persona``, and each column of `by`: ``contacts_per_person`` (in the period), ``active_share`` (people who got in
        touch at all), ``need_share`` (of the persona's contacts), ``need_lift`` (this share over everybody's), ``outside_hours_share``
        (outside service hours), ``early_share`` (before 8); and over all ``persona_known_share`` of contacts.

    >>> log = pd.DataFrame({"customer_id": ["a", "a", "b"], "channel": ["phone", "phone", "email"], "local_hour": [7, 9, 10],
    ...     "local_weekday": 1, "local_date": pd.to_datetime(["2025-01-06"] * 3)})
    >>> who = pd.DataFrame({"customer_id": ["a", "b", "c"], "persona": ["x", "y", "y"]})
    >>> found = service_need(log, who, by=["channel"])
    >>> found[found["metric"] == "contacts_per_person"][["persona", "value"]]
      persona  value
    0       x    2.0
    1       y    0.5
    """
    keys = [name for name in ("person_id", "customer_id") if name in personas.columns and not lacking(contacts, [name])]
    needs = lacking(contacts, ["local_date"]) + ([] if keys or not len(personas) else ["contacts.customer_id"])
    needs += [] if len(personas) else ["customers.customer_id"]
    if needs:
        units = {"contacts_per_person": "per person", "need_share": "share", "need_lift": "times", "persona_known_share": "share"}
        asked = list(dict.fromkeys(needs))
        return estimates.stack(*[estimates.unanswerable(metric, unit, asked, by=["persona", *by]) for metric, unit in units.items()])
    span: dict[str, Any] = {"direction": direction, "period": period}
    hours = [name for name in ("local_hour", "local_weekday") if not lacking(contacts, [name])]
    laid = _of_people(counted(contacts, [*keys, *hours], cluster="", **span), personas, keys)
    parts = _often(laid[laid["persona"].notna()], personas, keys, options)
    parts += _when(laid[laid["persona"].notna()], opening, options) if len(hours) == 2 else []
    known, total = laid.loc[laid["persona"].notna(), "weight"].sum(), laid["weight"].sum()
    told: dict[str, Any] = {"metric": "persona_known_share", "unit": "share", "n": int(laid["n"].sum()), "method": "count"}
    parts.append(rows.rows(pd.DataFrame(index=[0]), told | {"value": known / total if total else np.nan}))
    for column in by:
        if lacking(contacts, [column]):
            needed = estimates.unanswerable("need_share", "share", lacking(contacts, [column]), by=[column])
            parts.append(needed.assign(**{column: estimates.UNKNOWN}).astype({column: "str"}))
            continue
        split = _of_people(counted(contacts, [*keys, column], cluster="", **span), personas, keys)
        parts += _for(split.dropna(subset=["persona", column]), column, min_n, options)
    return estimates.stack(*parts)


def _of_people(table: pd.DataFrame, personas: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Add persona and unit of whoever got in touch: the person's, else the customer's."""
    persona, unit = (pd.Series(pd.NA, index=table.index, dtype="str") for _ in range(2))
    for key in keys:
        own = personas.dropna(subset=[key])
        own = own[own["person_id"].isna()] if key == "customer_id" and "person_id" in own.columns else own
        found = table[key].map(own.drop_duplicates(key).set_index(key)["persona"]).astype("str")
        fresh = persona.isna() & found.notna()
        persona, unit = persona.mask(fresh, found), unit.mask(fresh, key + " " + table[key].astype("str"))
    return table.assign(persona=persona, unit=unit)


def _drawn(options: Sampling) -> Sampling:
    return {**options, "weight": "weight", "cluster": "unit"}


def _behind(found: pd.DataFrame, table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """n counts contacts."""
    n = table.groupby(list(by))["n"].sum().reindex(pd.MultiIndex.from_frame(found[list(by)]) if len(by) > 1 else found[by[0]])
    return found.assign(n=pd.array(n.fillna(0).astype("int64").to_numpy(), dtype="Int64"))


def _often(laid: pd.DataFrame, personas: pd.DataFrame, keys: Sequence[str], options: Sampling) -> list[pd.DataFrame]:
    """Contacts of each person, those included who never got in touch."""
    parts = []
    for key in keys:
        own = personas.dropna(subset=[key])
        own = own[own["person_id"].isna()] if key == "customer_id" and "person_id" in own.columns else own
        parts.append(pd.DataFrame({"unit": key + " " + own[key].astype("str"), "persona": own["persona"]}))
    people = pd.concat(parts, ignore_index=True)
    people["contacts"] = people["unit"].map(laid.groupby("unit")["weight"].sum()).fillna(0.0)
    people["active"] = people["contacts"].gt(0)
    drawn: Sampling = {**options, "cluster": "unit"}
    return [
        estimates.rate(people.assign(one=1.0), "contacts", "one", by=["persona"], metric="contacts_per_person", unit="per person", **drawn),
        estimates.share(people, "active", by=["persona"], metric="active_share", **drawn),
    ]


def _when(laid: pd.DataFrame, opening: Mapping[int, Sequence[tuple[float, float]]] | None, options: Sampling) -> list[pd.DataFrame]:
    hour, day = laid["local_hour"].astype("float64"), laid["local_weekday"].astype("float64")
    flags = {"early_share": hour.lt(8)}
    if opening:
        inside = np.zeros(len(laid), dtype=bool)
        for weekday, stretches in opening.items():
            for begins, ends in stretches:
                inside |= (day.eq(weekday) & hour.ge(int(begins)) & hour.lt(ends)).to_numpy()
        flags["outside_hours_share"] = pd.Series(~inside, index=laid.index)
    told = []
    for metric, flag in flags.items():
        table = laid.assign(flag=flag.where(hour.notna()))
        table = table[table["flag"].notna()].astype({"flag": "bool"})
        if len(table):
            told.append(_behind(estimates.share(table, "flag", by=["persona"], metric=metric, **_drawn(options)), table, ["persona"]))
    return told


def _for(table: pd.DataFrame, column: str, min_n: int | None, options: Sampling) -> list[pd.DataFrame]:
    """Shares of a column's levels among each persona's contacts, and over everybody's."""
    if table.empty:
        return []
    table = table.assign(**{column: levels(table[column])})
    table = table.assign(**{column: pooled(table, column, min_n)}) if min_n else table
    shares = estimates.shares(table, column, by=["persona"], metric="need_share", **_drawn(options))
    shares = _behind(shares, table, ["persona"])
    everybody = table.groupby(column)["weight"].sum() / table["weight"].sum()
    each = [shares[shares[column].eq(level)] for level in everybody.index]
    return [part for share, whole in zip(each, everybody, strict=True) for part in (share, _lift(share, float(whole)))]


def _lift(share: pd.DataFrame, everybody: float) -> pd.DataFrame:
    """A share over everybody's; everybody's is known far better, and what both have in common makes the span a little too wide."""
    over = {name: share[name] / everybody for name in ("value", "low", "high")} if everybody else {}
    carried = {"draws": share["draws"].map(lambda drawn: drawn / everybody)} if "draws" in share and everybody else {}
    text = {"metric": "need_lift", "unit": "times"}
    return share.assign(**over, **carried, **{name: pd.Series(word, index=share.index, dtype="str") for name, word in text.items()})


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
