"""The demo client's raw exports: the files that its departments and suppliers send, in their formats, with their dirt.

Nothing of the truth is in them: columns that begin with an underscore stay behind, but for names, which are fiction as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxlib.simulate.exports import contacts, lists, people, surveys, trade
from cxlib.simulate.plan import Plan

__all__ = ["write"]


def write(plan: Plan, tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write every raw file of the demo client, and return their paths.

    Parameters
    ----------
    plan : Plan
    tables : mapping
        Contract tables by name, with the hidden columns that exports need: ``_name`` and ``_language`` of contacts, ``_company`` of
        customers, ``_name`` of persons, ``_amount`` of invoices.
    folder : Path
        ``data/demo/raw``; made when it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for room in (contacts, trade, people, surveys, lists):
        room.write(plan, tables, folder)
    return sorted(folder.iterdir())
