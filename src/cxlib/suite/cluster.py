"""Many clients on many machines: the same batch, its clients given to dask. The unit is one client, run as ``cx run`` does.

Every machine needs the project under the same path (a shared folder) and the same cxlib; a worker that has neither says so in its row.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cxlib.errors import ParamsError
from cxlib.suite.batch import Row, settle, write
from cxlib.suite.batch_progress import Board

__all__ = ["one", "options", "run"]

MISSING = (
    "--engine dask: the package 'distributed' is not installed. Install it with: pip install 'cxlib[dask]'; or leave --engine out, "
    "which runs on this machine."
)


def run(
    project: Path, names: Sequence[str], *, board: Board, workers: int, language: str = "de", scheduler: str | None = None, **settings: Any
) -> list[Row]:
    """Run the suite for many clients on a dask cluster and return a row for each; parameters as in :func:`cxlib.suite.batch.run`.

    Parameters
    ----------
    scheduler : str, optional
        The cluster's address, ``tcp://HOST:8786``; when absent, a cluster of `workers` processes on this machine.

    Raises
    ------
    ParamsError
        dask is not installed.
    """
    try:
        from distributed import Client, LocalCluster, as_completed
    except ImportError:
        raise ParamsError(MISSING) from None
    rows = [Row(name) for name in dict.fromkeys(names)]
    own = None if scheduler else LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    try:
        with Client(own or scheduler) as client:
            asked = {client.submit(one, str(project), row.client, settings, pure=False): row for row in rows}
            for future in as_completed(asked):
                row = asked[future]
                fault = future.exception()
                told: dict[str, Any] = {"event": "failed", "problems": [f"{type(fault).__name__}: {fault}"]} if fault else future.result()
                row.peak_mb = told.pop("peak_mb", 0.0)
                settle(row, {"seconds": 0.0} | told)
                board.settled(row)
    finally:
        if own is not None:
            own.close()
        for row in rows:
            if row.state == "waiting":
                row.state = "interrupted"
        write(project, rows, language)
        board.close(rows)
    return rows


def one(project: str, client: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Run one client here and return what came of it: the event that a worker of a local batch would tell, with ``peak_mb``."""
    began = time.monotonic()
    line = [sys.executable, "-m", "cxlib.suite.cli", "run", client, "--json", *options(settings)]
    environment = os.environ | {"CX_PARENT": str(os.getpid())}
    done = subprocess.run(line, cwd=project, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False)
    events = [json.loads(text) for text in done.stdout.splitlines() if text.startswith("{")]
    told: dict[str, Any] = {"event": "unchanged" if any(event["event"] == "unchanged" for event in events) else "published"}
    if done.returncode:
        told = {"event": "refused" if done.returncode == ParamsError.exit_code else "failed", "problems": done.stderr.splitlines()}
    peak = max((event["peak_mb"] or 0.0 for event in events if event["event"] == "notebook"), default=0.0)
    return told | {"peak_mb": peak, "seconds": round(time.monotonic() - began, 2)}


def options(settings: Mapping[str, Any]) -> list[str]:
    """Return the settings of a run as the command line has them.

    >>> options({"only": ("00", "10"), "languages": ("de", "en"), "audience": None, "force": True})
    ['--only', '00,10', '--language', 'both', '--force']
    """
    languages = settings.get("languages")
    given = {
        "--only": ",".join(settings.get("only") or ()),
        "--language": "both" if languages and len(languages) > 1 else languages[0] if languages else "",
        "--audience": settings.get("audience") or "",
        "--format": settings.get("format") or "",
    }
    words = [word for name, value in given.items() if value for word in (name, value)]
    return [*words, *(["--force"] if settings.get("force") else [])]
