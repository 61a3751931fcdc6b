"""Segments against each other: their own fits' difference, shared clusters, and false alarms kept low."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.survey import drivers


def two(draw, lay_out, effects=(1, 0.5, 0), size=400, **people):
    rating, outcome, _ = draw(1, size, items=3, effects=effects)
    other, second, _ = draw(2, size, items=3, effects=effects[::-1])
    market = np.repeat(["b2b", "b2c"], size)
    return lay_out(np.vstack([rating, other]), np.concatenate([outcome, second]), market=market, **people)


def test_a_difference_is_that_of_two_fits(draw, lay_out):
    table = two(draw, lay_out)
    found = drivers.compare(table, by="market", outcome="overall", reference="b2b", draws=50)
    alone = {name: drivers.fit(table[table["market"] == name], outcome="overall", draws=50).table for name in ("b2b", "b2c")}
    assert found.table["difference"].to_numpy() == pytest.approx((alone["b2c"]["share"] - alone["b2b"]["share"]).to_numpy())
    assert (found.table["low"] < found.table["difference"]).all()
    assert found.table.loc[[0, 2], "q"].max() < 0.001
    row = estimates.only(found.estimates, "driver_share_difference", market="b2c", item_id="q0")
    assert row["value"].item() == pytest.approx(found.table["difference"][0])
    assert len(row["draws"].item()) == 50


def test_accounts_on_both_sides_count_once(draw, lay_out):
    """The same people twice: nothing differs, and nothing is unsure of it."""
    rating, outcome, _ = draw(3, 200, items=3)
    table = lay_out(
        np.vstack([rating] * 2), np.tile(outcome, 2), market=np.repeat(["a", "b"], 200), account_id=[f"a{row}" for row in range(200)] * 2
    )
    found = drivers.compare(table, by="market", outcome="overall", cluster="account_id").table
    assert found["difference"].to_numpy() == pytest.approx(0, abs=1e-12)
    assert (found["high"] - found["low"]).to_numpy() == pytest.approx(0, abs=1e-9)


def test_a_client_of_one_segment_is_no_mistake(draw, lay_out):
    table = two(draw, lay_out, size=60)
    found = drivers.compare(table[table["market"] == "b2b"], by="market", outcome="overall")
    assert found.table.empty
    assert found.estimates["note"].to_list() == ["needs responses.market"]


def test_a_handful_of_people_may_agree_by_chance(lay_out):
    """Twins are refused where shares would be told, not among people too few for any."""
    rng = np.random.default_rng(4)
    rating = rng.integers(1, 6, (160, 2)).astype(float)
    rating[:40, 1] = rating[:40, 0]
    table = lay_out(rating, rating.sum(axis=1), market=np.repeat(["few", "many"], [40, 120]))
    found = drivers.compare(table, by="market", outcome="overall", draws=20)
    assert found.table["note"].to_list() == ["n_eff < 80"] * 2
    rating[:, 1] = rating[:, 0]
    with pytest.raises(DataError, match="hold the same answers"):
        drivers.compare(lay_out(rating, rating[:, 0], market=np.repeat(["few", "many"], [40, 120])), by="market", outcome="overall")


def test_a_thin_side_keeps_its_rows(draw, lay_out):
    table = two(draw, lay_out)
    few = table[(table["market"] == "b2b") | table["response_id"].isin([f"r{row}" for row in range(400, 470)])]
    found = drivers.compare(few, by="market", outcome="overall").table
    assert (found["note"] == "n_eff < 80").all()
    assert found["difference"].isna().all()


def test_no_difference_raises_few_alarms(draw, lay_out):
    alarms = []
    for seed in range(40):
        rating, outcome, _ = draw(seed, 300, items=3)
        table = lay_out(rating, outcome, market=np.where(np.arange(300) % 2, "a", "b"))
        alarms.append(drivers.compare(table, by="market", outcome="overall", draws=0).table["q"].min() < 0.05)
    assert np.mean(alarms) <= 0.15


def test_what_cannot_be_compared_is_refused(draw, lay_out):
    table = two(draw, lay_out, size=60)
    with pytest.raises(DataError) as refused:
        drivers.compare(table, by="market", outcome="overall", reference="b2d")
    assert str(refused.value).startswith("market: there is no level 'b2d' (did you mean 'b2")
    with pytest.raises(DataError, match="by: responses have no column 'region'"):
        drivers.compare(table, by="region", outcome="overall")


def test_what_was_not_asked_is_said():
    empty = pd.DataFrame(columns=["item_id", "item_type"])
    note = drivers.compare(empty, by="market", outcome=None).estimates["note"].item()
    assert note == "needs responses[actual], responses[nps], responses.market"
