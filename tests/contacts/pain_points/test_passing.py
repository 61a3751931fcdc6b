"""P10: being passed around."""

import pandas as pd
import pytest

from cxlib.contacts import pain_points


def log(transfers, cases, **columns):
    size = len(transfers)
    table = pd.DataFrame({"contact_id": [f"{number:03d}" for number in range(size)], "case_id": cases, "customer_id": "a"})
    table["contact_ts"] = pd.date_range("2025-01-06", periods=size, freq="D", tz="UTC")
    table["transfers"] = pd.array(transfers, dtype="Int64")
    return table.assign(local_date=pd.date_range("2025-01-06", periods=size), weight=1.0, **columns)


def test_a_case_sums_the_hand_offs_of_its_contacts():
    told = pain_points.passed_around(log([1, 1, 0, None, 2, 1], ["v", "v", "w", "w", None, None])).set_index("metric")["value"]
    assert told["passed_around_share"] == pytest.approx(1 / 5)
    assert told["passed_around_cases"] == pytest.approx(2 / 4)  # v, and the contact without a case that was handed on twice
    assert told["transfers_per_case"] == pytest.approx(5 / 4)


def test_settled_at_the_first_contact_by_hand_offs():
    table = log([0, 2, 0, 0, 1] + [0] * 12, [str(number) for number in range(17)], outcome=["resolved", "callback"] + ["resolved"] * 15)
    told = pain_points.passed_around(table)
    first = told[told["metric"].eq("first_contact_resolution")]
    assert set(first["handed_on"]) <= {"0", "1", "2+"}
    assert told[told["metric"].eq("said_resolved")].set_index("handed_on")["value"].to_dict() == {"0": 1.0, "1": 1.0, "2+": 0.0}


def test_what_is_missing_is_named():
    bare = log([1], ["v"]).drop(columns=["transfers"])
    assert pain_points.passed_around(bare)["note"].item() == "needs contacts.transfers"
    told = pain_points.passed_around(log([1, 2], ["v", "w"]).drop(columns="case_id")).set_index("metric")["note"]
    assert told["passed_around_cases"] == "needs contacts.case_id"
    assert "needs" not in told["passed_around_share"]


def test_the_demo_s_hand_offs_are_as_planted(client, near):
    told = pain_points.passed_around(client.log())
    near(told[told["metric"].eq("passed_around_share")], client.planted("P10", "two_or_more_transfers"))
    settled = told[told["metric"].eq("said_resolved")].set_index("handed_on")
    for number, level in enumerate(("0", "1", "2+")):
        near(settled.loc[[level]].reset_index(), client.planted("P10", "solved_first_time", f"{number} transfers"))
