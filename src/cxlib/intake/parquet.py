"""Parquet files: typed columns, told as text, so that the same declarations and the same checks apply."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cxlib.errors import DataError
from cxlib.intake.cells import EXACT
from cxlib.intake.headers import distinct
from cxlib.intake.workbench import Raw, Workbench, identifier, literal
from cxlib.params import Source

__all__ = ["read_parquet"]

# Arrow's durations: microseconds in each of their units, as a fraction
_MICROSECONDS = {"duration[s]": (1_000_000, 1), "duration[ms]": (1000, 1), "duration[us]": (1, 1), "duration[ns]": (1, 1000)}


def read_parquet(path: Path, source: Source, where: str, name: str, bench: Workbench, kinds: Mapping[str, str]) -> Raw:
    """Lay a Parquet file on the workbench, every cell text.

    Parameters and errors as in :func:`cxlib.intake.excel.read_excel`. Times with a zone keep it.
    """
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    scan = f"read_parquet({literal(str(path))})"
    try:
        described = bench.rows(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {scan})")
        fields = {field.name: str(field.type) for field in pq.read_schema(path)}  # a duration, which DuckDB takes for a whole number
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise DataError(f"{where}: is no readable Parquet file ({str(error).splitlines()[0]}).") from error
    described = [(column, fields[column] if fields.get(column) in _MICROSECONDS else kind) for column, kind in described]
    headers = distinct([column for column, _ in described])
    chosen = ", ".join(
        f"coalesce({_told(column, kind, kinds.get(column, ''), source)}, '') AS {identifier(header)}"
        for header, (column, kind) in zip(headers, described, strict=True)
    )
    bench.run(f"CREATE TABLE {identifier(name)} AS SELECT (row_number() OVER () - 1)::BIGINT AS row, {chosen} FROM {scan}")
    rows = bench.rows(f"SELECT count(*) FROM {identifier(name)}")[0][0]
    return Raw(name, tuple(headers), rows, lambda row: f"row {row + 1}")


def _told(column: str, stored: str, kind: str, source: Source) -> str:
    """SQL: a typed cell as the source's declarations expect its text; a moment never loses its seconds or its zone."""
    cell = identifier(column)
    text = f"{cell}::VARCHAR"
    if stored in _MICROSECONDS:
        return f"to_microseconds({cell} * {_MICROSECONDS[stored][0]} // {_MICROSECONDS[stored][1]})::VARCHAR"
    kind, _, form = kind.partition(" ")
    if kind == "part" and form and stored.startswith(("TIMESTAMP", "DATE", "TIME")):
        whole = f"DATE '1900-01-01' + {cell}" if stored == "TIME" else f"{cell}::TIMESTAMP"
        written = f"strftime({whole}, {literal(form)})"
        return f"CASE WHEN try_strptime({written}, {literal(form)}) = {whole} THEN {written} ELSE {text} END"
    if stored.startswith(("TIMESTAMP", "DATE")):
        if "TIME ZONE" in stored and kind == "time":
            return f"strftime({cell} AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f+00')"
        local = f"({cell} AT TIME ZONE {literal(source.timezone or 'UTC')})" if "TIME ZONE" in stored else f"{cell}::TIMESTAMP"
        form = literal(form or (source.date_format if kind == "date" else source.time_format))
        if kind not in ("date", "time"):
            return text
        exact = f"{local}::DATE" if kind == "date" else local
        return f"CASE WHEN try_strptime(strftime({exact}, {form}), {form}) = {exact} THEN strftime({exact}, {form}) ELSE {text} END"
    if stored in ("DOUBLE", "FLOAT"):
        plain = f"replace(regexp_replace({text}, '\\.0+$', ''), '.', {literal(source.decimal)})"
        return f"CASE WHEN isnan({cell}) THEN '' WHEN abs({cell}) >= {EXACT} THEN format('{{:.6E}}', {cell}::DOUBLE) ELSE {plain} END"
    if stored.startswith("DECIMAL"):
        return f"replace(regexp_replace({text}, '\\.0+$', ''), '.', {literal(source.decimal)})"
    return text
