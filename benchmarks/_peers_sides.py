"""The sides of benchmarks/peers.py: each part makes its work ready and returns a call a side; the call takes whether it is a warm-up.

A call returns right answers by name; those that are costly to know come from the warm-up, and only where they are asked for.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Callable, Mapping
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

import _validity_drivers as worlds
import contacts
import drivers
import numpy as np
import pandas as pd
import personas
import reasons
from _peers_checks import of_checks

from cxlib.customers.personas.evidence import adjusted_rand
from cxlib.customers.personas.mixture import posterior

__all__ = ["NAMES", "OURS", "PARTS", "code_of", "reasons_there", "versions"]

OURS = "ours"
NAMES: Mapping[str, tuple[str, ...]] = {
    "drivers": (OURS, "pingouin", "brute force"),
    "personas": (OURS, "StepMix"),
    "reasons": (OURS, "words + logistic regression", "letters + calibrated SVM"),
    "log": (OURS, "pandas", "SQL in DuckDB"),
    "checks": (OURS, "pandas + pandera"),
}
VERSIONS = ("numpy", "pandas", "scikit-learn", "duckdb", "papermill", "nbconvert", "pandera", "pingouin", "stepmix")
GAPS: Mapping[str, Mapping[str, float]] = {"no gaps": {}, **worlds.WORLDS}
Call = Callable[[bool], Any]


def versions(day: str) -> str:
    """Word the day, the machine and the versions of all sides."""
    told = []
    for name in VERSIONS:
        try:
            told.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            told.append(f"{name} absent")
    return f"{day}; {platform.machine()}, {platform.system()}; Python {platform.python_version()}; {', '.join(told)}"


def code_of() -> str:
    """What kept results depend on: the code of the package and of the benchmarks."""
    import cxlib

    files = [*Path(cxlib.__file__).parent.rglob("*.py"), *Path(__file__).parent.glob("*.py")]
    return hashlib.blake2b(b"".join(path.read_bytes() for path in sorted(files)), digest_size=8).hexdigest()


def reasons_there() -> bool:
    """Tell whether the labelled texts are on this machine."""
    return (reasons.SHARED / "banking77.csv").is_file()


def of_drivers(_: Path, quick: bool, asked: bool) -> dict[str, Call]:
    """Shares of R² among twelve ratings; errors of the shares of ten in a world without gaps and in one with them."""
    answers, few = drivers.answers_of(8 if quick else 12), drivers.answers_of(4)

    def by_pingouin(table: np.ndarray) -> np.ndarray:
        import pingouin

        found = pingouin.linear_regression(pd.DataFrame(table[:, :-1]), table[:, -1], relimp=True, remove_na=True)
        return np.asarray(found["relimp_perc"])[-(table.shape[1] - 1) :] / 100

    ways = {OURS: drivers.shares, "pingouin": by_pingouin, "brute force": _brute_force}

    def call(name: str) -> Call:
        def run(warm: bool) -> dict[str, float]:
            ways[name](few if warm else answers)
            return _errors_of_shares(name == OURS, quick) if asked and warm else {}

        return run

    return {name: call(name) for name in ways}


def _brute_force(table: np.ndarray) -> np.ndarray:
    """Average gain in R² of each column over all subsets of the others, one regression a subset."""
    rows, size = table - table.mean(axis=0), table.shape[1] - 1
    y, explained = rows[:, -1], {(): 0.0}
    for count in range(1, size + 1):
        for chosen in combinations(range(size), count):
            some = rows[:, list(chosen)]
            left = y - some @ np.linalg.lstsq(some, y, rcond=None)[0]
            explained[chosen] = 1 - (left @ left) / (y @ y)
    gain = np.zeros(size)
    for chosen, value in explained.items():
        for item in chosen:
            gain[item] += (value - explained[tuple(other for other in chosen if other != item)]) / (size * comb(size - 1, len(chosen) - 1))
    return np.asarray(gain / gain.sum())


def _errors_of_shares(ours: bool, quick: bool) -> dict[str, float]:
    """Mean errors of shares in worlds whose truth is known; a peer drops every row with a gap, ours is told the four states.

    From whole rows all ways give the same shares (benchmarks/drivers.py holds that), so the quickest one tells those of the peers too.
    """
    told = {}
    worlds.POPULATION, repetitions = (100_000, 2) if quick else (worlds.POPULATION, 15)
    for world, gaps in GAPS.items():
        known, errors = worlds.truth(gaps.get("never", 0.0), worlds.MANY).share, []
        for number in range(repetitions):
            answers = worlds.answers_of(np.random.default_rng([7, number]), 2000, items=worlds.MANY, **gaps)
            if ours:
                errors.append(worlds._error_of_fit(answers, known))
                continue
            given = np.column_stack([np.where(answers.state == 0, answers.rating, np.nan), answers.outcome])
            errors.append(float(np.abs(drivers.shares(given[~np.isnan(given).any(axis=1)]) - known).mean()))
        told[f"error of a share, {world}"] = float(np.mean(errors))
    return told


def of_personas(_: Path, quick: bool, asked: bool) -> dict[str, Call]:
    """Four classes in 14 mixed features, of which a tenth is missing: one fit of ten starts, and the adjusted Rand index of the classes."""
    n, starts = (600, 2) if quick else (3000, 10)
    table, kinds, true, best = personas.sample(n, 4, 0.1, personas.generator("side by side"))
    limit = adjusted_rand(true, best)

    def ours(warm: bool) -> dict[str, float]:
        rows = slice(0, 200) if warm else slice(None)
        coded, model = personas.fitted(table.iloc[rows], kinds, 4, 1 if warm else starts, personas.generator("start"))
        got = posterior(coded, model)[0][:, 0].argmax(axis=1)
        return {"share of the best possible adjusted Rand index": adjusted_rand(true[rows], got) / limit}

    def stepmix(warm: bool) -> dict[str, float]:
        from stepmix.stepmix import StepMix
        from stepmix.utils import get_mixed_descriptor

        rows = slice(0, 200) if warm else slice(None)
        numbers = [name for name, kind in kinds.items() if kind == "numeric"]
        words = [name for name in kinds if name not in numbers and not name.startswith("count")]
        counts = [name for name in kinds if name.startswith("count")]
        ready = table.iloc[rows].assign(**{name: np.log1p(table[name].iloc[rows]) for name in counts})
        data, descriptor = get_mixed_descriptor(ready, categorical_nan=words, gaussian_diag_nan=[*counts, *numbers])
        model = StepMix(n_components=4, measurement=descriptor, n_init=1 if warm else starts, random_state=1, verbose=0, progress_bar=0)
        got = model.fit(data).predict(data)
        return {"share of the best possible adjusted Rand index": adjusted_rand(true[rows], np.asarray(got)) / limit}

    return {OURS: ours, "StepMix": stepmix}


def of_reasons(_: Path, quick: bool, asked: bool) -> dict[str, Call]:
    """BANKING77: fit and predict; accuracy and calibration on the published test part."""
    train, test = reasons.texts_of("banking77")
    train = train.sample(reasons.QUICK, random_state=0) if quick else train
    few = train.groupby("label").head(3)

    def scored(said: np.ndarray, probability: np.ndarray) -> dict[str, float]:
        right = said == test["label"].to_numpy()
        error = reasons.calibration_error(probability, right, np.ones(len(right)))
        return {"accuracy": float(right.mean()), "error of calibration": error}

    def ours(warm: bool) -> dict[str, float]:
        some = few if warm else train
        said = reasons.classify.fit(some["text"], some["label"]).predict(test["text"])
        return scored(said["reason_id"].to_numpy(), said["probability"].to_numpy())

    def piped(make: Callable[[], Any]) -> Call:
        def run(warm: bool) -> dict[str, float]:
            some = few if warm else train
            model = make().fit(some["text"], some["label"])
            chance = model.predict_proba(test["text"])
            return scored(model.classes_[chance.argmax(axis=1)], chance.max(axis=1))

        return run

    return {OURS: ours, NAMES["reasons"][1]: piped(_words), NAMES["reasons"][2]: piped(_letters)}


def _words() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    return make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LogisticRegression(C=10, max_iter=500))


def _letters() -> Any:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(make_union(words, letters), CalibratedClassifierCV(LinearSVC(), cv=3))


def of_log(folder: Path, quick: bool, asked: bool) -> dict[str, Call]:
    """Seven questions to a simulated log; how far the repeats by channel are from those of hand-written SQL."""
    import warnings

    from cxlib.intake.large import connect

    warnings.simplefilter("ignore")
    place = contacts.log_of(20_000 if quick else 1_000_000, Path(os.environ.get("CX_BENCH_LOG", folder)))
    connection = connect(memory="700MB")
    log = connection.read_parquet(str(place / "*.parquet"))
    connection.execute(f"CREATE VIEW whole AS SELECT * FROM read_parquet('{place}/*.parquet') WHERE {contacts.INBOUND}")
    connection.execute("CREATE VIEW few AS SELECT * FROM whole LIMIT 2000")
    tiny, calls = log.limit(2000), contacts.calls()

    def ours(warm: bool) -> dict[str, float]:
        told = {name: call(tiny if warm else log) for name, call in calls.items()}
        repeats = told["repeats"]
        found = repeats[repeats["metric"].eq("repeat_share")].set_index("channel")["value"]
        return {"distance of repeat shares from SQL": _apart(connection, found)}

    def sql(warm: bool) -> dict[str, float]:
        for text in contacts.SQL.values():
            connection.sql(text.replace("FROM log", f"FROM {'few' if warm else 'whole'}")).df()
        return {}

    def plain(warm: bool) -> dict[str, float]:
        table = tiny.df() if warm else pd.read_parquet(place, columns=[*contacts.READ, "direction"])
        contacts.pandas_answers(table[table["direction"].isna() | table["direction"].eq("inbound")])
        return {}

    return {OURS: ours, "pandas": plain, "SQL in DuckDB": sql}


def _apart(connection: Any, found: pd.Series) -> float:
    states = connection.sql(contacts.SQL["repeats"].replace("FROM log", "FROM whole")).df()
    told = states[states["state"].isin(("single", "again", "elsewhere"))]
    whole = told.groupby("channel")["weight"].sum()
    back = told[told["state"] != "single"].groupby("channel")["weight"].sum().reindex(whole.index).fillna(0.0)
    return float((back / whole - found.reindex(whole.index)).abs().max())


PARTS: Mapping[str, Callable[[Path, bool, bool], dict[str, Call]]] = {
    "drivers": of_drivers,
    "personas": of_personas,
    "reasons": of_reasons,
    "log": of_log,
    "checks": of_checks,
}
