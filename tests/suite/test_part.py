"""The growing run: what changed on disk is noticed, so that each file belongs to the notebook that made it."""

import os

from cxlib.suite.part import came_of, snapshot


def test_a_snapshot_tells_new_changed_and_replaced_files(tmp_path):
    (tmp_path / "tables").mkdir()
    for name in ("same", "changed", "replaced"):
        (tmp_path / "tables" / name).write_text("a", encoding="utf-8")
    before = snapshot(tmp_path)
    (tmp_path / "tables" / "changed").write_text("ab", encoding="utf-8")
    (tmp_path / "new").write_text("b", encoding="utf-8")
    os.replace(tmp_path / "new", tmp_path / "tables" / "replaced")
    (tmp_path / "added").write_text("c", encoding="utf-8")
    after = snapshot(tmp_path)
    assert set(after) - set(before) == {"added"}
    assert {name for name in before if before[name] != after[name]} == {"tables/changed", "tables/replaced"}


def test_the_manifest_tells_what_became_of_rows_without_showing_any():
    source = {"source": "log", "table": "contacts", "file": "log.csv", "rows_read": 1200, "rows_kept": 1190, "sha256": "ab"}
    source |= {"dropped": [["outside_period", "", 7], ["ignored", "Konto = Test", 3]], "noted": [], "oldest_ts": None}
    source |= {"failed": {"wait_s": {"cells": 1, "examples": ["line 7: 'lang'"]}}}
    assert came_of(source) == {
        "source": "log", "table": "contacts", "file": "log.csv", "rows_read": 1200, "rows_kept": 1190, "sha256": "ab",
        "dropped": [{"reason": "outside_period", "rows": 7}, {"reason": "ignored", "rows": 3}],
        "not_converted": {"wait_s": 1},
    }  # fmt: skip
