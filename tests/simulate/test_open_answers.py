"""The stock of open answers."""

import numpy as np

from cxlib.simulate.drivers import RATED
from cxlib.simulate.open_answers import stock, written


def test_everything_rated_can_be_praised_and_criticised_in_both_languages():
    for theme in [*(rated.name for rated in RATED), "asides"]:
        for kind in ("praise", "critique"):
            for language in ("de", "en"):
                answers = stock()[theme][kind][language]
                assert [answer.strip() for answer in answers] == answers != []


def test_answers_say_what_they_are_about_and_vary():
    answers = written(np.random.default_rng(3), ["T22"] * 400, "critique", ["de"] * 400)
    starts = tuple(answer.rstrip(".").lower() for answer in stock()["T22"]["critique"]["de"])
    assert all(answer.lower().startswith(starts) for answer in answers)
    assert len(set(answers)) > 60
    assert any(";" in answer for answer in answers)  # as people write, and as exports trip over it


def test_no_digits_no_addresses():
    """Nothing that could be somebody's number or mailbox."""
    words = [word for theme in stock().values() for kind in theme.values() for answers in kind.values() for word in answers]
    assert not any(character.isdigit() or character == "@" for character in "".join(words))
