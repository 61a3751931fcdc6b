"""The inventory: what stands on the list, what is measured, who answers for it, what is missing."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.decisions import inventory
from cxlib.errors import DataError
from cxlib.params import Params
from cxlib.tables import CONTRACTS, group_columns

USUAL = Params.model_fields["inventory"].default.usual


def touchpoint(number, **given):
    row = {
        "touchpoint_id": f"T{number}",
        "name_de": f"Punkt {number}",
        "phase": "sales",
        "stage": "Auftrag",
        "seq": number,
        "mode": "online",
        "influence": "direct",
        "object_type": "service",
        "department": "ID",
        "operator": "own",
        "observable_in": "both",
        "status": "active",
    }
    return row | given


@pytest.fixture
def listed():
    rows = [
        touchpoint(3, phase="aftersales", stage="Nutzung", department="KC", status="planned"),
        touchpoint(
            1, phase="presales", stage="Suche", department=None, operator="third_party", influence="indirect", observable_in="survey"
        ),
        touchpoint(2, name_de="Angebot"),
        touchpoint(4, phase="aftersales", stage="Nutzung", department="KC", observable_in="survey"),
    ]
    table = pd.DataFrame(rows).astype({"seq": "Int64", "department": "str"})
    return CONTRACTS["touchpoints"].validate(table, "list")


def log(*touchpoints, channel="phone"):
    return pd.DataFrame({"touchpoint_id": pd.Series(touchpoints, dtype="str"), "channel": channel})


def ratings(touchpoint, people, **given):
    row = {"touchpoint_id": touchpoint, "item_type": "actual", "state": "answered", "value": 4.0} | given
    return pd.DataFrame([row | {"respondent_id": f"r{number}"} for number in range(people)])


@pytest.fixture
def found(listed):
    return inventory.records(listed, contacts=log(*["T2"] * 8, *["T3"] * 9, None), responses=ratings("T3", 7))


def value(table, metric, **levels):
    return float(estimates.only(table, metric, **levels)["value"].item())


def test_records_are_counted_in_the_customer_s_order(found):
    contacts = found[found["metric"].eq("contacts")]
    assert contacts["touchpoint_id"].to_list() == ["T1", "T2", "T3", "T4", estimates.UNKNOWN]
    assert contacts["value"].to_list() == [0, 8, 9, 0, 1]
    assert contacts["n"].to_list() == [0, 8, 9, 0, 1]
    assert found.loc[found["metric"].eq("ratings"), "value"].to_list() == [0, 0, 7, 0]


def test_only_people_who_told_of_an_experience_count_as_raters(listed):
    answers = pd.concat(
        [
            ratings("T2", 3),
            ratings("T2", 3, item_type="csat"),  # the same three people
            ratings("T2", 9, state="not_used"),
            ratings("T2", 9, item_type="expected"),
            ratings(None, 9, item_type="nps"),
        ]
    )
    assert value(inventory.records(listed, responses=answers), "ratings", touchpoint_id="T2") == 3


def test_orders_tell_of_a_touchpoint_as_well(listed):
    found = inventory.records(listed, contacts=log("T2"), orders=log(*["T2"] * 7).drop(columns="channel"))
    assert value(found, "orders", touchpoint_id="T2") == 7
    assert value(inventory.coverage(listed, found), "measured_log") == 1


def test_a_relation_of_duckdb_gives_the_same(listed):
    table = log(*["T2"] * 8, None, "T3")
    answers = ratings("T3", 7)
    with duckdb.connect() as connection:
        relations = {name: connection.from_df(frame) for name, frame in (("contacts", table), ("responses", answers))}
        for by in ([], ["channel"]):
            left, right = inventory.records(listed, contacts=table, by=by), inventory.records(listed, contacts=relations["contacts"], by=by)
            pd.testing.assert_frame_equal(left, right)
        whole = inventory.records(listed, responses=relations["responses"])
    pd.testing.assert_frame_equal(whole, inventory.records(listed, responses=answers))


def test_coverage_says_what_is_measured_where(listed, found):
    whole = inventory.coverage(listed, found)
    said = dict(zip(whole["metric"], whole["value"], strict=True))
    assert said == {"touchpoints": 4, "measured_log": 2, "measured_survey": 1, "unmeasured": 2, "survey_only": 2, "unowned": 1}
    stages = inventory.coverage(listed, found, by=["stage"])
    assert list(dict.fromkeys(stages["stage"])) == ["Suche", "Auftrag", "Nutzung"]
    assert value(stages, "unmeasured", stage="Suche") == 1
    departments = inventory.coverage(listed, found, by=["department"])
    assert list(dict.fromkeys(departments["department"])) == ["ID", "KC", "nobody"]
    assert value(departments, "unowned", department="nobody") == 1
    assert whole["n"].isna().all()  # a list counts nobody


def test_fewer_records_than_wanted_are_no_measurement(listed, found):
    assert value(inventory.coverage(listed, found, min_records=9), "measured_log") == 1
    assert value(inventory.coverage(listed, found, min_records=10), "unmeasured") == 4
    assert value(inventory.coverage(listed, found, min_records=1), "unmeasured") == 2


def test_the_map_is_in_the_customer_s_order(listed, found):
    journey = inventory.journey_map(listed, found)
    assert journey["touchpoint_id"].to_list() == ["T1", "T2", "T3", "T4"]
    assert journey["value"].to_list() == [1, 2, 3, 4]
    assert journey["measured_in"].to_list() == ["neither", "log", "both", "neither"]
    assert journey["department"].to_list() == ["nobody", "ID", "KC", "KC"]


def test_levels_that_no_touchpoint_has_are_named(listed):
    phases = inventory.by_category(listed, by=["phase"])
    assert dict(zip(phases["phase"], phases["value"], strict=True)) == {"presales": 1, "sales": 1, "aftersales": 2}
    objects = inventory.by_category(listed, by=["object_type"])
    assert set(objects.loc[objects["value"].eq(0), "object_type"]) == {"company", "employee", "product", "brand"}
    crossed = inventory.by_category(listed, by=["phase", "object_type"])
    assert (len(crossed), crossed["value"].sum()) == (15, 4)


@given(
    st.lists(st.tuples(st.sampled_from(["presales", "sales", "aftersales"]), st.sampled_from(["online", "offline", "both"])), min_size=1)
)
@settings(max_examples=25)
def test_no_touchpoint_is_lost_in_a_category(pairs):
    table = pd.DataFrame([touchpoint(number, phase=phase, mode=mode) for number, (phase, mode) in enumerate(pairs)])
    for by in (["phase"], ["mode"], ["phase", "mode"], ["department"]):
        assert inventory.by_category(table, by=by)["value"].sum() == len(pairs)


def test_entries_that_do_not_hold_together_are_found(listed, found):
    wrong = pd.concat(
        [
            listed,
            pd.DataFrame(
                [
                    touchpoint(4, touchpoint_id="T5", name_de="angebot ", phase="presales", stage="Nutzung", operator="third_party"),
                    touchpoint(9, touchpoint_id="T6", status="obsolete", phase="aftersales", stage="Ende"),
                ]
            ),
        ],
        ignore_index=True,
    )
    seen = inventory.records(wrong, contacts=log(*["T3"] * 9, *["T6"] * 7))
    remarks = inventory.check(wrong, seen)
    named = {name: set(group["touchpoint_id"].dropna()) for name, group in remarks.groupby("check")}
    assert named == {
        "same_name": {"T2", "T5"},
        "same_place": {"T4", "T5"},
        "phase_order": {"T5"},
        "split_stage": {"T3", "T4", "T5"},
        "foreign_but_direct": {"T5"},
        "planned_but_met": {"T3"},
        "obsolete_but_met": {"T6"},
        "active_but_unmet": {"T1", "T2", "T4", "T5"},
    }
    assert value(remarks, "remarks", check="split_stage") == 3
    clean = inventory.check(listed[:0:-1].drop(index=2), found)
    assert value(clean, "remarks", check="same_name") == 0


def test_usual_touchpoints_are_found_by_either_name():
    table = pd.DataFrame(
        [touchpoint(1, name_de="Übergabe", name_en="Delivery by carrier"), touchpoint(2, name_de="E-Rechnung", name_en=None)]
    )
    hits = inventory.missing(table, usual=USUAL).set_index("usual")["value"]
    assert hits[hits > 0].to_dict() == {"delivery": 1, "invoice": 1}
    assert inventory.missing(table.drop(columns="name_en"), usual=USUAL).set_index("usual")["value"]["delivery"] == 0


def test_contacts_at_no_touchpoint_are_told_by_channel(listed):
    table = pd.concat([log(*["T2"] * 6, None, None), log(None, None, channel="social"), log("T9", "T9")])
    said = inventory.unlisted(listed, inventory.records(listed, contacts=table, by=["channel"]))
    assert value(said, "unplaced_share") == pytest.approx(6 / 12)
    assert value(said, "unplaced_share", channel="social") == 1
    assert value(said, "unplaced_share", channel="phone") == pytest.approx(4 / 10)
    assert said.loc[said["metric"].eq("contacts"), ["touchpoint_id", "value"]].to_numpy().tolist() == [["T9", 2.0]]


def test_owners_carry_touchpoints_and_standards(listed):
    standards = pd.DataFrame({"owner": ["KC", "KC", "BH"]})
    said = inventory.owners(listed, standards)
    assert list(dict.fromkeys(said["department"])) == ["ID", "KC", "BH", "nobody"]
    assert value(said, "standards", department="KC") == 2
    assert value(said, "touchpoints", department="BH") == 0
    assert value(said, "partner_run", department="nobody") == 1
    assert "standards" not in set(inventory.owners(listed, CONTRACTS["service_levels"].empty())["metric"])


def test_stages_without_a_service_are_named(listed):
    services = pd.DataFrame({"offer_id": ["O1", "O2"], "stage": ["Nutzung", "Beziehung"]})
    said = inventory.offers(services, listed)
    assert value(said, "services") == 2
    assert said["stage"].dropna().to_list() == ["Suche", "Auftrag", "Nutzung", "Beziehung"]
    assert said["value"].to_list() == [2, 0, 0, 1, 1]


def test_a_client_with_a_list_alone_gets_a_map_of_empty_dots(listed):
    nothing = inventory.records(listed, contacts=CONTRACTS["contacts"].empty(), responses=CONTRACTS["responses"].empty())
    assert nothing["note"].item() == "needs contacts.touchpoint_id, orders.touchpoint_id, responses.touchpoint_id"
    assert set(inventory.journey_map(listed, nothing)["measured_in"]) == {"neither"}
    assert value(inventory.coverage(listed, nothing), "unmeasured") == 4
    share = inventory.unlisted(listed, inventory.records(listed, contacts=CONTRACTS["contacts"].empty(), by=["channel"]))
    assert share["note"].item() == "needs contacts.touchpoint_id"


def test_a_client_with_a_log_alone_learns_what_a_list_would_tell():
    none = CONTRACTS["touchpoints"].empty()
    found = inventory.records(none, contacts=log("T7", None))
    assert found["touchpoint_id"].to_list() == ["T7", estimates.UNKNOWN]
    covered = inventory.coverage(none, found, by=["stage"])
    assert covered["metric"].to_list() == list(inventory.COVERAGE)
    assert set(covered["note"]) == {"needs touchpoints.touchpoint_id"}
    results = {
        "place": inventory.journey_map(none, found),
        "remarks": inventory.check(none, found),
    }
    for metric, table in results.items():
        assert (table["metric"].item(), table["value"].isna().item()) == (metric, True)
        assert table["note"].item().startswith("needs touchpoints.touchpoint_id")
    assert inventory.by_category(none, by=["mode"])["note"].item() == "needs touchpoints.mode"
    assert inventory.missing(none, usual=USUAL)["note"].item() == "needs touchpoints.name_de"
    assert inventory.owners(none, CONTRACTS["service_levels"].empty())["note"].item() == "needs touchpoints.department"
    assert inventory.offers(CONTRACTS["offers"].empty(), none)["note"].item() == "needs offers.offer_id, offers.stage"
    assert value(inventory.unlisted(none, inventory.records(none, contacts=log("T7", None), by=["channel"])), "unplaced_share") == 1


def test_a_log_without_touchpoints_is_all_unplaced(listed):
    bare = inventory.records(listed, contacts=pd.DataFrame({"channel": ["phone"] * 3}), by=["channel"])
    assert value(inventory.unlisted(listed, bare), "unplaced_share") == 1


def test_a_list_without_departments_belongs_to_nobody(listed):
    bare = listed.drop(columns="department")
    found = inventory.records(bare, contacts=log("T2"))
    assert value(inventory.coverage(bare, found), "unowned") == 4
    assert group_columns(inventory.owners(bare, CONTRACTS["service_levels"].empty())) == ["department"]


def test_records_by_channel_are_refused_where_touchpoints_are_wanted(listed):
    by_channel = inventory.records(listed, contacts=log("T2"), by=["channel"])
    with pytest.raises(DataError, match="not by touchpoint alone"):
        inventory.coverage(listed, by_channel)


def test_a_million_contacts_are_counted_at_once(listed):
    many = pd.DataFrame({"touchpoint_id": np.resize(["T1", "T2", "T3"], 1_000_000)})
    assert inventory.records(listed, contacts=many)["value"].sum() == 1_000_000


def test_the_demo_s_planted_gaps_are_found(root):
    from cxlib.params import load
    from cxlib.simulate.plan import Plan
    from cxlib.simulate.workshop import workshop

    tables, wanted = workshop(Plan()), load(root, "demo").inventory
    touchpoints = tables["touchpoints"]
    hits = inventory.missing(touchpoints, usual=wanted.usual)
    assert set(hits.loc[hits["value"].eq(0), "usual"]) == {"payment_route", "repair_status"}
    found = inventory.records(touchpoints, contacts=log(*["T23"] * 20, *["T18"] * 20))
    covered = inventory.coverage(touchpoints, found)
    assert (value(covered, "touchpoints"), value(covered, "unowned"), value(covered, "survey_only")) == (42, 4, 10)
    remarks = inventory.check(touchpoints, found)
    assert remarks.loc[remarks["check"].eq("planned_but_met"), "touchpoint_id"].dropna().to_list() == ["T23"]
    assert remarks.loc[remarks["check"].eq("obsolete_but_met"), "touchpoint_id"].dropna().to_list() == ["T18"]
    empty = inventory.offers(tables["offers"], touchpoints)
    assert set(empty.loc[empty["value"].eq(0), "stage"]) >= {"Aufmerksamkeit", "Lieferung", "Reklamation"}
