"""The benchmarks' common face, and that the study counts hits as it says. Nothing here measures time."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

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


@pytest.fixture
def samples(validity):
    return sys.modules["_validity_samples"]


def said(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def run(module, monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", [module.__name__, *arguments])
    module.main()


def test_the_quick_study_prints_one_object_a_line():
    command = [sys.executable, str(BENCHMARKS / "validity.py"), "--only", "estimates", "--quick", "--json", "--at-most", "20"]
    done = subprocess.run(command, capture_output=True, check=True)
    lines = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert all(list(line) == KEYS for line in lines)
    assert {type(line["value"]) for line in lines} == {float}
    assert {type(line["holds"]) for line in lines} == {bool}
    questions, _, designs, sizes = (set(part) for part in zip(*(line["name"].split(" · ") for line in lines), strict=True))
    assert questions == {"coverage", "false alarms", "draws"}
    assert designs == {"plain", "weighted", "clustered"}
    assert sizes == {"n=100"}


ROOMS = ["scores", "weights", "reliability", "gaps", "loyalty", "drivers", "asymmetry", "moments"]


def test_the_survey_is_all_of_its_rooms(validity):
    cells = validity.study(only="survey", quick=True)
    assert list(dict.fromkeys(cell.room for cell in cells)) == ROOMS
    everything = validity.study(only=None, quick=True)
    assert [cell.room for cell in everything if cell.room in validity.SURVEY] == [cell.room for cell in cells]
    assert len({cell.name for cell in everything}) == len(everything)
    assert {cell.repetitions for cell in validity.study(only="gaps", quick=False, at_most=7)} == {7}


@pytest.mark.parametrize("room", [*ROOMS, "reasons", "contact-log"])
def test_the_quick_study_of_a_room_prints_one_object_a_line(validity, room, capsys, monkeypatch):
    monkeypatch.setattr(validity.SLICES["drivers"], "POPULATION", 100_000)
    monkeypatch.setattr(validity.SLICES["contact-log"], "MANY", 300)
    monkeypatch.setattr(validity, "PARTS", {})  # the room's own slice; its parts are named like the whole
    cells = {cell.measure.func if isinstance(cell.measure, partial) else None: cell for cell in validity.SLICES[room].cells(True)}
    monkeypatch.setattr(validity.SLICES[room], "cells", lambda quick: list(cells.values()))
    run(validity, monkeypatch, "--only", room, "--quick", "--json", "--at-most", "1")
    lines = said(capsys)
    assert len(lines) >= len(cells)
    for line in lines:
        assert list(line) == KEYS
        assert type(line["value"]) is float
        assert line["holds"] in ((None,) if line["goal"] == "" else (True, False))
        assert re.fullmatch(r"(coverage|false alarms|draws|recovery|calibration|accepted) · [^·]+ · [^·]+ · n=\d+", line["name"])


@pytest.mark.parametrize(
    ("room", "inside", "outside"),
    [
        ("gaps", "survey/gaps/paired.py", "survey/drivers/lattice.py"),
        ("drivers", "survey/drivers/lattice.py", "survey/gaps/paired.py"),
        ("moments", "survey/moments.py", "survey/gaps/paired.py"),
        ("estimates", "estimates/sampling.py", "survey/scores.py"),
        ("moments", "_validity_asymmetry.py", "_validity_gaps.py"),
    ],
)
def test_results_are_kept_as_long_as_the_code_they_rest_on(validity, room, inside, outside):
    code = {path.as_posix() for path in validity.code_of(room)}
    assert any(path.endswith(f"/{inside}") for path in code)
    assert not any(path.endswith(f"/{outside}") for path in code)
    assert any(path.endswith(f"/benchmarks/_validity_{room}.py") for path in code)
    assert any(path.endswith("/survey/__init__.py") for path in code) == (room != "estimates")
    assert all(Path(path).is_file() for path in code)


def test_the_contact_log_is_all_of_its_slices(validity):
    cells = validity.study(only="contact-log", quick=True)
    assert list(dict.fromkeys(cell.room for cell in cells)) == list(validity.LOG)
    assert len({cell.name for cell in cells}) == len(cells)


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
    cells = validity.study(only="scores", quick=True)
    monkeypatch.setattr(validity.SLICES["scores"], "cells", lambda quick: [cell for cell in cells if "csat" in cell.name])
    run(validity, monkeypatch, "--only", "scores", "--quick")
    head, rule, *rows = capsys.readouterr().out.splitlines()
    assert [cell.strip() for cell in head.split("|")[1:-1]] == ["question: figure", "design", "goal", "n=100"]
    assert set(rule) == {"|", "-"}
    assert [[cell.strip() for cell in row.split("|")[1:3]] for row in rows] == [
        ["coverage: csat", design] for design in ("plain", "weighted", "clustered")
    ]


def test_sizes_stand_side_by_side_and_misses_are_bold(validity):
    result = validity.Result("coverage · mean · plain · n=300", 0.955, "share of intervals", "0.92–0.97", True)
    results = [
        result,
        replace(result, name="coverage · mean · plain · n=1000", value=0.9, holds=False),
        replace(result, name="recovery · mean · elsewhere · n=300", value=0.01234, unit="mean error of a share", goal="", holds=None),
    ]
    head, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in validity.across_sizes(iter(results)).splitlines()]
    assert head[3:] == ["n=300", "n=1000"]
    assert rows == [["coverage: mean", "plain", "0.92–0.97", "95.5 %", "**90.0 %**"], ["recovery: mean", "elsewhere", "", "0.012", ""]]


def test_a_stopped_study_goes_on_where_it_was(validity, tmp_path):
    def of(measure, repetitions=20):
        return validity.Cell("estimates", "coverage · mean · plain · n=50", repetitions, measure)

    first = [validity.Result("one", 0.5, "share"), validity.Result("other", 0.25, "share", "≤ 0.3", True, "two of a cell")]
    kept = tmp_path / "study.jsonl"
    assert list(validity.results_of([of(lambda _: first)], kept)) == first
    with kept.open("a", encoding="utf-8") as file:
        file.write('\n{"code": "cut sho')
    assert list(validity.results_of([of(lambda _: pytest.fail("computed again"))], kept)) == first
    counted = of(lambda repetitions: [replace(first[0], value=float(repetitions))], 40)
    assert [result.value for result in validity.results_of([of(lambda _: []), counted], kept)] == [0.5, 0.25, 40.0]
    other_room = replace(counted, room="gaps", measure=lambda _: first[:1])
    assert list(validity.results_of([other_room], kept)) == first[:1]
    assert len([line for line in kept.read_text("utf-8").splitlines() if line.endswith("]}")]) == 3


def test_hits_and_misses_are_counted(validity, samples):
    found = pd.DataFrame({"low": [0.0] * 95 + [2.0, 2.0, -3.0, None, None], "high": [2.0] * 95 + [3.0, 3.0, -2.0, None, None]})
    figure = replace(validity.SLICES["estimates"].FIGURES[0], truth=1.0, estimate=lambda table, by: found)
    result = samples.coverage(samples.Study(figure, "plain", 10, 100))
    assert result.value == 0.95
    assert result.holds
    assert result.note.endswith("too high 0.020, too low 0.010; no interval 0.020")
    alarms = samples.false_alarm(samples.Study(replace(figure, truth=0.0), "plain", 10, 100, "false alarms"))
    assert (alarms.value, alarms.holds) == (0.03, True)


@pytest.mark.parametrize(("hits", "holds", "note"), [(1800, False, ""), (1890, True, ""), (1990, False, "; conservative")])
def test_the_goal_allows_for_chance_and_tells_caution_from_error(validity, samples, hits, holds, note):
    found = pd.DataFrame({"low": [0.0] * hits + [2.0] * (2000 - hits), "high": 3.0})
    figure = replace(validity.SLICES["estimates"].FIGURES[0], truth=1.0, estimate=lambda table, by: found)
    result = samples.coverage(samples.Study(figure, "plain", 1, 1))
    assert (result.holds, result.note.endswith("conservative")) == (holds, bool(note))


def test_the_interval_of_hits_is_wilsons_and_knows_what_hangs_together(validity):
    sure_of = sys.modules["_validity"].sure_of
    hits = np.arange(100) >= 7
    assert sure_of(hits) == pytest.approx((0.93, *stats.binomtest(93, 100).proportion_ci(0.99, "wilson")))
    alone, twice = sure_of(hits), sure_of(np.column_stack([hits, hits]))
    assert twice == pytest.approx(alone)  # the same again says nothing new
    assert sure_of(np.column_stack([hits, np.full(100, np.nan)])) == pytest.approx(alone)
    assert sure_of(np.ones((100, 4)))[1] == pytest.approx(sure_of(np.ones(100))[1])


@pytest.mark.parametrize("room", ["estimates", "scores", "weights", "reliability", "loyalty"])
@pytest.mark.parametrize("design", ["plain", "weighted", "clustered"])
def test_every_truth_is_what_a_large_sample_shows(validity, samples, room, design):
    for figure in (*validity.SLICES[room].FIGURES, *getattr(validity.SLICES[room], "NO_EFFECT", ())):
        study = samples.Study(replace(figure, rows_at_once=20_000), design, 20_000, 1)
        table = next(samples.samples(study))
        row = figure.estimate(table, by=["repetition"], **samples.options_of(study), level=0.9999).iloc[0]
        assert row["low"] <= figure.truth <= row["high"], (figure.name, design)


@pytest.fixture
def suite(validity):
    return validity.SLICES["suite"]


def test_a_claim_is_wrong_only_where_its_own_span_and_hedges_leave_no_room(suite):
    truth = sys.modules["_validity_suite_truth"]
    row = pd.DataFrame({"value": [0.5], "low": [0.4], "high": [0.6]})
    assert [truth.spanned("05", "share", row, true).verdict for true in (0.45, 0.7)] == ["right", "wrong"]
    assert truth.spanned("05", "share", row.iloc[:0], 0.5).verdict == "undecided"
    told = [
        truth.named("10", "widest", name, {"T39"}, definite=sure).verdict for name, sure in (("T39", True), ("T22", False), ("T22", True))
    ]
    assert told == ["right", "undecided", "wrong"]
    claim = truth.Claim("10", "widest", "wrong")
    grades = [{"answered": True, "grade": grade} for grade in "BC"] + [{"answered": False, "grade": "C"}]
    assert [suite._graded(claim, box) for box in grades] == ["wrong", "grade C, not so", "undecided"]


def test_every_page_of_the_suite_is_judged_or_says_why_not(suite):
    truth = sys.modules["_validity_suite_truth"]
    pages = {path.name[:2] for path in (BENCHMARKS.parent / "notebooks").glob("*.ipynb")}
    assert pages == set(truth.JUDGES) | set(truth.NOT_JUDGED)
    assert not set(truth.JUDGES) & set(truth.NOT_JUDGED)
    assert [plan.size for plan in suite.clients(quick=True).values()] == [0.1] * 4
    assert len(suite.clients(quick=False)) == 50
    assert suite.MONEY.search(suite.seen_of("<td>33 €</td>"))
    assert not suite.MONEY.search(suite.seen_of("<style>a::after{content:'€'}</style><td title='x €'>33</td>"))


def test_hand_written_sql_counts_what_the_reductions_count():
    """The same groups and numbers, also over a clock change: otherwise their costs could not be compared."""
    import duckdb

    from cxlib.contacts import counted

    module, rng = loaded("contacts"), np.random.default_rng(3)
    at = pd.Series(pd.date_range("2025-03-28", "2025-04-01", periods=600, tz="Europe/Berlin")).dt.as_unit("us")
    local = at.dt.tz_localize(None)
    log = pd.DataFrame({"contact_id": np.arange(600).astype(str), "contact_ts": at.dt.tz_convert("UTC"), "direction": "inbound"})
    log["customer_id"] = pd.Series(rng.integers(100, 300, 600).astype(str)).where(rng.random(600) > 0.1)
    log = log.assign(local_date=local.dt.normalize(), local_hour=local.dt.hour, weight=1.0, channel=rng.choice(["phone", "email"], 600))
    log = log.assign(touchpoint_id="T1", transfers=rng.integers(0, 3, 600))
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.register("log", log)
    keys = {
        "by_hour": ["local_date", "local_hour"],
        "by_channel": ["channel"],
        "by_touchpoint": ["touchpoint_id"],
        "transfers": ["transfers"],
    }
    for name, by in keys.items():
        told = connection.sql(module.SQL[name]).df()
        ours = counted(connection.table("log"), by, cluster="" if name == "by_hour" else "customer_id")
        columns = by if name == "by_hour" else [*by, "cluster"]
        assert len(told) == len(ours), name
        both = ours.merge(told.set_axis([*columns, "n", "weight", "squares"], axis=1), on=columns, suffixes=("", "_sql"))
        assert len(both) == len(ours), name
        assert both[["n", "weight", "squares"]].to_numpy() == pytest.approx(both[["n_sql", "weight_sql", "squares_sql"]].to_numpy()), name


@pytest.fixture
def peers():
    return loaded("peers")


def test_peers_are_told_as_ratios_and_absent_ones_say_so(peers, capsys, monkeypatch):
    cost = {"ours": (2.0, 10.0, 0.90), "words + logistic regression": (1.0, 30.0, 0.85), "letters + calibrated SVM": (20.0, 5.0, 0.91)}

    def measured(part, side, folder, quick, asked):
        cpu, memory, accuracy = cost[side]
        return {"cpu": cpu, "memory": memory, "answer": {"accuracy": accuracy} if asked else {}}

    monkeypatch.setattr(peers, "measured", measured)
    monkeypatch.setattr(peers.sides, "reasons_there", lambda: True)
    told = {line["name"]: line for line in run_peers(peers, capsys, "--only", "reasons")}
    assert all(list(line) == KEYS for line in told.values())
    assert told["reasons · speed · words + logistic regression"]["value"] == 0.5
    assert told["reasons · memory · letters + calibrated SVM"]["value"] == 0.5
    right = told["reasons · right answers · accuracy"]
    assert (right["value"], right["goal"], right["holds"]) == (0.9, "≥ best peer − 0.01", True)
    monkeypatch.setattr(peers, "find_spec", lambda name: None if name == "pingouin" else name)
    monkeypatch.setattr(peers, "measured", lambda *_: {"cpu": 1.0, "memory": 1.0, "answer": {"error of a share": 0.1}})
    told = {line["name"]: line for line in run_peers(peers, capsys, "--only", "drivers", "--quick")}
    assert told["drivers · speed · pingouin"]["note"] == "skipped: pingouin is not installed here"
    assert told["drivers · speed · brute force"]["value"] == 1.0
    assert told["drivers · right answers · error of a share"]["holds"] is None


def run_peers(peers, capsys, *arguments):
    peers.main([*arguments, "--json"])
    return said(capsys)


def test_what_peers_can_do_is_answered_for_each_of_them(peers):
    for part, features in peers.FEATURES.items():
        names = peers.sides.NAMES.get(part, ("ours", "papermill + nbconvert"))
        assert all(tuple(who) == names for who in features.values()), part
        assert any(not who["ours"] for who in features.values()), f"{part}: what a peer offers beyond ours stands in the list too"


def test_sides_of_drivers_agree_and_know_the_truth(peers, monkeypatch, tmp_path):
    monkeypatch.setattr(peers.sides.worlds, "POPULATION", 50_000)
    rows = peers.sides.drivers.answers_of(4)
    assert peers.sides._brute_force(rows) == pytest.approx(peers.sides.drivers.shares(rows))
    told = peers.sides.of_drivers(tmp_path, True, False)["brute force"](True)
    assert told == {}


def test_every_fault_planted_in_an_export_is_one_cell(peers):
    checks = sys.modules["_peers_checks"]
    row = list(checks.intake.messy(checks.ROWS))[99]
    assert all(0 <= column < len(row) and row[column] != word for column, word in checks.PLANTED.values())


def test_results_are_kept_by_all_that_they_depend_on(peers, tmp_path):
    kept_results, file = sys.modules["_kept"].kept_results, tmp_path / "new" / "kept.jsonl"
    first = [peers.Result("one", 0.5, "share"), peers.Result("other", 0.25, "share", "≤ 0.3", True, "two of a part")]
    assert list(kept_results(file, ["code", "drivers", True], lambda: first)) == first
    with file.open("a", encoding="utf-8") as lines:
        lines.write('\n{"key": "cut sho')
    assert list(kept_results(file, ["code", "drivers", True], lambda: pytest.fail("computed again"))) == first
    assert list(kept_results(file, ["code", "drivers", False], lambda: first[:1])) == first[:1]
    assert list(kept_results(None, ["code", "drivers", True], lambda: first[1:])) == first[1:]
