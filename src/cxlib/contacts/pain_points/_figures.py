"""What the twelve share: moments as whole microseconds, shares of counted tables, curves, ratios of rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clocked, clustered, filled, within
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.linear import numbers
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import sample

__all__ = [
    "DAY",
    "HOUR",
    "POINT",
    "clock",
    "curve",
    "flagged",
    "microseconds",
    "none",
    "rate_ratio",
    "timed",
    "until",
]

POINT = "pain_point"
HOUR, DAY = 3_600_000_000, 86_400_000_000  # microseconds


def timed(contacts: IntoFrame, columns: Sequence[str], direction: str | None, period: Span | None) -> nw.LazyFrame[Any]:
    """Return the contacts of a direction and period, not yet read, with the moments of `columns` as whole microseconds too."""
    return clocked(within(contacts, direction, period), columns)


def until(contacts: IntoFrame, as_of: datetime | None) -> int:
    """Return until when the log is known, in microseconds since 1970: `as_of`, or the newest contact (0 where there is none).

    >>> until(pd.DataFrame({"contact_ts": [pd.Timestamp("1970-01-02", tz="UTC")]}), None) == DAY
    True
    """
    if as_of is None:
        if not filled(contacts, ["contact_ts"])["contact_ts"]:
            return 0
        frame = clocked(nw.from_native(contacts).lazy(), ["contact_ts"])
        return int(frame.select(nw.col("cx_us_contact_ts").max()).collect().item() or 0)
    if as_of.tzinfo is None:
        raise DataError(worded("as_of", "has no time zone:", as_of.isoformat(), do="Give it one; until when a log is known is a moment."))
    return round(pd.Timestamp(as_of).timestamp() * 1e6)


def microseconds(moments: pd.Series) -> pd.Series:
    """Return times with a zone as microseconds since 1970, missing where they are."""
    return moments.dt.as_unit("us").astype("int64").where(moments.notna()).astype("float64")


def clock() -> Any:
    """The contact's time of day in microseconds, from intake's hour and the minutes of the moment.

    Minutes are those of any zone that lies whole hours from UTC; in the few others the clock is off by half an hour at most.
    """
    return nw.col("local_hour").cast(nw.Int64) * HOUR + nw.col("cx_us_contact_ts") % HOUR


def none(metric: str, unit: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the row that says that there was nothing to count."""
    row = estimates.unanswerable(metric, unit, [], by=by)
    return row.assign(note="no events", n=pd.array([0], dtype="Int64"))


def flagged(table: pd.DataFrame, flag: pd.Series, by: Sequence[str], metric: str, options: Sampling) -> pd.DataFrame:
    """Return the share of a counted table's contacts for which `flag` holds; a row without a number where there are none."""
    if table.empty:
        return none(metric, "share", by)
    held = table.assign(flag=flag.to_numpy(dtype="float64"))
    return behind(estimates.share(held, "flag", by=by, metric=metric, **clustered(options)), table, by)


def curve(
    table: pd.DataFrame, time: str, event: str, *, at: Sequence[float], by: Sequence[str], metric: str, options: Sampling
) -> pd.DataFrame:
    """Return the share of a counted table's contacts that still wait after some time, with ``n`` counting contacts."""
    told = estimates.survival(table, time, event, at=at, by=by, metric=metric, **clustered(options))
    if by:
        return behind(told, table, by)
    return estimates.stack(*[behind(told.iloc[[row]], table, by) for row in range(len(told))])


def rate_ratio(
    table: pd.DataFrame, events: str, exposure: str, *, between: str, reference: str, metric: str, options: Sampling
) -> pd.DataFrame:
    """Return the rate of each level of `between` over that of the `reference` level.

    Notes
    -----
    r = (Σe₁/Σx₁)/(Σe₀/Σx₀); interval r·exp(±t·SE(log r)), the influences of both rates on log r summed by cluster, degrees of freedom as
    for skewed amounts. Levels without an event have no ratio.

    >>> orders = pd.DataFrame({"told": ["yes"] * 3 + ["no"] * 3, "asked": [1.0, 0.0, 1.0, 2.0, 1.0, 1.0], "one": 1.0, "id": list("abcdef")})
    >>> chance = {"weight": None, "cluster": "id"}
    >>> ratio = rate_ratio(orders, "asked", "one", between="told", reference="no", metric="ratio", options=chance)
    >>> ratio[["told", "value"]].to_dict("list")
    {'told': ['yes'], 'value': [0.5]}
    """
    chosen = sample(table, [events, exposure], [between], options)
    top, bottom = numbers(table, events, chosen), numbers(table, exposure, chosen)
    above, below = chosen.total(top), chosen.total(bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = above / below
        moved = chosen.weight * (top / above[chosen.group] - bottom / below[chosen.group])
    names = chosen.groups[between].to_list()
    if reference not in names:
        return none(metric, "ratio", [between])
    base = names.index(reference)
    parts = []
    for code, name in enumerate(names):
        if code == base:
            continue
        told: dict[str, Any] = {"metric": metric, "unit": "ratio", "n": chosen.n[code] + chosen.n[base], "method": "log, linearised"}
        told["n_eff"] = chosen.kish()[code] + chosen.kish()[base]
        if not (rates[code] > 0 and rates[base] > 0):
            parts.append(rows(pd.DataFrame({between: [name]}), told | {"note": "no events"}))
            continue
        signed = np.where(chosen.group == code, moved, np.where(chosen.group == base, -moved, 0.0))
        spread = chosen.spread(signed, np.where(np.isin(chosen.group, (code, base)), 0, 1), 2)
        factor = float(np.exp(spread.reach(options.get("level", 0.95), steady=True)[0] * spread.se[0]))
        value = float(rates[code] / rates[base])
        told |= {"value": value, "low": value / factor, "high": value * factor, "note": "" if np.isfinite(factor) else "n < 2"}
        parts.append(rows(pd.DataFrame({between: [name]}), told))
    return estimates.stack(*parts) if parts else none(metric, "ratio", [between])
