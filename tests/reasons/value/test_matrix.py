import numpy as np
import pandas as pd
import pytest

from cxlib.estimates import stack
from cxlib.estimates.rows import rows
from cxlib.reasons.value import disputed, matrix
from cxlib.tables import TREATMENTS


def evidence(**figures):
    """metric → {reason: (low, high)}; what holds for all contacts is 0."""
    parts = []
    for metric, spans in figures.items():
        place = pd.DataFrame({"reason_id": [None, *spans]})
        low, high = ([0.0, *(span[end] for span in spans.values())] for end in (0, 1))
        parts.append(rows(place, {"metric": metric, "value": (np.array(low) + np.array(high)) / 2, "low": low, "high": high}))
    return stack(*parts)


def row(result, reason):
    return result.table.set_index("reason_id").loc[reason]


def test_without_evidence_ratings_stay_as_laid_down(reasons, shares):
    result = matrix(reasons, shares=shares)
    assert set(result.table["rating_state"]) == {"untested"}
    assert result.table["treatment"].to_list() == ["eliminate", "eliminate", "automate", "simplify", "leverage"]
    told = result.estimates[result.estimates["metric"] == "treatment_share"].set_index("treatment")["value"]
    assert told.to_dict() == pytest.approx({"eliminate": 0.5, "automate": 0.2, "simplify": 0.1, "leverage": 0.2})


def test_what_is_no_concern_is_in_no_field(reasons):
    assert "spam" not in set(matrix(reasons).table["reason_id"])
    assert matrix(reasons).reasons.set_index("reason_id")["treatment"].isna()["spam"]


def test_one_voice_contests_and_two_move(reasons, shares):
    one = matrix(reasons, evidence=evidence(contact_value={"status": (1, 2)}), shares=shares)
    assert row(one, "status")["rating_state"] == "contested"
    assert row(one, "status")["treatment"] == "eliminate"
    two = matrix(reasons, evidence=evidence(contact_value={"status": (1, 2)}, ces={"status": (1, 2)}), shares=shares)
    assert row(two, "status")["rating_state"] == "moved"
    assert row(two, "status")["treatment"] == "automate"
    assert two.reasons.set_index("reason_id").loc["status", ["value_customer", "value_company"]].to_list() == ["valuable", "irritating"]


def test_effort_and_satisfaction_are_one_voice(reasons):
    both = matrix(reasons, evidence=evidence(ces={"status": (1, 2)}, csat={"status": (1, 2)}))
    assert row(both, "status")[["customer_against", "customer_state"]].to_list() == [1, "contested"]


def test_a_voice_for_it_holds_two_against_it(reasons):
    mixed = evidence(contact_value={"status": (1, 2)}, ces={"status": (1, 2)}, first_contact_resolution={"status": (-2, -1)})
    assert row(matrix(reasons, evidence=mixed), "status")[["customer_for", "customer_against", "customer_state"]].to_list() == [
        1,
        2,
        "contested",
    ]


def test_what_speaks_for_a_rating_confirms_it(reasons):
    result = matrix(reasons, evidence=evidence(contact_value={"status": (-2, -1)}, repeat_share={"status": (1, 2), "praise": (1, 2)}))
    assert row(result, "status")[["customer_state", "company_state", "rating_state"]].to_list() == ["confirmed"] * 3
    assert row(result, "praise")["company_state"] == "contested"  # valuable to the company, but customers come back


def test_the_company_s_side_moves_on_its_own_evidence(reasons):
    result = matrix(reasons, evidence=evidence(bought_after={"reorder": (1, 2)}, repeat_share={"reorder": (-2, -1)}))
    assert row(result, "reorder")[["treatment", "laid_treatment"]].to_list() == ["leverage", "automate"]


def test_the_treatment_always_follows_from_the_ratings(reasons):
    figures = {"contact_value": (1, 2), "ces": (1, 2), "first_contact_resolution": (1, 2), "bought_after": (-2, -1), "repeat_share": (1, 2)}
    result = matrix(reasons, evidence=evidence(**{metric: dict.fromkeys(reasons["reason_id"], span) for metric, span in figures.items()}))
    for one in result.table.to_dict("records"):
        assert one["treatment"] == TREATMENTS[one["value_customer"], one["value_company"]]
    assert set(result.table["treatment"]) == {"automate"}


def test_both_ways_of_counting_add_up_and_so_do_their_draws(reasons, shares):
    moved = evidence(contact_value={"status": (1, 2)}, ces={"status": (1, 2)})
    told = matrix(reasons, evidence=moved, shares=shares).estimates
    for metric in ("treatment_share", "laid_down_share", "rating_state_share", "reason_share"):
        rows_of = told[told["metric"] == metric]
        assert rows_of["value"].sum() == pytest.approx(1)
        assert np.stack(rows_of["draws"].to_list()).sum(axis=0) == pytest.approx(np.ones(300))
    by = told.set_index(["metric", "treatment"])["value"]
    assert by["laid_down_share", "eliminate"] - by["treatment_share", "eliminate"] == pytest.approx(0.4)


def test_chance_alone_moves_next_to_nothing(reasons):
    """Sixty reasons, five figures that say nothing, 400 times: ratings that move, and those that are contested."""
    rng = np.random.default_rng(7)
    names = [f"r{number}" for number in range(60)]
    laid = pd.DataFrame({"reason_id": names, "value_customer": ["valuable", "irritating"] * 30, "value_company": "irritating"})
    laid["treatment"] = [TREATMENTS[pair] for pair in zip(laid["value_customer"], laid["value_company"], strict=True)]
    moved, contested = [], []
    for _ in range(40):
        spans = {}
        for metric in ("contact_value", "ces", "csat", "first_contact_resolution", "bought_after", "repeat_share"):
            middle = rng.normal(0, 1, 60)
            spans[metric] = dict(zip(names, zip(middle - 1.96, middle + 1.96, strict=True), strict=True))
        states = matrix(laid, evidence=evidence(**spans)).table[["customer_state", "company_state"]].to_numpy()
        moved.append((states == "moved").mean())
        contested.append((states == "contested").mean())
    assert np.mean(moved) < 0.005
    assert np.mean(contested) < 0.09


def test_the_disputed_stand_first_where_there_are_some(reasons, shares):
    found = disputed(matrix(reasons, evidence=evidence(contact_value={"praise": (-2, -1), "status": (1, 2)}), shares=shares).estimates)
    assert found["reason_id"].to_list() == ["status", "praise"]
    assert set(disputed(matrix(reasons, shares=shares).estimates)["metric"]) == {"rating_state_share"}


def test_without_shares_it_says_what_is_missing_and_still_rates(reasons, nothing):
    result = matrix(reasons, shares=nothing)
    assert result.estimates["note"].iloc[0] == "needs contact_reasons.reason_id"
    assert len(result.table) == 5
    assert disputed(result.estimates)["note"].to_list() == ["needs contact_reasons.reason_id"]


def test_a_taxonomy_without_ratings_has_no_fields(nothing):
    assert matrix(pd.DataFrame({"reason_id": ["a"]}), shares=nothing).table.empty
