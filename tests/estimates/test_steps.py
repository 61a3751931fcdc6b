"""Who listens hears every round of a long computation; the rounds are the same whether anybody does."""

from __future__ import annotations

import pytest

from cxlib.estimates.steps import listened, steps


@pytest.fixture
def heard():
    told = []
    with listened(lambda *said: told.append(said)):
        yield told


def test_where_nobody_listens_the_rounds_are_untouched():
    rounds = range(3)
    assert steps(rounds, "draws") is rounds


def test_each_round_is_told_when_it_is_done(heard):
    for number in steps(range(2), "draws"):
        assert heard[-1] == ("draws", number, 2)
    assert heard[-1] == ("draws", 2, 2)


def test_rounds_without_a_length_say_how_many_they_are(heard):
    assert list(steps(iter("ab"), "folds", of=2)) == ["a", "b"]
    assert [done for _, done, _ in heard] == [0, 1, 2]
    assert {of for *_, of in heard} == {2}


def test_the_listener_goes_with_its_block():
    with listened(lambda *said: 1 / 0), listened(None):
        assert list(steps([1], "draws")) == [1]
    assert steps([1], "draws") == [1]


def test_a_fault_in_a_round_is_not_told_as_done(heard):
    with pytest.raises(ZeroDivisionError):
        [1 / (1 - number) for number in steps(range(3), "draws")]
    assert heard[-1] == ("draws", 1, 3)
