"""What converts and still cannot be is named, or counted where it is borne."""

from datetime import date

import pytest

from cxlib.intake.plausible import implausible
from cxlib.params import Source
from cxlib.tables import contract

HEADERS = {"order_id": "Auftrag", "order_ts": "Bestellt", "delivered_date": "Geliefert", "requested_date": "Wunsch"}


@pytest.fixture
def seen(bench):
    def run(*orders, **declared):
        rows = ", ".join(
            f"({number}, '{name}', '{ordered}'::TIMESTAMPTZ, '{delivered}'::DATE, '{wanted}'::DATE)"
            for number, (name, ordered, delivered, wanted) in enumerate(orders)
        )
        bench.run(f"CREATE TABLE t AS SELECT * FROM (VALUES {rows}) AS v(row, order_id, order_ts, delivered_date, requested_date)")
        source = Source.model_validate({"table": "orders", "file": "x.csv"} | declared)
        return implausible(
            bench,
            contract("orders"),
            "t",
            HEADERS,
            source,
            "x.csv",
            "line {}".format,
            timezone="Europe/Berlin",
            last_day=date(2025, 12, 31),
        )

    return run


GOOD = ("1", "2025-03-01 12:00+00", "2025-03-02", "2025-03-02")


def test_sound_rows_are_left_in_peace(seen):
    assert seen(GOOD) == ([], {})


def test_a_day_is_compared_with_the_clients_own_day(seen):
    assert seen(("1", "2025-03-01 23:30+00", "2025-03-02", "2025-03-02")) == ([], {})  # 00:30 in Berlin


def test_what_comes_before_its_cause_is_refused_or_borne(seen):
    problems, noted = seen(GOOD, ("2", "2025-03-05 12:00+00", "2025-03-02", "2025-03-02"))
    assert problems[0].startswith(
        "x.csv: Geliefert (delivered_date) lies before Bestellt (order_ts) in 1 of 2 rows (line 1: 2025-03-02). One of the two may be"
    )
    assert noted == {}


def test_what_is_borne_is_counted(seen):
    assert seen(GOOD, ("2", "2025-03-05 12:00+00", "2025-03-02", "2025-03-02"), max_failed_share=0.5) == (
        [],
        {("before", "delivered_date < order_ts"): 1},
    )


def test_plans_may_lie_ahead_and_deeds_may_not(seen):
    problems, _ = seen(("1", "2025-03-01 12:00+00", "2026-01-02", "2027-03-02"))
    assert [problem.split(" in ")[0] for problem in problems] == ["x.csv: Geliefert (delivered_date) lies more than a day after 2025-12-31"]


def test_the_day_after_the_last_is_granted(seen):
    assert seen(("1", "2026-01-01 22:59+00", "2026-01-01", "2026-01-01"))[0] == []


def test_the_future_can_be_declared(seen):
    assert seen(("1", "2025-03-01 12:00+00", "2026-01-02", "2027-03-02"), future="keep") == (
        [],
        {("after_last_day", "delivered_date"): 1},
    )


def test_one_id_in_two_spellings_is_refused_whatever_share_may_fail(seen):
    rows = [("007", *GOOD[1:]), ("7", *GOOD[1:]), ("08", *GOOD[1:])]
    assert seen(*rows, max_failed_share=1)[0] == [
        "x.csv: Auftrag (order_id): 1 rows hold an id that stands elsewhere without its leading zeros (line 0: 007). Declare its digits: `id_width: {order_id: …}`."
    ]


def test_a_declared_width_settles_the_spelling(seen):
    assert seen(("007", *GOOD[1:]), ("7", *GOOD[1:]), id_width={"order_id": 3})[0] == []


