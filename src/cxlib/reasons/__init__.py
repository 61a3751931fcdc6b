"""From free text to contact reasons that can be trusted: words, a classifier, its quality, new reasons, and what contacts are worth."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.tables import CONTRACTS

__all__ = ["complete", "read"]

READ = ("customer_id", "touchpoint_id", "reason_legacy", "reason_id", "reason_gold", "reason_second", "text", "language")
BESIDE = ("contact_id", "contact_ts", "local_date", "channel", "direction", "source", "weight")


def complete(contacts: IntoFrame) -> pd.DataFrame:
    """Return contacts with the columns that reasons are made of; those a client does not have are there and hold nothing.

    Of a log that stays in its files (a relation) nothing else is fetched.

    >>> list(complete(pd.DataFrame({"contact_id": ["1"]})))
    ['contact_id', 'customer_id', 'touchpoint_id', 'reason_legacy', 'reason_id', 'reason_gold', 'reason_second', 'text', 'language']
    """
    columns = [name for name in READ if name in CONTRACTS["contacts"].columns]
    table = read(contacts, [*BESIDE, *columns, *(name for name in CONTRACTS["contacts"].columns if name == "concern_2_id")])
    lacking = [name for name in columns if name not in table]
    return table.assign(**{name: pd.Series(None, index=table.index, dtype="str") for name in lacking})


def read(table: IntoFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return a table as pandas: as it is, or of a relation only some columns, those that it has.

    >>> import duckdb
    >>> read(duckdb.sql("SELECT '1' AS contact_id, 'long' AS text"), ["contact_id", "channel"]).to_dict("list")
    {'contact_id': ['1']}
    """
    if isinstance(table, pd.DataFrame):
        return table
    frame = nw.from_native(table).lazy()
    told = frame.select(*[name for name in dict.fromkeys(columns) if name in frame.columns]).collect().to_pandas()
    flags = [name for name, kind in frame.collect_schema().items() if name in told and kind == nw.Boolean]
    return told.astype(dict.fromkeys(flags, "boolean"))
