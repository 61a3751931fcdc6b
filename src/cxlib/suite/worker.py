"""One worker of a batch: takes clients one after the other from its standard input and tells what comes of them, an event a line.

It ends when its input is closed, and with whoever started it. A client's notebooks run in kernels of their own, as in ``cx run``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from cxlib.errors import CxError
from cxlib.suite import kernel
from cxlib.suite.progress import Teller, events

__all__ = ["outcome", "serve"]


def serve(jobs: Iterable[str], tell: Teller, run: Callable[..., Any]) -> None:
    """Run the clients of `jobs`, one JSON object a line: client, and the settings of :func:`cxlib.suite.run.run`."""
    for line in jobs:
        job = json.loads(line)
        client = job.pop("client")
        began = time.monotonic()
        told: dict[str, Any] = {"event": "published"}

        def pass_on(event: dict[str, Any], told: dict[str, Any] = told) -> None:
            told |= {"event": "unchanged"} if event["event"] == "unchanged" else {}
            if event["event"] != "unchanged":
                tell(event)

        try:
            run(client=client, tell=pass_on, **job)
        except CxError as fault:
            told = outcome(fault)
        except OSError as fault:
            told = {"event": "failed", "problems": [f"{fault.filename or client}: {fault.strerror or fault}. Nothing was published."]}
        except Exception as fault:  # whatever it is, it is this client's: the next one is not to pay for it
            told = {"event": "failed", "problems": [f"{type(fault).__name__}: {fault}"]}
        tell({**told, "client": client, "seconds": round(time.monotonic() - began, 2)})


def outcome(fault: CxError) -> dict[str, Any]:
    """Return the event of a client that has no new report."""
    return {"event": "refused" if fault.exit_code == 2 else "failed", "problems": list(fault.problems)}


def main() -> None:
    """Serve the standard input; nothing but events goes to the standard output, whatever a library prints."""
    kernel.die_with(int(os.environ.pop("CX_PARENT")), signal.SIGTERM)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    from cxlib.params import project_root
    from cxlib.suite.nursery import Nursery
    from cxlib.suite.run import run

    project = project_root()
    nursery = Nursery.of(project) if Nursery.possible() else None
    try:
        serve(sys.stdin, events(out.write), lambda **job: run(project, **told(job), nursery=nursery))
    finally:
        if nursery is not None:
            nursery.close()


def told(job: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a run as Python has them; JSON knows no tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in job.items()}


if __name__ == "__main__":
    main()
