"""Nothing hidden can be computed, and little more is hidden than that takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from cxlib.report.disclosure import Register, about, audit, layers

from .attacker import Survey, surveys
from .people import MIN_N, NUMBERS, WHO, counted, estimates, numbers, shown


@settings(max_examples=60, deadline=None, derandomize=True)
@given(surveys())
def test_nothing_hidden_can_be_computed(survey: Survey) -> None:
    register = Register()
    frames = [shown(table, register, f"table {i}") for i, table in enumerate(survey.estimates())]
    assert audit(register, min_n=MIN_N).to_dict("records") == []
    assert survey.attacks(frames) == []
    assert not any(frame["n"].between(1, MIN_N - 1).any() for frame in frames)
    assert audit(Register.from_frame(register.to_frame()), min_n=MIN_N).empty


@settings(max_examples=20, deadline=None, derandomize=True)
@given(surveys())
def test_what_is_about_one_thing_is_hidden_without_a_look_at_another(survey: Survey) -> None:
    """Two items asked of all: with the other's rows or without, the same is shown, and the same is known afterwards."""
    whole, part = Register(), Register()
    only = {'{"item_id": "staff"}'}
    for i, table in enumerate(survey.estimates()):
        both = pd.concat([table.assign(item_id=item) for item in ("price", "staff")], ignore_index=True)
        both = both[["item_id", *table.columns]]
        seen, restricted = shown(both, whole, f"table {i}"), shown(both, part, f"table {i}", about=only)
        pd.testing.assert_frame_equal(restricted, seen[about(seen, WHO).isin(only)])
    assert part.to_frame().equals(Register(layer for layer in whole.layers if layer.what in only).to_frame())


def test_the_smallest_further_cell_is_hidden_with_all_its_numbers() -> None:
    seen = shown(estimates({("a",): 3, ("b",): 40, ("c",): 20, (None,): 63}), Register())
    assert numbers(seen) == [None, 40, None, 63]
    assert seen["note"].to_list() == ["suppressed", "", "suppressed", ""]
    assert seen.loc[[0, 2], NUMBERS].isna().all(axis=None)
    assert "draws" not in seen
    assert seen["segment"].to_list()[:3] == ["a", "b", "c"]


def test_without_a_margin_nothing_more_is_hidden() -> None:
    assert numbers(shown(estimates({("a",): 3, ("b",): 20, ("c",): 0}), Register())) == [None, 20, 0]


def test_two_hidden_cells_that_are_small_together_need_a_third() -> None:
    assert numbers(shown(estimates({("a",): 2, ("b",): 3, ("c",): 9, ("d",): 20, (None,): 34}), Register())) == [None, None, None, 20, 34]


def test_a_few_respondents_without_a_level_are_not_given_away() -> None:
    assert numbers(shown(estimates({("a",): 40, ("b",): 30, (None,): 73}), Register())) == [40, None, 73]


def test_many_respondents_without_a_level_hide_the_small_cell() -> None:
    assert numbers(shown(estimates({("a",): 40, ("b",): 3, (None,): 93}), Register())) == [40, None, 93]


def test_a_finer_table_does_not_reveal_what_a_coarser_one_hid() -> None:
    register = Register()
    first = shown(estimates({("a",): 5, ("b",): 15, ("c",): 30, (None,): 50}), register, "by segment")
    assert numbers(first) == [None, None, 30, 50]
    fine = {("b", "x"): 8, ("b", "y"): 7, ("c", "x"): 15, ("c", "y"): 15}
    alone = shown(estimates(fine, by=["segment", "role"]), Register())
    assert numbers(alone) == [8, 7, 15, 15]
    assert numbers(shown(estimates(fine, by=["segment", "role"]), register, "by role")) == [8, None, 15, 15]
    assert audit(register, min_n=MIN_N).empty


def test_a_coarser_table_does_not_reveal_what_a_finer_one_hid() -> None:
    register = Register()
    fine = {("a", "x"): 3, ("a", "y"): 20, ("b", "x"): 25, ("b", "y"): 30}
    assert numbers(shown(estimates(fine, by=["segment", "role"]), register, "by both")) == [None, 20, 25, 30]
    seen = shown(estimates({("a",): 23, ("b",): 55, (None,): 78}), register, "by segment")
    assert numbers(seen) == [None, 55, None]
    naive = Register(register.layers[:1])
    naive.add(layers(estimates({("a",): 23, ("b",): 55, (None,): 78}), min_n=MIN_N, name="by segment", who=WHO))
    assert set(audit(naive, min_n=MIN_N)["who"]) == {"role=x, segment=a"}


def test_rows_without_n_pass_through() -> None:
    table = estimates({("a",): 3, ("b",): None, ("c",): 30})
    seen = shown(table, Register())
    assert seen["note"].to_list() == ["suppressed", "not asked", ""]
    pd.testing.assert_frame_equal(seen.iloc[[1, 2]], table.drop(columns="draws").iloc[[1, 2]], check_dtype=False)


def test_a_thin_row_that_tells_its_n_counts_as_published() -> None:
    table = estimates({("a",): 12, ("b",): 40, (None,): 52})
    table.loc[0, ["value", "low", "high"]] = np.nan
    table.loc[0, "note"] = "n < 30"
    assert shown(table, Register())["note"].to_list() == ["n < 30", "", ""]


def test_a_table_without_who_columns() -> None:
    table = pd.concat([estimates({(): n}, by=[], touchpoint_id=name) for name, n in [("shop", 6), ("hotline", 7)]], ignore_index=True)
    assert numbers(shown(table, Register())) == [None, 7]
    assert numbers(shown(estimates({(): 8}, by=[]), Register())) == [8]


def test_all_cells_small() -> None:
    register = Register()
    assert numbers(shown(estimates({("a",): 1, ("b",): 2, (None,): 3}), register)) == [None, None, None]
    assert audit(register, min_n=MIN_N).empty


def test_how_much_more_is_hidden_than_small() -> None:
    """Twenty touchpoints by segment and role: a sixth of the rows is small, about as many again have to be hidden."""
    rng = np.random.default_rng(7)
    kinds = [("segment", "role"), ("segment",), ("role",), ()]
    parts = []
    for number in range(20):
        answers = int(rng.integers(150, 500))
        people = pd.DataFrame(
            {"segment": rng.choice(list("abcd"), answers, p=[0.5, 0.3, 0.15, 0.05]), "role": rng.choice(list("vwxyz"), answers)}
        )
        parts.append(counted(people, kinds, touchpoint_id=f"touchpoint {number}"))
    table = pd.concat(parts, ignore_index=True)
    register = Register()
    hidden = (shown(table, register)["note"] == "suppressed").mean()
    assert table["n"].between(1, MIN_N - 1).mean() == pytest.approx(0.162, abs=0.001)
    assert hidden == pytest.approx(0.298, abs=0.003)
    assert audit(register, min_n=MIN_N).empty
