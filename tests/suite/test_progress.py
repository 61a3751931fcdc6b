"""What a run tells: lines in a log, events for a program."""

from __future__ import annotations

import json

from cxlib.suite.progress import events, progress


def test_a_log_gets_one_line_a_notebook():
    said: list[str] = []
    with progress("acme", 2, said.append) as step:
        step("00_first", None, None)
        step("00_first", 1.25, 200)
    assert said == ["00_first  1.2 s"]


def test_a_program_gets_events():
    written: list[str] = []
    with progress("acme", 2, lambda text: 1 / 0, events(written.append), 60) as step:
        step("00_first", None, None)
        step("00_first", 1.25, 200)
    assert [json.loads(line) for line in written] == [
        {"event": "started", "client": "acme", "notebook": "00_first", "of": 2, "limit_s": 60},
        {"event": "notebook", "client": "acme", "notebook": "00_first", "of": 2, "seconds": 1.25, "peak_mb": 200},
    ]
