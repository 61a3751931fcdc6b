from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.reasons.quality import agreement, gate
from cxlib.reasons.quality.gating import THRESHOLDS, macro_f1


def test_each_figure_passes_or_fails_by_its_own_side(model):
    found = gate(model, thresholds={"top_1": 0.5, "macro_f1": 0.999, "unassigned_share": 0.9, "ece": 0.0})
    states = found[found["metric"] == "gate"].set_index("element")["state"].to_dict()
    assert states == {"top_1": "passed", "macro_f1": "failed", "unassigned_share": "passed", "ece": "not_measured", "all": "failed"}
    asked = found[found["metric"] == "gate_threshold"].set_index("element")["value"].to_dict()
    assert asked == {"top_1": 0.5, "macro_f1": 0.999, "unassigned_share": 0.9, "ece": 0.0}


def test_what_is_reached_exactly_passes_and_one_failure_fails_the_whole(model):
    top_1 = estimates.only(model.estimates, "top_1")["value"].item()
    open_ones = estimates.only(model.estimates, "unassigned_share")["value"].item()
    reached = {"top_1": top_1, "unassigned_share": open_ones}
    passed, failed = (gate(model, thresholds=asked) for asked in (reached, reached | {"top_1": top_1 + 1e-9}))
    assert passed["state"].eq("passed").all()
    verdict = failed[failed["element"].eq("all")]
    assert verdict[["state", "value"]].values.tolist() == [["failed", 0.0]]


def test_what_was_not_measured_fails_nothing(model):
    found = gate(model, thresholds={**dict.fromkeys(THRESHOLDS, 0.0), "unassigned_share": 1.0, "ece": 1.0})
    held = found[found["metric"] == "gate"].set_index("element")
    assert held.loc["coder_agreement", "state"] == "not_measured"
    assert held.loc["coder_agreement", "note"] == "needs contacts.reason_second"
    assert held.loc["all", ["state", "value"]].to_list() == ["passed", 1.0]


def honest(model, n, less=0.0):
    """A model whose probabilities are true, or too high by so much."""
    rng = np.random.default_rng(n)
    stated = rng.uniform(0.5, 1, n)
    judged = pd.DataFrame({"label": "a", "prediction": np.where(rng.random(n) < stated - less, "a", "b"), "probability": stated})
    judged = judged.assign(weight=1.0, group=[f"t{row}" for row in range(n)])
    return replace(model, classes=("a", "b"), out_of_fold=judged)


def test_a_calibration_error_as_chance_makes_it_is_not_told_as_a_failure(model):
    states = []
    for n in range(60, 160, 3):
        row = gate(honest(model, n), thresholds={"ece": 0.05})
        states.append(row.loc[0, ["state", "note"]].to_list())
    missed = [note for state, note in states if state == "not_measured"]
    assert missed  # chance alone misses at such sizes
    assert set(missed) == {"few labels"}
    assert sum(state == "failed" for state, _ in states) <= 2
    few = gate(honest(model, 400, less=0.15), thresholds={"ece": 0.05})
    assert few["state"].eq("failed").all()


def test_two_coders_and_the_contacts_in_use_are_taken_in(model):
    coded = pd.DataFrame({"reason_gold": ["a", "b"] * 20, "reason_second": ["a"] * 40})
    used = estimates.share(pd.DataFrame({"open": [1.0] * 30 + [0.0] * 10}), "open", metric="unassigned_share")
    found = gate(model, agreement=agreement(coded), used=used)
    held = found[found["metric"] == "gate"].set_index("element")
    assert held.loc["coder_agreement", ["value", "state"]].to_list() == [0.5, "failed"]
    assert held.loc["unassigned_share", ["value", "state"]].to_list() == [0.75, "failed"]


def test_macro_f1_by_hand(model):
    row = macro_f1(model, draws=15)
    judged = model.out_of_fold
    held = []
    for reason in model.classes:
        own, named = judged["label"] == reason, judged["prediction"] == reason
        held.append(2 * (own & named).sum() / (own.sum() + named.sum()))
    assert row["value"].item() == pytest.approx(np.mean(held))
    assert row["low"].item() < row["value"].item() < row["high"].item()
    assert len(row["draws"].item()) == 15


def test_an_unknown_figure_is_refused(model):
    with pytest.raises(DataError) as refused:
        gate(model, thresholds={"macro_f2": 0.5})
    assert str(refused.value) == (
        "gate: there is no figure 'macro_f2' (did you mean 'macro_f1'?). Figures: macro_f1, top_1, unassigned_share, ece, coder_agreement."
    )


def test_a_model_that_no_labels_judged_neither_passes_nor_fails(model):
    told = gate(replace(model, measured=False), thresholds={"macro_f1": 0.0, "top_1": 0.0, "ece": 1.0})
    assert told["state"].eq("not_measured").all()
