import re
from datetime import UTC, date, datetime

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from cxlib.errors import CxError
from cxlib.report import outputs, page, plots
from cxlib.report.words import Words

PAGES = [("02_status_quo.html", "Wann und wo?"), ("03_contact_reasons.html", "Warum?"), ("04_personas.html", "Wer?")]
DECIDED = {
    "answer": "Drei Gründe machen 47 % aus.",
    "grade": "B",
    "grade_reason": "Eine Bedingung fehlt.",
    "not_examined": ["Freitexte"],
    "wanted": "Reicht die Zuordnung?",
    "owner": "Service",
    "notebook": "03_contact_reasons",
}


@pytest.fixture
def provenance():
    return page.Provenance(
        client="demo",
        client_name="Volkmar & Thies",
        simulated=True,
        notebook="03_contact_reasons",
        run="20260701T101500Z-ab12cd",
        made_at=datetime(2026, 7, 1, 12, 15, tzinfo=UTC),
        period=(date(2025, 1, 1), date(2026, 6, 30)),
        audience="management",
        library_version="0.1.0",
        params_hash="3f9c0a7d",
        data_hash="91b2e6ff",
        rows={"contacts": 18240, "responses": 52110},
        languages=("de", "en"),
    )


def output(language, kind, html, *, alt="", number=1, **data):
    about = {"language": language, "kind": kind, "number": number, "alt": alt}
    return new_output("display_data", data={"text/html": html, "text/plain": kind, **data}, metadata={"cx": about})


def told(source, *tags):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


@pytest.fixture(scope="module")
def shown(german, english, estimates):
    """Figure, table and decision in both languages, drawn once."""
    plot, words = plots.ranking(estimates, by="touchpoint_id"), {"de": german, "en": english}
    return [
        [("figure", n, outputs.figure(plot, w, number=1, caption="c"), plot.describe(w)) for n, w in words.items()],
        [("table", n, outputs.table(estimates, w, number=1, caption=f"cap-{n}"), "") for n, w in words.items()],
        [("decision", n, outputs.decision(DECIDED, w), "") for n, w in words.items()],
    ]


@pytest.fixture
def notebook(shown):
    figure, table, decision = shown
    extra = [{page.DECISION: {**DECIDED, "language": language}} for language in ("de", "en")]
    return new_notebook(
        cells=[
            new_code_cell(
                "client = 'demo'  # SECRET_SOURCE", metadata={"tags": ["parameters"]}, outputs=[new_output("stream", text="printed")]
            ),
            new_code_cell("o", outputs=[output("de", "opening", "<style>.x{}</style><p>opening</p>")]),
            told("# Warum melden sie sich?\n\nKunden fragen.\n\n## Was diese Seite liest", "de"),
            told("# Why do they contact us?\n\nCustomers ask.\n\n## What this page reads", "en"),
            told("untagged cell"),
            new_code_cell("f", outputs=[output(language, kind, html, alt=alt) for kind, language, html, alt in figure]),
            new_code_cell("t", outputs=[output(language, kind, html) for kind, language, html, _ in table]),
            new_code_cell("d", outputs=[output(n, kind, html, **data) for (kind, n, html, _), data in zip(decision, extra, strict=True)]),
            new_code_cell("x", outputs=[new_output("execute_result", data={"text/plain": "private frame"}, execution_count=1)]),
        ]
    )


def exported(notebook, words, provenance, **changes):
    return page.export(notebook, words=words, provenance=provenance, pages=PAGES, **changes)


def test_a_page_keeps_its_language_and_nothing_without_one(notebook, german, provenance, tags):
    html = exported(notebook, german, provenance)
    said = tags(html).text()
    assert "Kunden fragen." in said
    assert "untagged cell" in said
    assert "cap-de" in said
    for gone in ("Customers ask", "cap-en", "SECRET_SOURCE", "printed", "private frame", "<p>opening</p>"):
        assert gone not in html
    assert "Nicht übernommene Ausgaben 2" in said