def test_an_id_longer_than_its_declared_width_is_refused(seen):
    assert seen(("007", *GOOD[1:]), ("0008", *GOOD[1:]), ("12345", *GOOD[1:]), id_width={"order_id": 3})[0] == [
        "x.csv: Auftrag (order_id): 1 rows hold an id that begins with a zero and is longer than the declared 3 digits (line 1: 0008). "
        "Correct `id_width`, or ask which zeros hold."
    ]


@pytest.mark.parametrize("due", ["due_ts", "promise_due_ts"])
def test_what_is_due_before_it_came_is_refused(bench, due):
    bench.run(f"CREATE TABLE c AS SELECT 0 AS row, '2025-03-02'::TIMESTAMPTZ AS contact_ts, '2025-03-01'::TIMESTAMPTZ AS {due}")
    source = Source(table="contacts", file="x.csv")
    told = {"timezone": "Europe/Berlin", "last_day": date(2025, 12, 31)}
    problems, _ = implausible(
        bench, contract("contacts"), "c", {"contact_ts": "Zeit", due: "Frist"}, source, "x.csv", "line {}".format, **told
    )
    assert problems[0].startswith(f"x.csv: Frist ({due}) lies before Zeit (contact_ts) in 1 of 1 rows")


def swapped(months, day="02"):
    return "Id;Zeit;Kanal\n" + "".join(f"{number};{day}/{month:02d}/2025 08:15;phone\n" for number, month in enumerate(months))


@pytest.mark.parametrize(
    ("content", "noted"),
    [
        (swapped(range(1, 13)), {("day_for_month", "contact_ts"): 12}),  # the first twelve days of February, month first
        (swapped(range(1, 6)), {}),  # too few to tell
        (swapped(range(1, 13), "13"), {}),  # no month
        (
            swapped([*range(1, 13), 1, 2])
            .replace("0;02/01", "0;03/01")
            .replace("1;02/02", "1;04/02")
            .replace("2;02/03", "2;05/03")
            .replace("3;02/04", "3;06/04"),
            {},
        ),
    ],
)
def test_days_that_stand_in_the_place_of_months_are_noted(log_of, content, noted):
    came = log_of(content, time_format="%d/%m/%Y %H:%M")
    assert came.problems == []
    assert came.records[0]["noted"] == noted


def test_a_customer_who_leaves_before_coming_is_named(came_of):
    source = {"table": "customers", "file": "k.csv", "delimiter": ";", "date_format": "%d.%m.%Y"}
    source |= {"columns": {"customer_id": "Kunde", "market": "Art", "status": "Status", "start_date": "Von", "churn_date": "Bis"}}
    problems = came_of({"k.csv": "Kunde;Art;Status;Von;Bis\n7;b2b;lost;01.05.2025;01.02.2024\n"}, {"k": source}).problems
    assert problems[0].startswith("data/acme/raw/k.csv: Bis (churn_date) lies before Von (start_date) in 1 of 1 rows (line 2: 2024-02-01).")


def test_a_rating_of_a_long_table_lies_within_its_scale(came_of):
    columns = {"response_id": "Id", "respondent_id": "Id", "item_id": "Frage", "value": "Note", "scale_high": "Bis"}
    fixed = {"survey_id": "s", "wave": "1", "survey_ts": "2025-02-05", "item_type": "actual", "state": "answered", "scale_low": 1}
    source = {"table": "responses", "file": "r.csv", "delimiter": ";", "decimal": ",", "columns": columns, "constants": fixed}
    content = "Id;Frage;Note;Bis\n1;Q1;4,5;5\n2;Q1;45;5\n3;Q2;10;10\n4;Q1;0;5\n5;Q1;;5\n"
    assert came_of({"r.csv": content}, {"survey": source}).problems == [
        "data/acme/raw/r.csv: Note (value) lies outside its scale in 2 of 5 rows (line 3: 45.0 on 1.0 to 5.0, line 5: 0.0 on 1.0 to 5.0). "
        "A decimal sign may be lost, or a code mean that there is no rating: map it to nothing under `values`, and its state under `state`."
    ]
