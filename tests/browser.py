"""Looking at a page as its reader does: Chromium opens it, axe-core reads it, the keyboard walks through it.

`findings` names everything that is wrong with a page; tests ask that nothing is. The browser itself is :mod:`cxlib.report.chromium`.
"""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path

from cxlib.report.chromium import Chromium, Tab

WIDTHS = (1280, 390)
LANGUAGES = ("de", "en")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPEN = "document.querySelectorAll('details').forEach(box => box.open = true)"
THIN = "document.querySelectorAll('tbody').forEach(body => [...body.rows].slice(4).forEach(row => row.remove()))"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AUDIT = """axe.run(document, {runOnly: {type: 'tag', values: %s}, rules: {'color-contrast': {enabled: %s}}, resultTypes: ['violations']}).then(told => told.violations.map(
  found => `${found.id}: ${found.help}: ` + found.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')))"""
STOPS = """(() => {
  const all = [...document.querySelectorAll('a[href], summary, [tabindex="0"], button, input, select, textarea')];
  return (window.stops = all.filter(each => each.checkVisibility({contentVisibilityAuto: true}))).map(each => each.outerHTML.slice(0, 90));
})()"""
FIRST_SCREEN = """(() => {
  const box = name => [...document.querySelectorAll(name)].map(each => each.getBoundingClientRect()).find(each => each.height);
  const answer = box('.cx-lead'), picture = box('.cx-first-picture .cx-wide');
  return [answer ? Math.min(1, innerHeight / answer.bottom) : 0, picture ? Math.max(0, Math.min(1, (innerHeight - picture.top) / picture.height)) : 0];
})()"""
FOCUSED = """(() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  return [window.stops.indexOf(at), ring && box.bottom > 0 && box.top < innerHeight];
})()"""


@dataclass(frozen=True)
class View:
    """A page of a run, in one language, theme and width; whether the contrast of its texts is measured."""

    page: str
    language: str
    dark: bool
    width: int
    contrast: bool = True

    def __str__(self) -> str:
        return f"{self.language}/{self.page} {'dark' if self.dark else 'light'} {self.width}"


def axe_source() -> str | None:
    """The text of axe.min.js: the file that CX_AXE names, or the one a package of requirements-axe.txt carries; None without either."""
    package = importlib.util.find_spec("axe_playwright_python")  # found, never imported: that would want Playwright
    named = os.environ.get("CX_AXE") or (Path(package.origin).parent / "axe.min.js" if package and package.origin else None)
    return Path(named).read_text("utf-8") if named else None


def every_view(pages: list[str]) -> list[View]:
    """Each page in each language, theme and width."""
    return [View(page, language, dark, width) for page in pages for language in LANGUAGES for dark in (False, True) for width in WIDTHS]


def covering_views(pages: list[str]) -> list[View]:
    """Each page in each language once, theme and width rotated: every pair of page, language, theme and width occurs.

    Measuring contrast takes three quarters of the time, and all pages have one stylesheet: it is done for every third page.
    """
    return [
        View(page, language, bool((at + turn) % 2), WIDTHS[(at // 2 + turn) % 2], turn == 0 and at % 3 == 0)
        for at, page in enumerate(pages)
        for turn, language in enumerate(LANGUAGES)
    ]


def reached(tab: Tab) -> list[str]:
    """What an open page asked of anybody, and what went wrong in it."""
    asked = [told["request"]["url"] for told in tab.reported("Network.requestWillBeSent")]
    found = [f"request: {url[:120]}" for url in asked if not url.startswith(("file:", "data:"))]
    found += [f"console: {told['entry']['text'][:200]}" for told in tab.reported("Log.entryAdded") if told["entry"]["level"] == "error"]
    found += [f"console: {told['args']}" for told in tab.reported("Runtime.consoleAPICalled") if told["type"] == "error"]
    found += [f"script: {told['exceptionDetails']['text']}" for told in tab.reported("Runtime.exceptionThrown")]
    return found + [f"dialog: {told['message']}" for told in tab.reported("Page.javascriptDialogOpening")]


def audited(tab: Tab, contrast: bool) -> list[str]:
    """What axe-core and the width of the page say of its present state."""
    wider = tab.evaluate(WIDER)
    return [*tab.evaluate(AUDIT % (list(RULES), str(contrast).lower())), *([f"overflow: {wider} px"] if wider > 0 else [])]


def findings(browser: Chromium, axe: str, path: Path, view: View, *, whole: bool) -> list[str]:
    """Everything wrong with one page, its folded parts opened; `whole`: also as it comes, and all rows of its tables, not four of each."""
    tab = browser.tab(view.width, 900 if view.width > 500 else 844, dark=view.dark)
    try:
        tab.open(path)
        tab.evaluate(axe + ";0")
        found = audited(tab, view.contrast) if whole else []
        tab.evaluate(OPEN)
        wider = tab.evaluate(WIDER)
        if not whole:
            tab.evaluate(THIN)
        found += audited(tab, view.contrast) + ([f"overflow: {wider} px"] if wider > 0 else [])
        return [f"{view}: {problem}" for problem in dict.fromkeys(found + reached(tab))]
    finally:
        tab.close()


def first_screen(browser: Chromium, path: Path) -> tuple[float, float]:
    """How much of the answer, and of the first picture as the page shows it, is seen without scrolling on 1,280 by 800 pixels."""
    tab = browser.tab(1280, 800)
    try:
        tab.open(path)
        answer, picture = tab.evaluate(FIRST_SCREEN)
        return answer, picture
    finally:
        tab.close()


def walked(browser: Chromium, path: Path, width: int = 1280) -> list[str]:
    """What the Tab key does not reach in the order of the document, or reaches without showing it."""
    tab = browser.tab(width)
    try:
        tab.open(path)
        stops = tab.evaluate(STOPS)
        found = []
        for number, stop in enumerate(stops):
            for kind in ("rawKeyDown", "keyUp"):
                tab.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
            at, seen = tab.evaluate(FOCUSED)
            found += [f"{path.name}: Tab {number + 1} should reach {stop}"] if at != number else []
            found += [f"{path.name}: focus not to be seen: {stop}"] if not seen else []
        return found or ([] if stops else [f"{path.name}: nothing to walk through"])
    finally:
        tab.close()
