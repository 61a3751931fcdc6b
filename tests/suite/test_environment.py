"""The environment of a kernel: this user's, without what is nobody's business there."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cxlib.suite.environment import common, environment, secrets


def test_what_a_kernel_sees(tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT", "yes")
    monkeypatch.setenv("ERP_DSN", "postgresql://user:password@host/db")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setenv("CX_RUN", "another's")
    monkeypatch.setenv("PYTHONSTARTUP", "mine.py")
    seen = environment(tmp_path, "{}", {"ERP_DSN"})
    assert seen["KEPT"] == "yes"
    assert "ERP_DSN" not in seen
    assert "PYTHONSTARTUP" not in seen
    assert (seen["OMP_NUM_THREADS"], seen["PYTHONHASHSEED"], seen["CX_RUN"]) == ("1", "0", "{}")
    assert Path(seen["TMPDIR"]).is_dir()
    assert {Path(seen[name]).parent for name in ("TMPDIR", "TEMP", "TMP", "IPYTHONDIR")} == {tmp_path}
    assert "CX_RUN" not in common()
    assert os.environ["OMP_NUM_THREADS"] == "8"
    assert tempfile.gettempdir() != seen["TMPDIR"]


def test_addresses_of_databases_are_found_in_every_clients_params(tmp_path):
    (tmp_path / "params").mkdir()
    (tmp_path / "params" / "a.yml").write_text("sources:\n  erp:\n    connection: ERP_DSN\n")
    (tmp_path / "params" / "b.yml").write_text('sources: {crm: {connection: "CRM_DSN"}}\n')
    (tmp_path / "params" / "c.yml").write_bytes(b"\xff: [")
    (tmp_path / "params" / "d.yml").write_text('{"sources": {"shop": {"connection" : "SHOP_DSN"}}}')
    assert secrets(tmp_path) == {"ERP_DSN", "CRM_DSN", "SHOP_DSN"}
