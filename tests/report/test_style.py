import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.report.style import COLOURS, MARK, TEXT, contrast, legible, stylesheet


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("name", "least"),
    [*((name, TEXT) for name in ("ink", "muted", "accent", "warn", "violet", "ochre", "rose")), ("span", MARK)],
)
def test_colours_have_contrast_on_paper_and_surface(name, least, dark):
    for ground in ("paper", "surface"):
        assert contrast(COLOURS[name][dark], COLOURS[ground][dark]) >= least


def test_the_letter_of_a_grade_reads_on_its_ground():
    for dark in (False, True):
        assert contrast(COLOURS["paper"][dark], COLOURS["accent"][dark]) >= TEXT


def test_light_colours_differ_so_that_a_figure_can_be_recoloured():
    light = [pair[0] for pair in COLOURS.values()]
    assert len(set(light)) == len(light)
    assert all(colour == colour.lower() for pair in COLOURS.values() for colour in pair)


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)  # WCAG's own example of the least grey on white


@given(st.integers(0, 0xFFFFFF), st.booleans())
def test_every_brand_colour_becomes_legible(number, dark):
    colour = legible(f"#{number:06x}", dark)
    for ground in ("paper", "surface"):
        assert contrast(colour, COLOURS[ground][dark]) >= TEXT


def test_a_wrong_brand_colour_is_refused():
    with pytest.raises(CxError, match=r"branding.accent: is no colour like '#0b5c73': 'red;}'"):
        stylesheet("page", "red;}")


def test_a_page_follows_the_system_and_lab_follows_its_theme():
    page, lab = stylesheet("page"), stylesheet("lab")
    assert "@media screen and (prefers-color-scheme:dark)" in page
    assert "prefers-color-scheme" not in lab
    assert "body[data-jp-theme-light=false]" in lab
    assert "body {" not in lab, "a fragment's styles must not restyle JupyterLab"


def test_stylesheets_ask_nobody_for_anything():
    for place in ("page", "lab"):
        text = stylesheet(place, "#123456")
        assert "url(" not in text
        assert "@import" not in text
        assert "</" not in text
