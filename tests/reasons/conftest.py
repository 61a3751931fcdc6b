"""A small set of labelled texts, and a model of it, for the tests of the room."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.reasons import classify

TOPICS = {
    "billing": ["rechnung", "betrag", "mahnung", "zahlung", "konto", "gutschrift", "steuer", "überweisung"],
    "delivery": ["paket", "lieferung", "sendung", "spedition", "zustellung", "lkw", "abladen", "lieferschein"],
    "quote": ["angebot", "preis", "rabatt", "kondition", "kalkulation", "offerte", "staffel", "anfrage"],
    "repair": ["maschine", "defekt", "ersatzteil", "monteur", "störung", "motor", "ausfall", "reparatur"],
}
FILLING = [
    "bitte",
    "wir",
    "haben",
    "die",
    "der",
    "das",
    "mit",
    "und",
    "noch",
    "heute",
    "seit",
    "gestern",
    "leider",
    "immer",
    "nicht",
    "schon",
]


def written(count: int, seed: int) -> pd.DataFrame:
    """Texts of three filling words for each word of their topic; some also hold a word of another topic."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        topic = list(TOPICS)[number % len(TOPICS)]
        words = [*rng.choice(TOPICS[topic], 2), *rng.choice(FILLING, 5)]
        if rng.random() < 0.4:
            words += list(rng.choice(TOPICS[list(TOPICS)[rng.integers(len(TOPICS))]], 2))
        rng.shuffle(words)
        rows.append({"text": " ".join(words), "label": topic})
    return pd.DataFrame(rows, index=[f"k{number}" for number in range(count)])


@pytest.fixture(scope="session")
def labelled() -> pd.DataFrame:
    return written(240, seed=1)


@pytest.fixture(scope="session")
def fresh() -> pd.DataFrame:
    return written(400, seed=2)


@pytest.fixture(scope="session")
def model(labelled: pd.DataFrame) -> classify.ReasonModel:
    return classify.fit(labelled["text"], labelled["label"], draws=20, seed=1)
