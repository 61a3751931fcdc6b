"""Who left before the end never saw the rest."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.unfinished import unseen

ITEM = {"item_type": "actual", "scale": "mark"}
SCALES = {"scales": {"mark": {"low": 1, "high": 6, "best": "low", "states": {"-99": "no_answer"}}}}
SURVEY = {
    "table": "responses",
    "file": "q.csv",
    "format": "qualtrics",
    "columns": {"response_id": "ResponseId", "respondent_id": "ResponseId"},
    "constants": {"survey_id": "s", "wave": "1", "survey_ts": "2025-02-05"},
    "items": {"Q3": ITEM, "Q1": ITEM, "Q2": ITEM, "T": {"item_type": "open_text"}},
}
HEAD = "Status,Progress,Finished,ResponseId,Q1,Q2,Q3,T\n" + "x,x,x,x,x,x,x,x\n" + ",".join(['"{""ImportId"":""a""}"'] * 8) + "\n"
ROWS = "0,100,1,R_1,1,,2,\n0,40,0,R_2,1,,2,\n0,20,0,R_3,-99,,,\n1,20,0,R_4,1,,,\n"
EMPTY = {("all_empty", "Q2"): 3, ("all_empty", "T"): 3}


def states(came):
    assert came.problems == []
    told = {}
    for row in came.rows:
        told.setdefault(row["response_id"], {})[row["item_id"]] = row["state"]
    return {name: [items[item] for item in ("Q1", "Q2", "Q3", "T")] for name, items in told.items()}


@pytest.fixture
def taken(came_of):
    return lambda content=HEAD + ROWS, **declared: came_of({"q.csv": content}, {"survey": SURVEY | declared}, SCALES)


def test_it_is_refused_until_somebody_says_what_empty_cells_mean(taken):
    assert taken().problems == [
        "data/acme/raw/q.csv: 2 responses were broken off before the end (line 5, line 6): what stands empty behind their last answer was never seen, "
        "and is no refusal to answer. Declare `unfinished: not_asked` to keep their answers, `drop` to leave them out, or `keep` where all of them "
        "saw every question."
    ]


def test_what_stands_empty_behind_the_last_answer_was_not_asked(taken):
    came = taken(unfinished="not_asked")
    assert states(came) == {
        "R_1": ["answered", "no_answer", "answered", "no_answer"],
        "R_2": ["answered", "no_answer", "answered", "not_asked"],
        "R_3": ["no_answer", "not_asked", "not_asked", "not_asked"],
    }
    assert came.records[0]["noted"] == EMPTY | {("unfinished", "not_asked"): 2}


def test_unfinished_responses_are_left_out_and_counted(taken):
    came = taken(unfinished="drop")
    assert list(states(came)) == ["R_1"]
    assert came.records[0]["dropped"] == {("ignored", "Status = 1"): 1, ("unfinished", ""): 2}


def test_unfinished_responses_that_are_kept_are_counted(taken):
    came = taken(unfinished="keep")
    assert states(came)["R_2"][3] == "no_answer"
    assert came.records[0]["noted"] == EMPTY | {("unfinished", "keep"): 2}


@pytest.mark.parametrize(
    ("finished", "progress", "off"), [("FALSE", "", 1), ("Falsch", "", 1), ("True", "100", 0), ("1", "99", 1), ("", "", 0)]
)
def test_either_column_tells(taken, finished, progress, off):
    content = HEAD + f"0,{progress},{finished},R_1,1,2,3,x\n"
    assert len(taken(content).problems) == off


def test_another_format_with_both_columns_tells_as_well_and_one_alone_does_not(taken):
    assert len(taken(format="csv", skip_after_header=2).problems) == 1
    assert taken((HEAD + ROWS).replace("Progress", "Fortschritt"), format="csv", skip_after_header=2).problems == []


@given(st.lists(st.tuples(st.booleans(), st.lists(st.sampled_from(["", " ", "1", "-99"]), min_size=3, max_size=3)), min_size=1, max_size=9))
def test_nobody_who_finished_and_nothing_that_was_answered_is_unseen(people):
    cells = pd.DataFrame([row for _, row in people], columns=["a", "b", "c"])
    told = unseen(cells[["c", "a", "b"]], np.array([left for left, _ in people]), ["a", "b", "c"])
    for place, (left, row) in enumerate(people):
        hidden = [bool(told[name][place]) for name in "abc"]
        assert hidden == sorted(hidden)
        assert sum(hidden) == (0 if not left else len(row) - max([at + 1 for at, cell in enumerate(row) if cell.strip()], default=0))
