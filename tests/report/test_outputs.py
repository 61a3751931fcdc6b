import csv
import io
import re
from datetime import date
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.report import outputs, plots
from cxlib.report.fragments import refuse_active
from cxlib.report.words import Words

DECISION = {
    "answer": "Die Hotline ist am schwächsten.",
    "grade": "B",
    "grade_reason": "Abgedeckt sind nur 71 %.",
    "not_examined": ["Messestand", "Preise"],
    "wanted": "Hotline zuerst?",
    "owner": "Leitung Service",
}


def downloaded(page) -> str:
    (link,) = page.all("a")
    return unquote(link["href"].partition(",")[2]).removeprefix("\ufeff")


def test_a_table_has_caption_scopes_and_a_way_to_scroll_by_keyboard(estimates, german, tags):
    page = tags(outputs.table(estimates, german, number=3, caption="Weiterempfehlung & mehr"))
    assert page.all("caption") == [{"id": "table-3-caption"}]
    assert "Tabelle 3 Weiterempfehlung & mehr" in page.text()
    heads = [attrs.get("scope") for attrs in page.all("th")]
    assert heads == ["col"] * 4 + [None] * len(estimates), "in the body a th in a column of its own heads its row"
    region = page.all("div")[1]
    assert (region["role"], region["tabindex"], region["aria-labelledby"]) == ("region", "0", "table-3-caption")


def test_the_download_opens_in_the_readers_spreadsheet(estimates, german, english, tags):
    page = tags(outputs.table(estimates, german, number=1, caption="x"))
    assert page.all("a")[0]["download"] == "tabelle-1.csv"
    rows = list(csv.DictReader(io.StringIO(downloaded(page)), delimiter=";"))
    assert rows[2]["Kontaktpunkt"] == "Webshop"
    (figure,) = (name for name in rows[0] if name.startswith("Weiterempfehlung (NPS) (Punkte"))
    assert rows[2][figure] == "61"
    assert rows[0][figure] == "40,4"
    assert rows[4]["Hinweis"] == "zum Schutz Einzelner nicht veröffentlicht"
    assert downloaded(tags(outputs.table(estimates, english, number=1, caption="x"))).startswith("Touchpoint,")


@pytest.mark.parametrize(("folded", "most"), [(False, outputs.OPEN), (True, outputs.FOLDED)])
def test_a_long_table_shows_its_first_rows_and_the_download_holds_all(estimates_of, german, tags, folded, most):
    long = estimates_of({f"t{number:03}": (float(number), "") for number in range(most + 5)})
    page = tags(outputs.table(long, german, number=1, caption="x", folded=folded))
    assert len(page.all("tr")) == 1 + most
    assert f"{most} von {most + 5} Zeilen; die CSV enthält alle." in page.text()
    assert len(downloaded(page).splitlines()) == 1 + most + 5
    assert "Zeilen;" not in tags(outputs.table(long.head(most), german, number=1, caption="x", folded=folded)).text()


def test_a_formula_in_a_label_is_text_in_the_download(estimates_of, tags):
    words = Words("en", {"touchpoint_id": {"a": '=HYPERLINK("http://example.org")'}})
    page = tags(outputs.table(estimates_of({"a": (-1.0, "")}), words, number=1, caption="x"))
    (row,) = csv.DictReader(io.StringIO(downloaded(page)))
    assert row["Touchpoint"] == '\'=HYPERLINK("http://example.org")'
    assert "-1" in row.values()


def test_a_figure_has_two_pictures_with_the_same_text_alternative(estimates, german, tags):
    plot = plots.ranking(estimates, by="touchpoint_id")
    page = tags(outputs.figure(plot, german, number=2, caption="Rangfolge"))
    pictures = page.all("svg")
    assert [(picture["role"], picture["aria-label"]) for picture in pictures] == [("img", plot.describe(german))] * 2
    assert "Abbildung 2 Rangfolge" in page.text()
    assert "Daten zur Abbildung 2" in page.text()
    assert [attrs["class"] for attrs in page.all("div")][:2] == ["cx-wide", "cx-narrow"]


