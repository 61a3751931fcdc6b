"""A few questions tell most people's persona."""

from cxlib.customers import personas

from .conftest import FEATURES


def test_the_first_questions_tell_most_and_all_of_them_everything(two_kinds):
    found = personas.fit(two_kinds, features=FEATURES, k=2, draws=0, rounds=2, starts=5)
    told = found.typing(6)
    assert told["question_number"].to_list() == list("123456")
    assert told["feature"].is_unique
    assert told["value"].iloc[0] > 0.8
    assert told["value"].iloc[-1] == 1.0
    assert (told["low"] <= told["value"]).all()
    assert len(found.typing(2)) == 2
