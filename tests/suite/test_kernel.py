"""A kernel ends with whoever started it, however that one ended, and whatever the kernel is at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

CHILD = """
import os, sys, time
from cxlib.suite.kernel import die_with
die_with(int(sys.argv[1]))
open(sys.argv[2], "w").write(str(os.getpid()))
sum(range(10**12))  # no moment in which another thread of Python could look for the parent
"""
PARENT = """
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid()), sys.argv[2]])
time.sleep(60)
"""


def running(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the Linux kernel")
def test_a_child_ends_with_its_parent(tmp_path):
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, CHILD, str(note)])
    for _ in range(400):
        if note.exists() and note.read_text():
            break
        time.sleep(0.05)
    child = int(note.read_text())
    assert running(child)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    for _ in range(100):
        if not running(child):
            break
        time.sleep(0.05)
    assert not running(child)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the Linux kernel")
def test_a_parent_that_has_gone_already_is_noticed(tmp_path):
    done = subprocess.run([sys.executable, "-c", CHILD, "1", str(tmp_path / "pid")], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "pid").exists()
