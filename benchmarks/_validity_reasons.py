"""The reasons' slice of the validity study: do corrected shares and accuracies of accepted texts hold what they promise?

- reason shares: share of intervals of corrected shares that hold the truth, over all reasons. Training texts and contacts are judged with
  the same confusions; in `plain` the mix of reasons is that of training, in `shifted` rare reasons have become common and common ones rare;
  in `clustered` customers write several times about what they wrote about before.
- avoidable share, failure demand: share of their intervals that hold the truth; reasons are avoidable or failures by turns, so that some
  of what is confused stays within a set and some leaves it.
- raw shares: the same of shares as predicted, uncorrected (told, not held to a goal).
- accepted: mean accuracy of what a threshold chosen on the training texts accepts among new ones, less what was promised; above −0.02.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SEED, Cell, covered, name_of
from _validity_reasons_figures import cells as other_cells
from _validity_reasons_judge import MIX, REASONS, judged

from cxlib.reasons.classify import ReasonModel
from cxlib.reasons.classify.calibration import threshold
from cxlib.reasons.quality import corrected_shares
from cxlib.reasons.value import avoidable

ROOM = "reasons"
SIZES, TRAINED = (100, 300, 1000), 1200  # contacts, and texts that the model was trained on
DESIGNS = ("plain", "shifted", "clustered")
WRITES, LOYAL = 3.0, 0.5  # contacts a customer on average, and the share of them about what the customer writes about most
PROMISED = 0.85
TAXONOMY = pd.DataFrame(
    {"reason_id": REASONS, "treatment": ["eliminate", "leverage"] * 4, "failure_demand": [True, True, False, False] * 2}
)


def mix_of(design: str) -> np.ndarray:
    """Return the shares of reasons among contacts; among training texts they are always MIX."""
    return MIX[::-1] if design == "shifted" else MIX


def contacts(design: str, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the reason and the customer of each contact."""
    if design != "clustered":
        return rng.choice(8, n, p=mix_of(design)), np.arange(n)
    customer = rng.integers(0, max(2, round(n / WRITES)), n)
    usual = rng.choice(8, customer.max() + 1, p=MIX)
    return np.where(rng.random(n) < LOYAL, usual[customer], rng.choice(8, n, p=MIX)), customer


def trained(rng: np.random.Generator) -> ReasonModel:
    """Return a model that is known by its judgements of training texts alone."""
    label = rng.choice(8, TRAINED, p=MIX)
    said, chance = judged(label, rng)
    cut = threshold(chance, said == label, np.ones(TRAINED), promised=PROMISED, least=0.0)
    names, nothing = np.array(REASONS, dtype=object), pd.DataFrame()
    table = pd.DataFrame(
        {"label": names[label], "prediction": names[said], "probability": chance, "unassigned": chance < cut, "weight": 1.0}
    )
    table["group"] = [f"t{row}" for row in range(TRAINED)]
    return ReasonModel(REASONS, None, 1.0, cut, 0.0, 1.0, nothing, table, nothing, nothing)  # type: ignore[arg-type]


def samples(question: str, design: str, n: int, repetitions: int) -> Iterator[np.random.Generator]:
    """Yield a random generator for each repetition."""
    for number in range(repetitions):
        yield np.random.default_rng([SEED, zlib.crc32(f"{question} {design} {n}".encode()), number])


