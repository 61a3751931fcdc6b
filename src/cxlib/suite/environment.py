"""The environment of a kernel: this user's, but one thread, fixed hashing, temporary files of its own, and nobody's own start-up files."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path

__all__ = ["common", "environment", "secrets"]

ONE_THREAD = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS", "GOTO")
SECRET = re.compile(r"\bconnection[\"']?\s*:\s*[\"']?([A-Z][A-Z0-9_]*)")
QUIET = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}  # pyarrow would start a thread when it is imported: nothing forks after that
NOT_FOR_KERNELS = ("PYTHONSTARTUP", "IPYTHONDIR", "CX_RUN")  # somebody's own start-up code would run before the notebook


def common(without: Collection[str] = ()) -> dict[str, str]:
    """Return what the environments of all kernels have in common: one thread for every numeric library, fixed hashing, no start-up files.

    Parameters
    ----------
    without : collection of str
        Variables that no kernel is to see.
    """
    chosen = {name: value for name, value in os.environ.items() if name not in NOT_FOR_KERNELS and name not in without}
    chosen |= {f"{library}_NUM_THREADS": "1" for library in ONE_THREAD}
    return chosen | QUIET | {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


def environment(scratch: Path, run: str, without: Collection[str] = ()) -> dict[str, str]:
    """Return the environment of one kernel, with a folder of its own for temporary files.

    Parameters
    ----------
    scratch : Path
        The kernel's private folder.
    run : str
        ``CX_RUN``, which tells the study where it is.
    without : collection of str
        Variables that no kernel is to see.

    Returns
    -------
    dict[str, str]
        All variables of the kernel.
    """
    temporary = scratch / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    own = {name: str(temporary) for name in ("TMPDIR", "TEMP", "TMP")}
    return common(without) | own | {"IPYTHONDIR": str(scratch / "ipython"), "CX_RUN": run}


def secrets(project: Path) -> set[str]:
    """Return the variables in which any client keeps the address of a database: intake reads them, and no kernel has to."""
    return {name for path in project.glob("params/*.yml") for name in SECRET.findall(path.read_text("utf-8", "replace"))}