def test_data_of_a_figure_that_a_table_holds_are_not_printed_again(notebook, german, provenance):
    rows = {"saved": "nps", "rows": [[["touchpoint_id"], [0, 1]]]}
    assert 'id="data-figure-1-caption"' in exported(notebook, german, provenance)
    for cell in notebook.cells:
        for shown in cell.get("outputs", []):
            if "cx" in shown.get("metadata", {}):
                shown["metadata"]["cx"] |= {"number": 1, "rows": rows}
    html = exported(notebook, german, provenance)
    assert 'id="data-figure-1-caption"' not in html
    assert 'Daten zur Abbildung 1: <a href="#table-1">Tabelle 1</a>' in html
    assert 'id="table-1"' in html


def test_the_answer_stands_between_the_question_and_the_first_heading(notebook, german, provenance, tags):
    said = tags(exported(notebook, german, provenance)).text()
    said = said[said.index("Kunden fragen.") :]
    assert said.startswith("Kunden fragen. Drei Gründe machen 47 % aus. B wahrscheinlich Eine Bedingung fehlt. Zur Entscheidung")


def test_the_first_picture_stands_right_under_the_answer(notebook, german, provenance):
    html = exported(notebook, german, provenance)
    assert html.index("cx-said") < html.index('id="figure-1"') < html.index("<h2")


def test_where_something_is_missing_first_no_later_picture_takes_its_place(notebook, german, provenance):
    missing = new_code_cell("m", outputs=[output("de", "missing", '<div class="cx-missing">fehlt</div>')])
    notebook.cells.insert(5, missing)
    html = exported(notebook, german, provenance)
    assert html.index("<h2") < html.index("fehlt</div>") < html.index('id="figure-1"')


