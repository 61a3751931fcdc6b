"""What must not get worse."""

import pandas as pd

from cxlib.decisions.opportunities import guard_rails

from .conftest import START, log_of, of

ANGRY = {"reason_id": ["angry"]}
PEOPLE = pd.DataFrame({"customer_id": list("xyz"), "churn_date": [START.tz_localize(None) + pd.Timedelta(days=60), pd.NaT, pd.NaT]})


def test_each_guard_counts_its_own_contacts():
    log = log_of(("x", 10, "a"), ("y", 20, "a"), ("x", 30, "angry"), ("z", 300, "a"), unassigned=False)
    log = log.assign(
        reached=pd.array([True, None, False, None], dtype="boolean"), abandoned=pd.array([None, True, None, None], dtype="boolean")
    )
    log = log.assign(outcome=["resolved", "no_solution", "forwarded", None])
    told = guard_rails(log, PEOPLE, about=ANGRY, min_n=1)
    every = told[told["reason_id"].isna()]
    assert of(every, "unreached_share") == 2 / 3
    assert of(every, "unsolved_share") == 2 / 3
    assert (of(every, "complaint_after"), of(every, "complaint_after", "n")) == (1 / 2, 2)  # not the complaint itself, not the last
    assert (of(every, "left_after"), of(every, "left_after", "n")) == (2 / 3, 3)
    assert of(told, "unsolved_share", reason_id="a") == 1 / 2


def test_who_asks_how_a_complaint_stands_does_not_complain():
    log = log_of(("x", 10, "a"), ("x", 20, "status"), ("y", 300, "a"), unassigned=False)
    about = {"reason_id": ["angry"], "customer_id": ["x"]}
    every = guard_rails(log, PEOPLE, about=about, min_n=1).query("reason_id.isna()")
    asked = guard_rails(log, PEOPLE, about={"reason_id": ["status", "angry"]}, chasing=["status"], min_n=1).query("reason_id.isna()")
    assert of(every, "complaint_after", "n") == 0  # both of x's are complaints, and y's days are not over
    assert (of(asked, "complaint_after"), of(asked, "complaint_after", "n")) == (0, 2)


def test_after_its_days_are_over_nothing_follows_any_more():
    log = log_of(("x", 10, "a"), ("x", 45, "angry"), ("y", 300, "a"), unassigned=False)
    assert of(guard_rails(log, PEOPLE, about=ANGRY, min_n=1, complaint_days=30).query("reason_id.isna()"), "complaint_after") == 0
    assert of(guard_rails(log, PEOPLE, about=ANGRY, min_n=1, complaint_days=40).query("reason_id.isna()"), "complaint_after") == 1
    assert of(guard_rails(log, PEOPLE, about=ANGRY, min_n=1, left_days=30).query("reason_id.isna()"), "left_after") == 1 / 2
    gone = log_of(("x", 70, "a"), ("y", 80, "a"), ("y", 300, "a"), unassigned=False)  # a customer no longer
    assert of(guard_rails(gone, PEOPLE, about=ANGRY, min_n=1).query("reason_id.isna()"), "left_after", "n") == 1


def test_without_reasons_the_figures_are_those_of_all():
    log = log_of(("x", 10), ("x", 20), ("y", 300)).assign(touchpoint_id=["t", "desk", "t"], outcome="resolved")
    told = guard_rails(log.drop(columns="reason_id"), PEOPLE, about={"touchpoint_id": ["desk"]}, min_n=1)
    assert told["reason_id"].isna().all()
    assert of(told, "complaint_after") == 1


def test_what_is_missing_is_named():
    log = log_of(("x", 10))
    told = guard_rails(log, pd.DataFrame(), about=ANGRY, min_n=1).set_index("metric")["note"]
    assert told.to_dict() == {
        "unreached_share": "needs contacts.reached",
        "unsolved_share": "needs contacts.outcome",
        "complaint_after": "needs contact_reasons.reason_id",
        "left_after": "needs customers.churn_date",
    }
    named = guard_rails(log_of(("x", 10, "a"), unassigned=False), PEOPLE, min_n=1)
    assert of(named, "complaint_after", "note") == "needs params.complaints"
    assert guard_rails(log.iloc[:0], PEOPLE)["note"].iloc[0].startswith("needs ")
