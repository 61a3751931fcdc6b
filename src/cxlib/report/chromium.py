"""A headless Chromium, spoken to over the DevTools protocol: it prints pages as PDF, and the tests look at pages with it.

It runs in a group of processes of its own that ends with whoever started it, with a profile of its own that is removed.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote
from urllib.request import url2pathname

from cxlib.errors import CxError, ParamsError, worded

__all__ = ["Chromium", "Tab", "printed", "program"]

VARIABLE = "CX_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (  # where it is installed without being on PATH
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = (
    "--headless=new", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--disable-breakpad", "--force-color-profile=srgb", "--hide-scrollbars", "--mute-audio", "--remote-debugging-port=0",
)  # fmt: skip
WITH_ITS_PARENT = '("$@" </dev/null; kill -9 0) & read -r _; kill -9 0'  # the input ends when the parent ends it, or has ended
PATIENCE_S = 60.0  # for the start, and for one answer
FOOTER = '<div style="width:100%;padding:0 15mm;font:7.5pt sans-serif;color:#55636f;text-align:right"><span class="pageNumber"></span> / <span class="totalPages"></span></div>'  # noqa: E501
PAPER = {"paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True, "printBackground": True}
URI = re.compile(rb"/URI \(file://((?:[^()\\]|\\.)*)\)")
LARGEST_ANSWER = 256 * 2**20


def program() -> Path | None:
    """Return the Chromium of this machine: the one that ``CX_CHROMIUM`` names, else what is on PATH or in its usual place."""
    named = os.environ.get(VARIABLE)
    found = [shutil.which(named)] if named else [*map(shutil.which, NAMES), *(place for place in PLACES if Path(place).is_file())]
    return next((Path(path) for path in found if path), None)


@dataclass(eq=False)
class Chromium:
    """A running browser; leave the ``with`` block and nothing of it is left.

    Raises
    ------
    ParamsError
        There is none on this machine.
    CxError
        It does not start, or a call fails.
    """

    events: list[dict[str, Any]] = field(default_factory=list)  # what it reported and nobody has taken yet
    _calls: int = 0

    def __enter__(self) -> Self:
        """Start it and connect."""
        found = program()
        if found is None:
            raise ParamsError(
                worded(
                    "--format pdf",
                    "needs Chromium, Chrome or Edge, and none was found",
                    do=f"On Debian and Ubuntu: apt install chromium. One that stands elsewhere: {VARIABLE}=/path/to/it.",
                )
            )
        self._profile = tempfile.TemporaryDirectory(prefix="cx-chromium-", ignore_cleanup_errors=True)
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # it refuses to start for root otherwise
        line = [str(found), *FLAGS, *root, f"--user-data-dir={self._profile.name}", "about:blank"]
        if os.name != "nt":
            line = ["sh", "-c", WITH_ITS_PARENT, "sh", *line]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(line, stdin=subprocess.PIPE, start_new_session=True, **quiet)  # type: ignore[call-overload]
        try:
            self._connect()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End every process of it and remove its profile."""
        if "_socket" in self.__dict__:
            self._socket.close()
        if "_loop" in self.__dict__:
            self._loop.close(all_fds=True)
        if self._process.stdin:
            self._process.stdin.close()  # the shell kills the whole group then, itself included
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], capture_output=True, check=False)
        self._process.wait()
        self._profile.cleanup()

    def _connect(self) -> None:
        """Wait for the address that it writes down, and open the socket."""
        from tornado.ioloop import IOLoop
        from tornado.websocket import websocket_connect

        told, until = Path(self._profile.name) / "DevToolsActivePort", time.monotonic() + PATIENCE_S
        lines: list[str] = []
        while len(lines) < 2:
            if self._process.poll() is not None or time.monotonic() > until:
                raise CxError(f"{program()}: does not start without a window. Try: {program()} --headless --version")
            time.sleep(0.02)
            lines = told.read_text("ascii").splitlines() if told.is_file() else []
        self._loop = IOLoop(make_current=False)
        address = f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        self._socket = self._loop.run_sync(lambda: websocket_connect(address, max_message_size=LARGEST_ANSWER), timeout=PATIENCE_S)

    def call(self, method: str, session: str = "", **arguments: Any) -> dict[str, Any]:
        """Call one method of the protocol and return its result; what is reported meanwhile goes to `events`."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": arguments} | ({"sessionId": session} if session else {})
        self._loop.run_sync(lambda: self._socket.write_message(json.dumps(message)), timeout=PATIENCE_S)
        while (answer := self._heard()).get("id") != self._calls:
            self.events.append(answer)
        if "error" in answer:
            raise CxError(f"chromium: {method}: {answer['error'].get('message')}")
        return dict(answer["result"])

    def _heard(self) -> dict[str, Any]:
        from tornado.util import TimeoutError as Late

        try:
            text = self._loop.run_sync(self._socket.read_message, timeout=PATIENCE_S)
        except Late:
            raise CxError(f"chromium: no answer within {PATIENCE_S:.0f} s.") from None
        if text is None:
            raise CxError("chromium: ended in the middle of a call.")
        return dict(json.loads(text))

    def wait(self, event: str, session: str) -> dict[str, Any]:
        """Return the next event of a name that a tab reported, and drop it; others are kept."""
        while True:
            for number, told in enumerate(self.events):
                if told.get("method") == event and told.get("sessionId") == session:
                    return dict(self.events.pop(number)["params"])
            self.events.append(self._heard())

    def tab(self, width: int = 1280, height: int = 900, *, dark: bool = False) -> Tab:
        """Open an empty tab of a size, in light or dark colours; its requests, messages and dialogs go to `events`."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable", session)
        self.call("Emulation.setDeviceMetricsOverride", session, width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", session, features=[scheme])
        return Tab(self, target, session)


@dataclass(frozen=True, eq=False)
class Tab:
    """One tab of a browser."""

    browser: Chromium
    target: str
    session: str

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method of the protocol for this tab."""
        return self.browser.call(method, self.session, **arguments)

    def open(self, path: Path) -> None:
        """Load a file and wait until all of it is there."""
        refused = self.call("Page.navigate", url=path.resolve().as_uri()).get("errorText")
        if refused:
            raise CxError(f"{path}: chromium: {refused}")
        self.browser.wait("Page.loadEventFired", self.session)

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, or of what it promises; the page's policy does not apply to it."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise CxError(
                f"chromium: {told['exceptionDetails'].get('exception', {}).get('description') or told['exceptionDetails']['text']}"
            )
        return told["result"].get("value")

    def reported(self, *methods: str) -> list[dict[str, Any]]:
        """Return the events of some names that this tab has reported so far."""
        return [told["params"] for told in self.browser.events if told.get("sessionId") == self.session and told["method"] in methods]

    def close(self) -> None:
        """Close the tab and forget what it reported."""
        self.browser.call("Target.closeTarget", targetId=self.target)
        self.browser.events[:] = [told for told in self.browser.events if told.get("sessionId") != self.session]


def printed(browser: Chromium, path: Path) -> bytes:
    """Return a page as PDF: A4, numbered pages, light colours, tagged for screen readers, links to other pages lead to their PDFs.

    Parameters
    ----------
    browser : Chromium
    path : Path
        An HTML file; its PDF will stand beside it under the same name.
    """
    tab = browser.tab()
    try:
        tab.open(path)
        told = tab.call(
            "Page.printToPDF",
            **PAPER,
            displayHeaderFooter=True,
            headerTemplate="<span></span>",
            footerTemplate=FOOTER,
            generateTaggedPDF=True,
            generateDocumentOutline=True,
        )
    finally:
        tab.close()
    return relinked(base64.b64decode(told["data"]), path)


def relinked(pdf: bytes, path: Path) -> bytes:
    """Return a PDF whose links to neighbouring files are relative and lead to PDFs; places of other things must not move in it.

    >>> relinked(b"/URI (file:///here/de/02_b.html#table-1)/Next", Path("/here/de/01_a.html"))
    b'/URI (02_b.pdf)                         /Next'
    """
    folder = path.resolve().parent

    def near(found: re.Match[bytes]) -> bytes:
        target, _, _ = found[1].decode("ascii").replace("\\", "").partition("#")
        told = os.path.relpath(url2pathname(target), folder).replace(os.sep, "/")
        return f"/URI ({quote(re.sub(r'[.]html$', '.pdf', told))})".encode().ljust(len(found[0]))

    return URI.sub(near, pdf)
