"""The whole suite's slice: simulated clients through ``cx batch``, and every decision box against what was planted.

The clients are those of ``python -m cxlib.simulate clients 50``: two markets, five kinds of completeness, four sizes. They are laid out
in a project of their own (CX_SUITE_PROJECT, or a folder beside other temporary files) that keeps what is done, so that a study stopped
goes on where it was. Which claim of which page is held against what stands in ``_validity_suite_truth.py``.

    python benchmarks/_validity_suite.py PROJECT [--quick] [--judge] [--wrong FILE]

does the same and tells more: one row a claim, and which sentences were wrong. With --judge nothing is run: finished clients are judged.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from _measurement import Result, as_markdown
from _validity import Cell, name_of
from _validity_suite_truth import JUDGES, NOT_JUDGED, OPEN, RIGHT, WRONG, Claim, Page

from cxlib.simulate.company import grown
from cxlib.simulate.plan import Plan
from cxlib.simulate.project import study, write_client
from cxlib.simulate.reasons import NO_CONCERN

ROOM = "suite"
ROOT = Path(__file__).parent.parent
ALSO = (*sorted((ROOT / "notebooks").glob("*.ipynb")), *sorted((ROOT / "src").rglob("*.py")))  # what a run rests on beyond imports
CLIENTS, QUICK, SMALL = 50, 4, 0.1
GOAL = 0.05  # of sentences with a 95 % span; those of page 16 have one of 90 %
DECISION = "application/vnd.cxlib.decision+json"
MONEY = re.compile(r"€|\bEUR\b|[$£]\s?\d|\bUSD\b")
TRACE = "Traceback (most recent call last)"
VERDICTS = (RIGHT, OPEN, WRONG)
C_RIGHT, C_WRONG = "grade C, so", "grade C, not so"
COLUMNS = (RIGHT, C_RIGHT, OPEN, C_WRONG, WRONG)


def project_of(folder: Path) -> Path:
    """Lay out the project once: notebooks, questions, taxonomy, the demo's params and files."""
    if not (folder / "params" / "demo.yml").exists():
        for part in ("notebooks", "params", Path("data") / "taxonomy", Path("data") / "demo" / "raw"):
            shutil.copytree(ROOT / part, folder / part, dirs_exist_ok=True)
        shutil.copy(ROOT / "QUESTIONS.md", folder)
    return folder


def clients(quick: bool) -> dict[str, Plan]:
    """Return the plans, small clients first."""
    plans = sorted(study(CLIENTS).items(), key=lambda pair: pair[1].size)
    if quick:
        return dict(plans[:QUICK])
    return dict(plans)


