"""A day or time whose parts stand in several columns: joined by a blank, so that one format tells them all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cxlib.intake.workbench import Raw, Workbench, identifier, literal, trimmed
from cxlib.params import Source

__all__ = ["NOTHING", "joined", "joint", "part_forms"]

NOTHING = "(nothing)"  # stands for a part that is missing, so that the time does not convert


def joint(headers: tuple[str, ...]) -> str:
    """Name the column that headers make together.

    >>> joint(("Datum", "Uhrzeit")), joint(("Datum",))
    ('Datum + Uhrzeit', 'Datum')
    """
    return " + ".join(headers)


def joined(bench: Workbench, raw: Raw, columns: Mapping[str, tuple[str, ...]], source: Source) -> Raw:
    """Lay a raw table's joined columns beside its own, nothing where all parts are missing.

    Parameters
    ----------
    bench, raw
    columns : mapping
        Contract column → raw headers; those of one header are left as they are.
    source : Source
        Declares which cells are missing.
    """
    several = dict.fromkeys(parts for parts in columns.values() if len(parts) > 1)
    if not several:
        return raw
    made = ", ".join(f"{_joined(parts, source)} AS {identifier(joint(parts))}" for parts in several)
    name = f"{raw.table} joined"
    bench.run(f"CREATE VIEW {identifier(name)} AS SELECT *, {made} FROM {identifier(raw.table)}")
    return replace(raw, table=name, headers=(*raw.headers, *map(joint, several)))


def _joined(parts: tuple[str, ...], source: Source) -> str:
    words = ", ".join(map(literal, ("", *source.missing)))
    cells = [trimmed(identifier(part)) for part in parts]
    missing = [f"{cell} IN ({words})" for cell in cells]
    told = [f"CASE WHEN {lacks} THEN {literal(NOTHING)} ELSE {cell} END" for cell, lacks in zip(cells, missing, strict=True)]
    return f"CASE WHEN {' AND '.join(missing)} THEN NULL ELSE concat_ws(' ', {', '.join(told)}) END"


def part_forms(form: str, count: int) -> list[str]:
    """Return the formats of a format's parts, where its blanks or the change from day to hour say which they are; "" where not.

    >>> part_forms("%d.%m.%Y %H:%M", 2), part_forms("%d. %B %Y %I:%M %p", 2), part_forms("%d.%m.%Y", 2)
    (['%d.%m.%Y', '%H:%M'], ['%d. %B %Y', '%I:%M %p'], ['', ''])
    """
    parts = form.split(" ")
    if count == 2 and len(parts) > 2:
        parts = re.split(r" (?=%-?[HI])", form, maxsplit=1)
    return parts if len(parts) == count else [""] * count
