"""The reasons' slice of the validity study: do corrected shares and accuracies of accepted texts hold what they promise?

- reason shares: share of intervals of corrected shares that hold the truth, over all reasons. Training texts and contacts are judged with
  the same confusions; in `plain` the mix of reasons is that of training, in `shifted` rare reasons have become common and common ones rare;
  in `clustered` customers write several times about what they wrote about before.
- sums of shares: the same of what is summed up from them: avoidable share, failure demand, shares by cause, how much of each cause is
  avoidable and how many of the failures it has, and the three most common reasons, where the truth is what those make up that were named;
  in `even` all reasons are equally common, so that chance alone says which three come first. Reasons are avoidable or failures by turns,
  so that some of what is confused stays within a set and some leaves it.
- raw shares: the same of shares as predicted, uncorrected (told, not held to a goal).
- accepted: mean accuracy of what a threshold chosen on n training texts accepts among new ones, less what was promised; above −0.02, and
  not more than 0.02 above it where the training texts are many.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache, partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SEED, Cell, covered, generator, name_of
from _validity_reasons_figures import cells as other_cells
from _validity_reasons_judge import MANY, PROMISED, REASONS, TRAINED, contacts, judged, mix_of, trained
from _validity_reasons_topics import cells as topic_cells
from _validity_reasons_trust import cells as trust_cells

from cxlib.reasons.quality import corrected_shares, leading
from cxlib.reasons.value import avoidable, causes
from cxlib.reasons.value.causes import INFORMATION

ROOM = "reasons"
SIZES = (100, 300, 1000)  # contacts
DESIGNS = ("plain", "shifted", "clustered")
CAUSES = ["information_gap", "product", "missing_self_service", "information_gap", "process", "missing_self_service", "product", "process"]
TAXONOMY = pd.DataFrame(
    {"reason_id": REASONS, "treatment": ["eliminate", "leverage"] * 4, "failure_demand": [True, True, False, False] * 2}
).assign(root_cause=CAUSES)
FIGURES = {
    "avoidable_share": "avoidable share",
    "failure_share": "failure demand",
    "claimed_share": "causes claimed",
    "cause_share": "shares by cause",
    "cause_avoidable_share": "avoidable by cause",
    "cause_failure_share": "failures by cause",
    "leading_share": "leading three",
}


def samples(question: str, design: str, n: int, repetitions: int) -> Iterator[np.random.Generator]:
    """Yield a random generator for each repetition."""
    for number in range(repetitions):
        yield np.random.default_rng([SEED, zlib.crc32(f"{question} {design} {n}".encode()), number])


@cache
def sureness(design: str) -> np.ndarray:
    """Return how sure the model is of very many contacts, ascending."""
    reason = generator("sureness", design).choice(8, MANY, p=mix_of(design))
    return np.sort(judged(reason, generator("sureness", design, "said"))[1])


def shares(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of reasons' shares that hold the truth, corrected and raw, and how far the figures lie off."""
    hits: dict[str, list[np.ndarray]] = {"reason_share": [], "reason_share_raw": []}
    apart: dict[str, list[np.ndarray]] = {"reason_share": [], "reason_share_raw": []}
    open_ones: list[bool] = []
    sure = sureness(design)
    for number, rng in enumerate(samples("shares", design, n, repetitions)):
        model, (reason, customer) = trained(rng), contacts(design, n, rng)
        said, chance = judged(reason, rng)
        predicted = pd.DataFrame({"reason_id": np.array(REASONS)[said], "unassigned": chance < model.threshold})
        predicted["customer_id"] = [f"c{number}" for number in customer]
        found = corrected_shares(predicted, model, cluster="customer_id", seed=number)
        row = found[found["metric"].eq("unassigned_share")].iloc[0]
        open_ones.append(bool(row["low"] <= np.searchsorted(sure, model.threshold) / len(sure) <= row["high"]))
        for metric, held in hits.items():
            rows = found[found["metric"] == metric]
            held.append(((rows["low"] <= mix_of(design)) & (rows["high"] >= mix_of(design))).to_numpy())
            apart[metric].append(rows["value"].to_numpy() - mix_of(design))
    raw = float(np.mean(hits["reason_share_raw"]))
    off = {metric: float(np.abs(np.mean(values, axis=0)).max()) for metric, values in apart.items()}
    note = f"; largest bias {off['reason_share']:.3f}; uncorrected {raw:.3f}, bias {off['reason_share_raw']:.3f}"
    return [
        covered(name_of("coverage", "reason share", design, n), np.array(hits["reason_share"]), note=note),
        covered(name_of("coverage", "unassigned share", design, n), np.array(open_ones)),
    ]


