"""Before and after, step by step."""

import re

import pytest

from cxlib.errors import CxError
from cxlib.report import plots


@pytest.fixture
def steps_of(long_of):
    def make(starts=range(-60, 30, 5), hidden=(), usual=0.001):
        rows = []
        for start in starts:
            value = None if start in hidden else 0.02 / (1 + abs(start + 15)) if start < 0 else 0.0005
            note = "suppressed" if value is None else ""
            ends = (None, None) if value is None else (value * 0.7, value * 1.4)
            rows.append((str(start), "event_rate", value, *ends, "share", 900, note))
            rows.append((str(start), "expected_rate", usual, usual / 2, usual * 2, "share", 900, ""))
        return long_of(rows, by=["minutes"])

    return make


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_stay_inside_and_off_each_other(steps_of, drawn, named, narrow, language):
    picture = drawn(plots.timeline(steps_of(hidden=[-30])), named(language), narrow=narrow)
    texts = picture.texts()
    assert [text.words for text in texts if text.left < -2 or text.right > picture.width + 2] == []
    assert [(one.words, other.words) for n, one in enumerate(texts) for other in texts[n + 1 :] if one.covers(other)] == []
    assert min(float(size) for size in re.findall(r"font-size:([\d.]+)px", picture.markup)) >= 12
    assert picture.colours() == set()


def test_the_moment_and_both_sides_are_named(steps_of, drawn, named):
    words = " ".join(drawn(plots.timeline(steps_of()), named("de")).words)
    assert "Kontakt" in words
    assert "Minuten vorher" in words
    assert "Minuten danach" in words
    assert "60" in words


def test_the_text_alternative_tells_the_highest_step_of_each_side(steps_of, named):
    told = plots.timeline(steps_of(hidden=[-30])).describe(named("de"))
    assert "15 bis 10 Minuten vorher" in told
    assert "nach 0 bis 5 Minuten" in told
    assert told.endswith("Ein Wert ist nicht veröffentlicht oder fehlt.")
    assert "15 to 10 minutes before" in plots.timeline(steps_of()).describe(named("en"))


@pytest.mark.parametrize("narrow", [False, True])
def test_without_any_number_the_picture_says_why(steps_of, drawn, named, narrow):
    empty = plots.timeline(steps_of(hidden=range(-60, 30, 5)))
    assert "nan" not in drawn(empty, named("de"), narrow=narrow).markup
    assert "kein Wert ist veröffentlicht" in empty.describe(named("de"))


def test_a_table_that_only_says_what_it_needs_is_drawn(named, drawn):
    from cxlib import estimates

    table = estimates.unanswerable("event_rate", "share", ["events.event_ts"], by=["minutes"])
    plot = plots.timeline(table)
    assert "kein Wert ist veröffentlicht" in plot.describe(named("de"))
    assert "nan" not in drawn(plot, named("de")).markup


def test_doubled_and_uneven_steps_are_refused(steps_of):
    with pytest.raises(CxError, match=r"steps of one width, each once; got '-10, -5, 5'"):
        plots.timeline(steps_of([-10, -5, 5]))
    with pytest.raises(CxError, match="unknown column"):
        plots.timeline(steps_of(), x="hours")
