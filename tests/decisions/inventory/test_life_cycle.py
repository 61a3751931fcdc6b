import pandas as pd
import pytest

from cxlib.decisions import inventory
from cxlib.estimates import stack
from cxlib.estimates.rows import rows


def entry(name, **given):
    return {"touchpoint_id": name, "seq": int(name[1:]), "stage": "x", "influence": "direct", "status": "active"} | given


def records(**counts):
    return rows(pd.DataFrame({"touchpoint_id": list(counts)}), {"metric": "contacts", "value": list(counts.values()), "unit": "count"})


def gap(name, value, high):
    return rows(
        pd.DataFrame({"touchpoint_id": [name]}),
        {"metric": "gap", "value": value, "low": value - 0.2, "high": high, "n": 90, "unit": "scale points"},
    )


def unused(name, share, low):
    return rows(
        pd.DataFrame({"touchpoint_id": [name]}),
        {"metric": "not_used_share", "value": share, "low": low, "high": 1.0, "n": 90, "unit": "share"},
    )


def proposed(table):
    told = table[table["metric"].eq("on_record")]
    return {
        name: (proposal, because)
        for name, proposal, because in told[["touchpoint_id", "proposal", "because"]].itertuples(index=False)
        if pd.notna(name)
    }


@pytest.mark.parametrize(
    ("given", "number", "gaps", "usage", "expected"),
    [
        ({"influence": "indirect"}, 90, gap("T1", -1, -0.5), None, ("watch", "indirect")),
        ({"status": "planned"}, 0, None, None, ("new", "planned")),
        ({"status": "planned"}, 90, None, None, ("new", "planned_and_met")),
        ({"status": "obsolete"}, 2, None, None, ("retire", "obsolete_and_unmet")),
        ({"status": "obsolete"}, 90, None, None, ("adapt", "obsolete_but_met")),
        ({}, 90, None, unused("T1", 0.99, 0.97), ("retire", "hardly_used")),
        ({}, 90, None, unused("T1", 0.96, 0.90), ("keep", "no_gap_known")),  # as much as 10 % may use it
        ({}, 90, gap("T1", -1.0, -0.5), None, ("adapt", "below_expected")),
        ({}, 90, gap("T1", -0.1, 0.2), None, ("keep", "no_gap")),
        ({}, 90, None, None, ("keep", "no_gap_known")),
        ({}, 3, None, None, ("unmeasured", "no_records")),
    ],
)
def test_each_proposal_and_its_reason(given, number, gaps, usage, expected):
    table = inventory.life_cycle(pd.DataFrame([entry("T1", **given)]), records(T1=number), gaps=gaps, usage=usage)
    assert proposed(table)["T1"] == expected


def test_what_people_decided_stands_beside_the_proposal():
    table = inventory.life_cycle(pd.DataFrame([entry("T1"), entry("T2")]), records(T1=90, T2=90), decided={"T2": "retire"})
    assert table.set_index("touchpoint_id")["decided"].to_dict() == {"T1": "open", "T2": "retire"}
    assert proposed(table)["T2"][0] == "keep"


def test_what_the_list_lacks_is_new():
    unlisted = rows(
        pd.DataFrame({"channel": ["social", "phone", None]}),
        {"metric": "unplaced_share", "value": [1.0, 0.2, 0.3], "n": [30, 90, 120], "unit": "share"},
    )
    usual = rows(pd.DataFrame({"usual": ["quote", "invoice"]}), {"metric": "touchpoints", "value": [0.0, 1.0], "unit": "count"})
    table = inventory.life_cycle(pd.DataFrame([entry("T1")]), records(T1=9), unlisted=unlisted, usual=usual)
    new = table[table["touchpoint_id"].isna()]
    assert new[["channel", "usual", "proposal", "because"]].fillna("").values.tolist() == [
        ["social", "", "new", "channel_without_touchpoint"],
        ["", "quote", "new", "usual_but_missing"],
    ]


def test_evidence_is_graded_and_shown():
    table = inventory.life_cycle(
        pd.DataFrame([entry("T1"), entry("T2"), entry("T3", status="planned")]),
        records(T1=90, T2=90, T3=0),
        gaps=stack(gap("T1", -1.0, -0.5)),
        usage=unused("T1", 0.2, 0.1),
    )
    letters = table.drop_duplicates("touchpoint_id").set_index("touchpoint_id")["grade"].to_dict()
    assert letters == {"T1": "A", "T2": "C", "T3": "D"}
    own = table[table["touchpoint_id"].eq("T1")].set_index("metric")["value"]
    assert own.to_dict() == pytest.approx({"on_record": 90.0, "gap": -1.0, "reach": 0.8})


def test_without_a_list_or_records():
    assert inventory.life_cycle(pd.DataFrame(), None)["note"].item() == "needs touchpoints.touchpoint_id"
    assert proposed(inventory.life_cycle(pd.DataFrame([entry("T1")]), None))["T1"] == ("unmeasured", "no_records")
