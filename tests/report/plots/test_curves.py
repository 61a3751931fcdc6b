import re

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots


def lines(picture):
    """The drawn lines: paths without filling, two pixels wide."""
    return [
        el.attrib["d"]
        for el in picture.root.iter("path")
        if "stroke-width:2" in el.attrib.get("style", "") and "fill:none" in el.attrib["style"]
    ]


@pytest.mark.parametrize("narrow", [False, True])
def test_names_stand_at_the_ends_with_n_at_the_start(lines_of, named, drawn, narrow):
    said = drawn(plots.curves(lines_of(3), x="days", by="item_id", step=True), named("de"), narrow=narrow).words
    assert {"Rechnung", "n zu Beginn: 300", "n zu Beginn: 260"} <= set(said)
    assert "100 %" in said


def test_joined_lines_tell_the_range_of_n(lines_of, named, drawn):
    said = drawn(plots.curves(lines_of(1), x="days", by="item_id"), named("de")).words
    assert "n = 120–300" in said


def test_labels_stand_in_the_order_of_the_ends(lines_of, named, drawn):
    texts = drawn(plots.curves(lines_of(3), x="days", by="item_id"), named("de")).texts()
    base = {text.words: text.base for text in texts}
    assert base["Liefertermin-Auskunft"] < base["Rechnung"]


def test_steps_hold_their_value_and_joined_points_do_not(lines_of, named, drawn):
    (joined,) = lines(drawn(plots.curves(lines_of(1), x="days", by="item_id"), named("de")))
    (steps,) = lines(drawn(plots.curves(lines_of(1), x="days", by="item_id", step=True), named("de")))
    assert steps.count("L") == 2 * joined.count("L")


def test_a_hidden_point_leaves_a_gap(lines_of, named, drawn):
    table = lines_of(1)
    table.loc[table["days"].eq("180"), ["value", "low", "high"]] = np.nan
    plot = plots.curves(table, x="days", by="item_id")
    (line,) = lines(drawn(plot, named("de")))
    assert line.count("M") == 2
    assert plot.describe(named("de")).endswith("Ein Wert ist nicht veröffentlicht oder fehlt.")


def test_every_line_has_a_band_and_dashes_of_its_own(lines_of, named, drawn):
    picture = drawn(plots.curves(lines_of(5), x="days", by="item_id"), named("de"))
    dashes = {
        re.search(r"stroke-dasharray:([^;]+)", el.attrib["style"])[1]
        for el in picture.root.iter("path")
        if "dasharray" in el.attrib.get("style", "")
    }
    bands = [el for el in picture.root.iter() if re.search(r"opacity:0?\.16", el.attrib.get("style", ""))]
    assert len(dashes) >= 4
    assert len(bands) == 5


def test_numbers_are_placed_by_size_and_words_in_their_order(lines_of, long_of, named, drawn):
    shuffled = lines_of(1).sample(frac=1, random_state=3)
    assert lines(drawn(plots.curves(shuffled, x="days"), named("de"))) == lines(drawn(plots.curves(lines_of(1), x="days"), named("de")))
    waves = long_of(
        [(wave, "nps", value, value - 5, value + 5, "points", 90, "") for wave, value in (("spring", 10.0), ("autumn", 20.0))], by="wave"
    )
    texts = drawn(plots.curves(waves, x="wave"), named("de")).texts()
    left = {text.words: text.left for text in texts}
    assert left["spring"] < left["autumn"]


def test_the_margin_is_a_line_of_its_own(lines_of, named, drawn):
    table = pd.concat([lines_of(2), lines_of(1).assign(item_id=pd.NA)], ignore_index=True)
    assert "Gesamt" in drawn(plots.curves(table, x="days", by="item_id", step=True), named("de")).words


def test_the_text_alternative_tells_start_and_end_of_each_line(lines_of, named):
    said = plots.curves(lines_of(2), x="days", by="item_id").describe(named("en"))
    assert "Liefertermin-Auskunft: from 100% (span 95% to 100%; n = 300) at 0 to 80% (span 75% to 85%; n = 120) at 360." in said
    assert "to 65% (span 60% to 70%; n = 80) at 360." in said


def test_what_is_no_curve_is_refused(lines_of):
    table = lines_of(2)
    with pytest.raises(CxError, match=r"plots.curves: cannot be drawn by 'day' \(did you mean 'days'\?\)"):
        plots.curves(table, x="day", by="item_id")
    with pytest.raises(CxError, match=r"plots.curves: a point of days stands twice. Group columns: item_id, days."):
        plots.curves(table, x="days")
    with pytest.raises(CxError, match=r"plots.curves: shows one metric"):
        plots.curves(pd.concat([table, table.assign(metric="nps")]), x="days", by="item_id")
    with pytest.raises(CxError, match=r"plots.curves: shows at most 5 lines"):
        plots.curves(lines_of(6), x="days", by="item_id")


def test_marks_stand_on_their_line_with_what_they_say_below(lines_of, named, drawn):
    table = lines_of(2)
    first = table["item_id"].iloc[0]
    place = sorted(table["days"].astype(float))[1]
    plot = plots.curves(table, x="days", by="item_id", step=True, marks={first: {"expected_time": place}, "absent": {"promised_time": 3.0}})
    label = named("de").label("item_id", first)
    said = f"Erwartete Zeit, mittlere: {label} {place:g}"
    assert said in " ".join(drawn(plot, named("de")).words)
    assert plot.describe(named("de")).endswith(f"{said}.")
    assert "Zugesagt" not in plot.describe(named("de"))


def test_a_start_is_an_upright_line_with_its_word(lines_of, named, drawn):
    plot = plots.curves(lines_of(2), x="days", by="item_id", start="180")
    assert "Beginn" in drawn(plot, named("de")).words
    assert "Eine senkrechte Linie bei 180 zeigt den Beginn." in plot.describe(named("de"))
    assert "Beginn" not in drawn(plots.curves(lines_of(2), x="days", by="item_id", start="7"), named("de")).words


def test_of_many_levels_some_are_named(named, drawn):
    days = [f"2025-{month:02d}-{day:02d}" for month in range(1, 13) for day in (1, 8, 15, 22)]
    table = pd.DataFrame({"day": days, "metric": "nps", "value": np.arange(48.0), "low": np.nan, "high": np.nan, "unit": "points"})
    table = table.assign(n=pd.array([9] * 48, dtype="Int64"), n_eff=np.nan, method="", note="")
    said = [text for text in drawn(plots.curves(table, x="day"), named("de")).words if text.endswith(".2025")]
    assert said[0] == "01.01.2025"
    assert 4 <= len(said) <= 8
