"""Cells and the combinations of levels they cover."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.report.disclosure import Register, audit, grid, layers

from .people import MIN_N, WHO, counted, shown


def test_a_family_too_big_to_audit_is_hidden_rather_than_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    people = pd.DataFrame(np.random.default_rng(1).choice(list("abcdef"), size=(600, 3)), columns=WHO)
    table = counted(people, [("segment", "role"), ("role", "region"), ("segment",), ()])
    monkeypatch.setattr(grid, "ATOMS", 60)
    grid.grid_of.cache_clear()
    register = Register()
    assert set(shown(table, register)["note"]) == {"", "suppressed"}
    assert audit(register, min_n=MIN_N).empty
    register.add(layers(table, min_n=MIN_N, name="scores", who=WHO))
    assert audit(register, min_n=MIN_N)["how"].to_list() == ["too many cells to audit; coarsen categories"]
    monkeypatch.undo()
    grid.grid_of.cache_clear()


def test_cells_are_numbered_and_told() -> None:
    cells = grid.Grid([(), (("role", "x"),), (("role", "x"), ("segment", "a")), (("segment", "b"),)])
    numbers = [cells.number(cell) for cell in ((), (("role", "x"),), (("role", "x"), ("segment", "b")))]
    assert len(set(numbers)) == 3
    assert [cells.told(number) for number in numbers] == ["all", "role=x", "role=x, segment=b"]
    assert len(cells.labels[0]) == 2 * 3  # one level of role, two of segment, and those that nobody lists
