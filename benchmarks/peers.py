"""What others would do the same work with, side by side in one run: speed, memory, right answers, and what each can do at all.

    python benchmarks/peers.py [--only PART] [--quick] [--json] [--resume FILE]

Parts and peers: drivers (pingouin; dominance analysis by brute force), personas (StepMix), reasons (two scikit-learn pipelines), log
(pandas; hand-written SQL in DuckDB), batch (papermill with nbconvert), checks (pandas with pandera). Each side runs in a process of its
own, all sides of a part in turn; ratios are told, ours = 1, with both figures beside them. pingouin (GPL-3.0) and StepMix are no part of
the project's requirements. An environment beside it has them, the locked packages and the project itself (pip install -r requirements.txt;
pip install pingouin stepmix; pip install --no-deps --no-build-isolation -e .), and its Python runs this file; where one is absent, its line
says so. Reasons read the data set that CX_SHARED_DATA names (data/README.md). What a peer offers is answered by hand in
_peers_features.py.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import _peers_sides as sides
import batch
from _kept import kept_results
from _measurement import Result, command_line, show
from _peers_features import FEATURES

NEEDS = {"pingouin": "pingouin", "StepMix": "stepmix"}
ROUNDS = {"drivers": 3, "personas": 3, "reasons": 1, "log": 3, "checks": 3}
LEAST = {"cpu": 1e-9, "memory": 1.0}  # what is told of memory below a MB is chance
SEEN = 0.2  # CPU seconds that are told apart from the clock's steps
GOALS = {"drivers": 0.02, "personas": 0.05, "reasons": 0.01, "log": 1e-9}  # how much worse than the best peer an answer may be


def measured(part: str, side: str, folder: Path, quick: bool, asked: bool) -> dict[str, Any]:
    """Run one side in a process of its own: CPU seconds of the work, memory on top of what was there before (MB), and its answer."""
    command = [
        sys.executable,
        __file__,
        "--side",
        part,
        side,
        str(folder),
        *(["--quick"] if quick else []),
        *(["--asked"] if asked else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{part}, {side}:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def side(part: str, name: str, folder: Path, quick: bool, asked: bool) -> None:
    """Be one side: make ready, run once on something small, then measure; short work is done as often as it takes to be seen."""
    call: Callable[[bool], Any] = sides.PARTS[part](folder, quick, asked)[name]
    answer = call(True)
    free, before, times = _memory("VmRSS", reset=True), _spent(), 0
    while times == 0 or _spent() - before < SEEN:
        answer |= call(False)
        times += 1
    cpu, peak = (_spent() - before) / times, _memory("VmHWM")
    print(json.dumps({"cpu": cpu, "memory": max(peak - free, 0.0), "answer": answer}))


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _memory(which: str, *, reset: bool = False) -> float:
    """Return what the process holds, or the most it has held since the last reset, in MB; NaN where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return float("nan")
    if reset:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
    return float(status.read_text("ascii").split(f"{which}:")[1].split()[0]) * 1024 / 1e6


def compared(part: str, quick: bool) -> Iterator[Result]:
    """Speed and memory of each peer over ours, and everybody's answers."""
    names = sides.NAMES[part]
    there = [name for name in names if name == sides.OURS or find_spec(NEEDS.get(name, "sys"))]
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in there}
    rounds = 1 if quick else ROUNDS[part]
    with tempfile.TemporaryDirectory(prefix="cx-peers-") as place:
        for turn in range(rounds):
            for name in there if turn % 2 == 0 else there[::-1]:
                found[name].append(measured(part, name, Path(place), quick, turn == rounds - 1))
    for name in names[1:]:
        if name not in there:
            yield Result(f"{part} · speed · {name}", 0.0, "times our CPU", "", None, f"skipped: {name} is not installed here")
            continue
        for figure, key, unit in (("speed", "cpu", "s"), ("memory", "memory", "MB")):
            pairs = zip(found[sides.OURS], found[name], strict=True)
            ratios = [max(other[key], LEAST[key]) / max(own[key], LEAST[key]) for own, other in pairs]
            own, other = (statistics.median(each[key] for each in found[who]) for who in (sides.OURS, name))
            note = f"ours {own:.3g} {unit}, {name} {other:.3g} {unit}; {min(ratios):.3g}–{max(ratios):.3g}, {len(ratios)} rounds"
            told = "times our CPU" if key == "cpu" else "times our memory"
            yield Result(f"{part} · {figure} · {name}", statistics.median(ratios), told, "", None, note)
    answers = {name: found[name][-1]["answer"] for name in there}
    yield from _answers(part, answers, quick)


