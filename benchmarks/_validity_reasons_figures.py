"""The other figures of page 03 in the reasons' slice: old codes, two coders, quality of the model, reasons at touchpoints.

- old codes: share of intervals of the reasons that a code hides, and of the information lost, that hold the truth; shares of 12 reasons
  within each of three codes are drawn anew for each sample; a figure that is not told is left out. In `clustered` customers write several
  times, mostly with one code about one reason.
- coders: the same of agreement and kappa, of two people who err independently.
- quality: the same of macro-F1, top-1, precision and recall of a model with fixed weaknesses, from texts held out.
- lift: the same of lifts where reasons do not depend on the touchpoint, and the share of pairs that stand out there: false alarms.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import Cell, alarmed, covered, generator, name_of
from _validity_reasons_judge import MANY, MIX, REASONS, judged

from cxlib.reasons.classify import ReasonModel
from cxlib.reasons.classify.described import described
from cxlib.reasons.quality import agreement, concentration, cross_walk
from cxlib.reasons.quality.gating import macro_f1

ROOM = "reasons"
SIZES = (300, 1000, 3000)
CODES, HIDDEN, EVEN = 3, 12, 2.0  # old codes, reasons, and how evenly a code spreads over them
WRITES, LOYAL = 3.0, 0.3  # contacts a customer, and the share of them that repeat the customer's first
ERRS = 0.2  # share of contacts on which a coder guesses
PLACES = 5


def entropy(share: np.ndarray) -> np.ndarray:
    return -(share * np.log2(share)).sum(axis=-1)


def old_codes(design: str, n: int, repetitions: int) -> list[Result]:
    hits: dict[str, list[list[float]]] = {"hidden_reasons": [], "information_lost": []}
    for number in range(repetitions):
        rng = generator("old codes", design, n, number)
        share = rng.dirichlet(np.full(HIDDEN, EVEN), CODES)
        code = rng.integers(0, CODES, n)
        reason = np.array([rng.choice(HIDDEN, p=share[each]) for each in code])
        customer = np.arange(n)
        if design == "clustered":
            customer = rng.integers(0, max(2, round(n / WRITES)), n)
            first = pd.Series(np.arange(n)).groupby(customer).transform("first").to_numpy()
            repeats = rng.random(n) < LOYAL
            code, reason = np.where(repeats, code[first], code), np.where(repeats, reason[first], reason)
        coded = pd.DataFrame({"reason_legacy": code.astype(str), "reason_id": reason.astype(str), "customer_id": customer.astype(str)})
        found = cross_walk(coded, cluster="customer_id", seed=number)
        truth = {"hidden_reasons": 2 ** entropy(share), "information_lost": entropy(share).mean() / entropy(share.mean(axis=0))}
        for metric, held in hits.items():
            row = found[found["metric"] == metric]
            hit = ((row["low"] <= truth[metric]) & (row["high"] >= truth[metric])).astype(float)
            held.append(hit.where(row["value"].notna()).to_list())
    return [covered(name_of("coverage", metric, design, n), np.array(held)) for metric, held in hits.items()]


def coders(design: str, n: int, repetitions: int) -> list[Result]:
    same = (1 - ERRS) ** 2 + (1 - (1 - ERRS) ** 2) * (MIX**2).sum()  # one of them guesses: right by chance
    truth = {"coder_agreement": same, "coder_kappa": (same - (MIX**2).sum()) / (1 - (MIX**2).sum())}
    hits: dict[str, list[bool]] = {metric: [] for metric in truth}
    for number in range(repetitions):
        rng = generator("coders", design, n, number)
        reason = rng.choice(8, n, p=MIX)
        said = [np.where(rng.random(n) < ERRS, rng.choice(8, n, p=MIX), reason) for _ in range(2)]
        found = agreement(pd.DataFrame({"reason_gold": said[0].astype(str), "reason_second": said[1].astype(str)})).set_index("metric")
        for metric, held in hits.items():
            held.append(bool(found.loc[metric, "low"] <= truth[metric] <= found.loc[metric, "high"]))
    return [covered(name_of("coverage", metric, design, n), np.array(held)) for metric, held in hits.items()]


def held_out(n: int, rng: np.random.Generator) -> pd.DataFrame:
    label = rng.choice(8, n, p=MIX)
    said, chance = judged(label, rng)
    names = np.array(REASONS, dtype=object)
    table = pd.DataFrame({"label": names[label], "prediction": names[said], "alternative_1": "none", "alternative_2": "none"})
    table = table.assign(probability=chance, unassigned=chance < 0.5, weight=1.0, group=[f"t{row}" for row in range(n)])
    return table.assign(language=pd.Series([None] * n, dtype="str"))


def true_quality() -> dict[str, np.ndarray]:
    """Return the figures of very many texts."""
    label = generator("truth of quality").choice(8, MANY, p=MIX)
    said, _ = judged(label, generator("judgements of quality"))
    counts = np.bincount(label * 8 + said, minlength=64).reshape(8, 8)
    right, labelled, named = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    told = {"macro_f1": (2 * right / (labelled + named)).mean(), "top_1": right.sum() / MANY}
    return {name: np.array([value]) for name, value in told.items()} | {
        "reason_precision": right / named,
        "reason_recall": right / labelled,
    }


def quality(design: str, n: int, repetitions: int) -> list[Result]:
    truth, nothing = true_quality(), pd.DataFrame()
    hits: dict[str, list[list[float]]] = {metric: [] for metric in truth}
    for number in range(repetitions):
        table = held_out(n, generator("quality", design, n, number))
        model = ReasonModel(REASONS, None, 1.0, 0.5, 0.0, 1.0, nothing, table, nothing, nothing)  # type: ignore[arg-type]
        _, figures = described(table, REASONS, min_n=5, level=0.95, draws=0, seed=number)
        told = pd.concat([figures, macro_f1(model, seed=number)], ignore_index=True)
        for metric, held in hits.items():
            row = told[told["metric"] == metric]
            hit = ((row["low"] <= truth[metric]) & (row["high"] >= truth[metric])).astype(float)
            held.append(hit.where(row["value"].notna()).to_list())
    return [covered(name_of("coverage", metric, design, n), np.array(held)) for metric, held in hits.items()]


def lift(design: str, n: int, repetitions: int) -> list[Result]:
    held: list[float] = []
    alarms: list[float] = []
    for number in range(repetitions):
        rng = generator("lift", design, n, number)
        told = pd.DataFrame(
            {"reason_id": np.array(REASONS)[rng.choice(8, n, p=MIX)], "touchpoint_id": rng.integers(0, PLACES, n).astype(str)}
        )
        found = concentration(told.assign(unassigned=False), seed=number)
        found = found[(found["metric"] == "lift") & found["value"].notna()]
        held.append(float(((found["low"] <= 1) & (found["high"] >= 1)).mean()))
        alarms.append(float((found["low"] > 1).mean()))
    return [
        covered(name_of("coverage", "lift", design, n), np.array(held)),
        alarmed(name_of("false alarms", "standing out", design, n), np.array(alarms), unit="share of pairs"),
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the cells of these figures; quick, the smallest size and few repetitions."""
    sizes, repetitions = (SIZES[:1], 10) if quick else (SIZES, 400)
    questions = [("old codes", old_codes, "plain"), ("old codes", old_codes, "clustered"), ("coders", coders, "plain")]
    questions += [("quality", quality, "plain"), ("lift", lift, "plain")]
    return [
        Cell(ROOM, name_of("coverage", name, design, n), repetitions, partial(of, design, n))
        for name, of, design in questions
        for n in sizes
    ]
