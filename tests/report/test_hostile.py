"""What data may say and a page, a CSV file or a workbook never does: hostile texts in every place, seen by Chromium.

One page carries every vector in every place that data reach, with its number in what it would do; a twin carries harmless
texts. A vector fails its own test when it ran, asked somebody, or is not there as text; all together when they made an element.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import unquote_to_bytes

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from python_calamine import CalamineWorkbook

from cxlib.report import outputs, page, plots
from cxlib.report.words import Words
from cxlib.report.workbook import Listed, workbook

HIT, ASK = "(window.hits=window.hits||[]).push(NR)", "http://127.0.0.1:9/NR"
VECTORS = {
    "script": f"<script>{HIT}</script>",
    "script closed before": f"</script><script>{HIT}</script>",
    "style closed before": f"</style><script>{HIT}</script>",
    "title closed before": f"</title></head><body><script>{HIT}</script>",
    "svg closed before": f"</text></svg><script>{HIT}</script>",
    "svg onload": f"<svg onload={HIT}>",
    "image onerror": f"\"><img src=x onerror='{HIT}'>",
    "image asks": f"<img src={ASK}>",
    "attribute breakout": f"' onmouseover='{HIT}' \" onfocus=\"{HIT}\" autofocus x=\"",
    "iframe": f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
    "meta refresh": f"<meta http-equiv=refresh content='0;url={ASK}'>",
    "base": f"<base href='{ASK}'>",
    "stylesheet": f"<link rel=stylesheet href={ASK}>",
    "form": f"<form action={ASK}><button autofocus>x",
    "css": f"red}}*{{background:url({ASK})}}",
    "comment": f"--><script>{HIT}</script><!--",
    "cdata": f"]]><script>{HIT}</script>",
    "entities": f"&lt;script&gt;{HIT}&lt;/script&gt; &#60;img src=x onerror={HIT}&#62;",
    "mutation": f"<noscript><p title=\"</noscript><img src=x onerror='{HIT}'>\">",
    "foreign object": f"<svg><foreignObject><body onload='{HIT}'></foreignObject></svg>",
    "markdown link": f"[press](javascript:{HIT})",
    "markdown picture": f"![press]({ASK})",
    "markdown address": f"<{ASK}> {ASK}",
    "javascript address": f"javascript:{HIT}",
    "spaced javascript address": f"jav\tascript:{HIT}",
    "data address": f"data:text/html,<script>{HIT}</script>",
    "template": "{{ 7*7 }} {% include 'x' %} {x.__class__} NR",
    "mathematics": "title $\\frac{$ NR",
    "more mathematics": "$x_1$ \\alpha \\input{/etc/passwd} NR",
    "formula": "=cmd|' /C calc'!A0 NR",
    "plus": "+1+cmd|' /C calc'!A0 NR",
    "minus": "-2+3+cmd|' /C calc'!A0 NR",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0 NR",
    "tab": "\t=HYPERLINK(\"http://127.0.0.1:9/NR\")",
    "carriage return": "\r=1+NR",
    "full width": "\N{FULLWIDTH EQUALS SIGN}1+NR",
    "invisible before": "\u200b\ufeff=1+NR",
    "separator in front": "x\";=1+NR;\"",
    "right to left": "\u202e\u2066txt.exe NR",
    "line separators": "a\u2028<script>\u2029b NR",
    "look-alike brackets": f"\uff1cscript\uff1e{HIT}\uff1c/script\uff1e",
    "null and bell": f"<scr\x00ipt>\x07{HIT}</script>",
    "long": "x" * 400 + "NR",
}  # fmt: skip
NAMES = list(VECTORS)
# a figure has an element for each line of a text, and long names have more lines: those are not counted
COUNTS = """Object.entries([...document.querySelectorAll(':not(text)')].reduce((all, each) => {
  all[each.tagName] = (all[each.tagName] || 0) + 1; return all }, {})).sort().map(String)"""
ACTIVE = """[...document.querySelectorAll('*')].flatMap(each => [...each.attributes].filter(one => /^on|^srcdoc$|^style$/i.test(one.name)
  && each.namespaceURI.endsWith('xhtml')).map(one => `${each.tagName} ${one.name}=${one.value}`))"""
LINKS = "[...document.querySelectorAll('a')].map(each => each.getAttribute('href'))"
LIVE = re.compile(r"[\s\x00-\x1f\u200b-\u200d\u2060\ufeff]*[=+@\-\N{FULLWIDTH EQUALS SIGN}]")
NUMBER = re.compile(r"-?[\d.,]*")


def texts(hostile: bool) -> list[str]:
    return [(vector.replace("NR", str(number)) if hostile else f"harmless {number}") for number, vector in enumerate(VECTORS.values())]


def rows(said: list[str]) -> pd.DataFrame:
    """ESTIMATES by touchpoint and by a declared feature; every text is the name of one level and the value of the other's."""
    count = range(len(said))
    frame = pd.DataFrame(
        {"touchpoint_id": [f"T{n}" for n in count], "feature_1": said, "metric": "nps", "value": [10.0 + n for n in count]}
        | {"low": 5.0, "high": 60.0, "unit": "points", "n": 50, "n_eff": 40.0, "method": said, "note": ""}
    )
    frame.attrs["saved"] = "sample"
    return frame


