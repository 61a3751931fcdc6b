"""Notebooks are thin, ordered, stripped, say everything in both languages, and run."""

from __future__ import annotations

import ast
import json
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_LINES, BOOK_LINES = 12, 100


def cells(path, kind):
    return [
        cell | {"source": "".join(cell["source"])}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == kind
    ]


def code_lines(source):
    return [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def book(request):
    return request.param


def test_there_are_notebooks_and_their_numbers_are_their_order():
    numbers = [path.stem[:2] for path in NOTEBOOKS]
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 2


def test_a_notebook_chooses_arranges_and_says(book):
    total = 0
    for cell in cells(book, "code"):
        lines = code_lines(cell["source"])
        total += len(lines)
        assert len(lines) <= CELL_LINES + 3, f"{len(lines)} lines in one cell"
        forbidden = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.With)
        assert not [node for node in ast.walk(ast.parse(cell["source"])) if isinstance(node, forbidden)], "logic belongs into the library"
    assert total <= BOOK_LINES


def test_nothing_is_stored_in_a_notebook(book):
    for cell in cells(book, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


def test_one_parameter(book):
    tagged = [cell for cell in cells(book, "code") if "parameters" in cell["metadata"].get("tags", [])]
    assert [cell["source"] for cell in tagged] == ['client = "demo"']


def test_prose_comes_in_pairs(book):
    tags = [cell["metadata"]["tags"] for cell in cells(book, "markdown")]
    assert tags == [["de"], ["en"]] * (len(tags) // 2)
    for language in ("de", "en"):
        texts = [cell["source"] for cell in cells(book, "markdown") if cell["metadata"]["tags"] == [language]]
        assert sum(len(re.findall(r"^# ", text, re.M)) for text in texts) == 1
        assert texts[0].startswith("# ")


def test_every_text_a_notebook_names_is_in_the_catalogs(book):
    from cxlib.report.catalog import messages

    wanted = {"caption": "caption", "answer": "answer", "wanted": "wanted", "owner": "owner", "not_examined": "not_examined"}
    for cell in cells(book, "code"):
        for node in ast.walk(ast.parse(cell["source"])):
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                if keyword.arg in wanted:
                    keys = ast.literal_eval(keyword.value)
                    for key in [keys] if isinstance(keys, str) else keys:
                        text = f"{wanted[keyword.arg]}.{key}"  # an answer may be sentences of their own, each with its key
                        assert text in messages("de") or any(name.startswith(f"{text}.") for name in messages("de"))


def test_tables_come_from_lower_numbers_only(book):
    """What a notebook loads is a contract table or was saved by a notebook before it."""
    from cxlib.tables import CONTRACTS, MADE

    saved = set()
    for path in [other for other in NOTEBOOKS if other.stem < book.stem]:
        saved |= set(re.findall(r"study\.save\(\s*\"(\w+)\"", "".join(cell["source"] for cell in cells(path, "code"))))
    own = set(re.findall(r"study\.save\(\s*\"(\w+)\"", "".join(cell["source"] for cell in cells(book, "code"))))
    later = "".join(cell["source"] for path in NOTEBOOKS if path.stem > book.stem for cell in cells(path, "code"))
    shadowing = [name for name in own & (set(CONTRACTS) - set(MADE)) if f'"{name}"' in later]
    assert not shadowing, "figures saved under a table's name take its place in later notebooks"
    raw = set(CONTRACTS) - {"contact_reasons", "topics", "personas"}
    for cell in cells(book, "code"):
        for name in re.findall(r"study\.table\(\s*\"(\w+)\"", cell["source"]):
            assert name in raw | saved, f"{name} is saved by no notebook before {book.stem}"
    assert set(MADE) <= set(CONTRACTS)


def published(project, client, *options):
    """Run the suite for one client of a project as the command line does; return its run folder."""
    from cxlib.suite.cli import main

    assert main(["run", client, *options]) == 0
    reports = project / "reports" / client
    return reports / "runs" / (reports / "latest").read_text(encoding="utf-8").strip()


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A project with the real notebooks and nobody's data."""
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    shutil.copy(ROOT / "QUESTIONS.md", tmp_path)
    shutil.copytree(ROOT / "data" / "taxonomy", tmp_path / "data" / "taxonomy")
    (tmp_path / "params").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def add_client(project, name):
    shutil.copy(ROOT / "params" / f"{name}.yml", project / "params")
    (project / "data" / name).mkdir(parents=True)


def test_the_demo_runs_twice_to_the_same_bytes_and_says_what_it_should(suite, demo):
    add_client(suite, "demo")
    shutil.copytree(demo / "data" / "demo", suite / "data" / "demo", dirs_exist_ok=True)
    first, second = published(suite, "demo"), published(suite, "demo")
    names = {path.relative_to(first) for folder in ("tables", "draws") for path in (first / folder).iterdir()}
    assert len(names) > 80
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
    german = {path.stem: path.read_text(encoding="utf-8") for path in (second / "de").glob("*.html")}
    english = {path.stem: path.read_text(encoding="utf-8") for path in (second / "en").glob("*.html")}
    assert set(german) == set(english) == {"index", *(path.stem for path in NOTEBOOKS)}
    assert all("Simulierte Daten – keine echte Firma" in page for page in german.values())
    assert "of 211 questions can be answered reliably" in english["00_data_readiness"]
    assert "42 Kontaktpunkte, 10 ohne jede Messung, 4 ohne Verantwortliche." in german["01_touchpoint_inventory"]
    assert "Monday, 8:00–9:00" in english["02_status_quo"]
    gap = "Größte Lücke: Reklamation und 8D-Bericht, 3,42 statt 5,35. Abstand −1,93 Punkte (Spanne −2,15 bis −1,71; n = 176)"
    assert gap in german["10_expectation_gaps"]
    assert "3.42 against 5.35" in english["10_expectation_gaps"]
    assert "caus" not in english["10_expectation_gaps"].replace("because", "")


def test_a_client_without_a_survey_gets_a_page_that_says_what_is_missing(suite):
    (suite / "data" / "calls" / "raw").mkdir(parents=True)
    (suite / "data" / "calls" / "raw" / "a.csv").write_text(
        "Id;Zeit;Kanal\n1;05.02.2025 08:15;Tel\n2;05.02.2025 09:15;Tel\n", encoding="utf-8"
    )
    (suite / "params" / "calls.yml").write_text(
        """
client: calls
name: "<b>Nur</b> Anrufe"
language: de
period: {start: 2025-01-01, end: 2025-12-31}
sources:
  calls:
    table: contacts
    file: a.csv
    delimiter: ";"
    time_format: "%d.%m.%Y %H:%M"
    columns: {contact_id: Id, contact_ts: Zeit, channel: Kanal}
    values: {channel: {Tel: phone}}
""",
        encoding="utf-8",
    )
    page = (published(suite, "calls") / "de" / "10_expectation_gaps.html").read_text(encoding="utf-8")
    assert "Lässt sich mit diesen Daten nicht beantworten" in page
    assert "Wie gut wir sind, sagen diese Daten nicht" in page
    assert "<b>Nur" not in page


def test_the_airport_survey_becomes_a_report_with_nothing_but_its_params(suite, shared_data):
    add_client(suite, "sfo2017")
    (suite / "data" / "sfo2017" / "raw").mkdir()
    (suite / "data" / "sfo2017" / "raw" / "sfo2017.csv").write_bytes((shared_data / "sfo2017.csv").read_bytes())
    run = published(suite, "sfo2017")
    english = (run / "en" / "10_expectation_gaps.html").read_text(encoding="utf-8")
    assert "Weakest: Retail shops at 3.65" in english
    assert "What customers expect was not asked." in english
    assert "Survey: question about: expected" in english
    assert "40.4 points (span 37.3 to 43.5; n = 2,746)" in english
    assert "40,4 Punkte (Spanne 37,3 bis 43,5; n = 2.746)" in (run / "de" / "10_expectation_gaps.html").read_text(encoding="utf-8")


def test_a_city_s_log_becomes_a_report_with_nothing_but_its_params(suite, shared_data):
    add_client(suite, "boston311")
    (suite / "data" / "boston311" / "raw").mkdir()
    shutil.copy(shared_data / "boston311_2015.csv.gz", suite / "data" / "boston311" / "raw")
    run = published(suite, "boston311")
    read = (run / "en" / "00_data_readiness.html").read_text(encoding="utf-8")
    assert read.count("121,145") >= 4  # read and taken in, drawn and listed
    assert "resolved_ts &lt; contact_ts" in read
    page = (run / "en" / "02_status_quo.html").read_text(encoding="utf-8")
    assert all(name in page for name in ("Constituent call", "Citizens Connect app", "Maximo integration", "Twitter"))
    assert "63.2%" in page
    assert "62.4% to 64.1%" in page
    assert "83,181" in page
