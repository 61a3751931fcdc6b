"""Penalty and reward: what low and high answers at a touchpoint go along with, each against an ordinary answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib import estimates
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.regression import Regression, regress
from cxlib.estimates.results import Result
from cxlib.estimates.rows import rows
from cxlib.survey.asymmetry.classes import certainty, classified, sides
from cxlib.survey.asymmetry.zero_line import Threshold, thresholds
from cxlib.survey.drivers.judged import Judged, judged
from cxlib.survey.drivers.outcome import lacking
from cxlib.tables import STATES

__all__ = ["Asymmetry", "fit"]

METRICS = ("penalty", "reward", "asymmetry")
NOT_USED = STATES.index("not_used")
ANSWERED = STATES.index("answered")
ENDS = ("", "_low", "_high")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Asymmetry(Result):
    """What low and high answers go along with, item by item.

    Attributes
    ----------
    table : DataFrame
        One row an item: item, penalty, reward and asymmetry with the ends of their intervals (``_low``, ``_high``), p and q of the
        asymmetry being zero, class, class_probability (share of draws), delight_probability (share of draws in which delight weighs
        more, whatever the class), n_low, n_middle, n_high, n_users (respondents), note.
    estimates : DataFrame
        The same figures as ESTIMATES by ``item_id``: metrics ``penalty``, ``reward``, ``asymmetry``, ``delight_probability`` and
        ``class_probability``, whose note is the class; and without an item ``ceiling_share``, the share of best possible outcomes, beyond
        which no delight can show.
    """

    table: pd.DataFrame
    estimates: pd.DataFrame


def fit(
    responses: pd.DataFrame,
    *,
    outcome: str | None,
    items: Sequence[str],
    low: Threshold = None,
    high: Threshold = None,
    min_cell: int = 20,
    ratio: float = 2.0,
    **options: Unpack[Sampling],
) -> Asymmetry:
    """Fit the penalty–reward contrasts of all items jointly, and classify each by the direct test of its asymmetry.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    outcome : str or None
        An item_id, or a column of `responses` that is constant within a questionnaire.
    items : sequence of str
        item_ids of ratings, each once.
    low, high : float, mapping of item_id to float, or None
        Up to which answer an item disappoints and from which on it delights; see :func:`cxlib.survey.asymmetry.thresholds`.
    min_cell : int
        Respondents with low, ordinary and high answers below which a contrast is not told.
    ratio : float
        An item is symmetric where neither side surely weighs more than this many times the other.
    **options
        See :class:`cxlib.estimates.Sampling`; 500 draws unless told otherwise. Strata are refused.

    Returns
    -------
    Asymmetry
        A contrast that cannot be told keeps its row with a note: ``low answers < 20``, ``middle answers < 20``, ``high answers < 20``,
        ``collinear``, ``no spread``, ``n < …`` (fewer questionnaires than twice the columns), ``few clusters``. An item that is not
        classified says why: one of these, ``no effect shown`` or ``asymmetry open``.

    Raises
    ------
    DataError
        For items and outcomes that :func:`cxlib.survey.questionnaires` and the outcome's check refuse.

    Notes
    -----
    y = a + Σ_j (p_j·low_j + r_j·high_j + u_j·never used_j + m_j·no answer or not asked_j) + e, weighted; penalty p, reward r, asymmetry
    p + r. Intervals: t with CR2 standard errors and Satterthwaite's degrees of freedom. Classes, with α = 1 − level:

    - symmetric: p + r + k·(r − p) > 0 and p + r − k·(r − p) < 0, each by a one-sided test at α, k = (ratio − 1)/(ratio + 1);
    - disappointment_dominant: else, q of p + r = 0 (Benjamini–Hochberg over the items) at most α, p + r < 0, and p's interval below zero;
    - delight_dominant: the same with p + r > 0 and r's interval above zero;
    - not_classifiable: else.

    class_probability is the share of draws with p + r < 0, with p + r > 0, or with |p + r| ≤ k·(r − p).
    Brandt 1988; Mikulić & Prebežac 2008; Schuirmann 1987 (two one-sided tests).

    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> marks = rng.integers(1, 6, 400).astype(float)
    >>> asked = pd.DataFrame({"response_id": np.arange(400).astype(str), "item_id": "hotline", "value": marks, "scale_low": 1.0,
    ...     "scale_high": 5.0})
    >>> recommend = asked.assign(item_id="recommend", value=8 - 2 * (marks <= 2) + rng.normal(0, 0.2, 400), scale_high=10.0)
    >>> table = pd.concat([asked, recommend]).assign(state="answered", weight=1.0, respondent_id=lambda rows: rows["response_id"])
    >>> fit(table, outcome="recommend", items=["hotline"]).table[["item", "penalty", "reward", "class"]].round(1)
          item  penalty  reward                    class
    0  hotline     -2.0    -0.1  disappointment_dominant
    """
    needs = lacking(responses, outcome, items)
    if outcome is None or needs:
        return _unanswerable(needs)
    estimates.check(min_cell=min_cell)
    if not ratio > 1:
        raise CxError(worded("ratio", "how many times one side weighs the other is more than 1, not", ratio))
    data = judged(responses, outcome, items, options)
    unknown = [f"responses.{name}" for name, ends in (("scale_low", data.low), ("scale_high", data.high)) if np.isnan(ends).all()]
    if not len(data.y) or (unknown and (low is None or high is None)):
        return _unanswerable(unknown if len(data.y) else [f"responses.{outcome}"])
    below, above = thresholds(data.items, data.low.tolist(), data.high.tolist(), low=low, high=high)
    cells = _cells(data, below, above)
    told = _Told(data, cells, options, min_cell, (ratio - 1) / (ratio + 1))
    return Asymmetry(told.table(), told.estimates())


def _unanswerable(needs: list[str]) -> Asymmetry:
    said = estimates.unanswerable("asymmetry", "scale points", needs, by=["item_id"])
    return Asymmetry(pd.DataFrame({"item": pd.Series(dtype="str"), "note": pd.Series(dtype="str")}), said)


def _cells(data: Judged, below: Floats, above: Floats) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which questionnaires are in which cell of which item: arrays (n, items)."""
    given = data.state == ANSWERED
    with np.errstate(invalid="ignore"):
        low, high = given & (data.value <= below), given & (data.value >= above)
    unused = data.state == NOT_USED
    return {"low": low, "middle": given & ~low & ~high, "high": high, "unused": unused, "silent": ~given & ~unused}


