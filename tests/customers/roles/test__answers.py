"""Whose answer counts: the latest one, of persons whose role is known."""

import pytest

from cxlib.customers.roles._answers import heard, with_roles
from cxlib.errors import DataError

from .conftest import PERSONS, SAID


def test_each_persons_latest_answer_counts():
    told = heard(SAID, PERSONS, "overall").set_index("person_id")
    assert told.index.is_unique
    assert told.loc["a", "value"] == 8


def test_role_and_account_are_those_of_the_table_of_persons():
    told = with_roles(SAID.assign(role="nobody", account_id="Z"), PERSONS)
    assert "nobody" not in set(told["role"])
    assert set(told["account_id"]) == {"A", "B", "C"}


def test_who_has_no_role_or_account_and_what_is_not_answered_is_left_out():
    some = PERSONS.assign(
        role=PERSONS["role"].mask(PERSONS["person_id"].eq("a")), account_id=PERSONS["account_id"].mask(PERSONS["person_id"].eq("b"))
    )
    said = SAID.assign(state=SAID["state"].mask(SAID["person_id"].eq("c"), "no_answer"))
    assert sorted(with_roles(said, some)["person_id"]) == ["d", "e", "f"]


@pytest.mark.parametrize("column", ["person_id", "account_id", "role"])
def test_without_these_columns_nobody_is_heard(column):
    assert with_roles(SAID, PERSONS.drop(columns=column)).empty


def test_an_item_that_does_not_exist_is_refused():
    with pytest.raises(DataError, match=r"item: there is no item 'overal' \(did you mean 'overall'\?\)"):
        heard(SAID, PERSONS, "overal")
