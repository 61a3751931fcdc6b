"""SPSS files: codes as they are, labels never, and what the file declares missing is no answer."""

import pandas as pd
import pyreadstat
import pytest

from cxlib.errors import DataError
from cxlib.intake.spss import read_spss
from cxlib.params import Source

MARK = {"item_type": "actual", "scale": "mark"}
SURVEY = {
    "table": "responses",
    "file": "x.sav",
    "format": "spss",
    "decimal": ",",
    "columns": {"response_id": "id", "respondent_id": "id", "survey_ts": "tag", "weight": "w"},
    "constants": {"survey_id": "s", "wave": "1"},
    "time_format": "%Y-%m-%d",
    "items": {"q1": MARK},
}
SCALES = {"scales": {"mark": {"low": 1, "high": 4, "best": "low", "states": {"5": "not_used"}, "empty": "not_asked"}}}


@pytest.fixture
def sav(tmp_path):
    def run(**missing):
        frame = pd.DataFrame(
            {
                "id": ["007", "8", "9"],
                "tag": pd.to_datetime(["2025-02-05"] * 3).date,
                "q1": [1.0, 5.0, None],
                "w": [1.5, 1.0, 99.0],
                "frei": ["ä;b", "", "NA"],
            }
        )
        labels = {"q1": {1.0: "gut", 2.0: "gut", 5.0: "nie benutzt"}}  # two codes share a label
        pyreadstat.write_sav(frame, str(tmp_path / "made.sav"), variable_value_labels=labels, missing_ranges=missing)
        return (tmp_path / "made.sav").read_bytes()

    return run


@pytest.fixture
def labelled(tmp_path):
    def run(labels):
        frame = pd.DataFrame({"id": ["007", "8"], "tag": pd.to_datetime(["2025-02-05"] * 2).date, "q1": [1.0, 5.0], "w": 1.0, "frei": "a"})
        pyreadstat.write_sav(frame, str(tmp_path / "labelled.sav"), variable_value_labels={"q1": labels})
        return (tmp_path / "labelled.sav").read_bytes()

    return run


def test_codes_are_read_and_labels_are_not(bench, sav, tmp_path):
    (tmp_path / "x.sav").write_bytes(sav(q1=[5]))
    raw = read_spss(tmp_path / "x.sav", Source.model_validate(SURVEY), "x.sav", "raw", bench, {"tag": "time"})
    assert raw.headers == ("id", "tag", "q1", "w", "frei")
    assert [row[1:] for row in bench.rows("SELECT * FROM raw ORDER BY row")] == [
        ("007", "2025-02-05", "1", "1,5", "ä;b"),
        ("8", "2025-02-05", "5", "1", ""),
        ("9", "2025-02-05", "", "99", "NA"),
    ]
    assert raw.place(1) == "case 2"


def test_a_code_that_the_file_declares_missing_is_the_state_that_params_declare(came_of, sav):
    came = came_of({"x.sav": sav(q1=[5])}, {"s": SURVEY}, SCALES)
    assert came.problems == []
    assert [(row["state"], row.get("value")) for row in came.rows] == [("answered", 4), ("not_used", None), ("not_asked", None)]


@pytest.mark.parametrize("span", [5, {"lo": 4, "hi": 99}])
def test_a_code_that_only_the_file_declares_missing_is_refused(came_of, sav, span):
    scales = {"scales": {"mark": SCALES["scales"]["mark"] | {"states": {}}}}
    problems = came_of({"x.sav": sav(q1=[span])}, {"s": SURVEY}, scales).problems
    assert problems[-1] == (
        "data/acme/raw/x.sav: q1: the file declares 5 as missing, scale 'mark' does not: declare it under `scales: {mark: {states: …}}`."
    )


