from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.report import disclosure
from cxlib.report.disclosure import OTHER, Register, audit, layers, protect

MIN_N = 7
WHO = ["segment", "role", "region"]
NUMBERS = ["value", "low", "high", "n", "n_eff"]
SEGMENTS = ("segment",)


Cells = dict[tuple[str | None, ...], int | None]


def estimates(
    cells: Mapping[Any, int | None], *, by: Sequence[str] = SEGMENTS, metrics: Sequence[str] = ("mean",), **what: str
) -> pd.DataFrame:
    rows = [
        {**what, **dict(zip(by, cell, strict=True)), "metric": metric, "n": n, "note": "not asked" if n is None else ""}
        for cell, n in cells.items()
        for metric in metrics
    ]
    frame = pd.DataFrame(rows, columns=[*what, *by, "metric", "n", "note"])
    frame["value"] = np.where(frame["n"].isna(), np.nan, 3.5)
    frame = frame.assign(low=frame["value"], high=frame["value"], unit="scale 1–5", n_eff=frame["n"], method="mean")
    frame["n"] = frame["n"].astype("Int64")
    frame["draws"] = [np.arange(3.0) for _ in range(len(frame))]
    return frame[[*what, *by, "metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note", "draws"]]


def counted(people: pd.DataFrame, kinds: Sequence[tuple[str, ...]], **what: str) -> pd.DataFrame:
    """Count respondents by each kind of cell, as a table of estimates; those with a missing level drop out, as in a groupby."""
    by = sorted({column for kind in kinds for column in kind})
    cells: Cells = {}
    for kind in kinds:
        known = people.dropna(subset=list(kind))
        sizes = known.groupby(list(kind)).size().items() if kind else [((), len(people))]
        for key, n in sizes:
            levels = dict(zip(kind, key if isinstance(key, tuple) else (key,), strict=True))
            cells[tuple(levels.get(column) for column in by)] = int(n)
    return estimates(cells, by=by, **what)


def conditions(frame: pd.DataFrame) -> list[dict[str, str | frozenset[str]]]:
    """Return the conditions of each row; a pooled level becomes the set of levels that it is not."""
    columns = [column for column in WHO if column in frame]
    listed = {column: frozenset(frame[column].dropna()) - {OTHER} for column in columns}
    rows = frame[columns].to_dict("records")
    return [{column: listed[column] if level == OTHER else level for column, level in row.items() if not pd.isna(level)} for row in rows]


