"""What had been tried before: by survey, by staff, by text."""

import pandas as pd
import pytest

from cxlib.contacts import outlook
from cxlib.errors import CxError

from .conftest import log_of

LOG = log_of([("a", "2025-03-11 10:00"), ("b", "2025-03-12 10:00"), ("c", "2025-03-12 11:00"), ("d", "2025-03-12 12:00")])


def answers(texts, **columns):
    table = pd.DataFrame({"respondent_id": [str(number) for number in range(len(texts))], "text": pd.array(texts, dtype="str")})
    return table.assign(item_id="tried", item_type="before_contact", **columns)


def test_answers_are_weighted_and_those_without_one_left_out():
    table = answers(["portal", "nothing", "nothing", None], weight=[2.0, 1.0, 1.0, 5.0])
    told = outlook.tried_before(LOG, table).set_index(["metric", "tried"])
    assert told.loc[("tried_share", "portal"), "value"] == pytest.approx(0.5)
    assert told.loc[("tried_share", "nothing"), "n"] == 3
    assert told.loc["tried_something", "value"].item() == pytest.approx(0.5)


def test_two_answers_of_one_person_are_one_unit():
    once = outlook.tried_before(LOG, answers(["portal", "nothing"] * 10))
    twice = outlook.tried_before(LOG, answers(["portal", "nothing"] * 10).assign(respondent_id=[str(number // 4) for number in range(20)]))
    width = {name: told.loc[told["tried"].eq("portal"), "n"].item() for name, told in (("once", once), ("twice", twice))}
    assert width == {"once": 20, "twice": 5}


def test_codes_of_staff_and_texts_stand_beside_the_survey():
    log = LOG.assign(code=pd.array(["portal", "nothing", None, "portal"], dtype="str"))
    log["text"] = pd.array(["Im PORTAL steht nichts", "im portal steht, dass mein Kollege", "Guten Tag", None], dtype="str")
    told = outlook.tried_before(log, column="code", phrases={"portal": ["im Portal"], "colleague": ["mein kollege"]})
    value = told.set_index(["told_by", "metric", "tried"])["value"]
    assert value["staff", "tried_share", "portal"] == pytest.approx(2 / 3)
    assert value["text", "tried_share", "portal"] == pytest.approx(2 / 3)
    assert value["text", "tried_share", "colleague"] == pytest.approx(1 / 3)
    assert value["text", "tried_something"].item() == pytest.approx(2 / 3)
    assert value["staff", "tried_something"].item() == pytest.approx(2 / 3)


def test_numbers_that_stand_for_answers_are_told_too():
    table = answers([None, None], value=[1.0, 2.0])
    assert set(outlook.tried_before(LOG, table)["tried"].dropna()) == {"1", "2"}


def test_empty_phrases_are_refused():
    with pytest.raises(CxError, match="phrases: has no phrases, or an empty one, which every text would hold: 'portal'"):
        outlook.tried_before(LOG.assign(text="x"), phrases={"portal": [" "]})


def test_without_any_source_it_says_what_it_needs():
    assert outlook.tried_before(LOG)["note"].item() == "needs responses[before_contact]"
    assert outlook.tried_before(LOG, answers([]))["note"].item() == "needs responses[before_contact]"
    assert outlook.tried_before(LOG, phrases={"portal": ["portal"]})["note"].item() == "needs responses[before_contact]"


def test_texts_alone_leave_a_row_that_asks_for_the_question():
    told = outlook.tried_before(LOG.assign(text="im Portal"), answers([]), phrases={"portal": ["portal"]})
    assert list(told["note"][told["told_by"].isna()]) == ["needs responses[before_contact]"]
    assert list(told["tried"][told["told_by"].eq("text")].dropna()) == ["portal"]
    assert {"told_by", "item_id", "tried"} <= set(told)


def test_the_demo_s_answers_are_those_planted(client, client_log):
    from cxlib.simulate.after_contact import TRIED

    told = outlook.tried_before(client_log, client[0]["responses"].assign(weight=1.0))
    own = told[told["item_id"].eq("tried_before") & told["metric"].eq("tried_share")].set_index("tried")
    assert set(own.index) == set(TRIED)
    for name, share in TRIED.items():
        row = own.loc[name]
        assert abs(row["value"] - share / 100) < 4 * (row["high"] - row["low"]) / 3.92, name
