"""How much more often something happens in the windows of cases than in those of their controls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.contacts.outlook._windows import Events, Matched, events_of, matched, moments_of
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.intervals import wilson
from cxlib.estimates.linear import numbers, spread_of
from cxlib.estimates.sampling import sample

__all__ = ["PER_CONTACTS", "WINDOWS", "joined", "lifted", "per_thousand", "shares"]

PER_CONTACTS = "per 1,000 contacts"
WINDOWS: Mapping[str, tuple[float, float]] = {"before": (-5, 0), "after": (0, 5)}


def lifted(
    told: pd.DataFrame, metric: str, least: int, options: Sampling, *, here: str = "here", elsewhere: str = "elsewhere"
) -> pd.DataFrame:
    """Return the ratio of what happens in the windows of cases to what happens in those of their controls.

    Parameters
    ----------
    told : DataFrame
        One row a case: ``customer_id``, ``controls`` (their number), `here` (bool) and `elsewhere` (share of the controls).
    metric : str
    least : int
        Windows with an event below which no ratio is told.
    options : Sampling

    Notes
    -----
    See :func:`event_lift`.
    """
    mean = float(told["controls"].mean()) if len(told) else np.nan
    own = told.loc[told[here], ["customer_id"]].assign(case=1.0, weight=1.0, windows=1.0)
    control = told.loc[told[elsewhere] > 0, ["customer_id", "controls", elsewhere]]
    control = control.assign(case=0.0, weight=control[elsewhere] * mean, windows=control["controls"] * control[elsewhere])
    both = pd.concat([own, control[["customer_id", "case", "weight", "windows"]]], ignore_index=True)
    count = round(float(both["windows"].sum()))
    if not count:
        none = estimates.unanswerable(metric, "ratio", [])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    weighted: Sampling = {**options, "weight": "weight"}
    share = estimates.share(both, "case", metric=metric, **weighted)
    chosen = sample(both, ["case"], [], weighted)
    spread, p = spread_of(chosen, numbers(both, "case", chosen), np.ones(len(chosen.rows))), share["value"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where((p > 0) & (p < 1), p * (1 - p) / spread.se**2, chosen.kish())
    share["low"], share["high"] = wilson(p, effective, spread.reach(options.get("level", 0.95), steady=True))
    with np.errstate(divide="ignore"):
        odds = {name: mean * share[name].to_numpy() / (1 - share[name].to_numpy()) for name in ("value", "low", "high")}
    result = share.assign(**odds, unit="ratio", n=pd.array([count], dtype="Int64"), method="Wilson of matched windows")
    if "draws" in share:
        result["draws"] = share["draws"].map(lambda draws: _odds(draws, mean))
    result = result.assign(
        value=result["value"].where(np.isfinite(result["value"])), high=result["high"].where(np.isfinite(result["high"]), np.nan)
    )
    result = result.assign(note=result["note"].where(result["value"].notna(), "none elsewhere"))
    return estimates.withhold(result, [count < least], f"n < {least}")


def _odds(draws: npt.NDArray[np.float64], mean: float) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(mean * draws / (1 - draws))


def shares(told: pd.DataFrame, options: Sampling) -> pd.DataFrame:
    """Return how many of 1,000 cases have an event, and how many of their controls on average."""
    if told.empty:
        none = estimates.unanswerable("event_rate", PER_CONTACTS, [])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    share = estimates.share(told.assign(here=told["here"].astype("float64")), "here", metric="event_rate", **options)
    sides = [told.assign(flag=flag, weight=weight) for flag, weight in ((1.0, told["elsewhere"]), (0.0, 1 - told["elsewhere"]))]
    weighted: Sampling = {**options, "weight": "weight"}
    expected = estimates.share(pd.concat(sides), "flag", metric="expected_rate", **weighted)
    return per_thousand(estimates.stack(share, expected.assign(n=share["n"], n_eff=share["n_eff"])))


def per_thousand(shares: pd.DataFrame) -> pd.DataFrame:
    """Return shares of contacts as contacts per 1,000: small shares read better so.

    >>> share = estimates.share(pd.DataFrame({"flag": [1.0, 0.0]}), "flag")
    >>> per_thousand(share)[["value", "unit"]]
       value                unit
    0  500.0  per 1,000 contacts
    """
    told = shares.assign(unit=PER_CONTACTS, **{part: 1000 * shares[part] for part in ("value", "low", "high")})
    if "draws" in told:
        told["draws"] = told["draws"].map(lambda draws: draws * 1000, na_action="ignore")
    return told


def joined(
    contacts: IntoFrame,
    events: IntoFrame,
    kind: str,
    windows: Mapping[str, tuple[float, float]],
    busiest: float,
    at_most: int,
    timezone: str,
    direction: str | None,
    period: Span | None,
) -> tuple[Events, Matched] | list[str]:
    """Return events of known customers and contacts with their controls, or what would be needed."""
    wrong = [name for name, (low, high) in windows.items() if not low < high or low < 0 < high]
    if wrong or not windows:
        raise CxError(worded("windows", "lies on both sides of the contact, or ends before it begins:", ", ".join(wrong) or "none"))
    needs = lacking(contacts, ["contact_ts", "local_date", "customer_id"])
    needs += lacking(events, ["event_ts", "customer_id", kind], "events")
    if needs:
        return needs
    done = events_of(events, [kind], busiest=busiest, at_most=at_most)
    moments = moments_of(contacts, done.table["customer_id"].unique().tolist(), direction=direction, period=period)
    reach = min(low for low, _ in windows.values()), max(high for _, high in windows.values())
    return done, matched(moments.table, watched=done.watched, reach=reach, timezone=timezone)
