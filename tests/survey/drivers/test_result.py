"""A result can be saved: its estimates are ESTIMATES."""

from cxlib.survey import drivers
from cxlib.tables import ESTIMATE_COLUMNS, group_columns


def test_a_result_is_what_a_study_saves(draw, lay_out):
    rating, outcome, _ = draw(1, 150)
    found = drivers.fit(lay_out(rating, outcome), outcome="overall")
    assert isinstance(found, drivers.Drivers)
    assert group_columns(found.estimates) == ["item_id"]
    assert tuple(found.estimates.columns[1:-1]) == ESTIMATE_COLUMNS
    assert found.estimates.columns[-1] == "draws"
    assert found.outcome == "overall"
