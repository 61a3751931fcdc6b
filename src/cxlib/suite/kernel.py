"""A kernel of this suite: plain ipykernel that dies with whoever started it, even when that one was killed.

Started as ``python -m cxlib.suite.kernel -f FILE``. ipykernel itself looks for its parent once a second, and only while Python runs: a
kernel deep in a computation would live on. So on Linux the system is asked to end it.
"""

from __future__ import annotations

import os
import signal
import sys

__all__ = ["die_with", "launch"]

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with(parent: int, number: int = getattr(signal, "SIGKILL", signal.SIGTERM)) -> None:
    """Ask the system for a signal when the parent is gone; elsewhere than on Linux that is left to ipykernel, or to nobody.

    Parameters
    ----------
    parent : int
        Process id; when it is gone already, the signal comes at once.
    number : int
        The signal; SIGKILL when absent.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def launch(arguments: list[str]) -> None:
    """Run ipykernel until it is told to stop; the working folder is no place to import from while it loads."""
    if sys.path[:1] == [os.getcwd()]:
        del sys.path[0]
    from ipykernel import kernelapp

    kernelapp.IPKernelApp.launch_instance(argv=arguments)


if __name__ == "__main__":
    die_with(int(os.environ.get("JPY_PARENT_PID") or os.getppid()))
    launch(sys.argv[1:])
