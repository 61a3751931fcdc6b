"""The trade-off of contacts saved and chances lost."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.decisions.opportunities import frontier
from cxlib.errors import DataError
from cxlib.estimates.rows import rows, stack

REASONS = pd.DataFrame({"reason_id": list("abcd"), "treatment": ["eliminate", "eliminate", "automate", "leverage"]})
SHARES, RATES = [0.4, 0.2, 0.1, 0.3], [0.05, 0.0, 0.1, 0.5]
CHANCES = sum(share * rate for share, rate in zip(SHARES, RATES, strict=True))


def table(metric, values, draws=None, n=1000, names="abcd", **columns):
    values = np.array(values, dtype=float)
    drawn = np.repeat(values[:, None], 50, axis=1) if draws is None else draws
    place = pd.DataFrame({"reason_id": list(names)})
    return rows(place, {"metric": metric, "value": values, "unit": "share", "n": n, "n_eff": float(n), "draws": drawn} | columns)


def told_of(**options):
    given = {"shares": table("reason_share", SHARES), "signals": table("signal_share", RATES)} | options
    return frontier(given.pop("shares"), given.pop("signals"), given.pop("reasons", REASONS), **given)


def steps(told, metric):
    found = told[told["metric"].eq(metric) & told["step"].notna()]
    return dict(zip(found["reason_id"], found["value"], strict=True))


def point(told, name, metric, column="value"):
    return told[told["point"].eq(name) & told["metric"].eq(metric)][column].item()


def test_reasons_fall_in_order_and_both_sums_grow():
    told = told_of()
    assert steps(told, "contacts_saved_share") == pytest.approx({"b": 0.2, "a": 0.6, "c": 0.7, "d": 1.0})
    lost = steps(told, "chances_lost_share")
    assert list(lost) == ["b", "a", "c", "d"]
    assert lost == pytest.approx({"b": 0, "a": 0.02 / CHANCES, "c": 0.03 / CHANCES, "d": 1})


def wary(count=1000):
    """Chances of each reason with rates drawn to their treatment's mean as if by 30 contacts; c and d are alone in theirs."""
    mean = 0.02 / 0.6
    return {"b": 0.2 * 30 * mean / (count + 30), "a": 0.4 * (count * 0.05 + 30 * mean) / (count + 30), "c": 0.01, "d": 0.15}


def test_points_to_choose():
    """Free: where 5 % of the chances are gone, the last reason in part."""
    told, chances = told_of(tolerated=0.05), wary()
    total = sum(chances.values())
    part = (0.05 * total - chances["b"]) / chances["a"]
    assert 0 < part < 1
    assert point(told, "today", "contacts_saved_share") == 0
    assert point(told, "free", "contacts_saved_share") == pytest.approx(0.2 + part * 0.4)
    assert point(told, "free", "free_share") == pytest.approx(0.2 + part * 0.4)
    assert point(told, "free", "chances_lost_share") == pytest.approx(0.05)
    rest = chances["a"] + chances["b"] + chances["c"] - 0.05 * total
    assert point(told, "free", "chances_per_100") == pytest.approx(100 * rest / (0.7 - 0.2 - part * 0.4) * CHANCES / total)
    assert point(told, "planned", "contacts_saved_share") == pytest.approx(0.7)
    assert point(told, "planned", "chances_lost_share") == pytest.approx(0.03 / CHANCES)
    assert point(told, "planned", "chances_per_100") == pytest.approx(100 * 0.5)
    assert point(told, "everything", "chances_lost_share") == pytest.approx(1)


def test_no_signal_among_few_is_not_none():
    sure, few = (point(told_of(signals=table("signal_share", RATES, n=n), tolerated=0.01), "free", "free_share") for n in (100_000, 30))
    assert sure == pytest.approx(0.2 + 0.4 * 0.01 * CHANCES / 0.02, rel=0.01)
    assert few < sure / 2


def test_nothing_is_free_where_every_contact_may_hold_a_chance():
    told = told_of(tolerated=0.0)
    assert point(told, "free", "contacts_saved_share") == 0
    assert point(told, "free", "nothing_free") == 0
    assert "free_share" not in set(told["metric"])
    all_free = told_of(tolerated=1.0)
    assert point(all_free, "free", "contacts_saved_share") == pytest.approx(0.7)  # the plan, and no further
    assert point(all_free, "free", "chances_per_100", "note") == "nothing further"


