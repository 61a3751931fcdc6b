import pytest

from cxlib.errors import CxError
from cxlib.report import plots

FIELDS = ("act_first", "keep_up", "leave", "enough")


@pytest.fixture
def sure(long_of):
    rows = [
        (f"item{n}", field, "quadrant_probability", 0.8 if field == "keep_up" else 0.07, None, None, "share", 300, "")
        for n in range(5)
        for field in FIELDS
    ]
    return long_of(rows, by=["item_id", "quadrant"])


@pytest.fixture
def plot(drivers_of, ratings_of, sure):
    return plots.performance_map(drivers_of(5), ratings_of(5), targets=(4.0, 0.15), certainty=sure)


def test_points_carry_name_and_certainty(plot, named, drawn):
    said = drawn(plot, named("de")).words
    assert "Liefertermin-Auskunft" in said
    assert said[said.index("Liefertermin-Auskunft") + 1] in ("1 von 10", "8 von 10")
    assert {"zuerst angehen", "halten", "beobachten", "genügt"} <= set(said)
    assert any("gestrichelt: Ziel 4,00" in text for text in said)
    assert any("gestrichelt: Ziel 15" in text for text in said)


def test_on_a_telephone_numbers_lead_to_a_list_by_field(plot, named, drawn):
    said = drawn(plot, named("de"), narrow=True).words
    assert {"Zuerst angehen", "Halten", "Beobachten"} <= set(said)
    at = said.index("Liefertermin-Auskunft")
    assert said[at - 1] == "1", "the most important point is number one"
    assert said[at + 1].endswith("Rechnungen hier")


def test_more_important_stands_higher_and_better_further_right(plot, named, drawn):
    texts = drawn(plot, named("de"), narrow=True).texts()
    inside = {text.words: text for text in texts if text.words in "12345" and text.base < 360 and text.left > 40}
    assert sorted(inside, key=lambda name: inside[name].base)[0] == "1"


def test_a_point_is_assigned_by_both_targets(plot, named):
    said = plot.describe(named("en"))
    # ratings 3.0 3.7 4.4 3.2 3.9, shares 33 27 20 13 7 %
    assert "Act first: Liefertermin-Auskunft (in 1 of 10 calculations) and Hotline und Innendienst erreichbar (in 1 of 10" in said
    assert "Keep up: Rechnung (in 8 of 10 calculations)." in said
    assert "Watch: Anlieferung durch die Spedition (in 1 of 10 calculations) and Preis" in said
    assert "Enough" not in said


def test_without_certainty_no_frequency_is_told(drivers_of, ratings_of, named, drawn):
    plot = plots.performance_map(drivers_of(5), ratings_of(5), targets=(4.0, 0.15))
    assert "von 10" not in " ".join(drawn(plot, named("de")).words)
    assert "Rechnungen" not in plot.describe(named("de"))
    assert len(plot.sources) == 2


def test_levels_that_lack_a_figure_are_named_below(drivers_of, ratings_of, named, drawn):
    plot = plots.performance_map(drivers_of(5, hidden=[0]), ratings_of(4, hidden=[1]), targets=(4.0, 0.15))
    said = " ".join(drawn(plot, named("de")).words)
    assert "Ohne Punkt: " in said
    assert "Liefertermin-Auskunft – zum Schutz Einzelner nicht veröffentlicht" in said
    assert "Hotline und Innendienst erreichbar – zu wenige Angaben (unter 30)" in said
    assert "Preis" in plot.describe(named("de")).split("Ohne Punkt: ")[1]


def test_data_and_sources_hold_both_sides(plot, sure):
    assert set(plot.data["metric"]) == {"driver_share", "mean_rating"}
    assert plot.sources[-1] is sure


def test_an_unknown_field_is_refused(drivers_of, ratings_of, sure):
    with pytest.raises(CxError, match=r"plots.performance_map: unknown quadrant 'best'. .*act_first, keep_up, leave, enough"):
        plots.performance_map(drivers_of(5), ratings_of(5), targets=(4.0, 0.15), certainty=sure.assign(quadrant="best"))
