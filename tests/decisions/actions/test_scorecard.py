import pandas as pd
import pytest

from cxlib.decisions import actions, inventory
from tests.decisions.actions.conftest import DRAWS, ITEMS, action, told


@pytest.fixture
def card(tables, touchpoints, reasons):
    def make(**given):
        return actions.scorecard(touchpoints, reasons, **({"saved": tables, "items": ITEMS, "draws": DRAWS} | given))

    return make


def at(card, place, metric):
    return card[card["touchpoint_id"].eq(place) & card["metric"].eq(metric)]["value"].item()


def test_figures_of_other_pages_stand_in_the_customers_order(card):
    made = card()
    assert list(dict.fromkeys(made["touchpoint_id"].dropna())) == ["T1", "T2", "T3", "T4"]
    assert at(made, "T1", "actual") == 3.5
    assert at(made, "T1", "reach") == 0.75
    assert at(made, "T2", "importance") == 0.2
    assert made["n"].isna().all()


def test_need_is_shortfall_times_importance(card):
    made = card()
    assert (at(made, "T2", "need_rank"), at(made, "T1", "need_rank")) == (1.0, 2.0)  # 2 · 0.2 > 1.5 · 0.1


def test_reach_turns_its_span_round(card, tables):
    tables["usage"] = told("not_used_share", 0.25, "share", spread=0.05, touchpoint_id="T1")
    row = card()
    row = row[row["metric"].eq("reach")].iloc[0]
    assert [row["low"], row["value"], row["high"]] == pytest.approx([0.7, 0.75, 0.8])


def test_the_work_on_a_touchpoint_goes_from_actual_to_running(card, weighed):
    worth = weighed(action("a"), action("b", touchpoint_id="T3", start_date="2026-01-01"))
    made = card(worth=worth, ranking=actions.rank(worth))
    assert [at(made, place, "step_reached") for place in ("T1", "T2", "T3", "T4")] == [3.0, 2.0, 4.0, 0.0]
    assert at(made, "T1", "first_action") == 1.0


def test_proposal_and_grade_stand_beside(card, touchpoints, tables):
    future = inventory.life_cycle(touchpoints, None, gaps=tables["gaps"])
    heads = card(life_cycle=future).dropna(subset="touchpoint_id").drop_duplicates("touchpoint_id").set_index("touchpoint_id")
    assert heads["proposal"].to_dict() == {"T1": "adapt", "T2": "adapt", "T3": "unmeasured", "T4": "watch"}
    assert heads["grade"].to_dict() == {"T1": "A", "T2": "A", "T3": "D", "T4": "D"}


def test_missing_inputs_shrink_the_card_and_are_named(card):
    log_only = card(saved={"touchpoint_load": told("contacts_per_100_customers", 12.0, "per 100 customers", touchpoint_id="T1")})
    assert at(log_only, "T1", "contacts_per_100_customers") == 12.0
    lacking = log_only[log_only["touchpoint_id"].isna()].set_index("metric")["note"]
    assert lacking["actual"] == "needs responses[actual]"
    assert lacking["importance"] == "needs responses[nps], responses[actual]"
    assert "contacts_per_100_customers" not in lacking
    assert actions.scored(log_only, ["actual", "expected"])["note"].to_list() == ["needs responses[actual]", "needs responses[expected]"]
    assert actions.scored(log_only, ["contacts_per_100_customers", "actual"])["touchpoint_id"].to_list() == ["T1"]


def test_without_a_list_the_card_says_what_it_needs(card, touchpoints, reasons):
    empty = actions.scorecard(touchpoints.iloc[:0], reasons, saved={})
    assert empty["note"].item() == "needs touchpoints.touchpoint_id"


def test_reasons_stand_by_their_share(tables, reasons):
    listed = actions.by_reason(reasons, saved=tables, draws=DRAWS)
    assert list(dict.fromkeys(listed["reason_id"])) == ["invoice", "status"]
    facts = listed.set_index(["reason_id", "metric"])["value"]
    assert facts["invoice", "contacts_per_year"] == 1000
    assert facts["invoice", "contact_cost"] == 10
    assert actions.by_reason(reasons, saved={})["note"].item() == "needs contact_reasons.reason_id"


def test_a_pain_point_goes_to_its_reasons(tables, reasons):
    tables["reason_shares"] = told("reason_share", 0.1, "share", reason_id="callback")
    listed = actions.by_reason(reasons, saved=tables, draws=DRAWS)
    assert listed.loc[listed["metric"].eq("pain_damage"), "value"].item() == 0.05
    assert set(listed["owner"]) == {"KC"}


def test_pain_points_that_show_at_a_touchpoint_are_counted(card, tables, reasons):
    tables["reason_at_touchpoint"] = pd.concat(
        [told("reason_at", share, "share", touchpoint_id="T1", reason_id=name) for name, share in (("status", 0.3), ("callback", 0.01))]
    )
    assert at(card(), "T1", "pain_points") == 1.0  # a reason that hardly shows counts nothing