def test_the_page_is_sound(notebook, english, provenance, tags):
    html = exported(notebook, english, provenance)
    found = tags(html)
    assert found.all("html") == [{"lang": "en"}]
    assert len(found.all("h1")) == 1
    assert found.names().isdisjoint({"script", "img", "link", "iframe", "form"})
    assert [len(found.all(name)) for name in ("header", "main", "footer")] == [1, 1, 1]
    ids = [attrs["id"] for _, attrs in found.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    anchors = [attrs["href"][1:] for attrs in found.all("a") if attrs.get("href", "").startswith("#")]
    assert set(anchors) <= set(ids)
    assert "main" in anchors


def test_the_policy_allows_no_request_and_comes_before_the_styles(notebook, german, provenance):
    html = exported(notebook, german, provenance)
    assert "default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:" in html
    assert html.index("Content-Security-Policy") < html.index("<style>")
    assert not re.search(r"(src|srcset)=|@import|url\((?!#)", html)


def test_the_contents_list_second_level_headings_and_the_decision(notebook, german, provenance, tags):
    html = exported(notebook, german, provenance)
    contents = html[html.index('<nav class="cx-contents"') :]
    assert re.findall(r'<a href="#([\w-]+)">([^<]+)</a>', contents[: contents.index("</nav>")]) == [
        ("part-1", "Was diese Seite liest"),
        ("decision", "Entscheidung"),
    ]


def test_links_lead_to_neighbours_index_and_the_other_language(notebook, german, provenance, tags):
    links = [attrs["href"] for attrs in tags(exported(notebook, german, provenance)).all("a")]
    assert {"index.html", "../en/03_contact_reasons.html", "02_status_quo.html", "04_personas.html"} <= set(links)


def test_a_run_in_one_language_links_to_no_other(notebook, german, provenance):
    from dataclasses import replace

    assert "../en/" not in exported(notebook, german, replace(provenance, languages=("de",)))


def test_the_span_is_explained_once(notebook, german, english, provenance):
    assert exported(notebook, german, provenance).count("95-%-Vertrauensbereich") == 1
    assert exported(notebook, english, provenance).count("95% confidence interval") == 1


def test_simulated_data_say_so_and_real_data_do_not(notebook, german, provenance, tags):
    from dataclasses import replace

    assert tags(exported(notebook, german, provenance)).text().count("Simulierte Daten – keine echte Firma") == 2
    assert "Simulierte Daten" not in exported(notebook, german, replace(provenance, simulated=False))


def test_the_provenance_is_printed(notebook, german, provenance, tags):
    said = tags(exported(notebook, german, provenance)).text()
    for fact in (
        "Kontakte 18.240, Befragung 52.110",
        "01.01.2025 bis 30.06.2026",
        "Leitung",
        "01.07.2026, 12:15",
        "3f9c0a7d",
        "91b2e6ff",
        "cxlib 0.1.0",
    ):
        assert fact in said


def test_the_clients_colour_is_used(notebook, german, provenance):
    assert "--cx-accent:#7a1f5c;" in exported(notebook, german, provenance, branding={"accent": "#7a1f5c"})


def test_a_figure_without_text_alternative_fails_the_export(notebook, german, provenance):
    notebook.cells[5].outputs[0].metadata.cx.alt = "  "
    with pytest.raises(CxError, match=r"03_contact_reasons: figure 1: has no text alternative. Give the plot a describe"):
        exported(notebook, german, provenance)


def test_an_active_output_fails_the_export(notebook, german, provenance):
    notebook.cells[6].outputs[0].data["text/html"] = "<img src=x onerror=alert(1)>"
    with pytest.raises(CxError, match="03_contact_reasons: table 1: holds an element that no page may carry: 'img'"):
        exported(notebook, german, provenance)


def test_the_notebook_is_left_as_it_is(notebook, german, provenance):
    before = nbformat.writes(notebook)
    exported(notebook, german, provenance)
    assert nbformat.writes(notebook) == before


def test_hostile_names_and_texts_stay_text(notebook, german, provenance, nasty, tags):
    from dataclasses import replace

    hostile = replace(provenance, client_name=nasty, run=nasty, params_hash=nasty, rows={nasty: 1})
    notebook.cells[2].source = f"# {nasty}\n\n{nasty}\n\n## {nasty}\n\n[{nasty}]({nasty})"
    notebook.cells[7].outputs[0].data[page.DECISION] = {**DECIDED, "answer": nasty, "grade_reason": nasty}
    html = page.export(notebook, words=german, provenance=hostile, pages=[(name, nasty) for name, _ in PAGES])
    found = tags(html)
    assert found.names().isdisjoint({"script", "img"})
    assert not any(name.startswith("on") for _, attrs in found.found for name in attrs)
    assert "49" not in html.split("<h1>")[1].split("</h1>")[0], "a template in a title is text"


def test_a_page_is_small(notebook, german, provenance):
    html = exported(notebook, german, provenance)
    assert len(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).encode()) < 150 * 1024


def test_a_notebook_that_is_in_no_list_has_no_neighbours(notebook, german, provenance, tags):
    links = [attrs["href"] for attrs in tags(page.export(notebook, words=german, provenance=provenance, pages=[])).all("a")]
    assert "02_status_quo.html" not in links


def test_a_notebook_without_markdown_has_the_title_of_its_page(german, provenance, tags):
    assert "Warum?" in tags(exported(new_notebook(), german, provenance)).text()


def index(decisions, words, provenance, **changes):
    return page.index(decisions, words=words, provenance=provenance, pages=PAGES, **changes)


def test_the_index_gives_each_answer_with_its_grade_and_links(german, provenance, tags):
    found = tags(index([DECIDED], german, provenance))
    said = found.text()
    for text in (
        "Lagebild Kundenkontakt",
        "Warum?",
        "Drei Gründe machen 47 % aus.",
        "B wahrscheinlich Eine Bedingung fehlt.",
        "Nicht untersucht",
        "Freitexte",
    ):
        assert text in said
    assert "Zu entscheiden: Reicht die Zuordnung? (Service)" in said
    links = [attrs["href"] for attrs in found.all("a")]
    assert {"02_status_quo.html", "03_contact_reasons.html", "04_personas.html", "../en/index.html"} <= set(links)
    assert "index.html" not in links


