"""From the sentences by which customers are to be treated to what a member of staff does on Monday."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, lacking, levels
from cxlib.contacts.service_standards.attainment import attainment
from cxlib.contacts.service_standards.clock import Clock
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["INSTRUCTIONS", "principles"]

SCALE = "scale 0–4"  # 0 breaks the principle, 4 lives it
INSTRUCTIONS = ((1.0, "within_the_hour"), (4.0, "half_day"), (9.0, "same_day"), (18.0, "next_day"), (45.0, "this_week"))


def principles(
    principles: pd.DataFrame,
    ratings: pd.DataFrame,
    service_levels: pd.DataFrame,
    contacts: IntoFrame,
    touchpoints: pd.DataFrame | None = None,
    *,
    clock: Clock | None = None,
    as_of: datetime | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Which standard follows at each touchpoint from each principle: target, attainment, owner and what staff are to do.

    Parameters
    ----------
    principles, ratings : DataFrame
        ``principle_id``; ``principle_id``, ``touchpoint_id``, ``fit`` (0 breaks it, 4 lives it).
    service_levels : DataFrame
        Standards by channel, with ``owner``, ``response_h``, ``clock``, ``target_share``.
    contacts : pandas, DuckDB or PySpark frame
        The log: by which channel most contacts of a touchpoint come in, and how many are answered in time.
    touchpoints : DataFrame, optional
        ``department``: who answers for the touchpoint.
    clock, as_of, direction, period, **options
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``principle_id``, ``touchpoint_id``, ``channel``, ``owner`` and ``instruction``, worst fit first:
        ``principle_fit`` (``scale 0–4``, mean of the raters). By ``touchpoint_id``, ``channel``, ``owner`` and ``instruction``:
        ``target_hours`` (``h``), ``target_share`` (``share``) and ``on_time_share`` (``share``; response). Touchpoints whose channel
        has no standard are in ``without_standard`` (``count``). Needs principles, principle_ratings, service_levels.

    Notes
    -----
    The instruction follows from the target: within the hour (up to 1 h), half a day (4 h), the same day (9 h), the next day (18 h), this
    week (45 h), later: agree a date. Service hours where the standard is on the business clock.

    >>> at = lambda hour: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)
    >>> log = pd.DataFrame({"contact_id": list("12"), "customer_id": list("ab"), "channel": "email", "touchpoint_id": "T1",
    ...     "contact_ts": at(0), "first_response_ts": [at(1), at(9)], "local_date": pd.Timestamp("2025-01-06"), "weight": 1.0})
    >>> levels = pd.DataFrame({"channel": ["email"], "owner": ["KC"], "response_h": [4.0], "clock": ["calendar"], "target_share": [0.9]})
    >>> marks = pd.DataFrame({"principle_id": "L1", "touchpoint_id": "T1", "fit": [1.0, 2.0]})
    >>> told = principles(pd.DataFrame({"principle_id": ["L1"]}), marks, levels, log)
    >>> told[["owner", "instruction", "metric", "value"]]
      owner instruction            metric  value
    0    KC    half_day     principle_fit    1.5
    1    KC    half_day      target_hours    4.0
    2    KC    half_day      target_share    0.9
    3    KC    half_day     on_time_share    0.5
    4   NaN         NaN  without_standard    0.0
    """
    needs = [] if len(principles) else ["principles.principle_id"]
    needs += [] if len(ratings) else ["principle_ratings.fit"]
    needs += lacking(service_levels, ["channel", "response_h", "target_share", "clock"], "service_levels")
    needs += lacking(contacts, ["contact_ts", "touchpoint_id", "channel", "first_response_ts"])
    if needs:
        return estimates.unanswerable("principle_fit", SCALE, needs, by=["principle_id", "touchpoint_id"])
    fit = ratings[ratings["principle_id"].isin(principles["principle_id"])]
    fit = fit.groupby(["principle_id", "touchpoint_id"], as_index=False).agg(fit=("fit", "mean"))
    ways = _ways(contacts, direction, period)
    standards = service_levels[service_levels["channel"].notna() & service_levels["response_h"].notna()].drop_duplicates("channel")
    chain = fit.merge(ways, on="touchpoint_id").merge(standards, on="channel")
    without = int(fit["touchpoint_id"].nunique() - chain["touchpoint_id"].nunique())
    chain["owner"] = _owner(chain, touchpoints)
    chain["instruction"] = [_instruction(hours) for hours in chain["response_h"]]
    chain = chain.sort_values(["fit", "principle_id", "touchpoint_id"], kind="stable", ignore_index=True)
    keys = ["touchpoint_id", "channel", "owner", "instruction"]
    told = rows(
        chain[["principle_id", *keys]],
        {"metric": "principle_fit", "value": chain["fit"], "unit": SCALE, "method": "mean of raters"},
    )
    points = chain.drop_duplicates("touchpoint_id")
    parts = [told]
    for metric, column, unit in (("target_hours", "response_h", "h"), ("target_share", "target_share", "share")):
        parts.append(rows(points[keys], {"metric": metric, "value": points[column].astype("float64"), "unit": unit, "method": "standard"}))
    settings: Any = {"clock": clock, "as_of": as_of, "direction": direction, "period": period, **options}
    kept = attainment(contacts, service_levels, by=["touchpoint_id"], event="response", **settings)
    kept = kept[kept["metric"].eq("on_time_share")]
    if "touchpoint_id" in kept:
        parts.append(points[keys].merge(kept, on="touchpoint_id"))
    columns = {
        "metric": "without_standard",
        "value": float(without),
        "unit": "count",
        "n": int(fit["touchpoint_id"].nunique()),
        "method": "count",
    }
    return estimates.stack(*parts, rows(pd.DataFrame(index=[0]), columns))


