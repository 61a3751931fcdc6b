"""What looks odd is noted, and what is usual is left in peace."""

import pytest

HEAD = "Id;Zeit;Kanal;Stand;Text;N\n"


def log(times, stands=("offen",), texts=("a",), numbers=("1",)):
    rows = max(map(len, (times, stands, texts, numbers)))
    cells = [[column[row % len(column)] for row in range(rows)] for column in (times, stands, texts, numbers)]
    lines = [f"{row};{cells[0][row]};phone;{cells[1][row]};{cells[2][row]};{cells[3][row]}\n" for row in range(rows)]
    return HEAD + "".join(lines)


@pytest.fixture
def noted(log_of):
    def run(content, **declared):
        columns = {"status": "Stand", "text": "Text", "cost": "N"}
        came = log_of(content, columns=columns, **declared)
        assert came.problems == []
        return came.records[0]["noted"]

    return run


HOURS = [f"05.02.2025 {row // 60 + 8:02}:{row % 60:02}" for row in range(120)]


def test_a_usual_log_is_left_in_peace(noted):
    assert noted(log(HOURS)) == {}


@pytest.mark.parametrize(("midnights", "count"), [(60, 60), (59, None)])
def test_times_without_an_hour_are_noted(noted, midnights, count):
    days = [f"{row % 28 + 1:02}.{row // 28 + 1:02}.2025 00:00" for row in range(midnights)]
    told = noted(log([*days, *HOURS[midnights:]]))
    assert told == ({("at_midnight", "contact_ts"): count} if count else {})


@pytest.mark.parametrize(("same", "count"), [(24, 24), (22, None)])
def test_one_moment_for_many_is_noted(noted, same, count):
    told = noted(log(["05.02.2025 07:07"] * same + HOURS[same:]))
    assert told == ({("one_moment", "contact_ts = 2025-02-05 06:07:00+00"): count} if count else {})


def test_a_column_without_anything_is_noted(noted):
    assert noted(log(HOURS[:5], stands=["", " "])) == {("all_empty", "status"): 5}


@pytest.mark.parametrize(
    ("numbers", "count"),
    [
        (["9999", "9999", "9999", "120", "5000"], 0),
        (["9999", "9999", "9999", "120", "4999"], 3),
        (["999", "999", "1", "2"], 0),
        (["99"] * 5, 0),
    ],
)
def test_nines_far_above_all_else_are_noted(noted, numbers, count):
    told = noted(log(HOURS[: len(numbers)], numbers=numbers))
    assert told == ({("nines", f"cost = {numbers[0]}"): count} if count else {})


def test_nines_that_params_name_are_none(noted):
    assert noted(log(HOURS[:5], numbers=["9999", "9999", "9999", "1", "2"]), missing=["", "9999"]) == {}


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (["a" * 255, "b" * 255, "c" * 255, "d" * 20], 3),
        (["a" * 255, "a" * 255, "a" * 255], 0),  # a template
        (["a" * 99, "b" * 99, "c" * 99], 0),
        (["a" * 255, "b" * 255, "c" * 256], 0),
    ],
)
def test_texts_that_end_at_the_same_length_are_noted(noted, texts, count):
    assert noted(log(HOURS[: len(texts)], texts=texts)) == ({("cut_text", "255"): count} if count else {})


def test_words_that_differ_in_capitals_alone_are_noted(noted):
    assert noted(log(HOURS[:4], stands=["offen", "Offen", "zu", "OFFEN"])) == {("capitals", "status: OFFEN / Offen / offen"): 3}


@pytest.mark.parametrize(("rows", "told"), [(1000, True), (1001, False)])
def test_an_export_that_may_be_cut_at_a_limit_is_noted(noted, rows, told):
    times = [f"{row % 28 + 1:02}.{row % 12 + 1:02}.2025 {row % 10 + 8:02}:{row % 59:02}" for row in range(rows)]
    assert noted(log(times)) == ({("at_limit", ""): rows} if told else {})


def test_an_item_that_nobody_answered_is_noted(came_of):
    source = {"table": "responses", "file": "u.csv", "delimiter": ";", "columns": {"response_id": "Id", "respondent_id": "Id"}}
    source |= {"constants": {"survey_id": "s", "wave": "1", "survey_ts": "2025-02-05"}, "items": {"Q": {"item_type": "open_text"}}}
    assert came_of({"u.csv": "Id;Q\n1;\n2; \n"}, {"survey": source}).records[0]["noted"] == {("all_empty", "Q"): 2}
