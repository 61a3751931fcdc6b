"""A worker: one client after the other, and whatever one of them raises is told, never passed on to the next."""

from __future__ import annotations

import json

import pytest

from cxlib.errors import CxError, DataError
from cxlib.suite import worker


def served(*faults: BaseException | None) -> list[dict]:
    written, waiting = [], list(faults)

    def run(client, tell, **settings):
        tell({"event": "notebook", "client": client, **settings})
        fault = waiting.pop(0)
        if fault is not None:
            raise fault

    worker.serve([json.dumps({"client": f"c{number}", "force": True}) for number in range(len(faults))], written.append, run)
    assert all(event.pop("seconds", 0) >= 0 for event in written)
    return [event for event in written if event["event"] != "notebook"]


def test_each_client_ends_in_one_event():
    assert served(
        None, DataError("line 1", "line 2"), CxError("too late"), OSError(28, "No space left on device", "a.html"), KeyError("x")
    ) == [
        {"event": "published", "client": "c0"},
        {"event": "refused", "problems": ["line 1", "line 2"], "client": "c1"},
        {"event": "failed", "problems": ["too late"], "client": "c2"},
        {"event": "failed", "problems": ["a.html: No space left on device. Nothing was published."], "client": "c3"},
        {"event": "failed", "problems": ["KeyError: 'x'"], "client": "c4"},
    ]


def test_who_is_told_to_stop_stops():
    with pytest.raises(KeyboardInterrupt):
        served(KeyboardInterrupt())


def test_lists_become_tuples_again():
    assert worker.told({"only": ["00"], "languages": None}) == {"only": ("00",), "languages": None}
