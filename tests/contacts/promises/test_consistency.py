"""Ratings before, during and after the purchase, of the same customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.promises import consistency

POINTS = pd.DataFrame({"touchpoint_id": ["T1", "T2", "T3"], "phase": ["presales", "sales", "aftersales"]})


def ratings(n=50, seed=1):
    rng = np.random.default_rng(seed)
    rows = [(f"r{k}", f"T{t}", v) for k in range(n) for t, v in ((1, 9 - rng.integers(0, 2)), (2, 7), (3, 5 + rng.integers(0, 2)))]
    table = pd.DataFrame(rows, columns=["respondent_id", "touchpoint_id", "value"]).astype({"value": "float64"})
    return table.assign(item_type="actual", scale_low=0.0, scale_high=10.0, weight=1.0)


def test_means_differences_and_spread():
    told = consistency(ratings(), POINTS)
    rating = told[told["metric"].eq("phase_rating")].set_index("phase")["value"]
    assert rating["sales"] == pytest.approx(70)
    difference = told[told["metric"].eq("phase_difference")].set_index("phase")["value"]
    assert difference["presales"] == pytest.approx(rating["presales"] - rating["aftersales"])
    wide = ratings().pivot(index="respondent_id", columns="touchpoint_id", values="value")
    assert told.loc[told["metric"].eq("rating_spread"), "value"].item() == pytest.approx(10 * np.ptp(wide.to_numpy(), axis=1).mean())


def test_who_rated_one_phase_alone_does_not_tell_a_difference():
    some = ratings(40)
    extra = ratings(60, seed=2).assign(respondent_id=lambda t: "x" + t["respondent_id"])
    both = pd.concat([some, extra[extra["touchpoint_id"].eq("T1")].assign(value=0.0)])
    alone, mixed = (
        consistency(table, POINTS).query("metric == 'phase_difference' and phase == 'presales'")["value"].item() for table in (some, both)
    )
    assert alone == pytest.approx(mixed)


def test_the_demo_rates_worse_after_the_purchase(client):
    told = consistency(client.tables["responses"], client.tables["touchpoints"]).set_index(["phase", "metric"])
    assert told.loc[("presales", "phase_difference"), "low"] > 0


def test_what_is_missing_is_named():
    assert consistency(ratings(), POINTS.iloc[:0])["note"].item() == "needs touchpoints.phase"
    assert consistency(ratings().iloc[:0], POINTS)["note"].item() == "needs responses[actual]"
