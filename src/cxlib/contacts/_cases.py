"""Contacts in the order in which a case took them, and one row a case: what hand-offs, channels and paths are counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, within

__all__ = ["folded", "stepped"]


def stepped(
    contacts: IntoFrame,
    case: str,
    columns: Sequence[str],
    *,
    keep: Sequence[str],
    back: int = 1,
    direction: str | None = "inbound",
    period: Span | None = None,
) -> nw.LazyFrame[Any]:
    """Return the contacts of known cases, not yet read, with what the contacts before in their case had.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
    case : str
        Column that says what belongs together; contacts in which it is missing are left out.
    columns : sequence of str
        Contacts in which one of them is missing are left out, as if they had not been.
    keep : sequence of str
        Further columns that are wanted, where the log has them; the others are left behind, which spares an engine to sort them.
    back : int
        How many steps back is looked.

    Returns
    -------
    narwhals LazyFrame
        With ``cx_COLUMN_1`` … for each column and step, and ``cx_first`` (the case begins here). Contacts at the same moment are
        ordered by their ids.
    """
    frame = within(contacts, direction, period)
    have = frame.columns
    wanted = [case, "contact_ts", "contact_id", "local_date", "weight", *columns, *keep]
    frame = frame.select(*[name for name in dict.fromkeys(wanted) if name in have])
    order = ["contact_ts", *(["contact_id"] if "contact_id" in have else [])]
    frame = frame.filter(~nw.any_horizontal(*[nw.col(name).is_null() for name in [case, "contact_ts", *columns]], ignore_nulls=False))
    before = {f"cx_{name}_{step}": nw.col(name).shift(step).over(case, order_by=order) for name in columns for step in range(1, back + 1)}
    frame = frame.with_columns(**before)
    first = nw.col(f"cx_{columns[0]}_1").is_null()
    return frame.with_columns(cx_first=first)


def folded(
    frame: nw.LazyFrame[Any], case: str, *, by: Sequence[str], cluster: str, sums: Mapping[str, Any], flags: Mapping[str, Any] | None = None
) -> nw.LazyFrame[Any]:
    """Return one row a case, not yet read.

    Parameters
    ----------
    frame : LazyFrame
        From :func:`stepped`.
    by : sequence of str
        Columns of the case's first contact.
    cluster : str
        Column that names whose case it is; the smallest of its values.
    sums, flags : mapping of str to narwhals expression
        Numbers summed over the case's contacts, and numbers of which the largest counts.

    Returns
    -------
    narwhals LazyFrame
        `by`, `cluster`, ``local_date`` (of the first contact), ``weight`` (1.0), ``steps`` (contacts), and the sums and flags.
    """
    names = frame.columns
    start = {f"cx_by_{name}": nw.when(nw.col("cx_first")).then(nw.col(name)) for name in by}
    extra = dict(flags or {})
    frame = frame.with_columns(**start, **sums, **extra, cx_step=nw.lit(1))
    whose = {"cx_whose": nw.col(cluster).min()} if cluster in names and cluster != case else {}
    told = {f"cx_by_{name}": nw.col(f"cx_by_{name}").max() for name in by} | whose
    told |= {name: nw.col(name).sum() for name in sums} | {name: nw.col(name).max() for name in extra}
    folded = frame.group_by(case).agg(local_date=nw.col("local_date").min(), cx_steps=nw.col("cx_step").sum(), **told)
    folded = folded.with_columns(weight=nw.lit(1.0), steps=nw.col("cx_steps").cast(nw.Int64))
    folded = folded.with_columns(**{name: nw.col(name).cast(nw.Int64) for name in [*sums, *extra]})
    renamed = {name: nw.col(f"cx_by_{name}") for name in by} | ({cluster: nw.col("cx_whose")} if whose else {})
    return folded.with_columns(**renamed).select(
        *dict.fromkeys([case, *by, *([cluster] if cluster in names else [])]), "local_date", "weight", "steps", *sums, *extra
    )
