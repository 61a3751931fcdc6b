"""Reading the cells of a table."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report.disclosure import Register, protect

from .people import estimates, numbers, shown


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