def words(said: list[str], column: str) -> Words:
    return Words("de", {"touchpoint_id": {f"T{n}": text for n, text in enumerate(said)}, "column": {"feature_1": column}})


def shown(kind: str, html: str, alt: str = "", **data: object) -> object:
    about = {"language": "de", "kind": kind, "number": 1, "alt": alt}
    return new_output("display_data", data={"text/html": html, "text/plain": kind, **data}, metadata={"cx": about})


def decided(text: str, number: int) -> dict[str, object]:
    said = {"answer": text, "grade": "B", "grade_reason": text, "not_examined": [text], "wanted": text, "owner": text}
    return said | {"notebook": f"03_page_{number}", "language": "de", "answered": True, "anchor": ""}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Page and index with every vector, and their harmless twins."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, said in (("hostile", texts(True)), ("harmless", texts(False))):
        told, table = words(said, said[0]), rows(said)
        made = page.Provenance(
            client="demo", client_name=" ".join(said), simulated=False, notebook="03_page", run=" ".join(said),
            made_at=datetime(2026, 7, 1, tzinfo=UTC), period=(date(2025, 1, 1), date(2026, 6, 30)), audience="management",
            library_version="0.1.0", params_hash="p", data_hash="d", rows=dict.fromkeys(said, 1), languages=("de",),
        )  # fmt: skip
        plot = plots.ranking(table.drop(columns="feature_1"), by="touchpoint_id")
        figure = shown("figure", outputs.figure(plot, told, number=1, caption=" ".join(said)), plot.describe(told))
        tables = [shown("table", outputs.table(table, told, number=1, caption=" ".join(said)))]
        for number, each in enumerate(said, start=2):  # a caption and a column's name from each
            tables.append(shown("table", outputs.table(table.head(1), words(said, each), number=number, caption=each)))
        answer = decided(" ".join(said), 0)
        boxes = [
            shown("decision", outputs.decision(answer, told), **{page.DECISION: answer}),
            shown("missing", outputs.missing(said, told)),
        ]
        notebook = new_notebook(cells=[new_markdown_cell("# Titel"), new_code_cell(outputs=[figure, *tables, *boxes])])
        listed = [(f"0{n}_page.html", text) for n, text in enumerate(said)]
        around = [("02_page.html", said[0]), ("03_page.html", "Titel"), ("04_page.html", said[1])]
        (folder / f"{name}.html").write_bytes(
            page.export(notebook, words=told, provenance=made, pages=around, branding={}).encode("utf-8", "replace")
        )
        index = page.index(
            [decided(text, n) for n, text in enumerate(said)], words=told, provenance=replace(made, notebook="index"), pages=listed
        )
        (folder / f"{name}_index.html").write_bytes(index.encode("utf-8", "replace"))
    return folder


