import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.estimates.rows import rows, unanswerable
from cxlib.reasons.quality import leading


def shares(values, **columns):
    rng = np.random.default_rng(1)
    drawn = np.array(values)[:, None] + rng.normal(0, 0.01, (len(values), 200))
    place = pd.DataFrame({"reason_id": list("abcd")[: len(values)]})
    told = {"metric": "reason_share", "value": values, "unit": "share", "n": 100, "n_eff": 90.0, "draws": drawn}
    return rows(place, told | columns)


def test_the_largest_are_added_and_their_spread_too():
    told = leading(shares([0.4, 0.1, 0.3, 0.2]), count=3)
    assert told["value"].item() == pytest.approx(0.9)
    assert told["high"].item() - told["low"].item() == pytest.approx(2 * 1.96 * 0.01 * 3**0.5, rel=0.2)
    assert told["n"].item() == 100


def test_the_interval_holds_that_the_largest_are_partly_so_by_chance():
    rng, held = np.random.default_rng(2), []
    for _ in range(60):
        found = rng.multinomial(300, np.ones(20) / 20) / 300
        drawn = rng.multinomial(300, found, 100).T / 300
        place = pd.DataFrame({"reason_id": [f"r{number}" for number in range(20)]})
        told = leading(rows(place, {"metric": "reason_share", "value": found, "unit": "share", "n": 300, "n_eff": 300.0, "draws": drawn}))
        held.append(told["low"].item() <= 3 / 20 <= told["high"].item())
        assert told["value"].item() == pytest.approx(np.sort(found)[-3:].sum())
    assert np.mean(held) > 0.85


def test_what_was_not_corrected_says_so():
    assert leading(shares([0.6, 0.4], note="not corrected"))["note"].item() == "not corrected"


def test_without_draws_it_is_refused_and_without_shares_it_says_what_is_missing():
    with pytest.raises(DataError, match="leading: shares come without 'draws'"):
        leading(shares([0.6, 0.4]).drop(columns="draws"))
    missing = leading(unanswerable("reason_share", "share", ["contact_reasons.reason_id"], by=["reason_id"]))
    assert missing["note"].item() == "needs contact_reasons.reason_id"