class _Told:
    """The regression and what of it may be told."""

    def __init__(self, data: Judged, cells: dict[str, npt.NDArray[np.bool_]], options: Sampling, min_cell: int, k: float) -> None:
        self.data, self.options = data, options
        self.level, self.k = options.get("level", 0.95), k
        self.n = {name: np.array([data.people(flags[:, j]) for j in range(len(data.items))]) for name, flags in cells.items()}
        self.given = cells["low"] | cells["middle"] | cells["high"]
        fitted, places = _regressed(data, cells)
        self.contrasts = {name: fitted.contrasts(_combined(places, pair, fitted)) for name, pair in sides(k).items()}
        self.notes = self._notes(min_cell, fitted)
        self.draws = self._drawn()

    def _notes(self, min_cell: int, fitted: Regression) -> dict[str, npt.NDArray[np.object_]]:
        """Say of each contrast why it is not told, "" where it is."""
        data, columns = self.data, len(fitted.coefficients)
        thin = {name: self.n[name] < min_cell for name in ("low", "middle", "high")}
        sides = {"penalty": ("low", "middle"), "reward": ("high", "middle"), "asymmetry": ("low", "high", "middle")}
        notes = {}
        for metric, cells in sides.items():
            contrast = self.contrasts[metric]
            note = np.full(len(data.items), "", dtype=object)
            note[np.isnan(contrast.df) | (contrast.df < 1)] = "few clusters"
            note[np.isnan(contrast.value)] = "collinear"
            for name in reversed(cells):
                note[thin[name]] = f"{name} answers < {min_cell}"
            note[:] = f"n < {2 * columns}" if len(data.y) < 2 * columns else note
            note[:] = "no spread" if len(data.y) and np.ptp(data.y) == 0 else note
            notes[metric] = note
        return notes

    def _drawn(self) -> dict[str, Floats]:
        draws = self.options.get("draws", 500)
        if not draws:
            return {}
        ids, seed = self.data.cluster_ids, self.options.get("seed", 1)
        return {name: self.contrasts[name].draws(ids, draws=draws, seed=seed) for name in ("penalty", "reward")}

    def figures(self, metric: str) -> dict[str, Any]:
        """Value and interval of a contrast, missing where it is not told."""
        contrast, silent = self.contrasts[metric], self.notes[metric] != ""
        low, high = contrast.interval(self.level)
        return {name: np.where(silent, np.nan, values) for name, values in (("value", contrast.value), ("low", low), ("high", high))}

    def tests(self) -> tuple[Floats, Floats]:
        """p and q of the direct test."""
        p = np.where(self.notes["asymmetry"] != "", np.nan, self.contrasts["asymmetry"].p())
        return p, estimates.false_discovery(p)

    def classes(self) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_], Floats]:
        """The class of each item, why it has none, and the share of draws in which it holds."""
        found, why = classified(self.contrasts, self.tests()[1], self.notes["asymmetry"], self.level)
        if not self.draws:
            return found, why, np.full(len(found), np.nan)
        return found, why, certainty(found, self.draws["penalty"], self.draws["reward"], self.k)

    def delight(self) -> Floats:
        """Share of draws in which delight weighs more than disappointment."""
        if not self.draws:
            return np.full(len(self.data.items), np.nan)
        above = (self.draws["penalty"] + self.draws["reward"] > 0).mean(axis=1)
        return np.where(self.notes["asymmetry"] == "", above, np.nan)

    def table(self) -> pd.DataFrame:
        """One row an item."""
        found, why, share = self.classes()
        p, q = self.tests()
        columns: dict[str, Any] = {"item": list(self.data.items)}
        for metric in METRICS:
            figures = self.figures(metric)
            columns |= {metric + end: values for end, values in zip(ENDS, figures.values(), strict=True)}
        columns |= {"p": p, "q": q, "class": found, "class_probability": share, "delight_probability": self.delight()}
        columns |= {"n_low": self.n["low"], "n_middle": self.n["middle"], "n_high": self.n["high"], "n_users": self._users(), "note": why}
        return pd.DataFrame(columns).astype(dict.fromkeys(("item", "class", "note"), "str"))

    def estimates(self) -> pd.DataFrame:
        """The figures as ESTIMATES, with draws."""
        found, why, share = self.classes()
        groups = pd.DataFrame({"item_id": self.data.items})
        shared: dict[str, Any] = {"n": self._users(), "n_eff": [self.data.kish(self.given[:, j]) for j in range(len(found))]}
        parts = []
        for metric in METRICS:
            columns = {"metric": metric, "unit": self.data.outcome_unit, "method": "t, CR2", **shared, **self.figures(metric)}
            columns["note"] = why if metric == "asymmetry" else self.notes[metric]
            if self.draws:
                drawn = self.draws["penalty"] + self.draws["reward"] if metric == "asymmetry" else self.draws[metric]
                columns["draws"] = [np.nan if note else values for note, values in zip(self.notes[metric], drawn, strict=True)]
            parts.append(rows(groups, columns))
        certain = {"unit": "share", "method": "share of draws", **shared}
        leaning = {"metric": "delight_probability", "value": self.delight(), "note": self.notes["asymmetry"]}
        classed = {"metric": "class_probability", "value": share, "note": found}
        return estimates.stack(*parts, rows(groups, certain | leaning), rows(groups, certain | classed), self._ceiling())

    def _ceiling(self) -> pd.DataFrame:
        data = self.data
        people = {"top": (data.y >= data.top).astype("float64"), "cluster": data.cluster_ids[data.cluster], "weight": data.weight}
        table = pd.DataFrame(people | {"unit": data.unit})
        sampling: Sampling = {"weight": "weight", "cluster": "cluster", "count": "unit", "level": self.level}
        return estimates.share(table, "top", metric="ceiling_share", **sampling)

    def _users(self) -> npt.NDArray[np.int64]:
        return np.array([self.data.people(self.given[:, j]) for j in range(len(self.data.items))], dtype="int64")


def _regressed(data: Judged, cells: dict[str, npt.NDArray[np.bool_]]) -> tuple[Regression, npt.NDArray[np.intp]]:
    """Fit all items jointly; places of each item's low and high column, (items, 2), among the columns."""
    blocks = np.hstack([np.ones((len(data.y), 1)), *(cells[name] for name in ("low", "high", "unused", "silent"))]).astype("float64")
    count = len(data.items)
    places = 1 + np.arange(2 * count).reshape(2, count).T
    kept = np.asarray(blocks.any(axis=0))
    kept[places] = True
    fitted = regress(blocks[:, kept], data.y, weight=data.weight, cluster=data.cluster)
    return fitted, places


def _combined(places: npt.NDArray[np.intp], sides: tuple[float, float], fitted: Regression) -> Floats:
    """Return each item's combination of its low and its high column: (items, columns)."""
    combinations = np.zeros((len(places), len(fitted.coefficients)))
    combinations[np.arange(len(places))[:, None], places] = sides
    return combinations
