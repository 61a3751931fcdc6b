"""Groups made alike: closed forms by hand, and what they are worth where only the make-up differs."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxlib.contacts import volume
from cxlib.errors import CxError


def world(rng, sizes, rates, groups=("x", "y")):
    """Customers of two groups and two sizes, and a log with as many contacts as each rate brings."""
    rows = [(group, size, rates[group, size]) for group in groups for size, count in sizes[group].items() for _ in range(count)]
    who = pd.DataFrame(rows, columns=["segment", "size", "rate"])
    who["customer_id"] = [f"{number:05d}" for number in range(len(who))]
    made = rng.poisson(who["rate"].to_numpy()) if rng is not None else who["rate"].to_numpy().astype(int)
    log = pd.DataFrame(
        {"customer_id": np.repeat(who["customer_id"].to_numpy(), made), "local_date": pd.Timestamp("2025-01-06"), "weight": 1.0}
    )
    return log, who.drop(columns="rate")


def row(table, metric, segment):
    return table[(table["metric"] == metric) & (table["segment"] == segment)].iloc[0]


def test_as_in_the_textbook():
    # strata L and S: standard 40 : 60; x has 4 and 1 a customer, y 6 and 2
    sizes = {"x": {"L": 30, "S": 10}, "y": {"L": 10, "S": 50}}
    rates = {("x", "L"): 4, ("x", "S"): 1, ("y", "L"): 6, ("y", "S"): 2}
    table = volume.standardised(*world(None, sizes, rates), by="segment", adjust=["size"])
    assert row(table, "standardised_rate", "x")["value"] == pytest.approx(100 * (0.4 * 4 + 0.6 * 1))
    assert row(table, "standardised_rate", "y")["value"] == pytest.approx(100 * (0.4 * 6 + 0.6 * 2))
    assert row(table, "rate_ratio", "x")["value"] == pytest.approx(2.2 / 3.6)
    assert row(table, "rate_ratio", "y")["value"] == pytest.approx(3.6 / 2.2)


def test_the_interval_is_the_textbook_s():
    """V = Σ W²·s²/n over strata, the log interval with t; strata of the same size, so that degrees of freedom agree nearly."""
    rng = np.random.default_rng(3)
    sizes = {"x": {"L": 400, "S": 400}, "y": {"L": 400, "S": 400}}
    rates = {("x", "L"): 4, ("x", "S"): 1, ("y", "L"): 6, ("y", "S"): 2}
    log, who = world(rng, sizes, rates)
    counts = who["customer_id"].map(log["customer_id"].value_counts()).fillna(0)
    cells = [counts[(who["segment"] == "x") & (who["size"] == size)] for size in ("L", "S")]
    rate = np.mean([cell.mean() for cell in cells])
    se = np.sqrt(sum(0.25 * cell.var() / len(cell) for cell in cells))
    found = row(volume.standardised(log, who, by="segment", adjust=["size"]), "standardised_rate", "x")
    factor = np.exp(stats.norm.ppf(0.975) * se / rate)
    assert found["low"] == pytest.approx(100 * rate / factor, rel=2e-3)
    assert found["high"] == pytest.approx(100 * rate * factor, rel=2e-3)


def test_groups_that_differ_by_their_make_up_alone_do_not_differ():
    rng = np.random.default_rng(1)
    sizes = {"x": {"L": 300, "S": 60}, "y": {"L": 80, "S": 400}}
    rates = {(group, size): 5 if size == "L" else 1 for group in "xy" for size in "LS"}
    alarms, crude = 0, []
    for _ in range(60):
        log, who = world(rng, sizes, rates)
        ratio = row(volume.standardised(log, who, by="segment", adjust=["size"]), "rate_ratio", "x")
        alarms += not ratio["low"] <= 1 <= ratio["high"]
        crude.append(row(volume.by_group(log, who, by=["segment"]), "contacts_gross", "x")["value"])
    assert alarms <= 8  # of 60, where 3 are expected
    assert min(crude) > 350  # and yet x has more than twice as many a customer


def test_a_stratum_that_a_group_lacks_is_told():
    sizes = {"x": {"L": 10}, "y": {"L": 10, "S": 20}}
    table = volume.standardised(*world(None, sizes, {("x", "L"): 2, ("y", "L"): 1, ("y", "S"): 1}), by="segment", adjust=["size"])
    assert row(table, "standard_covered", "x")["value"] == pytest.approx(20 / 40)
    assert row(table, "rate_ratio", "x")["value"] == pytest.approx(2)
    apart = volume.standardised(*world(None, {"x": {"L": 5}, "y": {"S": 5}}, {("x", "L"): 2, ("y", "S"): 1}), by="segment", adjust=["size"])
    assert row(apart, "rate_ratio", "x")["note"] == "no comparison"


def test_a_silent_group_is_a_zero_with_an_upper_end():
    table = volume.standardised(
        *world(None, {"x": {"L": 10}, "y": {"L": 10}}, {("x", "L"): 0, ("y", "L"): 1}), by="segment", adjust=["size"]
    )
    silent = row(table, "standardised_rate", "x")
    assert (silent["value"], silent["low"]) == (0, 0)
    assert silent["high"] == pytest.approx(100 * stats.chi2.ppf(0.975, 2) / 20)
    assert row(table, "rate_ratio", "x")["note"] == "no events"


def test_draws_spread_as_the_interval_says():
    rng = np.random.default_rng(5)
    rates = {(group, size): 3 for group in "xy" for size in "LS"}
    log, who = world(rng, {"x": {"L": 150, "S": 150}, "y": {"L": 150, "S": 150}}, rates)
    found = row(volume.standardised(log, who, by="segment", adjust=["size"], draws=400), "standardised_rate", "x")
    reach = np.log(found["high"] / found["value"]) / 1.96 * found["value"]
    assert np.std(found["draws"]) == pytest.approx(reach, rel=0.15)


def test_refusals():
    log, who = world(None, {"x": {"L": 3}, "y": {"L": 3}}, {("x", "L"): 1, ("y", "L"): 1})
    with pytest.raises(CxError, match=r"adjust: groups cannot be made alike in what they differ by: 'segment'"):
        volume.standardised(log, who, by="segment", adjust=["segment"])
    assert (
        volume.standardised(log, who.drop(columns="size").assign(size=None), by="segment", adjust=["size"])["note"].item()
        == "needs customers.size"
    )
