"""The benchmarks' common face, and that the study counts hits as it says. Nothing here measures time."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
KEYS = ["name", "value", "unit", "goal", "holds", "note"]


@pytest.fixture(scope="module")
def validity():
    return loaded("validity")


def loaded(name):
    """Import a benchmark as it is found when it is run: with its own folder on the path."""
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


def said(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def run(module, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", [module.__name__, *arguments])
    module.main()


def test_the_quick_study_prints_one_object_a_line():
    command = [sys.executable, str(BENCHMARKS / "validity.py"), "--only", "estimates", "--quick", "--json"]
    done = subprocess.run(command, capture_output=True, check=True)
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert all(list(line) == KEYS for line in lines)
    assert {type(line["value"]) for line in lines} == {float}
    assert {type(line["holds"]) for line in lines} == {bool}
    questions, _, designs, sizes = (set(part) for part in zip(*(line["name"].split(" · ") for line in lines), strict=True))
    assert questions == {"coverage", "false alarms", "draws"}
    assert designs == {"plain", "weighted", "clustered"}
    assert sizes == {"n=100"}


def test_speed_is_told_as_ratios(capsys, monkeypatch):
    speed = loaded("estimates")
    monkeypatch.setattr(speed, "answers_of", lambda rows, made=speed.answers_of: made(rows // 10))
    monkeypatch.setattr(speed, "times_longer", lambda first, second, rounds: (first() is None or 2.0, "measured"))
    run(speed, monkeypatch, "--quick", "--json")
    same, *ratios = said(capsys)
    assert same["holds"]
    assert same["goal"] == "≤ 1e-9"
    assert [list(line) for line in ratios] == [KEYS] * 3
    assert {(line["value"], line["goal"], line["holds"]) for line in ratios} == {(2.0, "", None)}


@pytest.mark.parametrize("name", ["validity", "estimates"])
def test_an_unknown_room_is_refused(name, capsys, monkeypatch):
    with pytest.raises(SystemExit, match="2"):
        run(loaded(name), monkeypatch, "--only", "kitchen")
    assert "--only" in capsys.readouterr().err


def test_without_json_there_is_a_table(validity, capsys, monkeypatch):
    monkeypatch.setattr(validity, "FIGURES", [figure for figure in validity.FIGURES if figure.name == "csat"])
    run(validity, monkeypatch, "--only", "scores", "--quick")
    head, rule, row = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in head.split("|")[1:4]] == ["question: figure", "goal", "plain n=100"]
    assert set(rule) == {"|", "-"}
    assert row.startswith("| coverage: csat")


def test_a_stopped_study_goes_on_where_it_was(validity, tmp_path, monkeypatch):
    cell = validity.Cell(validity.FIGURES[0], "plain", 50, 20)
    kept = tmp_path / "study.jsonl"
    first = list(validity.results_of([cell], kept))
    with kept.open("a", encoding="utf-8") as file:
        file.write('\n{"code": "cut sho')
    monkeypatch.setitem(validity.QUESTIONS, "coverage", lambda _: pytest.fail("computed again"))
    assert list(validity.results_of([cell], kept)) == first
    monkeypatch.setitem(validity.QUESTIONS, "coverage", lambda _: replace(first[0], value=0.5))
    other = replace(cell, repetitions=40)
    assert [result.value for result in validity.results_of([cell, other], kept)] == [first[0].value, 0.5]
    assert len([line for line in kept.read_text("utf-8").splitlines() if line.endswith("}}")]) == 2


def test_hits_and_misses_are_counted(validity):
    found = pd.DataFrame({"low": [0.0] * 95 + [2.0, 2.0, -3.0, None, None], "high": [2.0] * 95 + [3.0, 3.0, -2.0, None, None]})
    figure = replace(validity.FIGURES[0], truth=1.0, estimate=lambda table, by: found)
    result = validity.coverage(validity.Cell(figure, "plain", 10, 100))
    assert result.value == 0.95
    assert result.holds
    assert result.note.endswith("too high 0.020, too low 0.010; no interval 0.020")
    alarms = validity.false_alarm(validity.Cell(replace(figure, truth=0.0), "plain", 10, 100, "false alarms"))
    assert (alarms.value, alarms.holds) == (0.03, True)


@pytest.mark.parametrize(("hits", "holds", "note"), [(1800, False, ""), (1890, True, ""), (1990, False, "; conservative")])
def test_the_goal_allows_for_chance_and_tells_caution_from_error(validity, hits, holds, note):
    found = pd.DataFrame({"low": [0.0] * hits + [2.0] * (2000 - hits), "high": 3.0})
    figure = replace(validity.FIGURES[0], truth=1.0, estimate=lambda table, by: found)
    result = validity.coverage(validity.Cell(figure, "plain", 1, 1))
    assert (result.holds, result.note.endswith("conservative")) == (holds, bool(note))


@pytest.mark.parametrize("design", ["plain", "weighted", "clustered"])
def test_every_truth_is_what_a_large_sample_shows(validity, design):
    for figure in validity.FIGURES:
        cell = validity.Cell(replace(figure, rows_at_once=20_000), design, 20_000, 1)
        table = next(validity.samples(cell))
        row = figure.estimate(table, by=["repetition"], **validity.options_of(cell), level=0.9999).iloc[0]
        assert row["low"] <= figure.truth <= row["high"], (figure.name, design)
