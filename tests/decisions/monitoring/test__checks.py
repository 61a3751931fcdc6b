"""Checks on effects: nothing is found where nothing was done, and what is there is found."""

import numpy as np
import pandas as pd

from cxlib.decisions.monitoring import _checks
from cxlib.decisions.monitoring._panels import Followed
from cxlib.decisions.monitoring._twoway import Panel


def followed(trend=0.0, n=60):
    """Two groups with and two without over seventeen steps; those with drift apart by `trend` a step."""
    steps = np.arange(-13, 4)
    parts = [
        pd.DataFrame({"cluster": f"{level}{number}", "level": level, "treated": level in "ab", "step": steps})
        for level in "abcd"
        for number in range(n)
    ]
    table = pd.concat(parts, ignore_index=True).assign(bottom=1.0)
    rng = np.random.default_rng(5)
    mean = 0.5 * np.exp(trend * table["step"] * table["treated"])
    return Followed("M", "per 100 orders", panel=Panel(table.assign(top=rng.poisson(mean).astype(float)), True), n={"behind": 100.0})


def test_checks_are_the_trend_earlier_starts_and_one_group_against_the_other():
    found = pd.concat(_checks.placebos(followed(), {}))
    assert found["placebo"].to_list() == ["trend", "early", "middle", "late", "group"]
    assert found["compared"].dropna().to_list() == ["c"]
    assert ((found["low"] < 0) & (found["high"] > 0)).all()


def test_sides_that_part_before_the_start_are_seen():
    found = pd.concat(_checks.placebos(followed(trend=-0.15), {})).set_index("placebo")
    assert found.loc["trend", "high"] < 0
    assert found.loc["trend", "value"] < -0.08


def test_intervals_of_checks_hold_together():
    one = pd.concat(_checks.placebos(followed(), {"level": 0.95})).set_index("placebo")
    alone = _checks.figures(_checks.fitted(_checks._without(followed().panel)[0][3]), True, 1 - 0.05 / 5)
    assert one.loc["group", "low"] == alone["low"]


def test_few_steps_have_no_earlier_starts():
    short = followed().panel
    few = Followed("M", "", panel=short.where(short.table["step"] >= -4), n={"behind": 1.0})
    assert [part["placebo"].item() for part in _checks.placebos(few, {})] == ["group"]


def test_before_and_after_alone_takes_as_long_on_both_sides():
    table = followed().panel.table
    table = table.assign(top=np.where(table["step"] < -4, 100.0, 1.0))
    found = _checks.before_after(Followed("M", "", panel=Panel(table, True), n={"behind": 100.0}), 30, {})
    assert found["value"].item() == 0.0
