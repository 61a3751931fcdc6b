"""Measured against perceived: a planted difference, the four fields, what is missing."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.contacts import service_standards


def made(gap=1.0, n=600, seed=1):
    rng = np.random.default_rng(seed)
    came = pd.Timestamp("2025-01-06", tz="UTC")
    channel = rng.choice(["email", "chat"], n)
    met = rng.random(n) < np.where(channel == "email", 0.7, 0.4)
    log = pd.DataFrame({"contact_id": [str(number) for number in range(n)], "contact_ts": came, "channel": channel})
    log = log.assign(due_ts=came + pd.Timedelta(hours=8), customer_id=[str(number // 2) for number in range(n)], weight=1.0)
    log["first_response_ts"] = [came + pd.Timedelta(hours=4 if flag else 12) for flag in met]
    log["local_date"] = pd.Timestamp("2025-01-06")
    rating = 7 + gap * met + np.where(channel == "chat", 2.0, 0.0) + rng.normal(0, 1, n)
    answers = pd.DataFrame({"contact_id": log["contact_id"], "item_type": "csat", "value": rating})
    return log, answers.sample(frac=0.8, random_state=seed)


UNTIL = pd.Timestamp("2025-02-01", tz="UTC").to_pydatetime()


def test_the_difference_is_that_of_the_two_means():
    log, answers = made()
    table = service_standards.perceived(log, answers, as_of=UNTIL)
    both = log.merge(answers, on="contact_id")
    met = both["first_response_ts"] <= both["due_ts"]
    expected = both["value"][met].mean() - both["value"][~met].mean()
    row = estimates.only(table, "contact_rating_difference")
    assert row["value"].item() == pytest.approx(expected)
    assert row["n"].item() == len(both)


def test_the_four_fields():
    log, answers = made()
    table = service_standards.perceived(log, answers, as_of=UNTIL)
    fields = table[table["metric"] == "perceived_field"].set_index("channel")["field"].to_dict()
    assert fields == {"email": "communication", "chat": "process"}


def test_intervals_hold_a_planted_difference():
    hits = 0
    for seed in range(40):
        log, answers = made(gap=0.5, n=300, seed=seed)
        chat = answers["contact_id"].map(log.set_index("contact_id")["channel"]) == "chat"
        even = answers.assign(value=answers["value"] - 2.0 * chat)  # what the channel itself adds is no part of what was planted
        row = estimates.only(service_standards.perceived(log, even, as_of=UNTIL), "contact_rating_difference")
        hits += row["low"].item() <= 0.5 <= row["high"].item()
    assert hits >= 34


def test_thin_sides_and_what_is_missing():
    log, answers = made(n=40)
    table = service_standards.perceived(log, answers.head(10), as_of=UNTIL)
    assert set(table[table["metric"] == "contact_rating"]["note"]) == {"n < 30"}
    assert estimates.only(table, "contact_rating_difference")["note"].item() == "n < 30"
    assert service_standards.perceived(log, answers.iloc[:0])["note"].item() == "needs responses[csat], responses.contact_id"
    assert service_standards.perceived(log.drop(columns="due_ts"), answers)["note"].item() == "needs contacts.due_ts"


def test_several_answers_about_one_contact_are_one():
    log, answers = made(n=200)
    doubled = pd.concat([answers, answers], ignore_index=True)
    one, two = (service_standards.perceived(log, rated, as_of=UNTIL) for rated in (answers, doubled))
    pd.testing.assert_frame_equal(one, two)
