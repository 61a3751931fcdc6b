import pandas as pd
import pytest

from cxlib.reasons.value import named, protected


def test_reasons_are_those_named_or_those_of_the_two_causes(reasons):
    assert named(reasons) == ["praise"]
    assert named(reasons, ["status", "praise"]) == ["status", "praise"]
    assert named(pd.DataFrame({"reason_id": ["a"]})) == []


def test_who_reached_nobody_is_told_from_who_was_dealt_with(log, reasons):
    contacts = log.assign(handled_by_type="person", reached=pd.array([None] * 15 + [True, False, None, None, None], dtype="boolean"))
    found = protected(contacts, reasons, min_n=1)
    row = found[found["metric"].eq("person_reached_share") & found["reason_id"].isna()].iloc[0]
    assert row["value"] == pytest.approx(3 / 4)
    assert row["n"] == 4
    bots = protected(contacts.assign(handled_by_type="bot", reached=None), reasons, min_n=1)
    assert bots[bots["metric"] == "person_reached_share"]["value"].to_list() == [0, 0]


def test_outcomes_of_those_that_are_known(log, reasons):
    found = protected(log.assign(outcome=[None] * 15 + ["sale", "sale", "resolved", None, "sale"]), reasons, min_n=1)
    by = found[found["metric"] == "protected_outcome_share"].set_index("outcome")["value"].to_dict()
    assert by == pytest.approx({"sale": 2 / 3, "resolved": 1 / 3})


def test_the_unassigned_do_not_count_and_thin_figures_are_held_back(log, reasons):
    contacts = log.assign(reached=True, unassigned=[False] * 15 + [True, True, False, False, False])
    found = protected(contacts, reasons, min_n=3)
    assert set(found.loc[found["metric"] == "person_reached_share", "note"]) == {"n < 3"}


def test_what_is_missing_is_said(log, reasons):
    assert set(protected(log, reasons, min_n=1)["note"]) == {"needs contacts.handled_by_type, contacts.reached", "needs contacts.outcome"}
    assert protected(log.drop(columns="reason_id"), reasons)["note"].to_list() == ["needs contact_reasons.reason_id"]
