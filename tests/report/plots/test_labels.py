from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from cxlib.report.plots.labels import Box, labelled, spread

FRAME = Box(0, 0, 400, 300)
places = st.tuples(st.floats(10, 390), st.floats(10, 290))


@given(st.lists(places, max_size=15), st.floats(10, 120))
def test_labels_cover_neither_each_other_nor_points_nor_what_is_taken(points, width):
    taken = Box(0, 0, 60, 20)
    found = [box for box in labelled(points, [(width, 13.0)] * len(points), FRAME, taken=[taken]) if box is not None]
    assert not any(one.meets(other) for one, other in combinations(found, 2))
    assert not any(box.meets(taken) or not box.within(FRAME) for box in found)
    assert not any(box.left < x < box.right and box.top < y < box.bottom for box in found for x, y in points)


def test_a_lone_label_stands_right_of_its_point():
    (box,) = labelled([(100, 100)], [(50, 14)], FRAME)
    assert box == Box(108, 93, 158, 107)


def test_at_the_right_edge_it_stands_left():
    (box,) = labelled([(390, 100)], [(50, 14)], FRAME)
    assert box is not None
    assert box.right == 382


def test_faint_lines_are_avoided_where_that_is_near():
    (box,) = labelled([(100, 100)], [(50, 14)], FRAME, faint=[Box(100, 100, 200, 100)])
    assert box is not None
    assert not box.meets(Box(100, 100, 200, 100))


def test_where_nothing_is_free_there_is_no_place():
    assert labelled([(5, 5)], [(50, 14)], Box(0, 0, 20, 20)) == [None]


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(5, 20)), min_size=1, max_size=12))
def test_spread_labels_stay_apart_inside_and_in_order(given_labels):
    heights, sizes = [height for height, _ in given_labels], [size for _, size in given_labels]
    middles = spread(heights, sizes, 0, 300)
    order = sorted(range(len(heights)), key=lambda n: heights[n])
    for one, other in pairwise(order):
        assert middles[other] - middles[one] >= (sizes[one] + sizes[other]) / 2 - 1e-6
    assert min(middles[n] - sizes[n] / 2 for n in order) >= -1e-6
    assert max(middles[n] + sizes[n] / 2 for n in order) <= 300 + 1e-6


def test_labels_with_room_stay_where_they_are():
    assert spread([20.0, 80.0], [10, 10], 0, 100) == [20.0, 80.0]