def truths(design: str) -> dict[str, pd.Series]:
    """Return what sums of shares are to hold: metric → group, "" where there is none → truth."""
    told = TAXONOMY.assign(share=mix_of(design))
    gone, failed, cause = told["treatment"].eq("eliminate"), told["failure_demand"], told["root_cause"]
    whole, by_cause = (
        {"avoidable_share": gone, "failure_share": failed, "claimed_share": cause.isin(INFORMATION)},
        told.groupby("root_cause"),
    )
    sums = {name: pd.Series({"": told.loc[of, "share"].sum()}) for name, of in whole.items()}
    within = {"cause_avoidable_share": told["share"].where(gone, 0.0), "cause_failure_share": told["share"].where(failed, 0.0)}
    held = {name: of.groupby(cause).sum() for name, of in within.items()}
    share = by_cause["share"].sum()
    return sums | {
        "cause_share": share,
        "cause_avoidable_share": held["cause_avoidable_share"] / share,
        "cause_failure_share": held["cause_failure_share"] / told.loc[failed, "share"].sum(),
    }


def summed(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of what is summed up from shares that hold the truth, and how far the figures lie off."""
    truth, mix = truths(design), pd.Series(mix_of(design), index=REASONS)
    hits: dict[str, list[np.ndarray]] = {metric: [] for metric in (*truth, "leading_share")}
    apart: dict[str, list[np.ndarray]] = {metric: [] for metric in hits}
    for number, rng in enumerate(samples("summed", design, n, repetitions)):
        model, (reason, customer) = trained(rng), contacts(design, n, rng)
        said, chance = judged(reason, rng)
        predicted = pd.DataFrame({"reason_id": np.array(REASONS)[said], "unassigned": chance < model.threshold})
        predicted["customer_id"] = [f"c{number}" for number in customer]
        shares = corrected_shares(predicted, model, cluster="customer_id", seed=number, draws=200)
        first = shares[shares["metric"].eq("reason_share")].nlargest(3, "value")["reason_id"]
        told = pd.concat([avoidable(shares, TAXONOMY), causes(shares, TAXONOMY), leading(shares)], ignore_index=True)
        for metric, true in (truth | {"leading_share": pd.Series({"": mix[first].sum()})}).items():
            rows = told[told["metric"].eq(metric)]
            held = rows.set_axis(rows["root_cause"] if metric.startswith("cause_") else [""]).reindex(true.index)
            hits[metric].append(((held["low"] <= true) & (held["high"] >= true)).to_numpy())
            apart[metric].append((held["value"] - true).to_numpy())
    bias = {metric: np.mean(values, axis=0) for metric, values in apart.items()}
    return [
        covered(name_of("coverage", FIGURES[metric], design, n), np.array(held), note=f"; largest bias {np.abs(bias[metric]).max():.3f}")
        for metric, held in hits.items()
    ]


def accepted(design: str, n: int, repetitions: int) -> list[Result]:
    """Mean accuracy of accepted new texts less the promise that the threshold was chosen to keep on n training texts."""
    over, named = [], []
    for rng in samples("accepted", design, n, repetitions):
        model, (reason, _) = trained(rng, n), contacts(design, 5000, rng)
        said, chance = judged(reason, rng)
        over.append((said == reason)[chance >= model.threshold].mean() - PROMISED)
        named.append((chance >= model.threshold).mean())
    value, error = float(np.mean(over)), 2.576 * float(np.std(over)) / np.sqrt(len(over))
    note = f"99 % {value - error:.3f} to {value + error:.3f}; {repetitions} repetitions; named {np.mean(named):.3f}"
    goal, most = ("−0.02–0.02", 0.02) if n >= TRAINED else ("≥ −0.02", np.inf)
    holds = bool(-0.02 - error <= value <= most + error)
    return [Result(name_of("accepted", "accuracy − promised", design, n), value, "difference", goal, holds, note)]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 10) if quick else (SIZES, 400)
    told = [
        Cell(ROOM, name_of("coverage", "reason share", design, n), repetitions, partial(shares, design, n))
        for design in DESIGNS
        for n in sizes
    ]
    sums = [
        Cell(ROOM, name_of("coverage", "sums of shares", design, n), repetitions, partial(summed, design, n))
        for design in (*DESIGNS, "even")
        for n in sizes
    ]
    return [
        *told,
        *sums,
        *other_cells(quick),
        *trust_cells(quick),
        *topic_cells(quick),
        *(
            Cell(ROOM, name_of("accepted", "accuracy − promised", "plain", n), repetitions, partial(accepted, "plain", n))
            for n in ((TRAINED,) if quick else (50, 100, 300, TRAINED))
        ),
    ]
