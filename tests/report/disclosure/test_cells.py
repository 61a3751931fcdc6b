"""Reading the cells of a table."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report.disclosure import Register, layers, protect

from .people import MIN_N, WHO, estimates, numbers, shown


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


def test_what_only_says_what_it_needs_stands_beside_the_figure_for_all() -> None:
    told = estimates({("a",): 30, ("b",): 20, (None,): 50})
    needed = told.tail(1).assign(value=np.nan, low=np.nan, high=np.nan, n=0, note="needs persons.role")
    for table in (pd.concat([told, needed], ignore_index=True), pd.concat([needed, told], ignore_index=True)):
        seen = shown(table, Register())
        assert seen["value"].notna().sum() == 3
        assert seen.loc[seen["value"].isna(), "note"].tolist() == ["needs persons.role"]


def test_metrics_of_the_same_answers_are_hidden_together() -> None:
    seen = shown(estimates({("a",): 3, ("b",): 20, ("c",): 40, (None,): 63}, metrics=["nps", "mean"]), Register())
    assert numbers(seen) == [None, None, None, None, 40, 40, 63, 63]


def test_a_metric_that_nobody_was_exposed_to_hides_nothing() -> None:
    figures = {"channel": ["a", "b", None], "metric": "x", "value": [1.0, 2.0, 3.0], "low": 1.0, "high": 3.0, "unit": "count"}
    some = pd.DataFrame(figures | {"n": pd.array([20, 30, 50], dtype="Int64"), "n_eff": 1.0, "method": "", "note": ""})
    nobody = some.assign(metric="y", n=pd.array([0, 0, 0], dtype="Int64"), value=float("nan"), note="no exposure")
    shown = protect(pd.concat([some, nobody], ignore_index=True), min_n=7, register=Register(), name="t", who=["channel"])
    assert shown["n"].to_list() == [20, 30, 50, 0, 0, 0]
    assert not shown["note"].eq("suppressed").any()


def test_shares_of_one_whole_are_answers_and_divide_nobody() -> None:
    """A share of 63 contacts by channel has all of them as its n, and so has the lift beside it."""
    shares = {("a",): 0.5, ("b",): 0.3, ("c",): 0.2}
    table = estimates(dict.fromkeys(shares, 63), metrics=["contact_share", "lift"])
    share = table["metric"].eq("contact_share")
    table.loc[share, "value"] = list(shares.values())
    table.loc[share, "unit"] = "share"
    cells = {(layer.what, cell) for layer in layers(table, min_n=MIN_N, name="shares", who=WHO) for cell in layer.n}
    assert cells == {(json.dumps({"segment": level}), ()) for level in "abc"}
    counts = estimates({("a",): 32, ("b",): 19, ("c",): 12, (None,): 63})
    register = Register()
    assert numbers(shown(table, register, "shares")) == [63] * 6
    assert numbers(shown(counts, register, "counts")) == [32, 19, 12, 63]


def test_quotas_of_equal_size_divide_respondents() -> None:
    quotas = estimates({("a",): 20, ("b",): 20, ("c",): 20}, metrics=["csat"]).assign(unit="share", value=[0.5, 0.4, 0.2])
    cells = {cell for layer in layers(quotas, min_n=MIN_N, name="quotas", who=WHO) for cell in layer.n}
    assert cells == {(("segment", level),) for level in "abc"}
