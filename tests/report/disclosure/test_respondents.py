"""Who is asked in several tables, and what cannot be combined."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.report.disclosure import Register, audit, layers, protect
from cxlib.report.disclosure.cells import OTHER

from .people import MIN_N, WHO, counted, estimates, found, numbers, shown


def test_a_pool_of_other_respondents_does_not_blur_what_follows() -> None:
    contacts = estimates({(OTHER,): 45}, metrics=["contacts"])
    assert "segment=b" in found(contacts, estimates({("a",): 58, ("b",): 3, (None,): 61}))


def test_different_respondents_of_one_metric_family_are_not_mixed() -> None:
    register = Register()
    volume = estimates({("a",): 300, ("b",): 2000, (None,): 2300}, metrics=["contacts"])
    scores = estimates({("a",): 4, ("b",): 15, ("c",): 30, (None,): 49}, metrics=["nps"])
    assert numbers(shown(volume, register, "volume")) == [300, 2000, 2300]
    assert numbers(shown(scores, register, "scores")) == [None, None, 30, 49]


def test_the_same_figure_with_a_few_respondents_less_is_hidden() -> None:
    register = Register()
    shown(estimates({(None,): 100}), register, "all answers")
    assert numbers(shown(estimates({(None,): 97}), register, "answers with a role")) == [None]
    naive = Register(register.layers[:1])
    naive.add(layers(estimates({(None,): 97}), min_n=MIN_N, name="answers with a role", who=WHO))
    how = "differs from all answers by fewer than 7 respondents"
    assert audit(naive, min_n=MIN_N).to_dict("records") == [{"table": "answers with a role", "what": "{}", "who": "all", "how": how}]


def test_what_is_measured_separates_respondents() -> None:
    register = Register()
    first = shown(estimates({("a",): 3, ("b",): 20, ("c",): 40}, touchpoint_id="shop"), register, "shop")
    second = shown(estimates({(None,): 63}, touchpoint_id="hotline"), register, "hotline")
    assert (numbers(first), numbers(second)) == ([None, 20, 40], [63])
    assert numbers(shown(estimates({(None,): 63}, touchpoint_id="shop"), register, "total")) == [None]


def test_columns_that_divide_nobody_together_are_searched_alone() -> None:
    """Seven groupings have a million combinations of levels; by one at a time they have fifty."""
    rng = np.random.default_rng(0)
    sizes = {"segment": 6, "role": 5, "region": 4, "channel": 12, "source": 3, "received_by": 15, "persona": 6}
    people = pd.DataFrame({column: rng.choice([f"{column} {i}" for i in range(size)], 3000) for column, size in sizes.items()})
    register = Register()
    for column in sizes:
        levels = people[column].value_counts()
        table = estimates({(str(level),): int(n) for level, n in levels.items()} | {(None,): 3000}, by=[column])
        assert not protect(table, min_n=MIN_N, register=register, name=column, who=[column])["n"].isna().any()
    both = counted(people, [("segment", "role")])
    assert not shown(both, register, "both")["n"].isna().any()
    assert audit(register, min_n=MIN_N).empty


def test_how_many_all_are_is_told_by_another_grouping() -> None:
    register = Register()
    assert numbers(shown(estimates({("x",): 12, ("y",): 13}, by=["role"]), register, "by role")) == [12, 13]
    assert numbers(shown(estimates({("a",): 12, ("b",): 8, ("c",): 5}), register, "by segment")) == [12, None, None]
    assert audit(register, min_n=MIN_N).empty


def test_a_table_about_more_respondents_does_not_blur_what_one_about_fewer_tells() -> None:
    register = Register()
    assert numbers(shown(estimates({(): 37}, by=[]), register, "all")) == [37]
    fewer = estimates({("a", None): 5, ("b", None): 17, (None, "x"): 7, (None, "y"): 15}, by=["segment", "role"], metrics=["contacts"])
    assert numbers(shown(fewer, register, "some")) == [None, 17, None, 15]
    assert audit(register, min_n=MIN_N).empty


def test_many_tables_about_different_people_hide_nothing_of_each_other() -> None:
    """A client publishes how many there are of a hundred things; none of that tells anything about a table by role."""
    register = Register()
    for n in range(100, 200):
        assert numbers(shown(estimates({(): n}, by=[], metrics=[f"metric {n}"]), register, f"table {n}")) == [n]
    assert numbers(shown(estimates({("x",): 3, ("y",): 25, ("z",): 30}, by=["role"], metrics=["nps"]), register, "roles")) == [None, 25, 30]
    assert audit(register, min_n=MIN_N).empty


def test_one_of_many_totals_that_solves_a_table_hides_one_more_cell() -> None:
    register = Register()
    for n in (40, 58, 90):
        shown(estimates({(): n}, by=[], metrics=[f"metric {n}"]), register, f"table {n}")
    roles = estimates({("x",): 3, ("y",): 25, ("z",): 30}, by=["role"], metrics=["nps"])
    assert numbers(shown(roles, register, "roles")) == [None, None, 30]
    assert audit(register, min_n=MIN_N).empty


def test_what_two_other_groupings_tell_together_is_traced_to_its_cells() -> None:
    """All are 22 by role; of those without segment b, 5 are left. The smallest of the three cells that tell it goes."""
    register = Register()
    shown(estimates({("a",): 5, ("b",): 17}), register, "segments")
    assert numbers(shown(estimates({("x",): 7, ("y",): 15}, by=["role"]), register, "roles")) == [None, 15]
    assert audit(register, min_n=MIN_N).empty


def test_a_few_more_than_a_table_lists_are_not_given_away() -> None:
    """Nine answered, seven of them in segment a: the other two would follow."""
    register = Register()
    assert numbers(shown(estimates({(): 9}, by=[]), register, "all")) == [9]
    assert numbers(shown(estimates({("a",): 7, ("b",): 1}), register, "segments")) == [None, None]
    assert audit(register, min_n=MIN_N).empty


def test_tables_of_a_named_part_are_compared_with_one_another_alone() -> None:
    """541 people rated a contact, 540 complained: by chance nearly as many, and one is no part of the other."""
    register = Register()
    shown(estimates({(): 541}, by=[], metrics=["csat"]), register, "ratings")
    units = estimates({("a",): 281, ("b",): 259}, metrics=["goodwill_share"])
    assert numbers(protect(units, min_n=MIN_N, register=register, name="goodwill", who=WHO, of="complaints")) == [281, 259]
    everybody = estimates({(): 543}, by=[], metrics=["complaints"])
    assert numbers(protect(everybody, min_n=MIN_N, register=register, name="all", who=WHO, of="complaints")) == [None]
    assert numbers(shown(units, register, "goodwill of everybody")) == [281, None]


def test_a_table_about_others_links_no_columns_of_these() -> None:
    """The last table divides other people by segment and role together; the first two tell about these what they told before."""
    register, three = Register(), ["region", "role", "segment"]
    one = {(None, None, None): 44, (None, None, OTHER): 18, (None, None, "a"): 16, (None, OTHER, None): 38, ("r", None, None): 27}
    few = {(None, None, None): 34, (None, None, "a"): 13, (None, None, "b"): 15, (None, "x", None): 20, (None, "y", None): 11}
    both = {(None, "x", "a"): 10, (None, "y", "a"): 2, (None, "x", "b"): 9, (None, "y", "b"): 5, ("r", None, "a"): 10, ("r", None, "b"): 7}
    shown(estimates({(): 44}, by=[]), register, "all")
    shown(estimates(one | {("s", None, None): 3}, by=three), register, "ratings")
    places = {("r", None, None): 20, ("s", None, None): 3, ("s", None, "b"): 2}
    shown(estimates(few | places | both, by=three, metrics=["contacts"]), register, "contacts")
    assert audit(register, min_n=MIN_N).empty
