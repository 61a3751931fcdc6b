import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.report import svg
from cxlib.report.style import COLOURS


def drawn(text: str) -> str:
    figure, axes = svg.canvas(200, 50)
    svg.write(axes, 10, 20, text)
    axes.set_title(text)  # a title of matplotlib's own must not be read as mathtext either
    axes.set_axis_on()
    axes.set_xticks([1.0], [text])
    return svg.inline(figure, prefix="f1-", alt=text)


def test_text_stays_text_and_nothing_else(nasty):
    root = ElementTree.fromstring(drawn(nasty))
    assert root.attrib["aria-label"] == svg.clean(nasty)
    assert {element.tag for element in root.iter()} <= {"svg", "g", "defs", "path", "text", "tspan", "use", "clipPath", "rect"}
    said = [svg.clean("".join(element.itertext())) for element in root.iter("text")]
    assert svg.clean(nasty).split("\n")[0] in said


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_label_can_be_drawn(text):
    root = ElementTree.fromstring(drawn(text))
    assert all("on" not in name[:2] for element in root.iter() for name in element.attrib)


def test_colours_become_variables_in_styles_only():
    text = drawn("#1c2733 var(--cx-ink)")
    ink = COLOURS["ink"][0]
    assert f"fill:var(--cx-ink,{ink})" in text
    assert ">#1c2733 var(--cx-ink)<" in text


def test_the_page_font_is_used_and_no_style_sheet_leaks():
    text = drawn("a")
    assert "DejaVu" not in text
    assert "<style" not in text
    assert "<metadata" not in text


def test_the_ground_is_transparent():
    figure, axes = svg.canvas(200, 50)
    svg.write(axes, 10, 20, "a")
    assert "#ffffff" not in svg.inline(figure, prefix="", alt="a")


def test_ids_are_prefixed_and_referred_to():
    figure, axes = svg.canvas(200, 50)
    strokes = svg.Strokes()
    strokes.mark(10, 10, ink="accent")
    strokes.mark(20, 10, ink="accent")
    strokes.draw(axes)
    text = svg.inline(figure, prefix="f7w-", alt="a")
    ids, references = set(re.findall(r'id="([^"]+)"', text)), set(re.findall(r"href=\"#([^\"]+)", text))
    assert ids
    assert all(name.startswith("f7w-") for name in ids)
    assert references <= ids


def test_the_same_figure_has_the_same_bytes():
    assert drawn("a") == drawn("a")


def test_text_is_at_least_eleven_pixels_by_default():
    sizes = [float(size) for size in re.findall(r"font-size:([\d.]+)px", drawn("a"))]
    assert min(sizes) >= 10


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_wrapped_lines_fit(nasty, lines):
    rows = svg.wrapped(nasty, 120, size=13, lines=lines)
    assert len(rows) <= lines
    assert all(svg.text_width(row, 13) <= 120 for row in rows)


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert svg.wrapped("Anlieferung durch Spedition", 60, size=13, lines=1) == ["Anliefe…"]


def test_compounds_break_after_a_hyphen():
    assert svg.wrapped("Liefertermin-Auskunft", 100, size=13) == ["Liefertermin-", "Auskunft"]
    assert svg.wrapped("-" * 40, 100, size=13)[0]


def test_boxes_of_one_colour_are_one_path():
    figure, axes = svg.canvas(100, 50)
    strokes = svg.Strokes()
    strokes.box(0, 0, 10, 10, ink="accent", alpha=0.5)
    strokes.box(20, 0, 30, 10, ink="accent", alpha=0.5)
    strokes.draw(axes)
    root = ElementTree.fromstring(svg.inline(figure, prefix="f-", alt="a"))
    (path,) = [element for element in root.iter("path") if "--cx-accent" in element.attrib.get("style", "")]
    assert path.attrib["d"].count("M") == 2


@pytest.mark.parametrize("shape", ["full", "half", "right", "empty", "diamond", "lozenge", "square", "triangle"])
def test_every_shape_is_drawn_in_its_colour(shape):
    figure, axes = svg.canvas(100, 50)
    strokes = svg.Strokes()
    strokes.mark(50, 25, ink="violet", shape=shape)
    strokes.draw(axes)
    picture = svg.inline(figure, prefix="f-", alt="a")
    assert "--cx-violet" in picture
    assert ("--cx-paper" in picture) is (shape in ("half", "right", "empty", "diamond"))


def test_clean_takes_out_what_turns_or_breaks_text():
    assert svg.clean("a\u202eb\x00c\n\td\ud800") == "a b c d"
