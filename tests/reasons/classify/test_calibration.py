import numpy as np
import pytest

from cxlib.reasons.classify.calibration import calibration_error, softmax, temperature, threshold


def test_softmax_bears_large_margins():
    assert softmax(np.array([[1e4, 0.0, -1e4]]), 2.0) == pytest.approx(np.array([[1.0, 0.0, 0.0]]))


def test_the_sharpness_is_recovered():
    rng = np.random.default_rng(1)
    margins = rng.normal(size=(20_000, 5))
    chance = softmax(margins, 3.0)
    code = (chance.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    assert temperature(margins, code, np.ones(20_000)) == pytest.approx(3.0, rel=0.03)
    own = softmax(margins, 3.0)
    right = own.argmax(axis=1) == code
    assert calibration_error(own.max(axis=1), right, np.ones(20_000)) < 0.012
    assert calibration_error(softmax(margins, 9.0).max(axis=1), right, np.ones(20_000)) > 0.1


def test_a_weight_counts_as_so_many_texts():
    margins, code = np.array([[1.0, 0.0], [0.5, 0.0], [0.3, 0.0]]), np.array([0, 1, 0])
    rows = [0, 0, 0, 1, 2, 2]
    assert temperature(margins, code, np.array([3.0, 1.0, 2.0])) == pytest.approx(temperature(margins[rows], code[rows], np.ones(6)))


def test_calibration_error_by_hand():
    probability = np.array([0.95, 0.95, 0.55, 0.55])
    right = np.array([True, False, True, True])
    assert calibration_error(probability, right, np.ones(4), bins=10) == pytest.approx(0.5 * 0.45 + 0.5 * 0.45)


def test_chance_alone_is_no_error_of_calibration():
    rng = np.random.default_rng(4)
    told, beyond = [], []
    for _ in range(40):
        probability = rng.uniform(0.1, 1, 400)
        right = rng.random(400) < probability
        told.append(calibration_error(probability, right, np.ones(400)))
        beyond.append(calibration_error(probability, right, np.ones(400), beyond_chance=True))
    assert np.mean(told) > 0.05
    assert np.mean(beyond) < 0.03
    by_hand = calibration_error(np.array([0.95, 0.95]), np.array([True, False]), np.ones(2), beyond_chance=True)
    assert by_hand == pytest.approx((0.45**2 - 0.95 * 0.05 / 2) ** 0.5)


def test_a_bin_ends_with_its_upper_edge():
    assert calibration_error(np.array([0.2, 0.15]), np.array([True, False]), np.ones(2), bins=10) == pytest.approx((0.8 - 0.15) / 2)


def test_the_threshold_is_the_lowest_that_keeps_the_promise_with_what_the_probabilities_say():
    probability = np.linspace(0.99, 0.5, 50)
    right = np.arange(50) < 30
    cut = threshold(probability, right, np.ones(50), promised=0.8, least=0.0)
    believed = [(right[:n].sum() + 20 * probability[:n].mean()) / (n + 20) - 2 / n for n in range(1, 51)]
    n = int((probability >= cut).sum())
    assert n < 50
    assert believed[n - 1] >= 0.8 > max(believed[n:])


def test_what_was_stated_counts_as_twenty_texts():
    probability = np.repeat([0.99, 0.95, 0.6], [10, 30, 20])
    right = np.r_[np.arange(10) < 8, np.arange(30) < 25, np.zeros(20, bool)]
    # 33 of 40 less 2/40 is .775; with 20 texts at .96 on average (33 + 19.2)/60 − 2/40 = .820
    assert threshold(probability, right, np.ones(60), promised=0.8, least=0.5) == 0.95
    assert threshold(probability, right, np.ones(60), promised=0.83, least=0.5) == 0.99


def test_many_texts_outweigh_what_the_probabilities_say():
    rng = np.random.default_rng(3)
    stated = rng.uniform(0.3, 1, 40_000)
    right = rng.random(40_000) < stated - 0.2  # said with too much confidence
    cut = threshold(stated, right, np.ones(40_000), promised=0.7, least=0.0)
    assert right[stated >= cut].mean() == pytest.approx(0.7, abs=0.002)
    heavier = threshold(stated, right, np.full(40_000, 7.0), promised=0.7, least=0.0)
    assert heavier == cut


def test_the_luck_of_few_texts_is_no_promise():
    over, few = [], 60
    for number in range(300):
        rng = np.random.default_rng(number)
        stated = rng.beta(2, 1.4, few)
        cut = threshold(stated, rng.random(few) < stated, np.ones(few), promised=0.8, least=0.0)
        over.append(stated[stated >= cut].mean())
    assert 0.8 <= np.mean(over) < 0.9
    assert np.quantile(over, 0.1) > 0.77


def test_no_threshold_lies_below_the_least():
    probability = np.array([0.9] * 30 + [0.3] * 30)
    assert threshold(probability, np.ones(60, bool), np.ones(60), promised=0.8, least=0.5) == 0.5
    assert threshold(np.full(30, 0.2), np.ones(30, bool), np.ones(30), promised=0.8, least=0.5) == 0.5


def test_a_promise_that_cannot_be_kept_takes_the_surest_texts():
    probability = np.r_[np.full(25, 0.9), np.full(25, 0.6)]
    right = np.r_[np.arange(25) < 15, np.arange(25) < 5]
    assert threshold(probability, right, np.ones(50), promised=0.95, least=0.5) == 0.9


def test_texts_of_one_probability_are_accepted_together():
    probability = np.r_[np.full(20, 0.9), np.full(20, 0.6)]
    right = np.r_[np.ones(30, bool), np.zeros(10, bool)]  # the first ten of those at 0.6 alone would keep the promise
    assert threshold(probability, right, np.ones(40), promised=0.9, least=0.5) == 0.9
