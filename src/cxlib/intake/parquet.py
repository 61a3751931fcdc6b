"""Parquet files: typed columns, told as text, so that the same declarations and the same checks apply."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cxlib.errors import DataError
from cxlib.intake.headers import bare, declared, distinct, doubled
from cxlib.intake.workbench import Raw, Workbench, identifier, literal
from cxlib.params import Source

__all__ = ["read_parquet"]

# Arrow's durations: microseconds in each of their units, as a fraction
_MICROSECONDS = {"duration[s]": (1_000_000, 1), "duration[ms]": (1000, 1), "duration[us]": (1, 1), "duration[ns]": (1, 1000)}


_NESTED = ("STRUCT", "MAP", "UNION")
_WHOLE = {"FLOAT": 1 << 24, "DOUBLE": 1 << 53}  # from here on a fraction no longer holds every whole number


def read_parquet(
    path: Path, source: Source, where: str, name: str, bench: Workbench, kinds: Mapping[str, str], timezone: str = "UTC"
) -> Raw:
    """Lay a Parquet file on the workbench, every cell text.

    Parameters
    ----------
    path, source, where, name, bench, kinds
        As in :func:`cxlib.intake.excel.read_excel`.
    timezone : str
        The client's: times with a zone keep it, and a column of days takes the day that it was here, unless the source declares its zone.

    Raises
    ------
    DataError
        When the file cannot be read, or a declared column is nested, holds bytes that are no text, or ids that became fractions.
    """
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    scan = f"read_parquet({literal(str(path))})"
    try:
        described = bench.rows(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {scan})")
        schema = pq.read_schema(path)
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise DataError(f"{where}: is no readable Parquet file ({str(error).splitlines()[0]}).") from error
    fields = [str(field.type) for field in schema]  # a duration, which DuckDB takes for a whole number
    described = [(column, told if told in _MICROSECONDS else kind) for (column, kind), told in zip(described, fields, strict=True)]
    names = [bare(column) for column in schema.names]  # DuckDB renames the second of two
    headers = distinct(names)
    columns = [(header, column, stored, kinds.get(header, "")) for header, (column, stored) in zip(headers, described, strict=True)]
    used = [one for one in columns if one[0] in declared(source) or not (source.columns or source.items)]
    problems = [*doubled(names, source, where), *(problem for one in used if (problem := _unfit(bench, scan, where, *one)))]
    if problems:
        raise DataError(*problems)
    chosen = ", ".join(
        f"coalesce({_told(identifier(column), stored, kind, source, timezone)}, '') AS {identifier(header)}"
        for header, column, stored, kind in columns
    )
    bench.run(f"CREATE TABLE {identifier(name)} AS SELECT (row_number() OVER () - 1)::BIGINT AS row, {chosen} FROM {scan}")
    rows = bench.rows(f"SELECT count(*) FROM {identifier(name)}")[0][0]
    return Raw(name, tuple(headers), rows, lambda row: f"row {row + 1}")


def _unfit(bench: Workbench, scan: str, where: str, header: str, column: str, stored: str, kind: str) -> str:
    """Word what keeps a column from being told as text: lists and records, bytes of another encoding, ids that became fractions."""
    cell = identifier(column)
    if stored not in _MICROSECONDS and (stored.endswith("]") or stored.startswith(_NESTED)):
        return f"{where}: {header}: each cell holds a list or a record ({stored}). Ask for one plain value a cell, in columns of their own."
    if stored == "BLOB":
        wrong, told = f"{cell} IS NOT NULL AND TRY(decode({cell})) IS NULL", "cells hold bytes that are no text in UTF-8"
    elif kind == "id" and stored in _WHOLE:
        wrong = f"NOT isnan({cell}) AND ({cell} <> floor({cell}) OR abs({cell}) >= {_WHOLE[stored]})"
        told = "ids are fractions, or too long for a number to hold all their digits"
    elif kind == "id" and stored.startswith("DECIMAL"):
        wrong, told = f"{cell} <> floor({cell})", "ids are fractions"
    else:
        return ""
    numbered = f"SELECT row_number() OVER () AS line, ({wrong}) AS wrong, {cell}::VARCHAR AS cell FROM {scan}"
    count, first, shown = bench.rows(f"SELECT count(*), min(line), arg_min(cell, line) FROM ({numbered}) WHERE wrong")[0]
    return f"{where}: {header}: {count} {told} (first: row {first}: {shown[:60]!r}). Ask for this column as text." if count else ""


def _told(cell: str, stored: str, kind: str, source: Source, timezone: str) -> str:
    """SQL: a typed cell as the source's declarations expect its text; a moment never loses its seconds or its zone."""
    text = f"{cell}::VARCHAR"
    if stored == "TIMESTAMPTZ_NS":  # as pandas writes it; DuckDB reckons with microseconds alone
        return _told(f"make_timestamptz(epoch_ns({cell}) // 1000)", "TIMESTAMP WITH TIME ZONE", kind, source, timezone)
    if stored in _MICROSECONDS:
        return f"to_microseconds({cell} * {_MICROSECONDS[stored][0]} // {_MICROSECONDS[stored][1]})::VARCHAR"
    kind, _, form = kind.partition(" ")
    zoned = stored.startswith("TIMESTAMP") and "TIME ZONE" in stored
    local = f"({cell} AT TIME ZONE {literal(source.timezone or timezone)})" if zoned else f"{cell}::TIMESTAMP"
    if kind == "part" and form and stored.startswith(("TIMESTAMP", "DATE", "TIME")):
        whole = f"DATE '1900-01-01' + {cell}" if stored == "TIME" else local
        written = f"strftime({whole}, {literal(form)})"
        return f"CASE WHEN try_strptime({written}, {literal(form)}) = {whole} THEN {written} ELSE {text} END"
    if stored.startswith(("TIMESTAMP", "DATE")):
        if zoned and kind == "time":
            return f"strftime({cell} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f+00')"
        form = literal(form or (source.date_format if kind == "date" else source.time_format))
        if kind not in ("date", "time"):
            return text
        exact = f"{local}::DATE" if kind == "date" else local
        return f"CASE WHEN try_strptime(strftime({exact}, {form}), {form}) = {exact} THEN strftime({exact}, {form}) ELSE {text} END"
    if stored == "BLOB":
        return f"coalesce(TRY(decode({cell})), {text})"
    if stored == "VARCHAR":
        return f"CASE WHEN regexp_matches({cell}, '[\\x{{0300}}-\\x{{036F}}]') THEN nfc_normalize({cell}) ELSE {cell} END"
    if stored in _WHOLE:
        plain = f"replace(regexp_replace({text}, '\\.0+$', ''), '.', {literal(source.decimal)})"
        whole = f"abs({cell}) >= 1e7 AND {cell} = floor({cell}) AND isfinite({cell})"  # text would be 1e+16
        return f"CASE WHEN isnan({cell}) THEN '' WHEN {whole} THEN format('{{:.0f}}', {cell}::DOUBLE) ELSE {plain} END"
    if stored.startswith("DECIMAL"):
        return f"replace(regexp_replace({text}, '\\.0+$', ''), '.', {literal(source.decimal)})"
    return text
