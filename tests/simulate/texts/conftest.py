"""Concerns as the log makes them, in the demo client's proportions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from cxlib.simulate.reasons import NO_CONCERN, PERSONAS, reasons

SHARES = {
    "persona": dict(zip(PERSONAS, (0.27, 0.23, 0.17, 0.12, 0.13, 0.08), strict=True)),
    "channel": {"email": 0.55, "phone": 0.24, "chat": 0.07, "web_form": 0.06, "portal": 0.06, "fax": 0.01, "letter": 0.01},
    "language": {"de": 0.84, "en": 0.15, "nl": 0.005, "pl": 0.005},
}


def concerns_of(count: int, seed: int = 1, **fixed: str) -> pd.DataFrame:
    """Draw concerns; columns can be fixed to one value."""
    rng = np.random.default_rng(seed)
    table = reasons()
    weight = table["weight"] / table["weight"].sum()
    names = table["reason"] if "reason" in table else table.index.to_series()
    reason = rng.choice(names, count, p=weight)
    second = np.where((rng.random(count) < 0.22) & (reason != NO_CONCERN), rng.choice(names[names != NO_CONCERN], count), None)
    drawn = {name: rng.choice(list(shares), count, p=list(shares.values())) for name, shares in SHARES.items()}
    return pd.DataFrame({"reason": reason, "second": second, "second_first": rng.random(count) < 0.4, **drawn, **fixed})


@pytest.fixture(scope="session")
def concerns() -> Callable[..., pd.DataFrame]:
    return concerns_of


def vectors(texts: Sequence[str]) -> sparse.csr_matrix:
    """TF-IDF of character 3- to 5-grams, digits masked, hashed into 2^19 places; rows of length one."""
    size, rows, places = 2**19, [], []
    for row, text in enumerate(texts):
        codes = np.frombuffer(re.sub(r"\d+", "0", text.lower()).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
        for gram in range(3, min(6, len(codes) + 1)):
            hashed = np.zeros(len(codes) - gram + 1, dtype=np.uint64)
            for shift in range(gram):
                hashed = hashed * np.uint64(1000003) + codes[shift : len(codes) - gram + 1 + shift]
            places.append(((hashed * np.uint64(11400714819323198485)) >> np.uint64(45)).astype(np.int64))
            rows.append(np.full(len(hashed), row))
    row, place = np.concatenate(rows), np.concatenate(places)
    counts = sparse.csr_matrix((np.ones(len(row)), (row, place)), shape=(len(texts), size))
    counts.sum_duplicates()
    counts.data = 1 + np.log(counts.data)
    weight = np.log((1 + len(texts)) / (1 + np.bincount(counts.indices, minlength=size))) + 1
    weighted = counts @ sparse.diags(weight)
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / length) @ weighted)


@pytest.fixture(scope="session")
def style_samples(shared_data: Path) -> Path:
    """Texts that show the style and are not part of the project."""
    return shared_data.parent / "style_samples.csv"
