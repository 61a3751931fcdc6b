"""Rows of another time than the one that is analysed."""

import pytest

HEAD = "Id;Zeit;Kanal\n"
ROWS = "1;01.01.2025 00:00;phone\n2;31.12.2025 23:59;phone\n"
BEYOND = "3;01.01.2026 00:00;phone\n4;31.12.2024 23:59;phone\n"


def test_both_ends_of_the_period_belong_to_it(log_of):
    taken = log_of(HEAD + ROWS)
    assert not taken.problems
    assert [row["contact_id"] for row in taken.rows] == ["1", "2"]


def test_rows_outside_are_refused_with_the_first_of_them(log_of):
    assert log_of(HEAD + ROWS + BEYOND).problems == [
        "data/acme/raw/x.csv: contact_ts: 2 of 4 rows lie outside the period 2025-01-01 to 2025-12-31 (first: line 4, 2026-01-01). "
        "Correct the period or the format of times, or declare `outside_period: drop` or `keep`."
    ]


@pytest.mark.parametrize(
    ("rule", "ids", "dropped"), [("drop", ["1", "2"], {("outside_period", ""): 2}), ("keep", ["1", "2", "3", "4"], {})]
)
def test_rows_outside_are_dropped_and_counted_or_kept_as_declared(log_of, rule, ids, dropped):
    taken = log_of(HEAD + ROWS + BEYOND, outside_period=rule)
    assert [row["contact_id"] for row in taken.rows] == ids
    assert taken.records[0]["dropped"] == dropped


def test_the_period_is_that_of_the_clients_clock(log_of):
    rows = "1;31.12.2024 23:30;phone\n"  # half past midnight in Berlin
    assert not log_of(HEAD + rows, timezone="UTC").problems
    assert "1 of 1 rows lie outside" in log_of(HEAD + rows).problems[0]


def test_answers_go_with_their_respondent(came_of):
    content = "Id;Zeit;Q\n1;01.06.2025 10:00;5\n2;01.06.2024 10:00;1\n"
    source = {"table": "responses", "file": "x.csv", "delimiter": ";", "time_format": "%d.%m.%Y %H:%M", "outside_period": "drop"}
    source |= {"columns": {"response_id": "Id", "respondent_id": "Id", "survey_ts": "Zeit"}, "constants": {"survey_id": "w", "wave": "1"}}
    source |= {"items": {"Q": {"item_type": "overall", "scale": "mark"}}}
    taken = came_of({"x.csv": content}, {"survey": source}, {"scales": {"mark": {"low": 1, "high": 5, "best": "high"}}})
    assert taken.problems == []
    assert [(row["respondent_id"], row["value"]) for row in taken.rows] == [("1", 5.0)]
