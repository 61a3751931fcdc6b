import pytest

from cxlib.errors import CxError
from cxlib.report.plots.rows import Row, unit_of


def test_units_are_not_mixed(german):
    rows = [Row("a", german.told({"value": 1.0, "unit": unit, "metric": "nps"})) for unit in ("points", "share")]
    with pytest.raises(CxError, match=r"plot: mixes units. Units: points, share."):
        unit_of(rows)


def test_a_heading_has_no_numbers():
    assert Row("Kauf").numbers() == []
    assert Row("Kauf").value is None


def test_only_finite_numbers_make_the_scale(german):
    told = german.told({"value": 1.0, "low": float("nan"), "high": float("inf"), "unit": "h", "metric": "nps"})
    assert Row("a", told).numbers() == [1.0]
