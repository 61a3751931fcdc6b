import pytest

from cxlib.errors import CxError
from cxlib.report.plots.sheet import Row, levels, picked, told_n, unit_of


def test_units_are_not_mixed(german):
    rows = [german.told({"value": 1.0, "unit": unit, "metric": "nps"}) for unit in ("points", "share")]
    with pytest.raises(CxError, match=r"plot: mixes units. Units: points, share."):
        unit_of(rows)
    assert unit_of([]) == ""


def test_a_row_says_why_only_where_nothing_is_shown():
    assert Row("Kauf").note == ""
    assert Row("a", ("nicht gefragt", "nicht gefragt")).note == "nicht gefragt"
    assert Row("a", ("", "nicht gefragt")).note == ""


def test_one_metric_is_picked_without_the_margin(drivers_of):
    table = drivers_of(3)
    assert list(picked(table, "driver_share", "item_id")) == ["item0", "item1", "item2"]
    assert picked(table, "r2", "item_id") == {}
    assert picked(table, "unheard_of", "item_id") == {}


def test_a_level_that_stands_twice_is_refused(drivers_of):
    table = drivers_of(2)
    with pytest.raises(CxError, match="plot: shows one metric"):
        levels(table, "item_id")


def test_n_is_told_for_a_column_and_beside_others(german):
    assert told_n(german.told({"value": 1.0, "n": 1234})) == ("1.234", "n = 1.234")
    assert told_n(german.told({"value": 1.0, "n": None})) == ("", "")