def _answers(part: str, answers: dict[str, dict[str, float]], quick: bool) -> Iterator[Result]:
    """Each right answer: ours, held against the best of the peers; a word of what it is measured in says whether less is better."""
    for question, own in answers[sides.OURS].items():
        peers = {name: told[question] for name, told in answers.items() if name != sides.OURS and question in told}
        less = question.startswith(("error", "distance"))
        note = "; ".join(f"{name} {value:.4g}" for name, value in peers.items())
        best = (min if less else max)(peers.values(), default=own)
        allowed = GOALS.get(part, 0.0)
        holds = own <= best + allowed if less else own >= best - allowed
        goal = f"≤ best peer + {allowed:g}" if less else f"≥ best peer − {allowed:g}"
        yield Result(f"{part} · right answers · {question}", own, "ours", "" if quick else goal, None if quick else bool(holds), note)


def of_batch(quick: bool, more: argparse.Namespace) -> Iterator[Result]:
    """What benchmarks/batch.py measures, also as time on an idle machine with all its cores; quick, with few clients and pages."""
    clients, notebooks = (2, "00,01") if quick else (more.clients, more.notebooks)
    told = {result.name: result for result in batch.results(argparse.Namespace(clients=clients, notebooks=notebooks))}
    what = f"{clients} clients, notebooks {notebooks or 'all'}"
    for arm in ("cold", "forked"):
        for way in ("wall", f"CPU × {batch.CORES} cores"):
            result = told[f"{arm} kernels against the loop, {way}"]
            name = f"batch · speed · papermill loop, {arm} kernels of ours, {way}"
            yield Result(name, result.value, "times our time", "", None, f"{what}; {result.note}")
    yield Result("batch · memory · of a kernel", told["peak memory of a kernel"].value, "MB, ours", "", None, what)


def of_features(part: str) -> Iterator[Result]:
    """How many of the part's features each peer offers, and which."""
    wanted = FEATURES[part]
    for name in next(iter(wanted.values())):
        has = [feature for feature, who in wanted.items() if who[name]]
        lacks = [feature for feature in wanted if feature not in has]
        note = "; ".join(f"{word}: {', '.join(some)}" for word, some in (("yes", has), ("no", lacks)) if some)
        yield Result(f"{part} · features · {name}", float(len(has)), f"of {len(wanted)}", "", None, note)


def of_part(part: str, quick: bool, more: argparse.Namespace) -> Iterator[Result]:
    """All rows of a part."""
    if part == "reasons" and not sides.reasons_there():
        yield Result("reasons · speed", 0.0, "", "", None, "skipped: the reference data are not on this machine (set CX_SHARED_DATA)")
    else:
        yield from of_batch(quick, more) if part == "batch" else compared(part, quick)
    yield from of_features(part)


def main(arguments: list[str]) -> None:
    """Print the table, or be one side of a comparison."""
    if arguments[:1] == ["--side"]:
        side(arguments[1], arguments[2], Path(arguments[3]), "--quick" in arguments, "--asked" in arguments)
        return
    parser = command_line(str(__doc__), tuple(FEATURES))
    parser.add_argument("--resume", type=Path, metavar="FILE", help="keep results in FILE and go on from there")
    parser.add_argument("--clients", type=int, default=6, help="of the batch")
    parser.add_argument("--notebooks", default="00,01,07", help="of the batch, as in 00,01,07; empty for all")
    chosen = parser.parse_args(arguments)
    parts = [chosen.only] if chosen.only else list(FEATURES)

    def work() -> Iterator[Result]:
        yield Result("run", float(batch.CORES), "cores", "", None, sides.versions(time.strftime("%Y-%m-%d")))
        for part in parts:
            key = [part, chosen.quick, sys.prefix, *((chosen.clients, chosen.notebooks) if part == "batch" else ())]
            yield from kept_results(chosen.resume, [sides.code_of(), *key], partial(of_part, part, chosen.quick, chosen))

    show(work(), as_json=chosen.json)


if __name__ == "__main__":
    main(sys.argv[1:])
