"""Lines of YAML with comments: what a file says may stand in them only so that no parser takes it for anything else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from cxlib.params.guesses import MARK

__all__ = ["flow", "line", "marked", "scalar", "shown"]

_PLAIN = re.compile(r"[A-Za-zÄÖÜäöüß](?:[\wÄÖÜäöüß .%()+/-]*[\wÄÖÜäöüß.%)])?")
_NO_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
_UNPRINTED = re.compile(
    "[^\t\n\x20-\x7e\u00a1-\u200a\u2010-\u2027\u2030-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
WIDTH = 64  # column at which comments begin
MOST = 48  # letters of a header in a comment


def scalar(value: object) -> str:
    """Write a value so that YAML reads it back as it is, a text always as a text.

    >>> scalar("Kunden-Nr."), scalar("no"), scalar('a: "b" # c'), scalar(7), scalar("007")
    ('Kunden-Nr.', '"no"', '"a: \\\\"b\\\\" # c"', '7', '"007"')
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.casefold() not in _NO_WORDS and "  " not in text:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def flow(values: Mapping[str, object] | Iterable[object]) -> str:
    """Write a mapping or list on one line.

    >>> flow({"start": "a", "end": 2}), flow(["", "NA"])
    ('{start: a, end: 2}', '["", NA]')
    """
    if isinstance(values, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(value)}" for key, value in values.items()) + "}"
    return "[" + ", ".join(map(scalar, values)) + "]"


def marked(text: str = "") -> str:
    """Put the mark of a guess before what is written already.

    >>> marked("b2c"), marked()
    ('!guess b2c', '!guess')
    """
    return f"{MARK} {text}".rstrip()


def line(indent: int, key: str, written: str = "", comment: str = "") -> str:
    """Return one line: a key, what was written for it, and a comment.

    >>> line(2, "table", "!guess contacts", "by its name")
    '  table: !guess contacts                                         # by its name'
    """
    told = f"{' ' * indent}{scalar(key)}:{f' {written}' if written else ''}"
    return f"{told:<{WIDTH}} # {comment}" if comment else told


def shown(name: str) -> str:
    """Return a header as a comment may hold it: on one line, and not endless.

    >>> shown("Betreff\\n# x")
    'Betreff # x'
    """
    bare = " ".join(_UNPRINTED.sub(" ", name).split())
    return bare if len(bare) <= MOST else f"{bare[: MOST - 1]}…"
