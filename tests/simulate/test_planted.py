"""The truth of the contact log as tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.planted import truth
from cxlib.simulate.reasons import reasons


def test_every_table_is_there():
    told = truth(Plan())
    assert sorted(told) == ["actions", "coders", "habit", "legacy", "pain_points", "reasons", "reliability", "second_concerns", "windows"]
    assert all(len(table) for table in told.values())


def test_effects_scale_what_is_told():
    none = truth(replace(Plan(), effects=Effects(windows=0.0, actions=0.0)))
    assert (none["windows"]["intensity"] == 1).all()
    assert (none["actions"]["rate_ratio"] == 1).all()
    told = truth(Plan())
    assert told["windows"].set_index("reason")["intensity"]["onboarding.first_use_help"] == 6
    assert told["actions"].set_index(["action_id", "reason"])["rate_ratio"]["M1", "delivery.delivery_status"] == 0.62
    assert (told["actions"].query("action_id == 'M2'")["rate_ratio"] == 1).all()


def test_shares_as_they_came_out(surveyed):
    table = truth(surveyed.plan, surveyed.contacts)["reasons"]
    assert table["n"].sum() == (~surveyed.contacts["_tally"]).sum()
    assert table["simulated_share"].sum() == pytest.approx(1.0)
    assert table["share"].sum() == pytest.approx(1.0)


def test_reasons_of_windows_and_actions_are_reasons():
    told, names = truth(Plan()), set(reasons()["reason"])
    assert set(told["windows"]["reason"]) <= names
    assert set(told["actions"]["reason"]) <= names


def test_pain_points_are_numbered():
    assert told_points() <= {f"P{number:02d}" for number in range(1, 13)}


def told_points() -> set[str]:
    return set(truth(Plan())["pain_points"]["pain_point"])
