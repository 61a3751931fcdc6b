"""The stock of ways of saying things: one line a saying, with slots, alternatives and two forms of address.

A line of the stock may hold `{slot}` (filled by `facts`), `[one|or the other]` (one is drawn, an empty one is allowed) and
`<formal|informal>` (German Sie or ihr). A saying without such a pair fits the forms of address that its own words allow.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Protocol

import yaml

from cxlib.errors import CxError

__all__ = ["LANGUAGES", "Saying", "Slots", "fill", "general", "reasons", "sayings"]

LANGUAGES = ("de", "en", "nl", "pl")
STOCK = Path(__file__).with_name("stock")
FORMAL = re.compile(r"\b(Sie|Ihnen|Ihre?[mnrs]?)\b")
INFORMAL = re.compile(r"\b(ihr|euch|euer|eure[mnrs]?)\b")
_PAIR = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_PART = re.compile(r"\{(\w+)\}|\[([^\[\]]*)\]")
_STARTS = re.compile(r"(?:^|(?<=[.?!:] )|(?<=\n))$")
_DRAWER = 4  # one way of saying in so many lies in the drawer that no training sees


class Slots(Protocol):
    """What can fill slots."""

    def __getitem__(self, slot: str) -> str:
        """Return the words for a slot."""


Piece = str | tuple[str, bool] | list["Pieces"]
Pieces = list[Piece]


@dataclass(frozen=True, eq=False)
class Saying:
    """One way of saying something.

    Attributes
    ----------
    key : str
        Language, reason, part and a checksum of the line.
    line : str
        As it stands in the stock.
    formal, informal : list or None
        The compiled line for either form of address; None where the words do not allow it.
    words : int
        Roughly how long it is.
    held_out : bool
        Whether it lies in the drawer that no training sees.
    """

    key: str
    line: str
    formal: Pieces | None
    informal: Pieces | None
    words: int
    held_out: bool


def _compiled(line: str, capital: bool = True) -> Pieces:
    pieces: Pieces = []
    end = 0
    for found in _PART.finditer(line):
        if found.start() > end:
            pieces.append(line[end : found.start()])
        slot, choice = found.groups()
        starts = capital and bool(_STARTS.search(line[: found.start()]))
        pieces.append((slot, starts) if slot else [_compiled(option, False) for option in choice.split("|")])
        end = found.end()
    if end < len(line):
        pieces.append(line[end:])
    return pieces


def _saying(key: str, line: str, held_out: bool) -> Saying:
    both = [_PAIR.sub(rf"\{side}", line) for side in (1, 2)]
    german, paired, capital = key.startswith("de."), both[0] != both[1], ".note" not in key
    formal = None if german and INFORMAL.search(both[0]) and not paired else _compiled(both[0], capital)
    informal = None if german and FORMAL.search(both[1]) and not paired else _compiled(both[1], capital)
    words = len(re.sub(r"\[([^|\]]*)[^\]]*\]", r"\1", both[0]).split())
    return Saying(f"{key}.{_checksum(line):08x}", line, formal, informal, words, held_out)


def _checksum(line: str) -> int:
    return zlib.crc32(line.encode())


def _shelf(key: str, block: str) -> list[Saying]:
    """Compile the lines of a block; those with the smallest checksums, a quarter, are held out."""
    lines = [line.strip() for line in block.splitlines() if line.strip()]
    ranked = sorted(lines, key=_checksum)
    hidden = set(ranked[: round(len(ranked) / _DRAWER + 0.26)] if len(ranked) > 1 else ())
    return [_saying(key, line.replace("\\n", "\n"), line in hidden) for line in lines]


@cache
def sayings(language: str) -> dict[str, dict[str, list[Saying]]]:
    """Return what can be said about every reason.

    Parameters
    ----------
    language : {"de", "en", "nl", "pl"}

    Returns
    -------
    dict of str to dict of str to list of Saying
        Reason to part (`core`, `before`, `after`, `note`) to sayings.

    Raises
    ------
    CxError
        For a language without a stock, and for a reason that stands in two files.
    """
    if language not in LANGUAGES:
        raise CxError(f"No texts in {language!r}. Languages: {', '.join(LANGUAGES)}.")
    stock: dict[str, dict[str, list[Saying]]] = {}
    for path in sorted((STOCK / language).glob("[!_]*.yml")):
        for reason, parts in _read(path).items():
            if reason in stock:
                raise CxError(f"{path.name}: {reason} has a stock already.")
            stock[reason] = {part: _shelf(f"{language}.{reason}.{part}", block) for part, block in parts.items()}
    return stock


@cache
def general(language: str) -> dict[str, list[Saying]]:
    """Return what can be said whatever the reason: greetings, subjects, consequences for a persona …, by its path in `_general.yml`."""
    shelves = {}
    for path in sorted((STOCK / language).glob("_*.yml")):
        for name, block in _leaves(_read(path)):
            shelves[name] = _shelf(f"{language}.{name}", block)
    return shelves


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _leaves(tree: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, below in tree.items():
        if isinstance(below, dict):
            yield from _leaves(below, f"{above}{name}.")
        else:
            yield f"{above}{name}", below


def reasons(language: str) -> list[str]:
    """Return the reasons that have a stock.

    >>> "delivery.delivery_status" in reasons("de")
    True
    """
    return sorted(sayings(language))


def fill(pieces: Sequence[Piece], slots: Slots, rnd: Random) -> str:
    """Return a compiled line with its slots filled and its alternatives drawn."""
    words = []
    for piece in pieces:
        if isinstance(piece, str):
            words.append(piece)
        elif isinstance(piece, tuple):
            word = slots[piece[0]]
            words.append(word[:1].upper() + word[1:] if piece[1] else word)
        else:
            words.append(fill(piece[int(rnd.random() * len(piece))], slots, rnd))
    return "".join(words)
