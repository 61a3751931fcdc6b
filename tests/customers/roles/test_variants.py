"""Scores of accounts in every variant, and whether they put accounts in the same order."""

import numpy as np
import pandas as pd
import pytest

from cxlib.customers.roles.variants import variants

from .conftest import one

TABLE = pd.DataFrame(
    {
        "account_id": list("ABCDEF"),
        "mean": [8.0, 6.0, 7.0, 3.0, 5.0, 9.0],
        "by_influence": [8.0, 6.0, 7.0, 3.0, 5.0, 9.0],
        "by_role": [9.0, 5.0, 7.0, 3.0, 6.0, 8.0],
        "decision_maker": [np.nan, 6.0, 7.0, np.nan, 5.0, np.nan],
        "lowest": [2.0] * 6,
        "supplier_rating": [70.0, 90.0, 50.0, 40.0, 60.0, np.nan],
    }
)
OPTIONS = {"level": 0.95, "draws": 0, "seed": 1, "cluster": "account_id"}


def test_ranks_as_in_r():
    # R 4.2: cor(c(8,6,7,3,5,9), c(9,5,7,3,6,8), method = "spearman"); ends: tanh(atanh(r) -+ qnorm(.975)*sqrt((1 + r^2/2)/(n - 3)))
    row = one(pd.concat(variants(TABLE, OPTIONS)), "order_alike", variant="by_role")
    assert row["value"] == pytest.approx(0.8857142857, abs=1e-10)
    reach = 1.959963985 * np.sqrt((1 + 0.8857142857**2 / 2) / 3)
    assert (row["low"], row["high"]) == pytest.approx(np.tanh(np.arctanh(0.8857142857) + np.array([-reach, reach])), abs=1e-8)


def test_means_and_what_cannot_be_ranked():
    told = pd.concat(variants(TABLE, OPTIONS))
    assert one(told, "account_score", variant="by_role")["value"] == pytest.approx(38 / 6)
    assert one(told, "order_alike", variant="by_influence")["value"] == pytest.approx(1, abs=1e-5)
    assert one(told, "order_alike", variant="decision_maker")["note"] == "n < 4"
    assert one(told, "order_alike", variant="lowest")["note"] == "no spread"
    assert one(told, "supplier_rating")["value"] == 62
    assert one(told, "rating_alike")["n"] == 5


def test_without_ratings_it_says_what_it_needs():
    told = pd.concat(variants(TABLE.assign(supplier_rating=np.nan), OPTIONS))
    assert one(told, "supplier_rating")["note"] == "needs accounts.supplier_rating"
