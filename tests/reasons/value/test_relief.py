import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.value import relief

COSTS = {"per_contact": {"phone": 8.0, "email": 4.0}, "currency": "EUR", "variable_share": 0.5}


def told(table, metric):
    rows = table[table["metric"] == metric]
    return {tuple("" if pd.isna(name) else name for name in (row.treatment, row.reason_id)): row.value for row in rows.itertuples()}


def test_contacts_go_away_by_share_and_treatment(shares, reasons, log):
    found = told(relief(shares, reasons, log), "contacts_gone")
    assert found == pytest.approx(
        {("eliminate", "status"): 8, ("automate", "reorder"): 4, ("eliminate", "unclear"): 2, ("automate", ""): 4, ("eliminate", ""): 10}
    )


def test_a_part_may_stay(shares, reasons, log):
    found = told(relief(shares, reasons, log, goes_away={"automate": 0.5}), "contacts_gone")
    assert found["automate", ""] == pytest.approx(2)
    assert found["eliminate", ""] == pytest.approx(10)


def test_totals_have_the_interval_of_the_share(shares, reasons, log):
    row = relief(shares, reasons, log).query("metric == 'contacts_gone' and treatment == 'eliminate' and reason_id.isna()").iloc[0]
    assert row["low"] == pytest.approx(20 * 0.4512, abs=0.15)
    assert row["high"] == pytest.approx(20 * 0.5488, abs=0.15)
    assert row["draws"].mean() == pytest.approx(10, rel=0.02)


def test_no_money_without_costs(shares, reasons, log):
    for options in ({}, {"currency": "EUR"}, {"per_contact": {"phone": 8.0}}, {**COSTS, "per_contact": {"fax": 2.0}}):
        found = relief(shares, reasons, log, **options)
        assert "cost_gone" not in set(found["metric"])
        assert "EUR" not in set(found["unit"])


def test_cost_is_the_mean_of_the_reason_s_contacts(shares, reasons, log):
    # status: eight assigned contacts, half by phone; at least five of them make a mean of their own, else that of all contacts
    found = told(relief(shares, reasons, log, **COSTS, min_n=5), "cost_gone")
    assert found["eliminate", "status"] == pytest.approx(8 * 6 * 0.5)
    assert found["eliminate", "unclear"] == pytest.approx(2 * (3 * 8 + 2 * 4) / 5 * 0.5)
    assert found["automate", "reorder"] == pytest.approx(4 * 6 * 0.5)
    assert found["eliminate", ""] == pytest.approx(found["eliminate", "status"] + found["eliminate", "unclear"])


def test_a_contact_s_own_cost_goes_before_its_channel_s(shares, reasons, log):
    found = relief(shares, reasons, log.assign(cost=[10.0] + [np.nan] * 19), **COSTS, min_n=100).set_index("metric")
    assert found.loc["cost_known_share", "value"] == 1
    assert told(found.reset_index(), "cost_gone")["eliminate", "status"] == pytest.approx(8 * (10 + 9 * 8 + 10 * 4) / 20 * 0.5)


def test_a_hidden_share_hides_the_total(shares, reasons, log):
    hidden = shares.copy()
    hidden.loc[0, ["value", "note"]] = [np.nan, "suppressed"]
    row = relief(hidden, reasons, log).query("metric == 'contacts_gone' and treatment == 'eliminate' and reason_id.isna()").iloc[0]
    assert np.isnan(row["value"])
    assert row["note"] == "suppressed"


def test_what_is_no_share_is_refused(shares, reasons, log):
    with pytest.raises(DataError) as error:
        relief(shares, reasons, log, goes_away={"automate": 1.2})
    assert str(error.value) == "relief: automate is no share: '1.2'. Write a number from 0 to 1."


def test_what_is_missing_is_said(nothing, reasons, log):
    assert relief(nothing, reasons, log)["note"].to_list() == ["needs contact_reasons.reason_id"]
