import pytest

from cxlib.errors import CxError
from cxlib.report import plots


@pytest.mark.parametrize("narrow", [False, True])
def test_both_figures_of_a_row_stand_side_by_side_with_the_number_of_users(drivers_of, named, drawn, narrow):
    said = drawn(plots.pairs(drivers_of(3)), named("de"), narrow=narrow).words
    assert {"50 %", "0,90", "300 Nutzer" if narrow else "300"} <= set(said)
    words, titles = named("de"), " ".join(said)
    assert words.measure("driver_share", "share") in titles
    assert words.measure("driver_coefficient", "points per point") in titles


def test_both_scales_share_their_rows(drivers_of, named, drawn):
    texts = drawn(plots.pairs(drivers_of(3)), named("en")).texts()
    base = {text.words: text.base for text in texts}
    assert base["50%"] == base["0.90"] == base["300"]


def test_on_a_telephone_the_scales_stand_one_below_the_other(drivers_of, named, drawn):
    base = {text.words: text.base for text in drawn(plots.pairs(drivers_of(3)), named("en"), narrow=True).texts()}
    assert base["0.90"] - base["50%"] == pytest.approx(22)


def test_one_hidden_side_keeps_the_other(drivers_of, named, drawn):
    table = drivers_of(3)
    gone = table["item_id"].eq("item0") & table["metric"].eq("driver_coefficient")
    table.loc[gone, ["value", "low", "high"]] = float("nan")
    table.loc[gone, "note"] = "n < 30"
    said = drawn(plots.pairs(table), named("de")).words
    assert {"50 %", "zu wenige Angaben (unter"} <= set(said)
    assert "300" not in said, "no number of users where their figure is missing"


def test_a_level_without_the_right_metric_is_left_open(drivers_of, named, drawn):
    table = drivers_of(2)
    said = drawn(plots.pairs(table[~(table["item_id"].eq("item1") & table["metric"].eq("driver_coefficient"))]), named("de")).words
    assert "–" in said


def test_the_text_alternative_tells_the_highest_of_both(drivers_of, named):
    said = plots.pairs(drivers_of(3)).describe(named("en"))
    assert "Largest left: Liefertermin-Auskunft, 50% (span 46% to 55%; n = 1,284)." in said
    number = named("en").number(0.9, "points per point")
    assert f"Largest right: Liefertermin-Auskunft, {number} (span 0.70 to 1.10; n = 300)." in said
    assert said.endswith(f"Note: Hotline und Innendienst erreichbar ({named('en').note('halo only')}).")


def test_other_metrics_can_be_paired(drivers_of, named):
    plot = plots.pairs(drivers_of(3), left="driver_share", right="driver_rank")
    assert set(plot.data["metric"]) == {"driver_share", "driver_rank"}
    assert "Rang" in plot.describe(named("de"))


def test_a_wrong_column_is_refused(drivers_of):
    with pytest.raises(CxError, match=r"plot: cannot be drawn by 'touchpoint_id'"):
        plots.pairs(drivers_of(3), by="touchpoint_id")