def _ways(contacts: IntoFrame, direction: str | None, period: Span | None) -> pd.DataFrame:
    """The channel by which most contacts of each touchpoint come in."""
    table = counted(contacts, ["touchpoint_id", "channel"], cluster="", direction=direction, period=period)
    table = table[table["touchpoint_id"].notna() & table["channel"].notna()]
    table = table.assign(touchpoint_id=levels(table["touchpoint_id"]), channel=levels(table["channel"]))
    first = table.sort_values(["touchpoint_id", "weight", "channel"], ascending=[True, False, True], kind="stable")
    return first.drop_duplicates("touchpoint_id")[["touchpoint_id", "channel"]].reset_index(drop=True)


def _owner(chain: pd.DataFrame, touchpoints: pd.DataFrame | None) -> pd.Series:
    stated = chain["owner"].astype("str") if "owner" in chain else pd.Series(pd.NA, index=chain.index, dtype="str")
    if touchpoints is None or "department" not in touchpoints:
        return stated
    own = chain["touchpoint_id"].map(touchpoints.drop_duplicates("touchpoint_id").set_index("touchpoint_id")["department"])
    return own.astype("str").fillna(stated)


def _instruction(hours: float) -> str:
    return next((name for limit, name in INSTRUCTIONS if hours <= limit), "agree_a_date")


def worst(found: pd.DataFrame) -> pd.DataFrame:
    """Return of each principle the touchpoint that fits it least, and the standard's rows of these touchpoints.

    Parameters
    ----------
    found : DataFrame
        ESTIMATES of this module.

    >>> places = pd.DataFrame({"principle_id": ["L1", "L1"], "touchpoint_id": ["T1", "T2"]})
    >>> table = rows(places, {"metric": "principle_fit", "value": [2.0, 1.0]})
    >>> worst(table)["touchpoint_id"].to_list()
    ['T2']
    """
    fit = found[found["metric"] == "principle_fit"].sort_values("value", kind="stable")
    first = fit.drop_duplicates("principle_id").sort_values("principle_id", kind="stable")
    own = found[found["metric"].ne("principle_fit") & found["touchpoint_id"].isin(first["touchpoint_id"])]
    return found.loc[np.concatenate([first.index, own.index])]
