"""The client's logo as an address that a page can carry in itself."""

from __future__ import annotations

import base64
from pathlib import Path

from cxlib.errors import ParamsError, worded

__all__ = ["logo_uri"]

BEGINNINGS = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".svg": b"<"}
KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
LARGEST_KIB = 60  # it stands on every page


def logo_uri(path: Path) -> str:
    """Return a picture as a ``data:`` address for an ``img``, in which no script of an SVG runs.

    Parameters
    ----------
    path : Path
        ``data/CLIENT/FILE``: PNG, JPEG or SVG, at most 60 KiB.

    Raises
    ------
    ParamsError
        The file is missing, too large, or no such picture.
    """
    where = f"branding.logo: data/{path.parent.name}/{path.name}"
    if not path.is_file():
        raise ParamsError(worded(where, "there is no such file", do="Put it beside raw/, or leave the key out."))
    content, ending = path.read_bytes(), path.suffix.lower()
    if len(content) > LARGEST_KIB * 1024:
        raise ParamsError(f"{where}: has {len(content) / 1024:.0f} KiB, and stands on every page. At most {LARGEST_KIB} KiB.")
    if not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(BEGINNINGS[ending]):
        raise ParamsError(f"{where}: is no picture of the kind that its ending says ({ending}).")
    return f"data:{KINDS[ending]};base64,{base64.b64encode(content).decode()}"
