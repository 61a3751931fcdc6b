"""From free text to contact reasons that can be trusted: words, a classifier, its quality, new reasons, and what contacts are worth."""

from __future__ import annotations

import pandas as pd

from cxlib.tables import CONTRACTS

__all__ = ["complete"]


def complete(contacts: pd.DataFrame) -> pd.DataFrame:
    """Return contacts with the columns that reasons are made of; those a client does not have are there and hold nothing.

    >>> list(complete(pd.DataFrame({"contact_id": ["1"]})))
    ['contact_id', 'customer_id', 'touchpoint_id', 'reason_legacy', 'reason_id', 'reason_gold', 'reason_second', 'text', 'language']
    """
    columns = ("customer_id", "touchpoint_id", "reason_legacy", "reason_id", "reason_gold", "reason_second", "text", "language")
    lacking = [name for name in columns if name in CONTRACTS["contacts"].columns and name not in contacts]
    return contacts.assign(**{name: pd.Series(None, index=contacts.index, dtype="str") for name in lacking})
