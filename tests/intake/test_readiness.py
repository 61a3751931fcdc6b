"""What the data can tell: states of questions, what is missing, and ages."""

from datetime import date

import pandas as pd

from cxlib import estimates
from cxlib.intake import readiness

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
    assert ranked["state"].to_list() == ["empty"] * 3


def test_a_table_that_lacks_columns_is_not_said_to_be_missing():
    ranked = readiness.missing(QUESTIONS, have(contacts__channel=500)).set_index("table")
    assert ranked["state"].to_dict() == {"contacts": "half", "orders": "empty", "persons": "empty", "responses": "empty"}


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
            "rows_dropped": [0, 1],
            "failed_cells": [0, 1],
            "newest_ts": pd.to_datetime(["2025-12-31 10:00", "2020-01-01 23:00"]).tz_localize("Europe/Berlin"),
        }
    )
    rows = readiness.sources(sources, as_of=date(2026, 1, 10), max_data_age_days=365)
    ages = rows[rows["metric"] == "age_days"].set_index("source")
    assert ages["value"].to_list() == [10, 2201]
    assert ages["note"].to_list() == ["", "old"]


INTAKE = pd.DataFrame(
    [
        ("log", "rows_read", None, None, 100),
        ("log", "rows_kept", None, None, 90),
        ("log", "rows_dropped", "outside_period", None, 3),
        ("log", "rows_dropped", "ignored", "Konto = Test", 7),
        ("log", "rows_noted", "before", "resolved_ts < contact_ts", 2),
        ("log", "failed_cells", "failed", "wait_s", 5),
        ("survey", "rows_read", None, None, 50),
        ("survey", "rows_kept", None, None, 50),
    ],
    columns=["source", "step", "reason", "detail", "count"],
)


def test_the_waterfall_leads_from_rows_read_to_rows_kept():
    steps = readiness.waterfall(INTAKE)
    assert list(zip(steps["step"], steps["value"], strict=True)) == [
        ("rows_read", 150),
        ("ignored", -7),
        ("outside_period", -3),
        ("rows_kept", 140),
    ]


def test_remarks_tell_each_source_even_when_there_is_nothing_to_say():
    told = readiness.remarks(INTAKE)
    assert list(zip(told["source"], told["metric"], told["reason"], told["detail"], told["value"], strict=True)) == [
        ("log", "failed_cells", "failed", "wait_s", 5),
        ("log", "rows_dropped", "outside_period", "–", 3),
        ("log", "rows_dropped", "ignored", "Konto = Test", 7),
        ("log", "rows_noted", "before", "resolved_ts < contact_ts", 2),
        ("survey", "rows_dropped", "none", "–", 0),
    ]


def test_no_id_and_no_word_of_the_data_reaches_the_page():
    noted = [
        ("capitals", "handled_by: Meier / meier", 4),
        ("one_for_many", "customer_id = 4711", 30),
        ("one_for_many", "customer_id = CPD", 20),
    ]
    noted += [("nines", "wait_s = 9999", 3)]
    made = pd.DataFrame([("log", "rows_noted", *one) for one in noted], columns=["source", "step", "reason", "detail", "count"])
    told = readiness.remarks(made.astype({"count": "Int64"}))
    assert told[["reason", "detail", "value"]].values.tolist() == [
        ["capitals", "handled_by", 4],
        ["one_for_many", "customer_id", 50],
        ["nines", "wait_s = 9999", 3],
    ]


JOINS = pd.DataFrame(
    [
        ("contacts", "customer_id", "customers", 200, 150, 120),
        ("contacts", "order_id", "orders", 200, 50, None),
        ("contacts", "customer_id", "contacts", 200, 150, 30),
        ("orders", "customer_id", "customers", 80, 80, 80),
    ],
    columns=["table", "id", "home", "rows", "known", "found"],
).astype({"rows": "Int64", "known": "Int64", "found": "Int64"})


def test_join_rates_tell_known_ids_from_found_ones():
    rates = readiness.join_rates(JOINS).set_index(["table", "home", "metric"])
    assert rates.loc[("contacts", "customers", "id_share"), ["value", "n"]].to_list() == [0.75, 200]
    assert rates.loc[("contacts", "customers", "found_share"), ["value", "n"]].to_list() == [0.8, 150]
    assert rates.loc[("contacts", "orders", "found_share"), "note"] == "needs orders.order_id"
    assert ("contacts", "contacts", "id_share") not in rates.index
    assert readiness.join_rates(JOINS[:0])["note"].item() == "needs customers.customer_id"


def test_what_is_known_at_contact_counts_earlier_contacts_too():
    known = readiness.known_at_contact(JOINS).set_index("home")
    assert known["value"].to_dict() == {"customers": 0.75, "orders": 0.25, "earlier_contacts": 0.15}
    assert set(known["n"]) == {200}
    assert readiness.known_at_contact(JOINS[3:])["note"].item() == "needs contacts.customer_id, contacts.order_id"
