"""What a run tells while it runs: a bar on a terminal, plain lines in a log, or events that another process reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Step", "Teller", "events", "progress"]

Teller = Callable[[dict[str, Any]], None]
Step = Callable[[str, float | None, float | None], None]


def events(write: Callable[[str], Any]) -> Teller:
    """Return a teller that writes each event as one JSON object a line."""

    def tell(event: dict[str, Any]) -> None:
        write(json.dumps(event, ensure_ascii=False) + "\n")

    return tell


@contextmanager
def progress(client: str, count: int, say: Callable[[str], None], tell: Teller | None = None, limit_s: float = 0) -> Iterator[Step]:
    """Show a progress bar on a terminal; elsewhere tell one line for each notebook that has run, or events when there is a teller.

    Parameters
    ----------
    client : str
    count : int
        Notebooks that will run.
    say : callable
        Takes one line.
    tell : callable, optional
        Takes events; nothing is shown then.
    limit_s : float
        Seconds that a notebook may take, told with its start so that a reader knows how long silence is right.
    """
    from tqdm import tqdm

    with tqdm(total=count, unit="notebook", disable=tell is not None or not sys.stderr.isatty(), leave=False) as bar:

        def step(name: str, seconds: float | None, peak_mb: float | None) -> None:
            if tell is not None:
                about = {"client": client, "notebook": name, "of": count}
                done = {"event": "notebook", **about, "seconds": seconds, "peak_mb": peak_mb}
                tell({"event": "started", **about, "limit_s": limit_s} if seconds is None else done)
            elif seconds is None:
                bar.set_description(name)
            elif bar.disable:
                say(f"{name}  {seconds:.1f} s")
            else:
                bar.update()

        yield step
