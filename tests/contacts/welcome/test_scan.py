"""The scan finds what is there, and stays quiet where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from cxlib.contacts.welcome.scan import LESS, _edges, _highest, _within, baseline, scan


def drawn(seed, n=1200, each=0.15, first=3, last=6, times=4.0, days=61, decay=25.0):
    rng = np.random.default_rng(seed)
    since = np.arange(days, dtype="float64")
    rate = np.exp(-since / decay) * np.where((since >= first) & (since <= last), times, 1.0)
    weight = rng.uniform(0.2, 1.8, (n, days)) * (since <= rng.integers(20, 90, n)[:, None])
    mean = weight * rate
    counts = rng.poisson(mean * each * n / mean.sum())
    unit, day = np.nonzero(counts)
    return unit, day, weight, since


def found(seed, tries=399, **settings):
    unit, day, weight, since = drawn(seed, **settings)
    return scan(unit, day, weight, days=since, widest=14, tries=tries, level=0.95, rng=np.random.default_rng(seed))


def test_a_strong_window_is_found_with_its_edges():
    for seed in range(5):
        one = found(seed)
        assert one.p <= 0.05
        assert abs(one.first - 3) <= 1
        assert abs(one.last - 6) <= 1
        assert one.first_span[0] <= one.first <= one.first_span[1]


def test_nothing_is_found_where_nothing_is():
    chances = [found(seed, times=1.0, tries=199).p for seed in range(40)]
    assert np.mean(np.array(chances) <= 0.05) <= 0.15
    assert np.mean(chances) == pytest.approx(0.5, abs=0.18)


def test_a_slow_decay_is_no_window():
    assert np.median([found(seed, times=1.0, decay=15.0, tries=199).p for seed in range(12)]) > 0.2


def test_the_ratio_is_shrunk_by_what_the_search_exaggerates():
    few = [found(seed, each=0.04, times=2.5, tries=9) for seed in range(30)]
    assert all(one.ratio <= one.raw + 1e-9 for one in few)
    raw, told = (np.median([getattr(one, name) for one in few]) for name in ("raw", "ratio"))
    assert 2.5 < told < 0.95 * raw, "fifty contacts exaggerate; told is less of it"


def test_the_baseline_recovers_a_decay_and_leaves_out_the_window():
    since = np.arange(60.0)
    truth = 40 * (0.2 + np.exp(-since / 14))
    kept = np.ones((1, 60), dtype=bool)
    assert baseline(truth[None], np.ones(60), since, kept)[0] == pytest.approx(truth, rel=0.1)
    lifted = truth.copy()
    lifted[20:25] *= 5
    kept[0, 20:25] = False
    assert baseline(lifted[None], np.ones(60), since, kept)[0] == pytest.approx(truth, rel=0.1)


def test_it_is_the_same_each_time():
    assert found(3).expected == pytest.approx(found(3).expected)
    assert found(3).p == found(3).p


@pytest.mark.parametrize("decay", [14, 18, 25, 30, 40, 60, 100])
def test_no_decay_of_weeks_looks_like_a_window(decay):
    """What the baseline misses of 175 contacts stays far below what a window needs: a score of about 6."""
    since = np.arange(61.0)
    truth = np.exp(-since / decay)
    truth *= 175 / truth.sum()
    told = baseline(truth[None], np.ones(61), since, np.ones((1, 61), dtype=bool))[0]
    assert (truth * np.log(truth / told) - (truth - told)).sum() < 0.1
    assert told[:31] == pytest.approx(truth[:31], rel=0.06)


def test_ratio_and_excess_of_a_window_by_hand():
    counts, expected = np.array([[1.0, 5.0, 6.0, 1.0]]), np.array([[1.0, 2.0, 2.0, 1.0]])
    ratio, more = _within(counts, expected, np.array([10, 10, 8, 8]), np.array([1]), np.array([2]))
    assert ratio == pytest.approx([np.log(11 / 4)])
    assert more == pytest.approx([7 / 9]), "9 units are watched on a day of the window"


def test_the_excess_is_about_right_and_known_as_badly_as_it_is():
    """Four times as many contacts on four days: so many more for each unit watched in them."""
    told = [found(seed, tries=49) for seed in range(10)]
    true = []
    for seed in range(10):
        *_, weight, since = drawn(seed)
        inside = (since >= 3) & (since <= 6)
        mean = weight * np.exp(-since / 25) * np.where(inside, 4.0, 1.0)
        true.append(mean[:, inside].sum() / mean.sum() * 180 * 0.75 / (weight[:, inside] > 0).sum(axis=0).mean())
    apart = np.array([one.excess for one in told]) - true
    assert abs(apart.mean()) < 0.1 * np.mean(true)
    assert np.std(apart) == pytest.approx(np.mean([one.excess_spread for one in told]), rel=0.6)


def test_edges_are_those_likeliest_to_be_met_within_a_day_by_hand():
    rng = np.random.default_rng(5)
    expected = np.full((3, 12), 2.0)
    counts = rng.poisson(expected * np.where((np.arange(12) >= 4) & (np.arange(12) <= 7), 2.5, 1.0)).astype("float64")
    first, last = _edges(counts, expected, 6)
    for draw in range(3):
        likely = {}
        for a in range(12):
            for b in range(a, min(a + 6, 12)):
                o, e = counts[draw, a : b + 1].sum(), expected[draw, a : b + 1].sum()
                likely[a, b] = np.exp(o * np.log(o / e) - (o - e)) if o > e else 1.0
        near = {
            (a, b): sum((1 - LESS * (abs(i) + abs(j))) * likely.get((a + i, b + j), 0.0) for i in (-1, 0, 1) for j in (-1, 0, 1))
            for a, b in likely
        }
        assert (first[draw], last[draw]) == max(near, key=near.get)


def test_weak_edges_are_met_within_a_day_more_often_than_by_the_highest_score():
    rng = np.random.default_rng(7)
    day = np.arange(61.0)
    usual = 4 * np.exp(-day / 30)
    expected = np.repeat(usual[None], 2000, axis=0)
    counts = rng.poisson(expected * np.where((day >= 20) & (day <= 30), 2.5, 1.0)).astype("float64")

    def met(first, last):
        return ((np.abs(first - 20) <= 1) & (np.abs(last - 30) <= 1)).mean()

    assert met(*_edges(counts, expected, 14)) > met(*_highest(counts, expected, 14)[1:]) + 0.03


def test_the_window_that_stands_out_most_has_its_own_days():
    counts, expected = np.full((2, 20), 2.0), np.full((2, 20), 2.0)
    counts[0, 3:7], counts[1, 19] = 9.0, 9.0
    score, first, last = _highest(counts, expected, 10)
    assert first.tolist() == [3, 19]
    assert last.tolist() == [6, 19]
    assert score[0] == pytest.approx(36 * np.log(36 / 8) - 28)