def test_a_rating_that_the_file_declares_missing_is_refused(came_of, sav):
    scales = {"scales": {"mark": {"low": 1, "high": 6, "best": "low", "empty": "not_asked"}}}
    assert came_of({"x.sav": sav(q1=[5])}, {"s": SURVEY}, scales).problems == [
        "data/acme/raw/x.sav: q1: the file declares 5 as missing, but it is a rating of scale 'mark': "
        "correct the scale's ends, or ask what 5 means and recode it in the file."
    ]


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("nie benutzt", True),
        ("6 = Weiß nicht", True),
        ("k. A.", True),
        ("don't know", True),
        ("Nie", False),
        ("nicht gut", False),
        ("", False),
    ],
)
def test_a_rating_that_the_file_s_labels_call_no_answer_is_refused(came_of, labelled, label, told):
    scales = {"scales": {"mark": {"low": 1, "high": 6, "best": "low", "empty": "not_asked"}}}
    problems = came_of({"x.sav": labelled({1.0: "gut", 5.0: label})}, {"s": SURVEY}, scales).problems
    assert (
        problems
        == [
            f"data/acme/raw/x.sav: q1: the file calls 5 {label.casefold()!r}, but it is a rating of scale 'mark': "
            "correct the scale's ends, or recode it in the file."
        ]
        * told
    )
    assert not came_of({"x.sav": labelled({1.0: "gut", 6.0: label})}, {"s": SURVEY}, scales).problems  # nobody chose it


@pytest.mark.parametrize(
    ("low", "high", "best", "told"),
    [
        ("ungenügend", "Sehr gut", "low", "best: high"),
        ("1 - very satisfied", "6 - very dissatisfied", "high", "best: low"),
        ("sehr gut", "ungenügend", "low", ""),
        ("mangelhaft", "sehr gut", "high", ""),
        ("stimme zu", "stimme gar nicht zu", "high", ""),
        ("gar nicht", "eins", "low", ""),
    ],
)
def test_a_scale_that_the_file_s_labels_turn_round_is_refused(came_of, labelled, low, high, best, told):
    scales = {"scales": {"mark": {"low": 1, "high": 6, "best": best, "empty": "not_asked"}}}
    problems = came_of({"x.sav": labelled({1.0: low, 6.0: high})}, {"s": SURVEY}, scales).problems
    good, bad = ("6", "1") if best == "high" else ("1", "6")
    words = {"1": low.casefold(), "6": high.casefold()}
    assert problems == [
        f"data/acme/raw/x.sav: q1: the file calls {bad} {words[bad]!r} and {good} {words[good]!r}, but scale 'mark' says that {good} is best. "
        f"Declare `{told}`."
    ] * bool(told)


def test_a_missing_code_of_another_column_is_refused_until_it_is_declared(came_of, sav):
    assert came_of({"x.sav": sav(w=[99])}, {"s": SURVEY}, SCALES).problems == [
        'data/acme/raw/x.sav: w: the file declares 99 as missing, params do not: declare `values: {weight: {"99": ""}}`.'
    ]


def test_a_word_that_the_file_declares_missing_is_no_answer_to_an_open_question(came_of, sav):
    source = SURVEY | {"items": {"q1": MARK, "frei": {"item_type": "open_text"}}}
    assert came_of({"x.sav": sav(frei=["NA"])}, {"s": source}, SCALES).problems == [
        "data/acme/raw/x.sav: frei: the file declares NA as missing, params do not: add it to `missing`."
    ]
    came = came_of({"x.sav": sav(frei=["NA"])}, {"s": source | {"missing": ["", "NA"]}}, SCALES)
    assert [row["state"] for row in came.rows if row["item_id"] == "frei"] == ["answered", "no_answer", "no_answer"]


def test_a_number_that_the_file_declares_missing_is_no_id(came_of, sav):
    source = SURVEY | {"columns": SURVEY["columns"] | {"customer_id": "w"}, "missing": ["", "99"], "ignore_rows": {"id": ["007"]}}
    del source["columns"]["weight"]
    assert came_of({"x.sav": sav(w=[99])}, {"s": source}, SCALES).problems == [
        'data/acme/raw/x.sav: w: the file declares 99 as missing, params do not: declare `values: {customer_id: {"99": ""}}`.'
    ]
    came = came_of({"x.sav": sav(w=[99])}, {"s": source | {"values": {"customer_id": {"99": ""}}}}, SCALES)
    assert came.problems == []
    assert "customer_id" not in came.rows[-1]


def test_what_is_no_spss_file_is_refused(bench, tmp_path):
    (tmp_path / "x.sav").write_bytes(b"$FL2 and nothing else")
    with pytest.raises(DataError, match="x.sav: is no readable SPSS file .* Save it as .sav again."):
        read_spss(tmp_path / "x.sav", Source.model_validate(SURVEY), "x.sav", "raw", bench, {})
