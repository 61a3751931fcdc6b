"""Kill a run at every step that touches the disk, and see each time that a reader has the old run or the new one.

A script for ``test_publish.py``: ``python killed.py PROJECT [STRIDE]``. It forks, so that the imports are paid once; notebooks run in the
forked process itself. Writes one line a broken promise and, last, how often it killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import stand_in

from cxlib.suite import engine, manifest, publish, run

STEPS = [(os, "rename"), (os, "replace"), (os, "fsync"), (os, "unlink"), (os, "mkdir"), (shutil, "rmtree"), (shutil, "copyfile")]
STEPS += [(Path, "write_bytes"), (Path, "write_text"), (Path, "unlink"), (os, "rmdir")]


def die_at(fatal: int) -> None:
    """Make the fatal-th step on the disk the last one; odd numbers die before it, even ones after it."""
    count = 0

    def wrapped(step: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **settings: Any) -> Any:
            nonlocal count
            count += 1
            if count * 2 - 1 == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            mine = count
            try:
                return step(*arguments, **settings)
            finally:
                if mine * 2 == fatal:
                    os.kill(os.getpid(), signal.SIGKILL)

        return counted

    for owner, name in STEPS:
        setattr(owner, name, wrapped(getattr(owner, name)))


def killed(project: Path, fatal: int, only: tuple[str, ...]) -> bool:
    """Run in a child that dies at a step; say whether it came that far."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # idle threads of numeric libraries; the child does not need them
        child = os.fork()
    if child == 0:
        die_at(fatal)
        run.run(project, "tiny", only=only)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def broken(reports: Path, allowed: set[str]) -> list[str]:
    """Name what a reader would find wrong, before and after the next start mends what it may."""
    found = []
    name = (reports / "latest").read_text().strip()
    complete = [path for path in (reports / "runs").iterdir() if not path.name.startswith(".")]
    found += [f"run {path.name} is not whole" for path in complete if manifest.difference(path)]
    fronts = {(path / publish.FRONT).read_bytes() for path in complete}
    if (reports / "index.html").read_bytes() not in fronts:
        found.append("the front page is of no run")
    if name not in allowed and name != publish.runs(reports)[-1]:
        found.append("neither the old run nor the new one")
    if manifest.verify(reports)[1]:
        found.append("verify finds fault")
    return found


def main(project: Path, stride: int = 1) -> None:
    """Kill at every stride-th step until a run survives, then do the same with ``--only``."""
    stand_in.install(setattr, dict.__setitem__)
    run.clients, engine.execute = sys.modules["cxlib.params"], stand_in.execute
    reports = project / "reports" / "tiny"
    steps = 0
    for only in ((), ("10",)):
        run.run(project, "tiny")
        fatal = 1
        while killed(project, fatal, only):
            old = {publish.latest(reports)}
            for problem in broken(reports, old):
                sys.stdout.write(f"killed at step {fatal} of {only or 'all'}: {problem}\n")
            fatal += stride
        steps += fatal // stride
    run.run(project, "tiny")
    left = [path.name for path in reports.rglob(".*") if path.name != ".lock"]
    left += [path.name for path in Path(tempfile.gettempdir()).glob("cx-*")]
    if left:
        sys.stdout.write(f"left behind after the next start: {left}\n")
    sys.stdout.write(f"{steps} kills\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(stride) for stride in sys.argv[2:]))
