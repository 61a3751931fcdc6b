"""Columns of players: the four states kept apart, and what cannot be compared refused or said."""

import numpy as np
import pytest

from cxlib.errors import DataError
from cxlib.survey.drivers.design import design


def of(table, **options):
    given = {"outcome": "overall", "items": ["q0", "q1"], "groups": None, "options": {}} | options
    return design(table, **given)


def test_the_four_states_are_columns_and_gaps(lay_out):
    rating = [[4, 2], [2, 3], [1, 5], [3, 1], [5, 5]]
    state = np.array([[0, 0], [1, 0], [2, 0], [3, 0], [0, 2]])
    laid = of(lay_out(rating, [1.0, 2.0, 3.0, 4.0, 5.0], state), centre=3.0)
    assert laid.use.tolist() == [2, -1]
    assert laid.groups == [[0, 2], [1]]
    np.testing.assert_equal(laid.table[:, 0], [1.0, 0.0, np.nan, np.nan, 2.0])  # never used is no gap
    np.testing.assert_equal(laid.table[:, 2], [1.0, 0.0, 1.0, np.nan, 1.0])  # met without an answer is known to be met
    np.testing.assert_equal(laid.table[:, 1], [-1.0, 0.0, 2.0, -2.0, np.nan])
    assert laid.users(0).tolist() == [True, False, True, False, True]


def test_ratings_are_centred_at_their_users_weighted_mean(lay_out):
    laid = of(lay_out([[4, 1], [2, 2], [5, 3]], [1.0, 2.0, 3.0], weight=[1.0, 3.0, 2.0]))
    assert laid.centre[0] == pytest.approx((4 + 6 + 10) / 6)


def test_questionnaires_without_an_outcome_are_counted(lay_out):
    laid = of(lay_out([[4, 1], [2, 2], [5, 3]], [1.0, np.nan, 3.0]))
    assert (len(laid.table), laid.left_out) == (2, 1)


def test_an_outcome_may_be_a_column(lay_out):
    table = lay_out([[4, 1], [2, 2], [5, 3]], [1.0, 2.0, 3.0], left=[0.0, 1.0, 0.0])
    assert of(table.astype({"left": float}), outcome="left").outcome.tolist() == [0.0, 1.0, 0.0]


def test_items_that_cannot_be_compared_say_why(lay_out):
    rating = np.column_stack([[4, 2, 5, 1], [3, 3, 3, 3], [1, 2, 3, 4], [1, 2, 3, 4], [2, 2, 1, 4]])
    state = np.zeros((4, 5), dtype=int)
    state[:, 2], state[:, 3], state[:, 4] = 1, 2, 3
    laid = of(lay_out(rating, [1.0, 2.0, 3.0, 5.0], state), items=[f"q{number}" for number in range(5)])
    assert laid.players == ("q0",)
    assert dict(laid.out) == {"q1": "no spread", "q2": "never used", "q3": "no answer", "q4": "not asked"}


def test_part_of_a_design_keeps_what_belongs_to_its_rows(lay_out):
    laid = of(lay_out([[4, 1], [2, 2], [5, 3]], [1.0, 2.0, 3.0], weight=[1.0, 2.0, 3.0]))
    part = laid.only(np.array([False, True, True]))
    assert part.weight.tolist() == [2.0, 3.0]
    assert part.chosen.cluster_ids.tolist() == ["r1", "r2"]
    assert part.chosen.n.tolist() == [2]


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({}, {"items": []}, "items: none were named. Name the item_ids whose ratings are compared."),
        ({}, {"groups": {"q7": "x"}}, "groups: there is no such item among the items: 'q7'. Items: q0, q1."),
        ({"scale_high": 4.0}, {}, "q0: an answer lies outside the scale 1–4: '5'."),
        (
            {"weight": -1.0},
            {"options": {"weight": "weight"}},
            "weight: 'weight' is negative or missing in 3 rows that have an answer. Weights are ≥ 0.",
        ),
    ],
)
def test_what_cannot_be_laid_out_is_refused(lay_out, change, options, message):
    table = lay_out([[4, 1], [2, 2], [5, 3]], [1.0, 2.0, 3.0]).astype({"state": "str"}).assign(**change)
    with pytest.raises(DataError) as refused:
        of(table, **options)
    assert str(refused.value) == message


def test_items_with_the_same_answers_are_one_player_or_refused(lay_out):
    table = lay_out([[4, 4], [2, 2], [5, 5]], [1.0, 2.0, 3.0])
    with pytest.raises(DataError) as refused:
        of(table)
    assert str(refused.value) == "items: 'q0' and 'q1' hold the same answers. Group them (groups=) or leave one of them out."
    assert of(table, groups={"q0": "both", "q1": "both"}).players == ("both",)
