"""Repeats: counted one by one, as closed forms, and as planted in contacts that bring others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.contacts import repeats
from cxlib.errors import CxError

DAY = 86_400


def log_of(seconds, customers, **columns):
    """Contacts at these seconds of a winter, in UTC."""
    moments = (pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(np.asarray(seconds, dtype=float), unit="s")).as_unit("us")
    table = pd.DataFrame({"contact_ts": pd.Series(moments), "customer_id": [str(one) for one in customers], "reason_id": "status"})
    names = [f"{number:07d}" for number in range(len(table))]
    return table.assign(contact_id=names, local_date=table["contact_ts"].dt.tz_localize(None).dt.normalize(), weight=1.0, **columns)


def value(table, metric, **levels):
    rows = table[table["metric"] == metric]
    for name, level in levels.items():
        rows = rows[rows[name] == level]
    return rows["value"].item()


def one_by_one(log, same, window, forward):
    """The same definition, a contact at a time: (attempts, repeated, forwards, censored)."""
    ends, last = [], log["contact_ts"].max()
    forwards = censored = 0
    for _, chain in log.sort_values(["contact_ts", "contact_id"]).groupby(["customer_id", *same], sort=False):
        moments = chain["contact_ts"].to_list()
        for here, after in zip(moments, [*moments[1:], None], strict=True):
            gap = None if after is None else (after - here).total_seconds()
            if gap is not None and gap < forward:
                forwards += 1
            elif here > last - pd.Timedelta(seconds=window):
                censored += 1
            else:
                ends.append(gap is not None and gap <= window)
    return len(ends), sum(ends), forwards, censored


def test_the_definition_decides():
    # a: comes back after two days for something else, after nine days for the same
    log = log_of([0, 2 * DAY, 9 * DAY, 30 * DAY], "aaab").assign(reason_id=["x", "y", "x", "x"])
    assert value(repeats.rate(log, same=[]), "repeat_share") == pytest.approx(2 / 3)
    assert value(repeats.rate(log), "repeat_share") == 0
    assert value(repeats.rate(log, window_days=9), "repeat_share") == pytest.approx(1 / 3)
    told = repeats.rate(log, same=["reason_id"], window_days=9)
    assert (told["same"].iloc[0], told["window_days"].iloc[0]) == ("reason_id", "9")


def test_the_ends_of_window_and_forward_belong_to_the_repeat():
    at = [0, 15 * 60, 15 * 60 + 7 * DAY, 40 * DAY]
    told = repeats.rate(log_of(at, "aaab"))
    assert (value(told, "repeat_share"), value(told, "attempts"), value(told, "forwards")) == (pytest.approx(2 / 3), 3, 0)
    sooner = repeats.rate(log_of([0, 15 * 60 - 0.001, 40 * DAY], "aab"))
    assert (value(sooner, "repeat_share"), value(sooner, "attempts"), value(sooner, "forwards")) == (0, 1, 1)


def test_the_last_window_is_dropped_and_told():
    log = log_of([0, 24 * DAY, 30 * DAY], "abc")
    told = repeats.rate(log)
    assert (value(told, "attempts"), value(told, "censored")) == (1, 2)


def test_contacts_without_customer_or_reason_are_told_and_left_out():
    log = log_of([0, DAY, 2 * DAY, 40 * DAY], "aaab").assign(reason_id=["x", None, "x", "x"])
    told = repeats.rate(log)
    assert (value(told, "repeat_share"), value(told, "not_linked")) == (pytest.approx(1 / 2), 1)


@given(st.lists(st.tuples(st.integers(0, 20 * 24 * 4), st.sampled_from("abc"), st.sampled_from("xy")), min_size=2, max_size=40))
@settings(max_examples=30, deadline=None)
def test_as_one_counts_by_hand(rows):
    quarters, customers, reasons = zip(*rows, strict=True)
    log = log_of(np.array(quarters) * 300, customers).assign(reason_id=list(reasons))
    for same in ([], ["reason_id"]):
        attempts, repeated, forwards, censored = one_by_one(log, same, 7 * DAY, 15 * 60)
        told = repeats.rate(log, same=same)
        assert (value(told, "attempts"), value(told, "forwards"), value(told, "censored")) == (attempts, forwards, censored)
        if attempts:
            assert value(told, "repeat_share") == pytest.approx(repeated / attempts)


def exciting(share, rng, customers=1500, days=200, base=0.02, window=7):
    """Customers whose contacts come at random, each bringing another one of the same reason within the window with this probability."""
    at, who = [], []
    for customer in range(customers):
        queue = list(rng.uniform(0, days, rng.poisson(base * days)))
        while queue:
            day = queue.pop()
            if day < days:
                at.append(day * DAY)
                who.append(customer)
                if rng.random() < share:
                    queue.append(day + rng.uniform(0.05, window))
    return log_of(at, who)


@pytest.mark.parametrize("share", [0.0, 0.15, 0.4])
def test_the_planted_rate_is_recovered(share):
    """Comes back: because of the contact, or by chance. Chance: others' families arrive at rate λ/(1 − p), Poisson for the first ones."""
    base, window = 0.002, 7
    found = repeats.rate(exciting(share, np.random.default_rng(4), customers=4000, base=base), forward_minutes=0.001)
    row = found[found["metric"] == "repeat_share"].iloc[0]
    chance = 1 - np.exp(-base / (1 - share) * window)
    truth = 1 - (1 - share) * (1 - chance)
    assert row["value"] == pytest.approx(truth, abs=0.03)
    assert row["low"] - 0.01 <= truth <= row["high"] + 0.01


