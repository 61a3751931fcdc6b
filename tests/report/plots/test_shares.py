import re

import pytest

from cxlib.errors import CxError
from cxlib.report import plots


def bars(picture):
    """Left and right edge of every part of every bar, by colour."""
    found = {}
    for element in picture.root.iter("path"):
        ink = re.search(r"fill:var\(--cx-(\w+)", element.attrib.get("style", ""))
        for box in element.attrib["d"].split("M")[1:]:
            xs = [float(x) for x in re.findall(r"(?:^|H)([\d.]+)", box)]
            if ink and len(xs) == 3:
                found.setdefault(ink[1], []).append((min(xs), max(xs)))
    return found


@pytest.mark.parametrize("narrow", [False, True])
def test_the_parts_of_a_bar_are_as_wide_as_their_shares_and_fill_it(thirds_of, named, drawn, narrow):
    found = bars(drawn(plots.shares(thirds_of(1), by="item_id"), named("de"), narrow=narrow))
    (low,), (fine,), (high,) = found["warn"], found["line"], found["accent"]
    whole = high[1] - low[0] + 1
    assert [(right - left + 1) / whole for left, right in (low, fine, high)] == pytest.approx([0.01, 0.545, 0.445], abs=0.005)
    assert fine[0] - low[1] == pytest.approx(1, abs=0.2)


def test_the_most_disappointed_stand_first_and_hidden_ones_last(thirds_of, named, drawn):
    said = drawn(plots.shares(thirds_of(4, hidden=[0]), by="item_id"), named("de")).words
    labels = [text for text in said if text.startswith(("Liefertermin", "Hotline", "Rechnung", "Anlieferung"))]
    assert labels == ["Anlieferung durch die Spedition", "Rechnung", "Hotline und Innendienst erreichbar", "Liefertermin-Auskunft"]
    assert said[-1] == "zum Schutz Einzelner nicht veröffentlicht"


def test_numbers_stand_inside_where_they_fit(thirds_of, named, drawn):
    said = drawn(plots.shares(thirds_of(1), by="item_id"), named("de")).words
    assert {named("de").metric(f"{name}_share") for name in ("disappointed", "fine", "delighted")} <= set(said)
    assert {"54 %", "44 %", "210"} <= set(said)
    assert "1 %" not in said


def test_spans_stand_in_the_data_table(thirds_of):
    plot = plots.shares(thirds_of(2), by="item_id")
    assert plot.data["low"].notna().all()
    assert len(plot.data) == 6


def test_the_text_alternative_tells_both_extremes(thirds_of, named):
    said = plots.shares(thirds_of(2), by="item_id").describe(named("de"))
    low, fine, high = (named("de").metric(f"{name}_share") for name in ("disappointed", "fine", "delighted"))
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        f"Gestapelte Balken zu je 100 %: {low}, {fine} und {high}; 2 Zeilen. "
        f"Am häufigsten „{low}“: Hotline und Innendienst erreichbar, 26 % (Spanne 24 bis 28 %; n = 211). "
        f"Am häufigsten „{high}“: Liefertermin-Auskunft, 44 % (Spanne 42 bis 46 %; n = 210)."
    )


def test_what_is_no_whole_is_refused(thirds_of):
    table = thirds_of(2)
    with pytest.raises(CxError, match=r"plots.shares: needs three parts, got 2. Got: disappointed_share, fine_share."):
        plots.shares(table, by="item_id", parts=["disappointed_share", "fine_share"])
    with pytest.raises(CxError, match=r"plots.shares: a part is missing for item_id 'item0'"):
        plots.shares(table.iloc[1:], by="item_id")
    table.loc[table.index[0], "value"] = 0.5
    with pytest.raises(CxError, match=r"plots.shares: the parts of 'item0' make up 1.49, not 1"):
        plots.shares(table, by="item_id")
