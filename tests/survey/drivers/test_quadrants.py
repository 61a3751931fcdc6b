"""Quadrants: shares of draws of which both sides are of the same respondents."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.survey import drivers, scores


def both(draw, lay_out, draws=200):
    rating, outcome, _ = draw(1, 400, items=3, effects=[2, 0.5, 0])
    rating[:, 0] = np.clip(rating[:, 0] - 1, 1, 5)
    table = lay_out(rating, outcome).assign(touchpoint_id="T1")
    return drivers.fit(table, outcome="overall", draws=draws), scores.mean_rating(table, by=["item_id"], draws=draws)


def test_probabilities_are_shares_of_draws(draw, lay_out):
    found, rated = both(draw, lay_out)
    table = drivers.quadrants(found, rated, performance_target=3.0, importance_target=0.25)
    wide = table.pivot_table("value", "item_id", "quadrant")
    assert wide.sum(axis=1).to_numpy() == pytest.approx(1)
    assert wide.loc["q0", "act_first"] > 0.95
    assert wide.loc["q2", "enough"] > 0.95
    share = found.estimates.query("metric == 'driver_share' and item_id == 'q1'")["draws"].item()
    performance = rated.set_index("item_id").loc["q1", "draws"]
    assert wide.loc["q1", "keep_up"] == pytest.approx(np.mean((share >= 0.25) & (performance >= 3.0)))


def test_an_even_share_is_the_line_unless_told(draw, lay_out):
    found, rated = both(draw, lay_out)
    told = drivers.quadrants(found, rated, performance_target=3.0, importance_target=1 / 3)
    pd.testing.assert_frame_equal(drivers.quadrants(found, rated, performance_target=3.0), told)


def test_what_has_no_draws_keeps_its_rows(draw, lay_out):
    found, rated = both(draw, lay_out)
    table = drivers.quadrants(found, rated.iloc[:2], performance_target=3.0)
    assert table.loc[table["item_id"] == "q2", "note"].to_list() == ["no draws"] * 4


def test_what_does_not_fit_is_refused(draw, lay_out):
    found, rated = both(draw, lay_out)
    with pytest.raises(DataError) as refused:
        drivers.quadrants(found, rated.rename(columns={"item_id": "touchpoint_id"}), performance_target=3.0)
    assert str(refused.value) == "performance: has no group column 'item_id', by which drivers are given. Compute it by 'item_id'."
    with pytest.raises(DataError) as refused:
        drivers.quadrants(found, both(draw, lay_out, draws=50)[1], performance_target=3.0)
    assert str(refused.value) == "performance: has 50 draws, drivers have 200. Compute both with the same draws and seed."


def test_what_was_not_asked_is_said(draw, lay_out):
    _found, rated = both(draw, lay_out)
    missing = drivers.fit(pd.DataFrame(columns=["item_id"]), outcome="overall")
    assert drivers.quadrants(missing, rated, performance_target=3.0)["note"].item() == "needs responses[actual]"


def test_where_nothing_was_rated_there_is_no_line():
    """A client with a contact log and no survey: the map is empty, not an error."""
    nothing = pd.DataFrame(columns=["item_id", "item_type", "value", "state"])
    found = drivers.fit(nothing, outcome=None)
    rated = estimates.unanswerable("mean_rating", "", ["responses[actual]"], by=["item_id"])
    performance, importance = drivers.targets(found, rated)
    assert np.isnan(performance)
    assert importance == 1
    assert drivers.quadrants(found, rated)["note"].item().startswith("needs responses[actual], responses[nps]")


def mixed(table):
    """The second of three items is asked on 1 to 10."""
    return table.assign(
        value=table["value"].where(table["item_id"] != "q1", 1 + (table["value"] - 1) * 9 / 4),
        scale_high=table["scale_high"].where(table["item_id"] != "q1", 10.0),
    )


def table_of(draw, lay_out):
    rating, outcome, _ = draw(1, 400, items=3, effects=[2, 0.5, 0])
    return lay_out(rating, outcome).assign(touchpoint_id="T1", item_type="actual")


def test_items_on_several_scales_stand_on_one_index(draw, lay_out):
    table, items = table_of(draw, lay_out), ["q0", "q1", "q2"]
    plain, rated = drivers.performance(table, items=items, draws=50), drivers.performance(mixed(table), items=items, draws=50)
    assert set(plain["unit"]) == {"scale 1–5"}
    assert set(rated["unit"]) == {"index"}
    assert set(rated["metric"]) == {"mean_rating"}
    assert rated["value"].to_numpy() == pytest.approx((plain["value"].to_numpy() - 1) * 25)
    found = drivers.fit(table, outcome="overall", items=items, draws=50)
    assert drivers.targets(found, rated) == (75.0, pytest.approx(1 / 3))
    assert drivers.targets(found, plain) == (4.0, pytest.approx(1 / 3))
    pd.testing.assert_series_equal(drivers.quadrants(found, rated)["value"], drivers.quadrants(found, plain)["value"])
    declared = drivers.performance(mixed(table), items=items, performance_target=4.0)
    assert set(declared["unit"]) == {"scale 1–5", "scale 1–10"}


def test_ratings_on_several_scales_have_each_their_own_line(draw, lay_out):
    table, items = table_of(draw, lay_out), ["q0", "q1", "q2"]
    found = drivers.fit(table, outcome="overall", items=items, draws=50)
    apart = scores.mean_rating(mixed(table), by=["item_id"], draws=50)
    assert np.isnan(drivers.targets(found, apart)[0])
    wanted = drivers.quadrants(found, scores.mean_rating(table, by=["item_id"], draws=50))
    pd.testing.assert_series_equal(drivers.quadrants(found, apart)["value"], wanted["value"])


def test_an_item_whose_scale_is_not_known_keeps_its_row(draw, lay_out):
    table, items = table_of(draw, lay_out), ["q0", "q1", "q2"]
    found = drivers.fit(table, outcome="overall", items=items, draws=50)
    blind = scores.mean_rating(table.drop(columns=["scale_low", "scale_high"]), by=["item_id"], draws=50)
    assert set(drivers.quadrants(found, blind)["note"]) == {"needs drivers.performance_target"}
    assert drivers.quadrants(found, blind, performance_target=4.0)["value"].notna().all()
