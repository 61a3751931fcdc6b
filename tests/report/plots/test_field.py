from xml.etree import ElementTree

import pytest

from cxlib.report.plots.field import Axis, Corner, Field, Point, n_range
from cxlib.report.plots.labels import Box
from cxlib.report.svg import Picture, Strokes


@pytest.fixture
def point(english):
    def make(label, x, y):
        told = [
            english.told({"value": value, "low": value - 1, "high": value + 1, "unit": "points", "metric": "nps", "n": 10})
            for value in (x, y)
        ]
        return Point(label, *told)

    return make


@pytest.fixture
def field_of(english):
    def make(points, *, width=600):
        corners = [Corner("corner", False, True)]
        return Field(english, points, Axis("across", "points", target=5.0), Axis("up", "points"), Box(0, 0, width, 300), corners)

    return make


def test_names_that_fit_are_written_and_others_are_listed(field_of, point):
    few = field_of([point("a", 1.0, 1.0), point("b", 9.0, 9.0)])
    assert few.unplaced() == []
    crowd = field_of([point("a long name that needs its room", 5.0, 5.0 + number / 100) for number in range(40)], width=260)
    listed = crowd.unplaced()
    assert 0 < len(listed) < 40


def test_listed_points_are_numbered_from_one(field_of, point):
    field = field_of([point("a", 1.0, 1.0), point("b", 9.0, 9.0)])
    picture = Picture(600, 300)
    field.draw(picture, Strokes(), listed=[1])
    said = ["".join(text.itertext()) for text in ElementTree.fromstring(picture.svg("x")).iter("text")]
    assert "a" in said
    assert "1" in said
    assert "b" not in said


def test_target_and_spans_are_on_the_scales(field_of, point):
    field = field_of([point("a", 1.0, 1.0)])
    x, y = field._scales()
    assert x.low <= 0.0
    assert x.high >= 5.0
    assert y.start > y.end, "upwards is more"


def test_the_inner_box_leaves_room_for_ticks_and_titles(field_of, point):
    inner = field_of([point("a", 1.0, 1.0)]).inner
    assert inner.left > 15
    assert inner.bottom < 280
    assert inner.top > 16


def test_n_is_one_number_or_a_range(english):
    rows = [english.told({"value": 1.0, "n": n}) for n in (10, 1200)]
    assert n_range(english, rows) == "10–1,200"
    assert n_range(english, rows[:1]) == "10"
    assert n_range(english, [english.told({"value": 1.0, "n": None})]) == "–"
