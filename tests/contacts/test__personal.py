"""People and machines, for the same concern."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import channels


def rated(rows):
    """Contacts with a rating each: (reason, handled by, value)."""
    table = pd.DataFrame(rows, columns=["reason_id", "handled_by_type", "value"])
    ids = [f"{number:04d}" for number in range(len(rows))]
    log = (
        table[["reason_id", "handled_by_type"]].astype("str").assign(contact_id=ids, customer_id=ids, local_date=pd.Timestamp("2025-01-06"))
    )
    return log, pd.DataFrame({"contact_id": ids, "item_id": "content", "item_type": "csat", "value": table["value"].astype("float64")})


def figure(told, metric):
    return told[told["metric"].eq(metric)].iloc[0]


def test_the_concern_s_own_level_cancels():
    """Machines get the easy concern: as rated they look better, among equal concerns people do."""
    easy, hard = [("easy", "bot", 9.0)] * 8 + [("easy", "person", 10.0)] * 2, [("hard", "bot", 3.0)] * 2 + [("hard", "person", 4.0)] * 8
    told = channels.personal_contact(*rated(easy + hard), min_n=1)
    assert figure(told, "personal_difference")["value"] == pytest.approx(5.2 - 7.8)
    assert figure(told, "personal_adjusted")["value"] == pytest.approx(1.0)
    means = told[told["metric"].eq("handled_rating")].set_index("handled_by_type")["value"].to_dict()
    assert means == pytest.approx({"bot": 7.8, "person": 5.2})


def test_concerns_count_by_how_much_of_both_sides_they_have():
    """Closed form: differences within concerns, weighted n1 n0 / (n1 + n0)."""
    rows = list(
        zip(
            "aaaaabbbbb",
            ["person", "person", "bot", "person", "bot", "bot", "person", "bot", "bot", "person"],
            [7, 8, 6, 9, 5, 4, 6, 3, 5, 7],
            strict=True,
        )
    )
    row = figure(channels.personal_contact(*rated(rows), min_n=1), "personal_adjusted")
    within_a, within_b = (7 + 8 + 9) / 3 - (6 + 5) / 2, (6 + 7) / 2 - (4 + 3 + 5) / 3
    assert row["value"] == pytest.approx((within_a * 6 / 5 + within_b * 6 / 5) / (12 / 5))
    assert row["low"] < row["value"] < row["high"]


def test_concerns_that_only_one_side_handles_compare_nothing():
    told = channels.personal_contact(*rated([("easy", "bot", 9.0)] * 5 + [("hard", "person", 4.0)] * 5), min_n=1)
    assert figure(told, "personal_adjusted")["note"] == "no comparison"
    only = channels.personal_contact(*rated([("easy", "person", 9.0)] * 5), min_n=1)
    assert figure(only, "personal_adjusted")["note"] == "no contact handled by a machine"
    machines = channels.personal_contact(*rated([("easy", "bot", 9.0)] * 5), min_n=1)
    assert figure(machines, "personal_adjusted")["note"] == "no contact handled by a person"


def test_thin_sides_missing_columns_and_doubled_ids():
    log, answers = rated([("easy", "bot", 9.0), ("easy", "person", 4.0)] * 5)
    assert figure(channels.personal_contact(log, answers), "personal_adjusted")["note"] == "n < 30"
    assert channels.personal_contact(log.drop(columns="reason_id"), answers)["note"].item() == "needs contacts.reason_id"
    assert channels.personal_contact(log, answers.iloc[:0])["note"].item() == "needs responses.contact_id, responses[csat]"
    doubled = log.assign(contact_id="0000")
    assert channels.personal_contact(doubled, answers)["note"].item() == "no events"


def test_a_planted_difference_is_recovered_and_none_stays_none():
    rng, hits, alarms = np.random.default_rng(5), 0, 0
    for _ in range(40):
        hard = rng.random(300) < 0.5
        person = rng.random(300) < np.where(hard, 0.8, 0.3)
        value = 8 - 3 * hard + rng.normal(0, 2, 300)
        for planted in (0.8, 0.0):
            rows = zip(np.where(hard, "h", "e"), np.where(person, "person", "bot"), value + planted * person, strict=True)
            row = figure(channels.personal_contact(*rated(list(rows))), "personal_adjusted")
            if planted:
                hits += row["low"] <= planted <= row["high"]
            else:
                alarms += not row["low"] <= 0 <= row["high"]
    assert hits >= 34
    assert alarms <= 5
