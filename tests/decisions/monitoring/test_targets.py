"""Where departments stand and want to be; the zero measurement."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.decisions.monitoring import targets, zero_measurement
from cxlib.estimates import stack
from cxlib.estimates.rows import rows


def goals(**more):
    given = {"department": ["KC"], "kpi": ["calls"], "target": [100.0], "direction": ["up"], "value": [80.0], "period": ["2026"]} | more
    return pd.DataFrame(given)


def distance(**more):
    found = targets(goals(**more))
    return found.loc[found["metric"].eq("goal_distance"), "value"].item()


def test_how_far_it_still_is():
    assert distance() == pytest.approx(0.25)
    assert distance(direction=["down"]) == 0.0
    assert distance(direction=["down"], value=[125.0]) == pytest.approx(-0.2)
    assert distance(value=[120.0]) == 0.0


@settings(max_examples=25)
@given(value=st.floats(1, 1e6), target=st.floats(1, 1e6))
def test_a_reached_target_is_reached_in_one_direction(value, target):
    assert distance(value=[value], target=[target]) >= 0
    assert distance(value=[value], target=[target], direction=["down"]) <= 0


def test_what_is_not_measured_is_said():
    found = targets(goals(value=[np.nan]))
    assert found.loc[found["metric"].eq("goal_now"), "note"].item() == "not measured"
    assert targets(goals().drop(columns="value"))["value"].notna().sum() == 1
    assert targets(goals().iloc[:0])["note"].item() == "needs goals.target"


def test_the_zero_measurement_is_what_pages_say_over_all():
    table = stack(
        rows(pd.DataFrame({"region": ["a"]}), {"metric": "nps", "value": 1.0, "unit": "points"}),
        rows(pd.DataFrame(index=[0]), {"metric": "nps", "value": 2.0, "unit": "points"}),
    )
    found = zero_measurement({"nps": table, "ces": pd.DataFrame()}, {"nps": "nps", "ces": "ces"})
    assert found[["table", "value"]].to_numpy().tolist() == [["nps", 2.0]]
    assert zero_measurement({}, {"nps": "nps"})["note"].item() == "needs responses[nps]"
