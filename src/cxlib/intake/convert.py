"""Text → typed columns in one pass over a raw table, and the count of what did not convert.

A cell counts as failed when it holds something that is no declared missing word and its expression is missing all the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from cxlib.errors import DataError
from cxlib.intake.conversion import Conversion
from cxlib.intake.workbench import Befallen, Raw, Workbench, identifier

__all__ = ["BITS", "convert", "failed_bit", "grouped_columns", "moved"]

BITS = 60  # columns whose failures one integer can tell


def convert(
    bench: Workbench, raw: Raw, conversions: Sequence[Conversion], constants: Sequence[tuple[str, str]], kept: str, name: str, where: str
) -> dict[str, int]:
    """Lay a typed table on the bench in one pass, and count what did not convert.

    Parameters
    ----------
    bench : Workbench
    raw : Raw
    conversions : sequence of Conversion
    constants : sequence of (column, SQL)
        Columns with one value for all rows.
    kept : str
        SQL condition of the rows that are kept.
    name : str
        Name of the new table: row, the columns, and ``failed_…`` with one bit a column.
    where : str
        How messages name the export.

    Returns
    -------
    dict of str to int
        Failed cells by contract column.

    Raises
    ------
    DataError
        When the rows read are not as many as were counted before.
    """
    places = range(len(conversions))
    cells = [f"{one.cell} AS c{i}" for i, one in enumerate(conversions)]
    words = [f"{one.word(f'c{i}')} AS w{i}" for i, one in enumerate(conversions)]
    parsed = [f"{one.parsed(f'w{i}')} AS p{i}" for i, one in enumerate(conversions)]
    typed = [f"{one.typed(f'w{i}', f'p{i}')} AS t{i}" for i, one in enumerate(conversions)]
    carried = [f"w{i}" for i in places]
    meant = [f"{one.meant(f'w{i}', f'p{i}')} AS w{i}" for i, one in enumerate(conversions)]
    ruled = [i for i, one in enumerate(conversions) if one.column.kind == "time" and one.source.moves_times]
    chosen = [f"t{i} AS {identifier(one.column.name)}" for i, one in enumerate(conversions)]
    chosen += [f"{value} AS {identifier(column)}" for column, value in constants]
    masks = [
        " | ".join(f"CASE WHEN w{i} IS NOT NULL AND t{i} IS NULL THEN {1 << (i % BITS)} ELSE 0 END" for i in places[start : start + BITS])
        for start in places[::BITS]
    ]
    grouped = [i for i, one in enumerate(conversions) if one.groupable]
    chosen += [f"g{i}_{place} AS {identifier(name)}" for i in grouped for place, name in enumerate(grouped_columns(conversions[i]))]
    chosen += [f"({mask})::BIGINT AS failed_{number}" for number, mask in enumerate(masks)]
    innermost = f"SELECT {', '.join(['row', *cells])} FROM {identifier(raw.table)} WHERE {kept}"
    inner = f"SELECT {', '.join(['row', *words])} FROM ({innermost})"
    middle = f"SELECT {', '.join(['row', *carried, *parsed])} FROM ({inner})"
    typed += [f"{conversions[i].changed(f'p{i}')} AS m{i}" for i in ruled]
    chosen += [f"m{i} AS {identifier(_moved(conversions[i]))}" for i in ruled]
    typed += [f"({told}) AS g{i}_{place}" for i in grouped for place, told in enumerate(conversions[i].grouped(f"w{i}", f"p{i}"))]
    outer = f"SELECT {', '.join(['row', *meant, *typed])} FROM ({middle})"
    bench.run(f"CREATE TABLE {identifier(name)} AS SELECT {', '.join(['row', *chosen])} FROM ({outer})")
    read = bench.rows(f"SELECT count(*) FROM {identifier(name if kept == 'true' else raw.table)}")[0][0]
    if read != raw.rows:
        raise DataError(f"{where}: holds {raw.rows} rows, but {read} were read. A quote may be out of place: ask for the export again.")
    if not conversions:
        return {}
    counted = ", ".join(f"count(*) FILTER (WHERE {failed_bit(i)})" for i in places)
    found = bench.rows(
        f"SELECT {counted} FROM {identifier(name)} WHERE {' OR '.join(f'failed_{number} <> 0' for number in range(len(masks)))}"
    )[0]
    return {one.column.name: count for one, count in zip(conversions, found, strict=True) if count}


def failed_bit(place: int) -> str:
    """Return the SQL condition that the conversion at a place failed."""
    return f"(failed_{place // BITS} & {1 << (place % BITS)}) <> 0"


def moved(bench: Workbench, conversions: Sequence[Conversion], table: str) -> Befallen:
    """Count the times of a typed table that a declared rule moved or chose (skipped_hour, doubled_hour), by column."""
    columns = bench.columns(table)
    counts: Befallen = {}
    for one in conversions:
        if _moved(one) in columns:
            rule, time = identifier(_moved(one)), identifier(one.column.name)
            query = (
                f"SELECT {rule}, count(*) FROM {identifier(table)} WHERE {rule} IS NOT NULL AND {time} IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
            counts |= {(reason, one.column.name): rows for reason, rows in bench.rows(query)}
    return counts


def grouped_columns(one: Conversion) -> tuple[str, str]:
    """Return the columns of a typed table that tell of a number whether its decimal sign may group thousands, and that it cannot."""
    return f"maybe grouped {one.column.name}", f"not grouped {one.column.name}"


def _moved(one: Conversion) -> str:
    return f"moved {one.column.name}"
