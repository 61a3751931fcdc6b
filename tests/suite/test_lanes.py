"""Several notebooks at a time: the outcome is that of one after the other, whoever is quicker."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxlib.errors import CxError
from cxlib.suite import engine, lanes
from cxlib.suite.ahead import Ahead
from cxlib.suite.store import Store

WAIT_S = 10


class Part:
    """Stands in for a part folder: a notebook is a function of its own folder and of who has not ended."""

    def __init__(self, folder: Path, notebooks: dict) -> None:
        self.folder, self.notebooks = folder, notebooks
        self.edition = SimpleNamespace(params=SimpleNamespace(min_n=7))
        self.notes: dict = {}
        self.started: list = []

    def kernel(self, sheet, folder, ahead_of=(), below=()):
        self.started.append((sheet.name, ahead_of))
        try:
            self.notebooks[sheet.name](Store(folder, (*below, self.folder)), Ahead(Store(folder), ahead_of) if ahead_of else None)
        except CxError as fault:
            raise engine.NotebookFailed(f"{sheet.name}: {fault}", SimpleNamespace()) from fault
        return SimpleNamespace(), 1.0

    def adopt(self, sheet, seconds, node, folder, files):
        replaced = False
        for file in files:
            target = self.folder / file
            replaced |= target.exists() and target.read_bytes() != (folder / file).read_bytes()
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / file, target)
        self.notes[sheet.name] = {"peak_mb": 1, "files": [file.as_posix() for file in files]}
        return replaced

    def kept(self, failure, name, node):
        return CxError(*failure.problems)


def write(store: Store, name: str, text: str) -> None:
    path = store.folder / "tables" / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def read(store: Store, name: str, ahead: Ahead | None) -> str:
    path = store._found(name, "tables")
    if path is None and ahead:
        ahead.wait(name)
    return path.read_text()


def run(tmp_path: Path, notebooks: dict, workers: int = 2) -> Part:
    part, told = Part(tmp_path / "run", notebooks), []
    part.folder.mkdir()
    part.told = told
    sheets = [SimpleNamespace(name=name, number=name[:2]) for name in sorted(notebooks)]
    lanes.run(part, sheets, workers=workers, step=lambda name, seconds, _peak: told.append((name, seconds)))
    return part


def test_two_run_at_a_time_and_are_noted_in_their_order(tmp_path):
    second = threading.Event()

    def first(store, ahead):
        assert second.wait(WAIT_S)
        write(store, "first", "1")

    def other(store, ahead):
        write(store, "second", "2")
        second.set()

    part = run(tmp_path, {"00_first": first, "01_second": other})
    assert list(part.notes) == ["00_first", "01_second"]
    assert [step for step in part.told if step[1]] == [("00_first", 1.0), ("01_second", 1.0)]
    assert sorted(path.name for path in part.folder.rglob("*.parquet")) == ["first.parquet", "second.parquet"]
    assert not (part.folder / lanes.FOLDER).exists()


def test_who_needs_a_table_runs_again_when_it_is_there(tmp_path):
    def reader(store, ahead):
        write(store, "second", read(store, "first", ahead) + "!")

    gave_up = threading.Event()

    def first(store, ahead):
        assert gave_up.wait(WAIT_S)
        write(store, "first", "1")

    def slow(store, ahead):
        try:
            reader(store, ahead)
        finally:
            gave_up.set()

    part = run(tmp_path, {"00_first": first, "01_reader": slow})
    assert part.started == [("00_first", ()), ("01_reader", ("00_first",)), ("01_reader", ())]
    assert (part.folder / "tables" / "second.parquet").read_text() == "1!"


def test_a_failure_ahead_of_others_is_tried_again_in_its_turn(tmp_path):
    tried = threading.Event()

    def first(store, ahead):
        assert tried.wait(WAIT_S)

    def hasty(store, ahead):
        tried.set()
        if ahead:
            raise CxError("too early")
        write(store, "second", "2")

    part = run(tmp_path, {"00_first": first, "01_hasty": hasty})
    assert list(part.notes) == ["00_first", "01_hasty"]


def test_of_two_failures_the_lower_number_is_told(tmp_path):
    tried = threading.Event()

    def first(store, ahead):
        assert tried.wait(WAIT_S)
        raise CxError("the first one")

    def second(store, ahead):
        tried.set()
        raise CxError("the second one")

    with pytest.raises(CxError, match="00_first: the first one"):
        run(tmp_path, {"00_first": first, "01_second": second})


def test_a_table_that_is_replaced_is_read_again(tmp_path):
    read_already = threading.Event()

    def first(store, ahead):
        write(store, "shared", "old")

    def second(store, ahead):
        assert read_already.wait(WAIT_S)
        write(store, "shared", "new")

    def third(store, ahead):
        text = read(store, "shared", ahead)
        read_already.set()
        write(store, "third", text)

    part = run(tmp_path, {"00_first": first, "01_second": second, "02_third": third})
    assert (part.folder / "tables" / "third.parquet").read_text() == "new"


def test_the_same_figures_saved_again_stop_nobody(tmp_path):
    read_already = threading.Event()

    def first(store, ahead):
        write(store, "shared", "same")

    def second(store, ahead):
        assert read_already.wait(WAIT_S)
        write(store, "shared", "same")

    def third(store, ahead):
        text = read(store, "shared", ahead)
        read_already.set()
        write(store, "third", text)

    part = run(tmp_path, {"00_first": first, "01_second": second, "02_third": third})
    assert [name for name, _ahead_of in part.started].count("02_third") == 1


def test_who_has_ended_before_its_turn_is_known_to_those_that_start_later(tmp_path):
    read_already = threading.Event()

    def first(store, ahead):
        assert read_already.wait(WAIT_S)

    def second(store, ahead):
        write(store, "second", "2")

    def third(store, ahead):
        write(store, "third", read(store, "second", ahead) + "!")
        read_already.set()

    part = run(tmp_path, {"00_first": first, "01_second": second, "02_third": third})
    assert part.started == [("00_first", ()), ("01_second", ("00_first",)), ("02_third", ("00_first",))]
    assert (part.folder / "tables" / "third.parquet").read_text() == "2!"


def test_what_was_built_on_a_notebook_that_runs_again_runs_again(tmp_path, monkeypatch):
    read_already = threading.Event()
    refused = []

    def first(store, ahead):
        assert read_already.wait(WAIT_S)

    def second(store, ahead):
        write(store, "second", "too early" if ahead else "in its turn")

    def third(store, ahead):
        write(store, "third", read(store, "second", ahead))
        read_already.set()

    def only_in_their_turn(folder, _run, *, min_n):
        refused.append((folder / "tables" / "second.parquet").is_file())
        return not refused[-1]

    monkeypatch.setattr(lanes, "confirmed", only_in_their_turn)
    part = run(tmp_path, {"00_first": first, "01_second": second, "02_third": third})
    assert refused[0]
    assert (part.folder / "tables" / "third.parquet").read_text() == "in its turn"


def test_when_the_run_is_ended_no_thread_is_left(tmp_path, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(engine, "end_all", ended.set)

    def first(store, ahead):
        assert ended.wait(WAIT_S)

    def interrupted(*_arguments, **_settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(lanes, "wait", interrupted)
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, {"00_first": first})
    assert threading.active_count() == before