def run(folder: Path, plans: dict[str, Plan], language: str = "de") -> None:
    """Write clients that are not there and take them all through the batch; one that fails stands in reports/batch.csv."""
    for name, plan in plans.items():
        if not (folder / "params" / f"{name}.yml").exists():
            write_client(plan, folder, name)
    line = [sys.executable, "-m", "cxlib.suite.cli", "batch", *plans, "--language", language, "--workers", str(os.cpu_count() or 1)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    subprocess.run(line, cwd=folder, env=environment, check=False, stdout=subprocess.DEVNULL)


def published(folder: Path, name: str) -> Path | None:
    """Return the folder of a client's last published run."""
    latest = folder / "reports" / name / "latest"
    if not latest.exists():
        return None
    return latest if latest.is_dir() else folder / "reports" / name / "runs" / latest.read_text("utf-8").strip()


def boxes(run_of: Path) -> dict[str, dict[str, object]]:
    """Return the decision box of each page, by its number."""
    found: dict[str, dict[str, object]] = {}
    for path in sorted((run_of / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                box = output.get("data", {}).get(DECISION)
                if box and box.get("language") == "de":
                    found[path.name[:2]] = box
    return found


def judged(folder: Path, name: str, plan: Plan) -> list[dict[str, object]]:
    """Return a row for each claim of a client's pages; none where it was not published."""
    where = published(folder, name)
    if where is None:
        return []
    made, truth = grown(plan)
    saved = {path.stem: pd.read_parquet(path) for path in (where / "tables").glob("*.parquet")}
    log = made["contacts"]
    told = log[log["_has_text"] & log["_reason"].ne(NO_CONCERN) & log["direction"].fillna("inbound").eq("inbound") & ~log["_tally"]]
    page, said = Page(plan, saved, truth, made, told), boxes(where)
    rows: list[dict[str, object]] = []
    for number, judge in JUDGES.items():
        box = said.get(number, {})
        for claim in judge(page):
            rows.append({"client": name, **vars(claim), "verdict": _graded(claim, box), "sentence": box.get("answer", "")})
    return rows


def _graded(claim: Claim, box: dict[str, object]) -> str:
    """A sentence of grade C says that it is not sure; one that is not answered says nothing."""
    if not box.get("answered", False):
        return OPEN
    if box.get("grade") == "C":
        return {RIGHT: C_RIGHT, WRONG: C_WRONG}.get(claim.verdict, OPEN)
    return claim.verdict


def promises(folder: Path, name: str, plan: Plan) -> dict[str, bool]:
    """Return what must hold for a client's run as a whole."""
    where = published(folder, name)
    if where is None:
        return {"published": False}
    pages = {path.name: path.read_text("utf-8") for path in where.glob("de/*.html")}
    found = {
        "published": True,
        "index there": (where / "de" / "index.html").exists(),
        "no traceback": not any(TRACE in page for page in pages.values()),
    }
    if plan.completeness == "no_costs":
        tables = [path.read_text("utf-8") for path in (where / "tables").glob("*.csv")]
        found["no money without costs"] = not any(MONEY.search(seen_of(text)) for text in (*pages.values(), *tables))
    if plan.completeness in ("log_only", "survey_only"):
        actions = pages.get("16_actions.html", "")
        card = [pd.read_parquet(path) for path in (where / "tables").glob("*scorecard*.parquet")]
        found["scorecard there"] = any(len(table) for table in card)
        found["missing inputs named"] = "nicht geprüft" in seen_of(actions).lower() or "fehlt" in seen_of(actions).lower()
    return found


def seen_of(html: str) -> str:
    """Return what is read of a page: no styles, scripts, addresses of data."""
    bare = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", html)
    return re.sub(r"(?s)<[^>]*>", " ", bare)


def table_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Count verdicts by page and figure."""
    counted = pd.crosstab([rows["page"], rows["figure"]], rows["verdict"])
    return counted.reindex(columns=list(COLUMNS), fill_value=0).assign(n=lambda table: table.sum(axis=1)).reset_index()


def results(folder: Path, plans: dict[str, Plan]) -> list[Result]:
    """Word the figures: wrong sentences by page and figure, and what has to hold for every run."""
    rows = pd.DataFrame([row for name, plan in plans.items() for row in judged(folder, name, plan)])
    told = []
    for _, row in table_of(rows).iterrows() if len(rows) else ():
        wrong, definite = int(row[WRONG]), int(row[WRONG] + row[RIGHT])
        share = wrong / definite if definite else 0.0
        note = ", ".join(f"{column} {row[column]}" for column in COLUMNS)
        goal = 2 * GOAL if "net benefit" in row["figure"] else GOAL
        holds = wrong <= _likely(definite, goal)
        told.append(
            Result(
                name_of("wrong", f"{row['page']} {row['figure']}", "sentences", len(plans)),
                share,
                "share of definite sentences",
                f"≤ {goal:g}",
                holds,
                note,
            )
        )
    held: dict[str, list[bool]] = {}
    for name, plan in plans.items():
        for what, so in promises(folder, name, plan).items():
            held.setdefault(what, []).append(so)
    told += [
        Result(
            name_of("holds", what, "clients", len(plans)), sum(so) / len(so), "share of clients", "1", all(so), f"{sum(so)} of {len(so)}"
        )
        for what, so in held.items()
    ]
    return told


def _likely(count: int, share: float) -> float:
    """How many wrong ones chance alone brings in 99 of 100 studies."""
    from scipy import stats

    return float(stats.binom.ppf(0.99, count, share)) if count else 0.0


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cell: all clients at once, since they share a project."""
    plans = clients(quick)

    def measure(repetitions: int) -> Sequence[Result]:
        folder = project_of(Path(os.environ.get("CX_SUITE_PROJECT") or Path(tempfile.gettempdir()) / "cx-suite"))
        chosen = dict(list(plans.items())[:repetitions])
        run(folder, chosen)
        return results(folder, chosen)

    return [Cell(ROOM, name_of("whole suite", "decision boxes", "simulated clients", len(plans)), len(plans), measure)]


def main(words: Iterable[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--judge", action="store_true", help="run nothing")
    parser.add_argument("--wrong", type=Path, help="write all claims to this file (CSV)")
    chosen = parser.parse_args(list(words))
    plans = clients(chosen.quick)
    folder = chosen.project if chosen.judge else project_of(chosen.project)
    if not chosen.judge:
        run(folder, plans)
    rows = pd.DataFrame([row for name, plan in plans.items() for row in judged(folder, name, plan)])
    if rows.empty:
        raise SystemExit("No client was published.")
    counted = table_of(rows)
    print(as_markdown(list(counted.columns), counted.to_numpy().tolist()))
    for page, why in NOT_JUDGED.items():
        print(f"Page {page} is not judged, because {why}.")
    for name, plan in plans.items():
        failed = [what for what, so in promises(folder, name, plan).items() if not so]
        if failed and (chosen.judge is False or failed != ["published"]):
            print(f"{name}: does not hold: {', '.join(failed)}")
    for _, row in rows[rows["verdict"].isin([WRONG, C_WRONG])].iterrows():
        print(f"{row['client']} {row['page']} {row['figure']} ({row['verdict']}): {row['said']}; true {row['truth']} · {row['sentence']}")
    if chosen.wrong:
        rows.to_csv(chosen.wrong, index=False)


if __name__ == "__main__":
    main(sys.argv[1:])
