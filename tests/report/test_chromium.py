"""A browser that is steered, prints, and leaves nothing behind; and what is said where there is none."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from cxlib.errors import CxError, ParamsError
from cxlib.report import chromium as browsers

PAGE = """<!DOCTYPE html><html lang=de><title>Maß</title><style>@page {{ size: A4; margin: 16mm }}</style><h1>Seite</h1>
<p><a href="02_next.html#table-1">weiter</a> <a href="#x">hier</a> <a href="../en/01 own.html">English</a><p id=x>{}"""


def test_where_there_is_none_the_refusal_says_what_to_install(monkeypatch):
    monkeypatch.setenv("CX_CHROMIUM", "/nowhere/chromium")
    assert browsers.program() is None
    with pytest.raises(ParamsError) as refusal, browsers.Chromium():
        pass
    assert str(refusal.value) == (
        "--format pdf: needs Chromium, Chrome or Edge, and none was found. On Debian and Ubuntu: apt install chromium. "
        "One that stands elsewhere: CX_CHROMIUM=/path/to/it."
    )


def test_what_is_no_browser_is_told_at_once(monkeypatch, tmp_path):
    script = tmp_path / "chromium"
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    monkeypatch.setenv("CX_CHROMIUM", str(script))
    with pytest.raises(CxError, match="does not start without a window"), browsers.Chromium():
        pass


def test_a_page_is_printed_with_numbers_and_links_that_lead_to_pdfs(chromium, tmp_path):
    folder = tmp_path / "Müller & Söhne" / "de"
    folder.mkdir(parents=True)
    (folder / "01 own.html").write_text(PAGE.format("<p>viel<br>" * 200), encoding="utf-8")
    pdf = browsers.printed(chromium, folder / "01 own.html")
    assert pdf.startswith(b"%PDF-")
    assert b"/MarkInfo" in pdf
    assert b"/Lang (de)" in pdf
    assert len(re.findall(rb"/Type /Page\b", pdf)) > 2
    assert {uri.strip() for uri in re.findall(rb"/URI \(([^)]*)\)", pdf)} == {b"02_next.pdf", b"../en/01%20own.pdf"}
    assert b"file:" not in pdf
    assert b"ller" not in pdf  # nor the folder of this machine
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}


def test_what_a_page_does_is_reported(chromium, tmp_path):
    path = tmp_path / "x.html"
    path.write_text("<img src=http://127.0.0.1:9/x><script>console.error('seen'); window.hit = 7</script>")
    tab = chromium.tab(390, dark=True)
    tab.open(path)
    assert tab.evaluate("window.hit + (matchMedia('(prefers-color-scheme: dark)').matches ? 1 : 0) + innerWidth") == 398
    assert "http://127.0.0.1:9/x" in [told["request"]["url"] for told in tab.reported("Network.requestWillBeSent")]
    assert [told["args"][0]["value"] for told in tab.reported("Runtime.consoleAPICalled")] == ["seen"]
    with pytest.raises(CxError, match="ReferenceError"):
        tab.evaluate("nothing.there")
    with pytest.raises(CxError, match="ERR_FILE_NOT_FOUND"):
        tab.open(tmp_path / "absent.html")
    tab.close()
    assert not [told for told in chromium.events if told.get("sessionId") == tab.session]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_it_ends_with_whoever_started_it_even_when_that_one_is_killed(chromium):
    code = (
        "import time; from cxlib.report.chromium import Chromium\nwith Chromium() as it: print(it._process.pid, flush=True); time.sleep(60)"
    )
    with tempfile.TemporaryDirectory(prefix="cx-") as short:  # a browser's socket takes no longer path
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": short}
        ) as parent:
            group = int(parent.stdout.readline())
            assert living(group)
            parent.kill()
        until = time.monotonic() + 20
        while living(group) and time.monotonic() < until:
            time.sleep(0.05)
        assert not living(group)


def living(group):
    """The processes of a group that are neither dead nor waiting to be buried."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            told = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found += [name] if int(told[2]) == group and told[0] != "Z" else []
    return found


def test_a_link_is_told_in_the_room_that_it_had():
    before = b"<< /URI (file:///a/de/02_b.html#t) >> << /URI (https://example.org/) >>"
    after = browsers.relinked(before, Path("/a/de/01_a.html"))
    assert len(after) == len(before)
    assert re.sub(rb" +", b" ", after) == b"<< /URI (02_b.pdf) >> << /URI (https://example.org/) >>"
