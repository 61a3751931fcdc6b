import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlib.errors import DataError
from cxlib.estimates import sum_of_shares
from cxlib.estimates.rows import rows


def shares(values, n=200, **columns):
    drawn = np.random.default_rng(1).multinomial(n, values, 4000).T / n
    told = {"metric": "reason_share", "value": values, "unit": "share", "n": n, "n_eff": float(n), "draws": drawn}
    return rows(pd.DataFrame({"reason_id": list("abcd")[: len(values)]}), told | columns)


def test_sums_and_their_interval():
    # prop.test(120, 200, correct = FALSE)$conf.int in R: 0.5308236 0.6653656
    told = sum_of_shares(shares([0.5, 0.1, 0.4]), pd.Series(["x", "x", "y"], name="group"), metric="told").set_index("group")
    assert told["value"].to_dict() == pytest.approx({"x": 0.6, "y": 0.4})
    assert told.loc["x", ["low", "high"]].to_list() == pytest.approx([0.5308236, 0.6653656], abs=0.004)
    assert set(told["metric"]) == {"told"}


def test_negative_correlation_is_in_it():
    """The sum of all shares is sure, though each alone is not."""
    told = sum_of_shares(shares([0.5, 0.5]), pd.Series(["x", "x"]), metric="told")
    assert told["draws"].item() == pytest.approx(np.ones(4000))
    assert next(iter(told)) == "metric"


def test_a_share_of_a_group_rests_on_the_group():
    table = shares([0.2, 0.2, 0.6])
    told = sum_of_shares(table, pd.Series(["x", "x", "y"], name="group"), metric="told", of=pd.Series([True, False, True])).set_index(
        "group"
    )
    assert told["value"].to_dict() == pytest.approx({"x": 0.5, "y": 1.0})
    low, high = stats.binomtest(40, 80).proportion_ci(method="wilson")
    assert told.loc["x", ["low", "high"]].to_list() == pytest.approx([low, high], abs=0.015)
    assert told["n_eff"].to_dict() == pytest.approx({"x": 80, "y": 120})


def test_level_is_the_level():
    wide, narrow = (sum_of_shares(shares([0.5, 0.5]), pd.Series(["x", None]), metric="told", level=level) for level in (0.99, 0.8))
    assert (wide["high"] - wide["low"]).item() > 1.8 * (narrow["high"] - narrow["low"]).item()


def test_rows_without_a_group_are_left_out_and_notes_stay():
    told = sum_of_shares(shares([0.5, 0.5], note=["", "not corrected"]), pd.Series([None, "x"], name="g"), metric="told")
    assert told["g"].to_list() == ["x"]
    assert told["note"].to_list() == ["not corrected"]
    assert sum_of_shares(shares([0.5, 0.5]), pd.Series([None, None], name="g"), metric="told").empty


def test_a_missing_share_hides_its_group_only():
    table = shares([0.5, 0.5])
    table.loc[0, ["value", "note"]] = [np.nan, "suppressed"]
    told = sum_of_shares(table, pd.Series(["x", "y"], name="g"), metric="told").set_index("g")
    assert told.loc["x", "note"] == "suppressed"
    assert told.loc["y", "value"] == 0.5


def test_without_draws_it_is_refused():
    with pytest.raises(DataError) as error:
        sum_of_shares(shares([0.5, 0.5]).drop(columns="draws"), pd.Series(["x", "x"]), metric="told")
    assert str(error.value) == "sum_of_shares: shares come without 'draws'. Ask for draws where they are computed."
