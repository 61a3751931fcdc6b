"""The figures of personas as ESTIMATES, and the verdict in words that pages know."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.estimates import rows

__all__ = ["told", "unanswered", "verdict"]

SURE, HARDLY = 0.001, 0.01  # how rarely a crowd without gaps may look like this: for classes, and for a weak sign of them
PLAIN, RARE = 0.1, 0.001  # size from which what is left within classes matters, and how rarely it may come by chance
METHOD = "EM, bootstrap"
GROUPS = ["persona", "feature", "answer"]
EVIDENCE = ["verdict", "classes", "feature", "feature_2"]


def unanswered(needs: list[str]) -> pd.DataFrame:
    """Return the rows that say what is missing."""
    parts = [
        estimates.unanswerable(metric, unit, needs, by=["persona"]) for metric, unit in (("persona_share", "share"), ("class_verdict", ""))
    ]
    return estimates.stack(*parts)


def told(sized: pd.DataFrame | None, table: pd.DataFrame, *, lifts: bool = True) -> pd.DataFrame:
    """Return shares and profiles as ESTIMATES with draws."""
    parts = []
    if sized is not None:
        said = {"metric": "persona_share", "unit": "share", "method": METHOD, "draws": list(sized["draws"])}
        parts.append(rows.rows(sized[["persona"]], {name: sized[name] for name in ("low", "high", "n")} | {"value": sized["share"]} | said))
    groups = table[GROUPS].copy()
    n = np.rint(table["n"]).astype("int64")
    mean = table["kind"].eq("mean")
    value = {name: table[name] for name in ("value", "low", "high")} | {"n": n, "method": METHOD, "draws": list(table["draws"])}
    parts.append(rows.rows(groups, {"metric": "persona_value", "unit": np.where(mean, "", "share"), **value}))
    if lifts:
        lift = {"value": table["lift"], "low": table["lift_low"], "high": table["lift_high"], "draws": list(table["lift_draws"])}
        named = np.where(table["lift_unit"].eq("times"), "persona_lift", "persona_distance")
        unit = np.where(table["lift_unit"].eq("times"), "times", "sd")
        note = np.where(table["overall"].eq(0) & mean, "no spread", "")
        parts.append(rows.rows(groups, {"metric": named, "unit": unit, "n": n, "method": METHOD, "note": note, **lift}))
    return estimates.stack(*parts)


def verdict(
    people: int, classes: int, gain: float, crowds: np.ndarray, alike: np.ndarray, left: pd.DataFrame | None, *, note: str = ""
) -> tuple[str, pd.DataFrame]:
    """Judge: classes, weak, continuum or too_few; and the evidence that goes with it.

    Parameters
    ----------
    people, classes : int
    gain : float
        What classes gain over one class, a person.
    crowds : array
        The same of crowds without gaps.
    alike : array
        Adjusted Rand indices of resamples.
    left : DataFrame or None
        :func:`cxlib.customers.personas.evidence.residuals`.
    note : str
        Why there are no classes.
    """
    state, apart = _state(classes, gain, crowds)
    groups = pd.DataFrame({"verdict": [state], "classes": [str(classes)] if classes else [None]})
    given = {"metric": "class_verdict", "value": apart, "unit": "sd" if classes > 1 else "", "n": people, "method": "Gaussian copula"}
    parts = [rows.rows(groups, given | {"note": note})]
    if len(alike):
        spread = np.nanquantile(alike, [0.025, 0.975])
        told = {"metric": "class_stability", "value": alike.mean(), "low": spread[0], "high": spread[1], "unit": "coefficient", "n": people}
        parts.append(rows.rows(groups, told | {"method": "bootstrap"}))
    if left is not None and len(left):
        pairs = left.nlargest(10, "size")
        flagged = pairs["size"].ge(PLAIN) & pairs["p"].lt(RARE / len(left))
        told = {"metric": "bivariate_residual", "value": pairs["size"], "unit": "coefficient", "n": np.rint(pairs["n"]).astype("int64")}
        noted = {"method": "EM", "note": np.where(flagged, "local dependence", "")}
        parts.append(rows.rows(pairs[["feature", "feature_2"]], told | noted))
    stacked = estimates.stack(*parts)
    columns = [*EVIDENCE, *(name for name in stacked.columns if name not in EVIDENCE)]
    return state, stacked.reindex(columns=columns).astype(dict.fromkeys(EVIDENCE, "str"))


def _state(classes: int, gain: float, crowds: np.ndarray) -> tuple[str, float]:
    """The verdict, and by how many standard deviations classes gain more than in crowds without gaps."""
    if not classes:
        return "too_few", np.nan
    if classes == 1:
        return "continuum", 0.0
    spread = max(float(crowds.std(ddof=1)) * np.sqrt(1 + 1 / len(crowds)), 1e-12)
    apart = (gain - float(crowds.mean())) / spread
    chance = 1 - float(special.stdtr(len(crowds) - 1, apart))
    return "classes" if chance < SURE else "weak" if chance < HARDLY else "continuum", float(apart)
