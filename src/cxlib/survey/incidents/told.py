"""What was told: how often, of which sign, how grave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["frequency", "rare_but_severe"]

MILDEST, GRAVEST = 1, 5
SIGNS = ("positive", "negative")


def frequency(
    incidents: pd.DataFrame,
    *,
    by: Sequence[str] = ("touchpoint_id", "sign"),
    interviewed: int | None = None,
    min_n: int = 5,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Count incidents by group, with their share of all that were told, how grave they were, and both together.

    Parameters
    ----------
    incidents : DataFrame
        The contract table; severity 1 to 5.
    by : sequence of str
        Group columns; every combination of their levels has a row, also where nothing was told.
    interviewed : int, optional
        Number of people who were asked for incidents, those without one included.
    min_n : int
        Incidents below which no mean severity is told.
    **options
        See :class:`cxlib.estimates.Sampling`; the cluster is the respondent unless told otherwise.

    Returns
    -------
    DataFrame
        ESTIMATES: ``incident_count`` (counted, so without an interval), ``incident_share`` (of all incidents of both signs),
        ``incident_severity`` (mean), ``incident_burden`` (points of severity per 100 incidents: share × severity), and, where `interviewed`
        is known, ``incident_rate`` per 100 interviewed. ``n`` counts those who told: of the group for count and severity, of all else.

    Raises
    ------
    DataError
        For fewer interviewed than told.

    >>> told = pd.DataFrame({"incident_id": list("abcd"), "respondent_id": list("1123"), "touchpoint_id": "hotline",
    ...     "sign": ["negative", "negative", "positive", "negative"], "severity": [2, 4, 3, 5]})
    >>> counted = frequency(told)
    >>> counted.loc[counted["metric"] == "incident_count", ["sign", "value"]].reset_index(drop=True)
           sign  value
    0  negative    3.0
    1  positive    1.0
    """
    if incidents.empty:
        return estimates.unanswerable("incident_count", "count", ["incidents.touchpoint_id", "incidents.sign"], by=by)
    table = _tellers(incidents)
    sampling: Sampling = {"cluster": "respondent_id", "count": "respondent_id", **options}
    crossed = _crossed(table, by)
    share = estimates.share(crossed, "here", by=by, metric="incident_share", **sampling)
    grave = crossed.assign(points=100.0 * crossed["here"] * crossed["severity"])
    burden = estimates.mean(grave, "points", by=by, metric="incident_burden", unit="per 100 incidents", bounds=(0.0, np.inf), **sampling)
    burden["note"] = burden["note"].where(burden["value"] != 0, "")  # nothing was told there: no finding about spread
    parts = [_counted(crossed, share, by), share, _severity(crossed, by, min_n, sampling), burden]
    return estimates.stack(*parts, *([] if interviewed is None else [_rate(table, by, interviewed, sampling)]))


