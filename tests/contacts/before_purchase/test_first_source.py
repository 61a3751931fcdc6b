"""How customers first heard of us."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.before_purchase import first_source

SAID = pd.DataFrame({"respondent_id": list("abcdef"), "text": ["search", "search", "word_of_mouth", "fair", None, "search"]}).astype("str")
SAID = SAID.assign(item_type="first_source", state=["answered"] * 4 + ["no_answer", "not_asked"], weight=[1.0, 1.0, 2.0, 1.0, 1.0, 9.0])


def test_weighted_shares_most_frequent_first():
    told = first_source(SAID, min_n=1)
    shares = told[told["metric"].eq("first_source_share")]
    assert shares["answer"].tolist()[0] == "search"
    assert shares.set_index("answer")["value"].to_dict() == pytest.approx({"search": 0.4, "word_of_mouth": 0.4, "fair": 0.2})
    rest = told[told["answer"].isna()].set_index("metric")["value"]
    assert rest["recommended_share"] == pytest.approx(0.4)
    assert rest["source_told"] == pytest.approx(5 / 6)


def test_the_words_of_a_recommendation_are_the_client_s():
    told = first_source(SAID, recommended=["fair"], min_n=1).set_index("metric")
    assert told.loc["recommended_share", "value"] == pytest.approx(0.2)


def test_the_demo(tables):
    told = first_source(tables["responses"], cluster="account_id", draws=3)
    assert told["answer"].iloc[0] == "word_of_mouth"
    assert len(told["draws"].iloc[0]) == 3


def test_few_or_no_answers():
    assert first_source(SAID)["value"].isna().all()
    assert first_source(SAID.iloc[:0])["note"].item() == "needs responses[first_source]"
