"""Errors name the place, what was seen, the nearest right word, what is allowed and what to do."""

from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import CxError, DataError, NotEnoughData, ParamsError, nearest, worded


def test_one_line_says_place_fault_hint_allowed_and_way_out():
    message = worded("params/acme.yml: language", "cannot be", "deutsh", ["de", "deutsch"], do="Write it anew.")
    assert message == ("params/acme.yml: language: cannot be 'deutsh' (did you mean 'deutsch'?). Allowed: de, deutsch. Write it anew.")


def test_nothing_close_gives_no_hint():
    assert worded("x", "unknown key", "zzzz", ["alpha"]) == "x: unknown key 'zzzz'. Allowed: alpha."


def test_every_allowed_value_is_named_or_counted():
    message = worded("x", "unknown", "q", [f"value{number:02d}" for number in range(15)])
    assert message.count("value") == 12
    assert message.endswith("and 3 more.")


@given(st.text(min_size=1, max_size=12), st.lists(st.text(min_size=1, max_size=12), max_size=20))
def test_a_hint_is_always_one_of_the_allowed(seen, allowed):
    assert nearest(seen, allowed) in {"", *allowed}


def test_exit_codes_tell_refused_input_from_failed_work():
    assert [kind().exit_code for kind in (CxError, ParamsError, DataError, NotEnoughData)] == [1, 2, 2, 1]


def test_all_problems_stand_in_one_error():
    error = DataError("first", "second")
    assert error.problems == ("first", "second")
    assert str(error) == "first\nsecond"
