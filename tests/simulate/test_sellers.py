"""The sellers' truth: numbers of orders, pressure and who sells to whom."""

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.sellers import SELLERS, portfolio_weight, portfolios, sellers


def test_orders_and_campaign_add_up_at_every_size():
    for size in (0.02, 0.1, 1, 3):
        table = sellers(Plan(size=size))
        assert table["orders"].sum() == round(8000 * size)
        assert table["campaign"].sum() == round(620 * size)
    table = sellers(Plan())
    assert table.loc[["V07", "V11", "V03"], "orders"].tolist() == [560, 545, 590]
    assert table.drop(["V07", "V11", "V03"])["orders"].mean() == pytest.approx(573, abs=0.5)
    assert table["campaign"].idxmax() == "V07"


def test_what_is_seen_is_what_is_expected_and_the_excess():
    table = sellers(Plan())
    assert table.loc[["V07", "V11", "V03", "V01"], "raw"].tolist() == [40, 39, 24, 24]
    assert sellers(Plan(effects=Effects(promises=0))).loc["V07", "raw"] == 23
    assert {table.loc["V07", "region"], table.loc["V11", "region"]} == {"north_east"}  # without the delay notice


def test_customers_have_a_seller_of_their_region_and_v11_has_the_hard_ones():
    rng, n = np.random.default_rng(1), 20_000
    region = rng.choice(["south", "west", "north_east", "abroad"], n)
    segment, new = rng.choice(["construction", "oem"], n, p=[0.2, 0.8]), rng.random(n) < 0.3
    given = portfolios(rng, region, segment, new)
    home = {seller.seller_id: seller.region for seller in SELLERS}
    assert (pd.Series(given).map(home) == region).all()
    hard = given == "V11"
    assert (segment[hard] == "construction").mean() > 1.5 * (segment[~hard] == "construction").mean()
    assert new[hard].mean() > 1.2 * new[~hard].mean()
    weight = portfolio_weight(pd.DataFrame({"_seller": given, "segment": segment, "_new": new}))
    assert (weight[~hard] == 1).all()
    assert weight[hard & (segment == "construction") & new].min() == weight.max() > 1
