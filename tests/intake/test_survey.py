"""Wide survey exports become long, each rating with its state, high is good."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.survey import answers
from cxlib.params import Scale, Source

SCALES = {
    "mark": Scale(low=1, high=6, best="low", states={"8": "not_used", "9": "no_answer"}, empty="not_asked"),
    "ten": Scale(low=0, high=10),
}


def long(cells, source=None, **items):
    frame = pd.DataFrame(cells, dtype="str")
    declared = Source.model_validate({"table": "responses", "file": "x.csv", "items": items, "decimal": ","} | (source or {}))
    places = [f"line {number}" for number in range(2, len(frame) + 2)]
    return answers(frame, places, pd.DataFrame({"response_id": frame.index.astype(str)}), declared, SCALES, "x.csv")


def test_states_are_told_apart_and_marks_are_turned():
    table, problems = long({"Q": ["1", "6", "8", "9", "", " 2 "]}, Q={"item_type": "actual", "scale": "mark"})
    assert problems == []
    assert table["state"].to_list() == ["answered", "answered", "not_used", "no_answer", "not_asked", "answered"]
    assert table["value"].to_list()[:2] == [6, 1]
    assert table["value"].to_list()[5] == 5
    assert table[["scale_low", "scale_high"]].drop_duplicates().to_numpy().tolist() == [[1, 6]]


def test_codes_and_marks_that_a_program_wrote_with_decimals_are_the_same_codes():
    table, problems = long({"Q": ["2,0", "8,0", "9,00", "6,0"]}, Q={"item_type": "actual", "scale": "mark"})
    assert problems == []
    assert table["state"].to_list() == ["answered", "not_used", "no_answer", "answered"]


def test_half_marks_follow_the_decimal_sign():
    table, problems = long({"Q": ["2,5"]}, Q={"item_type": "actual", "scale": "mark"})
    assert (table["value"].to_list(), problems) == ([4.5], [])


@pytest.mark.parametrize("cell", ["7", "0", "-1", "gut", "99", "1e9", "inf", "nan", "−9", "2.5", "1e0", "0x2"])
def test_what_is_neither_rating_nor_code_is_refused(cell):
    _, problems = long({"Q": ["1", cell]}, Q={"item_type": "actual", "scale": "mark"})
    assert len(problems) == 1
    assert problems[0].startswith(f"x.csv: Q: 1 of 2 answers lie outside the scale 'mark' (1 to 6): line 3: '{cell}'")


def test_open_text_is_kept_as_it_is():
    table, _ = long({"T": ["=1+1", ""]}, T={"item_type": "open_text"})
    assert table["text"].to_list()[0] == "=1+1"
    assert table["state"].to_list() == ["answered", "no_answer"]
    assert table["value"].isna().all()


@pytest.mark.parametrize("blank", ["  ", "\u00a0", " k. A. "])
def test_blanks_around_a_missing_word_do_not_make_an_answer(blank):
    table, problems = long(
        {"T": [blank], "Q": [blank]}, {"missing": ["", "k. A."]}, T={"item_type": "open_text"}, Q={"item_type": "actual", "scale": "mark"}
    )
    assert problems == []
    assert table["state"].to_list() == ["no_answer", "not_asked"]


def test_wrongly_decoded_answers_are_refused_kept_or_repaired():
    item = {"T": {"item_type": "open_text"}}
    _, problems = long({"T": ["gut", "fÃ¼r"]}, **item)
    assert problems == [
        "x.csv: T: 1 of 2 cells are damaged text (line 3: 'fÃ¼r'). UTF-8 was taken for a Windows encoding there, or the file mixes both: "
        "declare `mojibake: repair`, or `mojibake: keep` where the text is meant so."
    ]
    assert long({"T": ["fÃ¼r"]}, {"mojibake": "keep"}, **item)[0]["text"].to_list() == ["fÃ¼r"]
    assert long({"T": ["fÃ¼r"]}, {"mojibake": "repair"}, **item)[0]["text"].to_list() == ["für"]


@given(st.lists(st.integers(0, 10), min_size=1, max_size=30))
def test_ratings_come_back_unchanged_on_a_scale_whose_high_end_is_good(values):
    table, problems = long({"Q": [str(value) for value in values]}, Q={"item_type": "nps", "scale": "ten"})
    assert problems == []
    assert table["value"].to_list() == values


@pytest.mark.parametrize("cell", ["1,3,4", "1;3", "1 | 3", "2, 5"])
def test_several_answers_in_one_cell_are_named_as_such(cell):
    assert long({"Q": [cell]}, {"decimal": "."}, Q={"item_type": "actual", "scale": "mark"})[1] == [
        f"x.csv: Q: 1 of 1 answers lie outside the scale 'mark' (1 to 6): line 2: '{cell}'. "
        "Such cells may hold several answers to one question: ask for a column for each answer."
    ]