def test_ids_are_unique_across_a_page(estimates, german, tags):
    plot = plots.ranking(estimates, by="touchpoint_id")
    page = tags(
        "".join(outputs.figure(plot, german, number=n, caption="x") for n in (1, 2))
        + outputs.table(estimates, german, number=1, caption="x")
    )
    ids = [attrs["id"] for _, attrs in page.found if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_a_matrix_brings_its_table_of_labels(german, tags):
    import pandas as pd

    table = pd.DataFrame({"notebook": ["03_contact_reasons"], "source": ["contacts"], "state": ["half"]})
    page = tags(outputs.figure(plots.matrix(table, row="notebook", column="source", state="state"), german, number=1, caption="x"))
    assert "Kontaktgründe;Kontakte;reicht teilweise" in downloaded(page)


def test_what_needs_other_data_says_which(estimates, german, english, tags):
    needing = estimates.assign(value=float("nan"), note="needs responses.value, responses.weight, orders")
    for fragment in (
        outputs.table(needing, german, number=1, caption="x"),
        outputs.figure(plots.ranking(needing, by="touchpoint_id"), german, number=1, caption="x"),
    ):
        said = tags(fragment).text()
        assert "Lässt sich mit diesen Daten nicht beantworten" in said
        assert "Befragung: Wert und Gewicht" in said
        assert "responses.weight" in said
        assert "Aufträge" in said
    assert "Survey: Value" in tags(outputs.missing(["responses.value"], english)).text()


def test_the_decision_box_holds_everything(german, tags):
    page = tags(outputs.decision(DECISION, german))
    said = page.text()
    for text in (
        "Die Hotline ist am schwächsten.",
        "B wahrscheinlich",
        "Abgedeckt sind nur 71 %.",
        "Messestand",
        "Preise",
        "Hotline zuerst?",
        "Leitung Service",
    ):
        assert text in said
    assert page.all("h2") == [{"id": "decision"}]


@pytest.mark.parametrize(
    ("grade", "de", "en"), [("A", "belegt", "established"), ("C", "Hinweis", "indication"), ("D", "Urteil", "judgement")]
)
def test_grades_have_names(german, english, tags, grade, de, en):
    assert f"{grade} {de}" in tags(outputs.decision({**DECISION, "grade": grade}, german)).text()
    assert f"{grade} {en}" in tags(outputs.decision({**DECISION, "grade": grade}, english)).text()


def test_an_unknown_grade_is_refused(german):
    with pytest.raises(CxError, match=r"decision.grade: unknown evidence grade 'E'. Allowed: A, B, C, D."):
        outputs.decision({**DECISION, "grade": "E"}, german)


def test_a_box_without_owner_or_open_questions_leaves_no_empty_lines(german, tags):
    page = tags(outputs.decision({**DECISION, "owner": "", "wanted": "", "not_examined": []}, german))
    assert len(page.all("dt")) == 3
    assert "nichts Wesentliches" in page.text()


def test_the_opening_brings_the_styles_and_says_whose_data_these_are(german, tags):
    fragment = outputs.opening(german, "Volkmar & Söhne", True, (date(2025, 1, 1), date(2026, 6, 30)), "management")
    page = tags(fragment)
    assert page.names() == {"style", "p", "strong", "span"}
    assert "Volkmar & Söhne · 01.01.2025 bis 30.06.2026 · Leitung · Simulierte Daten – keine echte Firma" in page.text()


def fragments(estimates, words, text):
    renamed = estimates.assign(touchpoint_id=[*estimates["touchpoint_id"].tolist()[:-1], text or "-"])
    yield outputs.table(renamed, words, number=1, caption=text)
    yield outputs.table(renamed.rename(columns={"touchpoint_id": text or "-"}), words, number=1, caption=text)
    yield outputs.missing([text, f"responses.{text}"], words)
    yield outputs.decision({**DECISION, "answer": text, "grade_reason": text, "not_examined": [text], "wanted": text, "owner": text}, words)


SOUND = {
    "div",
    "table",
    "caption",
    "span",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "small",
    "strong",
    "p",
    "a",
    "ul",
    "li",
    "code",
    "section",
    "h2",
    "dl",
    "dt",
    "dd",
}


def test_hostile_text_stays_text(estimates, nasty, tags):
    words = Words("de", {"touchpoint_id": {"shop": nasty}})
    for fragment in fragments(estimates, words, nasty):
        refuse_active(fragment, "x")
        page = tags(fragment)
        assert page.names() <= SOUND
        assert " ".join(nasty.split()) in page.text().replace("\ufffd", "\x00") or "\x00" in nasty


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text_leaves_the_fragments_sound(estimates, tags, text):
    words = Words("en", {"touchpoint_id": {"shop": text}})
    for fragment in fragments(estimates, words, text):
        refuse_active(fragment, "x")
        assert tags(fragment).names() <= SOUND


def test_a_hostile_figure_passes_the_guard(estimates, nasty):
    words = Words("de", {"touchpoint_id": {"shop": nasty}})
    refuse_active(outputs.figure(plots.ranking(estimates, by="touchpoint_id"), words, number=1, caption=nasty), "x")


def folded(html: str) -> list[str]:
    return re.findall(r'class="cx-(wide|narrow)(?: cx-tall)? cx-fold" style="--cx-shown:([\d./]+)"', html)


def test_a_long_ranking_is_folded_after_a_whole_row_and_a_short_one_is_not(estimates_of, german):
    long = plots.ranking(estimates_of({f"t{number:02}": (float(number), "") for number in range(40)}), by="touchpoint_id")
    html = outputs.figure(long, german, number=1, caption="x")
    assert "Alle 40 zeigen" in html
    for name, shown in folded(html):
        width, height = map(float, shown.split("/"))
        picture = long.figure(german, narrow=name == "narrow")
        assert (width, height) == (picture.width, pytest.approx(max(cut for cut in picture.cuts if cut <= outputs.TALLEST[name]), abs=0.5))
    assert [name for name, _ in folded(html)] == ["wide", "narrow"]
    short = plots.ranking(estimates_of({f"t{number:02}": (float(number), "") for number in range(8)}), by="touchpoint_id")
    html = outputs.figure(short, german, number=1, caption="x")
    assert not folded(html)
    assert "cx-unfold" not in html


def test_a_journey_is_never_folded(estimates_of, german):
    long = estimates_of({f"t{number:02}": (float(number), "") for number in range(40)})
    html = outputs.figure(plots.chain(long, order=[f"t{number:02}" for number in range(40)]), german, number=1, caption="x")
    assert not folded(html)
    assert "cx-unfold" not in html
