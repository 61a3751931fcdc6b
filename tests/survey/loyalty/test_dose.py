"""Dose and response: levels, the slope through them, and outcomes that are answers or behaviour."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.survey import loyalty


def asked(survey, ease, recommend, **columns):
    """Everybody answers how easy it was and whether they recommend us."""
    for number, (easy, score) in enumerate(zip(ease, recommend, strict=True)):
        own = {name: values[number] for name, values in columns.items()}
        survey.answer(str(number), "2025-03-01", item="ease", kind="ces", value=float(easy), high=7.0, **own)
        survey.answer(str(number), "2025-03-01", item="recommend", kind="nps", value=float(score), low=0.0, high=10.0, **own)
    return survey.responses


def test_levels_and_slope_of_answers(survey):
    table = asked(survey, [1, 1, 4, 4, 7, 7], [2, 4, 5, 7, 9, 9])
    told = loyalty.dose_response(table, outcome="recommend")
    levels = told[told["metric"] == "dose_response"]
    assert levels.set_index("dose")["value"].to_dict() == {"1": 3.0, "4": 6.0, "7": 9.0}
    assert levels["unit"].unique().tolist() == ["scale 0–10"]
    slope = told[told["metric"] == "dose_slope"].iloc[0]
    assert (slope["value"], slope["unit"], slope["n"]) == (pytest.approx(1.0), "points per point", 6)
    assert told[["outcome_id", "item_id"]].drop_duplicates().to_numpy().tolist() == [["recommend", "ease"]]


def test_behaviour_is_told_as_a_share(survey):
    table = asked(survey, [1, 1, 5, 5], [0, 0, 0, 0], bought_again=[0.0, 0.0, 1.0, 0.0])
    told = loyalty.dose_response(table, outcome="bought_again")
    assert told["unit"].to_list() == ["share", "share", "share difference"]
    assert told["value"].to_list() == pytest.approx([0.0, 0.5, 0.125])
    share = estimates.share(pd.DataFrame({"f": [1, 0]}), "f")
    assert told.loc[1, ["low", "high"]].to_list() == pytest.approx(share.loc[0, ["low", "high"]].to_list())


def test_thin_levels_join_their_neighbours(survey):
    table = asked(survey, [1] + [2] * 3 + [3] * 8 + [4] * 6 + [7] * 2, [5] * 20)
    told = loyalty.dose_response(table, outcome="recommend", min_n=4)
    levels = told[told["metric"] == "dose_response"]
    assert levels["dose"].to_list() == ["1–2", "3", "4–7"]
    assert levels["n"].to_list() == [4, 8, 8]


def test_levels_stand_in_their_order_also_above_ten(survey):
    table = asked(survey, [10, 2, 9], [1, 2, 3]).replace({"scale_high": {7.0: 10.0}})
    assert loyalty.dose_response(table, outcome="recommend", item="ease")["dose"].to_list()[:3] == ["2", "9", "10"]


def test_adjusted_figures_even_out_segments(survey):
    # only the segment matters: farmers find it hard and recommend little
    ease, segment = [1] * 8 + [5] * 8, ["farming"] * 6 + ["oem"] * 2 + ["farming"] * 2 + ["oem"] * 6
    table = asked(survey, ease, [3 if name == "farming" else 9 for name in segment], segment=segment)
    raw = loyalty.dose_response(table, outcome="recommend")
    even = loyalty.dose_response(table, outcome="recommend", adjust=["segment"])
    assert raw.set_index("metric").loc["dose_slope", "value"] == pytest.approx(0.75)
    assert even["metric"].to_list() == ["adjusted_dose_response"] * 2 + ["adjusted_dose_slope"]
    assert even["value"].to_list() == pytest.approx([6.0, 6.0, 0.0])


def test_draws_of_levels_and_slope_align(survey):
    rng = np.random.default_rng(0)
    table = asked(survey, rng.integers(1, 8, 60), rng.integers(0, 11, 60))
    told = loyalty.dose_response(table, outcome="recommend", min_n=7, draws=20, cluster="respondent_id")
    again = loyalty.dose_response(table.iloc[::-1], outcome="recommend", min_n=7, draws=20, cluster="respondent_id")
    assert np.stack(told["draws"].to_list()) == pytest.approx(np.stack(again["draws"].to_list()), nan_ok=True)


def test_what_was_not_asked_is_named(survey):
    table = asked(survey, [1, 2], [3, 4])
    assert loyalty.dose_response(table[table["item_type"] != "ces"], outcome="recommend")["note"].item() == "needs responses[ces]"
    unknown = table.assign(bought_again=np.nan)
    assert loyalty.dose_response(unknown, outcome="bought_again")["note"].item() == "needs responses[ease], bought_again"


def test_of_several_effort_items_one_has_to_be_named(survey):
    table = asked(survey, [1, 2], [3, 4])
    both = pd.concat([table, table[table["item_id"] == "ease"].assign(item_id="ease_after")])
    with pytest.raises(DataError) as caught:
        loyalty.dose_response(both, outcome="recommend")
    assert str(caught.value) == "item: several items ask for effort. Items: ease, ease_after. Name one of them."


def test_an_item_that_was_not_asked_is_named(survey):
    table = survey.answer("a", "2025-03-01").answer("a", "2025-03-01", item="nps", kind="nps", high=10.0).responses
    assert loyalty.dose_response(table, item="Q17", outcome="nps")["note"].to_list() == ["needs responses[Q17]"]
