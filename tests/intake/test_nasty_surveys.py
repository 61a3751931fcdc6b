"""Surveys as clients send them: each comes out right, or is refused with the place and the way out."""

SURVEY = {
    "table": "responses",
    "columns": {"response_id": "ResponseId", "respondent_id": "ResponseId"},
    "constants": {"survey_id": "s", "wave": "1", "survey_ts": "2025-02-05"},
}
SCALES = {"scales": {"mark": {"low": 1, "high": 6, "best": "low", "states": {"8": "not_used"}}, "ten": {"low": 0, "high": 10}}}
MARK = {"item_type": "actual", "scale": "mark"}


def test_a_qualtrics_file_with_a_line_break_in_its_second_header_and_previews(came_of):
    content = (
        "StartDate,Status,ResponseId,Q1\n"
        'Start Date,Response Type,Response ID,"Wie zufrieden waren Sie\nmit der Hotline?"\n'
        '"{""ImportId"":""startDate""}","{""ImportId"":""status""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1""}"\n'
        "2025-02-05,IP Address,R_1,2\n2025-02-05,Survey Preview,R_2,1\n2025-02-05,Spam,R_3,6\n"
    )
    source = SURVEY | {"file": "q.csv", "format": "qualtrics", "items": {"Q1": MARK}, "ignore_rows": {"ResponseId": ["R_3"]}}
    came = came_of({"q.csv": content}, {"survey": source}, SCALES)
    assert came.problems == []
    assert [(row["response_id"], row["value"]) for row in came.rows] == [("R_1", 5)]
    assert came.records[0]["dropped"] == {("ignored", "Status = Survey Preview"): 1, ("ignored", "ResponseId = R_3"): 1}


def test_a_survey_with_words_and_codes_among_its_marks(came_of):
    content = "ResponseId;Q1;Frei\n1;99;a; b\n".replace("a; b", '"a; b"') + "2;k. A.;=1+1\n3;−9;NA\n4;8;\n5;2,5; \n"
    source = SURVEY | {
        "file": "u.csv",
        "delimiter": ";",
        "decimal": ",",
        "missing": ["", "k. A."],
        "items": {"Q1": MARK, "Frei": {"item_type": "open_text"}},
    }
    assert came_of({"u.csv": content}, {"survey": source}, SCALES).problems == [
        "data/acme/raw/u.csv: Q1: 2 of 5 answers lie outside the scale 'mark' (1 to 6): line 2: '99', line 4: '−9'. "
        "If a code means never used or no answer, declare it under `scales: {mark: {states: …}}`."
    ]
    came = came_of({"u.csv": content.replace("99", "1").replace("−9", "6")}, {"survey": source}, SCALES)
    marks = [(row["state"], row.get("value")) for row in came.rows if row["item_id"] == "Q1"]
    assert marks == [("answered", 6), ("no_answer", None), ("answered", 1), ("not_used", None), ("answered", 4.5)]
    assert [row.get("text") for row in came.rows if row["item_id"] == "Frei"] == ["a; b", "=1+1", "NA", None, None]


def test_one_export_filled_in_twice_is_named_with_its_lines(came_of):
    source = SURVEY | {"file": "u.csv", "delimiter": ";", "items": {"Q1": MARK}}
    assert came_of({"u.csv": "ResponseId;Q1\n1;2\n2;3\n1;2\n"}, {"survey": source}, SCALES).problems == [
        "data/acme: responses: response_id + item_id: 1 stand more than once in equal rows, first: 1 + Q1 (u.csv, line 2, u.csv, line 4). "
        "Declare `duplicates: drop_equal` to keep one of each."
    ]
