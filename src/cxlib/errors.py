"""Errors that say where, what was seen, what is allowed and what to do.

Every refusal in cxlib is a :class:`CxError`. It carries one message a problem, so that a reader mends
all of them at once, and an exit code for the command line: 2 when params or data are refused, 1 otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["CxError", "DataError", "NotEnoughData", "ParamsError", "nearest", "worded"]

SHOWN = 12  # values listed in one message; more would bury the place


class CxError(Exception):
    """Something cxlib refuses to do, with one worded problem a line.

    Parameters
    ----------
    *problems : str
        Messages as made by :func:`worded`.
    """

    exit_code = 1

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class ParamsError(CxError):
    """A params file, a notebook's parameter or a command's argument that cannot be accepted."""

    exit_code = 2


class DataError(CxError):
    """Client data that does not fit its contract or its declaration in params."""

    exit_code = 2


class NotEnoughData(CxError):  # noqa: N818 - the name says what happened
    """Too few rows for a figure that would still mean something."""


def nearest(seen: object, allowed: Iterable[object]) -> str:
    """Return the allowed word most like `seen`, or "" when none is close.

    >>> nearest("Kanall", ["Datum", "Kanal", "Kunde"])
    'Kanal'
    >>> nearest("xyz", ["Datum"])
    ''
    """
    words = {str(word).casefold(): str(word) for word in allowed}
    found = get_close_matches(str(seen).casefold(), words, n=1, cutoff=0.6)
    return words[found[0]] if found else ""


def worded(
    where: str,
    what: str,
    seen: object | None = None,
    allowed: Iterable[object] = (),
    *,
    label: str = "Allowed",
    do: str = "",
) -> str:
    """Word one problem: place, fault, what was seen, the nearest right word, what is allowed, what to do.

    Parameters
    ----------
    where : str
        File, then line, column or key: ``params/acme.yml: contacts.columns``.
    what : str
        The fault in lower case, ready to be followed by what was seen.
    seen : object, optional
        The offending value, quoted in the message.
    allowed : iterable, optional
        The values that would do; long lists are cut and say how many more there are.
    label : str
        The words before the allowed values.
    do : str
        A closing sentence that says the way out.

    Returns
    -------
    str
        One line.

    >>> worded("params/acme.yml: contacts.columns", "unknown column", "Kanall", ["Datum", "Kanal", "Kunde"], label="The file has")
    "params/acme.yml: contacts.columns: unknown column 'Kanall' (did you mean 'Kanal'?). The file has: Datum, Kanal, Kunde."
    """
    choices = [str(choice) for choice in allowed]
    message = f"{where}: {what}"
    if seen is not None:
        message += f" {str(seen)!r}"
        hint = nearest(seen, choices)
        message += f" (did you mean {hint!r}?)" if hint else ""
    message += "."
    if choices:
        more = f" and {len(choices) - SHOWN} more" if len(choices) > SHOWN else ""
        message += f" {label}: {', '.join(choices[:SHOWN])}{more}."
    return f"{message} {do}".rstrip()
