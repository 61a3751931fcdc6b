from datetime import date

import pandas as pd

from cxlib.decisions.actions.figures import Saved
from cxlib.decisions.actions.standing import class_of, falls_short, standing, tripped
from tests.decisions.actions.conftest import DRAWS, ITEMS, action


def test_what_makes_contact_harder_trips_a_rail_by_id_and_by_name():
    listed = pd.DataFrame([action("a"), action("b", name_de="Nummer von der Website nehmen"), action("c", reason_id="advice")])
    rails = tripped(listed, harder=["a"], harder_words=["von der website nehmen"], protected=["advice"])
    assert rails.to_dict() == {"a": "harder", "b": "harder", "c": "protected"}
    assert set(tripped(listed)) == {""}


def test_only_saving_contacts_harms_what_is_protected():
    listed = pd.DataFrame([action("a", reason_id="advice", effect_on="sales")])
    assert tripped(listed, protected=["advice"]).to_list() == [""]


def test_each_action_stands_where_the_first_reason_puts_it(tables, touchpoints):
    listed = pd.DataFrame(
        [action("a"), action("b", start_date="2026-01-12"), action("c", touchpoint_id="T4", start_date="2026-01-12"), action("d")]
    )
    rails = pd.Series({"a": "", "b": "", "c": "harder", "d": "harder"})
    found = standing(listed, touchpoints, Saved(tables, DRAWS), items=ITEMS, rails=rails, as_of=date(2026, 6, 30))
    assert found["state"].to_dict() == {"a": "next", "b": "running", "c": "watch", "d": "guard_rail"}
    later = standing(listed, touchpoints, Saved(tables, DRAWS), items=ITEMS, rails=rails, as_of=date(2026, 1, 11))
    assert later.loc["b", "state"] == "next"


def test_floor_needs_a_gap_and_delight_is_meant_to_exceed(tables, touchpoints):
    listed = pd.DataFrame([action("a", touchpoint_id="T2"), action("b"), action("c", touchpoint_id="T2", aim="exceed")])
    blank = pd.Series("", index=["a", "b", "c"])
    found = standing(listed, touchpoints, Saved(tables, DRAWS), items=ITEMS, rails=blank, as_of=date(2026, 6, 30))
    assert found["floor"].to_dict() == {"a": True, "b": False, "c": False}
    assert found["delight"].to_dict() == {"a": False, "b": False, "c": True}
    tables["gaps"].loc[tables["gaps"]["touchpoint_id"].eq("T2"), "high"] = 0.1  # chance alone would explain it
    found = standing(listed, touchpoints, Saved(tables, DRAWS), items=ITEMS, rails=blank, as_of=date(2026, 6, 30))
    assert not found["floor"].any()


def test_class_and_shortfall_of_a_touchpoint(tables):
    saved = Saved(tables, DRAWS)
    assert class_of(saved, "T2", ITEMS) == "disappointment_dominant"
    assert class_of(saved, "T1", ITEMS) == ""
    assert falls_short(saved, "T1")
    assert not falls_short(saved, "T3")
