"""One id in two spellings: with its leading zeros in one export, without them in another."""

from __future__ import annotations

from collections.abc import Sequence

from cxlib.intake.sources import Taken
from cxlib.intake.workbench import Workbench, identifier

__all__ = ["zeros_lost"]

SHARED = ("customer_id", "account_id", "person_id", "order_id", "contact_id")  # ids by which tables are joined
EXAMPLES = 5


def zeros_lost(bench: Workbench, taken: Sequence[Taken], where: str) -> list[str]:
    """Name ids that stand with and without leading zeros: they are one customer to people, and two to every join.

    Parameters
    ----------
    bench : Workbench
    taken : sequence of Taken
        All sources of all tables.
    where : str
        How messages name the client's data.
    """
    return [problem for name in SHARED if (problem := _told(bench, name, [part for part in taken if name in part.columns], where))]


def _told(bench: Workbench, name: str, parts: Sequence[Taken], where: str) -> str:
    """Look for the like of ids that begin with a zero: one of two spellings is shorter than the longest of these."""
    if not parts:
        return ""
    cell = identifier(name)
    every = " UNION ALL ".join(f"SELECT {number} AS part, {cell} AS id FROM {identifier(part.table)}" for number, part in enumerate(parts))
    lengths = f"SELECT min(strlen(id)), max(strlen(id)) FILTER (WHERE starts_with(id, '0')) FROM ({every})"
    shortest, longest = bench.rows(lengths)[0]
    if longest is None or shortest >= longest:  # as in exports that write all zeros: what lacks some would be shorter
        return ""
    short = f"SELECT ltrim(id, '0') FROM ({every}) WHERE strlen(id) < {longest} AND ltrim(id, '0') <> ''"
    some = f"(starts_with(id, '0') OR strlen(id) < {longest}) AND ltrim(id, '0') IN ({short})"
    alike = f"SELECT ltrim(id, '0') AS bare, id, min(part) AS part FROM ({every}) WHERE {some} GROUP BY ALL"
    found = f"SELECT list([id, part::VARCHAR] ORDER BY id) FROM ({alike}) GROUP BY bare HAVING count(*) > 1 ORDER BY bare"
    counted = bench.rows(found)
    if not counted:
        return ""
    shown = "; ".join(" and ".join(f"{id_!r} ({_named(parts[int(part)])})" for id_, part in pair) for (pair,) in counted[:EXAMPLES])
    width = max(len(id_) for (pair,) in counted for id_, _ in pair)
    return (
        f"{where}: {name}: {len(counted)} ids stand with and without leading zeros, first: {shown}. "
        f"Declare their digits in every source that has them: `id_width: {{{name}: {width}}}`."
    )


def _named(part: Taken) -> str:
    return f"sources.{part.name}, {part.record['table']}"
