"""Which message to send by which day: windows turned into a calendar, with today's messages beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.contacts import headed
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.tables import ESTIMATE_COLUMNS, group_columns

__all__ = ["calendar", "foremost"]

DRAWS = 4000
PER = "per 100 customers"
EVERYBODY = "all"  # whom a message goes to where no persona has a window of its own


def calendar(
    windows: pd.DataFrame,
    coverage: pd.DataFrame | None = None,
    *,
    messages: Mapping[str, Mapping[str, str]],
    lead_days: int = 1,
    spared: tuple[float, float, float] = (0.2, 0.4, 0.6),
    new_customers: float = 100.0,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Turn windows into send-by days, with the contacts that each message may spare.

    Parameters
    ----------
    windows : DataFrame
        From :func:`cxlib.contacts.welcome.windows`.
    coverage : DataFrame, optional
        From :func:`cxlib.contacts.welcome.coverage`: what is sent today.
    messages : mapping of str to mapping
        Reason → ``information`` (type of the message that answers it), ``kind`` (``informing`` or ``activating``) and ``channel``.
    lead_days : int
        Days by which a message goes out before its window opens.
    spared : (float, float, float)
        Part of the window's extra contacts that such a message spares: lowest, likeliest, highest. An assumption, not a finding.
    new_customers : float
        New customers that the contacts spared are told for: 100, or those of a year.
    **options
        level and seed of :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``reason_id``, ``zero``, the windows' other groups, ``information``, ``kind`` and ``channel``: ``send_by`` (days
        since that reason's day zero; the span is that of the window's first day), ``contacts_spared`` with the ``assumed_part`` it rests
        on; and where `coverage` knows the type ``sent_today`` (share of new customers who get it) and ``sent_today_day`` (median day
        since the order). A window over all has the level "all" in the other groups. Reasons without a window are left out; where there is
        none at all one row says "no window".

    Notes
    -----
    Contacts spared = window_excess × part spared × new customers / 100, median and quantiles of joint draws: the excess normal to either
    side with that side's spread of its interval (no less than zero), the part triangular.

    >>> groups = {"reason_id": "how", "zero": "delivery"}
    >>> found = [rows(pd.DataFrame([groups]), {"metric": name, "value": value, "low": value, "high": value, "n": 80}) for name, value in
    ...     {"window_first": 2.0, "window_last": 5.0, "window_excess": 10.0}.items()]
    >>> told = calendar(estimates.stack(*found), messages={"how": {"information": "product_information", "kind": "informing"}})
    >>> told[["metric", "value"]].round(1).values.tolist()
    [['send_by', 1.0], ['contacts_spared', 4.0], ['assumed_part', 0.4]]
    """
    own = ["information", "kind", "channel"]
    groups = list(group_columns(windows))
    needs = windows["note"].str.startswith("needs ")
    if needs.all() and len(windows):  # where only the groups are not known, the rest stands
        return estimates.unanswerable("contacts_spared", "count", [str(windows.loc[needs, "note"].iloc[0])[6:]], by=[*groups, *own])
    rng = np.random.default_rng(options.get("seed", 1))
    found = windows[windows["value"].notna() & windows["metric"].isin(["window_first", "window_excess"])]
    parts = []
    for levels, cell in found.groupby(groups, sort=False, dropna=False):
        if set(cell["metric"]) < {"window_first", "window_excess"}:
            continue
        told = dict(zip(groups, levels, strict=True))
        told |= {name: EVERYBODY for name in groups if name not in ("reason_id", "zero") and pd.isna(told[name])}
        answer = messages.get(str(told.get("reason_id")), {})
        headings = told | {name: answer.get(name) for name in own}
        parts.append(_rows(cell.set_index("metric"), headings, lead_days, spared, new_customers, options.get("level", 0.95), rng))
        parts.append(_today(coverage, headings))
    if not parts:
        row = estimates.unanswerable("contacts_spared", "count", [], by=[*groups, *own])
        return row.assign(note="no window", n=pd.array([0], dtype="Int64"))
    return estimates.stack(*[part for part in parts if len(part)])


