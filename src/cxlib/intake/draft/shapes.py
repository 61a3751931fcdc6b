"""Typical exports, known by their columns: one YAML file each in ``shapes/``; a new one needs no code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cxlib.errors import CxError, worded
from cxlib.tables import CONTRACTS

__all__ = ["Shape", "recognised", "shapes"]

_KEYS = ("name", "table", "format", "recognised_by", "columns", "constants", "values", "ignore_rows", "known")


@dataclass(frozen=True, eq=False)
class Shape:
    """A typical export.

    Attributes
    ----------
    name : str
        Program and what it exports.
    table : str
        The contract table.
    recognised_by : tuple of tuple of str
        Headers that are all there, each in one of its spellings.
    columns : dict of str to tuple of str
        Contract column → headers, the first that is there counts.
    values, constants, ignore_rows : dict
        As in a source; of `ignore_rows`, headers that are not there are left out.
    known : tuple of str
        Headers that the program writes and that are nothing we need.
    format : str
        Of a source, where a file does not show it by itself.
    """

    name: str
    table: str
    recognised_by: tuple[tuple[str, ...], ...]
    columns: Mapping[str, tuple[str, ...]]
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    ignore_rows: Mapping[str, str] = field(default_factory=dict)
    known: tuple[str, ...] = ()
    format: str = ""


@cache
def shapes() -> tuple[Shape, ...]:
    """Return every shape that is known.

    Raises
    ------
    CxError
        When a file has a key, table or column that there is none of.

    >>> sorted(shape.name.partition(",")[0] for shape in shapes())
    ['LimeSurvey', 'Qualtrics', 'Salesforce Service Cloud', 'Zendesk']
    """
    return tuple(read(path) for path in sorted((Path(__file__).parent / "shapes").glob("*.yml")))


def read(path: Path) -> Shape:
    """Read one shape; see :func:`shapes`."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    problems = [worded(f"shapes/{path.name}", "unknown key", key, _KEYS) for key in raw if key not in _KEYS]
    if raw.get("table") not in CONTRACTS:
        raise CxError(*problems, worded(f"shapes/{path.name}", "there is no table", raw.get("table"), CONTRACTS, label="Tables"))
    known = CONTRACTS[raw["table"]].columns
    for section in ("columns", "constants", "values"):
        problems += [
            worded(f"shapes/{path.name}: {section}", "unknown column", key, known) for key in raw.get(section, {}) if key not in known
        ]
    if problems:
        raise CxError(*problems)
    several = {key: raw.pop(key) for key in ("recognised_by", "columns")}
    return Shape(
        recognised_by=tuple(_either(one) for one in several["recognised_by"]),
        columns={column: _either(one) for column, one in several["columns"].items()},
        **raw | {"known": tuple(raw.get("known", ()))},
    )


def _either(one: str | list[str]) -> tuple[str, ...]:
    return (one,) if isinstance(one, str) else tuple(one)


def recognised(headers: Collection[str]) -> Shape | None:
    """Return the shape whose telling columns are all among `headers`, the most telling one where there are several.

    >>> recognised(["Id", "Requester id", "Via", "Created at", "Ticket type"]).name
    'Zendesk, tickets'
    """
    have = set(headers)
    fitting = [shape for shape in shapes() if all(have & set(spelt) for spelt in shape.recognised_by)]
    return max(fitting, key=lambda shape: len(shape.recognised_by), default=None)
