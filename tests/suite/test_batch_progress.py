"""A batch on a terminal, in a log and for a program."""

from __future__ import annotations

import json
import sys

from cxlib.suite.batch import Row
from cxlib.suite.batch_progress import Bars, Board, Events, Lines

STARTED = {"event": "started", "client": "acme", "notebook": "00_first", "of": 2}
DONE = {"event": "notebook", "client": "acme", "notebook": "00_first", "of": 2, "seconds": 1.5, "peak_mb": 200}
FAILED = Row("acme", "failed", "10_second", "5", "ValueError: x.", 3.0, 200)


def shown(board: Board) -> None:
    row = Row("acme", "running")
    board.moved(row, STARTED)
    board.moved(row, DONE)
    board.settled(FAILED)
    board.settled(Row("beta", "refused", error="there is no file.", seconds=0.1))
    board.settled(Row("zeta", "unchanged"))
    board.close([FAILED])


def test_lines():
    said: list[str] = []
    shown(Lines(said.append))
    assert said == [
        "acme  00_first  1.5 s",
        "acme  failed  3.0 s  10_second, cell 5: ValueError: x.",
        "beta  refused  0.1 s  there is no file.",
        "zeta  unchanged  0.0 s",
    ]


def test_events():
    written: list[str] = []
    shown(Events(written.append))
    told = [json.loads(line) for line in written]
    assert [event["event"] for event in told] == ["started", "notebook", "client", "client", "client", "batch"]
    assert told[2]["error"] == "ValueError: x."
    assert told[-1]["states"] == {"failed": 1}


def test_bars(capsys):
    shown(Bars(3))
    said = capsys.readouterr().err
    assert "acme 00_first" in said
    assert "acme: failed: 10_second ValueError: x." in said
    assert sys.stdout is not None
