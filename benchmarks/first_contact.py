"""First contact: how many lines of a draft have to be touched until ``cx check`` takes it, for exports of which no shape is known.

``freshdesk``, ``anlage`` and ``panel`` are written by ``tests/intake/draft/made.py`` after what such programs export; ``boston311`` and
``sfo2017`` are public data (data/README.md), left out where they are absent: CX_SHARED_DATA names the folder that holds them. Touched is a
line whose mark is deleted, or that is mended, added or taken away. The goal: 15 at most, and each mark that is left makes the check refuse.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from _measurement import Result, command_line, show

from cxlib import intake
from cxlib.errors import CxError
from cxlib.params import load
from cxlib.suite.new import begin

ROOT = Path(__file__).resolve().parent.parent
MOST = 15
ROOMS = ("written", "real")
WRITTEN = ("freshdesk.csv", "anlage.csv", "panel.csv")
# what is right where the draft is not, as params/boston311.yml and params/sfo2017.yml have it
REAL = {
    "boston311_2015.csv.gz": {
        "time_format:": ['    time_format: "%m/%d/%Y %I:%M:%S %p"', "    max_failed_share: 0.01"],
        "reason_legacy: REASON": ["      reason_legacy: TYPE"],
        "Employee Generated: !guess": ["        Employee Generated: other"],
        "City Worker App: !guess": ["        City Worker App: app"],
    },
    "sfo2017.csv": {
        "timezone: !guess": ["timezone: America/Los_Angeles"],
        "period: !guess": ["period: {start: 2017-05-01, end: 2017-05-31}"],
        "from_1_to_6: !guess": ['  from_1_to_6: {low: 1, high: 5, best: high, states: {"6": not_used, "0": no_answer, Blank: no_answer}}'],
        "constants: !guess": ['    constants: {survey_id: sfo2017, wave: "1", survey_ts: 2017-05-15}'],
        "NETPRO:": [
            "      NETPRO: {item_type: nps, scale: from_0_to_10}",
            "      Q7ALL: {item_type: overall, scale: from_1_to_6}",
            *(f"      {name}: {{item_type: actual, scale: from_1_to_6}}" for name in ("Q10SAFE", "Q13GETRATE", "Q14FIND", "Q14PASSTHRU")),
        ],
    },
}


def made() -> ModuleType:
    """Load the exports that the tests use as well."""
    spec = importlib.util.spec_from_file_location("made", ROOT / "tests" / "intake" / "draft" / "made.py")
    if spec is None or spec.loader is None:
        raise ImportError("tests/intake/draft/made.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project(folder: Path) -> Path:
    """Make an empty project."""
    for name in ("params", "notebooks"):
        (folder / name).mkdir()
    shutil.copy(ROOT / "QUESTIONS.md", folder)
    shutil.copytree(ROOT / "data" / "taxonomy", folder / "data" / "taxonomy")
    return folder


def measured(name: str, export: Path, edits: dict[str, list[str]], confirmed: ModuleType) -> Result:
    """Draft, mend, confirm, check; and once more for each mark, with that one left."""
    with tempfile.TemporaryDirectory() as folder:
        place = project(Path(folder))
        path = begin(place, "acme", [export]).path
        draft = path.read_text(encoding="utf-8")
        text, touched = confirmed.confirmed(draft, edits)
        path.write_text(text, encoding="utf-8")
        try:
            rows = intake.prepare(place, load(place, "acme")).rows
            problems: tuple[str, ...] = ()
        except CxError as error:
            rows, problems = {}, error.problems
        taken = max(rows.get("contacts", 0), rows.get("responses", 0))
        passed = sum(slips(place, path, draft, number) for number in range(draft.count("!guess")))
    goal = f"≤ {MOST}, and no mark left passes"
    note = problems[0] if problems else f"{taken:,} rows; {passed} marks left would pass"
    return Result(f"{name}: lines to touch", touched, "lines", goal, touched <= MOST and not problems and not passed, note)


def slips(place: Path, path: Path, draft: str, number: int) -> bool:
    """Leave one mark of a draft and tell whether params are read all the same; those in comments are none."""
    lines = [line.partition(" #")[0] for line in draft.splitlines() if not line.lstrip().startswith("#")]
    parts = "\n".join(lines).split("!guess")
    if number >= len(parts) - 1:
        return False
    path.write_text("".join(parts[: number + 1]) + "!guess" + "".join(parts[number + 1 :]), encoding="utf-8")
    try:
        load(place, "acme")
    except CxError:
        return False
    return True


def results(only: str | None) -> Iterator[Result]:
    """Measure every export."""
    exports = made()
    if only in (None, "written"):
        for name in WRITTEN:
            with tempfile.TemporaryDirectory() as folder:
                yield measured(name.partition(".")[0], exports.write(Path(folder), name), exports.EDITS[name], exports)
    shared = Path(os.environ.get("CX_SHARED_DATA", ROOT.parent / "shared" / "data"))
    for name, edits in REAL.items() if only in (None, "real") else ():
        if (shared / name).is_file():
            yield measured(name.partition(".")[0], shared / name, edits, exports)


if __name__ == "__main__":
    chosen = command_line(__doc__ or "", ROOMS).parse_args()
    found = list(results(chosen.only))
    show(found, as_json=chosen.json)
    sys.exit(0 if all(result.holds for result in found) else 1)
