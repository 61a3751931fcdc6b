"""The evidence grade follows from the numbers."""

import pytest

from cxlib.decisions.evidence import Grade, grade, weakest

ROW = {"value": 40.0, "low": 37.0, "high": 43.0, "n": 500}
NONE = float("nan")


@pytest.mark.parametrize(
    ("row", "facts", "expected"),
    [
        (ROW, {"coverage": 0.9}, Grade("A", ("all",))),
        (ROW, {"coverage": 0.9, "against": 36.0, "gate": True}, Grade("A", ("all",))),
        (ROW, {"coverage": 0.9, "against": 42.0}, Grade("B", ("interval",))),
        (ROW, {"coverage": 0.9, "against": {"low": 42.0, "high": 50.0}}, Grade("B", ("interval",))),
        (ROW, {"coverage": 0.9, "against": {"low": 44.0, "high": 50.0}}, Grade("A", ("all",))),
        (ROW, {"coverage": 0.79}, Grade("B", ("coverage",))),
        (ROW, {}, Grade("B", ("coverage",))),
        (ROW, {"coverage": 0.9, "gate": False}, Grade("B", ("gate",))),
        (ROW, {"gate": False}, Grade("C", ("coverage", "gate"))),
        (ROW | {"n": 29}, {"coverage": 0.9}, Grade("C", ("n",))),
        (ROW, {"coverage": 0.9, "proxy": True}, Grade("C", ("proxy",))),
        (ROW, {"coverage": 0.9, "hint": True}, Grade("C", ("hint",))),
        (ROW, {"coverage": 0.9, "judgement": True}, Grade("D", ("judgement",))),
        (ROW | {"low": NONE, "high": NONE}, {"coverage": 0.9}, Grade("B", ("interval",))),
        (ROW | {"value": NONE}, {"coverage": 0.9}, Grade("C", ("unanswered",))),
        (ROW | {"low": NONE, "high": NONE, "n": NONE}, {"counted": True}, Grade("A", ("counted",))),
    ],
)
def test_each_condition_shows_in_the_grade(row, facts, expected):
    assert grade(row, **facts) == expected


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ([Grade("A", ("all",))], Grade("A", ("all",))),
        ([Grade("A", ("all",)), Grade("C", ("hint",))], Grade("C", ("hint",))),
        ([Grade("B", ("interval",)), Grade("B", ("coverage", "interval"))], Grade("B", ("interval", "coverage"))),
        ([Grade("D", ("judgement",)), Grade("C", ("n",))], Grade("D", ("judgement",))),
    ],
)
def test_an_answer_is_as_sure_as_its_weakest_sentence(grades, expected):
    assert weakest(grades) == expected
    assert weakest(grades[::-1]).letter == expected.letter
