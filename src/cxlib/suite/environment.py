"""The environment of a kernel: this user's, but one thread, fixed hashing, and nobody's own start-up files."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["environment"]

ONE_THREAD = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS", "GOTO")
QUIET = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}  # pyarrow would start a thread when it is imported: nothing forks after that
NOT_FOR_KERNELS = ("PYTHONSTARTUP", "IPYTHONDIR", "CX_RUN")  # somebody's own start-up code would run before the notebook


def environment(scratch: Path, run: str) -> dict[str, str]:
    """Return the kernel's environment: one thread for every numeric library, fixed hashing, no one's own start-up files.

    Parameters
    ----------
    scratch : Path
        The kernel's private folder.
    run : str
        ``CX_RUN``, which tells the study where it is.

    Returns
    -------
    dict[str, str]
        All variables of the kernel.
    """
    chosen = {name: value for name, value in os.environ.items() if name not in NOT_FOR_KERNELS}
    chosen |= {f"{library}_NUM_THREADS": "1" for library in ONE_THREAD}
    return chosen | QUIET | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "IPYTHONDIR": str(scratch / "ipython"), "CX_RUN": run}
