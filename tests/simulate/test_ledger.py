"""The log as written down: valid, with unique ids, and knowing only what such systems know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.company import public
from cxlib.simulate.ledger import COLLECTIVE
from cxlib.tables import contract


@pytest.fixture(scope="module")
def contacts(surveyed) -> pd.DataFrame:
    return surveyed.contacts[~surveyed.contacts["_tally"]]


def near(share: float, n: int) -> object:
    return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def test_the_log_fulfils_its_contract(surveyed):
    contract("contacts").validate(public(surveyed.contacts), "simulated contacts")


def test_written_contacts_have_ticket_numbers_of_their_year(contacts):
    written = contacts[contacts["channel"] != "phone"]
    assert written["contact_id"].str.fullmatch(r"202[56]-\d{6}").all()
    assert (written["contact_id"].str.slice(0, 4).astype(int) == written["contact_ts"].dt.year).all()
    assert contacts["contact_id"].is_unique


def test_callers_are_known_in_seven_of_ten_calls(contacts):
    calls = contacts[contacts["channel"] == "phone"]
    assert calls["customer_id"].notna().mean() == near(0.70, len(calls))
    assert contacts.loc[contacts["channel"] == "email", "customer_id"].notna().mean() > 0.9


def test_what_is_known_is_true(contacts):
    known = contacts["customer_id"].notna()
    assert (contacts.loc[known, "customer_id"] == contacts.loc[known, "_customer_id"]).all()
    order = contacts["order_id"].notna()
    assert (contacts.loc[order, "order_id"] == contacts.loc[order, "_order_id"]).all()
    assert contacts.loc[order, "customer_id"].notna().all()


def test_the_collective_account_has_512_contacts(surveyed, contacts):
    booked = contacts[contacts["customer_id"] == COLLECTIVE]
    assert len(booked) == 512
    assert booked[["account_id", "person_id", "order_id"]].isna().all(axis=None)
    assert COLLECTIVE not in set(surveyed.people.customers["customer_id"])


def test_persons_belong_to_their_account(surveyed, contacts):
    account = surveyed.people.persons.dropna(subset="account_id").set_index("person_id")["account_id"]
    named = contacts.dropna(subset="person_id")
    assert len(named) > 2000
    assert (named["person_id"].map(account) == named["account_id"]).all()


def test_notes_and_labels(contacts):
    calls = contacts[contacts["channel"] == "phone"]
    assert calls["_has_text"].sum() == pytest.approx(2100, abs=4 * np.sqrt(2100))
    assert contacts.loc[contacts["channel"] != "phone", "_has_text"].all()
    assert not (calls["_has_text"] & calls["abandoned"].fillna(False)).any()
    labelled = contacts[contacts["reason_gold"].notna()]
    assert len(labelled) == 420
    assert labelled["_has_text"].all()
    assert (labelled["reason_gold"] == labelled["_reason"]).all()
    assert contacts["_gold_second"].notna().sum() == 120


def test_languages(contacts):
    """Customers write many times in the same language: the standard error holds their contacts together."""
    told = contacts.dropna(subset="language")
    for languages, share in ((["de"], 0.84), (["en"], 0.15), (["nl", "pl"], 0.01)):
        off = told["language"].isin(languages) - share
        error = np.sqrt((off.groupby(told["_customer_id"]).sum() ** 2).sum()) / len(told)
        assert off.mean() == pytest.approx(0, abs=4 * error), languages


def test_old_keys_of_what_has_text(contacts):
    keys = contacts.loc[contacts["_has_text"], "reason_legacy"]
    n = len(keys)
    assert keys.isna().mean() == near(0.07, n)
    for key, share in (("Service", 0.41), ("Information", 0.33), ("Auftrag", 0.19)):
        assert (keys == key).mean() == near(share, n)
    assert contacts.loc[~contacts["_has_text"], "reason_legacy"].isna().all()


def test_time_runs_forward(contacts):
    assert contacts["contact_ts"].is_monotonic_increasing
    for later in ("first_response_ts", "resolved_ts", "promise_due_ts", "promise_done_ts"):
        both = contacts.dropna(subset=later)
        assert (both[later] >= both["contact_ts"]).all()
    solved = contacts.dropna(subset=["first_response_ts", "resolved_ts"])
    assert (solved["resolved_ts"] >= solved["first_response_ts"]).all()


def test_four_emergency_calls_stand_in_the_hour_that_comes_twice(contacts):
    utc = contacts["contact_ts"].dt.tz_convert("UTC")
    twice = contacts[(utc >= pd.Timestamp("2025-10-26 00:00", tz="UTC")) & (utc < pd.Timestamp("2025-10-26 02:00", tz="UTC"))]
    assert len(twice) == 4
    assert (twice["contact_ts"].dt.hour == 2).all()
    assert twice["contact_ts"].dt.tz_localize(None).duplicated(keep=False).any()
    assert (twice["channel"] == "phone").all()


def test_cases_hold_one_customer(contacts):
    cases = contacts[contacts["case_id"].notna() & (contacts["_customer_id"] != COLLECTIVE)]
    pairs = cases[["case_id", "_customer_id"]].drop_duplicates()
    assert pairs["case_id"].duplicated().mean() < 0.01
    assert cases["case_id"].duplicated().mean() > 0.1


def test_additional_demand_is_recorded_as_a_signal_in_three_of_ten(contacts):
    more = contacts[contacts["_concern_kind"] == "additional_demand"]
    assert more["sales_signal"].fillna(False).mean() == near(0.31, len(more))
