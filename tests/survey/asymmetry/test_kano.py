"""Kano's table, cell by cell, and how certain the leading category is."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey.asymmetry import CATEGORIES, kano

SHORT = dict(zip("AOMIRQ", CATEGORIES, strict=True))
# Berger et al. 1993: rows like, must-be, neutral, live with, dislike where it is there; columns the same where it is missing
BERGER = ["Q A A A O", "R I I I M", "R I I I M", "R I I I M", "R R R R Q"]


def pairs(there, missing, **columns):
    ids = [str(number) for number in range(len(there))]
    shared = {"response_id": ids, "respondent_id": ids, "item_group": "notice", "state": "answered", "weight": 1.0, **columns}
    ends = {"scale_low": 1.0, "scale_high": 5.0}
    return pd.concat(
        [
            pd.DataFrame({**shared, **ends, "item_id": kind, "item_type": kind, "value": np.array(values, dtype=float)})
            for kind, values in (("kano_functional", there), ("kano_dysfunctional", missing))
        ],
        ignore_index=True,
    )


@pytest.mark.parametrize("there", range(5))
@pytest.mark.parametrize("missing", range(5))
def test_every_cell_of_the_table(there, missing):
    told = kano(pairs([5 - there] * 3, [5 - missing] * 3), min_n=1, draws=0)
    shares = told[told["metric"] == "kano_share"].set_index("category")["value"]
    assert shares[SHORT[BERGER[there].split()[missing]]] == 1
    assert shares.sum() == 1


def test_better_and_worse_by_hand():
    there, missing = [5] * 4 + [5] * 3 + [4] * 2 + [3] + [1], [3] * 4 + [1] * 3 + [1] * 2 + [3] + [3]  # 4 A, 3 O, 2 M, 1 I, 1 R
    told = kano(pairs(there, missing), min_n=1).set_index("metric")
    assert told.loc["kano_better", "value"] == pytest.approx(7 / 10)
    assert told.loc["kano_worse", "value"] == pytest.approx(-5 / 10)
    assert told.loc["kano_worse", "low"] < -0.5 < told.loc["kano_worse", "high"] < 0
    assert told.loc["kano_class", "note"] == "mixed"  # 4 against 3 of 11 is no lead


def test_a_clear_lead_is_told_with_its_certainty():
    told = kano(pairs([5] * 60 + [3] * 40, [3] * 100), draws=500).set_index("metric").loc["kano_class"]
    assert told["note"] == "attractive"  # Fong: |60 − 40| > 1.65·sqrt((60 + 40)(200 − 60 − 40)/200)
    assert 0.9 < told["value"] <= 1
    even = kano(pairs([5] * 52 + [3] * 48, [3] * 100), draws=500).set_index("metric").loc["kano_class"]
    assert even["note"] == "mixed"
    assert 0.4 < even["value"] < 0.9


def test_only_the_pair_of_questions_tells_it():
    half = pairs([5], [1]).query("item_type == 'kano_functional'")
    assert kano(half)["note"].to_list() == ["needs responses[kano_dysfunctional]"]
    assert kano(pairs([5], [1]).assign(item_group=None))["note"].to_list() == ["needs responses.item_group"]
    assert kano(pairs([5] * 20, [1] * 20), min_n=30)["note"].unique().tolist() == ["n < 30"]


def test_what_is_no_pair_is_refused():
    with pytest.raises(
        DataError, match=r"^kano: is not asked on five steps: 'kano_functional'\. Declare its scale with five steps, low for dislike\.$"
    ):
        kano(pairs([5], [1]).assign(scale_high=7.0))
    table = pairs([5], [1])
    with pytest.raises(
        DataError, match=r"^kano: more than one question of a kind belongs to 'notice'\. Give each pair an item_group of its own\.$"
    ):
        kano(pd.concat([table, table.assign(item_id="again")]))
