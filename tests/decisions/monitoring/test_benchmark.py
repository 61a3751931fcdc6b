"""Own figures beside outside ones, never without their source."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.monitoring import benchmark
from cxlib.errors import DataError
from cxlib.estimates.rows import rows

OWN = rows(pd.DataFrame(index=[0]), {"metric": "nps", "value": 10.0, "low": 4.0, "high": 16.0, "unit": "points", "n": 900})
THEIRS = {"metric": "nps", "value": 30.0, "name": "Trade", "source": "Report 2026, p. 4"}


def test_the_span_of_both_is_in_the_gap():
    row = benchmark(OWN, [THEIRS | {"low": 22.0, "high": 38.0}]).iloc[-1]
    assert (row["value"], row["low"], row["high"]) == (-20.0, -20 - np.hypot(6, 8), -20 + np.hypot(6, 8))
    assert row["source"] == "Report 2026, p. 4"


def test_a_figure_without_span_says_so():
    row = benchmark(OWN, [THEIRS]).iloc[-1]
    assert (row["low"], row["high"], row["note"]) == (-26.0, -14.0, "outside figure without span")


def test_nothing_is_made_up():
    assert benchmark(OWN)["note"].item() == "needs monitoring.benchmarks"
    assert benchmark(OWN, [THEIRS | {"metric": "csat"}])["note"].item() == "needs figure csat"


def test_a_figure_without_source_is_refused_word_for_word():
    with pytest.raises(DataError) as refusal:
        benchmark(OWN, [THEIRS | {"source": ""}])
    assert str(refusal.value) == (
        "monitoring.benchmarks, number 1: lacks source. Needed: metric, value, name, source. "
        "A figure from outside counts only with the place where it stands."
    )
