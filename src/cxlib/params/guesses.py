"""Guesses in a params file: what ``cx new`` proposes is marked ``!guess``, and nothing marked is taken over.

The mark is a YAML tag before a value, a whole mapping or a list. Whoever deletes it vouches for what stands behind it; comments would
not do, since no parser keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

__all__ = ["MARK", "Guess", "taken_off"]

MARK = "!guess"
_EVIDENCE = re.compile(r"\s#\s*(?P<said>.*)$")
MOST_WORDS = 100  # letters of the evidence that one message repeats


@dataclass(frozen=True)
class Guess:
    """One mark: the line it stands in (from 1), the keys that lead to it, and the value behind it ("" for a whole mapping or list)."""

    line: int
    path: tuple[str, ...]
    value: str
    parts: int

    def worded(self, where: str, lines: list[str]) -> str:
        """Say which guess nobody confirmed yet, by which evidence it was made, and what to do.

        Parameters
        ----------
        where : str
            How messages name the file.
        lines : list of str
            The file's lines; the comment beside a mark is its evidence.

        >>> Guess(2, ("market",), "b2c", 0).worded("params/acme.yml", ["client: acme", "market: !guess b2c  # no column of companies"])
        "params/acme.yml, line 2: market: 'b2c' is a guess (no column of companies). Delete `!guess` if it is right, or write what is."
        """
        found = _EVIDENCE.search(lines[self.line - 1].partition(MARK)[2]) if self.line <= len(lines) else None
        said = found["said"].strip() if found else ""
        evidence = f" ({said[:MOST_WORDS]}{'…' if len(said) > MOST_WORDS else ''})" if said else ""
        what = "the entry below it is a guess" if self.parts == 1 else f"the {self.parts} entries below it are guesses"
        what = what if self.parts else f"{self.value!r} is a guess"
        do = (
            "Delete `!guess` if it is right, or write what is."
            if self.parts < 2
            else "Delete `!guess` if all are right, or mend them first."
        )
        return f"{where}, line {self.line}: {'.'.join(self.path) or 'the whole file'}: {what}{evidence}. {do}"


def taken_off(node: yaml.Node, resolver: yaml.resolver.BaseResolver) -> list[Guess]:
    """Take the marks off a composed YAML document, in place, and return them in the order of their lines.

    Parameters
    ----------
    node : yaml.Node
        The document's root.
    resolver : yaml.resolver.BaseResolver
        Says what a value is without its mark: a number, a word.
    """
    found = []
    for path, part in _nodes(node, (), set()):
        if part.tag != MARK:
            continue
        scalar = isinstance(part, yaml.ScalarNode)
        plain = (not part.style, bool(part.style)) if isinstance(part, yaml.ScalarNode) else (True, False)
        part.tag = resolver.resolve(type(part), part.value if scalar else None, plain)
        parts = 0 if scalar else len(part.value)
        found.append(Guess(part.start_mark.line + 1, path, part.value if scalar else "", parts))
    return sorted(found, key=lambda guess: guess.line)


def _nodes(node: yaml.Node, path: tuple[str, ...], seen: set[int]) -> Iterator[tuple[tuple[str, ...], yaml.Node]]:
    """Yield every value of a document with the keys that lead to it; what an alias repeats comes once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    yield path, node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _nodes(key, path, seen)
            yield from _nodes(value, (*path, str(key.value)), seen)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value, start=1):
            yield from _nodes(value, (*path, str(place)), seen)