def test_where_nobody_leaves_satisfied_or_shows_a_chance_nothing_breaks():
    nobody = told_of(results=table("satisfied_share", [0.0, 0.0, 0.0, 0.0]), signals=table("signal_share", [0.0] * 4))
    assert point(nobody, "free", "free_share") == pytest.approx(0.7)
    assert "satisfied_lost_share" not in set(nobody[nobody["point"].eq("free")]["metric"])


def drawn_rates(rates, seed=4, spread=0.01):
    rng = np.random.default_rng(seed)
    return table("signal_share", rates, np.clip(np.array(rates)[:, None] + rng.normal(0, spread, (4, 50)), 0, 1))


def test_each_draw_finds_its_own_free_point():
    signals = drawn_rates(RATES)
    told = told_of(signals=signals, tolerated=0.08)
    row = told[told["metric"].eq("free_share")].iloc[0]
    alone = [
        point(told_of(signals=table("signal_share", RATES, np.repeat(np.vstack(signals["draws"])[:, [number]], 50, axis=1)), tolerated=0.08),
              "free", "free_share") for number in range(3)
    ]  # fmt: skip
    assert row["draws"][:3] == pytest.approx(alone)
    assert row[["value", "low", "high"]].tolist() == pytest.approx(np.quantile(row["draws"], [0.5, 0.025, 0.975]).tolist())
    assert row["low"] < row["value"] < row["high"]


@pytest.mark.parametrize("tolerated", [0.01, 0.112, 0.12])
@pytest.mark.parametrize("change", [[0.001, 0, 0, 0], [-0.001, 0, 0, 0], [0, 0.001, 0, 0], [0, 0, -0.001, 0], [0, 0, 0, 0.005]])
def test_the_free_point_moves_little_where_rates_move_little(tolerated, change):
    """A reason of four in ten contacts must not be in or out by a rate's last digit."""
    rates = [0.05, 0.049, 0.1, 0.5]  # the first two change places
    before = point(told_of(signals=drawn_rates(rates), tolerated=tolerated), "free", "free_share")
    after = point(told_of(signals=drawn_rates(np.array(rates) + change), tolerated=tolerated), "free", "free_share")
    assert abs(after - before) < 0.025


def test_only_the_part_that_goes_away_counts():
    told = told_of(goes_away={"eliminate": 0.5, "automate": 1.0})
    assert steps(told, "contacts_saved_share") == pytest.approx({"b": 0.1, "a": 0.3, "c": 0.4, "d": 0.7})
    assert steps(told, "chances_lost_share")["a"] == pytest.approx(0.01 / CHANCES)


def test_draws_are_joined_draw_by_draw():
    rng = np.random.default_rng(1)
    pi = rng.dirichlet(np.array(SHARES) * 200, 50).T
    sigma = np.clip(np.array(RATES)[:, None] + rng.normal(0, 0.01, (4, 50)), 0, 1)
    told = told_of(shares=table("reason_share", SHARES, pi), signals=table("signal_share", RATES, sigma))
    row = told[told["metric"].eq("chances_lost_share") & told["reason_id"].eq("a")].iloc[0]
    wanted = (pi * sigma)[[0, 1]].sum(axis=0) / (pi * sigma).sum(axis=0)
    assert row["draws"] == pytest.approx(wanted)
    assert row["low"] < row["value"] < row["high"]


def test_spans_are_those_of_a_sum_of_shares():
    rng = np.random.default_rng(3)
    pi = rng.dirichlet(np.array(SHARES) * 300, 50).T
    told = told_of(shares=table("reason_share", SHARES, pi))
    row = told[told["metric"].eq("contacts_saved_share") & told["reason_id"].eq("a")].iloc[0]
    both = table("reason_share", SHARES, pi).query("reason_id in ['a', 'b']")
    whole = estimates.sum_of_shares(both, pd.Series("all", index=both.index), metric="x")
    assert (row["low"], row["high"]) == pytest.approx((whole["low"].item(), whole["high"].item()))


def test_a_reason_too_thin_counts_as_its_treatment_does():
    thin = table("signal_share", [0.05, np.nan, 0.1, 0.5])
    thin["draws"] = [values if known else np.nan for values, known in zip(thin["draws"], thin["value"].notna(), strict=True)]
    told = told_of(signals=thin)
    chances = 0.4 * 0.05 + 0.2 * 0.05 + 0.1 * 0.1 + 0.3 * 0.5
    assert steps(told, "chances_lost_share")["c"] == pytest.approx((0.6 * 0.05 + 0.01) / chances)


