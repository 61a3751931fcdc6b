import pytest

from cxlib.report.plots.marks import Bars, Dot, Stack, number
from cxlib.report.plots.scale import Scale
from cxlib.report.svg import Picture, Strokes

SCALE = Scale(-10.0, 10.0, 0.0, 200.0)


@pytest.fixture
def told(english):
    def make(value, low=None, high=None, unit="points"):
        return english.told({"value": value, "low": low, "high": high, "unit": unit, "metric": "nps", "note": ""})

    return make


def drawn(mark):
    picture, strokes = Picture(200, 40), Strokes()
    mark.draw(picture, strokes, SCALE, 20.0)
    return picture, strokes


def test_only_finite_numbers_make_the_scale(told):
    assert Dot(told(1.0, float("nan"), float("inf"))).numbers() == [1.0]
    assert Dot(told(1.0), told(2.0, 1.5, 2.5)).numbers() == [1.0, 2.0, 1.5, 2.5]
    assert Bars(((told(-1.0), "warn", "square"),)).numbers() == [0.0, -1.0]
    assert Stack(()).numbers() == [0.0, 1.0]
    assert number(None) is None


def test_an_expected_value_stands_below_the_actual_one(told):
    _, strokes = drawn(Dot(told(1.0, 0.0, 2.0), told(5.0, 4.0, 6.0)))
    heights = {shape: ys[0] for (_, shape, _, _), (_, ys) in strokes._marks.items()}
    assert heights["full"] < 20 < heights["diamond"]
    assert len(strokes._lines) == 2, "both spans are drawn"


def test_without_a_value_nothing_is_drawn(told):
    _, strokes = drawn(Dot(told(float("nan"))))
    assert not strokes._marks
    assert Dot(told(float("nan"))).anchor(SCALE, 20.0) is None
    assert Stack(()).anchor(SCALE, 20.0) is None


def test_spans_that_meet_stand_one_above_the_other(told):
    apart = drawn(Bars(((told(-5.0, -6.0, -4.0), "warn", "square"), (told(5.0, 4.0, 6.0), "accent", "full"))))[1]
    meeting = drawn(Bars(((told(-1.0, -3.0, 1.0), "warn", "square"), (told(1.0, -1.0, 3.0), "accent", "full"))))[1]
    assert {ys[0] for _, ys in apart._marks.values()} == {20.0}
    assert len({ys[0] for _, ys in meeting._marks.values()}) == 2


def test_bars_on_one_side_share_the_height(told):
    _, strokes = drawn(Bars(((told(-5.0, -5.5, -4.5), "warn", "square"), (told(-2.0, -2.5, -1.5), "accent", "full"))))
    (first,), (second,) = strokes._boxes.values()
    assert first[3] == second[1] == 20.0


def test_a_bar_reaches_from_zero_to_its_value(told):
    _, strokes = drawn(Bars(((told(-5.0), "warn", "square"),)))
    ((left, _, right, _),) = next(iter(strokes._boxes.values()))
    assert (left, right) == (50.0, 100.0)
