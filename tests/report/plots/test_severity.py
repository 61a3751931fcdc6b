import pytest

from cxlib.errors import CxError
from cxlib.report import plots


@pytest.mark.parametrize("narrow", [False, True])
def test_both_signs_have_a_field_of_their_own(incidents_of, named, drawn, narrow):
    said = drawn(plots.severity(incidents_of(4)), named("de"), narrow=narrow).words
    assert said.index("Ärgernisse") < said.index("Lob")
    assert {"Schwere, 1 leicht bis 5 schwer", "Stärke, 1 gering bis 5 groß"} <= set(said)
    assert "5 am besten" not in " ".join(said), "severe is not good"


def test_both_fields_share_their_scales(incidents_of, named, drawn):
    texts = drawn(plots.severity(incidents_of(4)), named("de")).texts()
    ticks = [text for text in texts if text.words == "4"]
    assert len(ticks) == 2
    assert ticks[0].base == ticks[1].base


@pytest.mark.parametrize("narrow", [False, True])
def test_what_is_rare_but_severe_is_named_as_such(incidents_of, named, drawn, narrow):
    plot = plots.severity(incidents_of(4), severe=4.0, rare=0.05)
    picture = drawn(plot, named("de"), narrow=narrow)
    assert "selten, aber schwer" in picture.words
    name = next(el for el in picture.root.iter("text") if "".join(el.itertext()) == "Liefertermin-Auskunft")
    assert "--cx-warn" in name.attrib["style"]
    assert "Selten, aber schwer: Liefertermin-Auskunft." in plot.describe(named("de"))


def test_limits_are_drawn_and_told(incidents_of, named, drawn):
    said = " ".join(drawn(plots.severity(incidents_of(4), severe=4.5, rare=0.06), named("de")).words)
    assert "schwer ab 4,5" in said
    assert "selten bis 6" in said


def test_praise_has_no_limits(incidents_of, named, drawn):
    table = incidents_of(4)
    dashed = {
        sign: drawn(plots.severity(table[table["sign"].eq(sign)]), named("de")).markup.count("dasharray")
        for sign in ("negative", "positive")
    }
    assert dashed == {"negative": 2, "positive": 0}


def test_without_a_limit_half_of_the_points_are_rare(incidents_of):
    plot = plots.severity(incidents_of(4))
    assert plot._limit() == pytest.approx(0.05)  # 2 5 8 11 % bad, 2 5 8 % good


def test_a_sign_that_nobody_told_of_has_no_field(incidents_of, named, drawn):
    table = incidents_of(3)
    said = drawn(plots.severity(table[table["sign"].eq("negative")]), named("de")).words
    assert "Lob" not in said


def test_without_signs_there_is_one_field(incidents_of, named, drawn):
    table = incidents_of(3)
    plot = plots.severity(table[table["sign"].eq("negative")].drop(columns="sign"))
    said = drawn(plot, named("de")).words
    assert "Ärgernisse" not in said
    assert "Liefertermin-Auskunft" in said


def test_thin_severities_are_listed_and_places_without_incidents_are_not(incidents_of, named, drawn):
    plot = plots.severity(incidents_of(3, hidden=[1]))
    said = " ".join(drawn(plot, named("de")).words)
    assert "Hotline und Innendienst erreichbar – zu wenige Angaben (unter 5)" in said
    assert "Rechnung" not in plot.describe(named("de")).split("Ohne Punkt")[1], "nobody told of it: nothing is missing"


def test_the_text_alternative_tells_ends_of_each_sign(incidents_of, named):
    said = plots.severity(incidents_of(4)).describe(named("en")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Negative: most often Anlieferung durch die Spedition, 11% (span 9% to 13%; n = 400);" in said
    assert "highest severity Anlieferung" not in said
    assert "highest severity Liefertermin-Auskunft, 4.6 (span 4.3 to 4.9; n = 12)." in said
    assert "Positive: most often Rechnung" in said
    assert "; strongest Liefertermin-Auskunft" in said


def test_an_unknown_sign_is_refused(incidents_of):
    with pytest.raises(CxError, match=r"plots.severity: unknown sign 'mixed'"):
        plots.severity(incidents_of(2).assign(sign="mixed"))