def test_satisfied_customers_and_costs_come_along_where_they_are_known():
    results = table("satisfied_share", [0.5, 0.5, 0.5, 1.0])
    costs = table("cost_gone", [40.0, 20.0, 10.0], names="abc", unit="EUR", draws=np.full((3, 50), 5.0))
    told = told_of(results=results, relief=costs)
    assert steps(told, "satisfied_lost_share")["c"] == pytest.approx(0.35 / 0.65)
    assert steps(told, "cost_saved") == {"b": 20.0, "a": 60.0, "c": 70.0}
    assert point(told, "planned", "cost_saved", "unit") == "EUR"
    bare = told_of()
    assert not bare["unit"].eq("EUR").any()
    assert bare.loc[bare["metric"].eq("satisfied_lost_share"), "note"].to_list() == ["needs responses[csat], responses.contact_id"]


def guards_of(values, whole=0.1, width=0.01, names="abcd"):
    rng = np.random.default_rng(2)
    drawn = np.array(values)[:, None] + rng.normal(0, width, (len(values), 50))
    each = table("complaint_after", values, drawn, low=np.array(values) - 2 * width, high=np.array(values) + 2 * width, names=names)
    every = {"metric": "complaint_after", "value": whole, "unit": "share", "n": 4000, "draws": np.full((1, 50), whole)}
    return stack(rows(pd.DataFrame({"reason_id": pd.Series([None], dtype="str")}), every), each)


def test_a_reason_that_is_worse_trips_its_guard_and_one_that_may_be_does_not():
    told = told_of(guards=guards_of([0.3, 0.11, 0.1, 0.05]))
    assert told[told["metric"].eq("guard_today")]["value"].item() == 0.1
    excess = told[told["metric"].eq("guard_excess")].set_index("reason_id")["value"]
    assert excess.to_dict() == pytest.approx({"a": 0.2, "b": 0.01, "c": 0.0, "d": -0.05})
    tripped = told[told["metric"].eq("guards_tripped")].set_index("reason_id")["value"]
    assert tripped.to_dict() == {"a": 1.0, "b": 0.0, "c": 0.0, "d": 0.0}


def test_by_chance_alone_guards_are_seldom_tripped():
    rng, names = np.random.default_rng(5), [f"r{n}" for n in range(40)]
    reasons = pd.DataFrame({"reason_id": names, "treatment": "eliminate"})
    alarms = []
    for _ in range(40):
        found = 0.1 + rng.normal(0, 0.01, 40)
        guards = guards_of(list(found), names=names)
        told = frontier(
            table("reason_share", [1 / 40] * 40, names=names), table("signal_share", [0.1] * 40, names=names), reasons, guards=guards
        )
        alarms.append(told.loc[told["metric"].eq("guards_tripped"), "value"].sum() > 0)
    assert np.mean(alarms) < 0.15


def test_what_is_missing_is_named_and_nonsense_refused():
    bare = rows(
        pd.DataFrame({"reason_id": pd.Series([None], dtype="str")}), {"metric": "signal_share", "note": "needs contacts.sales_signal"}
    )
    assert told_of(signals=bare)["note"].item() == "needs contacts.sales_signal"
    assert told_of(shares=bare)["note"].item() == "needs contact_reasons.reason_id"
    assert told_of(reasons=REASONS.drop(columns="treatment"))["note"].item() == "needs reasons.treatment"
    with pytest.raises(DataError, match=r"frontier: tolerated is no share: '2'\. Write a number from 0 to 1\."):
        told_of(tolerated=2)
    with pytest.raises(DataError, match=r"frontier: reason_share comes without 'draws'\. Read saved tables with draws=True\."):
        told_of(shares=table("reason_share", SHARES).drop(columns="draws"))
    with pytest.raises(DataError, match="frontier: a reason has several shares: 'a'. Hand over shares of all contacts, not by group."):
        told_of(shares=pd.concat([table("reason_share", SHARES)] * 2, ignore_index=True))


def test_what_is_no_concern_and_what_has_no_treatment():
    told = told_of(outside=["d"])
    assert list(steps(told, "contacts_saved_share")) == ["b", "a", "c"]
    assert steps(told, "chances_lost_share")["c"] == pytest.approx(1)
    untold = told_of(reasons=REASONS.assign(treatment=["eliminate", None, "automate", "leverage"]))
    assert list(steps(untold, "contacts_saved_share")) == ["a", "c", "d", "b"]
