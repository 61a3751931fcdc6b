"""Treatments by persona."""

import pandas as pd

from cxlib.decisions.opportunities import treatments

from .conftest import log_of, of

REASONS = pd.DataFrame({"reason_id": ["a", "b", "c"], "treatment": ["eliminate", "eliminate", "leverage"]})


def persons(**columns):
    log = log_of(*[(f"c{n}", n, "aaabbc"[n % 6]) for n in range(12)], unassigned=False)
    return log.assign(persona=["p"] * 6 + ["q"] * 6, channel=["phone", "email"] * 6, outcome=["resolved", "forwarded"] * 6, **columns)


def test_shares_are_of_the_personas_contacts():
    told = treatments(persons(), REASONS, min_n=1, most=1)
    assert of(told, "treatment_share", persona="p", treatment="eliminate") == 5 / 6
    assert of(told, "concern_share", persona="p", reason_id="a") == 3 / 6
    assert set(told["reason_id"].dropna()) == {"a", "c"}  # only the leading one of each treatment
    assert of(told, "way_share", persona="p", treatment="eliminate", channel="phone") == 3 / 5
    solved = told[told["metric"].eq("solved_share") & told["persona"].eq("p")]
    assert of(solved[solved["reason_id"].isna()], "solved_share", channel="phone", treatment="eliminate") == 1
    assert of(solved, "solved_share", reason_id="a") == 2 / 3
    shares = told[told["metric"].eq("treatment_share")].groupby("persona")["value"].sum()
    assert shares.round(9).eq(1).all()


def test_what_is_missing_is_named():
    assert treatments(persons().drop(columns="persona"), REASONS)["note"].item() == "needs personas.persona"
    assert treatments(persons().drop(columns="reason_id"), REASONS)["note"].item() == "needs contact_reasons.reason_id"
    assert treatments(persons(), REASONS.drop(columns="treatment"))["note"].item() == "needs reasons.treatment"
    thin = treatments(persons(), REASONS, min_n=50)
    assert thin["value"].isna().all()
    assert set(thin["note"]) == {"n < 50"}
