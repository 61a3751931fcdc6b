"""A mixture of classes by expectation and maximisation, written as matrix products, for many starts side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from cxlib.customers.personas import numbers as block_of
from cxlib.customers.personas.coding import Coded
from cxlib.customers.personas.numbers import Block

__all__ = ["Mixture", "Setting", "free_parameters", "maximise", "posterior", "started"]

TINY = 1e-300
LARGE, PART = 20_000, 10_000  # beyond so many people a start first runs on a part of them


@dataclass(frozen=True)
class Setting:
    """How a mixture is estimated.

    Attributes
    ----------
    prior : float
        People that are added to each feature, spread over the classes by its overall shares; 0 is plain maximum likelihood.
    diagonal : bool
        Whether numbers are taken for independent within a class.
    tolerance : float
        Log-likelihood that further steps would still add, at most.
    steps : int
        Steps after which a start is given up.
    """

    prior: float = 1.0
    diagonal: bool = False
    tolerance: float = 1e-3
    steps: int = 2000


@dataclass(frozen=True, eq=False)
class Mixture:
    """Parameters of `starts` mixtures of `classes` classes each; components stand start by start.

    Attributes
    ----------
    starts, classes : int
    weight : array (starts, classes)
        Shares of the classes.
    levels : array (levels of all features, starts · classes)
        Logarithms of the shares of levels within a class.
    block : Block
    loglik : array (starts,)
    """

    starts: int
    classes: int
    weight: np.ndarray
    levels: np.ndarray
    block: Block
    loglik: np.ndarray

    def pick(self, chosen: np.ndarray) -> Mixture:
        """Return some of the starts."""
        chosen = np.atleast_1d(chosen)
        own = (chosen[:, None] * self.classes + np.arange(self.classes)).ravel()
        return Mixture(len(chosen), self.classes, self.weight[chosen], self.levels[:, own], self.block.pick(own), self.loglik[chosen])

    @property
    def best(self) -> Mixture:
        """The start with the highest likelihood."""
        return self.pick(np.array([int(np.argmax(self.loglik))]))

    def ordered(self) -> Mixture:
        """Return a single start with its classes from the largest to the smallest."""
        order = np.argsort(-self.weight[0], kind="stable")
        return replace(self, weight=self.weight[:, order], levels=self.levels[:, order], block=self.block.pick(order))

    def repeated(self, times: int) -> Mixture:
        """Return a single start several times side by side."""
        return self.pick(np.zeros(times, dtype=int))


def free_parameters(coded: Coded, classes: int, *, diagonal: bool = False) -> int:
    """Return the number of free parameters of a mixture.

    >>> import pandas as pd
    >>> from cxlib.customers.personas.coding import code
    >>> free_parameters(code(pd.DataFrame({"a": list("xyz"), "b": list("uvu")}), {"a": "nominal", "b": "nominal"}), 2)
    7
    """
    d = coded.numbers.shape[1]
    levels = sum(max(len(feature.levels) - 1, 0) for feature in coded.levelled)
    return classes - 1 + classes * (levels + d + (d if diagonal else d * (d + 1) // 2))


def log_density(coded: Coded, model: Mixture) -> np.ndarray:
    """Return the log density of each person's features in each component: array (people, starts · classes)."""
    found = np.asarray(coded.indicators @ model.levels) if coded.codes.shape[1] else np.zeros((coded.size, model.levels.shape[1]))
    for pattern in coded.patterns:
        density = pattern.moments @ block_of.density(model.block, pattern.columns)
        if len(pattern.people) == coded.size:
            found += density
        else:
            found[pattern.people] += density
    return found


def posterior(coded: Coded, model: Mixture) -> tuple[np.ndarray, np.ndarray]:
    """Return each person's probabilities of the classes, (people, starts, classes), and the log-likelihood, (people, starts)."""
    joint = log_density(coded, model)
    joint += np.log(np.maximum(model.weight, TINY)).ravel()
    joint = joint.reshape(coded.size, model.starts, model.classes)
    classes = [joint[:, :, number] for number in range(model.classes)]  # one after the other: numpy is slow along so short an axis
    top = reduce(np.maximum, classes[1:], classes[0].copy())
    for each in classes:
        each -= top
    np.exp(joint, out=joint)
    total = reduce(np.add, classes[1:], classes[0].copy())
    for each in classes:
        each /= total
    return joint, top + np.log(total)


def maximised(coded: Coded, model: Mixture, chance: np.ndarray, weight: np.ndarray, setting: Setting) -> Mixture:
    """Return the parameters that probabilities of classes make likeliest; `weight` is (people, 1 or starts)."""
    counted = chance.reshape(coded.size, -1) * (weight if weight.shape[1] == 1 else np.repeat(weight, model.classes, axis=1))
    size = counted.sum(axis=0).reshape(model.starts, model.classes)
    shares = (size + setting.prior / model.classes) / (size.sum(axis=1, keepdims=True) + setting.prior)
    levels = model.levels
    if coded.codes.shape[1]:
        levels = _levels(coded, np.asarray(coded.turned @ counted), model, setting.prior)
    block = model.block
    if coded.patterns:
        parts = []
        for pattern in coded.patterns:
            mine = counted if len(pattern.people) == coded.size else counted[pattern.people]
            parts.append(block_of.expected(model.block, pattern, pattern.moments.T @ mine))
        total, first, second = (sum(part[1:], part[0]) for part in zip(*parts, strict=True))
        block = block_of.estimated(total, first, second, prior=setting.prior, diagonal=setting.diagonal)
    return Mixture(model.starts, model.classes, shares, levels, block, model.loglik)


