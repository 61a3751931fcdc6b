"""Personas counted, described and compared with classes."""

import numpy as np
import pandas as pd
import pytest

from cxlib.customers import personas

from .conftest import FEATURES, PEOPLE, RULES


def test_shares_count_everybody_and_fit_only_those_in_it():
    found = personas.assign(PEOPLE, personas=RULES).assign(cluster_id=["A", "A", "B", "B", "3"])
    told = personas.shares(found, defined=["writer", "caller", "rare"]).set_index("metric")
    shares = told.loc["persona_share"].set_index("persona")["value"]
    assert shares.to_dict() == {"writer": 0.4, "caller": 0.6, "rare": 0.0, "none": 0.0}
    assert told.loc["covered_share", "value"] == 1.0
    assert told.loc["none_share", "value"] == 0.0
    assert told.loc["persona_count", "value"] == 3
    assert told.loc["covered_share", "low"] < 0.9


def test_clusters_make_spans_wider(two_kinds):
    found = pd.DataFrame(
        {"persona": np.repeat(["a", "b"], 300), "probability": 1.0, "cluster_id": np.repeat(np.arange(60), 10).astype(str)}
    )
    wide, narrow = (personas.shares(table).iloc[0] for table in (found, found.drop(columns="cluster_id")))
    assert wide["high"] - wide["low"] > 2 * (narrow["high"] - narrow["low"])


def test_what_cannot_be_told_says_what_it_needs():
    nobody = personas.assign(PEOPLE.iloc[:0], personas=RULES)
    assert personas.shares(nobody)["note"].str.startswith("needs customers.customer_id").all()
    undefined = personas.assign(PEOPLE, personas={})
    assert undefined["persona"].eq("none").all()
    assert personas.shares(undefined)["note"].str.startswith("needs customers.persona_given").all()
    assert personas.describe(PEOPLE.iloc[:0], nobody, features={"role": "nominal"})["note"].str.startswith("needs ").all()
    assert personas.agreement(nobody, nobody)["note"].str.startswith("needs ").all()


def test_descriptions_set_personas_against_everybody(two_kinds):
    assigned = two_kinds[["customer_id", "account_id"]].assign(persona=two_kinds["kind"], probability=1.0, source="given")
    told = personas.describe(two_kinds, assigned, features=FEATURES, draws=50, cluster="account_id")
    email = told[told["answer"].eq("email") & told["persona"].eq("writer")].set_index("metric")
    kind = two_kinds[two_kinds["kind"].eq("writer")]["channel"].dropna()
    assert email.loc["persona_value", "value"] == pytest.approx((kind == "email").mean())
    assert email.loc["persona_lift", "low"] > 1
    assert len(email.loc["persona_lift", "draws"]) == 50
