"""Bad reviews after bad incidents at the same touchpoint, beside an even spread."""

from datetime import date

import pandas as pd
import pytest

from cxlib.survey.incidents import reviews

PERIOD = (date(2025, 1, 1), date(2025, 4, 10))  # 100 days


def moments(days):
    return pd.to_datetime([f"{day} 10:00" for day in days]).tz_localize("Europe/Berlin")


INCIDENTS = pd.DataFrame({"touchpoint_id": "hotline", "sign": "negative", "incident_ts": moments(["2025-01-10", "2025-03-01"])})
WRITTEN = moments(["2025-01-11", "2025-01-20", "2025-03-05", "2025-03-10", "2025-02-10", "2025-01-10"])
REVIEWS = pd.DataFrame({"touchpoint_id": "hotline", "rating": [1.0, 2.0, 1.0, 2.0, 1.0, 1.0], "review_ts": WRITTEN})


def test_observed_over_expected_by_hand():
    found = reviews(INCIDENTS, REVIEWS, period=PERIOD, window_days=10).set_index("metric")
    assert found.loc["review_count", "value"] == 4  # the day of the incident itself is not after it
    assert found.loc["review_expected", "value"] == pytest.approx(6 * 20 / 100)
    ratio = found.loc["review_ratio"]
    assert ratio["value"] == pytest.approx(4 / 1.2)
    assert (ratio["low"], ratio["high"]) == pytest.approx((1.089865 / 1.2, 10.24159 / 1.2), rel=1e-6)  # R: poisson.test(4)


def test_good_reviews_and_other_touchpoints_do_not_count():
    more = pd.concat([REVIEWS, REVIEWS.assign(rating=5.0), REVIEWS.assign(touchpoint_id="crane")])
    one, other = (reviews(INCIDENTS, table, period=PERIOD)["value"].to_list() for table in (REVIEWS, more))
    assert one == other


def test_few_reviews_give_no_ratio():
    assert reviews(INCIDENTS, REVIEWS.head(4), period=PERIOD).set_index("metric").loc["review_ratio", "note"] == "events < 5"


def test_what_is_missing_is_named():
    nowhere = REVIEWS.assign(touchpoint_id=pd.Series([None] * 6, dtype="str"))
    assert reviews(INCIDENTS, nowhere, period=PERIOD)["note"].to_list() == ["needs reviews.touchpoint_id"]
