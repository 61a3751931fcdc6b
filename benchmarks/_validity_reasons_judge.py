"""What the reasons' slice draws: contacts, and what a model says of them that leans to the reason before the right one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.reasons.classify import ReasonModel
from cxlib.reasons.classify.calibration import softmax, threshold

REASONS = tuple(f"r{number}" for number in range(8))
MIX = np.array([0.26, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05, 0.04])
MANY = 400_000  # texts from which a truth without a closed form is taken
TRAINED, PROMISED = 1200, 0.85  # texts that the model was trained on, and what its threshold promises
WRITES, LOYAL = 3.0, 0.5  # contacts a customer on average, and the share of them about what the customer writes about most
# how far a text's own reason stands out, and the one before it in the list; over how much noise; sharpness of the probabilities
CLEAR, LEANS, NOISE, SHARPNESS = 2.4, 1.4, 1.0, 1.6


def judged(reason: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return what a model with fixed weaknesses says of texts of these reasons, and how sure it is: it leans to the reason before."""
    alike = CLEAR * np.eye(8) + LEANS * np.eye(8, k=-1)
    chance = softmax(alike[reason] + NOISE * rng.normal(size=(len(reason), 8)), SHARPNESS)
    return chance.argmax(axis=1), chance.max(axis=1)


def mix_of(design: str) -> np.ndarray:
    """Return the shares of reasons among contacts; among training texts they are always MIX."""
    return {"shifted": MIX[::-1], "even": np.full(8, 1 / 8)}.get(design, MIX)


def contacts(design: str, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the reason and the customer of each contact."""
    if design != "clustered":
        return rng.choice(8, n, p=mix_of(design)), np.arange(n)
    customer = rng.integers(0, max(2, round(n / WRITES)), n)
    usual = rng.choice(8, customer.max() + 1, p=MIX)
    return np.where(rng.random(n) < LOYAL, usual[customer], rng.choice(8, n, p=MIX)), customer


def trained(rng: np.random.Generator, texts: int = TRAINED) -> ReasonModel:
    """Return a model that is known by its judgements of training texts alone."""
    label = rng.choice(8, texts, p=MIX)
    said, chance = judged(label, rng)
    cut = threshold(chance, said == label, np.ones(texts), promised=PROMISED, least=0.0)
    names, nothing = np.array(REASONS, dtype=object), pd.DataFrame()
    table = pd.DataFrame(
        {"label": names[label], "prediction": names[said], "probability": chance, "unassigned": chance < cut, "weight": 1.0}
    )
    table["group"] = [f"t{row}" for row in range(texts)]
    return ReasonModel(REASONS, None, 1.0, cut, 0.0, 1.0, nothing, table, nothing, nothing)  # type: ignore[arg-type]