class Attacker:
    """Somebody who reads the published frames and solves them with fractions; knows nothing of the module under test."""

    def __init__(self, frames: Sequence[pd.DataFrame], people: pd.DataFrame, *, complete: bool) -> None:
        rows = [
            (i, cell, n, note)
            for i, frame in enumerate(frames)
            for cell, n, note in zip(conditions(frame), frame["n"], frame["note"], strict=True)
        ]
        columns = [column for column in WHO if column in people]
        domain = [[*sorted(people[column].dropna().unique()), None] for column in columns]
        self.columns, self.people = columns, people
        listings: dict[tuple[int, tuple[str, ...]], list[dict[str, str | frozenset[str]]]] = {}
        for i, cell, _, _ in rows:
            listings.setdefault((i, tuple(cell)), []).append(cell)
        self.atoms = []
        for levels in product(*domain):
            atom = dict(zip(columns, levels, strict=True))
            if complete and (None in levels or not all(any(self.inside(atom, one) for one in found) for found in listings.values())):
                continue  # who reads a complete listing knows that what it does not list is empty
            self.atoms.append(atom)
        self.shown = [(cell, int(n)) for _, cell, n, note in rows if note == ""]
        self.tables = [[(cell, int(n)) for i, cell, n, note in rows if i == number and note == ""] for number in range(len(frames))]
        self.tables.append([one for one in self.shown if not any(isinstance(level, frozenset) for level in one[0].values())])
        self.hidden = [cell for _, cell, _, note in rows if note == "suppressed"]
        self.basis: list[tuple[int, list[Fraction]]] = []
        for cell, _ in self.shown:
            rest = self.rest(self.vector(cell))
            lead = next((i for i, entry in enumerate(rest) if entry), None)
            if lead is not None:
                self.basis.append((lead, [entry / rest[lead] for entry in rest]))

    @staticmethod
    def inside(atom: dict[str, str | None], cell: dict[str, str | frozenset[str]]) -> bool:
        return all(
            atom[column] not in (None, *level) if isinstance(level, frozenset) else atom[column] == level for column, level in cell.items()
        )

    def vector(self, cell: dict[str, str | frozenset[str]]) -> list[Fraction]:
        return [Fraction(self.inside(atom, cell)) for atom in self.atoms]

    def rest(self, vector: list[Fraction]) -> list[Fraction]:
        for lead, row in self.basis:
            if vector[lead]:
                factor = vector[lead]
                vector = [entry - factor * other for entry, other in zip(vector, row, strict=True)]
        return vector

    def computes(self, cell: dict[str, str | frozenset[str]]) -> bool:
        return any(self.vector(cell)) and not any(self.rest(self.vector(cell)))

    def finds(self) -> list[object]:
        found: list[object] = [cell for cell in self.hidden if self.computes(cell)]
        for size in range(len(self.columns) + 1):
            for kind in combinations(self.columns, size):
                for levels in product(*[self.people[column].dropna().unique() for column in kind]):
                    cell = dict(zip(kind, levels, strict=True))
                    n = int((self.people[list(kind)] == list(levels)).all(axis=1).sum()) if kind else len(self.people)
                    found += [cell] if 0 < n < MIN_N and self.computes(cell) else []
        for (outer, n), table in product(self.shown, self.tables):
            parts = [(cell, m) for cell, m in table if cell != outer and outer.items() <= cell.items()]
            for kind in {tuple(cell) for cell, _ in parts}:
                inner = {tuple(cell.items()): m for cell, m in parts if tuple(cell) == kind}
                found += [(outer, kind)] if 0 < n - sum(inner.values()) < MIN_N else []
                found += [(outer, cell) for cell, m in inner.items() if 0 < n - m < MIN_N]
        return found


@dataclass(frozen=True, eq=False)
class Survey:
    """Two sets of respondents, the second without some of the first; who is asked in each table, by what and with which levels pooled."""

    people: tuple[pd.DataFrame, pd.DataFrame]
    tables: tuple[tuple[int, tuple[tuple[str, ...], ...], tuple[str, ...]], ...]
    complete: bool

    def estimates(self) -> list[pd.DataFrame]:
        return [
            counted(self.people[asked].mask(self.people[asked].isin(pool), OTHER), kinds).assign(metric=["mean", "contacts"][asked])
            for asked, kinds, pool in self.tables
        ]

    def attacks(self, frames: Sequence[pd.DataFrame]) -> list[object]:
        groups = [[frame for frame, table in zip(frames, self.tables, strict=True) if table[0] == asked] for asked in (0, 1)]
        attackers = (Attacker(group, people, complete=self.complete) for group, people in zip(groups, self.people, strict=True))
        return [leak for attacker in attackers for leak in attacker.finds()]


@st.composite
def surveys(draw: st.DrawFn) -> Survey:
    columns = WHO[: draw(st.integers(1, 3))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.integers(5, 150))
    missing = draw(st.sampled_from([0, 0, 0.03, 0.2]))
    people = pd.DataFrame(index=range(size))
    for column in columns:
        levels = [f"{column} {i}" for i in range(draw(st.integers(2, 5 - (len(columns) > 1) - (len(columns) > 2))))]
        values = rng.choice(levels, size=size, p=rng.dirichlet(np.full(len(levels), 1.2))).astype(object)
        values[rng.random(size) < missing] = None
        people[column] = values
    kinds = [kind for length in range(len(columns) + 1) for kind in combinations(columns, length)]
    shape = st.tuples(
        st.sampled_from([0, 0, 0, 1]),
        st.lists(st.sampled_from(kinds), min_size=1, max_size=len(kinds), unique=True).map(tuple),
        st.sampled_from([(), (), ("segment 0", "segment 1"), ("segment 1", "role 0", "role 1")]),
    )
    tables = draw(st.lists(shape, min_size=1, max_size=3))
    return Survey((people, people[rng.random(size) < 0.7]), tuple(tables), complete=not missing)


