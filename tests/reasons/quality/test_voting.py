"""What labelling functions did, as ESTIMATES."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from cxlib.reasons.classify.rules import told
from cxlib.reasons.quality import voting


def test_coverage_conflict_and_agreement_are_told_with_what_they_are_shares_of(model):
    votes = np.array([[0, 0, -1], [0, 1, -1], [-1, 1, -1], [2, -1, -1]])
    found = voting(replace(model, rules=told(["one", "two", "silent"], votes, np.array([0.8, 0.7, 0.6]))))
    by_rule = found.pivot(index="rule", columns="metric", values=["value", "n"])
    assert by_rule["value"].loc["one"].to_dict() == {"rule_agreement": 0.5, "rule_conflict": 0.25, "rule_coverage": 0.75}
    assert by_rule["n"].loc["one"].to_dict() == {"rule_agreement": 2, "rule_conflict": 4, "rule_coverage": 4}
    silent = found[found["rule"].eq("silent")].set_index("metric")
    assert silent["value"].fillna(-1).to_dict() == {"rule_coverage": 0.0, "rule_conflict": 0.0, "rule_agreement": -1.0}
    assert silent.loc["rule_agreement", "note"] == "no other spoke"
    assert found["low"].isna().all()


def test_a_model_without_rules_says_what_they_need(model):
    found = voting(model)
    assert found["note"].to_list() == ["needs contacts.text"]
    nothing = told(["one"], np.empty((0, 1), dtype=int), np.zeros(1))
    pd.testing.assert_frame_equal(voting(replace(model, rules=nothing)), found)
