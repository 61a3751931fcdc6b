"""Markdown cells as HTML that is safe and sound: nothing raw, few link schemes, headings without gaps."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mistune
from mistune.plugins.table import table

__all__ = ["Heading", "Story", "told_in"]

ALLOWED = re.compile(r"(https?://|mailto:|#)\S+", re.IGNORECASE)
SIBLING = re.compile(r"[a-z0-9_]+\.html(#[\w-]+)?")  # another page of the same folder
HIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True)
class Heading:
    """A second-level heading, for the table of contents."""

    anchor: str
    text: str


@dataclass(frozen=True, eq=False)
class Story:
    """Markdown cells as HTML: the page's title, one fragment a cell, and the headings."""

    title: str
    cells: Sequence[str]
    headings: Sequence[Heading]


def allowed(url: str) -> bool:
    """Tell whether a link may stand: http, https, mailto, an anchor, or another page of the report.

    >>> allowed("https://example.org"), allowed("javascript:alert(1)"), allowed("03_contact_reasons.html")
    (True, False, True)
    """
    plain = html.unescape(url)
    return not HIDDEN.search(plain) and bool(ALLOWED.fullmatch(plain) or SIBLING.fullmatch(plain))


class _Renderer(mistune.HTMLRenderer):
    """HTML without raw HTML and pictures; one first-level heading a page, which is set aside as its title."""

    def __init__(self, table_label: str) -> None:
        super().__init__(escape=True)
        self.table_label = table_label
        self.title = ""
        self.level = 1
        self.headings: list[Heading] = []
        self.tables = 0

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Return a heading one level deeper than the last at most; the first of the first level becomes the title."""
        plain = html.unescape(re.sub(r"<[^>]*>", "", text)).strip()
        if not plain:
            return ""
        if level == 1 and not self.title:
            self.title = plain
            return ""
        level = min(max(level, 2), self.level + 1)  # a jump from h1 to h3 would lose readers of a screen reader
        self.level = level
        anchor = f"part-{len(self.headings) + 1}"
        if level > 2:
            return f"<h{level}>{text}</h{level}>\n"
        self.headings.append(Heading(anchor, plain))
        return f'<h2 id="{anchor}">{text}</h2>\n'

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """Return a link, or its text alone where its address is not allowed."""
        if not allowed(url):
            return text
        return f'<a href="{html.escape(html.unescape(url))}" rel="noopener noreferrer">{text or html.escape(url)}</a>'

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Return a picture's words: a page asks nobody for a picture."""
        return f"<em>{text}</em>" if text else ""

    def block_code(self, code: str, info: str | None = None) -> str:
        """Return a code block; it may scroll, so it takes the focus."""
        return f'<pre tabindex="0"><code>{html.escape(code)}</code></pre>\n'

    def table(self, text: str) -> str:
        """Return a table in a frame that scrolls sideways."""
        self.tables += 1
        label = html.escape(f"{self.table_label} {self.tables}")
        return f'<div class="cx-scroll cx-in-text" role="group" aria-label="{label}" tabindex="0"><table>\n{text}</table></div>\n'

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        """Return a cell; a head says that it heads its column."""
        if not head:
            return f"<td>{text}</td>"
        return f'<th scope="col">{text}</th>' if text else "<td></td>"


def told_in(cells: Sequence[str], *, table_label: str) -> Story:
    """Return Markdown cells as HTML, with the page's title taken out of the first first-level heading.

    Parameters
    ----------
    cells : sequence of str
        The sources of the cells, in page order.
    table_label : str
        What a screen reader calls a table in the text; a number follows.
    """
    renderer = _Renderer(table_label)
    markdown = mistune.Markdown(renderer)
    table(markdown)
    renderer.register("table", lambda _, text: renderer.table(text))  # the plugin registers its own; ours are framed and scoped
    renderer.register("table_cell", lambda _, text, align=None, head=False: renderer.table_cell(text, align, head))
    fragments = [str(markdown(cell)).strip() for cell in cells]
    return Story(renderer.title, fragments, renderer.headings)
