"""What the data can tell: states of questions, what is missing, and ages."""

from datetime import date

import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.intake import readiness
from cxlib.intake.questions import catalogue, elements

QUESTIONS = pd.DataFrame(
    [
        ("R001", "02_status_quo", "contacts.channel"),
        ("R002", "02_status_quo", "contacts.channel, orders.order_id"),
        ("R003", "10_expectation_gaps", "responses[actual] / reviews.rating"),
        ("R004", "10_expectation_gaps", "responses[expected], persons.role"),
        ("R005", "16_actions", "-"),
        ("R006", "03_contact_reasons", "contact_reasons.reason_id"),
    ],
    columns=["question_id", "notebook", "needs"],
)


def have(**filled):
    rows = [(name.split("__")[0], name.replace("__", "."), count) for name, count in filled.items()]
    return pd.DataFrame(rows, columns=["table", "element", "filled"])


def test_states_need_all_elements_and_enough_answers():
    there = have(contacts__channel=500, contacts__text=200)
    there.loc[len(there)] = ["responses", "responses[actual]", 99]
    counts = readiness.questions(QUESTIONS, there)
    whole = {state: estimates.only(counts, f"questions_{state}")["value"].item() for state in ("full", "half", "empty", "total")}
    assert whole == {"full": 3, "half": 2, "empty": 1, "total": 6}  # R001 R005 R006, R002 R003, R004
    assert estimates.only(counts, "questions_half", notebook="02_status_quo")["value"].item() == 1


def test_more_answers_make_it_full():
    there = have(contacts__channel=500)
    there.loc[len(there)] = ["responses", "responses[actual]", 100]
    assert estimates.only(readiness.questions(QUESTIONS, there), "questions_full")["value"].item() == 3


def test_missing_tables_are_ranked_by_the_questions_that_wait():
    ranked = readiness.missing(QUESTIONS, have(orders__order_id=1))
    assert ranked["table"].to_list() == ["contacts", "responses", "persons"]
    assert ranked["value"].to_list() == [3, 2, 1]  # R006 waits for contacts too: reasons are made from them


def test_nothing_missing_is_said():
    nothing = readiness.missing(QUESTIONS[:1], have(contacts__channel=500))
    assert (nothing["table"].item(), nothing["value"].item()) == ("none", 0)


def test_the_matrix_credits_the_alternative_that_is_there():
    crossed = readiness.matrix(QUESTIONS, have(reviews__rating=3)).set_index(["notebook", "table"])
    assert crossed.loc[("10_expectation_gaps", "reviews"), "state"] == "full"
    assert crossed.loc[("02_status_quo", "contacts"), "state"] == "empty"


def test_ages_count_to_the_given_day_and_old_data_are_marked():
    sources = pd.DataFrame(
        {
            "source": ["a", "b"],
            "table": ["responses", "contacts"],
            "rows_read": [10, 20],
            "rows_kept": [30, 19],
            "failed_cells": [0, 1],
            "newest_ts": pd.to_datetime(["2025-12-31 10:00", "2020-01-01 23:00"]).tz_localize("Europe/Berlin"),
        }
    )
    rows = readiness.sources(sources, as_of=date(2026, 1, 10), max_data_age_days=365)
    ages = rows[rows["metric"] == "age_days"].set_index("source")
    assert ages["value"].to_list() == [10, 2201]
    assert ages["note"].to_list() == ["", "old"]


def test_elements_list_what_holds_values():
    responses = pd.DataFrame(
        {
            "item_type": ["nps", "nps", "actual"],
            "state": ["answered", "no_answer", "answered"],
            "value": [1.0, None, 2.0],
            "text": [None] * 3,
        }
    )
    found = elements({"responses": responses}).set_index("element")["filled"].to_dict()
    assert found["responses[nps]"] == 1
    assert found["responses.value"] == 2
    assert "responses.text" not in found


def test_the_catalogue_has_every_question_once(root):
    table = catalogue(root / "QUESTIONS.md")
    assert table["question_id"].to_list() == sorted(
        table["question_id"], key=lambda name: (table.set_index("question_id")["notebook"][name], name)
    )
    assert sorted(table["question_id"]) == [f"R{number:03d}" for number in range(1, 212)]


def test_a_broken_catalogue_is_refused_with_its_line(tmp_path):
    path = tmp_path / "QUESTIONS.md"
    path.write_text(
        "## 00_data_readiness\n| R001 | a | b | `f` | - |\n| R001 | a | b | - |\n| R001 | a | b | `f` | - |\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as error:
        catalogue(path)
    assert error.value.problems == (
        "QUESTIONS.md, line 3: a question has five cells and stands under a notebook's heading.",
        "QUESTIONS.md: R001 stands more than once.",
    )
