"""A formula that is broken on purpose turns a test red: the faults of faults.py, each in a copy of the source.

In every run a few of them; all with ``pytest -m mutation tests/test_mutations.py``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(Path(__file__).parent))
try:
    from faults import FAULTS, Fault
finally:
    sys.path.pop(0)

SOURCE = ROOT / "src" / "cxlib"
needs_fork = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="faults are looked at in forks, on Linux only")


def judged(faults: Sequence[Fault]) -> list[dict]:
    """Say of each fault what became of its tests."""
    asked = json.dumps([fault.told for fault in faults])
    command = [sys.executable, str(Path(__file__).parent / "mutated.py")]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def unseen(fault: Fault, told: dict) -> list[str]:
    """Return what is wrong: tests that stay green, or break otherwise than by an assertion."""
    red = {name.split("[")[0] for name in told.get("red", [])}
    wrong = [f"{fault.why}: {test} stays green" for test in fault.tests if test not in red]
    if told["exit"] != 1 or not told.get("copy"):
        wrong.append(f"{fault.why}: exit {told['exit']}, {told.get('otherwise')}")
    return wrong


def held(faults: Sequence[Fault]) -> None:
    wrong = [line for fault, told in zip(faults, judged(faults), strict=True) for line in unseen(fault, told)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.why)
def test_every_fault_has_its_place_and_its_tests(fault):
    text = (SOURCE / fault.file).read_text("utf-8")
    assert text.count(fault.old) == 1, "what the fault changes does not stand there once: word it anew"
    compile(text.replace(fault.old, fault.new), fault.file, "exec")
    for test in fault.tests:
        file, name = test.split("::")
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.M), test


def test_faults_differ():
    assert len({fault.why for fault in FAULTS}) == len({(fault.file, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)
    assert {room for fault in FAULTS for room in fault.file.split("/")[:1]} == {
        *("estimates", "survey", "contacts", "reasons", "customers", "decisions", "report", "intake")
    }


@needs_fork
def test_quick_faults_turn_their_tests_red_and_no_fault_turns_none():
    quick = [fault for fault in FAULTS if fault.quick]
    none = replace(quick[0], new=quick[0].old)
    *told, green = judged([*quick, none])
    assert not [line for fault, one in zip(quick, told, strict=True) for line in unseen(fault, one)]
    assert (green["exit"], green["red"], green["otherwise"]) == (0, [], [])
    assert green["copy"]


@needs_fork
@pytest.mark.mutation
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.why)
def test_every_fault_turns_its_tests_red(fault):
    held([fault])
