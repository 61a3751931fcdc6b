import pandas as pd
import pytest

from cxlib.reasons.value import causes, origins


def told(table, metric, by="root_cause"):
    return table[table["metric"] == metric].set_index(by)["value"].to_dict()


def test_causes_sum_their_reasons_and_say_what_is_avoidable(shares, reasons):
    found = causes(shares, reasons.replace({"root_cause": {"comprehension": "process_failure"}}))
    assert told(found, "cause_share") == pytest.approx(
        {"process_failure": 0.5, "missing_self_service": 0.2, "feedback": 0.2, "product_failure": 0.1}
    )
    assert told(found, "cause_avoidable_share")["process_failure"] == pytest.approx(1)
    assert told(found, "cause_avoidable_share")["feedback"] == 0
    assert told(found, "cause_failure_share") == pytest.approx(
        {"process_failure": 0.8, "product_failure": 0.2, "missing_self_service": 0, "feedback": 0}
    )
    assert found[found["metric"] == "claimed_share"]["value"].item() == pytest.approx(0.2)


def test_the_largest_cause_stands_first(shares, reasons):
    assert causes(shares, reasons).iloc[0]["root_cause"] == "process_failure"


def test_any_column_of_the_taxonomy_may_name_the_cause(shares, reasons):
    found = causes(shares, reasons.assign(default_owner=["logistics", None, "digital", "repair", "digital", None]), by="default_owner")
    assert told(found, "cause_share", "default_owner") == pytest.approx(
        {"logistics": 0.4, "digital": 0.4, "__unknown__": 0.1, "repair": 0.1}
    )


def test_an_avoidable_share_of_a_cause_rests_on_as_many_contacts_as_the_cause_has(shares, reasons):
    row = causes(shares, reasons.assign(root_cause="one")).query("metric == 'cause_avoidable_share'")
    half = causes(shares, reasons).query("metric == 'cause_avoidable_share' and root_cause == 'process_failure'")
    assert row["n_eff"].item() == pytest.approx(400)
    assert half["n_eff"].item() == pytest.approx(160)


def test_what_is_missing_is_said(nothing, reasons, log):
    assert causes(nothing, reasons)["note"].to_list() == ["needs contact_reasons.reason_id"]
    assert origins(log, reasons)["note"].to_list() == ["needs contacts.root_cause_department"]


def test_origins_count_failures_with_a_department(log, reasons):
    department = ["LO"] * 6 + ["KC"] * 2 + [None] * 2 + ["BH"] * 10
    found = origins(log.assign(root_cause_department=department), reasons, front=["KC"], min_n=1)
    assert told(found, "origin_share", "root_cause_department") == pytest.approx({"LO": 0.75, "KC": 0.25})  # the others are no failures
    by = found.set_index("metric")["value"]
    assert by["front_share"] == pytest.approx(0.25)
    assert by["origin_known_share"] == pytest.approx(0.8)


def test_without_reasons_all_contacts_count_and_thin_departments_are_held_back(log):
    found = origins(log.drop(columns="reason_id").assign(root_cause_department=["LO"] * 18 + ["KC"] * 2), pd.DataFrame({"reason_id": []}))
    by = found.set_index("root_cause_department")
    assert by.loc["LO", "value"] == pytest.approx(0.9)
    assert by.loc["KC", "note"] == "n < 7"
