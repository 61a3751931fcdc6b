"""What customers do after an experience, class by class."""

import numpy as np
import pytest

from cxlib.errors import DataError
from cxlib.estimates import only
from cxlib.survey import loyalty


def answered(survey, values, **columns):
    for number, value in enumerate(values):
        survey.answer(str(number), "2025-03-01", value=float(value), **{name: cells[number] for name, cells in columns.items()})
    return survey.responses


def test_shares_and_amounts_by_class(survey):
    table = answered(survey, [1, 1, 3, 5, 5], left=[1.0, 0.0, 0.0, 0.0, np.nan], order_value=[0.0, 10.0, 20.0, 30.0, np.nan])
    table = table.assign(currency="EUR")
    told = loyalty.reaction(table, items=["hotline"])
    assert only(told, "reaction", outcome_id="left")["value"].item() == 0.25
    assert only(told, "reaction", outcome_id="left", experience="disappointed")["value"].item() == 0.5
    assert only(told, "reaction_difference", outcome_id="left", experience="delighted")["value"].item() == -0.5
    money = only(told, "reaction", outcome_id="order_value", experience="disappointed")
    assert (money["value"].item(), money["unit"].item(), money["n"].item()) == (5.0, "EUR", 2)
    units = told[told["outcome_id"] == "left"].groupby("metric")["unit"].unique().map(list).to_dict()
    assert units == {"reaction": ["share"], "reaction_difference": ["share difference"]}


def test_a_class_in_which_nobody_left_is_not_known_exactly(survey):
    table = answered(survey, [1] * 12 + [5] * 300, left=[0.0] * 12 + [1.0] * 12 + [0.0] * 288)
    row = only(loyalty.reaction(table, items=["hotline"]), "reaction_difference", outcome_id="left", experience="delighted").iloc[0]
    assert row["low"] < 0 < row["value"] < row["high"]
    spent = table.assign(order_value=np.exp(np.arange(len(table)) % 7))
    money = only(loyalty.reaction(spent, items=["hotline"]), "reaction_difference", outcome_id="order_value", experience="delighted").iloc[
        0
    ]
    assert money["method"] == "MOVER, linearised"


def test_an_answer_can_be_the_outcome_too(survey):
    answered(survey, [1, 5])
    for name, score in (("0", 2.0), ("1", 9.0)):
        survey.answer(name, "2025-03-01", item="nps", kind="nps", value=score, low=0.0, high=10.0)
    told = loyalty.reaction(survey.responses, items=["hotline"], outcomes=["nps"])
    assert only(told, "reaction_difference", outcome_id="nps", experience="delighted")["value"].item() == 7.0


def test_adjusted_classes_have_the_same_segments(survey):
    segment = ["farming"] * 3 + ["oem"] + ["farming"] + ["oem"] * 3
    left = [1.0 if name == "farming" else 0.0 for name in segment]
    table = answered(survey, [1] * 4 + [5] * 4, segment=segment, left=left)
    raw = loyalty.reaction(table, items=["hotline"])
    even = loyalty.reaction(table, items=["hotline"], adjust=["segment"])
    assert only(raw, "reaction_difference", outcome_id="left", experience="delighted")["value"].item() == pytest.approx(-0.5)
    assert only(even, "adjusted_reaction_difference", outcome_id="left", experience="delighted")["value"].item() == pytest.approx(0.0)
    assert even["experience"].notna().all()


def test_what_is_lacking_is_named(survey):
    table = answered(survey, [1, 5])
    assert loyalty.reaction(table, items=["hotline"])["note"].item() == "needs orders.order_ts, customers.churn_date"
    assert loyalty.reaction(table.assign(left=np.nan), items=["hotline"])["note"].item() == "needs left"
    with pytest.raises(DataError, match="reference: there is no class of experience 'bad'"):
        loyalty.reaction(table, items=["hotline"], reference="bad")
