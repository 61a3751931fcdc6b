"""The other questions: promises by seller, wished services, importance by persona, hours awaited, rivals."""

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.attitudes import IMPORTANCE, KANO, RIVALS, SOURCES
from cxlib.simulate.sellers import sellers


def near(values: pd.Series, wanted: float, errors: float = 4.0) -> bool:
    return abs(values.mean() - wanted) < errors * values.std() / len(values) ** 0.5


def test_promises_are_the_sellers(surveyed):
    answers = surveyed.answered(item_group="promise").merge(surveyed.trade.orders[["order_id", "_seller", "order_ts"]], on="order_id")
    assert (answers["order_ts"] < answers["survey_ts"]).all()
    truth = sellers(surveyed.plan)
    for item, column in (("promise_expected", "before"), ("promise_kept", "after")):
        told = answers[answers["item_id"] == item].set_index("_seller")["value"]
        for seller in ("V03", "V07", "V11"):
            assert near(told[[seller]], truth.loc[seller, column], 4.5), (seller, item)
        others = told.drop(["V03", "V07", "V11"])
        assert near(others, truth.loc["V01", column], 5.0), item
    gap = answers.pivot_table("value", "response_id", "item_id").join(
        answers.drop_duplicates("response_id").set_index("response_id")["_seller"]
    )
    gap = (gap["promise_expected"] - gap["promise_kept"]).groupby(gap["_seller"]).mean()
    assert gap.idxmax() == "V07"
    assert gap["V07"] > 2


def test_services_have_their_kano_class(surveyed):
    for name, (offered, missing) in KANO.items():
        for kind, shares in (("functional", offered), ("dysfunctional", missing)):
            answers = surveyed.answered(item_id=f"{name}_{kind}")["value"]
            seen = answers.value_counts(normalize=True).reindex(np.arange(1.0, 6.0), fill_value=0).to_numpy()
            assert (np.abs(seen - shares) < 4 * np.sqrt(np.array(shares) / len(answers)) + 0.002).all(), (name, kind)


def test_personas_find_different_things_important(surveyed):
    important = surveyed.answered("importance").assign(subject=lambda rows: rows["item_id"].str.removesuffix("_importance"))
    means = important.pivot_table("value", "subject", "persona")
    assert means.loc["T36"].idxmax() == "Beate"
    assert means.loc["price"].idxmax() == "Ralf"
    assert means["none"].drop("T22").to_numpy() == pytest.approx([IMPORTANCE[name] for name in means.index.drop("T22")], abs=0.35)
    hours = surveyed.answered(item_id="email_hours").groupby("persona")["value"].median()
    assert hours["Werner"] < hours["Kira"]


def test_rivals_are_better_where_it_hurts(surveyed):
    rivals = surveyed.answered("competitor")
    for name, mark in RIVALS.items():
        assert near(7 - rivals.loc[rivals["item_id"] == f"{name}_competitor", "value"], mark, 4.5), name
    own = surveyed.answered("actual").groupby("item_id")["value"].mean()
    assert own["T22_actual"] < 7 - RIVALS["T22"] < 7 - RIVALS["price"] < own["T11_actual"]


def test_loyalty_follows_experience(surveyed):
    answers = surveyed.answered("nps", "overall", "repurchase", "csat", "ces", survey_id="customers")
    wide = answers.pivot_table("value", "response_id", "item_type")
    assert (wide.corr()["nps"].drop(["nps", "ces"]) > 0.75).all()
    assert 0.35 < wide.corr().loc["nps", "ces"] < 0.8
    again = answers[answers["item_type"] == "repurchase"]
    staying, leaving = (again.loc[again["churn"].notna() == left, "value"] for left in (False, True))
    assert staying.mean() - leaving.mean() > 1  # who is going to leave says so


def test_who_was_referred_says_so(surveyed):
    source = surveyed.answered("first_source")
    assert (source.loc[source["referred"], "text"] == "word_of_mouth").all()
    assert source["text"].isin(["word_of_mouth", *SOURCES]).all()
    assert 0.25 < (source["text"] == "word_of_mouth").mean() < 0.45