def test_the_index_begins_with_what_matters_most_and_where_it_comes_from(german, provenance, tags):
    other = {**DECIDED, "notebook": "02_status_quo", "answer": "Meist am Montag.", "anchor": "figure-1"}
    html = index([other, {**DECIDED, "anchor": "table-2"}], german, provenance, leading=["03_contact_reasons"], latest_prefix="runs/R/de/")
    first = html[html.index("Das Wichtigste") : html.index("Weitere Antworten")]
    assert "Drei Gründe machen 47 % aus." in first
    assert "Meist am Montag." not in first
    assert "Drei Gründe machen 47 % aus." not in html[html.index("Weitere Antworten") :]
    assert 'href="runs/R/de/03_contact_reasons.html#table-2">Woher die Zahl kommt: Warum?</a>' in first


def test_the_index_shows_what_pages_lend_it_under_its_heading(german, provenance, shown):
    _, _, html, _ = shown[1][0]
    lent = [("Kontaktpunkte im Überblick", output("de", "table", html, number=number)) for number in (1, 2)]
    html = index([DECIDED], german, provenance, exhibits=lent)
    assert html.count("<h2>Kontaktpunkte im Überblick</h2>") == 1
    assert html.count('class="cx-table"') == 2
    with pytest.raises(CxError, match="index: table"):
        index([DECIDED], german, provenance, exhibits=[("x", output("de", "table", "<script>1</script>"))])


def test_an_index_above_its_run_prefixes_every_link(english, provenance, tags):
    found = tags(index([DECIDED], english, provenance, latest_prefix="runs/R/en/"))
    links = [attrs["href"] for attrs in found.all("a") if not attrs["href"].startswith("#")]
    assert links
    assert all(link.startswith("runs/R/en/") for link in links)


def test_an_index_without_answers_says_so(german, provenance, tags):
    said = tags(index([], german, provenance)).text()
    assert "Noch keine Seite hat eine Antwort." in said
    assert "Nicht untersucht" not in said


def test_a_page_for_others_keeps_its_sentence_on_the_index_without_a_link(german, provenance, tags):
    other = {**DECIDED, "notebook": "00_data_readiness", "title": "Datenlage"}
    found = tags(index([other], german, provenance, leading=["00_data_readiness"]))
    assert "Drei Gründe machen 47 % aus." in found.text()
    assert "00_data_readiness.html" not in [attrs["href"] for attrs in found.all("a")]
    assert "Datenlage" in tags(index([other], german, provenance)).text()


def test_the_index_names_the_workbook_and_links_nothing_that_need_not_be_there(german, provenance, tags):
    found = tags(index([DECIDED], german, provenance, workbook="runs/R/de/tabellen.xlsx"))
    assert "runs/R/de/tabellen.xlsx" in found.text()
    assert not any("xlsx" in attrs["href"] for attrs in found.all("a"))


def test_the_logo_stands_beside_the_name_and_needs_no_words_of_its_own(german, provenance, tags):
    found = tags(index([DECIDED], german, provenance, branding={"logo": "data:image/png;base64,AAAA"}))
    assert [(attrs["src"], attrs["alt"]) for attrs in found.all("img")] == [("data:image/png;base64,AAAA", "")]
    assert tags(index([DECIDED], german, provenance)).all("img") == []


def test_hostile_answers_stay_text_on_the_index(german, provenance, nasty, tags):
    hostile = {**DECIDED, "answer": nasty, "grade_reason": nasty, "not_examined": [nasty], "wanted": nasty, "owner": nasty}
    found = tags(index([hostile], german, provenance))
    assert found.names().isdisjoint({"script", "img"})


def test_words_of_another_language_make_another_page(notebook, provenance):
    assert '<html lang="en">' in exported(notebook, Words("en"), provenance)
