"""An id that stands for many is named, whoever it pretends to be."""

import pytest

from cxlib.intake.dummies import dummies


@pytest.fixture
def noted(bench):
    def run(ids, key=()):
        bench.put("typed", ["customer_id"], [ids])
        return dummies(bench, "typed", ("customer_id", "channel"), key)

    return run


def test_an_id_with_a_fifth_of_all_rows_is_noted(noted):
    assert noted([*map(str, range(80)), *["4711"] * 20]) == {("one_for_many", "customer_id = 4711"): 20}


def test_rows_without_an_id_are_rows_as_well(noted):
    assert noted([*map(str, range(40)), *[None] * 41, *["4711"] * 20]) == {}


def test_few_rows_tell_nothing_and_a_key_is_no_dummy(noted):
    assert noted(["4711"] * 99) == {}


def test_a_key_is_not_looked_at(noted):
    assert noted(["4711"] * 100, key=("customer_id",)) == {}


@pytest.mark.parametrize(
    "word", ["DIVERSE", "Laufkunde", "CPD", "CPD-0001", "99999", "Barverkauf", "Gast", "walk-in", "XXXX", "Sammelkunde 2"]
)
def test_a_word_says_so_from_two_rows_on(noted, word):
    assert noted([word, word, "1"]) == {("one_for_many", f"customer_id = {word}"): 2}


@pytest.mark.parametrize("word", ["Diversity AG", "Gastro", "K-99999", "999", "199999", "Testo", "Barth", "Anonymus GmbH"])
def test_a_name_is_none(noted, word):
    assert noted([word, word, "1"]) == {}