def foremost(windows: pd.DataFrame, calendar: pd.DataFrame) -> pd.DataFrame:
    """Return the window whose message spares most: four rows, always, missing where no window was found.

    Parameters
    ----------
    windows, calendar : DataFrame
        From :func:`cxlib.contacts.welcome.windows` and :func:`calendar`.

    Returns
    -------
    DataFrame
        ESTIMATES: ``contacts_spared``, ``window_first``, ``window_last`` and ``send_by`` of that reason.

    >>> groups = pd.DataFrame({"reason_id": ["how", "status"], "zero": "delivery"})
    >>> found = estimates.stack(rows(groups, {"metric": "window_first", "value": [2.0, 9.0]}),
    ...     rows(groups, {"metric": "window_last", "value": [5.0, 14.0]}))
    >>> told = estimates.stack(rows(groups, {"metric": "contacts_spared", "value": [4.0, 7.0]}),
    ...     rows(groups, {"metric": "send_by", "value": [1.0, 8.0]}))
    >>> foremost(found, told)[["reason_id", "metric", "value"]]
      reason_id           metric  value
    0    status  contacts_spared    7.0
    1    status     window_first    9.0
    2    status      window_last   14.0
    3    status          send_by    8.0
    """
    best = estimates.highest(calendar[calendar["metric"].eq("contacts_spared")])
    groups = [name for name in group_columns(windows) if name in best]
    parts = [best]
    for name, table in (("window_first", windows), ("window_last", windows), ("send_by", calendar)):
        own = table[table["metric"].eq(name)]
        for group in groups:
            level = best[group].item()
            everybody = own[group].isna() | own[group].eq(EVERYBODY)
            own = own[everybody if pd.isna(level) or level == EVERYBODY else own[group].eq(level)]
        parts.append(own.head(1) if len(own) else best.assign(metric=name, value=np.nan, low=np.nan, high=np.nan, unit="day"))
    return estimates.stack(*[part.drop(columns="draws", errors="ignore") for part in parts])


def _rows(
    cell: pd.DataFrame,
    headings: Mapping[str, Any],
    lead: int,
    spared: Sequence[float],
    people: float,
    level: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    first, excess = cell.loc["window_first"], cell.loc["window_excess"]
    below, above = (max(excess["value"] - excess["low"], 0.0) / 1.96, max(excess["high"] - excess["value"], 0.0) / 1.96)
    z = rng.normal(size=DRAWS)
    low, likely, high = spared
    part = rng.triangular(low, likely, high, DRAWS) if high > low else np.full(DRAWS, likely)
    drawn = np.maximum(excess["value"] + np.nan_to_num(np.where(z > 0, above, below)) * z, 0.0) * part * people / 100
    tail = (1 - level) / 2
    value, least, most = np.quantile(drawn, [0.5, tail, 1 - tail])
    told = {
        "metric": ["send_by", "contacts_spared", "assumed_part"],
        "value": [first["value"] - lead, value, likely],
        "low": [first["low"] - lead, least, low],
        "high": [first["high"] - lead, most, high],
        "unit": ["day", "count", "share"],
        "n": [first["n"], excess["n"], 0],
        "n_eff": [first["n_eff"], excess["n_eff"], 0.0],
        "method": ["window less lead", "excess × assumed part", "assumed"],
    }
    return rows(pd.DataFrame([headings] * 3), told)


def _today(coverage: pd.DataFrame | None, headings: Mapping[str, Any]) -> pd.DataFrame:
    """What is sent today of the message that answers the reason."""
    names = {"informed_share": "sent_today", "informed_day": "sent_today_day"}
    if coverage is None or "information" not in coverage or headings["information"] is None:
        return pd.DataFrame()
    own = coverage[coverage["information"].eq(headings["information"]) & coverage["metric"].isin(list(names))]
    if own.empty:
        return pd.DataFrame()
    bare = own[list(ESTIMATE_COLUMNS)].reset_index(drop=True).assign(metric=own["metric"].map(names).astype("str").to_numpy())
    return headed(bare, dict(headings))
