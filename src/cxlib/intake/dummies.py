"""One id for many: the customer number that a cashier types for whoever has none, and that reports take for one very busy customer."""

from __future__ import annotations

from collections.abc import Sequence

from cxlib.intake.workbench import Befallen, Workbench, identifier, literal

__all__ = ["dummies"]

WHO = ("customer_id", "person_id", "order_id", "case_id")  # ids of which no single one has a large part of a table
SHARE, FEW = 0.2, 100  # of all rows, from which one id may be nobody in particular; rows that are too few to tell
_WORDS = (
    r"(?i)(?:cpd|divers[er]?|laufkund(?:e|in|schaft)|bar(?:kunde|verkauf|zahler)|sammel(?:kunde|konto|debitor)|einmalkunde|walk.?in|dummy|"
    r"anonym(?:ous)?|gast|guest|test(?:kunde|customer)?|nobody|privatkunde|endkunde|x{3,})(?:[ _.-]?[0-9]*)|9{4,}"
)


def dummies(bench: Workbench, table: str, columns: Sequence[str], key: Sequence[str]) -> Befallen:
    """Note ids that may stand for nobody in particular: those with a large part of all rows, and those whose word says so.

    Parameters
    ----------
    bench : Workbench
    table : str
        A typed table.
    columns : sequence of str
        Its contract columns.
    key : sequence of str
        Columns that tell one row from another; no id stands there twice.

    Notes
    -----
    Large is a fifth of all rows, where there are a hundred and more. A word (Laufkunde, CPD, DIVERSE, 99999) counts from two rows on.
    """
    noted: Befallen = {}
    for name in [column for column in WHO if column in columns and column not in key]:
        cell = identifier(name)
        grouped = f"SELECT {cell} AS id, count(*) AS n FROM {identifier(table)} GROUP BY 1"
        total = f"(SELECT count(*) FROM {identifier(table)})"
        large = f"{total} >= {FEW} AND n >= {SHARE} * {total}"
        said = f"n > 1 AND regexp_full_match(id, {literal(_WORDS)})"
        rows = bench.rows(f"SELECT id, n FROM ({grouped}) WHERE id IS NOT NULL AND (({large}) OR ({said})) ORDER BY n DESC, id")
        noted |= {("one_for_many", f"{name} = {id_}"): count for id_, count in rows}
    return noted
