"""Hand-offs: counted by hand, and as planted in the demo."""

import pandas as pd
import pytest

from cxlib.contacts import handoffs


def log_of(hands, cases, **columns):
    """A contact a day."""
    days = pd.date_range("2025-01-06", periods=len(hands))
    table = pd.DataFrame({"contact_id": [f"{number:03d}" for number in range(len(hands))], "contact_ts": days.tz_localize("UTC")})
    own = [f"k{case}" for case in cases]
    return table.assign(local_date=days, handled_by=list(hands), case_id=list(cases), customer_id=own, weight=1.0, **columns)


def value(table, metric, **levels):
    rows = table[table["metric"] == metric]
    for name, level in levels.items():
        rows = rows[rows[name] == level]
    return rows["value"].item()


def test_chains_and_ping_pong_by_hand():
    # v: x y x (there and back), w: x y z (passed on twice), u: x x x, t: a single contact
    log = log_of("xyxxyzxxxx", "vvvwwwuuut")
    told = handoffs.chains(log)
    assert value(told, "changes_per_case") == pytest.approx(4 / 3)
    assert value(told, "case_share", handed_on="0") == pytest.approx(1 / 3)
    assert value(told, "case_share", handed_on="2") == pytest.approx(2 / 3)
    assert value(told, "case_passed_around_share") == pytest.approx(2 / 3)
    assert value(told, "several_contacts_share") == pytest.approx(3 / 4)
    back = handoffs.ping_pong(log)
    assert (value(back, "ping_pong_share"), back["n"].item()) == (pytest.approx(1 / 3), 3)


def test_a_contact_that_nobody_dealt_with_interrupts_nothing():
    log = log_of(["x", None, "y", "x"], "vvvv")
    assert value(handoffs.ping_pong(log), "ping_pong_share") == 1
    assert handoffs.ping_pong(log.iloc[:2])["note"].item() == "no events"


def test_groups_are_those_of_the_first_contact():
    log = log_of("xyxx", "vvww", channel=["phone", "email", "email", "phone"])
    told = handoffs.chains(log, by=["channel"])
    assert value(told, "changes_per_case", channel="phone") == 1
    assert value(told, "changes_per_case", channel="email") == 0


def test_the_right_unit_at_once():
    log = log_of("xxxx", "vwut", transfers=[0, 0, 1, 0], reason_id=["a", "a", "a", "b"], received_by=["BH", "KC", "BH", "KC"])
    log = log.assign(outcome=["resolved", "resolved", "resolved", "callback"])
    owners = pd.DataFrame({"reason_id": ["a"], "owner": ["BH"]})
    told = handoffs.routing(log, owners)
    assert value(told, "right_first_time") == pytest.approx(1 / 3)
    assert value(told, "right_and_settled") == pytest.approx(1 / 3)
    assert value(told, "owned_share") == pytest.approx(3 / 4)
    assert value(handoffs.routing(log), "right_first_time") == pytest.approx(3 / 4)
    silent = handoffs.routing(log.drop(columns="outcome"), owners)  # nobody notes how contacts end
    assert value(silent, "right_first_time") == pytest.approx(1 / 3)
    assert "right_and_settled" not in set(silent["metric"])


def test_what_is_missing():
    log = log_of("xy", "vv")
    assert handoffs.transfers(log)["note"].item() == "needs contacts.transfers"
    assert handoffs.by_outcome(log)["note"].item() == "needs contacts.transfers, contacts.outcome"
    assert handoffs.chains(log.drop(columns="case_id"))["note"].item() == "needs contacts.case_id"
    assert handoffs.routing(log)["note"].item() == "needs contacts.transfers, contacts.reason_id, contacts.received_by"


def test_the_demo_s_planted_shares_are_found(demo_contacts):
    from cxlib.simulate import service

    told = handoffs.transfers(demo_contacts)
    row = told[told["metric"] == "passed_around_share"].iloc[0]
    assert row["low"] <= service.MORE_TRANSFERS <= row["high"]
    solved = handoffs.by_outcome(demo_contacts)
    for level, truth in zip(("0", "1", "2+"), service.SOLVED, strict=True):
        row = solved[(solved["metric"] == "said_resolved") & (solved["handed_on"] == level)].iloc[0]
        assert row["low"] - 0.01 <= truth <= row["high"] + 0.01, level
