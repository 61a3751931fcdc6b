"""In which days new customers ask about what, more than the days around let expect."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from cxlib import estimates
from cxlib.contacts import Span, wanting
from cxlib.contacts.welcome._journey import Journey, day_number, happened, journey, rhythm, watched
from cxlib.contacts.welcome.cumulative import sampling
from cxlib.contacts.welcome.intensity import _checked, _nothing, _own_columns, groups_of, of_people
from cxlib.contacts.welcome.scan import Found, scan
from cxlib.contacts.welcome.zero import features, needed, time_zero
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["windows"]

PER = "per 100 customers"
SCAN, EXCESS = "scan, refitted in each draw", "observed less baseline, log"


@dataclass(frozen=True, eq=False)
class _Cell:
    """One reason and group: its levels, who is watched, and what the scan found (None where there are too few contacts)."""

    levels: dict[str, str]
    part: Journey
    low: int
    found: Found | None


def windows(
    contacts: IntoFrame,
    customers: IntoFrame,
    orders: IntoFrame | None = None,
    invoices: IntoFrame | None = None,
    *,
    zeros: Mapping[str, str],
    by: Sequence[str] = (),
    overall: bool = False,
    days: int = 60,
    before: int = 21,
    widest: int = 14,
    episode_days: int = 7,
    min_contacts: int = 50,
    false_discovery: float = 0.05,
    tries: int = 1999,
    units: str = "customers",
    installations: Mapping[str, Sequence[str]] | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Find the days since day zero in which questions cluster.

    Parameters
    ----------
    contacts, customers, orders, invoices : pandas, DuckDB or PySpark frames
        The log and what tells who is new, see :func:`time_zero`.
    zeros : mapping of str to {"order", "promised", "delivery", "invoice"}
        Reason → what its days count from. These reasons, in each group of `by`, are looked at together.
    by : sequence of str
        Further columns, as in :func:`intensity`: persona, segment.
    overall : bool
        Whether each reason is looked at over all groups as well; these rows name no group, and are judged together with the others.
    days, before : int
        How many days after zero are looked at, and how many before a promised date.
    widest : int
        Most days of a window.
    episode_days : int
        A contact for the same reason so many days or fewer after the one before follows up on it and does not count again.
    min_contacts : int
        Contacts below which a cell is not judged.
    false_discovery : float
        Share of the windows told that may be chance (Benjamini–Hochberg over all cells judged).
    tries : int
        Null draws of a cell at most.
    units, installations, direction, period
        As in :func:`intensity`. Contacts that name another order than the first one are left out.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by ``reason_id``, ``zero`` and the columns of `by`: ``window_chance`` (q of the window that stands out most); and where
        it is found ``window_first`` and ``window_last`` (days since zero, with the span of the edges), ``window_ratio`` (contacts in it
        over those expected, shrunk), ``window_excess`` (contacts beyond those expected, per 100 customers). A cell without a window keeps
        its rows with the note "no window", one with too few contacts has the note "n < 50". ``n`` counts contacts.

    Raises
    ------
    DataError
        For a day zero that is not known.

    Notes
    -----
    See :func:`cxlib.contacts.welcome.scan.scan`. Weekday, season and holidays enter as the rhythm of all contacts of the log, the same for
    every reason. One window a cell is told, the one that stands out most.

    >>> people = pd.DataFrame({"customer_id": [f"c{number:03d}" for number in range(120)],
    ...     "start_date": pd.date_range("2025-01-06", periods=120)})
    >>> asked = people["start_date"] + pd.to_timedelta([4, 5, 30, 4, 5, 50] * 20, unit="D")
    >>> log = people[["customer_id"]].assign(reason_id="how", local_date=asked, contact_ts=asked.dt.tz_localize("UTC"))
    >>> usual = log.assign(reason_id="status", local_date=people["start_date"] + pd.to_timedelta(np.arange(120) % 60, unit="D"))
    >>> told = windows(pd.concat([log, usual], ignore_index=True), people, zeros={"how": "order"}, tries=99)
    >>> told.loc[told["metric"].isin(["window_first", "window_last"]), ["reason_id", "zero", "metric", "value"]]
      reason_id   zero        metric  value
    1       how  order  window_first    4.0
    2       how  order   window_last    5.0
    """
    zeros = _checked(zeros)
    groups = ["reason_id", "zero", *by]
    own = list(dict.fromkeys(["reason_id", *_own_columns(contacts, by)]))
    needs = needed(customers, orders, contacts, ["reason_id"])
    lacks = wanting("window_chance", "share", needs, features(contacts, customers, by), groups)
    if lacks is not None and (needs or not overall):
        return lacks
    ways = [(), by] if overall and by and lacks is None else [() if overall else by]
    by = list(ways[-1])
    observed = watched(contacts, period)
    who: dict[str, Any] = {"units": units, "installations": installations, "period": observed, "late": days}
    starts = time_zero(customers, orders, invoices, by=of_people(contacts, by), **who)
    if observed is None or starts.empty:
        return _nothing("window_chance", "share", groups)
    events = happened(contacts, starts, own, direction=direction, period=period)
    busy = rhythm(contacts, observed, direction=direction)
    settings: dict[str, Any] = {"widest": widest, "tries": tries, "level": options.get("level", 0.95)}
    cells = []
    for reason, zero in zeros.items():
        span = (-before if zero == "promised" else 0, days)
        asked = events[events["reason_id"].eq(reason)]
        whole = journey(asked, starts, zero, span=span, observed=observed, own_order=True, episode_days=episode_days)
        for levels, part in (cell for way in ways for cell in groups_of(whole, way)):
            named = {"reason_id": reason, "zero": zero, **levels}
            found = None
            if len(part.day) >= min_contacts:
                rng = np.random.default_rng([options.get("seed", 1), zlib.crc32("/".join(named.values()).encode())])
                found = _scanned(part, span, busy, day_number(observed[0]), rng, settings)
            cells.append(_Cell(named, part, span[0], found))
    told = _told(cells, groups, min_contacts, false_discovery, options) if cells else _nothing("window_chance", "share", groups)
    return told if lacks is None else estimates.stack(told, lacks)


