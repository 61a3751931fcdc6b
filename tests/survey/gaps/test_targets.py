"""Distance to a target: the mean's own interval, moved."""

import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey import gaps


def effort(item, values):
    return item(values, "ces", None, item="ease", low=1.0, high=7.0)


def test_the_distance_has_the_interval_of_the_mean(item):
    found = gaps.to_target(effort(item, [5, 6, 4, 7, 6]), target=6.0).set_index("metric")
    assert list(found.index) == ["ces", "target", "target_gap"]
    assert found.loc["target_gap", "value"] == pytest.approx(5.6 - 6)
    moved = found.loc["ces", ["low", "high"]].astype(float) - 6
    assert found.loc["target_gap", ["low", "high"]].astype(float).to_list() == pytest.approx(moved.to_list())
    assert found.loc["target", "value"] == 6
    assert pd.isna(found.loc["target", "low"])


def test_without_a_target_the_mean_stands_alone(item):
    assert gaps.to_target(effort(item, [5, 6]), target=None)["metric"].to_list() == ["ces"]
    assert gaps.to_target(effort(item, [5]).iloc[:0], target=5.0)["note"].item() == "needs responses[ces]"


def test_a_target_off_the_scale_is_refused(item):
    with pytest.raises(DataError) as error:
        gaps.to_target(effort(item, [5, 6]), target=8.0)
    assert str(error.value) == "target: lies outside the scale 1–7: '8.0'. Give it on that scale, high is good."
