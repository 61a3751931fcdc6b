import numpy as np
import pandas as pd
import pytest

from cxlib.survey import loyalty


def answers(size=400, slope=-0.03, seed=3, **given):
    rng = np.random.default_rng(seed)
    ids = [f"c{number:03d}" for number in range(size)]
    value = rng.integers(0, 11, size).astype(float)
    left = (rng.random(size) < 0.4 + slope * value).astype(float)
    table = pd.DataFrame({"response_id": ids, "respondent_id": ids, "customer_id": ids, "value": value, "left": left})
    table = table.assign(item_id="recommend", item_type="nps", state="answered", scale_low=0.0, scale_high=10.0, weight=1.0, segment="x")
    return table.assign(**given)


def test_it_is_the_slope_turned_round_and_brought_to_a_year():
    """Closed form: least squares on an answer each, R lm(left ~ value)."""
    table = answers()
    told = loyalty.loss_per_point(table, item="recommend", horizon_days=180, draws=20)
    slope = np.polyfit(table["value"], table["left"], 1)[0]
    assert told["value"].item() == pytest.approx(-slope * 365.25 / 180)
    assert told["low"].item() < told["value"].item() < told["high"].item()
    assert told["draws"].item().mean() == pytest.approx(told["value"].item(), abs=0.02)
    assert told["unit"].item() == "share difference"


def test_the_planted_slope_lies_in_the_span():
    told = loyalty.loss_per_point(answers(2000), item="recommend", horizon_days=365.25)
    assert told["low"].item() < 0.03 < told["high"].item()


def test_within_groups():
    assert loyalty.loss_per_point(answers(), item="recommend", horizon_days=180, adjust=["segment"])["metric"].item() == "loss_per_point"


def test_what_is_lacking_is_named():
    bare = answers().drop(columns="left")
    told = loyalty.loss_per_point(bare, item=None, horizon_days=180)
    assert told["note"].item() == "needs customers.churn_date, responses.customer_id, responses[nps]"
    assert loyalty.loss_per_point(answers(), item="other", horizon_days=180)["note"].item() == "needs responses[other]"
