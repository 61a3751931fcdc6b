"""Qualtrics: respondents are no header rows, previews are no respondents, and what may be no answer is counted."""

import pytest

SURVEY = {
    "table": "responses",
    "columns": {"response_id": "ResponseId", "respondent_id": "ResponseId"},
    "constants": {"survey_id": "s", "wave": "1", "survey_ts": "2025-02-05"},
}
SCALES = {"scales": {"mark": {"low": 1, "high": 6, "best": "low"}}}
MARK = {"item_type": "actual", "scale": "mark"}
QUALTRICS = SURVEY | {"file": "q.csv", "format": "qualtrics", "items": {"Q1": MARK}}
IMPORT_IDS = '"{""ImportId"":""a""}","{""ImportId"":""b""}","{""ImportId"":""c""}"\n'


@pytest.mark.parametrize(("below", "seen"), [("", "is '0, R_2, 2'"), ("Response Type,Response ID,Wie?\n", "is '0, R_1, 2'")])
def test_a_qualtrics_file_without_its_three_header_rows_is_refused(came_of, below, seen):
    answers = "".join(f"0,R_{number},2\n" for number in (1, 2, 3))
    assert came_of({"q.csv": f"Status,ResponseId,Q1\n{below}{answers}"}, {"survey": QUALTRICS}, SCALES).problems == [
        f"data/acme/raw/q.csv: Qualtrics writes the questions' texts and then ImportIds below the columns' names, but the last of these lines {seen}. "
        "Export again as CSV with all three rows, or declare `format: csv`, with `skip_after_header: 1` where only the texts stand there."
    ]


def test_a_qualtrics_file_with_its_names_alone_is_refused(came_of):
    assert (
        "but the last of these lines is not there."
        in came_of({"q.csv": "Status,ResponseId,Q1\n"}, {"survey": QUALTRICS}, SCALES).problems[0]
    )


def test_previews_are_left_out_in_every_spelling_and_spam_is_counted(came_of):
    statuses = ("0", "1", "2", "9", "17", "Umfragevorschau", "Offline Survey Preview", "8", "Spam", "16", "IP-Adresse", "Probelauf")
    answers = "".join(f"{status},R_{number},2\n" for number, status in enumerate(statuses))
    source = QUALTRICS | {"ignore_rows": {"Status": ["Probelauf"]}}
    came = came_of({"q.csv": f"Status,ResponseId,Q1\nx,x,x\n{IMPORT_IDS}{answers}"}, {"survey": source}, SCALES)
    assert came.problems == []
    assert [row["response_id"] for row in came.rows] == ["R_0", "R_7", "R_8", "R_9", "R_10"]
    left_out = ("Probelauf", "Offline Survey Preview", "Umfragevorschau", "1", "2", "9", "17")
    assert came.records[0]["dropped"] == {("ignored", f"Status = {status}"): 1 for status in left_out}
    assert came.records[0]["noted"] == {("odd_response", "Status = 8"): 1, ("odd_response", "Status = Spam"): 1}


@pytest.mark.parametrize(
    ("column", "cell", "rows", "noted"),
    [
        ("Antworttyp", "0", 1, {("previews_unknown", ""): 1}),
        ("DistributionChannel", "preview", 0, {}),
        ("DistributionChannel", "anonymous", 1, {}),
    ],
)
def test_previews_are_told_by_another_column_or_not_at_all(came_of, column, cell, rows, noted):
    content = f"{column},ResponseId,Q1\nx,x,x\n{IMPORT_IDS}{cell},R_1,2\nanonymous,R_2,2\n"
    came = came_of({"q.csv": content}, {"survey": QUALTRICS}, SCALES)
    assert len(came.rows) == rows + 1
    assert came.records[0]["noted"] == dict.fromkeys(noted, 2)


@pytest.mark.parametrize(
    ("written", "declared", "told"),
    [
        ("America/Denver", {}, "America/Denver"),
        ("Z", {}, "UTC"),
        ("America/Denver", {"timezone": "America/Denver"}, ""),
        ("Z", {"timezone": "Etc/UTC"}, ""),
        ("Europe/Vienna", {}, ""),  # as in Berlin
        ("Mars/Base", {}, "Mars/Base"),
    ],
)
def test_the_zone_that_qualtrics_wrote_is_the_one_that_counts(came_of, written, declared, told):
    marks = f'"{{""ImportId"":""recordedDate"",""timeZone"":""{written}""}}","{{""ImportId"":""b""}}","{{""ImportId"":""c""}}"\n'
    source = QUALTRICS | {"columns": QUALTRICS["columns"] | {"survey_ts": "Zeit"}, "constants": {"survey_id": "s", "wave": "1"}}
    came = came_of({"q.csv": f"Zeit,ResponseId,Q1\nx,x,x\n{marks}2025-02-05 08:15:00,R_1,2\n"}, {"survey": source | declared}, SCALES)
    zone = declared.get("timezone", "Europe/Berlin")
    assert came.problems == (
        [
            f"data/acme/raw/q.csv: Zeit: Qualtrics wrote these times in the zone {told}, as the third line of the file says, and params name {zone}. "
            f"Declare `timezone: {told}`."
        ]
        if told
        else []
    )
