"""The mean cumulative function is R's, whatever the watching."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.contacts.welcome._journey import Journey
from cxlib.contacts.welcome.cumulative import curve, mean_cumulative


def watched(first, last, events):
    units = pd.DataFrame({"customer_id": [f"{number}" for number in range(len(first))]})
    unit, day = (np.array(column, dtype=int) for column in zip(*events, strict=True)) if events else (np.zeros(0, int), np.zeros(0, int))
    return Journey(units, np.zeros(len(units), int), np.array(first), np.array(last), unit, day, pd.DataFrame(index=range(len(unit))))


def test_valve_seats(oracle_data):
    """R: ``survfit(Surv(start, time, status) ~ 1, id = id)``, cumhaz and std.chaz; two replacements on one day a hair apart."""
    table = pd.read_csv(oracle_data / "valveSeat.csv")
    ids, names = pd.factorize(table["id"])
    last = table.groupby(ids)["time"].max().to_numpy()
    events = list(zip(ids[table["status"] == 1], table.loc[table["status"] == 1, "time"], strict=True))
    seats = watched([0] * len(names), last, events)
    told = mean_cumulative(seats, at=[100, 400, 646], metric="replaced", per=1)
    assert told["value"].tolist() == pytest.approx([0.1463414634, 0.6585365854, 1.3204652913], abs=1e-9)
    _, influence, _ = curve(seats, np.array([100, 400]))
    assert np.sqrt((influence**2).sum(axis=0)) == pytest.approx([0.05519933711, 0.13184164829], rel=1e-6)


def test_by_hand_with_late_entry_and_churn():
    told = mean_cumulative(watched([0, 0, 3], [9, 2, 9], [(0, 1), (1, 2), (0, 5), (2, 5)]), at=[1, 2, 5, 10], metric="m", per=1)
    assert told["value"].to_numpy() == pytest.approx([1 / 2, 1.0, 1.0 + 1.0, np.nan], nan_ok=True)
    assert told["note"].tolist() == ["", "", "", "beyond follow-up"]


def test_several_units_of_one_customer_are_one_cluster():
    alone, together = watched([0] * 4, [9] * 4, [(0, 1), (1, 1)]), watched([0] * 4, [9] * 4, [(0, 1), (1, 1)])
    together.units["customer_id"] = ["a", "a", "b", "b"]
    spans = [mean_cumulative(one, at=[5], metric="m") for one in (alone, together)]
    assert spans[1]["high"].item() > spans[0]["high"].item()


@given(st.integers(0, 2**32 - 1))
def test_influences_add_up_to_nothing_and_the_curve_never_falls(seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 10, 15)
    last = first + rng.integers(0, 30, 15)
    events = [(unit, int(rng.integers(first[unit], last[unit] + 1))) for unit in rng.integers(0, 15, 20)]
    value, influence, _ = curve(watched(first, last, events), np.arange(40))
    assert np.abs(influence.sum(axis=0)).max() < 1e-9
    assert (np.diff(value) >= -1e-12).all()


def test_everybody_watched_throughout_is_a_plain_mean():
    told = mean_cumulative(watched([0] * 10, [30] * 10, [(0, 3), (0, 9), (4, 11)]), at=[30], metric="m", draws=8)
    assert told["value"].item() == pytest.approx(30.0)
    assert len(told["draws"].item()) == 8


def test_nobody_is_nothing():
    assert mean_cumulative(watched([], [], []), at=[3], metric="m")["value"].isna().all()
