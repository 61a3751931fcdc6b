"""Who is asked what, on which scale; what an earlier wave asked keeps its code."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.params import Params
from cxlib.suite.sheets.questionnaire import questionnaire

PARAMS = {
    "schema_version": 1, "client": "acme", "name": "Acme", "market": "b2b", "language": "de", "timezone": "Europe/Berlin",
    "period": {"start": "2026-01-01", "end": "2026-06-30"},
    "sources": {"goals": {"table": "goals", "rows": [{"department": "KC", "kpi": "x", "target": 1, "direction": "up", "period": "2026"}]}},
}  # fmt: skip
EARLIER = {
    "scales": {"mark": {"low": 1, "high": 6, "best": "low", "states": {"8": "not_used"}}, "rating": {"low": 0, "high": 10}},
    "sources": {
        "wave_1": {
            "table": "responses", "file": "w1.csv", "columns": {"response_id": "r", "respondent_id": "r", "survey_ts": "t"},
            "constants": {"survey_id": "b2b", "wave": "4"},
            "items": {
                "Q_7": {"item_type": "actual", "scale": "mark", "touchpoint_id": "T1", "item_group": "service", "de": "Angebot, gut", "en": "Q"},
                "Q_8": {"item_type": "importance", "scale": "mark", "touchpoint_id": "T1"},
                "empf": {"item_type": "nps", "scale": "rating"},
            },
        }
    },
}  # fmt: skip


def touchpoints(*rows):
    names = ("touchpoint_id", "phase", "seq", "status", "observable_in", "name_de", "name_en")
    return pd.DataFrame(rows, columns=list(names))


QUOTE = ("T1", "sales", 2, "active", "both", "Angebot", "Quote")
ADVERT = ("1. ad", "presales", 1, "active", "survey", "Anzeige", None)
REPAIR = ("T3", "aftersales", 3, "active", "survey", "Reparatur", "Repair")
UNASKED = [("T4", "sales", 4, "planned", "survey", "A", None), ("T5", "sales", 5, "obsolete", "both", "B", None)]
UNASKED += [("T6", "sales", 6, "active", "log", "C", None)]


@pytest.fixture
def asked():
    return questionnaire(touchpoints(REPAIR, QUOTE, ADVERT, *UNASKED), Params.model_validate(PARAMS), roles=True)


def test_active_touchpoints_that_a_survey_can_see_are_asked_phase_by_phase(asked):
    rated = asked.items[asked.items["touchpoint_id"] != ""]
    assert list(rated["item_id"]) == ["q1adactual", "q1adexpected", "T1actual", "T1expected", "T3actual", "T3expected"]
    assert list(rated["block"].unique()) == ["presales", "sales", "aftersales"]
    assert list(rated["wording_en"])[:2] == ["How good was it last time: Anzeige?", "How good should it be: Anzeige?"]


def test_who_has_not_used_it_is_not_asked_what_it_should_be(asked):
    assert asked.items.set_index("item_id")["filter"][["T1actual", "T1expected"]].to_list() == ["", "T1actual"]
    assert asked.scales["rating"].states == {"98": "not_used", "99": "no_answer"}
    assert asked.scales["rating"].empty == "not_asked"


def test_blocks_go_to_the_roles_that_meet_them(asked):
    roles = asked.items.groupby("block", sort=False)["roles"].first()
    assert roles.to_dict() == {
        "presales": "decision_maker, influencer, information_gatherer", "sales": "decision_maker, influencer", "aftersales": "user",
        "closing": "",
    }  # fmt: skip
    everybody = questionnaire(touchpoints(QUOTE), Params.model_validate(PARAMS), roles=False)
    assert set(everybody.items["roles"]) == {""}


def test_the_end_asks_loyalty_effort_and_words(asked):
    closing = asked.items[asked.items["block"] == "closing"]
    assert dict(zip(closing["item_id"], closing["item_type"], strict=True)) == {
        "overall": "overall", "recommend": "nps", "ease": "ces", "satisfied": "csat", "repurchase": "repurchase", "praise": "open_text",
        "critique": "open_text",
    }  # fmt: skip
    assert asked.new == ("rating", "overall", "recommend", "agree", "satisfied")


def test_what_an_earlier_wave_asked_keeps_its_code_its_scale_and_its_words():
    params = Params.model_validate(PARAMS | EARLIER | {"sources": PARAMS["sources"] | EARLIER["sources"]})
    told = questionnaire(touchpoints(QUOTE, REPAIR), params, roles=False)
    items = told.items.set_index("item_id")
    assert items.loc[["Q_7", "T1expected", "Q_8", "T3actual"], "scale"].to_list() == ["mark", "mark", "mark", "mark"]
    assert items.loc["Q_7", ["item_group", "de", "filter"]].to_list() == ["service", "Angebot, gut", ""]
    assert items.loc["Q_8", "filter"] == "Q_7"
    assert items.loc["empf", ["item_type", "scale"]].to_list() == ["nps", "rating"]
    assert "recommend" not in items.index
    assert not told.items["item_id"].duplicated().any()


def test_codes_are_short_and_differ_where_names_do_not():
    long = [(f"touchpoint of the house no. {letter}", *QUOTE[1:]) for letter in "abc"]
    codes = questionnaire(touchpoints(*long), Params.model_validate(PARAMS), roles=False).items["item_id"]
    assert codes.is_unique
    assert codes.str.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}").all()


def test_without_a_touchpoint_only_the_end_is_asked():
    told = questionnaire(pd.DataFrame(), Params.model_validate(PARAMS), roles=True)
    assert set(told.items["block"]) == {"closing"}
