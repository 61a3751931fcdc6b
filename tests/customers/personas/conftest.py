"""Samples whose truth is known: classes in mixed features, crowds without gaps, and what R says of small tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def answers(rows: int = 90, seed: int = 3) -> pd.DataFrame:
    """Return four questions with two or three answers, from two classes, some of them missing; R got the same table as a CSV file."""
    rng = np.random.default_rng(seed)
    kind = rng.random(rows) < 0.4
    table = {}
    for name, likely, levels in (("a", 0.9, 2), ("b", 0.8, 2), ("c", 0.75, 2), ("d", 0.7, 3)):
        own = rng.random(rows) < np.where(kind, likely, 1 - likely)
        table[name] = np.where(own, 0, rng.integers(1, levels, rows) if levels > 2 else 1)
    frame = pd.DataFrame(table).astype("float64")
    return frame.mask(rng.random(frame.shape) < 0.08)


def clouds(rows: int = 120, seed: int = 5) -> pd.DataFrame:
    """Return two numbers from two clouds that overlap, each with a slant of its own; R got the same table."""
    rng = np.random.default_rng(seed)
    kind = rng.random(rows) < 0.35
    x = np.where(kind, 2.5, 0.0) + rng.normal(size=rows)
    y = np.where(kind, -0.8, 0.9) * (x - np.where(kind, 2.5, 0.0)) + np.where(kind, 3.0, 0.0) + 0.6 * rng.normal(size=rows)
    return pd.DataFrame({"x": x, "y": y}).round(6)


@pytest.fixture(scope="session")
def two_kinds():
    """600 people of two clear kinds in accounts of three, with mixed features and every tenth value missing."""
    return mixed(600, seed=1)


def mixed(rows: int, *, seed: int, missing: float = 0.1) -> pd.DataFrame:
    """Return people of two kinds: 40 % writers, 60 % callers."""
    rng = np.random.default_rng(seed)
    writer = rng.random(rows) < 0.4
    table = pd.DataFrame(
        {
            "channel": np.where(rng.random(rows) < np.where(writer, 0.9, 0.15), "email", "phone"),
            "segment": np.where(rng.random(rows) < np.where(writer, 0.7, 0.2), "oem", rng.choice(["farming", "workshop"], rows)),
            "matters": np.clip(np.rint(np.where(writer, 4.3, 2.4) + rng.normal(0, 0.9, rows)), 1, 5),
            "contacts": rng.poisson(np.where(writer, 1.5, 6.0)).astype("float64"),
            "hour": np.where(writer, 10.5, 7.5) + rng.normal(0, 1.0, rows),
            "revenue": np.where(writer, 3.0, 2.0) + rng.normal(0, 0.7, rows),
        }
    )
    table = table.mask(rng.random(table.shape) < missing)
    table["kind"] = np.where(writer, "writer", "caller")
    table["customer_id"] = [f"c{row:05d}" for row in range(rows)]
    table["account_id"] = [f"a{row // 3:05d}" for row in range(rows)]
    return table


PEOPLE = pd.DataFrame(
    {
        "person_id": ["x", "y", "z", "v", None],
        "customer_id": ["1", "1", "2", "2", "3"],
        "channel": ["phone", "email", "email", None, "phone"],
        "hour": [7.0, 10.0, 7.0, None, None],
        "role": ["user", "buyer", "buyer", "user", "user"],
    }
)
RULES = {"caller": {"channel": ["phone"], "hour": {"high": 8}, "role": ["user"]}, "writer": {"channel": ["email"], "role": ("buyer",)}}
FEATURES = {"channel": "nominal", "segment": "nominal", "matters": "ordinal", "contacts": "count", "hour": "numeric", "revenue": "numeric"}


def one_crowd(rows: int, *, seed: int) -> pd.DataFrame:
    """Return people without kinds: two traits that run through six features, cut, counted and bent."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=(rows, 2)) @ rng.uniform(0.5, 0.9, (2, 6)) + 0.7 * rng.normal(size=(rows, 6))
    return pd.DataFrame(
        {
            "channel": np.array(["email", "phone", "portal"])[np.digitize(drawn[:, 0], [-0.5, 0.8])],
            "segment": np.where(drawn[:, 1] > 0.3, "oem", "farming"),
            "matters": np.digitize(drawn[:, 2], [-1.2, -0.4, 0.3, 1.2]) + 1.0,
            "contacts": np.floor(np.exp(0.8 * drawn[:, 3])),
            "hour": drawn[:, 4] + 0.2 * drawn[:, 4] ** 2,
            "revenue": drawn[:, 5],
        }
    )