def shown(table: pd.DataFrame, register: Register, name: str = "scores") -> pd.DataFrame:
    return protect(table, min_n=MIN_N, register=register, name=name, who=WHO)


def numbers(frame: pd.DataFrame) -> list[int | None]:
    return [None if pd.isna(n) else int(n) for n in frame["n"]]


@settings(max_examples=60, deadline=None)
@given(surveys())
def test_nothing_hidden_can_be_computed(survey: Survey) -> None:
    register = Register()
    frames = [shown(table, register, f"table {i}") for i, table in enumerate(survey.estimates())]
    assert audit(register, min_n=MIN_N).to_dict("records") == []
    assert survey.attacks(frames) == []
    assert not any(frame["n"].between(1, MIN_N - 1).any() for frame in frames)
    assert audit(Register.from_frame(register.to_frame()), min_n=MIN_N).empty


@settings(max_examples=30, deadline=None)
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


def found(*tables: pd.DataFrame) -> set[str]:
    """Return what the audit finds when only small cells are hidden."""
    register = Register()
    for i, table in enumerate(tables):
        register.add(layers(table, min_n=MIN_N, name=f"table {i}", who=WHO))
    return set(audit(register, min_n=MIN_N)["who"])


def test_listings_without_a_total_that_add_up_to_the_same_are_caught() -> None:
    by_segment = estimates({("a",): 20, ("b",): 5})
    assert "segment=b" in found(by_segment, estimates({("x",): 12, ("y",): 13}, by=["role"]))
    assert found(by_segment, estimates({("x",): 12, ("y",): 30}, by=["role"])) == set()


def test_a_margin_in_disguise_is_caught() -> None:
    by_region = estimates({("north",): 83, ("south",): 4, ("west",): 14}, by=["region"])
    assert "region=south" in found(estimates({(OTHER,): 101}, by=["role"]), by_region)


def test_a_pool_of_other_respondents_does_not_blur_what_follows() -> None:
    contacts = estimates({(OTHER,): 45}, metrics=["contacts"])
    assert "segment=b" in found(contacts, estimates({("a",): 58, ("b",): 3, (None,): 61}))


def test_small_cells_beside_a_pool_are_caught_together() -> None:
    table = estimates({("a",): 20, ("b",): 2, ("c",): 3, (OTHER,): 24, (None,): 49})
    assert "a group that no table lists" in found(table)
    assert numbers(shown(table, Register())) == [None, None, None, 24, 49]


def test_a_published_small_cell_is_caught() -> None:
    register = Register()
    register.add(layers(estimates({("a",): 3, ("b",): 20}), min_n=1, name="scores", who=WHO))
    assert audit(register, min_n=MIN_N)["who"].to_list() == ["segment=a"]


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


def test_what_is_measured_separates_respondents() -> None:
    register = Register()
    first = shown(estimates({("a",): 3, ("b",): 20, ("c",): 40}, touchpoint_id="shop"), register, "shop")
    second = shown(estimates({(None,): 63}, touchpoint_id="hotline"), register, "hotline")
    assert (numbers(first), numbers(second)) == ([None, 20, 40], [63])
    assert numbers(shown(estimates({(None,): 63}, touchpoint_id="shop"), register, "total")) == [None]


def test_metrics_of_the_same_answers_are_hidden_together() -> None:
    seen = shown(estimates({("a",): 3, ("b",): 20, ("c",): 40, (None,): 63}, metrics=["nps", "mean"]), Register())
    assert numbers(seen) == [None, None, None, None, 40, 40, 63, 63]


def test_other_metrics_of_the_same_answers_in_another_table_are_hidden_too() -> None:
    register = Register()
    shown(estimates({("a",): 3, ("b",): 20, ("c",): 40, (None,): 63}, metrics=["nps"]), register, "nps")
    assert numbers(shown(estimates({("b",): 20, ("c",): 40}, metrics=["mean"]), register, "mean")) == [None, 40]


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


