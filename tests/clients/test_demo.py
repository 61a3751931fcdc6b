"""The demo client: every page in both languages, and what they should say."""

import re
import shutil


def test_every_page_says_what_it_should(suite, raw, published, demo):
    raw("demo")
    shutil.copytree(demo / "data" / "demo", suite / "data" / "demo", dirs_exist_ok=True)
    run = published("demo")
    assert len(list((run / "tables").iterdir())) > 160
    german = {path.stem: path.read_text(encoding="utf-8") for path in (run / "de").glob("*.html")}
    english = {path.stem: path.read_text(encoding="utf-8") for path in (run / "en").glob("*.html")}
    assert set(german) == set(english) == {"index", *(path.stem for path in (suite / "notebooks").glob("*.ipynb"))}
    assert all("Simulierte Daten – keine echte Firma" in page for page in german.values())
    assert "of 211 questions can be answered reliably" in english["00_data_readiness"]
    assert "42 Kontaktpunkte, 10 ohne jede Messung, 4 ohne Verantwortliche." in german["01_touchpoint_inventory"]
    assert "Monday, 8:00–9:00" in english["02_status_quo"]
    worth = german["05_contact_value"].replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"\d\d % der Kontakte wären vermeidbar \(Spanne \d\d bis \d\d %\)", worth)
    assert "€" in worth
    worked = german["17_monitoring"].replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"Verzugsmeldung vor Termin: −\d\d % Kontakte \(Spanne −\d\d bis −\d+ %; n = \d+\), behalten\.", worked)
    assert re.search(r"Rechnungsleitfaden als Beileger: [−\d]+ % Kontakte \([^)]+\), (noch offen|ändern|beenden)\.", worked)
    assert "erste Auswertung" in worked
    gap = "Größte Lücke: Reklamation und 8D-Bericht, 3,44 statt 5,36. Abstand −1,92 Punkte (Spanne −2,14 bis −1,70; n = 176)"
    assert gap in german["10_expectation_gaps"]
    assert "3.44 against 5.36" in english["10_expectation_gaps"]
    assert "caus" not in english["10_expectation_gaps"].replace("because", "")
