"""What may stand in a page's outputs: no script, no handler, no form, nothing that asks anybody for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from cxlib.errors import CxError, worded

__all__ = ["refuse_active"]

ACTIVE = {
    *("script", "iframe", "object", "embed", "form", "input", "button", "textarea", "select", "link", "meta", "base", "style", "template"),
    *(
        "img",
        "video",
        "audio",
        "source",
        "picture",
        "image",
        "foreignobject",
        "animate",
        "set",
        "html",
        "body",
        "head",
        "frame",
        "frameset",
    ),
}
OUTWARD = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression\(", re.IGNORECASE)
LINK = re.compile(r"(#|https?://|mailto:|data:text/csv;)", re.IGNORECASE)


class _Guard(HTMLParser):
    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks where in a fragment something stands, and counting is a fifth of the work."""
        return j

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Refuse an element, or one of its attributes, as soon as it is met."""
        if tag in ACTIVE:
            raise CxError(worded(self.place, "holds an element that no page may carry:", tag))
        for name, value in attrs:
            if self._refused(tag, name, (value or "").strip()):
                raise CxError(worded(self.place, f"<{tag}> holds an attribute that no page may carry:", name))

    @staticmethod
    def _refused(tag: str, name: str, value: str) -> bool:
        if name.startswith("on") or name in ("srcdoc", "srcset", "src", "action", "formaction", "ping", "background"):
            return True
        if name in ("href", "xlink:href"):
            return not LINK.match(value) or (tag == "use" and not value.startswith("#"))
        return name == "style" and bool(OUTWARD.search(value))


def refuse_active(fragment: str, place: str) -> None:
    """Refuse an output that would run, load or send something.

    Parameters
    ----------
    fragment : str
        HTML of one output.
    place : str
        How the message names it.

    Raises
    ------
    CxError
        It has a forbidden element or attribute, or a link with another scheme.
    """
    guard = _Guard(place)
    guard.feed(fragment)
    guard.close()
