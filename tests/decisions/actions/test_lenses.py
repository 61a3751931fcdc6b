import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cxlib.decisions import actions
from cxlib.decisions.actions.lenses import front
from tests.decisions.actions.conftest import action


@settings(max_examples=60, deadline=None)
@given(arrays.arrays("int64", (3, 5, 2), elements=st.integers(0, 3)))
def test_the_front_is_what_nothing_beats(lenses):
    """The definition, written out pair by pair."""
    found = front(lenses.astype(float))
    for draw in range(2):
        for one in range(5):
            beaten = any(
                all(lenses[k, other, draw] >= lenses[k, one, draw] for k in range(3))
                and any(lenses[k, other, draw] > lenses[k, one, draw] for k in range(3))
                for other in range(5)
            )
            assert found[one, draw] == (not beaten)
    assert found.any(axis=0).all()


def test_lenses_tell_what_is_moved_and_what_is_lost(weighed):
    worth = weighed(action("a"), action("b", reason_id="status", touchpoint_id="T3"))
    seen = actions.lenses(worth).set_index(["action_id", "metric"])
    assert seen.loc[("a", "contacts_saved"), "value"] == np.median(worth.together(["a"])["contacts_saved"])
    assert seen.loc[("b", "experience_points"), "note"] == "needs responses[actual]"
    assert np.isnan(seen.loc[("b", "experience_points"), "value"])
    assert seen.loc[("a", "front_probability"), "value"] == 1.0
    assert seen.loc[("b", "front_probability"), "value"] == 0.0


def test_lenses_need_no_money_and_tell_none(weighed):
    seen = actions.lenses(weighed(action("a"), currency=None))
    assert not seen["unit"].str.fullmatch("[A-Z]{3}").any()
    assert seen.loc[seen["metric"].eq("contacts_saved"), "value"].item() == 500


def test_guard_rails_are_seen_too(weighed):
    seen = actions.lenses(weighed(action("a"), action("b", name_de="verstecken"), harder_words=["verstecken"]))
    assert set(seen.loc[seen["action_id"].eq("b"), "action_state"]) == {"guard_rail"}


def test_what_is_lacking_is_named(weighed):
    assert actions.lenses(weighed())["note"].item() == "needs actions.action_id"
    assert actions.lenses(weighed(action("a", reason_id="unheard")))["note"].item() == "needs contact_reasons.reason_id"
