"""How contacts split between channels, touchpoints and other levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, lacking, named, picked, wanting
from cxlib.estimates import Sampling

__all__ = ["by_channel", "by_touchpoint", "pooled", "split"]


def by_channel(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    route: str = "channel",
    min_n: int | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts split between channels, or between the levels of another column such as ``source`` or ``received_by``.

    Parameters
    ----------
    contacts, direction, period
        As in :func:`by_hour`.
    by : sequence of str
        Group columns; shares add up to one within each group.
    route : str
        The column that is split.
    min_n : int, optional
        Levels of `route` with fewer contacts are pooled as "other" first.
    **options
        See :class:`cxlib.estimates.Sampling`. ``cluster`` is the column whose contacts belong together, ``customer_id`` when left out;
        contacts in which it is missing belong together by day.

    Returns
    -------
    DataFrame
        ESTIMATES with `route` as last group column. ``contacts``, unit ``count``: how many, without an interval, and a row over all levels.
        ``contact_share``, unit ``share``: Wilson interval on the clustered effective size; ``n`` counts all contacts of the group.

    >>> log = pd.DataFrame({"channel": ["phone", "phone", "email", "phone"], "customer_id": list("abca"), "weight": 1.0,
    ...     "local_date": pd.to_datetime(["2025-01-06"] * 4)})
    >>> by_channel(log)[["channel", "metric", "value", "n"]]
      channel         metric  value  n
    0   email       contacts   1.00  1
    1   phone       contacts   3.00  3
    2   email  contact_share   0.25  4
    3   phone  contact_share   0.75  4
    """
    needs, features = lacking(contacts, ["local_date"]), lacking(contacts, [route, *by])
    missing = wanting("contact_share", "share", needs, features, [*by, route])
    if missing is not None:
        return missing
    table = counted(contacts, [*by, route], cluster=options.get("cluster") or "customer_id", direction=direction, period=period)
    return split(named(table, [*by, route]), by, route, min_n, options)


def by_touchpoint(
    contacts: IntoFrame,
    touchpoints: IntoFrame | None = None,
    *,
    by: Sequence[str] = (),
    route: str = "touchpoint_id",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts split between touchpoints, or between a feature of touchpoints such as ``mode`` (online, offline) or ``phase``.

    Parameters and columns as in :func:`by_channel`; `touchpoints` is needed for any `route` but ``touchpoint_id``. Contacts at no known
    touchpoint are a level of their own.

    Parameters
    ----------
    by : sequence of str
        Group columns; a row of the result for each combination of their levels that occurs.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> log = pd.DataFrame({"touchpoint_id": ["T1", "T1", "T2", None], "customer_id": list("abca"), "weight": 1.0,
    ...     "local_date": pd.Timestamp("2025-01-06")})
    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "mode": ["online", "offline"]})
    >>> told = by_touchpoint(log, listed, route="mode")
    >>> told.loc[told["metric"].eq("contact_share"), ["mode", "value"]]
              mode  value
    3  __unknown__   0.25
    4      offline   0.25
    5       online   0.50
    """
    needs, features = lacking(contacts, ["local_date"]), lacking(contacts, ["touchpoint_id", *by])
    if route != "touchpoint_id":
        features += [f"touchpoints.{route}"] if touchpoints is None else lacking(touchpoints, [route], "touchpoints")
    missing = wanting("contact_share", "share", needs, features, [*by, route])
    if missing is not None:
        return missing
    cluster = options.get("cluster") or "customer_id"
    table = counted(contacts, [*by, "touchpoint_id"], cluster=cluster, direction=direction, period=period)
    if touchpoints is not None and route != "touchpoint_id":
        known = picked(touchpoints, ["touchpoint_id", route])
        table = table.merge(known, on="touchpoint_id", how="left", validate="many_to_one")
    return split(named(table, [*by, route]), by, route, None, options)


def split(table: pd.DataFrame, by: Sequence[str], route: str, min_n: int | None, options: Sampling) -> pd.DataFrame:
    """Contacts and their shares by the levels of `route`, within each group of `by`."""
    if table.empty:
        return counts(table, [*by, route], "contacts")
    table = table.assign(**{route: pooled(table, route, min_n)}) if min_n else table
    weights = table.pivot_table(index=[*by, "cluster"], columns=route, values="weight", aggfunc="sum", fill_value=0.0)
    columns = {f"level {level}": str(level) for level in weights.columns}
    wide = weights.set_axis(list(columns), axis=1).reset_index()
    share = estimates.divided(wide, columns, route, by=by, metric="contact_share", **clustered(options))
    return estimates.stack(counts(table, [*by, route], "contacts"), behind(share, table, by))


def pooled(table: pd.DataFrame, route: str, min_n: int) -> pd.Series:
    """Levels of `route`, the thinnest of them pooled; beyond some size it does not matter how large a level is."""
    sizes = table.groupby(route)["n"].sum().clip(upper=50 * min_n)
    one_each = pd.Series(sizes.index.repeat(sizes))
    return table[route].map(dict(zip(one_each, estimates.coarsen(one_each, min_n=min_n), strict=True))).astype("str")
