import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.report.plots.scale import Scale, scale_of


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_every_number_and_every_tick_has_its_place(numbers):
    scale = scale_of(numbers, "points", start=20, end=400)
    places = [scale.at(number) for number in [*sorted(numbers), *scale.ticks]]
    assert all(20 <= place <= 400 for place in places)
    assert places[: len(numbers)] == sorted(places[: len(numbers)])


def test_a_scale_may_run_upwards():
    scale = scale_of([0, 10], "points", start=300, end=100, pad=0)
    assert (scale.at(0), scale.at(10)) == (300, 100)


def test_what_lies_off_the_scale_stands_at_its_end():
    scale = scale_of([0.0, 1.0, float("inf")], "share", start=0, end=100, pad=0)
    assert scale.at(float("inf")) == 100
    assert scale.high == 1.0


def test_no_number_and_equal_numbers_make_a_scale():
    assert scale_of([], "share", start=0, end=1).low < 0.0
    scale = scale_of([3.0, 3.0], "points", start=0, end=100)
    assert scale.at(3.0) == pytest.approx(50)


def test_ticks_have_the_fewest_decimals_that_tell_them_apart(english):
    assert [text for _, text in Scale(0, 1, 0, 100, (0.0, 0.5, 1.0), "share").told(english)] == ["0%", "50%", "100%"]
    assert [text for _, text in Scale(0, 1, 0, 100, (0.0, 0.25), "points").told(english)] == ["0.00", "0.25"]
