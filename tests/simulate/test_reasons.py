"""The reasons: as many as decided, with the weights decided, and delays drawn as specified."""

from __future__ import annotations

import numpy as np
import pytest

from cxlib.simulate.reasons import HARD_PAIRS, NO_CONCERN, PERSONAS, code, lags, reasons


def test_sixty_reasons_and_what_is_no_concern():
    table = reasons()
    assert len(table) == 61
    assert table["reason"].is_unique
    assert table["weight"].sum() == 1178
    assert table.loc[code(NO_CONCERN), "weight"] == 29


def test_half_of_the_concerns_are_avoidable_and_four_of_ten_of_them_ask_for_the_delivery():
    table = reasons().drop(index=code(NO_CONCERN))
    weight = table["weight"] / table["weight"].sum()
    assert weight[table["avoidable"]].sum() == pytest.approx(0.49, abs=0.005)
    assert weight[table["failure"]].sum() == pytest.approx(0.53, abs=0.005)
    delivery = [code(f"delivery.{name}") for name in ("delivery_status", "delivery_info_inaccurate", "delivery_delay_not_notified")]
    assert weight[delivery].sum() / weight[table["avoidable"]].sum() == pytest.approx(0.39, abs=0.01)


def test_flags_agree():
    table = reasons()
    assert table["disappointment"].sum() == 7
    assert not (table["sales_reason"] & table["avoidable"]).any()
    assert set(table["treatment"]) == {"eliminate", "automate", "simplify", "leverage", "none"}
    assert (table[list(PERSONAS)] >= 0).all(axis=None)


def test_hard_pairs_are_reasons():
    for pair in HARD_PAIRS:
        assert {code(name) for name in pair} <= set(reasons().index)


@pytest.mark.parametrize(
    ("reason", "mean"), [("delivery.delivery_delay_not_notified", 4), ("billing.payment_dunning", 47), ("delivery.delivery_status", 1)]
)
def test_lags_have_the_mean_that_their_words_say(reason, mean):
    assert lags()[code(reason)].mean() == pytest.approx(mean, abs=0.6)


def test_lags_of_what_has_no_source_are_none():
    assert (lags()[code("usage_service.spare_parts")] == 0).all()
    assert lags().dtype == np.int32
