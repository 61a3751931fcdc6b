import numpy as np
import pytest

from cxlib.reasons.value import flips


def test_every_flip_is_the_share_it_moves(shares, reasons):
    found = flips(shares, reasons)
    by = found[found["metric"] == "avoidable_if_flipped"].set_index(["reason_id", "side"])
    assert by.loc[("status", "customer"), "value"] == pytest.approx(0.1)
    assert by.loc[("status", "customer"), "treatment_flipped"] == "automate"
    assert by.loc[("status", "company"), "treatment_flipped"] == "simplify"
    assert by.loc[("reorder", "customer"), "value"] == pytest.approx(0.7)
    assert by.loc[("fault", "company"), "value"] == pytest.approx(0.6)
    assert ("reorder", "company") not in by.index  # becomes leverage: no contact less is avoidable
    assert "praise" not in by.index.get_level_values(0)


def test_all_reasons_move_twice(shares, reasons):
    found = flips(shares, reasons)
    moved = found[found["metric"] == "moved_share"]
    assert moved.groupby("reason_id").size().to_dict() == dict.fromkeys(shares["reason_id"], 2)
    assert moved.iloc[0]["reason_id"] == "status"


def test_the_ends_and_their_draws(shares, reasons):
    found = flips(shares, reasons).set_index("metric")
    assert found.loc["flip_low", "value"] == pytest.approx(0.1)
    assert found.loc["flip_high", "value"] == pytest.approx(0.7)
    assert isinstance(found.loc["flip_low", "draws"], np.ndarray)


def test_what_is_missing_is_said(nothing, reasons):
    assert flips(nothing, reasons)["note"].to_list() == ["needs contact_reasons.reason_id"]
