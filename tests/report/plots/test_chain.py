from xml.etree import ElementTree

import pytest

from cxlib.report import plots, svg

STAGES = {"shop": "Kauf", "phone": "Kauf", "bill": "Abrechnung"}
ORDER = ["shop", "fair", "phone", "bill"]


def texts(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return ["".join(element.itertext()) for element in root.iter("text")]


@pytest.fixture
def expected(estimates_of):
    return estimates_of({"shop": (95.0, ""), "phone": (20.0, ""), "bill": (30.0, ""), "fair": (50.0, "")})


@pytest.mark.parametrize("narrow", [False, True])
def test_links_stand_in_journey_order_under_their_stages(estimates, german, narrow):
    said = texts(plots.chain(estimates, order=ORDER, stage=STAGES), german, narrow=narrow)
    wanted = ["Kauf", "Webshop", "Messestand", "Hotline", "Abrechnung", "Rechnung"]
    assert [text for text in said if text in wanted] == wanted


def test_the_lowest_link_is_marked_once_and_below_its_name(estimates, german):
    said = texts(plots.chain(estimates, order=ORDER), german)
    assert said.count("schwächstes Glied") == 1
    assert said[said.index("schwächstes Glied") - 1] == "Hotline"


@pytest.mark.parametrize("narrow", [False, True])
def test_with_expected_values_the_widest_gap_is_marked(estimates, expected, german, narrow):
    said = texts(plots.chain(estimates, order=ORDER, expected=expected), german, narrow=narrow)
    assert said[said.index("größte Lücke") - 1] == "Webshop"
    assert any("95,0" in text for text in said)
    assert not any(text == "50,0" for text in said[: said.index("Hotline")]), "no expected value where the actual one is hidden"


def test_nothing_is_marked_where_every_expectation_is_met(estimates, estimates_of, german):
    low = estimates_of({"shop": (1.0, ""), "phone": (1.0, ""), "bill": (1.0, "")})
    assert "größte Lücke" not in texts(plots.chain(estimates, order=ORDER, expected=low), german)


def test_the_text_alternative_tells_ends_extremes_and_gap(estimates, expected, english):
    said = plots.chain(estimates, order=ORDER, expected=expected).describe(english)
    assert "7 rows from Webshop to edi" in said
    assert "Highest value: Webshop, 61.0 points (span 54.9 to 67.1; n = 120)." in said
    assert "Lowest value: Hotline, 12.5 points" in said
    assert "Widest gap between expected and actual: Webshop, actual 61.0 points, expected 95.0 points." in said
    assert said.endswith("3 values are not published or missing.")


def test_both_tables_are_its_sources_and_its_data(estimates, expected):
    plot = plots.chain(estimates, order=ORDER, expected=expected)
    assert plot.sources == (estimates, expected)
    assert list(plot.data["metric"].unique()) == ["actual", "expected"]
    assert len(plot.data) == len(estimates) + len(expected)


def test_hostile_stages_stay_text(estimates, german, nasty):
    plot = plots.chain(estimates, order=ORDER, stage=dict.fromkeys(ORDER, nasty))
    assert svg.wrapped(nasty, 720, bold=True)[0] in texts(plot, german)
