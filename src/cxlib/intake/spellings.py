"""One id in two spellings: with its leading zeros in one export and without them in another, or in capitals and small letters."""

from __future__ import annotations

from collections.abc import Sequence

from cxlib.intake.sources import Taken
from cxlib.intake.workbench import Workbench, identifier, literal

__all__ = ["note_capitals", "zeros_lost"]

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
    said = {name for name in SHARED for part in taken for problem in part.problems if f"({name}): " in problem and "zero" in problem}
    lengths = [_lengths(bench, part) for part in taken]
    return [problem for name in SHARED if name not in said and (problem := _told(bench, name, taken, lengths, where))]


def _lengths(bench: Workbench, part: Taken) -> dict[str, tuple[int | None, int | None]]:
    """Return for each shared id of a source how long the shortest is, and the longest that begins with a zero."""
    names = [name for name in SHARED if name in part.columns]
    if not names:
        return {}
    cells = map(identifier, names)
    asked = ", ".join(f"min(strlen({cell})), max(strlen({cell})) FILTER (WHERE {cell} >= '0' AND {cell} < '1')" for cell in cells)
    found = bench.rows(f"SELECT {asked} FROM {identifier(part.table)}")[0]
    return {name: (found[2 * place], found[2 * place + 1]) for place, name in enumerate(names)}


def _told(
    bench: Workbench, name: str, taken: Sequence[Taken], lengths: Sequence[dict[str, tuple[int | None, int | None]]], where: str
) -> str:
    """Look for the like of ids that begin with a zero: one of two spellings is shorter than the longest of these."""
    known = [one[name] for one in lengths if name in one]
    longest = max((long for _, long in known if long is not None), default=None)
    if longest is None or all(short is None or short >= longest for short, _ in known):  # all zeros written: what lacks some is shorter
        return ""
    cell, parts = identifier(name), [part for part in taken if name in part.columns]
    every = " UNION ALL ".join(f"SELECT {number} AS part, {cell} AS id FROM {identifier(part.table)}" for number, part in enumerate(parts))
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


def note_capitals(bench: Workbench, taken: Sequence[Taken]) -> None:
    """Note ids that differ in capitals alone (K-001, k-001) in the records of all sources that have them.

    Some programs tell such ids apart on purpose, so they are named and not refused.

    Parameters
    ----------
    bench : Workbench
    taken : sequence of Taken
        All sources of all tables; their records get the rows that have such an id.
    """
    for name in SHARED:
        parts, cell = [part for part in taken if name in part.columns], identifier(name)
        small = [part for part in parts if bench.rows(f"SELECT 1 FROM {identifier(part.table)} WHERE {cell} <> upper({cell}) LIMIT 1")]
        if not small:  # without small letters there are no two spellings
            continue
        every = " UNION ALL ".join(f"SELECT DISTINCT {cell} AS id FROM {identifier(part.table)}" for part in parts)
        found = f"SELECT list(DISTINCT id ORDER BY id) AS ids FROM ({every}) WHERE id IS NOT NULL GROUP BY upper(id)"
        alike = [ids for (ids,) in bench.rows(f"SELECT ids FROM ({found}) WHERE len(ids) > 1 ORDER BY ids")]
        shown = f"{name}: {', '.join(' / '.join(ids) for ids in alike[:EXAMPLES])}"
        words = ", ".join(literal(id_) for ids in alike for id_ in ids)
        for part in parts if alike else []:
            if rows := bench.rows(f"SELECT count(*) FROM {identifier(part.table)} WHERE {cell} IN ({words})")[0][0]:
                part.record["noted"]["capitals", shown] = rows
