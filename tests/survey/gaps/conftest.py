"""Answers with an actual and an expected item at a touchpoint, ten people of four accounts; R recipes use the same numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

ACTUAL = [3.0, 4, 2, 5, 1, 4, 6, 2, 3, 5]
EXPECTED = [5.0, 5, 5, 6, 4, 4, 5, 5, 6, 6]
WEIGHT = [1.0, 2, 1, 0.5, 3, 1, 2, 1, 1, 0.5]
ACCOUNT = list("1112233444")


def of_item(values, kind, touchpoint="hotline", *, item=None, low=1.0, high=6.0, people=None, **columns):
    """Return rows of one item; NaN is not used (actual) or not asked."""
    values = np.array(values, dtype=float)
    people = [f"r{number}" for number in range(len(values))] if people is None else people
    missing = "not_used" if kind == "actual" else "not_asked"
    rows = {
        "response_id": [f"q{person}" for person in people],
        "respondent_id": people,
        "touchpoint_id": touchpoint,
        "item_id": item or f"{touchpoint}_{kind}",
        "item_type": kind,
        "state": np.where(np.isnan(values), missing, "answered"),
        "value": values,
        "scale_low": low,
        "scale_high": high,
        "weight": 1.0,
        "wave": "1",
        **columns,
    }
    return pd.DataFrame(rows).astype({"touchpoint_id": "str", "state": "str", "item_id": "str"})


@pytest.fixture(scope="session")
def item():
    """Make the rows of one item."""
    return of_item


@pytest.fixture(scope="session")
def ten():
    """Ten people who answered both."""
    both = [of_item(values, kind, account_id=ACCOUNT) for values, kind in ((ACTUAL, "actual"), (EXPECTED, "expected"))]
    return pd.concat([rows.assign(weight=WEIGHT) for rows in both], ignore_index=True)


@pytest.fixture(scope="session")
def demo_table(demo):
    """A table of the demo client, as taken in."""
    from cxlib import intake
    from cxlib.params import load

    prepared = intake.prepare(demo, load(demo, "demo"))
    return prepared.table
