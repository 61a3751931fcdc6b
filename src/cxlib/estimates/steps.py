"""Long computations tell how far they are, to whoever listens: nobody in a batch run, a bar in JupyterLab."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["Listener", "listen", "listened", "steps"]

T = TypeVar("T")
Listener = Callable[[str, int, int], None]
_EARS: list[Listener] = []  # of this process, the last one hears: a kernel's cells need not share a context


def steps(rounds: Iterable[T], what: str, of: int | None = None) -> Iterable[T]:
    """Go through the rounds of a long computation, and tell after each one how many are done; figures never depend on it.

    Parameters
    ----------
    rounds : iterable
        What is gone through, in its order.
    what : str
        What takes so long, in a word or two.
    of : int, optional
        How many rounds there are; known by itself where `rounds` has a length.

    Returns
    -------
    iterable
        The rounds themselves where nobody listens: nothing is slower then.

    >>> heard = []
    >>> with listened(lambda what, done, of: heard.append(f"{what} {done}/{of}")):
    ...     [number * number for number in steps(range(2), "squares")]
    [0, 1]
    >>> heard
    ['squares 0/2', 'squares 1/2', 'squares 2/2']
    """
    if not _EARS:
        return rounds
    return _told(rounds, what, len(rounds) if of is None and isinstance(rounds, Sized) else of or 0, _EARS[-1])


def _told(rounds: Iterable[T], what: str, of: int, listener: Listener) -> Iterator[T]:
    listener(what, 0, of)
    for done, each in enumerate(rounds, start=1):
        yield each
        listener(what, done, of)


def listen(listener: Listener | None) -> None:
    """Have a listener told ``(what, done, of)`` of every long computation from now on, in place of who listened before.

    >>> listen(print)
    >>> listen(None)
    """
    _EARS[:] = [] if listener is None else [listener]


@contextmanager
def listened(listener: Listener | None) -> Iterator[None]:
    """Have a listener told of the long computations inside the block; None: nobody listens there.

    >>> with listened(None):
    ...     list(steps([7], "nothing"))
    [7]
    """
    before = list(_EARS)
    listen(listener)
    try:
        yield
    finally:
        _EARS[:] = before
