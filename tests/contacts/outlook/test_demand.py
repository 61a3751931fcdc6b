"""What is asked for in vain, and which services are wished for."""

import pandas as pd
import pytest

from cxlib.contacts import outlook

from .conftest import log_of

SERVICES = {"rental": ["Verleih", "hire out"], "app": ["eine App"]}


@pytest.fixture
def log():
    days = ["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-10", "2025-03-11", "2025-03-12"]
    table = log_of([(who, f"{day} 10:00") for who, day in zip("abcabc", days, strict=True)])
    table["reason_id"] = pd.array(["unmet", "order", "order", "unmet", "unmet", None], dtype="str")
    table["text"] = pd.array(
        ["Gibt es einen VERLEIH?", "Verleih bestellt", "Hallo", "Verleih und eine App", "Anderes", "Verleih"], dtype="str"
    )
    table["outcome"] = pd.array(["no_solution", "resolved", None, None, "resolved", "no_solution"], dtype="str")
    return table


def test_only_contacts_of_the_reason_count_and_each_service_for_itself(log):
    told = outlook.unmet_demand(log, services=SERVICES, reasons=["unmet"])
    share = told[told["metric"].eq("unmet_rate")].set_index("service")["value"]
    assert share[share.index.isna()].item() == pytest.approx(3000 / 5)
    assert share["rental"] == pytest.approx(2000 / 5)
    assert share["app"] == pytest.approx(1000 / 5)
    assert share["__other__"] == pytest.approx(1000 / 5)


def test_what_is_no_concern_is_in_no_denominator(log):
    log["reason_id"] = log["reason_id"].fillna("no_customer_concern")
    assert outlook.unmet_demand(log, reasons=["unmet"])["value"].iloc[0] == pytest.approx(3000 / 5)


def test_a_customer_and_a_respondent_of_one_number_are_two(log):
    answers = pd.DataFrame({"respondent_id": ["a", "b"], "item_type": "open_text", "text": ["eine App", "ein Verleih"]})
    told = outlook.ideas(log, answers, services=SERVICES)
    other = outlook.ideas(log, answers.assign(respondent_id=["x", "y"]), services=SERVICES)
    pd.testing.assert_frame_equal(told, other)


def test_change_compares_the_halves_and_outcomes_those_that_are_known(log):
    told = outlook.unmet_demand(log, services=SERVICES, reasons=["unmet"]).set_index("metric")
    assert told.loc["unmet_change", "value"] == pytest.approx(1000 * (2 / 2 - 1 / 3))
    assert told.loc["unmet_unsolved", "value"] == pytest.approx(1 / 2)


def test_without_reasons_it_says_so_and_without_texts_the_total_stands(log):
    assert outlook.unmet_demand(log.drop(columns="reason_id"))["note"].item() == "needs contacts.reason_id"
    bare = outlook.unmet_demand(log.drop(columns=["text", "outcome"]), services=SERVICES, reasons=["unmet"])
    assert bare["metric"].to_list() == ["unmet_rate", "unmet_change"]


def test_mentions_of_all_sources_make_one_ranking(log):
    answers = pd.DataFrame({"respondent_id": ["1", "1", "2"], "item_type": ["open_text", "open_text", "actual"]})
    answers["text"] = ["eine App wäre gut", "wirklich eine App", "Verleih"]
    notes = pd.DataFrame({"note_id": ["n"], "text": ["Alle fragen nach Verleih"]})
    events = pd.DataFrame({"session_id": ["s", "s", "t"], "event": "search", "page": ["/s?q=eine+app", "/s?q=eine%20app", "/s?q=x"]})
    told = outlook.ideas(log, answers, notes, events, services=SERVICES)
    demand = told[told["metric"].eq("demand_share")].set_index("service")
    assert demand.index[0] == "rental"
    assert demand["value"].to_dict() == pytest.approx({"rental": 5 / 8, "app": 3 / 8})
    assert demand["n"].to_list() == [8, 8]
    share = told[told["metric"].eq("mention_share")].set_index(["told_by", "service"])["value"]
    assert share["contacts", "rental"] == pytest.approx(4 / 6)
    assert share["survey", "app"] == 1  # one respondent with open answers, twice
    assert share["searches", "app"] == pytest.approx(1 / 2)
    assert share["staff", "rental"] == 1


def test_no_list_no_texts_no_mention(log):
    assert outlook.ideas(log)["note"].item() == "needs params.outlook.services"
    assert outlook.ideas(log.drop(columns="text"), services=SERVICES)["note"].item() == "needs contacts.text"
    assert outlook.ideas(log, services={"crane": ["Kran"]})["note"].item() == "no events"


def test_the_demo_s_share_of_unmet_demand_is_planted(client, client_log):
    planted = client[1]["reasons"].set_index("reason")
    told = outlook.unmet_demand(client_log)
    row = told[told["metric"].eq("unmet_rate")].iloc[0]
    share = float(planted.loc["growth_feedback.unmet_demand", "share"])
    assert abs(row["value"] - 1000 * share) < 4 * (row["high"] - row["low"]) / 3.92
