import numpy as np
import pytest

from cxlib.reasons.classify.calibration import calibration_error
from cxlib.reasons.quality import calibration, selective


def test_the_curve_tells_how_many_are_accepted_and_how_many_of_them_are_right(model):
    judged = model.out_of_fold
    found = selective(model, steps=(0.0, 0.9, 1.1), draws=10).set_index(["sureness", "metric"])
    right = judged["label"] == judged["prediction"]
    kept = judged["probability"] >= 0.9
    assert found.loc[("0", "coverage"), "value"] == 1.0
    assert found.loc[("0", "selective_accuracy"), "value"] == pytest.approx(right.mean())
    assert found.loc[("0.9", "coverage"), "value"] == pytest.approx(kept.mean())
    assert found.loc[("0.9", "selective_accuracy"), "value"] == pytest.approx(right[kept].mean())
    assert found.loc[("1.1", "selective_accuracy"), "note"] == "none accepted"
    assert np.isnan(found.loc[("1.1", "selective_accuracy"), "value"])
    assert f"{model.threshold:.4g}" in found.index.get_level_values("sureness")


def test_bins_set_what_was_said_against_what_was_reached(model):
    found = calibration(model, bins=5)
    judged = model.out_of_fold
    inside = judged[(judged["probability"] >= 0.8)]
    held = found[found["sureness"] == "0.8–1"].set_index("metric")
    assert held.loc["stated_probability", "value"] == pytest.approx(inside["probability"].mean())
    assert held.loc["reached_accuracy", "value"] == pytest.approx((inside["label"] == inside["prediction"]).mean())
    stated = found.loc[found["metric"] == "stated_probability", "sureness"].to_list()
    assert stated == [name for name in ("0–0.2", "0.2–0.4", "0.4–0.6", "0.6–0.8", "0.8–1") if name in stated]
    whole = found[found["metric"] == "ece"]
    right = (judged["label"] == judged["prediction"]).to_numpy()
    bins = min(max(len(judged) // 40, 2), 15)
    told = calibration_error(judged["probability"].to_numpy(), right, np.ones(len(judged)), bins=bins, beyond_chance=True)
    assert whole["value"].item() == pytest.approx(told)
    assert whole["low"].isna().all()
