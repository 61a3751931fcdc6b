"""What each role needs, and cells of few people."""

import pandas as pd
import pytest

from cxlib.customers import roles
from cxlib.report import disclosure
from cxlib.tables import MEASURED, group_columns

from .conftest import PERSONS, simulated


def test_role_cells_of_few_people_are_not_shown():
    persons, said = simulated(30, within=1.0, between=0.5, gap=0.0, seed=3)
    persons.loc[:4, "role"] = "information_gatherer"
    answers = said.assign(item_type="importance", weight=1.0)
    told = roles.needs(answers, persons, draws=0)
    who = [name for name in group_columns(told) if name not in MEASURED]
    assert who == ["role"]
    shown = disclosure.protect(told, min_n=7, register=disclosure.Register(), name="needs", who=who)
    thin = shown[shown["role"].eq("information_gatherer") & shown["metric"].eq("need")]
    assert thin.empty or thin["value"].isna().all()


def test_needs_and_values_by_role():
    answers = pd.DataFrame(
        {
            "person_id": ["a", "a", "b", "c"],
            "item_id": ["price", "speed", "price", "price"],
            "item_type": "importance",
            "state": "answered",
            "value": [5.0, 3.0, 4.0, 2.0],
            "weight": 1.0,
            "scale_low": 1.0,
            "scale_high": 5.0,
        }
    )
    told = roles.needs(answers, PERSONS, draws=0).set_index(["metric", "role", "item_id"])
    assert told.loc[("need", "user", "price"), "value"] == 3
    assert told.loc[("need", "user", "price"), "unit"] == "scale 1–5"
    assert told.loc[("need_difference", "decision_maker", "price"), "value"] == pytest.approx(5 - 11 / 3)
    valued = roles.values(answers, PERSONS, groups={"money": ["price"], "effort": ["speed"]}, draws=0)
    assert set(valued["value_group"]) == {"money", "effort"}
    both = roles.values(answers, PERSONS, groups={"all": ["price", "speed"]}, draws=0).set_index(["metric", "role"])
    assert both.loc[("need", "decision_maker"), "value"] == 4, "a person's answers are averaged first"
    assert roles.needs(answers.iloc[:0], PERSONS)["note"].str.startswith("needs persons.role").all()
    assert roles.values(answers, PERSONS.iloc[:0], groups={"m": ["price"]})["note"].str.startswith("needs ").all()
