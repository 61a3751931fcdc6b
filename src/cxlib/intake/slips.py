"""Slips of the key in params that data can tell: words of a value map, labels and touchpoints that stand nowhere in the export."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from cxlib.errors import nearest, worded
from cxlib.estimates import OTHER, UNKNOWN
from cxlib.intake.mojibake import repaired
from cxlib.intake.parts import joint
from cxlib.intake.workbench import Befallen, Raw, Workbench, identifier, literal, trimmed
from cxlib.params import Params, Source
from cxlib.tables import Contract

__all__ = ["labels_without_value", "reserved_words", "strays", "unlisted_touchpoints", "unmapped_words"]

SHOWN = 20  # words a message lists at most
FIRST = 20_000  # rows in which words are looked for before all rows are


def strays(bench: Workbench, raw: Raw, source: Source) -> Befallen:
    """Note words under `values` and `ignore_rows` that no row holds: a slip of the key, or a code that this export does not use."""
    declared: dict[str, set[str]] = {}
    for column, mapping in source.values.items():
        declared.setdefault(joint(source.headers.get(column, (column,))), set()).update(mapping)
    for header, words in source.ignore_rows.items():
        declared.setdefault(header, set()).update(words)
    left = {header: sorted(words) for header, words in declared.items() if header in raw.headers}
    for rows in (f"(SELECT * FROM {identifier(raw.table)} LIMIT {FIRST})", identifier(raw.table)):  # most words come soon
        left = {header: words for header, words in left.items() if words}
        if left:
            cells = ", ".join(f"{_cell(header, source)} AS c{place}" for place, header in enumerate(left))
            lists = ", ".join(_held(f"c{place}", words) for place, words in enumerate(left.values()))
            held = bench.rows(f"SELECT {lists} FROM (SELECT {cells} FROM {rows})")[0]
            seen = dict(zip(left, held, strict=True))
            left = {header: [word for word in words if word not in (seen[header] or ())] for header, words in left.items()}
    return {("word_without_row", f"{header} = {', '.join(words[:SHOWN])}"): 0 for header, words in left.items() if words}


def _cell(header: str, source: Source) -> str:
    return repaired(identifier(header)) if source.mojibake == "repair" else identifier(header)


def _held(cell: str, words: list[str]) -> str:
    """SQL: which of the words some cell holds, with or without blanks around it."""
    bare, known = trimmed(cell), ", ".join(map(literal, words))
    return f"list(DISTINCT CASE WHEN {cell} IN ({known}) THEN {cell} WHEN {bare} IN ({known}) THEN {bare} END)"


def unmapped_words(
    bench: Workbench, raw: Raw, table: str, headers: Mapping[str, str], of: Contract, source: Source, place: str
) -> Iterator[str]:
    """Yield words of a value map that no cell holds, where at the same time cells hold words that the map lacks.

    Parameters
    ----------
    bench, raw
    table : str
        The typed table.
    headers : mapping
        Contract column → raw header.
    of, source
    place : str
        Where params declare the source.
    """
    for column, mapping in source.values.items():
        if column not in headers or of.columns[column].kind != "text":
            continue
        cell, targets = identifier(column), ", ".join(map(literal, mapping.values()))
        new = f"SELECT DISTINCT {cell} FROM {identifier(table)} WHERE {cell} NOT IN ({targets}) ORDER BY 1 LIMIT {SHOWN}"
        left = [row[0] for row in bench.rows(new)]
        if left:  # only then is the export read once more
            cell, known = identifier(headers[column]), ", ".join(map(literal, mapping))
            held = f"SELECT DISTINCT unnest([{cell}, {trimmed(cell)}]) AS word FROM {identifier(raw.table)}"
            seen = {row[0] for row in bench.rows(f"SELECT word FROM ({held}) WHERE word IN ({known})")}
            strays = [word for word in mapping if word not in seen]
            if strays:
                yield worded(f"{place}.values.{column}", "no cell holds the word", strays[0], left, label="Not mapped yet")


def reserved_words(bench: Workbench, table: str, features: list[str], where: str) -> Iterator[str]:
    """Yield features that hold a word by which reports name pooled and unknown groups."""
    words = f"{literal(OTHER)}, {literal(UNKNOWN)}"
    for name in features:
        if bench.rows(f"SELECT 1 FROM {identifier(table)} WHERE {identifier(name)}::VARCHAR IN ({words}) LIMIT 1"):
            meaning = "which name pooled and unknown groups in reports"
            yield f"{where}: {name}: a cell holds {OTHER} or {UNKNOWN}, {meaning}. Map it under `values`."


def labels_without_value(
    bench: Workbench, tables: Mapping[str, Contract], params: Params, *, unsure: Collection[str] = ()
) -> Iterator[str]:
    """Yield labels for values that do not occur, where a value much like them occurs without a label; not of `unsure` columns."""
    for column, labels in params.labels.items():
        if column in unsure:
            continue
        levels: set[str] = set()
        for name in tables:
            if column in bench.columns(name):
                cell = identifier(column)
                found = bench.rows(f"SELECT DISTINCT {cell}::VARCHAR FROM {identifier(name)} WHERE {cell} IS NOT NULL")
                levels |= {row[0] for row in found}
        bare = sorted(levels - set(labels))
        for value in labels:
            if value not in levels and value not in (OTHER, UNKNOWN) and nearest(value, bare):
                place = f"params/{params.client}.yml: labels.{column}"
                yield worded(place, "no row has the value", value, bare[:SHOWN], label="Without a label")


def unlisted_touchpoints(bench: Workbench, tables: Mapping[str, Contract], params: Params) -> Iterator[str]:
    """Yield touchpoints that items or other tables name and the inventory does not list."""
    if "touchpoints" not in tables:
        return
    known = [row[0] for row in bench.rows("SELECT touchpoint_id FROM touchpoints")]
    told: set[str] = set()
    for name, source in params.sources.items():
        for header, item in source.items.items():
            if item.touchpoint_id is not None and item.touchpoint_id not in known:
                told.add(item.touchpoint_id)
                place = f"params/{params.client}.yml: sources.{name}.items.{header}.touchpoint_id"
                yield worded(place, "the touchpoints do not list", item.touchpoint_id, known, label="They list")
    for name in tables:
        if name != "touchpoints" and "touchpoint_id" in bench.columns(name):
            listed = "SELECT touchpoint_id FROM touchpoints"
            query = f"SELECT DISTINCT touchpoint_id FROM {identifier(name)} WHERE touchpoint_id NOT IN ({listed}) ORDER BY 1"
            for (stray,) in bench.rows(query):
                if stray not in told:
                    yield worded(f"{name}.touchpoint_id", "the touchpoints do not list", stray, known, label="They list")
