"""Notebooks that run ahead of lower numbers, and whether they were right to.

What a notebook may show depends on what lower numbers have published. One that starts before they have ended notes, in a folder of its
own, what it knew and what it was allowed to show. When its turn has come, the same is asked again with all that is known then: where the
answer is the same, its files are those it would have written; where it is not, it runs once more. So a run is the same however many
notebooks run at a time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib.errors import CxError
from cxlib.report import disclosure
from cxlib.suite.store import Store

__all__ = ["Ahead", "confirmed", "waits_for"]

ROOM = "asked"  # of a notebook's own folder: what is there is never published
NOTES = "notes.json"
ANSWER = "__answer__"  # no group column has such a name
SHOWN, HIDDEN, LEFT_OUT = 2, 1, 0


class Ahead:
    """What a notebook that runs ahead notes.

    Parameters
    ----------
    store : Store
        Its own folder, above that of the run.
    of : sequence of str
        The notebooks with lower numbers that had not ended when it started.
    """

    def __init__(self, store: Store, of: Sequence[str]) -> None:
        self.room, self.of = store.folder / ROOM, tuple(of)
        self.notes: dict[str, Any] = {"knew": [], "asked": []}

    def wait(self, *names: str) -> None:
        """Give up until lower numbers have saved these tables, or have ended; all must have ended where none is named."""
        self._note(waits=list(names))
        raise CxError(f"{', '.join(names) or 'all saved tables'}: not there before {', '.join(self.of)} ended.")

    def knows(self, registers: Sequence[str]) -> None:
        """Note whose published cells are known when the first table is saved."""
        self._note(knew=list(registers))

    def asked(self, name: str, of: str, who: Sequence[str], bare: pd.DataFrame, shown: pd.DataFrame) -> None:
        """Note a table as it was computed, and which of its rows may be shown."""
        self.room.mkdir(parents=True, exist_ok=True)
        number = len(self.notes["asked"])
        bare.assign(**{ANSWER: answers(bare, shown)}).to_parquet(self.room / f"{number}.parquet")
        self._note(asked=[*self.notes["asked"], {"name": name, "of": of, "who": list(who)}])

    def _note(self, **what: Any) -> None:
        self.room.mkdir(parents=True, exist_ok=True)
        self.notes |= what
        (self.room / NOTES).write_text(json.dumps(self.notes), "utf-8")


def answers(bare: pd.DataFrame, shown: pd.DataFrame) -> pd.Series:
    """Return for each row whether it is shown, hidden or left out."""
    hidden = shown["note"].eq(disclosure.SUPPRESSED)
    return hidden.map({True: HIDDEN, False: SHOWN}).reindex(bare.index, fill_value=LEFT_OUT).astype("int64")


def noted(folder: Path) -> dict[str, Any]:
    """Return what the notebook of a folder has noted."""
    path = folder / ROOM / NOTES
    return {"knew": [], "asked": []} | (json.loads(path.read_text("utf-8")) if path.is_file() else {})


def waits_for(folder: Path) -> list[str] | None:
    """Return the tables that a notebook gave up for, [] for all there will be; None when it did not give up."""
    found = noted(folder).get("waits")
    return None if found is None else list(found)


def confirmed(folder: Path, run: Path, *, min_n: int) -> bool:
    """Tell whether a notebook that ran ahead was allowed to show what it may show now that all lower numbers have ended.

    Cells are compared with those that tell of the same thing; so only what the notebook did not know of is asked again.

    Parameters
    ----------
    folder : Path
        The notebook's own.
    run : Path
        That of the run, in which all lower numbers' files lie.
    min_n : int
        Respondents that a published row needs.
    """
    notes, store = noted(folder), Store(run)
    news = {layer.what for layer in store.register([name for name in store.registers() if name not in notes["knew"]]).layers}
    if not notes["asked"] or not news:
        return True
    register = disclosure.Register(layer for layer in store.register().layers if layer.what in news)
    for number, asked in enumerate(notes["asked"]):
        table = pd.read_parquet(folder / ROOM / f"{number}.parquet")
        bare, who = table.drop(columns=ANSWER), {"name": asked["name"], "who": asked["who"], "of": asked["of"]}
        shown = disclosure.protect(bare, min_n=min_n, register=register, about=news, **who)
        register.settle(asked["name"])
        touched = disclosure.about(bare, asked["who"], asked["of"]).isin(news)
        if not answers(bare, shown)[touched].equals(table.loc[touched, ANSWER].rename(None)):
            return False
    return True