@pytest.fixture(scope="module")
def seen(pages, chromium, browsing):
    """What each page did in Chromium: elements, what ran, what it asked, its text and its links."""
    found = {}
    for path in sorted(pages.glob("*.html")):
        tab = chromium.tab()
        tab.open(path)
        told = {"counts": tab.evaluate(COUNTS), "hits": tab.evaluate("window.hits || []"), "reached": browsing.reached(tab)}
        found[path.stem] = told | {
            "text": tab.evaluate("document.body.textContent"), "active": tab.evaluate(ACTIVE), "links": tab.evaluate(LINKS), "title": tab.evaluate("document.title"),
        }  # fmt: skip
        tab.close()
    return found


def bare(text: str) -> str:
    """A text without what may be shown otherwise or not at all: control characters, spaces, half letters."""
    return re.sub(r"[\s\x00-\x1f\ufffd\ud800-\udfff?]+", "", text)


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_is_text_and_does_nothing(seen, name):
    number = NAMES.index(name)
    for place in ("hostile", "hostile_index"):
        assert number not in seen[place]["hits"]
        assert not [asked for asked in seen[place]["reached"] if asked.endswith(f"/{number}")]
        assert bare(texts(True)[number]) in bare(seen[place]["text"])


FOLD = re.compile(r"(?<=^DIV style=--cx-shown:)\d+/\d+$")  # two numbers, nothing else: what is shown of a tall picture


@pytest.mark.parametrize("place", ["", "_index"])
def test_no_vector_makes_an_element_or_an_attribute_or_a_link(seen, place):
    hostile, harmless = seen[f"hostile{place}"], seen[f"harmless{place}"]
    assert hostile["counts"] == harmless["counts"]
    assert [FOLD.sub("W/H", each) for each in hostile["active"]] == [FOLD.sub("W/H", each) for each in harmless["active"]]
    assert hostile["reached"] == harmless["reached"] == []
    assert all(re.match(r"(#|[\w.-]+\.html(#|$)|data:text/csv;)", link) for link in hostile["links"])


def test_no_cell_of_a_download_is_live(seen):
    links = [link.partition(",")[2] for link in seen["hostile"]["links"] if link.startswith("data:")]
    files = [unquote_to_bytes(link).decode("utf-8-sig") for link in links]
    cells = [cell for file in files for row in csv.reader(io.StringIO(file, newline=""), delimiter=";") for cell in row]
    assert len(files) > len(VECTORS)
    assert len(cells) > 10 * len(VECTORS)
    assert [cell for cell in cells if LIVE.match(cell) and not NUMBER.fullmatch(cell)] == []


@pytest.fixture(scope="module")
def book():
    said = texts(True)
    listed = [Listed("03", text, text, text, "sample") for text in said]
    return workbook(listed, {"sample": rows(said)}, words(said, said[NAMES.index("formula")]), client=said[0], dated=date(2026, 6, 30))


def test_no_cell_of_the_workbook_is_live(book):
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        inner = {name: parts.read(name).decode("utf-8") for name in parts.namelist()}
    assert not any("external" in name.lower() or "vba" in name.lower() for name in inner)
    sheets = [text for name, text in inner.items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 2
    assert not any(re.search(r"<f[ >/]|t=\"e\"|dde", text, re.I) for text in sheets)
    links = [link for text in sheets for link in re.findall(r"<hyperlink [^>]*>", text)]
    assert links
    assert all("r:id" not in link for link in links)  # inside this file, every one
    assert not any("TargetMode" in text for name, text in inner.items() if name.endswith(".rels"))


def test_every_text_of_the_workbook_is_there_as_it_was(book):
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(1).to_python()
    said = {bare(str(cell)) for row in sheet for cell in row}
    assert {bare(text) for text in texts(True)} <= said
