"""What a question needs, in the reader's words: columns by their table, items by their kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxlib.report.words import Words

__all__ = ["needed"]

KIND = re.compile(r"(\w+)\[(\w+)\]")  # items of a kind, as in responses[expected]


def needed(needs: Sequence[str], words: Words) -> list[tuple[str, list[str], list[str]]]:
    """Return each table's name with the words of what it lacks, and with the codes that stand for it.

    Parameters
    ----------
    needs : sequence of str
        ``table.column``, ``responses[item type]``, or a table's name alone.
    words : Words
        The reader's language.

    >>> from cxlib.report.words import Words
    >>> needed(["responses.value", "responses.weight", "orders"], Words("de"))
    [('Befragung', ['Wert', 'Gewicht'], ['responses.value', 'responses.weight']), ('Aufträge', [], ['orders'])]
    """
    found: dict[str, tuple[list[str], list[str]]] = {}
    for need in map(str.strip, needs):
        kind = KIND.fullmatch(need)
        table, _, column = need.partition(".")
        table, told = (kind[1], words.label("item_type", kind[2])) if kind else (table, words.column(column) if column else "")
        columns, codes = found.setdefault(table, ([], []))
        columns += [told] if told else []
        codes.append(need)
    return [(words.label("table", table), columns, codes) for table, (columns, codes) in found.items()]
