"""The record of deletions, ``reports/purged.json``: when, how much and of which kinds; no file's name, and of a client only a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cxlib.errors import CxError
from cxlib.suite import publish

__all__ = ["RECORD", "before", "enter", "hashed"]

RECORD = "purged.json"


def enter(project: Path, client: str, told: Mapping[str, Any], *, instead: int | None = None) -> int:
    """Add an entry to the record; the file is there whole or as it was.

    Parameters
    ----------
    project : Path
    client : str
        Kept as a hash alone.
    told : mapping
        JSON types; ``complete`` says whether nothing is left.
    instead : int, optional
        The entry that this one replaces.

    Returns
    -------
    int
        The entry's place.

    Raises
    ------
    CxError
        The record cannot be read; it is kept as it is.
    """
    entries = _entries(project)
    place = len(entries) if instead is None else instead
    entries[place : place + 1] = [{"purged_at": datetime.now(UTC).isoformat(timespec="seconds"), "client": hashed(client), **told}]
    publish.replace(project / "reports" / RECORD, (json.dumps(entries, indent=1) + "\n").encode())
    return place


def hashed(client: str) -> str:
    """Return what stands for a client in the record: who knows the id finds its entries."""
    return hashlib.sha256(f"cxlib client {client}".encode()).hexdigest()


def before(project: Path, client: str) -> str | None:
    """Return when everything of a client was last deleted, None when it never was."""
    times = [entry["purged_at"] for entry in _entries(project) if entry["client"] == hashed(client) and entry["complete"]]
    return str(times[-1]) if times else None


def _entries(project: Path) -> list[dict[str, Any]]:
    path = project / "reports" / RECORD
    if not path.is_file():
        return []
    try:
        told = json.loads(path.read_text("utf-8"))
        if isinstance(told, list) and all({"purged_at", "client", "complete"} <= entry.keys() for entry in told):
            return told
    except (ValueError, AttributeError, TypeError) as fault:
        raise CxError(f"reports/{RECORD}: is damaged ({fault}). Move it away; a new one is begun then.") from fault
    raise CxError(f"reports/{RECORD}: is no record of deletions. Move it away; a new one is begun then.")
