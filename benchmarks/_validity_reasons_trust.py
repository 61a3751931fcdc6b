"""How far a model's probabilities carry, in the reasons' slice: by step, by bin, at the threshold, and the error of calibration.

- steps: share of intervals of the share accepted from a probability on, and of how much of it is right, that hold the truth; a step that
  no text reaches tells nothing.
- threshold: the same at the probability that is chosen from the same texts so that 85 % are right.
- bins: the same of the probability stated and the accuracy reached, bin by bin.
- gate: share of models whose probabilities are true and which the gate fails by their calibration error: false alarms; and how far
  the error told lies from the truth where probabilities are too low.

In `clustered` customers write several times, mostly about one thing, and their texts are drawn together.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import Cell, alarmed, covered, generator, name_of
from _validity_reasons_judge import MANY, MIX, PROMISED, REASONS, contacts, judged

from cxlib.reasons.classify import ReasonModel
from cxlib.reasons.classify.calibration import calibration_error, threshold
from cxlib.reasons.quality import calibration, selective
from cxlib.reasons.quality.gating import THRESHOLDS
from cxlib.reasons.quality.trust import STEPS, chance_error, expected_error

ROOM = "reasons"
SIZES = (100, 300, 1000)
MANY_SIZES = (300, 1000, 3000)
BINS = 10
EXACT = 1e-9  # where all are accepted the interval ends at 1, give or take the last digit


def known(chance: np.ndarray, right: np.ndarray, group: np.ndarray, cut: float = 0.0) -> ReasonModel:
    """Return a model that is known by these judgements alone."""
    table, nothing = pd.DataFrame({"label": "a", "prediction": np.where(right, "a", "b"), "probability": chance}), pd.DataFrame()
    table = table.assign(weight=1.0, group=group.astype(str), unassigned=chance < cut)
    return ReasonModel(REASONS, None, 1.0, cut, 0.0, 1.0, nothing, table, nothing, nothing)  # type: ignore[arg-type]


@cache
def truth() -> tuple[np.ndarray, np.ndarray]:
    """Return how sure the model is of very many texts, and whether it is right."""
    label = generator("truth of trust").choice(8, MANY, p=MIX)
    said, chance = judged(label, generator("judgements of trust"))
    return chance, said == label


def met(rows: pd.DataFrame, true: Sequence[float]) -> list[float]:
    """Return whether each row's interval holds the truth; missing where nothing is told."""
    held = np.array(true)
    hit = ((rows["low"] <= held + EXACT) & (rows["high"] >= held - EXACT)).astype(float)
    return hit.where(rows["value"].notna()).to_list()


def at(cut: float) -> dict[str, float]:
    """Return the true share accepted from a probability on, and how much of it is right."""
    chance, right = truth()
    kept = chance >= cut
    return {"coverage": float(kept.mean()), "selective_accuracy": float(right[kept].mean())}


def steps(design: str, n: int, repetitions: int) -> list[Result]:
    names = {"coverage": "share accepted", "selective_accuracy": "right where accepted"}
    true = {metric: [at(step)[metric] for step in STEPS] for metric in names}
    hits: dict[str, list[list[float]]] = {metric: [] for metric in names}
    chosen: dict[str, list[float]] = {metric: [] for metric in names}
    for number in range(repetitions):
        rng = generator("steps", design, n, number)
        label, customer = contacts(design, n, rng)
        said, chance = judged(label, rng)
        found = selective(known(chance, said == label, customer), steps=STEPS)
        for metric, held in hits.items():
            held.append(met(found[found["metric"].eq(metric)], true[metric]))
        cut = threshold(chance, said == label, np.ones(n), promised=PROMISED, least=0.0)
        found = selective(known(chance, said == label, customer, cut), steps=[cut])
        for metric, told in chosen.items():
            told += met(found[found["metric"].eq(metric)], [at(cut)[metric]])
    return [
        *(covered(name_of("coverage", f"{names[metric]}, by step", design, n), np.array(held)) for metric, held in hits.items()),
        *(covered(name_of("coverage", f"{names[metric]}, at the threshold", design, n), np.array(held)) for metric, held in chosen.items()),
    ]


def bins(design: str, n: int, repetitions: int) -> list[Result]:
    chance, right = truth()
    place = np.clip((chance * BINS).astype(int), 0, BINS - 1)
    size = np.bincount(place, minlength=BINS)
    with np.errstate(invalid="ignore"):
        true = {"stated_probability": np.bincount(place, chance, BINS) / size, "reached_accuracy": np.bincount(place, right, BINS) / size}
    names = [f"{number / BINS:.2g}–{(number + 1) / BINS:.2g}" for number in range(BINS)]
    hits: dict[str, list[list[float]]] = {metric: [] for metric in true}
    for number in range(repetitions):
        rng = generator("bins", design, n, number)
        label, customer = contacts(design, n, rng)
        said, sure = judged(label, rng)
        found = calibration(known(sure, said == label, customer), bins=BINS)
        for metric, held in hits.items():
            rows = found[found["metric"].eq(metric) & found["n"].gt(1)].set_index("sureness").reindex(names)
            held.append(met(rows, list(true[metric])))
    words = {"stated_probability": "probability stated, by bin", "reached_accuracy": "accuracy reached, by bin"}
    return [covered(name_of("coverage", words[metric], design, n), np.array(held)) for metric, held in hits.items()]


def gate(design: str, n: int, repetitions: int) -> list[Result]:
    alarms, over = [], []
    true = calibration_error(*truth(), np.ones(MANY))
    for number in range(repetitions):
        rng = generator("gate", design, n, number)
        label = rng.choice(8, n, p=MIX)
        said, chance = judged(label, rng)
        honest = rng.random(n) < chance  # right as often as said
        model = known(chance, honest, np.arange(n))
        missed = expected_error(model)["value"].item()
        alarms.append(missed > THRESHOLDS["ece"] and missed > chance_error(model, seed=number))
        over.append(expected_error(known(chance, said == label, np.arange(n)))["value"].item() - true)
    value, error = float(np.mean(over)), 2.576 * float(np.std(over)) / np.sqrt(len(over))
    note = f"99 % {value - error:.3f} to {value + error:.3f}; the truth is {true:.3f}; {repetitions} repetitions"
    name = name_of("recovery", "calibration error − truth", design, n)
    return [
        alarmed(name_of("false alarms", "gate, calibration error", design, n), np.array(alarms)),
        Result(name, value, "difference", "−0.02–0.02", bool(abs(value) <= 0.02 + error), note),
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the cells of these figures; quick, the smallest size and few repetitions."""
    sizes, many, repetitions = (SIZES[:1], MANY_SIZES[:1], 10) if quick else (SIZES, MANY_SIZES, 400)
    asked = [("steps", steps, design, n) for design in ("plain", "clustered") for n in sizes]
    asked += [("bins", bins, design, n) for design in ("plain", "clustered") for n in many]
    asked += [("gate", gate, "plain", n) for n in sorted({*sizes[:1], *many})]
    return [Cell(ROOM, name_of("coverage", name, design, n), repetitions, partial(of, design, n)) for name, of, design, n in asked]