def test_a_pooled_level_is_what_its_own_table_does_not_list() -> None:
    register = Register()
    assert numbers(shown(estimates({("a",): 40, (OTHER,): 12}), register, "pooled")) == [40, 12]
    detail = estimates({("a",): 40, ("b",): 4, ("c",): 8})
    assert numbers(shown(detail, register, "detail")) == [40, None, None]
    assert audit(register, min_n=MIN_N).empty
    naive = Register(register.layers[:1])
    naive.add(layers(detail, min_n=MIN_N, name="detail", who=WHO))
    assert "segment=b" in set(audit(naive, min_n=MIN_N)["who"])


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


def test_an_empty_table() -> None:
    register = Register()
    assert shown(estimates({}), register).empty
    assert audit(register, min_n=MIN_N).columns.to_list() == ["table", "what", "who", "how"]


def test_the_register_survives_its_frame_and_replaces_a_table_of_the_same_name() -> None:
    register = Register()
    shown(estimates({("a",): 3, ("b",): 20, ("ü",): 40, (OTHER,): 9}, metrics=["nps", "mean"], touchpoint_id="Lärm"), register)
    frame = register.to_frame()
    again = Register.from_frame(frame)
    pd.testing.assert_frame_equal(again.to_frame(), frame)
    assert frame["published"].to_list() == [False, True, True, True]
    assert frame["n"].to_list() == [3, 20, 40, 9]
    shown(estimates({("a",): 30}, touchpoint_id="Lärm"), again)
    assert again.to_frame()["n"].to_list() == [30]


def test_a_value_without_n_is_refused() -> None:
    table = estimates({("a",): 30, ("b",): 20}).assign(n=pd.array([30, None], dtype="Int64"))
    with pytest.raises(CxError) as error:
        shown(table, Register())
    assert str(error.value) == "table scores: 1 rows with a value but without n. Give n, the respondents behind each value."


def test_two_rows_for_one_cell_are_refused() -> None:
    table = pd.concat([estimates({("a",): 30})] * 2, ignore_index=True)
    with pytest.raises(CxError) as error:
        shown(table, Register())
    assert str(error.value) == (
        "table scores: two rows for one cell \"mean, {}, {'segment': 'a'}\". Name what tells them apart in a group column."
    )


def test_a_family_too_big_to_audit_is_hidden_rather_than_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    people = pd.DataFrame(np.random.default_rng(1).choice(list("abcdef"), size=(600, 3)), columns=WHO)
    table = counted(people, [("segment", "role"), ("role", "region"), ("segment",), ()])
    monkeypatch.setattr(disclosure, "ATOMS", 60)
    disclosure._grid.cache_clear()
    register = Register()
    assert set(shown(table, register)["note"]) == {"", "suppressed"}
    assert audit(register, min_n=MIN_N).empty
    register.add(layers(table, min_n=MIN_N, name="scores", who=WHO))
    assert audit(register, min_n=MIN_N)["how"].to_list() == ["too many cells to audit; coarsen categories"]
    monkeypatch.undo()
    disclosure._grid.cache_clear()


def test_equations_too_many_to_solve_are_hidden_rather_than_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    people = pd.DataFrame(np.random.default_rng(1).choice(list("abcdef"), size=(900, 3)), columns=WHO)
    table = counted(people, [("segment", "role"), ("role", "region"), ("segment", "region"), ()])
    monkeypatch.setattr(disclosure, "EQUATIONS", 12)
    register = Register()
    assert (shown(table, register)["note"] == "suppressed").mean() < 1
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


def test_a_metric_that_nobody_was_exposed_to_hides_nothing() -> None:
    figures = {"channel": ["a", "b", None], "metric": "x", "value": [1.0, 2.0, 3.0], "low": 1.0, "high": 3.0, "unit": "count"}
    some = pd.DataFrame(figures | {"n": pd.array([20, 30, 50], dtype="Int64"), "n_eff": 1.0, "method": "", "note": ""})
    nobody = some.assign(metric="y", n=pd.array([0, 0, 0], dtype="Int64"), value=float("nan"), note="no exposure")
    shown = protect(pd.concat([some, nobody], ignore_index=True), min_n=7, register=Register(), name="t", who=["channel"])
    assert shown["n"].to_list() == [20, 30, 50, 0, 0, 0]
    assert not shown["note"].eq("suppressed").any()
