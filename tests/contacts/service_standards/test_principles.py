"""From principle to instruction: the chain by hand."""

import pandas as pd

from cxlib import estimates
from cxlib.contacts import service_standards


def at(hour):
    return pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)


LOG = pd.DataFrame(
    {
        "contact_ts": at(0),
        "first_response_ts": [at(2), at(20), at(3), at(1)],
        "touchpoint_id": ["T1", "T1", "T1", "T2"],
        "channel": ["email", "email", "chat", "phone"],
        "customer_id": list("abcd"),
        "local_date": pd.Timestamp("2025-01-06"),
        "weight": 1.0,
    }
)
PRINCIPLES = pd.DataFrame({"principle_id": ["L1", "L2"]})
RATINGS = pd.DataFrame(
    {
        "principle_id": ["L1", "L1", "L2", "L1"],
        "touchpoint_id": ["T1", "T1", "T1", "T2"],
        "rater": list("abab"),
        "fit": [1.0, 2.0, 4.0, 0.0],
    }
)
LEVELS = pd.DataFrame({"channel": ["email"], "owner": ["ID"], "response_h": [8.0], "clock": ["calendar"], "target_share": [0.9]})


def chain(touchpoints=None):
    return service_standards.principles(PRINCIPLES, RATINGS, LEVELS, LOG, touchpoints, as_of=at(100).to_pydatetime())


def test_principle_standard_target_attainment_owner_and_instruction():
    table = chain()
    fit = table[table["metric"] == "principle_fit"]
    told = fit[["principle_id", "touchpoint_id", "channel", "owner", "instruction", "value"]].to_numpy().tolist()
    assert told == [["L1", "T1", "email", "ID", "same_day", 1.5], ["L2", "T1", "email", "ID", "same_day", 4.0]]
    by_metric = table.set_index("metric")["value"]
    assert (by_metric["target_hours"], by_metric["target_share"], by_metric["on_time_share"]) == (8.0, 0.9, 0.5)
    assert estimates.only(table, "without_standard")[["value", "n"]].to_numpy().tolist() == [[1.0, 2]]


def test_the_department_of_the_touchpoint_goes_before_the_channel_s():
    points = pd.DataFrame({"touchpoint_id": ["T1"], "department": ["QM"]})
    assert set(chain(points).query("metric == 'principle_fit'")["owner"]) == {"QM"}


def test_the_instruction_follows_from_the_target():
    expected = {0.5: "within_the_hour", 4.0: "half_day", 8.0: "same_day", 16.0: "next_day", 40.0: "this_week", 80.0: "agree_a_date"}
    for hours, instruction in expected.items():
        levels = LEVELS.assign(response_h=hours)
        found = service_standards.principles(PRINCIPLES, RATINGS, levels, LOG, as_of=at(100).to_pydatetime())
        assert found["instruction"].iloc[0] == instruction


def test_of_each_principle_the_touchpoint_that_fits_least():
    first = service_standards.worst(chain())
    assert set(first["metric"]) == {"principle_fit", "target_hours", "target_share", "on_time_share"}


def test_what_is_missing():
    note = service_standards.principles(PRINCIPLES.iloc[:0], RATINGS, LEVELS, LOG)["note"].item()
    assert note == "needs principles.principle_id"
