"""How far a batch is: bars on a terminal, plain lines in a log, or events as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cxlib.suite.progress import events

if TYPE_CHECKING:
    from cxlib.suite.batch import Row

__all__ = ["Bars", "Board", "Events", "Lines"]


class Board:
    """Shows nothing; the base of those that do."""

    def moved(self, row: Row, event: dict[str, Any]) -> None:
        """A notebook of a client has started or ended."""

    def settled(self, row: Row) -> None:
        """A client is through."""

    def close(self, rows: Sequence[Row]) -> None:
        """The batch is through."""


class Lines(Board):
    """One line for each notebook and each client."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def moved(self, row: Row, event: dict[str, Any]) -> None:
        """Tell a notebook that has run."""
        if event["event"] == "notebook":
            self.say(f"{row.client}  {event['notebook']}  {event['seconds']:.1f} s")

    def settled(self, row: Row) -> None:
        """Tell a client, and where it failed."""
        place = f"  {row.notebook}" + (f", cell {row.cell}" if row.cell else "") if row.notebook else ""
        self.say(f"{row.client}  {row.state}  {row.seconds:.1f} s{place}{': ' if place else '  ' if row.error else ''}{row.error}")


class Events(Board):
    """One JSON object a line, for whoever reads a batch by program."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self.tell = events(write)

    def moved(self, row: Row, event: dict[str, Any]) -> None:
        """Pass a notebook's event on."""
        self.tell(event)

    def settled(self, row: Row) -> None:
        """Tell a client's row."""
        self.tell({"event": "client", **vars(row)})

    def close(self, rows: Sequence[Row]) -> None:
        """Count the states."""
        states = [row.state for row in rows]
        self.tell({"event": "batch", "states": {state: states.count(state) for state in sorted(set(states))}})


class Bars(Board):
    """A bar for all clients, with the estimated end, and one for each client that runs."""

    def __init__(self, count: int) -> None:
        from tqdm import tqdm

        self.make = tqdm
        self.total = tqdm(total=count, unit="client", position=0, leave=True, file=sys.stderr)
        self.bars: dict[str, Any] = {}

    def moved(self, row: Row, event: dict[str, Any]) -> None:
        """Move a client's bar."""
        if row.client not in self.bars:
            taken = {bar.pos for bar in self.bars.values()}
            free = next(place for place in range(1, len(taken) + 2) if -place not in taken)
            self.bars[row.client] = self.make(total=event["of"], unit="notebook", position=free, leave=False, file=sys.stderr)
        bar = self.bars[row.client]
        bar.set_description(f"{row.client} {event['notebook']}")
        bar.update(int(event["event"] == "notebook"))

    def settled(self, row: Row) -> None:
        """Take a client's bar away; what went wrong stays on the screen."""
        bar = self.bars.pop(row.client, None)
        if bar is not None:
            bar.close()
        if row.error:
            self.total.write(f"{row.client}: {row.state}: {row.notebook} {row.error}", file=sys.stderr)
        self.total.update()

    def close(self, rows: Sequence[Row]) -> None:
        """Leave the terminal as it was."""
        for bar in self.bars.values():
            bar.close()
        self.total.close()
