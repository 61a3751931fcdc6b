"""What published tables give away together is found."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from cxlib.report.disclosure import Register, audit, layers
from cxlib.report.disclosure.cells import OTHER

from .attacker import Survey, surveys
from .people import MIN_N, WHO, estimates, found, shown


@settings(max_examples=30, deadline=None, derandomize=True)
@given(surveys())
def test_audit_finds_leaks_when_only_small_cells_are_hidden(survey: Survey) -> None:
    register = Register()
    frames = [table.assign(note=np.where(table["n"].between(1, MIN_N - 1), "suppressed", "")) for table in survey.estimates()]
    for i, table in enumerate(survey.estimates()):
        register.add(layers(table, min_n=MIN_N, name=f"table {i}", who=WHO))
    if survey.attacks(frames):
        assert not audit(register, min_n=MIN_N).empty


def test_hiding_small_cells_alone_is_caught() -> None:
    register = Register()
    register.add(layers(estimates({("a",): 3, ("b",): 20, (None,): 23}), min_n=MIN_N, name="scores", who=WHO))
    assert audit(register, min_n=MIN_N).to_dict("records") == [
        {"table": "scores", "what": "{}", "who": "segment=a", "how": "a sum or difference, from all; segment=b in scores"}
    ]


def test_a_published_small_cell_is_caught() -> None:
    register = Register()
    register.add(layers(estimates({("a",): 3, ("b",): 20}), min_n=1, name="scores", who=WHO))
    assert audit(register, min_n=MIN_N)["who"].to_list() == ["segment=a"]


def test_listings_without_a_total_that_add_up_to_the_same_are_caught() -> None:
    by_segment = estimates({("a",): 20, ("b",): 5})
    assert "segment=b" in found(by_segment, estimates({("x",): 12, ("y",): 13}, by=["role"]))
    assert found(by_segment, estimates({("x",): 12, ("y",): 30}, by=["role"])) == set()


def test_a_margin_in_disguise_is_caught() -> None:
    by_region = estimates({("north",): 83, ("south",): 4, ("west",): 14}, by=["region"])
    assert "region=south" in found(estimates({(OTHER,): 101}, by=["role"]), by_region)


def test_an_empty_table() -> None:
    register = Register()
    assert shown(estimates({}), register).empty
    assert audit(register, min_n=MIN_N).columns.to_list() == ["table", "what", "who", "how"]
