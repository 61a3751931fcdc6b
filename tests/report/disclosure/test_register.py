"""The register survives its frame, and a later table knows what an earlier one said."""

from __future__ import annotations

import pandas as pd

from cxlib.report.disclosure import Register
from cxlib.report.disclosure.cells import OTHER

from .people import estimates, numbers, shown


def test_the_register_survives_its_frame_and_replaces_a_table_of_the_same_name() -> None:
    register = Register()
    shown(estimates({("a",): 3, ("b",): 20, ("ü",): 40, (OTHER,): 9}, metrics=["nps", "mean"], touchpoint_id="Lärm"), register)
    frame = register.to_frame()
    again = Register.from_frame(frame)
    pd.testing.assert_frame_equal(again.to_frame(), frame)
    assert frame["published"].to_list() == [False, True, True, True]
    assert frame["n"].to_list() == [3, 20, 40, 9]
    shown(estimates({("a",): 30}, touchpoint_id="Lärm"), again)
    assert again.to_frame()["n"].to_list() == [30]


def test_other_metrics_of_the_same_answers_in_another_table_are_hidden_too() -> None:
    register = Register()
    shown(estimates({("a",): 3, ("b",): 20, ("c",): 40, (None,): 63}, metrics=["nps"]), register, "nps")
    assert numbers(shown(estimates({("b",): 20, ("c",): 40}, metrics=["mean"]), register, "mean")) == [None, 40]
