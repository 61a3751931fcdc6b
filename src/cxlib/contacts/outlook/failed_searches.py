"""What customers search for on the site and do not find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack
from urllib.parse import unquote_plus

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import clustered, headed, lacking
from cxlib.estimates import OTHER, Sampling

__all__ = ["failed_searches"]

FOUND = ("found",)


def failed_searches(
    events: IntoFrame,
    *,
    searches: Sequence[str] = ("search",),
    found: Sequence[str] = FOUND,
    term: str = "q=",
    least: int = 30,
    most: int = 20,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of searching sessions that end without a hit, over all and by what was searched.

    Parameters
    ----------
    events : pandas, DuckDB or PySpark frame
        ``session_id``, ``event``, ``page`` (in which the searched words stand) and ``selfservice_result``.
    searches : sequence of str
        Values of ``event`` that are a search.
    found : sequence of str
        Values of ``selfservice_result`` that are a hit.
    term : str
        What stands before the searched words in ``page``; where it does not, the whole page is the term.
    least : int
        Sessions below which a term stays without its words, among "__other__": rare words may be a person's.
    most : int
        How many terms are told, those searched most.
    **options
        See :class:`cxlib.estimates.Sampling`; the cluster is the session.

    Returns
    -------
    DataFrame
        ESTIMATES over all and by ``search_term``: ``failed_search_share`` (``share`` of the sessions with such a search whose end is
        known) and, by term, ``search_share`` (``share`` of all searching sessions). ``n`` counts sessions.

    Notes
    -----
    A session fails when self-service ended in it and never with a hit. Sessions that just stop have no known end and are in no share of
    failures.

    >>> done = pd.DataFrame({"session_id": list("aabb"), "event": ["search", "selfservice"] * 2, "page": ["/s?q=pump", None] * 2,
    ...     "selfservice_result": [None, "found", None, "error"]})
    >>> failed_searches(done, least=1)[["search_term", "metric", "value"]]
      search_term               metric  value
    0         NaN  failed_search_share    0.5
    1        pump  failed_search_share    0.5
    2        pump         search_share    1.0
    """
    needs = lacking(events, ["session_id", "event", "page", "selfservice_result"], "events")
    if needs:
        return estimates.unanswerable("failed_search_share", "share", needs, by=["search_term"])
    frame = nw.from_native(events).lazy().filter(~nw.col("session_id").is_null())
    result = nw.col("selfservice_result")
    frame = frame.with_columns(
        cx_end=nw.when(result.is_null()).then(0).otherwise(1),
        cx_hit=nw.when(result.is_in(list(found))).then(1).otherwise(0),
    )
    ends: dict[str, Any] = {"cx_ended": nw.col("cx_end").max().over("session_id"), "cx_found": nw.col("cx_hit").max().over("session_id")}
    frame = frame.with_columns(**ends).filter(nw.col("event").is_in(list(searches)) & ~nw.col("page").is_null())
    table = frame.select("session_id", "page", "cx_ended", "cx_found").unique().collect().to_pandas()
    if table.empty:
        none = estimates.unanswerable("failed_search_share", "share", [], by=["search_term"])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    table = table.astype({"session_id": "str", "page": "str"}).assign(search_term=[_term(page, term) for page in table["page"]])
    table = table.drop(columns="page").drop_duplicates().sort_values(["session_id", "search_term"], ignore_index=True)
    sizes = table["search_term"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    told = sizes[sizes >= least].index[:most]
    table["search_term"] = table["search_term"].where(table["search_term"].isin(told), OTHER)
    table = table.drop_duplicates().assign(
        failed=lambda rows: np.where(rows["cx_found"] > 0, 0.0, 1.0), cluster=lambda rows: rows["session_id"]
    )
    chance = clustered(options, weight=None)
    ended = table[table["cx_ended"].eq(1)]
    parts = [estimates.share(ended.drop_duplicates("session_id"), "failed", metric="failed_search_share", **chance)] if len(ended) else []
    if len(ended):
        failed = estimates.share(ended, "failed", by=["search_term"], metric="failed_search_share", **chance)
        parts.append(estimates.arrange(failed, "search_term", list(told)))
    sessions = table["session_id"].nunique()
    for level in [name for name in [*told, OTHER] if table["search_term"].eq(name).any()]:
        own = table.loc[table["search_term"].eq(level), "session_id"]
        flagged = table.drop_duplicates("session_id").assign(flag=lambda rows, own=own: rows["session_id"].isin(own).astype("float64"))
        share = estimates.share(flagged, "flag", metric="search_share", **chance)
        parts.append(headed(share.assign(n=pd.array([sessions], dtype="Int64")), {"search_term": level}))
    return estimates.stack(pd.DataFrame({"search_term": pd.Series(dtype="str")}).join(parts[0].iloc[:0]), *parts)


def _term(page: str, before: str) -> str:
    """The words that were searched: "/search?q=Pump%20A&x=1" → "pump a"."""
    words = page.split(before, 1)[1].split("&", 1)[0] if before and before in page else page
    return " ".join(unquote_plus(words).lower().split())
