"""Surveys: marks are turned once, codes become states, and each answer comes back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.questionnaire import NO_ANSWER, NO_HOURS, NO_NUMBER, NOT_USED, items

KEY = ("response_id", "item_id")


@pytest.fixture(scope="module")
def responses(taken):
    return taken.table("responses")


def test_the_institute_marks_as_in_school_and_rates_the_other_way(cells, responses):
    wave = cells["Befragung_Welle1.sav"]
    assert set(wave["T22_actual"].dropna()) <= {1, 2, 3, 4, 5, 6, NOT_USED, NO_ANSWER}
    assert set(wave["recommend"].dropna()) <= {*range(11), NO_NUMBER}
    assert NO_HOURS in set(wave["email_hours"])
    told = responses[(responses["wave"] == "1") & (responses["state"] == "answered")].set_index(list(KEY))["value"]
    for item, turned in (("T22_actual", True), ("overall", False), ("email_hours", False)):
        marks = wave.set_index("FBNR")[item]
        marks = marks[~marks.isin([NOT_USED, NO_ANSWER, NO_NUMBER, NO_HOURS] if turned else [NO_NUMBER, NO_HOURS]) & marks.notna()]
        values = told.xs(item, level="item_id").loc[marks.index]
        assert np.array_equal(values, 7 - marks if turned else marks), item


def test_what_is_no_answer_is_none(cells, responses):
    words = pd.concat([cells[f"Befragung_Welle{wave}.sav"]["critique"] for wave in "12"])
    assert {"k. A.", "weiß nicht", "-", ""} <= set(words)
    told = responses["text"].dropna()
    assert not told.isin(["k. A.", "weiß nicht", "-", ""]).any()
    assert told.str.contains(";").any()
    assert (cells["Nachbefragung_Ticket.csv"] == "99").any().any()


def test_each_answer_comes_back(apart, responses, taken):
    differing = apart("responses", *KEY)
    assert len(responses) == (612 + 655) * len(items()) + 1150 * 4
    waves = responses.set_index(list(KEY))["wave"].isin(["1", "2"])
    for column in ("respondent_id", "customer_id", "person_id", "account_id", "touchpoint_id"):
        pair = differing.pop(column)  # after a contact, the ticket's number is all that is known of who answers
        assert not waves.loc[pair.index].any(), column
        assert column == "respondent_id" or pair["found"].isna().all()
    day = differing.pop("survey_ts")
    assert (day["found"] == day["known"].dt.normalize()).all()
    orders = differing.pop("order_id")  # an institute's file has one order a questionnaire
    assert orders["known"].isna().all()
    assert differing == {}  # values, states and words among the rest


def test_who_answers_all_alike_and_who_answers_twice(responses):
    waves = responses[responses["wave"].isin(["1", "2"])]
    marks = waves[waves["item_type"].isin(["actual"]) & waves["scale_high"].eq(6) & waves["state"].eq("answered")]
    spread = marks.groupby("response_id")["value"].agg(["nunique", "size"])
    assert (spread["nunique"].eq(1) & spread["size"].ge(6)).sum() >= 38
    again = waves.drop_duplicates("response_id").groupby("wave")["respondent_id"].apply(lambda ids: ids.duplicated().sum())
    assert again.sum() == 12


def test_invitations(apart, taken):
    assert apart("invitations", "respondent_id", "wave") == {}
    assert len(taken.table("invitations")) == 5900
