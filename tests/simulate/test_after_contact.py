"""The survey after contacts: linked to the log, and what went wrong shows."""

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.experiences import DEDUCTIONS, experiences


@pytest.fixture(scope="module")
def after(surveyed):
    answers = surveyed.answers.responses
    return answers[answers["survey_id"] == "after_contact"]


def test_every_answer_belongs_to_a_contact_before_it(surveyed, after):
    assert after["response_id"].nunique() == 1150
    joined = after.merge(surveyed.contacts[["contact_id", "contact_ts", "customer_id", "_reason"]], on="contact_id", suffixes=("", "_log"))
    assert len(joined) == len(after) == 4 * 1150
    assert (joined["survey_ts"] > joined["contact_ts"]).all()
    assert (joined["customer_id"] == joined["customer_id_log"]).all()
    assert not (joined["_reason"] == "no_customer_concern").any()


def test_what_went_wrong_costs_what_is_planted(surveyed, after):
    met = experiences(surveyed.people, surveyed.trade, surveyed.contacts, surveyed.messages).dropna(subset="contact_id")
    satisfied = after[(after["item_type"] == "csat") & (after["state"] == "answered")].set_index("contact_id")["value"]
    hit = (pd.crosstab(met["contact_id"], met["pain_point"]) > 0).reindex(satisfied.index, columns=list(DEDUCTIONS), fill_value=False)
    often = [name for name in DEDUCTIONS if hit[name].sum() >= 25]
    assert len(often) >= 5
    design = np.column_stack([np.ones(len(hit)), hit.to_numpy(dtype=float)[:, [list(DEDUCTIONS).index(name) for name in often]]])
    slopes, *_ = np.linalg.lstsq(design, satisfied.to_numpy(), rcond=None)
    residual = satisfied.to_numpy() - design @ slopes
    errors = np.sqrt(residual.var() * np.diag(np.linalg.inv(design.T @ design)))
    for name, slope, error in zip(often, slopes[1:], errors[1:], strict=True):
        assert abs(slope + DEDUCTIONS[name]) < 4.5 * error + 0.15, name  # outcomes go along with some of them


def test_a_contact_about_an_invoice_is_of_less_use_than_advice(surveyed, after):
    use = after[after["item_type"] == "contact_value"].merge(surveyed.contacts[["contact_id", "_reason"]], on="contact_id")
    means = use.groupby(use["_reason"].str.split(".").str[0])["value"].mean()
    assert means["billing"] < 2.6 < 3.6 < means["presales_information"]
