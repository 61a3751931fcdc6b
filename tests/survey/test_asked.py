"""Which answers count: by type, by touchpoint, in groups large enough to be shown."""

import pandas as pd
import pytest

from cxlib.survey import answered, asked, by_respondent

ROWS = pd.DataFrame(
    {
        "respondent_id": list("abcdef"),
        "item_type": ["actual"] * 5 + ["nps"],
        "touchpoint_id": ["T1", "T1", "T1", None, "T2", None],
        "state": ["answered", "not_used", "answered", "answered", "no_answer", "answered"],
        "wave": list("111122"),
        "region": ["north", "north", "south", "east", "north", "north"],
    }
)


def test_all_states_were_asked_and_only_one_answered():
    assert list(asked(ROWS, ("actual",))["respondent_id"]) == list("abcde")
    assert list(answered(ROWS, ("actual",))["respondent_id"]) == list("acd")


def test_by_touchpoint_only_ratings_of_one():
    assert list(asked(ROWS, ("actual",), by=["touchpoint_id"])["respondent_id"]) == list("abce")


def test_thin_groups_of_people_are_pooled_and_what_is_measured_is_not():
    assert list(asked(ROWS, ("actual",), by=["region"], min_n=2)["region"]) == ["north", "north", "__other__", "__other__", "north"]
    assert list(asked(ROWS, ("actual",), by=["wave"], min_n=99)["wave"]) == list("11112")


def test_an_empty_table_stays_empty():
    assert asked(ROWS.iloc[:0], ("actual",), by=["region"], min_n=7).empty
    assert answered(ROWS.iloc[:0], ("actual",)).empty


@pytest.mark.parametrize(("given", "cluster"), [({}, "respondent_id"), ({"cluster": None}, "respondent_id"), ({"cluster": "a"}, "a")])
def test_one_respondent_s_answers_belong_together(given, cluster):
    assert by_respondent(given) == {"weight": "weight", "count": "respondent_id", "cluster": cluster}
