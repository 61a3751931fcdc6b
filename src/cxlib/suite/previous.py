"""The analysis before this one: the newest kept run that was made of something else.

A run of the same data, params and library is the same analysis again, and is passed over: so the same inputs give the same page, however
often they are run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from cxlib.decisions.monitoring import Analysis
from cxlib.errors import CxError
from cxlib.suite import manifest, publish

__all__ = ["analysis", "inputs", "previous"]

INPUTS = ("params_hash", "data_hash", "library_hash")


def inputs(facts: Mapping[str, Any], timezone: str) -> dict[str, Any]:
    """Return what a manifest tells of a run's inputs, as two analyses are compared by it."""
    made = datetime.fromisoformat(str(facts["made_at"])).astimezone(ZoneInfo(timezone))
    library = facts["library"]
    told = {"library": library["version"], "library_hash": library["sha256"], "day": made.date().isoformat()}
    return told | {"params_hash": facts["params_hash"], "data_hash": facts["data_hash"], "rows": dict(facts["rows"])}


def analysis(folders: Sequence[Path], facts: Mapping[str, Any], *, without: Iterable[str] = ()) -> Analysis:
    """Return an analysis: what went in, and the published tables of its folders but those named in `without`."""
    left_out = set(without)
    paths = sorted((path for folder in folders for path in (folder / "tables").glob("*.parquet")), key=lambda path: path.stem)
    return Analysis(facts, {path.stem: pd.read_parquet(path) for path in paths if path.stem not in left_out})


def previous(reports: Path, now: Mapping[str, Any], *, audience: str, notebook: str, timezone: str) -> Analysis | None:
    """Return the newest kept run whose inputs differ from `now`, made for the same readers; None where there is none.

    Parameters
    ----------
    reports : Path
        ``reports/CLIENT``.
    now : mapping
        Inputs of the present analysis, as :func:`inputs` tells them.
    audience : str
        Runs for other readers hide other figures, and are not compared with.
    notebook : str
        The page that asks; its own tables are left out.
    timezone : str
        In which the day of a run is told.
    """
    for run in reversed(publish.runs(reports)):
        folder = reports / "runs" / run
        try:
            facts = manifest.read(folder)
        except CxError:
            continue  # an unreadable manifest is for `cx verify` to tell; it is no analysis to compare with
        told = inputs(facts, timezone)
        if facts["audience"] == audience and any(told[name] != now[name] for name in INPUTS):
            own = {Path(file).stem for entry in facts["notebooks"] if entry["name"] == notebook for file in entry["files"]}
            return analysis([folder], told, without=own)
    return None
