import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.report.markdown import Heading, allowed, told_in

SOUND = {"h2", "h3", "h4", "h5", "h6", "p", "a", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br"} | {
    *("table", "thead", "tbody", "tr", "th", "td", "div")
}


def told(*cells):
    return told_in(cells, table_label="Tabelle im Text")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A&#x61vascript:alert(1)",
        "\x01javascript:alert(1)",
        "vbscript:x",
        "data:text/html;base64,PHNjcmlwdD4=",
        "file:///etc/passwd",
        "//example.org",
        "/etc",
        "../../private/x.html",
        "ftp://example.org",
        "",
    ],
)
def test_links_with_other_schemes_keep_their_text_only(url, tags):
    assert not allowed(url)
    page = tags(told(f"[hier](<{url}>) und [da][1]\n\n[1]: {url or '#'}\n").cells[0])
    assert "hier" in page.text()
    assert all(allowed(str(attrs.get("href"))) for attrs in page.all("a"))


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c&d=e", "HTTP://example.org", "mailto:a@example.org", "#part-1", "03_contact_reasons.html#part-2"]
)
def test_allowed_links_stand(url, tags):
    (link,) = tags(told(f"[hier]({url})").cells[0]).all("a")
    assert link["href"] == url


@pytest.mark.parametrize(
    "source",
    ["<script>alert(1)</script>", "a <b onclick=x>b</b>", "![x](https://example.org/x.png)", "<img src=x onerror=y>", "<!-- x -->"],
)
def test_raw_html_and_pictures_do_not_pass(source, tags):
    assert tags(told(source).cells[0]).names() <= SOUND


@given(st.text() | st.text(alphabet="<>[]()!`*_#|-:\"'&;/ \na1="))
def test_any_text_becomes_sound_html(source):
    fragment = told(source).cells[0]
    assert set(re.findall(r"<([a-zA-Z][^\s>/]*)", fragment)) <= SOUND
    assert "<!" not in fragment


def test_the_first_title_is_set_aside_and_later_ones_step_down():
    story = told("# Wann & wo?\n\nText", "# Noch einer", "## Teil *zwei*")
    assert story.title == "Wann & wo?"
    assert "<h1" not in "".join(story.cells)
    assert story.headings == [Heading("part-1", "Noch einer"), Heading("part-2", "Teil zwei")]


def test_headings_never_skip_a_level():
    story = told("# Titel\n\n#### tief\n\n###### tiefer\n\n## hoch")
    assert list(story.cells) == ['<h2 id="part-1">tief</h2>\n<h3>tiefer</h3>\n<h2 id="part-2">hoch</h2>']


def test_empty_headings_go():
    assert told("##\n\ntext").cells[0] == "<p>text</p>"


def test_tables_scroll_and_their_heads_have_a_scope(tags):
    page = tags(told("| a | |\n|---|---|\n| 1 | 2 |\n\n| a |\n|---|\n| 1 |").cells[0])
    assert [attrs["scope"] for attrs in page.all("th")] == ["col", "col"]
    assert [attrs["aria-label"] for attrs in page.all("div")] == ["Tabelle im Text 1", "Tabelle im Text 2"]
