import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.report import svg
from cxlib.report.style import COLOURS


def drawn(text: str) -> str:
    picture = svg.Picture(200, 50)
    svg.write(picture, 10, 20, text)
    return picture.svg(text)


def test_text_stays_text_and_nothing_else(nasty):
    root = ElementTree.fromstring(drawn(nasty))
    assert root.attrib["aria-label"] == svg.clean(nasty)
    assert {element.tag for element in root.iter()} <= {"svg", "text"}
    assert "".join(root.itertext()) == svg.clean(nasty)


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
    assert "font-family" not in drawn("a")
    assert "<style" not in drawn("a")


def test_alone_it_names_a_font_and_its_namespace():
    picture = svg.Picture(200, 50)
    svg.write(picture, 10, 20, "a")
    root = ElementTree.fromstring(picture._repr_svg_())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["font-family"] == "sans-serif"


def test_the_ground_is_transparent():
    assert "#ffffff" not in drawn("a")


def test_no_ids_so_that_pictures_share_a_page():
    picture = svg.Picture(200, 50)
    strokes = svg.Strokes()
    strokes.mark(10, 10, ink="accent")
    strokes.mark(20, 10, ink="accent")
    strokes.draw(picture)
    text = picture.svg("a")
    assert "id=" not in text
    assert "href" not in text
    assert text.count("<path") == 1


def test_what_has_a_higher_order_lies_above():
    picture = svg.Picture(100, 50)
    svg.fill(picture, [(0, 0, 10, 10)], ink="warn", order=2)
    svg.fill(picture, [(0, 0, 10, 10)], ink="accent", order=1)
    assert re.findall(r"--cx-(\w+)", picture.svg("a")) == ["accent", "warn"]


def test_lines_break_where_a_point_is_missing():
    picture = svg.Picture(100, 50)
    nan = float("nan")
    picture.line([0, 10, 20, 30, 40], [1, 2, nan, 4, 5], ink="accent")
    assert 'd="M0 1L10 2M30 4L40 5"' in picture.svg("a")


def test_steps_hold_their_height():
    picture = svg.Picture(100, 50)
    picture.line([0, 10, 20], [1, 2, 3], ink="accent", steps=True)
    assert 'd="M0 1L10 1L10 2L20 2L20 3"' in picture.svg("a")


def test_a_band_lies_between_its_lines_and_breaks_with_either():
    picture = svg.Picture(100, 50)
    nan = float("nan")
    picture.band([0, 10, 20, 30, 40], [1, 2, nan, 4, 5], [6, 7, 8, 9, 9], ink="accent", alpha=0.16)
    assert 'd="M0 1L10 2L10 7L0 6zM30 4L40 5L40 9L30 9z"' in picture.svg("a")
    one = svg.Picture(100, 50)
    one.band([0, 10, 20], [1, 2, 3], [nan, 7, 8], ink="accent", alpha=0.16)
    assert 'd="M10 2L20 3L20 8L10 7z"' in one.svg("a")


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


def test_number_and_sign_stay_on_one_line():
    assert svg.wrapped("ausgelaufenes Teil 22\N{NO-BREAK SPACE}%", 150, size=13) == ["ausgelaufenes Teil", "22 %"]


def test_boxes_of_one_colour_are_one_path():
    picture = svg.Picture(100, 50)
    strokes = svg.Strokes()
    strokes.box(0, 0, 10, 10, ink="accent", alpha=0.5)
    strokes.box(20, 0, 30, 10, ink="accent", alpha=0.5)
    strokes.draw(picture)
    root = ElementTree.fromstring(picture.svg("a"))
    (path,) = [element for element in root.iter("path") if "--cx-accent" in element.attrib.get("style", "")]
    assert path.attrib["d"].count("M") == 2


@pytest.mark.parametrize("shape", ["full", "half", "right", "empty", "diamond", "lozenge", "square", "triangle"])
def test_every_shape_is_drawn_in_its_colour(shape):
    picture = svg.Picture(100, 50)
    strokes = svg.Strokes()
    strokes.mark(50, 25, ink="violet", shape=shape)
    strokes.draw(picture)
    text = picture.svg("a")
    assert "--cx-violet" in text
    assert ("--cx-paper" in text) is (shape in ("half", "right", "empty", "diamond"))


def test_clean_takes_out_what_turns_or_breaks_text():
    assert svg.clean("a\u202eb\x00c\n\td\ud800") == "a b c d"
