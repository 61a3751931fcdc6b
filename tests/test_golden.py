"""The demo client's figures do not move without somebody having seen it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def computed(golden_update, demo):
    return dict(golden_update.tables(demo))


@pytest.mark.parametrize("path", sorted((GOLDEN / "demo").glob("*.csv")), ids=lambda path: path.stem)
def test_a_golden_table_has_not_moved(path, computed):
    stored = pd.read_csv(path, dtype=str)
    now = computed[path.stem]
    assert list(stored.columns) == list(now.columns)
    for column in stored.columns:
        if pd.api.types.is_numeric_dtype(now[column]):
            left, right = stored[column].astype("float64"), now[column].astype("float64")
            pd.testing.assert_series_equal(left, right, rtol=1e-8, atol=1e-10, check_names=False)
        else:
            left, right = ([str(value) if pd.notna(value) else "" for value in frame[column]] for frame in (stored, now))
            assert left == right


def test_no_golden_table_is_forgotten(computed):
    assert {path.stem for path in (GOLDEN / "demo").glob("*.csv")} == set(computed)
