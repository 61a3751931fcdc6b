"""Classes of experience, the make-up of groups, and what may be an outcome."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.survey.loyalty import retention
from cxlib.survey.loyalty.experience import balanced, experience, followed_by, items_of


@pytest.mark.parametrize(
    ("low", "high", "disappointed", "delighted"),
    [(1, 5, [1, 2], [5]), (1, 6, [1, 2, 3], [5, 6]), (0, 10, [0, 1, 2, 3, 4], [8, 9, 10]), (1, 7, [1, 2, 3], [6, 7])],
)
def test_classes_follow_the_scale(survey, low, high, disappointed, delighted):
    for value in range(low, high + 1):
        survey.answer(str(value), "2025-03-01", value=float(value), low=float(low), high=float(high))
    told = experience(survey.responses, items=["hotline"])
    classes = told.groupby("experience")["customer_id"].agg(lambda names: sorted(int(name) for name in names))
    assert (classes["disappointed"], classes["delighted"]) == (disappointed, delighted)


AS_OF = date(2026, 1, 1)


def test_a_questionnaires_items_are_averaged_unless_each_is_told_apart(survey):
    survey.answer("a", "2025-03-01", number="q", value=1.0).answer("a", "2025-03-01", number="q", item="web", value=5.0, touchpoint_id="T5")
    survey.answer("b", "2025-03-01", state="not_used", value=np.nan)
    together = experience(survey.responses, items=["hotline", "web"])
    assert (together["rating"].to_list(), together["experience"].to_list()) == ([0.5], ["fine"])
    apart = experience(survey.responses, items=["hotline", "web"], by=["touchpoint_id"])
    assert apart.set_index("touchpoint_id")["experience"].to_dict() == {"T31": "disappointed", "T5": "delighted"}


def test_items_come_in_the_order_of_the_journey():
    asked = pd.DataFrame({"item_id": list("cab"), "item_type": "actual", "touchpoint_id": ["T3", "T1", "T9"]})
    listed = pd.DataFrame({"touchpoint_id": ["T1", "T3"], "phase": "sales", "seq": [2, 1]})
    assert items_of(asked, listed) == ("c", "a")
    assert items_of(asked, listed, phase="presales") == items_of(asked.iloc[:0], listed) == ()


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.floats(0.2, 3)), min_size=1, max_size=50))
def test_balanced_groups_have_the_same_make_up(rows):
    table = pd.DataFrame(rows, columns=["g", "s", "weight"])
    told = balanced(table, "g", ["s"])
    assert (told.groupby("s")["g"].nunique() == table["g"].nunique()).all()
    make_up = told.groupby(["g", "s"])["balanced"].sum().unstack()
    if len(make_up):
        shares = make_up.div(make_up.sum(axis=1), axis=0)
        assert np.allclose(shares, shares.iloc[0])
        assert make_up.sum(axis=1).to_numpy() == pytest.approx(told.groupby("g")["weight"].sum().to_numpy())


def test_balance_takes_away_what_a_confounder_brought():
    # in segment x everybody scores 1, in y nobody does; g differs in its mix of both alone
    table = pd.DataFrame({"g": list("aaaabbbb"), "s": list("xxxyxyyy"), "weight": 1.0, "y": [1.0, 1, 1, 0, 1, 0, 0, 0]})
    told = balanced(table, "g", ["s"])
    means = told.groupby("g").apply(lambda part: np.average(part["y"], weights=part["balanced"]))
    assert means.to_list() == pytest.approx([0.5, 0.5])


def test_an_outcome_is_an_item_or_a_column(survey):
    survey.answer("a", "2025-03-01", number="q", left=1.0, amount=7.0).answer("b", "2025-03-01", number="p", left=0.0, amount=9.5)
    people = survey.responses.drop_duplicates("response_id")
    assert followed_by(survey.responses, people, "left")[1:] == ("share", (0.0, 1.0))
    assert followed_by(survey.responses, people, "hotline")[1:] == ("scale 1–5", (1.0, 5.0))
    found, unit, bounds = followed_by(survey.responses, people, "amount")
    assert (found.value.tolist(), unit, bounds) == ([7.0, 9.5], "count", (0.0, np.inf))


def refused(call):
    with pytest.raises(DataError) as caught:
        call()
    return str(caught.value)


def test_bad_input_is_refused(survey):
    survey.answer("a", "2025-03-01", number="q", left=1.0, hotline=1.0).answer("a", "2025-03-01", number="q", item="web", left=0.0)
    table = survey.responses
    assert refused(lambda: experience(table, items=["web"], disappointed=0.8, delighted=0.4)) == (
        "disappointed, delighted: these parts of a scale do not rise from 0 to 1: '0.8, 0.4'."
    )
    assert refused(lambda: experience(table.assign(scale_low=np.nan), items=["web"])) == (
        "items: the ends of the scale are not known of 'web'. Declare its scale in params."
    )
    assert refused(lambda: balanced(table, "item_id", ["segmnt"])).startswith("adjust: there is no column 'segmnt'. It has: ")


def test_weights_that_are_none_are_told_by_their_own_name(survey):
    survey.customer("a").customer("b")
    table = survey.answer("a", "2025-03-01", segment="x").answer("b", "2025-03-01", segment="x", value=5.0).responses
    for weight, words in ((np.nan, "negative or missing in 2 rows"), (-1.0, "negative or missing in 2 rows"), (0.0, "0 in all 2 rows")):
        for call in (
            lambda table: retention(table, customers=survey.customers, items=["hotline"], days=[30], as_of=AS_OF, adjust=["segment"]),
            lambda table: balanced(table, "respondent_id", ["segment"]),
        ):
            assert refused(lambda call=call, weight=weight: call(table.assign(weight=weight))).startswith(f"weight: 'weight' is {words}")
