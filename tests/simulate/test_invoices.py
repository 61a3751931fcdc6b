"""Invoices and credits: counts, the new layout, formats and what they bill."""

import pandas as pd
import pytest

from cxlib import tables
from cxlib.simulate.invoices import FORMATS, invoices
from cxlib.simulate.orders import orders
from cxlib.simulate.people import people
from cxlib.simulate.plan import Plan


@pytest.fixture(scope="module")
def crowd():
    return people(Plan())


@pytest.fixture(scope="module")
def bought(crowd):
    return orders(Plan(), crowd)


@pytest.fixture(scope="module")
def billed(crowd, bought):
    return invoices(Plan(), crowd, bought)


def test_there_are_as_many_as_described(billed):
    tables.contract("invoices").validate(billed[[name for name in billed if not name.startswith("_")]], "invoices")
    assert len(billed) == 8300
    assert (billed["_amount"] < 0).sum() == billed["_credit_of"].notna().sum() == 330


def test_the_layout_changes_with_the_erp(billed):
    new = billed["issued_ts"] >= pd.Timestamp("2025-03-03", tz="Europe/Berlin")
    assert ((billed["layout_version"] == "2") == new).all()
    assert 500 < (~new).sum() < 1100
    assert billed["issued_ts"].is_monotonic_increasing
    weeks = billed.loc[~new, "issued_ts"].dt.isocalendar().week.value_counts()
    assert weeks.reindex(range(2, 10)).min() > 40  # no gap at the start


def test_electronic_formats_fall_back_to_pdf(billed):
    of_layout = billed.groupby("layout_version")["format"].agg(set)
    assert of_layout["1"] == set(FORMATS)
    assert of_layout["2"] == {"pdf", "paper"}


def test_invoices_bill_what_was_delivered(billed, bought):
    of = bought.set_index("order_id")
    known = billed[billed["order_id"].isin(of.index) & billed["_credit_of"].isna()]
    assert len(billed) - billed["order_id"].isin(of.index).sum() == pytest.approx(330, abs=30)  # orders of before the period
    delivered = of["delivered_date"].reindex(known["order_id"])
    assert delivered.notna().all()
    assert (known["issued_ts"].dt.tz_localize(None).to_numpy() > delivered.to_numpy()).all()
    total = known.groupby("order_id")["_amount"].sum()
    assert (total - of["value"].reindex(total.index)).abs().max() < 0.02
    assert (of["customer_id"].reindex(known["order_id"]).to_numpy() == known["_customer_id"].to_numpy()).all()
    assert known["order_id"].value_counts().max() == 2


def test_credits_follow_their_invoice(billed):
    number = billed.set_index("invoice_id")
    credit = billed.dropna(subset="_credit_of")
    source = number.loc[credit["_credit_of"]]
    assert (source["order_id"].to_numpy() == credit["order_id"].to_numpy()).all()
    assert (source["issued_ts"].to_numpy() < credit["issued_ts"].to_numpy()).all()
    assert (-credit["_amount"].to_numpy() <= source["_amount"].to_numpy() + 0.005).all()


def test_invoices_go_to_accounts_payable_where_there_is_one(billed, crowd):
    persons = crowd.persons.set_index("person_id")
    assert (persons["_customer_id"].reindex(billed["_person_id"]).to_numpy() == billed["_customer_id"].to_numpy()).all()
    with_beate = set(persons.loc[persons["_persona"] == "Beate", "_customer_id"])
    theirs = billed[billed["_customer_id"].isin(with_beate)]
    assert (persons["_persona"].reindex(theirs["_person_id"]) == "Beate").all()


def test_numbers_are_unique_at_every_size():
    for plan in (Plan(size=0.02), Plan(size=0.1, market="b2c")):
        someone = people(plan)
        made = invoices(plan, someone, orders(plan, someone))
        assert made["invoice_id"].is_unique
        assert len(made) == plan.count(8300)
