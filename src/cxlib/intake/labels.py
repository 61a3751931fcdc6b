"""Reasons that people gave to contacts after the export: kept beside the raw files, laid over ``reason_gold`` when contacts are read."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from cxlib.errors import worded
from cxlib.intake.workbench import Workbench, identifier
from cxlib.params import Params

__all__ = ["keep", "kept", "lay_over", "place"]

HEADER = ("contact_id", "reason_id")
_BELOW = "contacts as exported"


def place(project: Path, client: str) -> Path:
    """Return where a client's labels are kept."""
    return project / "data" / client / "labels" / "reason_gold.csv"


def kept(project: Path, client: str) -> dict[str, str]:
    """Return contact_id → reason_id of all labels kept so far."""
    path = place(project, client)
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["contact_id"]: row["reason_id"] for row in csv.DictReader(file)}


def keep(project: Path, client: str, labels: Mapping[str, str]) -> None:
    """Write all labels, in the order of their contacts; the file is there whole or as it was."""
    path = place(project, client)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(sorted(labels.items()))
    part.replace(path)


def lay_over(bench: Workbench, project: Path, params: Params) -> Iterator[str]:
    """Lay the labels over ``contacts.reason_gold``: one given later goes before one in the export. Yield those the taxonomy lacks."""
    import pyarrow as pa

    labels = kept(project, params.client)
    if not labels:
        return
    columns = list(labels), list(labels.values())
    bench.connection.register("incoming", pa.table(dict(zip(HEADER, columns, strict=True))))
    bench.run("CREATE TABLE labels AS SELECT * FROM incoming")
    bench.connection.unregister("incoming")
    below, present = identifier(_BELOW), bench.columns("contacts")
    bench.run(f"ALTER VIEW contacts RENAME TO {below}")
    rest = "* EXCLUDE (reason_gold)" if "reason_gold" in present else "*"
    gold = f"coalesce(labels.reason_id, {below}.reason_gold)" if "reason_gold" in present else "labels.reason_id"
    chosen = f"SELECT {below}.{rest}, {gold} AS reason_gold FROM {below} LEFT JOIN labels USING (contact_id)"
    bench.run(f"CREATE VIEW contacts AS {chosen}")
    known = [row[0] for row in bench.rows("SELECT reason_id FROM reasons")]
    where = f"data/{params.client}/labels/reason_gold.csv"
    for reason in sorted(set(labels.values()) - set(known)):
        way = "Put the reason that took it in there, or leave these lines out."
        yield worded(where, "the taxonomy has no reason", reason, known, label="It has", do=way)
