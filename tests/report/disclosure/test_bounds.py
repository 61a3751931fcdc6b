"""Between which numbers of respondents a hidden cell must lie."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from cxlib.report.disclosure import Register, audit, layers, protect
from cxlib.report.disclosure.bounds import bounded, pinned
from cxlib.report.disclosure.respondents import Respondents, sets
from cxlib.report.disclosure.universe import Universe

from .attacker import Survey, surveys
from .people import MIN_N, WHO, estimates


def universe(*tables, columns=("segment",), min_n=MIN_N) -> Universe:
    found = [layer for i, table in enumerate(tables) for layer in layers(table, min_n=min_n, name=f"table {i}", who=WHO)]
    return Universe(found, frozenset(columns))


def hidden(part: Universe):
    return sorted(cell for layer in part.group for cell in layer.n.keys() - layer.published if cell in part.ids)


def test_one_hidden_cell_beside_its_margin_has_one_number() -> None:
    part = universe(estimates({("a",): 3, ("b",): 20, (None,): 23}))
    assert bounded(part, hidden(part)) == {(("segment", "a"),): (3, 3)}
    assert [leak.who for leak in pinned(part)] == ["segment=a"]


def test_two_hidden_cells_share_what_their_margin_leaves() -> None:
    part = universe(estimates({("a",): 3, ("b",): 20, ("c",): 4, (None,): 27}))
    assert set(bounded(part, hidden(part)).values()) == {(0, 7)}
    assert not list(pinned(part))


def test_a_margin_bounds_a_hidden_cell_from_above_alone() -> None:
    crossed = estimates(
        {("a", "x"): 20, ("a", "y"): 5, ("b", "x"): 6, ("b", "y"): 30, ("a", None): 25, ("b", None): 36}, by=["segment", "role"]
    )
    whole = estimates({("x",): 26, ("y",): 35}, by=["role"])
    found = bounded(part := universe(crossed, whole, columns=("segment", "role")), hidden(part))
    assert found[("role", "y"), ("segment", "a")] == (5, 5)
    loose = crossed.assign(n=crossed["n"].where(~crossed["n"].isin([20, 30]), 6))
    part = universe(loose, columns=("segment", "role"))
    assert set(bounded(part, hidden(part)).values()) == {(0, 25), (0, 36)}


def test_without_a_margin_nothing_bounds_a_hidden_cell() -> None:
    part = universe(estimates({("a",): 3, ("b",): 20}))
    assert bounded(part, hidden(part)) == {(("segment", "a"),): (0, np.inf)}


def test_tables_that_cannot_all_be_right_bound_nothing() -> None:
    part = universe(estimates({("a",): 3, ("b",): 20, (None,): 10}))
    assert bounded(part, hidden(part)) == {}


def searched(survey: Survey, *, careful: bool) -> list[Respondents]:
    register = Register()
    for i, table in enumerate(survey.estimates()):
        if careful:
            protect(table, min_n=MIN_N, register=register, name=f"table {i}", who=WHO)
        else:
            register.add(layers(table, min_n=MIN_N, name=f"table {i}", who=WHO))
    of = {layer.what: [one for one in register.layers if one.what == layer.what] for layer in register.layers}
    return [Respondents(*some) for family in of.values() for some in sets(family, MIN_N)]


@settings(max_examples=8, deadline=None, derandomize=True)
@given(surveys())
def test_no_hidden_cell_of_a_protected_survey_is_pinned(survey: Survey) -> None:
    assert [leak for part in searched(survey, careful=True) for leak in part.pinned()] == []


@settings(max_examples=8, deadline=None, derandomize=True)
@given(surveys())
def test_whatever_is_computed_is_pinned_too(survey: Survey) -> None:
    for part in searched(survey, careful=False):
        computed = part.known(1) & set(hidden(part.main))
        found = bounded(part.main, sorted(computed))
        assert all(fewest == most for fewest, most in found.values())
        assert len(found) == len(computed)


def test_the_audit_asks_for_bounds(monkeypatch) -> None:
    register = Register()
    register.add(layers(estimates({("a",): 3, ("b",): 20, (None,): 23}), min_n=MIN_N, name="scores", who=WHO))
    monkeypatch.setattr(Respondents, "leaks", lambda *_: iter(()))
    told = audit(register, min_n=MIN_N)
    assert told[["table", "who"]].to_numpy().tolist() == [["scores", "segment=a"]]
    assert told["how"].str.startswith("what nobody can be fewer or more than").all()
