"""What holds for every picture of rows, points and lines: it can be drawn, read and printed, whatever the table holds."""

import re
from itertools import combinations

import pandas as pd
import pytest

from cxlib.report import plots

COUNTS = {"one": 1, "few": 5, "twenty": 20}
KINDS = ("importance", "pairs", "performance_map", "diverging", "shares", "severity", "curves", "ranking", "frequency", "chain")


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def plot_of(drivers_of, ratings_of, sides_of, thirds_of, incidents_of, lines_of, long_of):
    def make(kind, count, hidden=()):
        groups = {f"item{number}": ("product", "price", "service", "relationship")[number % 4] for number in range(count)}
        if kind == "importance":
            return plots.importance(drivers_of(count, hidden), group=groups)
        if kind == "pairs":
            return plots.pairs(drivers_of(count, hidden))
        if kind == "performance_map":
            sure = long_of(
                ((f"item{n}", field, "quadrant_probability", 0.8, None, None, "share", 300, "") for n in range(count) for field in FIELDS),
                by=["item_id", "quadrant"],
            )
            return plots.performance_map(drivers_of(count, hidden), ratings_of(count, hidden), targets=(4.0, 0.1), certainty=sure)
        if kind == "diverging":
            return plots.diverging(sides_of(count, hidden))
        if kind == "shares":
            return plots.shares(thirds_of(count, hidden), by="item_id")
        if kind == "severity":
            return plots.severity(incidents_of(count, hidden))
        if kind == "curves":
            return plots.curves(lines_of(min(count, 5), hidden), x="days", by="item_id", step=True)
        if kind == "ranking":
            return plots.ranking(ratings_of(count, hidden), by="item_id")
        if kind == "frequency":
            belongs = pd.Series(dict.fromkeys(groups, "process_failure"), name="root_cause")
            return plots.frequency(ratings_of(count, hidden), by="item_id", belongs=belongs)
        wanted = ratings_of(count, hidden).assign(value=lambda rows: rows["value"] + 0.4)
        return plots.chain(ratings_of(count, hidden), by="item_id", order=[f"item{n}" for n in range(count)], expected=wanted)

    return make


FIELDS = ("act_first", "keep_up", "leave", "enough")


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("size", COUNTS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_stay_inside_and_off_each_other(kind, plot_of, drawn, named, size, narrow, language):
    count = COUNTS[size]
    picture = drawn(plot_of(kind, count, hidden=[3]), named(language, count), narrow=narrow)
    texts = picture.texts()
    assert [text.words for text in texts if text.left < -2 or text.right > picture.width + 2] == []
    assert [(one.words, other.words) for one, other in combinations(texts, 2) if one.covers(other)] == []


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_hostile_labels_stay_text(kind, plot_of, drawn, named, narrow):
    picture = drawn(plot_of(kind, 5), named("de", hostile=True), narrow=narrow)
    assert {element.tag for element in picture.root.iter()} <= {"svg", "g", "path", "text", "tspan", "use", "defs", "clipPath", "rect"}
    assert "frac{$" in " ".join(picture.words)
    assert all(text.right <= picture.width + 2 for text in picture.texts())


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_without_any_number_the_picture_says_why(kind, plot_of, drawn, named, narrow):
    plot = plot_of(kind, 3, hidden=range(3))
    if kind == "curves":
        plot = plots.curves(
            plot.table.assign(value=float("nan"), low=float("nan"), high=float("nan"), note="n < 30"), x="days", by="item_id"
        )
    words = named("de")
    picture = drawn(plot, words, narrow=narrow)
    assert "nan" not in picture.markup
    assert re.search(r"veröffentlicht|zu wenige Angaben", " ".join(picture.words))
    assert re.search(
        r"kein (Wert|Punkt) ist veröffentlicht|Kein Wert ist veröffentlicht|in einer Spalte ist kein Wert", plot.describe(words)
    )


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_every_colour_follows_the_mode_and_nothing_is_small(kind, plot_of, drawn, named, narrow):
    picture = drawn(plot_of(kind, 5, hidden=[3]), named("en"), narrow=narrow)
    assert picture.colours() == set()
    assert min(float(size) for size in re.findall(r"font-size:([\d.]+)px", picture.markup)) >= 12
    assert "rect" not in {element.tag for element in picture.root.iter()} - {"clipPath"} or "white" not in picture.markup


def test_the_text_alternative_differs_by_language_and_tells_numbers(kind, plot_of, named):
    plot = plot_of(kind, 5, hidden=[3])
    german, english = plot.describe(named("de")), plot.describe(named("en"))
    assert german != english
    assert re.search(r"\d", german)
    assert "{" not in german + english


def test_what_is_shown_is_part_of_what_was_saved(kind, plot_of):
    plot = plot_of(kind, 5)
    assert isinstance(plot.data, pd.DataFrame)
    assert {"metric", "value", "low", "high", "unit", "n", "note"} <= set(plot.data)
    assert len(plot.sources) >= 1


def test_the_same_table_gives_the_same_bytes(kind, plot_of, drawn, named):
    assert drawn(plot_of(kind, 5), named("de")).markup == drawn(plot_of(kind, 5), named("de")).markup