def test_first_contact_resolution_needs_outcome_and_no_repeat():
    # after the first week: a solved and done; b solved, but comes back; c not solved; d's outcome is not known
    at = [0, 10 * DAY, 11 * DAY, 12 * DAY, 13 * DAY, 14 * DAY, 60 * DAY]
    log = log_of(at, "zabbcdz", outcome=["resolved", "sale", "resolved", "callback", "forwarded", None, "resolved"])
    told = repeats.first_contact_resolution(log)
    assert value(told, "first_contact_resolution") == pytest.approx(1 / 3)
    assert value(told, "said_resolved") == pytest.approx(2 / 3)
    assert value(told, "no_repeat") == pytest.approx(2 / 3)
    assert value(told, "outcome_unknown") == pytest.approx(1 / 4)


def test_chains_by_their_length():
    at = [0, 10 * DAY, 12 * DAY, 14 * DAY, 10 * DAY, 60 * DAY]
    told = repeats.chains(log_of(at, "zaaabz"))
    assert value(told, "chain_share", attempts_needed="1") == pytest.approx(1 / 2)
    assert value(told, "chain_share", attempts_needed="3") == pytest.approx(1 / 2)
    assert value(told, "attempts_per_matter") == 2


def test_a_repeat_by_another_channel():
    log = log_of([0, DAY, 2 * DAY, 40 * DAY], "aaab", channel=["phone", "email", "email", "phone"])
    assert value(repeats.rate(log), "repeat_other_channel") == pytest.approx(1 / 2)


def test_what_is_missing_and_what_is_impossible():
    bare = log_of([0], "a").drop(columns="reason_id")
    row = repeats.rate(bare)
    assert (row["note"].item(), row["same"].item()) == ("needs contacts.reason_id", "reason_id")
    assert repeats.first_contact_resolution(bare)["note"].item() == "needs contacts.outcome, contacts.reason_id"
    words = r"window_days: the window is not longer than a forward: '0\.01 days, forwards below 15 minutes'\. Choose a longer window\."
    with pytest.raises(CxError, match=words):
        repeats.rate(log_of([0, DAY], "aa"), window_days=0.01)


def test_the_demo_repeats_within_a_case_less_than_for_any_reason(demo_contacts):
    found = [
        estimates.only(repeats.rate(demo_contacts, same=same), "repeat_share", same=name, window_days="7")["value"].item()
        for same, name in (([], "any"), (["case_id"], "case_id"))
    ]
    assert found[1] < found[0] / 2
