"""Actual and intended channel."""

import pandas as pd
import pytest

from cxlib.decisions.opportunities import channel_fit

from .conftest import log_of, of

REASONS = pd.DataFrame({"reason_id": ["a", "b"], "target_channel": ["portal", None]})


def test_where_contacts_come_and_how_they_end_there():
    log = log_of(*[(f"c{n}", n, "a" if n < 8 else "b") for n in range(10)], unassigned=False)
    log = log.assign(channel=["portal"] * 4 + ["phone"] * 3 + ["email"] + ["phone"] * 2)
    log = log.assign(outcome=["resolved", "resolved", "sale", "no_solution", "resolved", "forwarded", "forwarded", None, None, None])
    told = channel_fit(log, REASONS, min_n=1)
    assert of(told, "without_channel_share") == 0.2
    margin = told[told["reason_id"].isna()]
    assert of(margin, "on_channel_share") == 0.5
    assert of(told, "on_channel_share", reason_id="a") == 0.5
    assert of(told, "elsewhere_share", channel="phone") == 3 / 8
    assert of(told, "elsewhere_share", channel="email") == 1 / 8
    assert of(told, "solved_on_channel", reason_id="a") == 3 / 4
    assert of(told, "solved_elsewhere", reason_id="a") == pytest.approx(1 / 3)
    assert of(told, "solved_difference", reason_id="a") == pytest.approx(3 / 4 - 1 / 3)
    assert "b" not in set(told["reason_id"].dropna())


def test_thin_rows_stay_and_what_is_missing_is_named():
    log = log_of(("a", 1, "a"), unassigned=False, channel="phone")
    assert of(channel_fit(log, REASONS, min_n=5), "on_channel_share", "note", reason_id="a") == "n < 5"
    assert channel_fit(log.drop(columns="channel"), REASONS)["note"].item() == "needs contacts.channel"
    assert channel_fit(log.assign(unassigned=True), REASONS)["note"].item() == "needs contact_reasons.reason_id"
    assert channel_fit(log, REASONS.drop(columns="target_channel"))["note"].item() == "needs reasons.target_channel"
    none = channel_fit(log.assign(reason_id="b"), REASONS, min_n=1)
    assert of(none, "on_channel_share", "note") == "no case"
    assert of(channel_fit(log, REASONS, min_n=1), "solved_on_channel", "note") == "needs contacts.outcome"
