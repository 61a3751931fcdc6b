"""Results that were computed before, in a file of one line of JSON each: whoever is stopped goes on where he was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from _measurement import Result

__all__ = ["kept_results"]


def kept_results(file: Path | None, key: Sequence[object], work: Callable[[], Iterable[Result]]) -> Iterator[Result]:
    """Yield the results that stand in a file under a key, or those of the work, which are then written there once it is done.

    Parameters
    ----------
    file : Path or None
        None: nothing is kept.
    key : sequence of what JSON can write
        All that the results depend on.
    work : callable
    """
    told = json.dumps(list(key))
    held = _held(file).get(told) if file else None
    if held is not None:
        yield from held
        return
    fresh = []
    for result in work():
        fresh.append(result)
        yield result
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as lines:
            lines.write("\n" + json.dumps({"key": told, "results": [asdict(result) for result in fresh]}))


def _held(file: Path) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else []:
        with suppress(ValueError, KeyError):  # a line cut short when the work was stopped, or another's
            entry = json.loads(line)
            found[entry["key"]] = [Result(**result) for result in entry["results"]]
    return found
