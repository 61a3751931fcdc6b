"""What follows from published cells: sums, pools, and equations too many to solve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.report.disclosure import Register, audit, layers, universe
from cxlib.report.disclosure.cells import OTHER

from .people import MIN_N, WHO, counted, estimates, found, numbers, shown


def test_equations_too_many_to_solve_are_hidden_rather_than_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    people = pd.DataFrame(np.random.default_rng(1).choice(list("abcdef"), size=(900, 3)), columns=WHO)
    table = counted(people, [("segment", "role"), ("role", "region"), ("segment", "region"), ()])
    monkeypatch.setattr(universe, "EQUATIONS", 12)
    register = Register()
    assert (shown(table, register)["note"] == "suppressed").mean() < 1
    assert audit(register, min_n=MIN_N).empty


def test_small_cells_beside_a_pool_are_caught_together() -> None:
    table = estimates({("a",): 20, ("b",): 2, ("c",): 3, (OTHER,): 24, (None,): 49})
    assert "a group that no table lists" in found(table)
    assert numbers(shown(table, Register())) == [None, None, None, 24, 49]


def test_a_pooled_level_is_what_its_own_table_does_not_list() -> None:
    register = Register()
    assert numbers(shown(estimates({("a",): 40, (OTHER,): 12}), register, "pooled")) == [40, 12]
    detail = estimates({("a",): 40, ("b",): 4, ("c",): 8})
    assert numbers(shown(detail, register, "detail")) == [40, None, None]
    assert audit(register, min_n=MIN_N).empty
    naive = Register(register.layers[:1])
    naive.add(layers(detail, min_n=MIN_N, name="detail", who=WHO))
    assert "segment=b" in set(audit(naive, min_n=MIN_N)["who"])
