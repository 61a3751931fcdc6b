"""Golden tables: the demo client's figures as CSV, whose every change shows as a diff to be reviewed.

``python tests/golden/update.py`` writes them anew; ``tests/test_golden.py`` compares.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from cxlib import estimates, intake
from cxlib.intake import readiness
from cxlib.params import load
from cxlib.survey import scores

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent / "demo"


def tables(project: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the golden tables of the demo client: name, ESTIMATES."""
    params = load(project, "demo")
    prepared = intake.prepare(project, params)
    held = {name: prepared.table(name) for name in ("responses", "questions", "elements", "sources")}
    answers, sampling = held["responses"], {"cluster": params.scores.cluster, "level": params.level}
    yield "nps", estimates.stack(*[scores.nps(answers, by=by, **sampling) for by in ([], ["wave"], *([name] for name in params.scores.by))])
    yield "actual", scores.mean_rating(answers, **sampling)
    yield "expected", scores.mean_rating(answers, item_type="expected", **sampling)
    yield "top_box", scores.top_box(answers, **sampling)
    yield "usage", scores.usage(answers, **sampling)
    yield "csat_ces", estimates.stack(scores.csat(answers, item_type="overall", **sampling), scores.ces(answers, **sampling))
    yield "questions", readiness.questions(held["questions"], held["elements"])
    yield "sources", readiness.sources(held["sources"], as_of=params.last_day, max_data_age_days=params.readiness.max_data_age_days)


def project_of_demo(folder: Path) -> Path:
    """Lay out a project with the demo client alone, so that nothing of a working copy enters."""
    for path in ("params/demo.yml", "QUESTIONS.md", *(f"data/demo/raw/{file.name}" for file in (ROOT / "data/demo/raw").iterdir())):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes((ROOT / path).read_bytes())
    return folder


def main() -> None:
    """Write every golden table."""
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, table in tables(project_of_demo(Path(folder))):
            table.to_csv(HERE / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n")


if __name__ == "__main__":
    main()
