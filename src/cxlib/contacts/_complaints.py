"""What a complaint is: one definition for every page that tells of complaints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from cxlib.contacts import filled

__all__ = ["CHASING", "CLAIMS", "complaining", "complaints", "concerning", "undefined"]

CLAIMS = {"reason_id": ("complaint.quality_claim", "complaint.conduct_complaint", "complaint.warranty_claim")}
CHASING = ("complaint.complaint_status",)


def complaints(contacts: Any, about: Mapping[str, Sequence[str]] = CLAIMS, *, chasing: Sequence[str] = CHASING) -> Any:
    """Return the contacts that are complaints: those with one of the values in any of the columns.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log. Columns that it lacks say nothing; where it has none of them, no contact is a complaint.
    about : mapping of str to sequence of str
        Column → values that make a contact a complaint.
    chasing : sequence of str
        Reasons of contacts that merely ask how a complaint stands: these are none, whatever else is known of them.

    >>> import pandas as pd
    >>> log = pd.DataFrame({"touchpoint_id": ["T39", "T05", None, "T39"], "reason_id": [None, "claim", None, "status"]})
    >>> complaints(log, {"touchpoint_id": ["T39"], "reason_id": ["claim"]}, chasing=["status"]).index.to_list()
    [0, 1]
    """
    frame = nw.from_native(contacts)
    return frame.filter(complaining(frame.columns, about, chasing)).to_native()


def complaining(have: Sequence[str], about: Mapping[str, Sequence[str]], chasing: Sequence[str]) -> Any:
    """Return the expression of whether a contact is a complaint, never missing; `have` names the log's columns."""
    nobody = nw.col(have[0]).is_null()
    is_one: Any = nobody & ~nobody
    for column in [name for name in about if name in have]:
        is_one = is_one | _among(column, about[column])
    return is_one & ~_among("reason_id", chasing) if chasing and "reason_id" in have else is_one


def concerning(have: Sequence[str], about: Mapping[str, Sequence[str]], chasing: Sequence[str]) -> Any:
    """Return the expression of whether a contact is about a complaint at all: is one, or asks how one stands; never missing."""
    is_one = complaining(have, about, ())
    return is_one | _among("reason_id", chasing) if chasing and "reason_id" in have else is_one


def _among(column: str, values: Sequence[str]) -> Any:
    return ~nw.col(column).is_null() & nw.col(column).is_in(list(values))


def undefined(contacts: Any, about: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what is missing where nothing tells of complaints: what the definition goes by, or the definition itself."""
    if not about:
        return ["params.complaints"]
    return [] if any(filled(contacts, list(about)).values()) else [f"contacts.{next(iter(about))}"]
