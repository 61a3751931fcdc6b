"""Personas as classes found in the data, with all that says whether there are any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.customers.personas.coding import Coded, code
from cxlib.customers.personas.continuum import gains
from cxlib.customers.personas.evidence import Tried, evidence_rows, residuals, stability, tried
from cxlib.customers.personas.mixture import Mixture, Setting, maximise, posterior
from cxlib.customers.personas.profiles import Summary, profile, shares, summary
from cxlib.customers.personas.questions import chosen
from cxlib.customers.personas.reported import told, unanswered, verdict
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.bootstrap import draw_weights
from cxlib.estimates.results import Result
from cxlib.estimates.steps import steps

__all__ = ["Personas", "fit"]

UNITS = ("person_id", "customer_id", "respondent_id")
SIDE_BY_SIDE = 3_000_000  # people × classes × draws that are worked on at a time
EMPTY = ("persona", "probability")


@dataclass(frozen=True, eq=False)
class Personas(Result):
    """Classes of people and how sure they are.

    Attributes
    ----------
    table : DataFrame
        One row a persona, feature and answer: see :func:`cxlib.customers.personas.profiles.profile`; ``persona`` is "all" where there are
        too few people for classes.
    members : DataFrame
        One row a person, indexed as the table it came from: the ids, ``persona`` (p1 is the largest), ``probability``, and the probability
        of each persona. No rows where there are no classes.
    evidence : DataFrame
        ESTIMATES: ``bic`` and ``class_reproduction`` by ``classes``, ``class_stability``, ``bivariate_residual`` by ``feature`` and
        ``feature_2``, and ``class_verdict`` by ``verdict`` {classes, weak, continuum, too_few}.
    estimates : DataFrame
        All of it as ESTIMATES, with draws where there are any: ``persona_share``, ``persona_value``, ``persona_lift`` and the evidence.
    state : str
        The verdict: classes, weak, continuum, too_few, or "" where nothing could be looked at.
    """

    table: pd.DataFrame
    members: pd.DataFrame
    evidence: pd.DataFrame
    estimates: pd.DataFrame
    state: str
    _coded: Coded | None = None
    _model: Mixture | None = None
    _people: pd.DataFrame | None = None
    _options: Sampling | None = None

    @property
    def names(self) -> list[str]:
        """The personas, the largest first."""
        return [] if self._model is None else _names(self._model)

    def typing(self, n_items: int) -> pd.DataFrame:
        """Return the few features that tell personas apart best: ESTIMATES ``typing_agreement`` by ``question_number`` and ``feature``.

        Each is the share of people who fall to the same persona as by all features, by this feature and those before it.
        """
        estimates.check(n_items=n_items)
        if self._coded is None or self._model is None or self._people is None:
            note = "no classes" if self.state else "needs customers.customer_id, persons.person_id"
            return estimates.unanswerable("typing_agreement", "share", [], by=["question_number", "feature"]).assign(note=note)
        return chosen(self._coded, self._model, self._people, n_items, self._options or {})

    def assign(self, new: pd.DataFrame) -> pd.DataFrame:
        """Assign further people; columns of :attr:`members`. Features that `new` lacks count as not known."""
        if self._coded is None or self._model is None:
            return self.members.iloc[:0]
        kinds = {feature.name: feature.kind for feature in self._coded.features}
        lacking = {name: pd.Series(np.nan, index=new.index) for name in kinds if name not in new.columns}
        return _members(new, posterior(code(new.assign(**lacking), kinds, self._coded), self._model)[0][:, 0], _names(self._model))


def fit(
    customers: pd.DataFrame,
    *,
    features: Mapping[str, str],
    k: int | None = None,
    most: int = 8,
    weight: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
    draws: int = 500,
    seed: int = 1,
    starts: int = 20,
    rounds: int = 20,
    min_accounts: int = 100,
    covariance: Literal["full", "diagonal"] = "full",
    prior: float = 1.0,
) -> Personas:
    """Find classes of people by a mixture over mixed features, and say whether there are any.

    Parameters
    ----------
    customers : DataFrame
        One row a person or customer, with its features; values may be missing at random.
    features : mapping of str to str
        Column → nominal, ordinal, count (binned) or numeric (one block, normal within a class).
    k : int, optional
        Number of classes; by BIC among 1 to `most` when left out.
    weight, cluster, level, draws, seed
        As in :class:`cxlib.estimates.Sampling`; weights are scaled to the effective number of people, and draws resample clusters.
    starts : int
        Random starts for each number of classes.
    rounds : int
        Resamples for the stability, and crowds without gaps for the verdict.
    min_accounts : int
        Clusters below which people are described and no classes are made.
    covariance : {"full", "diagonal"}
        Whether numbers may go together within a class.
    prior : float
        People added to each feature, spread over the classes by its overall shares; 0 is plain maximum likelihood.

    Returns
    -------
    Personas

    Raises
    ------
    DataError
        For features that the table lacks or that do not fit their kind, weights and options that mean nothing.

    Notes
    -----
    f(x) = Σ_k π_k Π_j P(x_j | k) · N(numbers | μ_k, Σ_k), maximised by EM; what is missing is left out of the product (missing at random).
    Intervals: bootstrap of clusters, each draw maximised anew from the solution. Verdict: twice the gain in log-likelihood over one class,
    against the same gain in crowds without gaps (Gaussian copula with the data's margins and correlations). McLachlan & Peel 2000;
    Linzer & Lewis 2011; Vermunt & Magidson 2005.

    >>> rng = np.random.default_rng(1)
    >>> middle = np.where(rng.random(200) < 0.4, 0.0, 5.0)
    >>> table = pd.DataFrame({name: middle + rng.normal(size=200) for name in "ab"})
    >>> found = fit(table, features={"a": "numeric", "b": "numeric"}, draws=20, rounds=6)
    >>> len(found.names), found.state
    (2, 'classes')
    """
    estimates.check(level=level, draws=draws, seed=seed, k=k, most=most, starts=starts, rounds=rounds, min_accounts=min_accounts)
    if k == 0 or starts == 0 or most == 0:
        raise DataError(worded("fit", "classes and starts are counted from 1, not", 0))
    if customers.empty or not features:
        needs = ["customers.customer_id", "persons.person_id"] if customers.empty else ["customers.segment", "persons.role"]
        return _without(unanswered(needs), "")
    people, known, coded = _prepared(customers, features, weight, cluster)
    if not known.any() or not coded.features:
        return _without(unanswered([f"customers.{name}" for name in features]), "")
    weights, (codes, ids) = people["cx_weight"].to_numpy(), pd.factorize(people["cx_cluster"])
    setting = Setting(prior=prior, diagonal=covariance == "diagonal")
    drawing = {"draws": draws, "seed": seed, "cluster": codes, "ids": np.asarray(ids, dtype=object)}
    options: Sampling = {"level": level, "cluster": "cx_cluster", "draws": draws, "seed": seed}
    if len(ids) < min_accounts:
        return _described(coded, weights, people, len(ids), min_accounts, level, drawing)
    tries = _searched(coded, weights, k, most, setting, starts, seed)
    best = next(each for each in tries if each.classes == k) if k else min(tries, key=lambda each: each.bic)
    summed, drawn = _drawn(coded, best.model, weights, setting, drawing)
    chance = posterior(coded, best.model)[0][:, 0]
    counts = np.bincount(chance.argmax(axis=1), minlength=best.classes)
    df = len(ids) - 1
    sized = shares(_names(best.model), summed, drawn, n=counts, df=df, level=level)
    table = profile(coded, _names(best.model), summed, drawn, df=df, level=level)
    evidence = evidence_rows(tries, len(people))
    checks = {"rounds": rounds, "starts": min(starts, 4), "seed": seed}
    state, judged = _judged(coded, weights, best, setting, drawing, checks)
    evidence = estimates.stack(judged, evidence)
    spoken = estimates.stack(told(sized, table), evidence)
    members = _members(people.drop(columns=["cx_weight", "cx_cluster"]), chance, _names(best.model))
    return Personas(table, members, evidence, spoken, state, coded, best.model, people, options)


def _prepared(
    customers: pd.DataFrame, features: Mapping[str, str], weight: str | None, cluster: str | None
) -> tuple[pd.DataFrame, np.ndarray, Coded]:
    """Leave out features that tell nobody apart and people of whom nothing is known; add weights, scaled to the effective number."""
    coded = code(customers, features)
    varied = {name: kind for name, kind in features.items() if len(customers[name].dropna().unique()) > 1}
    known = customers[list(varied)].notna().any(axis=1).to_numpy() if varied else np.zeros(len(customers), dtype=bool)
    weights = estimates.sampling.weights_of(customers, known, weight)
    known = known & (weights > 0)
    people = customers[known]
    weights = weights[known]
    effective = weights.sum() ** 2 / (weights**2).sum() if known.any() else 0.0
    own = pd.Series([f"only {row}" for row in range(len(people))], index=people.index, dtype="str")
    drawn = people[cluster].astype("str").fillna(own) if cluster else own
    people = people.assign(cx_weight=weights / max(weights.sum(), 1e-12) * effective, cx_cluster=drawn)
    return people, known, code(people, varied) if varied else coded.rows(known)


def _searched(coded: Coded, weights: np.ndarray, k: int | None, most: int, setting: Setting, starts: int, seed: int) -> list[Tried]:
    """Try one number of classes after the other; two in a row without a better BIC end the search."""
    tries: list[Tried] = []
    for classes in steps([1, k] if k and k > 1 else range(1, (k or most) + 1), "personas: numbers of classes"):
        rng = np.random.default_rng([seed, classes])
        tries.append(tried(coded, weights, classes, setting, starts=starts if classes > 1 else 1, rng=rng))
        place = int(np.argmin([each.bic for each in tries]))
        if not k and place + 2 < len(tries):
            break
    return tries


def _drawn(coded: Coded, model: Mixture, weights: np.ndarray, setting: Setting, drawing: Mapping[str, Any]) -> tuple[Summary, Summary]:
    """Sums of the solution, and of each draw's own one."""
    now = summary(coded, posterior(coded, model)[0], weights[:, None])
    side = max(1, SIDE_BY_SIDE // max(1, coded.size * model.classes))
    rough = Setting(setting.prior, setting.diagonal, 0.5, 40)
    parts = []
    for first in steps(range(0, drawing["draws"], side), "personas: draws"):
        count = min(side, drawing["draws"] - first)
        resampled = draw_weights(drawing["ids"], draws=count, seed=drawing["seed"], first=first)[drawing["cluster"]] * weights[:, None]
        moved = maximise(coded, model.repeated(count), resampled, rough) if model.classes > 1 else model.repeated(count)
        parts.append(summary(coded, posterior(coded, moved)[0], resampled))
    return now, _side_by_side(parts, now)


def _side_by_side(parts: Sequence[Summary], like: Summary) -> Summary:
    if not parts:
        return Summary(like.size[:0], like.top[:, :0], like.bottom[:, :0])
    size = np.concatenate([part.size for part in parts])
    return Summary(size, *(np.concatenate([getattr(part, name) for part in parts], axis=1) for name in ("top", "bottom")))


def _judged(
    coded: Coded, weights: np.ndarray, best: Tried, setting: Setting, drawing: Mapping[str, Any], checks: Mapping[str, int]
) -> tuple[str, pd.DataFrame]:
    """The verdict, the stability and what classes leave unexplained."""
    left = residuals(coded, best.model, weights)
    if best.classes == 1:
        return verdict(coded.size, 1, 0.0, np.array([]), np.array([]), left)
    rough = Setting(setting.prior, setting.diagonal, 0.5, 80)
    tries = {"starts": checks["starts"], "rounds": checks["rounds"], "seed": checks["seed"]}
    alike = stability(coded, weights, best.model, setting, cluster=drawing["cluster"], ids=drawing["ids"], **tries)
    gain, crowds = gains(coded, weights, best.classes, rough, **tries)
    return verdict(coded.size, best.classes, gain, crowds, alike, left)


def _described(
    coded: Coded, weights: np.ndarray, people: pd.DataFrame, count: int, least: int, level: float, drawing: Mapping[str, Any]
) -> Personas:
    """Everybody together: too few for classes."""
    chance = np.ones((coded.size, 1, 1))
    resampled = draw_weights(drawing["ids"], draws=drawing["draws"], seed=drawing["seed"])[drawing["cluster"]] * weights[:, None]
    now, drawn = summary(coded, chance, weights[:, None]), summary(coded, chance, resampled)
    table = profile(coded, ["all"], now, drawn, df=count - 1, level=level)
    state, evidence = verdict(coded.size, 0, np.nan, np.array([]), np.array([]), None, note=f"n < {least}")
    spoken = estimates.stack(told(None, table, lifts=False), evidence)
    return Personas(table, people.iloc[:0][[]].assign(persona="", probability=0.0), evidence, spoken, state)


def _without(rows: pd.DataFrame, state: str) -> Personas:
    nothing = pd.DataFrame({"persona": pd.Series(dtype="str"), "probability": pd.Series(dtype="float64")})
    return Personas(pd.DataFrame(), nothing, rows, rows, state)


def _names(model: Mixture) -> list[str]:
    return [f"p{number + 1}" for number in range(model.classes)]


def _members(people: pd.DataFrame, chance: np.ndarray, names: list[str]) -> pd.DataFrame:
    ids = people[[name for name in UNITS if name in people.columns]]
    best = chance.argmax(axis=1)
    said = pd.Series(np.array(names, dtype=object)[best], index=people.index, dtype="str")
    each = {name: chance[:, number] for number, name in enumerate(names)}
    return ids.assign(persona=said, probability=chance.max(axis=1), **each)
