import pandas as pd
import pytest

from cxlib.reasons.value import routes


def told(table):
    return {(row.treatment, None if pd.isna(row.reason_id) else row.reason_id): row.value for row in table.itertuples()}


def test_each_treatment_has_its_way(log, reasons):
    contacts = log.assign(unassigned=False, reason_id=["reorder"] * 4 + ["fault"] * 6 + ["praise"] * 10)
    contacts = contacts.assign(channel=["portal", "phone"] * 10, transfers=pd.array([0, 1] * 10, dtype="Int64"))
    found = told(routes(contacts, reasons, min_n=1))
    assert found == pytest.approx(
        {
            key: 0.5
            for name, reason in (("automate", "reorder"), ("leverage", "praise"), ("simplify", "fault"))
            for key in ((name, None), (name, reason))
        }
    )


def test_a_bot_automates_and_a_person_leverages_in_any_channel(log, reasons):
    contacts = log.assign(unassigned=False, reason_id=["reorder", "praise"] * 10, channel="email", handled_by_type=["bot", "person"] * 10)
    assert set(told(routes(contacts, reasons, min_n=1)).values()) == {1.0}


def test_a_target_channel_goes_before_the_rule(log, reasons):
    contacts = log.assign(unassigned=False, reason_id="praise")
    aimed = reasons.assign(target_channel=[None] * 4 + ["email", None])
    assert told(routes(contacts, aimed, min_n=1))["leverage", "praise"] == pytest.approx(0.5)


def test_what_is_to_be_eliminated_has_no_way(log, reasons):
    assert "eliminate" not in {key[0] for key in told(routes(log, reasons, min_n=1))}


def test_thin_groups_are_held_back_and_what_is_missing_is_said(log, reasons):
    assert set(routes(log, reasons)["note"]) == {"n < 30"}
    assert routes(log.drop(columns="reason_id"), reasons)["note"].item() == "needs contact_reasons.reason_id"
    assert routes(log.assign(reason_id="status"), reasons)["note"].item() == "needs contact_reasons.reason_id"
