import re

import numpy as np
import pytest

from cxlib.report import plots

NAMES = ["Liefertermin-Auskunft", "Hotline und Innendienst erreichbar", "Anlieferung durch die Spedition", "Rechnung"]


@pytest.mark.parametrize("narrow", [False, True])
def test_what_disappoints_most_stands_first_and_what_has_no_class_last(sides_of, named, drawn, narrow):
    said = drawn(plots.diverging(sides_of(4)), named("de"), narrow=narrow).words
    order = [text for text in said if text in NAMES]
    assert order == [NAMES[0], NAMES[2], NAMES[1], NAMES[3]]  # sums −1.6, +0.1, +1.3; the last one is not classifiable


def test_class_certainty_and_reason_stand_below_the_name(sides_of, named, drawn):
    said = drawn(plots.diverging(sides_of(4)), named("de")).words
    at = said.index(NAMES[0])
    assert said[at + 1] == f"{named('de').note('disappointment_dominant')} (8 von 10)"
    assert said[0] == "„8 von 10“: So oft ergibt sich die Einordnung, wenn neu gerechnet wird."
    at = said.index("Rechnung")
    assert " ".join(said[at + 1 : at + 3]) == "nicht einzuordnen: zu wenige Angaben (unter 30)"
    assert {"schlecht bewertet", "gut bewertet"} <= set(said)


def test_without_a_reason_the_span_is_the_reason(sides_of, named, drawn):
    table = sides_of(3)
    table.loc[table["metric"].eq("asymmetry"), "note"] = ""
    assert "nicht einzuordnen: Spanne lässt beide Richtungen zu" in " ".join(drawn(plots.diverging(table), named("de")).words)


def test_what_is_not_classified_is_grey(sides_of, named, drawn):
    picture = drawn(plots.diverging(sides_of(3)[lambda rows: rows["item_id"].eq("item2")]), named("de"))
    fills = set(re.findall(r"fill:var\(--cx-(\w+)", picture.markup))
    assert "span" in fills
    shapes = [element for element in picture.root.iter() if element.tag in ("path", "use")]
    assert not any("--cx-warn" in element.attrib.get("style", "") for element in shapes)


def test_bars_start_at_the_zero_line(sides_of, named, drawn):
    picture = drawn(plots.diverging(sides_of(2)), named("en"))
    zero = next((text.left + text.right) / 2 for text in picture.texts() if text.words == "0")
    bars = [el.attrib["d"] for el in picture.root.iter("path") if "opacity" in el.attrib.get("style", "")]
    edges = [{float(x) for x in re.findall(r"[MH]([\d.]+)", box)} for bar in bars for box in bar.split("z") if box]
    assert len(edges) == 4
    assert all(min(abs(x - zero) for x in box) < 0.6 for box in edges)


def test_one_missing_side_leaves_the_other(sides_of, named, drawn):
    table = sides_of(1)
    gone = table["metric"].isin(["reward", "asymmetry"])
    table.loc[gone, ["value", "low", "high"]] = np.nan
    table.loc[gone, "note"] = "n < 30"
    table.loc[table["metric"].eq("class_probability"), "note"] = "not_classifiable"
    said = drawn(plots.diverging(table), named("de")).words
    assert {"−2,0", "–"} <= set(said)
    assert "nicht einzuordnen: zu wenige Angaben (unter 30)" in " ".join(said)
    assert "einem mittleren Urteil" not in " ".join(said)


def test_without_classes_there_are_bars_only(sides_of, named, drawn):
    table = sides_of(2)
    said = drawn(plots.diverging(table[table["metric"].isin(["penalty", "reward"])]), named("de")).words
    assert "−2,0" in said
    assert named("de").note("disappointment_dominant") not in " ".join(said)


def test_the_text_alternative_tells_both_ends_and_every_class(sides_of, named):
    said = plots.diverging(sides_of(4, hidden=[3])).describe(named("de"))
    assert "4 Zeilen. Größter Abfall: Liefertermin-Auskunft, −2,0 Punkte (Spanne −2,3 bis −1,7; n = 150)." in said
    assert "Größter Zuwachs: Hotline und Innendienst erreichbar, 1,6 Punkte (Spanne 1,3 bis 1,9; n = 151)." in said
    for name, level in (("disappointment_dominant", "Liefertermin-Auskunft"), ("delight_dominant", "Hotline und Innendienst erreichbar")):
        kind = named("de").note(name)
        assert f"{kind[0].upper()}{kind[1:]}: {level}." in said
    assert said.endswith("2 Werte sind nicht veröffentlicht oder fehlen.")
