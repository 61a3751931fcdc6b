"""How much memory a kernel takes: looked at while it runs, and the kernel ended when it takes more than it may."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Watch", "peak_mb", "watched"]

EVERY_S = 0.1
MB = 1_000_000


@dataclass(eq=False)
class Watch:
    """What was seen of one process."""

    peak_mb: float = 0.0
    exceeded: bool = False


def peak_mb(pid: int) -> float:
    """Return the most memory that a process held so far, in MB; 0 when there is none of that number.

    Linux keeps that figure itself; elsewhere it is what the process holds right now.
    """
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) * 1024 / MB for line in status if line.startswith("VmHWM:")), 0.0)
    except OSError:
        pass
    import psutil

    try:
        return float(psutil.Process(pid).memory_info().rss) / MB
    except psutil.Error:
        return 0.0


@contextmanager
def watched(pid: Callable[[], int | None], limit_mb: float, kill: Callable[[], None]) -> Iterator[Watch]:
    """Look at a process ten times a second and end it when it holds more than `limit_mb`.

    Parameters
    ----------
    pid : callable
        Returns the process's number, None while there is none.
    limit_mb : float
        In MB.
    kill : callable
        Ends the process and all its children.
    """
    watch, over = Watch(), threading.Event()

    def look() -> None:
        number = pid()
        if number is None:
            return
        watch.peak_mb = max(watch.peak_mb, peak_mb(number))
        if watch.peak_mb > limit_mb and not watch.exceeded:
            watch.exceeded = True
            kill()

    def keep_looking() -> None:
        while not over.wait(EVERY_S):
            look()

    thread = threading.Thread(target=keep_looking, name="memory", daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()
