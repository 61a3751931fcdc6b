"""Ratings beside what their customers met."""

import numpy as np
import pandas as pd

from cxlib.contacts.pain_points.met import POINTS, Experiences
from cxlib.contacts.pain_points.ratings import affected_by, held_constant, knowable, rated
from tests.contacts.pain_points.conftest import at

DAY = 86_400_000_000
NOW = at("2025-06-01")


def answers(**columns):
    table = pd.DataFrame({"response_id": list("123"), "customer_id": ["a", "a", "b"], "item_id": "overall", "state": "answered"})
    return table.assign(value=[5.0, 6.0, 7.0], weight=1.0, survey_ts=NOW, **columns)


def met(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "person_id", "contact_id", "at", "pain_point"])
    return Experiences(table.astype(dict.fromkeys(("customer_id", "person_id", "contact_id", "pain_point"), "str")))


def hit(found):
    return {(int(row), POINTS[column]) for row, column in np.argwhere(found)}


def moment(days):
    return float((NOW - pd.Timedelta(days=days)).timestamp() * 1e6)


def test_what_was_met_within_memory_and_by_whom():
    own = rated(pd.DataFrame(), answers(person_id=["p", "q", None]), "overall", "memory", {})
    found = affected_by(own, met(("a", "p", "1", moment(10), "P01"), ("a", None, "2", moment(10), "P02"), ("b", None, None, moment(181), "P03"),
                                 ("b", None, None, moment(-1), "P04")), "memory", 180)  # fmt: skip
    assert hit(found) == {(0, "P01"), (0, "P02"), (1, "P02")}


def test_the_contact_that_an_answer_names():
    log = pd.DataFrame({"contact_id": ["1", "2"], "customer_id": ["a", None]})
    own = rated(log, answers(contact_id=["1", "2", None]).drop(columns="customer_id"), "overall", "contact", {})
    assert own["cluster"].to_list() == ["a", "answer 1"]
    assert hit(affected_by(own, met(("a", None, "2", moment(500), "P10")), "contact", 180)) == {(1, "P10")}


def test_first_promises_that_were_not_recorded_leave_two_points_open():
    own = rated(pd.DataFrame(), answers(), "overall", "memory", {})
    days = pd.Series(pd.date_range("2025-01-01", periods=100))
    for share, known in ((0.4, False), (0.6, True)):
        some = Experiences(met().table, {}, pd.DataFrame({"day": days, "known": (np.arange(100) % 10 < 10 * share).astype(float)}))
        found = knowable(own, some, "memory", 180)
        assert found[:, [4, 5]].all() == known
        assert found[:, :4].all()
        assert knowable(own, some, "contact", 180).all()


def test_what_is_held_constant():
    log = pd.DataFrame(
        {"customer_id": ["a", "a", "b"], "local_date": [NOW.tz_localize(None) - pd.Timedelta(days=back) for back in (1, 200, 3)]}
    )
    own = rated(log, answers(wave=["1", "2", "2"]), "overall", "memory", {})
    held = held_constant(own, log, None, "memory", 180, ["wave"])
    assert held.tolist() == [[1, 0, np.log(2)], [1, 1, np.log(2)], [1, 1, np.log(2)]]
