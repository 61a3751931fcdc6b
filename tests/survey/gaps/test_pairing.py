"""Which items are compared: by touchpoint or as declared, never on different scales; and who answered both."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey import gaps
from cxlib.survey.gaps import pairing


def test_items_of_one_touchpoint_pair_and_others_are_declared(item):
    table = pd.concat([item([3], kind) for kind in ("actual", "expected")])
    price = pd.concat([item([3], kind, item=f"price_{kind}", touchpoint=None) for kind in ("actual", "expected")])
    assert pairing.partners(pd.concat([table, price])) == {"hotline_expected": "hotline_actual"}
    both = pairing.partners(pd.concat([table, price]), declared={"price_expected": "price_actual", "unknown": "price_actual"})
    assert both == {"price_expected": "price_actual", "hotline_expected": "hotline_actual"}


def test_several_items_at_a_touchpoint_have_to_be_declared(item):
    table = pd.concat([item([3], "actual", item="speed"), item([4], "actual", item="tone"), item([5], "expected", item="speed_expected")])
    with pytest.raises(DataError) as error:
        gaps.gap(table)
    assert str(error.value) == (
        "pairs: touchpoint hotline has 2 actual and 1 expected items. Items: speed, tone, speed_expected. "
        "Declare under gaps: pairs which expected item goes with which actual one."
    )
    declared = gaps.gap(table, by=["item_id"], declared={"speed_expected": "speed"})
    assert declared[declared["metric"].eq("gap")]["value"].item() == -2


def test_a_declared_item_has_to_be_an_actual_one(item):
    table = pd.concat([item([3], "actual"), item([5], "expected")])
    with pytest.raises(DataError) as error:
        gaps.gap(table, declared={"hotline_expected": "hotline_actuel"})
    assert str(error.value) == (
        "pairs: there is no item of type actual 'hotline_actuel' (did you mean 'hotline_actual'?). Items: hotline_actual."
    )


def test_different_scales_are_refused_and_nothing_is_rescaled(item):
    table = pd.concat([item([3], "actual"), item([9], "expected", low=0, high=10)])
    with pytest.raises(DataError) as error:
        gaps.gap(table)
    assert str(error.value) == (
        "pairs: hotline_expected is asked on 0–10, hotline_actual on 1–6. Ask both on one scale; answers are never rescaled."
    )


def test_a_questionnaire_answers_an_item_once(item):
    table = pd.concat([item([3, 4], "actual", people=["a", "a"]), item([5], "expected", people=["a"])])
    with pytest.raises(DataError, match="questionnaire 'qa', item 'hotline_actual': stands in the table more than once"):
        gaps.pairs(table)


def test_pairs_keep_who_answered_and_about_what(item):
    table = pd.concat([item([3, 4], "actual", role=["buyer", "user"]), item([5, np.nan], "expected", role=["buyer", "user"])])
    both = gaps.pairs(table)
    assert both[["respondent_id", "role", "actual", "other", "difference"]].to_numpy().tolist() == [["r0", "buyer", 3, 5, -2]]
    assert len(gaps.pairs(table, both=False)) == 2


def test_two_waves_of_a_person_are_two_pairs_of_one_respondent(item):
    waves = [
        pd.concat([item([a], "actual", wave=w), item([5], "expected", wave=w)]).assign(response_id=f"q{w}") for w, a in ((1, 3), (2, 4))
    ]
    found = gaps.gap(pd.concat(waves))
    row = found[found["metric"].eq("gap")]
    assert (row["value"].item(), row["n"].item(), row["note"].item()) == (-1.5, 1, "n < 2")


def test_who_answered_both_and_who_one(item):
    table = pd.concat([item([3, 4, np.nan, 2, 5], "actual"), item([5, np.nan, 6, 6, np.nan], "expected")])
    found = gaps.pair_counts(table).set_index("metric")
    assert found["value"].head(3).to_dict() == {"pair_count": 2, "actual_only_count": 2, "expected_only_count": 1}
    assert found.loc["paired_less_unpaired", "value"] == pytest.approx(2.5 - 4.5)
    assert found.loc["pair_count", "n"] == 5


def test_an_item_without_a_row_was_not_asked(item):
    table = pd.concat([item([3, 4], "actual"), item([6], "expected", people=["r9"])])
    found = gaps.pair_counts(table).set_index("metric")["value"]
    assert found[["pair_count", "actual_only_count", "expected_only_count"]].to_list() == [0, 2, 1]


def test_without_one_of_the_two_the_count_says_what_it_needs(item):
    assert gaps.pair_counts(item([3], "actual"))["note"].item() == "needs responses[expected]"
    assert gaps.pair_counts(item([3], "actual").iloc[:0])["note"].item() == "needs responses[actual], responses[expected]"


def test_the_demo_s_split_ballot_was_drawn_by_lot(demo_table):
    """Half of the items were asked of half the people: those asked rate no better than the others."""
    found = gaps.pair_counts(demo_table("responses"), by=[], cluster="account_id").set_index("metric")
    assert found.loc["pair_count", "value"] / (found.loc["pair_count", "value"] + found.loc["actual_only_count", "value"]) == pytest.approx(
        0.48, abs=0.03
    )
    assert found.loc["paired_less_unpaired", "low"] < 0 < found.loc["paired_less_unpaired", "high"]