def rare_but_severe(
    incidents: pd.DataFrame, *, severe: int = 4, rare: float = 0.05, min_n: int = 5, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """List touchpoints where something bad is told rarely, and gravely when it is: the worst first.

    Parameters
    ----------
    incidents : DataFrame
        The contract table.
    severe : int
        Severity from which an incident is grave.
    rare : float
        Share of all bad incidents up to which a touchpoint's are rare.
    min_n : int
        Incidents below which no share of grave ones is told.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``touchpoint_id``, only those that are rare and hold a grave one, most grave ones first: ``severe_count`` (counted),
        ``severe_share`` (of the touchpoint's bad incidents; missing with the note ``n < 5`` where they are few) and ``incident_share``
        (of all bad incidents). Where no touchpoint is both, one row with the note "none rare and severe".

    >>> told = pd.DataFrame({"incident_id": np.arange(40).astype(str), "respondent_id": np.arange(40).astype(str), "sign": "negative",
    ...     "touchpoint_id": ["hotline"] * 38 + ["crane"] * 2, "severity": [2] * 39 + [5]})
    >>> rare_but_severe(told)[["touchpoint_id", "metric", "value", "note"]].head(2)
      touchpoint_id        metric  value   note
    0         crane  severe_count    1.0
    1         crane  severe_share    NaN  n < 5
    """
    bad = incidents[incidents["sign"] == "negative"] if len(incidents) else incidents
    if bad.empty:
        return estimates.unanswerable("severe_count", "count", ["incidents.severity", "incidents.sign"], by=["touchpoint_id"])
    by, table = ["touchpoint_id"], _tellers(bad)
    sampling: Sampling = {"cluster": "respondent_id", "count": "respondent_id", **options}
    grave = table.assign(grave=(table["severity"] >= severe).astype("float64"))
    often = estimates.share(_crossed(table, by), "here", by=by, metric="incident_share", **sampling)
    share = _told_enough(estimates.share(grave, "grave", by=by, metric="severe_share", **sampling), table, by, min_n)
    count = grave.groupby("touchpoint_id")["grave"].sum().reindex(share["touchpoint_id"])
    counted = share.assign(metric="severe_count", unit="count", value=count.to_numpy(), low=np.nan, high=np.nan, method="count", note="")
    listed = count[(count > 0) & (often.set_index("touchpoint_id")["value"] <= rare)].sort_values(ascending=False, kind="stable").index
    if not len(listed):
        return rows(pd.DataFrame({"touchpoint_id": [None]}), {"metric": "severe_count", "unit": "count", "note": "none rare and severe"})
    told = estimates.stack(counted.drop(columns="draws", errors="ignore"), share, often)
    places = {name: place for place, name in enumerate(listed)}
    told = told[told["touchpoint_id"].isin(places)]
    return told.sort_values("touchpoint_id", key=lambda names: names.map(places), kind="stable", ignore_index=True)


def _tellers(incidents: pd.DataFrame) -> pd.DataFrame:
    """Give incidents that nobody is named for a teller of their own."""
    known = incidents["respondent_id"] if "respondent_id" in incidents else pd.Series(pd.NA, index=incidents.index, dtype="str")
    alone = "only " + incidents["incident_id"].astype("str")
    return incidents.assign(respondent_id=known.astype("str").fillna(alone), severity=incidents["severity"].astype("float64"))


def _crossed(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Repeat the incidents for every combination of levels; ``here`` says which of them happened there."""
    levels = [sorted(table[name].astype("str").fillna(estimates.UNKNOWN).unique()) for name in by]
    groups = pd.MultiIndex.from_product(levels, names=list(by)).to_frame(index=False)
    own = [f"_{name}" for name in by]
    renamed = table.assign(**{name: table[name].astype("str").fillna(estimates.UNKNOWN) for name in by}).rename(
        columns=dict(zip(by, own, strict=True))
    )
    crossed = groups.merge(renamed, how="cross")
    here = np.logical_and.reduce([crossed[name].to_numpy() == crossed[f"_{name}"].to_numpy() for name in by])
    return crossed.assign(here=here.astype("float64"))


def _counted(crossed: pd.DataFrame, share: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    here = crossed[crossed["here"] == 1]
    grouped = here.groupby(list(by))
    keys = pd.MultiIndex.from_frame(share[list(by)]) if len(by) > 1 else pd.Index(share[by[0]])
    count, people = (values.reindex(keys).fillna(0).to_numpy() for values in (grouped.size(), grouped["respondent_id"].nunique()))
    told = {"metric": "incident_count", "value": count, "unit": "count", "n": people.astype(int), "n_eff": people, "method": "count"}
    return rows(share[list(by)], told)


def _severity(crossed: pd.DataFrame, by: Sequence[str], min_n: int, sampling: Sampling) -> pd.DataFrame:
    here = crossed[crossed["here"] == 1]
    mean = estimates.mean(
        here, "severity", by=by, metric="incident_severity", unit=f"severity {MILDEST}–{GRAVEST}", bounds=(MILDEST, GRAVEST), **sampling
    )
    return _told_enough(mean, here, by, min_n)


def _told_enough(told: pd.DataFrame, table: pd.DataFrame, by: Sequence[str], min_n: int) -> pd.DataFrame:
    """Take back what rests on fewer than `min_n` incidents."""
    sizes = table.groupby(list(by)).size()
    keys = pd.MultiIndex.from_frame(told[list(by)]) if len(by) > 1 else pd.Index(told[by[0]])
    thin = sizes.reindex(keys).to_numpy() < min_n
    return estimates.withhold(told, thin, f"n < {min_n}")


def _rate(table: pd.DataFrame, by: Sequence[str], interviewed: int, sampling: Sampling) -> pd.DataFrame:
    """Incidents per 100 interviewed; those who told of none count too."""
    people = table["respondent_id"].unique()
    if interviewed < len(people):
        do = "Count everybody who was asked."
        raise DataError(
            worded("interviewed", f"{len(people)} people told of incidents, and fewer are said to have been asked:", interviewed, do=do)
        )
    silent = [f"without {number}" for number in range(1, interviewed - len(people) + 1)]
    crossed = _crossed(table, by)
    each = crossed.groupby([*by, "respondent_id"], as_index=False)["here"].sum()
    none = each[list(by)].drop_duplicates().merge(pd.DataFrame({"respondent_id": silent, "here": 0.0}), how="cross")
    asked = pd.concat([each, none], ignore_index=True).assign(asked=1.0)
    return estimates.rate(asked, "here", "asked", per=100, by=by, metric="incident_rate", unit="per 100 interviewed", **sampling)
