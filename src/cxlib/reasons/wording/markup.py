"""HTML mails as text: what a reader sees, without what an earlier message said."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["plain"]

_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|div|p|br|span|table|td|tr|ul|li|b|i|strong|em|font|a|blockquote|style|img|h[1-6])\b[^<>]*>", re.I
)
_UNSEEN = frozenset(("style", "script", "head", "title", "blockquote"))
_BREAKS = frozenset(("br", "p", "div", "tr", "li", "table", "ul", "ol", "hr", "h1", "h2", "h3", "h4", "h5", "h6"))
_EMPTY = frozenset(("br", "hr", "img", "meta", "link", "input", "col", "area", "base", "source", "wbr"))
_QUOTED = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "divrplyfwdmsg", "protonmail_quote")


class _Reader(HTMLParser):
    """Gathers the text of a page, outside of what is unseen or quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.hidden: list[str] = []  # tags opened since the one that hides

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id")).casefold()
        if self.hidden or tag in _UNSEEN or any(mark in marks for mark in _QUOTED):
            self.hidden += [] if tag in _EMPTY else [tag]
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hidden:
            while self.hidden.pop() != tag:
                pass
        elif not self.hidden and tag in _BREAKS - _EMPTY:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def plain(text: str) -> str:
    """Return the words of an HTML mail, a line a block; a text without tags comes back as it is.

    >>> plain("<p>Wo bleibt die <b>Ware</b>?</p><blockquote>Ihre Anfrage</blockquote>")
    'Wo bleibt die Ware?'
    >>> plain("3 < 5 und a > b")
    '3 < 5 und a > b'
    """
    if not _MARKUP.search(text):
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    lines = (re.sub(r"[^\S\n]+", " ", line).strip() for line in "".join(reader.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
