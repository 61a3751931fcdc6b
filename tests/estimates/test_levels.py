"""Shares of all levels at once are those of each alone."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates import divided, levels, shares

RNG = np.random.default_rng(5)
TABLE = pd.DataFrame(
    {
        "channel": RNG.choice(["phone", "email", "chat", "letter"], 300, p=[0.5, 0.3, 0.17, 0.03]),
        "region": RNG.choice(["north", "south"], 300),
        "customer_id": RNG.integers(0, 60, 300).astype("str"),
        "weight": RNG.integers(1, 5, 300).astype("float64"),
    }
)
STRATA = TABLE.assign(stratum=np.where(TABLE["customer_id"].astype(int) % 3 == 0, "a", "b"))
DRAWN = {"weight": "weight", "cluster": "customer_id", "draws": 20}


def each_alone(table, by, **options):
    parts = []
    for level in sorted(table["channel"].unique()):
        part = estimates.share(table.assign(flag=table["channel"].eq(level)), "flag", by=by, **options)
        part.insert(len(by), "channel", pd.Series(level, index=part.index, dtype="str"))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def same(one, other):
    pd.testing.assert_frame_equal(one.drop(columns="draws", errors="ignore"), other.drop(columns="draws", errors="ignore"), rtol=1e-12)
    for here, there in zip(one.get("draws", []), other.get("draws", []), strict=True):
        np.testing.assert_allclose(here, there, rtol=1e-12)


@pytest.mark.parametrize("options", [DRAWN, {}, {**DRAWN, "stratum": "stratum"}, {"cluster": "customer_id", "count": "customer_id"}])
@pytest.mark.parametrize("by", [[], ["region"]])
def test_every_level_is_what_it_is_alone(by, options):
    same(shares(STRATA, "channel", by=by, **options), each_alone(STRATA, by, **options))


def test_in_parts_it_is_the_same(monkeypatch):
    together = shares(TABLE, "channel", by=["region"], **DRAWN)
    monkeypatch.setattr(levels, "_AT_ONCE", 700)
    same(shares(TABLE, "channel", by=["region"], **DRAWN), together)


def test_levels_that_are_named_are_told_in_that_order_and_are_shares_of_all():
    told = shares(TABLE, "channel", levels=["phone", "fax"])
    assert told["channel"].to_list() == ["phone", "fax"]
    assert told["value"].to_list() == [TABLE["channel"].eq("phone").mean(), 0.0]


def test_rows_without_a_level_are_left_out():
    half = TABLE.assign(channel=TABLE["channel"].where(TABLE["region"].eq("north")).astype("str"))
    same(shares(half, "channel"), shares(TABLE[TABLE["region"].eq("north")], "channel"))


def test_without_levels_there_are_no_rows():
    assert shares(TABLE, "channel", levels=[], by=["region"]).empty
    assert list(shares(TABLE, "channel", levels=[], by=["region"]))[:3] == ["region", "channel", "metric"]


def test_a_table_counted_by_cluster_gives_the_same():
    wide = TABLE.pivot_table(index=["region", "customer_id"], columns="channel", values="weight", aggfunc="sum", fill_value=0.0)
    told = divided(wide.reset_index(), {name: name for name in wide}, "channel", by=["region"], cluster="customer_id", draws=20)
    rows = shares(TABLE, "channel", by=["region"], **DRAWN)
    counted = ["n", "n_eff"]  # rows here, clusters there
    same(told.drop(columns=counted), rows.drop(columns=counted))


def test_a_column_that_is_not_there():
    with pytest.raises(DataError, match="there is no column"):
        shares(TABLE, "chanel")
