"""The record of deletions: entries are added, replaced, found again by who knows the id."""

from __future__ import annotations

import json

import pytest

from cxlib.errors import CxError
from cxlib.suite import purged


def test_entries_are_added_and_replaced(tmp_path):
    first = purged.enter(tmp_path, "acme", {"complete": False})
    assert purged.before(tmp_path, "acme") is None
    assert purged.enter(tmp_path, "other", {"complete": True}) == 1
    assert purged.enter(tmp_path, "acme", {"complete": True, "files": 3}, instead=first) == 0
    told = json.loads((tmp_path / "reports/purged.json").read_text("utf-8"))
    assert [(entry["client"] == purged.hashed("acme"), entry.get("files")) for entry in told] == [(True, 3), (False, None)]
    assert purged.before(tmp_path, "acme") == told[0]["purged_at"]
    assert purged.before(tmp_path, "nobody") is None


def test_a_record_that_is_none_is_kept(tmp_path):
    (tmp_path / "reports").mkdir()
    path = tmp_path / "reports/purged.json"
    for text in ("{", '{"a": 1}', '[{"client": "x"}]', "[1]", "\xff"):
        path.write_text(text, encoding="latin-1")
        with pytest.raises(CxError, match=r"reports/purged.json: is .*Move it away; a new one is begun then."):
            purged.enter(tmp_path, "acme", {"complete": True})
        assert path.read_text(encoding="latin-1") == text
