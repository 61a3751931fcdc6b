import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.quality import concentration, standing_out


@pytest.fixture(scope="module")
def predicted():
    rng = np.random.default_rng(4)
    point = rng.choice(["T1", "T2", "T3"], 900, p=[0.5, 0.4, 0.1])
    reason = np.where(rng.random(900) < np.where(point == "T1", 0.6, 0.2), "a", "b")
    return pd.DataFrame({"touchpoint_id": point, "reason_id": reason, "unassigned": rng.random(900) < 0.1, "weight": 1.0})


def test_a_lift_is_the_share_here_over_the_share_overall(predicted):
    told = concentration(predicted, min_n=1).set_index(["touchpoint_id", "reason_id", "metric"])["value"]
    named = predicted[~predicted["unassigned"]]
    here, overall = named[named["touchpoint_id"] == "T1"]["reason_id"].eq("a").mean(), named["reason_id"].eq("a").mean()
    assert told["T1", "a", "reason_at"] == pytest.approx(here)
    assert told["T1", "a", "lift"] == pytest.approx(here / overall)


def test_the_span_holds_the_planted_lift_and_leaves_one_out(predicted):
    row = concentration(predicted, min_n=1).query("touchpoint_id == 'T1' and reason_id == 'a' and metric == 'lift'")
    planted = 0.6 / (0.5 * 0.6 + 0.5 * 0.2)
    assert row["low"].item() < planted < row["high"].item()
    assert row["low"].item() > 1


def test_reasons_outside_are_in_no_denominator_and_thin_touchpoints_have_no_number(predicted):
    told = concentration(predicted, outside=("b",), min_n=40)
    assert set(told["reason_id"]) == {"a"}
    assert told.loc[told["metric"] == "reason_at", "value"].dropna().eq(1.0).all()
    assert told.loc[told["touchpoint_id"] == "T3", "value"].isna().all()


def test_nothing_to_tell_and_a_column_that_is_not_there(predicted):
    assert "needs" in concentration(predicted.head(0))["note"].item()
    with pytest.raises(DataError, match="concentration: there is no column 'touchpoint'"):
        concentration(predicted, by="touchpoint")


def test_standing_out_are_pairs_above_one_with_most_contacts_first(predicted):
    told = standing_out(concentration(predicted, min_n=1), count=2)
    assert told["metric"].to_list() == ["lift", "reason_at"] * 2
    lifts = told[told["metric"] == "lift"]
    assert (lifts["low"] > 1).all()
    assert lifts[["touchpoint_id", "reason_id"]].to_numpy().tolist() == [["T2", "b"], ["T1", "a"]]
    assert len(standing_out(concentration(predicted.head(0)))) == 1
