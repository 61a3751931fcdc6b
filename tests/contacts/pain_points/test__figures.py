"""Moments, ratios of rates and what else the twelve share."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.pain_points._figures import curve, microseconds, none, rate_ratio, until


def test_moments_as_microseconds():
    moments = pd.Series([pd.Timestamp("1970-01-01 00:00:01.5", tz="Europe/Berlin"), pd.NaT])
    assert microseconds(moments).to_list()[0] == -3_598_500_000
    assert np.isnan(microseconds(moments).to_list()[1])
    assert until(pd.DataFrame({"channel": ["phone"]}), None) == 0
    assert until(pd.DataFrame(), pd.Timestamp("1970-01-02", tz="UTC").to_pydatetime()) == 86_400_000_000


def test_a_curve_counts_contacts():
    table = pd.DataFrame({"t": [1.0, 3.0], "e": [1, 0], "n": [5, 3], "weight": [5.0, 3.0], "squares": [5.0, 3.0], "cluster": ["a", "b"]})
    told = curve(table, "t", "e", at=[2, 2.5], by=[], metric="left", options={})
    assert told["n"].to_list() == [8, 8]
    assert told["value"].to_list() == pytest.approx([3 / 8, 3 / 8])


def test_the_interval_of_a_ratio_holds_the_truth():
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(200):
        level = rng.gamma(2, 0.5, 120)
        table = pd.DataFrame({"side": ["a", "b"] * 60, "id": [str(number) for number in range(120)], "one": 1.0})
        table["events"] = rng.poisson(level * np.where(table["side"] == "a", 0.5, 1.0)).astype("float64")
        row = rate_ratio(table, "events", "one", between="side", reference="b", metric="r", options={"cluster": "id"})
        held += row["low"].item() <= 0.5 <= row["high"].item()
    assert held >= 180


def test_levels_without_an_event_have_no_ratio():
    table = pd.DataFrame({"side": ["a", "b"], "events": [0.0, 1.0], "one": 1.0})
    assert rate_ratio(table, "events", "one", between="side", reference="b", metric="r", options={})["note"].item() == "no events"
    assert rate_ratio(table, "events", "one", between="side", reference="c", metric="r", options={})["note"].item() == "no events"
    assert none("share", "share", ["by"])["n"].item() == 0


def test_who_is_on_both_sides_of_a_ratio_alike_makes_it_sure():
    events = [1.0, 4.0, 2.0, 7.0, 0.0]
    one = pd.DataFrame({"side": "a", "id": list("vwxyz"), "events": events, "one": 1.0})
    both = pd.concat([one, one.assign(side="b", events=[2 * number for number in events])])
    row = rate_ratio(both, "events", "one", between="side", reference="a", metric="r", options={"cluster": "id"})
    assert [row[name].item() for name in ("value", "low", "high")] == pytest.approx([2.0, 2.0, 2.0])
