"""Answers of a small survey, laid out as the contract lays them out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cxlib.tables import STATES

NOT_USED, NO_ANSWER, NOT_ASKED = (STATES.index(state) for state in ("not_used", "no_answer", "not_asked"))


def laid_out(rating, outcome, state=None, names=None, scale=(1.0, 5.0), **people):
    """Return *responses* of an array (n, items) of ratings and its states."""
    rating = np.asarray(rating, dtype=float)
    size, width = rating.shape
    names = names or [f"q{number}" for number in range(width)]
    state = np.zeros((size, width), dtype=int) if state is None else state
    every = np.column_stack([state, np.where(np.isnan(outcome), NO_ANSWER, 0)]).astype(int).ravel()
    ids = np.repeat([f"r{row}" for row in range(size)], width + 1)
    value = np.column_stack([rating, outcome]).ravel()
    columns = {
        "response_id": ids,
        "respondent_id": ids,
        "item_id": np.tile([*names, "overall"], size),
        "item_type": np.tile(["actual"] * width + ["overall"], size),
        "value": np.where(every == 0, value, np.nan),
        "state": np.array(STATES, dtype=object)[every],
        "weight": 1.0,
        "scale_low": np.tile([scale[0]] * width + [np.nan], size),
        "scale_high": np.tile([scale[1]] * width + [np.nan], size),
    }
    return pd.DataFrame(columns | {name: np.repeat(np.asarray(values, dtype=object), width + 1) for name, values in people.items()}).astype(
        {"weight": float}
    )


def drawn(seed, size, items=5, never=0.0, no_answer=0.0, not_asked=0.0, effects=None):
    """Draw ratings that share a mood, their states, and an outcome that follows those of what was used."""
    rng = np.random.default_rng(seed)
    effects = np.linspace(1, 0, items) if effects is None else np.asarray(effects)
    felt = 0.6 * rng.normal(size=(size, 1)) + 0.8 * rng.normal(size=(size, items))
    rating = np.clip(np.rint(3.4 + 1.1 * felt), 1, 5)
    used = rng.random((size, items)) >= never
    outcome = (used * (rating - 3.4)) @ effects + 1.5 * rng.normal(size=size)
    state = np.where(used, 0, NOT_USED)
    state = np.where(used & (rng.random((size, items)) < no_answer), NO_ANSWER, state)
    state = np.where(rng.random((size, items)) < not_asked, NOT_ASKED, state)
    return rating, outcome, state


@pytest.fixture(scope="session")
def lay_out() -> Callable[..., pd.DataFrame]:
    return laid_out


@pytest.fixture(scope="session")
def draw() -> Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]:
    return drawn


@pytest.fixture(scope="session")
def sixty() -> pd.DataFrame:
    """Sixty answers made by arithmetic, so that R makes the same ones: A is never used by some, weighted, in twelve clusters.

    In R 4.2:

        i <- 1:60
        a <- (i*37) %% 5 + 1; b <- (a + (i*11) %% 4) %% 5 + 1; d <- (i*i*13) %% 7 + 1; u <- as.integer((i*17) %% 10 >= 3)
        y <- 2*u*a + b + (i*29) %% 11; w <- 1 + (i*7) %% 4; cl <- i %% 12; yes <- as.integer(y > 13)
    """
    i = np.arange(1, 61)
    a, d, used = i * 37 % 5 + 1, i * i * 13 % 7 + 1, i * 17 % 10 >= 3
    b = (a + i * 11 % 4) % 5 + 1
    state = np.column_stack([np.where(used, 0, NOT_USED), np.zeros((60, 2))])
    weight = 1.0 + i * 7 % 4
    return laid_out(
        np.column_stack([a, b, d]),
        2 * used * a + b + i * 29 % 11,
        state,
        names=["A", "B", "D"],
        scale=(1.0, 7.0),
        weight=weight,
        cluster_id=[f"c{number}" for number in i % 12],
    )


@pytest.fixture(scope="session")
def airport(shared_data) -> pd.DataFrame:
    """The airport survey: 16 ratings, 6 never used, 0 no answer, and recommendation 0 to 10, 11 blank."""
    items = "Q14PASSTHRU Q14FIND Q10SAFE Q9BOARDING Q7FOOD Q7SCREENS Q7SIGN Q9RESTROOM Q7WALKWAYS Q7ART Q7STORE Q7ROADS Q7AIRTRAIN Q7INFODOWN Q7WIFI Q7PARK"
    raw = pd.read_csv(shared_data / "sfo2017.csv", dtype=str, keep_default_na=False)
    long = raw.melt(["RESPNUM", "WEIGHT", "RUNID"], [*items.split(), "NETPRO"], var_name="item_id")
    code, recommend = pd.to_numeric(long["value"], errors="coerce"), long["item_id"].eq("NETPRO")
    given = np.where(recommend, code <= 10, code.between(1, 5))
    return pd.DataFrame(
        {
            "response_id": long["RESPNUM"],
            "respondent_id": long["RESPNUM"],
            "cluster_id": long["RUNID"],
            "item_id": long["item_id"],
            "item_type": np.where(recommend, "nps", "actual"),
            "state": np.where(given, "answered", np.where(~recommend & (code == 6), "not_used", "no_answer")),
            "value": code.where(given),
            "weight": long["WEIGHT"].astype(float),
        }
    )
