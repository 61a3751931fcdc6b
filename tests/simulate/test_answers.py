"""The simulated survey says what was planted, within sampling error."""

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import answers as survey
from cxlib.simulate.people import people
from cxlib.simulate.plan import Plan
from cxlib.simulate.questionnaire import BUYERS
from cxlib.simulate.trade import trade
from cxlib.tables import contract


@pytest.fixture(scope="module")
def demo():
    plan = Plan()
    who = people(plan)
    return survey.answers(plan, who, trade(plan, who))


def test_responses_keep_their_contract(demo):
    contract("responses").validate(demo.responses, "responses")
    contract("invitations").validate(demo.invitations.drop(columns="_row"), "invitations")
    assert demo.responses.groupby("wave")["response_id"].nunique().to_dict() == {"1": 612, "2": 655}
    assert len(demo.invitations) == 5900


def test_who_is_not_asked(demo):
    marks = demo.responses[demo.responses["item_type"] == "actual"].merge(demo.respondents[["response_id", "role"]], on="response_id")
    documentation, invoice = (marks[marks["touchpoint_id"] == touchpoint] for touchpoint in ("T30", "T36"))
    assert ((documentation["state"] == "not_asked") == documentation["role"].isin(BUYERS)).all()
    assert ((invoice["state"] == "not_asked") == (invoice["role"] == "user")).all()


def test_the_seed_decides():
    small = Plan(size=0.05)
    who = people(small)
    bought = trade(small, who)
    first, second = (survey.answers(small, who, bought).responses for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    other = survey.answers(Plan(size=0.05, seed=2), who, bought).responses
    assert not np.array_equal(first["value"].to_numpy(), other["value"].to_numpy(), equal_nan=True)
