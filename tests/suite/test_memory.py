"""A kernel that takes more memory than it may is ended, and what it took is known."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from cxlib.suite import memory


def test_the_peak_of_a_process_is_told():
    assert 20 < memory.peak_mb(os.getpid()) < 100_000
    assert memory.peak_mb(2**22 - 1) == 0


@pytest.mark.parametrize(("limit", "ended"), [(200, True), (2000, False)])
def test_who_takes_too_much_is_ended(limit, ended):
    code = "import time; held = bytearray(400_000_000); held[::4096] = b'x' * len(held[::4096]); time.sleep(1.5)"
    process = subprocess.Popen([sys.executable, "-c", code])
    with memory.watched(lambda: process.pid, limit, process.kill) as watch:
        code = process.wait(30)
    assert watch.exceeded is ended
    assert (code != 0) is ended
    assert watch.peak_mb > 200


def test_a_process_that_never_starts_is_no_fault():
    with memory.watched(lambda: None, 1, lambda: None) as watch:
        time.sleep(0.3)
    assert (watch.peak_mb, watch.exceeded) == (0, False)