def _levels(coded: Coded, counts: np.ndarray, model: Mixture, prior: float) -> np.ndarray:
    """Logarithms of levels' shares; the prior spreads over levels by their overall shares."""
    ends = coded.offsets[:-1]
    if prior:
        overall = counts.reshape(len(counts), model.starts, model.classes).sum(axis=2)
        whole = np.add.reduceat(overall, ends, axis=0)
        margin = (overall + 1e-9) / (whole + 1e-9)[coded.owner]
        counts = counts + np.repeat(prior / model.classes * margin, model.classes, axis=1)
    total = np.add.reduceat(counts, ends, axis=0)
    found: np.ndarray = np.log(np.maximum(counts, TINY)) - np.log(np.maximum(total, TINY))[coded.owner]
    return found


def started(coded: Coded, classes: int, starts: int, weight: np.ndarray, rng: np.random.Generator) -> Mixture:
    """Return starts whose classes each lie halfway between everybody and one person drawn at random."""
    chance = weight / weight.sum()
    seeds = np.concatenate([rng.choice(coded.size, classes, replace=bool(classes > coded.size), p=chance) for _ in range(starts)])
    levels = np.zeros((int(coded.offsets[-1]), len(seeds)))
    if coded.codes.shape[1]:
        counts = np.asarray(coded.turned @ weight)
        margin = (counts + 0.5) / np.add.reduceat(counts + 0.5, coded.offsets[:-1])[coded.owner]
        own = coded.indicators[seeds].toarray().T
        answered = np.add.reduceat(own, coded.offsets[:-1], axis=0)[coded.owner] > 0
        levels = np.log(np.where(answered, 0.5 * margin[:, None] + 0.5 * own, margin[:, None]))
    d = coded.numbers.shape[1]
    mean = np.nan_to_num(coded.numbers[seeds])
    block = Block(mean, np.broadcast_to(0.7 * np.eye(d), (len(seeds), d, d)).copy())
    return Mixture(starts, classes, np.full((starts, classes), 1 / classes), levels, block, np.full(starts, -np.inf))


def maximise(coded: Coded, model: Mixture, weight: np.ndarray, setting: Setting) -> Mixture:
    """Go up the likelihood from each start until further steps would add less than the tolerance.

    Parameters
    ----------
    coded : Coded
    model : Mixture
    weight : array (people,) or (people, starts)
    setting : Setting
    """
    if coded.size > LARGE and weight.ndim == 1:
        part = np.random.default_rng(0).choice(coded.size, PART, replace=False)
        model = _climb(coded.rows(part), model, weight[part], setting)
    return _climb(coded, model, weight, setting)


def _climb(coded: Coded, model: Mixture, weight: np.ndarray, setting: Setting) -> Mixture:
    weights = weight[:, None] if weight.ndim == 1 else weight
    done: list[Mixture] = []
    places: list[np.ndarray] = []
    active, before = np.arange(model.starts), np.full(model.starts, -np.inf)
    gained = np.full(model.starts, np.inf)
    for step in range(setting.steps):
        mine = weights if weights.shape[1] == 1 else weights[:, active]
        chance, each = posterior(coded, model)
        loglik = (each * mine).sum(axis=0)
        with np.errstate(invalid="ignore"):
            gain = loglik - before
            pace = np.clip(gain / gained, 0.0, 0.999)
        still = np.abs(gain) * np.maximum(1.0, pace / (1 - pace)) > setting.tolerance if step > 1 else np.ones(len(active), dtype=bool)
        model = replace(model, loglik=loglik)
        if not still.all():
            done.append(model.pick(np.flatnonzero(~still)))
            places.append(active[~still])
            if not still.any():
                break
            model, chance = model.pick(np.flatnonzero(still)), chance[:, still]
            active, loglik, gain = active[still], loglik[still], gain[still]
            mine = mine if mine.shape[1] == 1 else mine[:, still]
        before, gained = loglik, gain
        model = maximised(coded, model, chance, mine, setting)
    else:
        done.append(model)
        places.append(active)
    return _joined(done).pick(np.argsort(np.concatenate(places)))


def _joined(models: list[Mixture]) -> Mixture:
    block = Block(np.concatenate([model.block.mean for model in models]), np.concatenate([model.block.cov for model in models]))
    weight, loglik = np.concatenate([model.weight for model in models]), np.concatenate([model.loglik for model in models])
    return Mixture(len(loglik), models[0].classes, weight, np.concatenate([model.levels for model in models], axis=1), block, loglik)
