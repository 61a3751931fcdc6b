"""The demo client: what every page says in both languages, and that everybody can read it.

One file, so that one worker makes the one run that all of these tests look at.
"""

import re

import pytest

MOST = 0.55  # of the first picture, as the page shows it at first: what must be seen without scrolling
PICTURE = re.compile(r"<svg.*?</svg>", re.DOTALL)


def test_every_page_says_what_it_should(demo_run, root):
    run = demo_run
    assert len(list((run / "tables").iterdir())) > 160
    german = {path.stem: path.read_text(encoding="utf-8") for path in (run / "de").glob("*.html")}
    english = {path.stem: path.read_text(encoding="utf-8") for path in (run / "en").glob("*.html")}
    names = {path.stem for path in (root / "notebooks").glob("*.ipynb")}
    assert set(german) == set(english) == {"index", *names}
    assert "Was am meisten fehlt" in german["00_data_readiness"]
    assert "Was eingelesen wurde" not in german["00_data_readiness"]  # for analysts
    assert {path.name for path in run.glob("*/*.xlsx")} == {"tabellen.xlsx", "tables.xlsx"}
    assert all(path.stat().st_size < 2_000_000 for path in run.glob("*/*.xlsx"))
    assert all("Simulierte Daten – keine echte Firma" in page for page in german.values())
    assert "of 211 questions can be answered reliably" in english["index"]
    assert "42 Kontaktpunkte, 10 ohne jede Messung, 4 ohne Verantwortliche." in german["01_touchpoint_inventory"]
    assert "Monday, 8:00–9:00" in english["02_status_quo"]
    worth = german["05_contact_value"].replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"\d\d % der Kontakte wären vermeidbar \(Spanne \d\d bis \d\d %\)", worth)
    assert "€" in worth
    worked = german["17_monitoring"].replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"Verzugsmeldung vor Termin: −\d\d % Kontakte \(Spanne −\d\d bis −\d+ %; n = \d+\), behalten\.", worked)
    assert re.search(r"Rechnungsleitfaden als Beileger: [−\d]+ % Kontakte \([^)]+\), (noch offen|ändern|beenden)\.", worked)
    assert "erste Auswertung" in worked
    gap = "Größte Lücke: Reklamation und 8D-Bericht, 3,44 statt 5,36. Abstand −1,92 Punkte (Spanne −2,18 bis −1,65; n = 176)"
    assert gap in german["10_expectation_gaps"]
    assert "3.44 against 5.36" in english["10_expectation_gaps"]
    assert "caus" not in english["10_expectation_gaps"].replace("because", "")
    small_enough({f"{path.parent.name}/{path.name}": path.read_text(encoding="utf-8") for path in run.glob("*/*.html")})


def small_enough(pages):
    """Every page opens from a mail: at most 150 KiB without its pictures and 1.5 MB with them, alone, and with CSV of every table."""
    bare = {name: len(PICTURE.sub("", html).encode()) for name, html in pages.items()}
    assert {name: size for name, size in bare.items() if size > 150 * 1024} == {}
    assert {name for name, html in pages.items() if len(html.encode()) > 1_500_000} == set()
    for name, html in pages.items():
        assert "default-src &#39;none&#39;" in html, name
        assert html.count('href="data:text/csv;charset=utf-8,') == html.count('<table class="cx-'), name


@pytest.fixture
def pages(demo_run):
    return sorted(path.stem for path in (demo_run / "de").glob("*.html"))


def test_nobody_is_shut_out(demo_run, pages, chromium, axe, browsing):
    seen = browsing.covering_views(pages)
    found = [browsing.findings(chromium, axe, demo_run / view.language / f"{view.page}.html", view, whole=False) for view in seen]
    assert [problem for of_one in found for problem in of_one] == []


@pytest.mark.browser_full
@pytest.mark.parametrize("language", ["de", "en"])
def test_nobody_is_shut_out_in_any_language_theme_or_width(demo_run, pages, chromium, axe, browsing, language):
    views = [view for view in browsing.every_view(pages) if view.language == language]
    found = [browsing.findings(chromium, axe, demo_run / language / f"{view.page}.html", view, whole=True) for view in views]
    assert [problem for of_one in found for problem in of_one] == []


@pytest.mark.parametrize(("page", "width"), [("index", 390), ("02_status_quo", 1280)])
def test_the_tab_key_reaches_everything_in_order_and_shows_it(demo_run, chromium, browsing, page, width):
    assert browsing.walked(chromium, demo_run / "de" / f"{page}.html", width) == []


def test_the_first_screen_holds_the_answer_and_most_of_the_picture(demo_run, pages, chromium, browsing):
    seen = {page: browsing.first_screen(chromium, demo_run / "de" / f"{page}.html") for page in pages if page != "index"}
    assert {page: answer for page, (answer, _) in seen.items() if answer < 1} == {}
    assert {page: round(picture, 2) for page, (_, picture) in seen.items() if picture < MOST} == {}
