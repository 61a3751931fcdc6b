"""First contact: exports lie where they belong and a draft is written, or nothing is; a few lines, and the check takes it."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from cxlib import intake
from cxlib.errors import CxError
from cxlib.params import load
from cxlib.suite.cli import main
from cxlib.suite.new import begin

ROOT = Path(__file__).parents[2]
LOG = "Ticket-ID;Erstellt am;Kanal\n" + "".join(f"{n};{n % 28 + 1:02}.03.2025 10:00;Telefon\n" for n in range(1, 41))


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("made", ROOT / "tests" / "intake" / "draft" / "made.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def empty(tmp_path):
    """A project without clients, as it stands before the first one."""
    for folder in ("params", "notebooks"):
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "QUESTIONS.md", tmp_path)
    shutil.copytree(ROOT / "data" / "taxonomy", tmp_path / "data" / "taxonomy")
    return tmp_path


@pytest.fixture
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("downloads") / "Tickets.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


def test_an_export_of_no_known_shape_is_mapped_with_a_few_lines(empty, made, tmp_path_factory):
    begun = begin(empty, "acme", [made.write(tmp_path_factory.mktemp("downloads"), "anlage.csv")])
    text, touched = made.confirmed(begun.path.read_text(encoding="utf-8"), made.EDITS["anlage.csv"])
    with pytest.raises(CxError) as refused:
        load(empty, "acme")
    assert len(refused.value.problems) == begun.marks
    begun.path.write_text(text, encoding="utf-8")
    prepared = intake.prepare(empty, load(empty, "acme"))
    contacts = prepared.table("contacts")
    assert touched <= 15
    assert len(contacts) == made.ROWS
    assert contacts["contact_ts"].iloc[0].isoformat() == "2025-01-08T21:22:20+01:00"
    assert contacts[["wait_s", "handle_s"]].iloc[2].tolist() == [3.5, 183.0]


def test_what_it_did_is_told_and_what_is_there_is_left(empty, log, capsys, monkeypatch):
    monkeypatch.chdir(empty)
    raw = empty / "data" / "acme" / "raw"
    raw.mkdir(parents=True)
    (raw / "Anrufe.csv").write_text(LOG.replace("\n", "\nA").removesuffix("A"), encoding="utf-8")
    assert main(["new", "acme", str(log), str(raw / "Anrufe.csv")]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "copied to data/acme/raw/: Tickets.csv"
    assert said[-2:] == [
        "params/acme.yml: drafted. 5 guesses to confirm: delete `!guess` where it is right, else write what is.",
        "cx check acme names what is left.",
    ]
    assert sorted(path.name for path in raw.iterdir()) == ["Anrufe.csv", "Tickets.csv"]
    assert main(["new", "acme", str(log)]) == 2
    assert (
        capsys.readouterr().err == "params/acme.yml: is there already and is not overwritten. Choose another name, or move it away first.\n"
    )


@pytest.mark.parametrize(
    ("client", "content", "message"),
    [
        ("Acme", LOG, "client: 'Acme' cannot name a client."),
        ("acme", "", "Tickets.csv: is empty. Ask for the export again."),
        ("acme", "Text\nHallo\n", "Tickets.csv: has one column only"),
        (
            "acme",
            "Ticket-ID;Erstellt am;Kanal\n1;05.03.2025\n2;06.03.2025;Fax\n",
            "Tickets.csv: 1 rows do not have the header's 3 cells (line 2: 2).",
        ),
    ],
)
def test_what_cannot_be_drafted_leaves_nothing_behind(empty, log, client, content, message):
    log.write_text(content, encoding="utf-8")
    with pytest.raises(CxError) as refused:
        begin(empty, client, [log])
    assert refused.value.problems[0].startswith(message)
    assert not (empty / "data" / "acme").exists()
    assert not list((empty / "params").iterdir())


def test_files_are_never_written_over(empty, log):
    raw = empty / "data" / "acme" / "raw"
    raw.mkdir(parents=True)
    (raw / "Tickets.csv").write_text("another", encoding="utf-8")
    with pytest.raises(CxError, match="has another file 'Tickets.csv' already, which is not overwritten"):
        begin(empty, "acme", [log])
    with pytest.raises(CxError, match="is not there"):
        begin(empty, "acme", [log.with_name("Anrufe.csv")])
    assert (raw / "Tickets.csv").read_text(encoding="utf-8") == "another"


def test_a_draft_that_cannot_be_written_takes_its_copies_back(empty, log, monkeypatch):
    def full(target, text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cxlib.suite.new._written", full)
    with pytest.raises(OSError, match="No space left"):
        begin(empty, "acme", [log])
    assert not (empty / "data" / "acme").exists()


def test_a_decision_that_intake_asks_for_is_proposed_and_marked(empty, log):
    log.write_text(LOG + LOG.splitlines()[1] + "\n", encoding="utf-8")
    begun = begin(empty, "acme", [log])
    assert begun.open == ()
    assert "    duplicates: !guess drop_equal " in begun.path.read_text(encoding="utf-8")