def _scanned(part: Journey, span: tuple[int, int], busy: pd.Series, start: int, rng: np.random.Generator, settings: dict) -> Found:
    days = np.arange(span[0], span[1] + 1)
    at = part.zero[:, None] + days - start
    inside = (days >= part.first[:, None]) & (days <= part.last[:, None])
    weight = np.where(inside, busy.to_numpy()[np.clip(at, 0, len(busy) - 1)], 0.0)
    place = (part.day - span[0]).astype(np.intp)
    return scan(part.unit.astype(np.intp), place, weight, days=days.astype("float64"), rng=rng, **settings)


def _told(cells: list[_Cell], groups: Sequence[str], least: int, false_discovery: float, options: Sampling) -> pd.DataFrame:
    chance = estimates.false_discovery(np.array([np.nan if cell.found is None else cell.found.p for cell in cells]))
    parts = []
    for cell, q in zip(cells, chance, strict=True):
        told = _rows(cell, float(q), options)
        if cell.found is None:
            note = f"n < {least}"
            told = estimates.withhold(told, np.ones(len(told), dtype=bool), note)
        elif q > false_discovery:
            told = estimates.withhold(told, told["metric"].ne("window_chance").to_numpy(), "no window")
        parts.append(told)
    told = estimates.stack(*parts)
    return told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]])


def _rows(cell: _Cell, q: float, options: Sampling) -> pd.DataFrame:
    """The rows of one cell."""
    names = ("window_chance", "window_first", "window_last", "window_ratio")
    units = ("share", "day", "day", "factor")
    found, low = cell.found, cell.low
    nothing = (np.nan, np.nan, np.nan)
    figures = [nothing] * len(names)
    if found is not None:
        first, last = (
            (place + low, ends[0] + low, ends[1] + low) for place, ends in ((found.first, found.first_span), (found.last, found.last_span))
        )
        figures = [(q, np.nan, np.nan), first, last, (found.ratio, *found.ratio_span)]
    value, lowest, highest = (list(column) for column in zip(*figures, strict=True))
    groups = pd.DataFrame([cell.levels] * len(names))
    n = len(cell.part.day)
    told: dict[str, Any] = {"metric": list(names), "unit": list(units), "value": value, "low": lowest, "high": highest}
    told |= {"n": n, "n_eff": float(n)}
    return estimates.stack(rows(groups, told | {"method": SCAN}), _excess(cell, options))


def _excess(cell: _Cell, options: Sampling) -> pd.DataFrame:
    """Contacts of the window beyond those expected, per 100 customers watched in it, less what the search exaggerates."""
    part, found = cell.part, cell.found
    told: dict[str, Any] = {"metric": "window_excess", "unit": PER, "n": len(part.day), "n_eff": float(len(part.day)), "method": EXCESS}
    if found is None:
        return rows(pd.DataFrame([cell.levels]), told)
    low, high = found.first + cell.low, found.last + cell.low
    exposed = part.within(low, high) / (high - low + 1)
    inside = (part.day >= low) & (part.day <= high)
    expected = found.expected[found.first : found.last + 1].sum() / max(exposed.sum(), 1e-12)
    more = np.bincount(part.unit[inside], minlength=len(exposed)) - exposed * expected
    table = pd.DataFrame({"more": 100 * more, "exposed": exposed, "customer_id": part.units["customer_id"]})
    chance: dict[str, Any] = {**sampling(options), "cluster": "customer_id"}
    figure = estimates.ratio(table[exposed > 0], "more", "exposed", metric="window_excess", unit=PER, **chance)
    figure = _widened(figure, 100 * found.excess, 100 * found.excess_spread, options.get("level", 0.95))
    n = pd.array([len(part.day)] * len(figure), dtype="Int64")
    figure = figure.assign(method=EXCESS, n=n, n_eff=float(len(part.day)))
    for place, (name, level) in enumerate(cell.levels.items()):
        figure.insert(place, name, pd.Series(level, index=figure.index, dtype="str"))
    return figure


def _widened(figure: pd.DataFrame, value: float, spread: float, level: float) -> pd.DataFrame:
    """Tell the value with the wider of two spreads: that by customer, and that of renewed searches; draws spread as the span does.

    On the log scale: a window whose excess came out low came out with too small a spread as well.
    """
    row = figure.iloc[0]
    by_customer = float(row["high"] - row["low"]) / 2
    half = max(by_customer, float(special.ndtri((1 + level) / 2)) * spread) if np.isfinite(by_customer) else np.nan
    if value <= 0:
        return figure.assign(value=value, low=value - half, high=value + half)
    told = figure.assign(value=value, low=value * np.exp(-half / value), high=value * np.exp(half / value))
    if isinstance(row.get("draws"), np.ndarray) and by_customer > 0:
        told["draws"] = [value * np.exp((row["draws"] - row["value"]) / by_customer * half / value)]
    return told