def shares(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of reasons' shares that hold the truth, corrected and raw, and how far the figures lie off."""
    hits: dict[str, list[np.ndarray]] = {"reason_share": [], "reason_share_raw": []}
    apart: dict[str, list[np.ndarray]] = {"reason_share": [], "reason_share_raw": []}
    for number, rng in enumerate(samples("shares", design, n, repetitions)):
        model, (reason, customer) = trained(rng), contacts(design, n, rng)
        said, chance = judged(reason, rng)
        predicted = pd.DataFrame({"reason_id": np.array(REASONS)[said], "unassigned": chance < model.threshold})
        predicted["customer_id"] = [f"c{number}" for number in customer]
        found = corrected_shares(predicted, model, cluster="customer_id", seed=number)
        for metric, held in hits.items():
            rows = found[found["metric"] == metric]
            held.append(((rows["low"] <= mix_of(design)) & (rows["high"] >= mix_of(design))).to_numpy())
            apart[metric].append(rows["value"].to_numpy() - mix_of(design))
    raw = float(np.mean(hits["reason_share_raw"]))
    off = {metric: float(np.abs(np.mean(values, axis=0)).max()) for metric, values in apart.items()}
    note = f"; largest bias {off['reason_share']:.3f}; uncorrected {raw:.3f}, bias {off['reason_share_raw']:.3f}"
    return [covered(name_of("coverage", "reason share", design, n), np.array(hits["reason_share"]), note=note)]


def summed(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of the avoidable share and of failure demand that hold the truth, and how far the figures lie off."""
    truth = {
        "avoidable_share": float(mix_of(design)[TAXONOMY["treatment"].eq("eliminate")].sum()),
        "failure_share": float(mix_of(design)[TAXONOMY["failure_demand"]].sum()),
    }
    hits: dict[str, list[bool]] = {metric: [] for metric in truth}
    apart: dict[str, list[float]] = {metric: [] for metric in truth}
    for number, rng in enumerate(samples("summed", design, n, repetitions)):
        model, (reason, customer) = trained(rng), contacts(design, n, rng)
        said, chance = judged(reason, rng)
        predicted = pd.DataFrame({"reason_id": np.array(REASONS)[said], "unassigned": chance < model.threshold})
        predicted["customer_id"] = [f"c{number}" for number in customer]
        shares = corrected_shares(predicted, model, cluster="customer_id", seed=number, draws=200)
        found = avoidable(shares, TAXONOMY).set_index("metric")
        for metric, true in truth.items():
            hits[metric].append(bool(found.loc[metric, "low"] <= true <= found.loc[metric, "high"]))
            apart[metric].append(float(found.loc[metric, "value"] - true))
    figures = {"avoidable_share": "avoidable share", "failure_share": "failure demand"}
    return [
        covered(name_of("coverage", figure, design, n), np.array(hits[metric]), note=f"; bias {np.mean(apart[metric]):+.3f}")
        for metric, figure in figures.items()
    ]


def accepted(design: str, n: int, repetitions: int) -> list[Result]:
    """Mean accuracy of accepted new texts less the promise that the threshold was chosen to keep."""
    over = []
    for rng in samples("accepted", design, n, repetitions):
        model, (reason, _) = trained(rng), contacts(design, 5000, rng)
        said, chance = judged(reason, rng)
        over.append((said == reason)[chance >= model.threshold].mean() - PROMISED)
    value, error = float(np.mean(over)), 2.576 * float(np.std(over)) / np.sqrt(len(over))
    note = f"99 % {value - error:.3f} to {value + error:.3f}; {repetitions} repetitions of {TRAINED} training texts"
    return [
        Result(
            name_of("accepted", "accuracy − promised", design, n), value, "difference", "−0.02–0.02", bool(abs(value) <= 0.02 + error), note
        )
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 10) if quick else (SIZES, 400)
    told = [
        Cell(ROOM, name_of("coverage", "reason share", design, n), repetitions, partial(shares, design, n))
        for design in DESIGNS
        for n in sizes
    ]
    sums = [
        Cell(ROOM, name_of("coverage", "avoidable share, failure demand", design, n), repetitions, partial(summed, design, n))
        for design in DESIGNS
        for n in sizes
    ]
    return [
        *told,
        *sums,
        *other_cells(quick),
        Cell(ROOM, name_of("accepted", "accuracy − promised", "plain", TRAINED), repetitions, partial(accepted, "plain", TRAINED)),
    ]
