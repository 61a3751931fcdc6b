"""Bytes → UTF-8 with plain line ends: byte-order mark, then strict utf-8, then the declared encoding, never a guess."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import TextIO

from cxlib.errors import DataError
from cxlib.intake.tally import Tally, plain_line_ends
from cxlib.intake.unpack import no_text, unpacked
from cxlib.params import Source, composed

__all__ = ["transcode"]

CHUNK = 1 << 20  # characters; what is worked on at a time stays near the processor
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(rb"\xc2[\x80-\x9f]")  # in UTF-8; Windows encodings have letters and quotes there
_MARKS = (
    b"\xcc",
    b"\xcd",
)  # with one of them begins every mark that is a sign of its own; looking for bytes costs next to nothing


def transcode(path: Path, source: Source, where: str, text: Path) -> Tally:
    """Write the file as UTF-8 with plain line ends and return what was counted on the way.

    The encoding is that of a byte-order mark; else utf-8, strictly; else the declared one, strictly; never a guess.
    """
    with unpacked(path, where) as file:
        start = file.read(16)
    if other := no_text(start):
        raise DataError(f"{where}: is no delimited text, but {other}.")
    encoding = next((name for mark, name in _BOMS if start.startswith(mark)), None)
    tried = [encoding] if encoding else list(dict.fromkeys(["utf-8", source.encoding.casefold().replace("_", "-")]))
    faults: list[str] = []
    for name in tried:
        try:
            return _copy(path, name, source, where, text)
        except LookupError as error:
            raise DataError(f"{where}: encoding: there is no encoding {name!r}. Write it as in utf-8 or cp1252.") from error
        except DataError as error:  # NUL characters: UTF-16 without its mark decodes as UTF-8
            if name == tried[-1]:
                raise
            faults.append(str(error))
        except UnicodeDecodeError as error:
            faults.append(_undecodable(path, where, name, error))
    if encoding:
        raise DataError(f"{faults[0]} Ask for the export again.")
    declared = tried[-1]
    if "breaks off" in faults[0]:
        raise DataError(faults[0])
    if declared in ("utf-8", "utf8"):
        raise DataError(f"{faults[0]} Declare the encoding in params, for instance `encoding: cp1252` for an export from Windows.")
    raise DataError(
        f"{faults[0].removesuffix('.')}, and not {declared} either. Parts of it may come from another system: ask for one encoding. "
        "If all of it comes from an old host or a Mac, declare `encoding: cp850` or `mac-roman`."
    )


def _copy(path: Path, encoding: str, source: Source, where: str, text: Path) -> Tally:
    """Write the decoded text as UTF-8 with plain line ends; refuse characters that no text has on the way."""
    tally, latin = Tally(source), codecs.lookup(encoding).name.startswith("iso8859")
    with (
        unpacked(path, where) as file,
        io.TextIOWrapper(file, encoding=encoding, errors="strict", newline="\n") as reader,
        text.open("wb") as target,
    ):
        chunk = _next(reader).lstrip("\ufeff")  # one more mark than the encoding takes off, from files put together
        while chunk:
            content = chunk.encode("utf-8")
            if any(mark in content for mark in _MARKS):
                content = composed(chunk).encode("utf-8")
            content = plain_line_ends(content)
            if b"\x00" in content:
                raise DataError(
                    f"{where}, line {tally.line(content, content.index(0))}: holds a NUL character, which no text has. "
                    "The export is damaged: ask for it again. If it is UTF-16 without a byte-order mark, declare `encoding: utf-16-le`."
                )
            if latin and (control := _CONTROL.search(content)):
                raise DataError(
                    f"{where}, line {tally.line(content, control.start())}: is not {encoding} "
                    f"(byte 0x{control[0][1]:02x} is no letter there, but one on Windows). Declare `encoding: cp1252`."
                )
            tally.add(content)
            target.write(content)
            chunk = _next(reader)
    return tally


def _next(reader: TextIO) -> str:
    """Return the next piece of a text, up to the end of a line where lines are not endless: no letter and no line end is torn apart."""
    chunk = reader.read(CHUNK)
    chunk += reader.readline(CHUNK) if chunk else ""
    return chunk + reader.read(1) if chunk.endswith("\r") else chunk


def _undecodable(path: Path, where: str, encoding: str, error: UnicodeDecodeError) -> str:
    """Find the first line that does not decode; the decoder itself only knows its own chunk."""
    if encoding.startswith(("utf-16", "utf-32")):  # their line ends are more than one byte long
        return f"{where}: is not {encoding} ({error.reason}): it may be cut off."
    with unpacked(path, where) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as fault:
                if encoding == "utf-8" and fault.reason == "unexpected end of data" and fault.start > 0 and not line.endswith(b"\n"):
                    return f"{where}, line {number}: breaks off in the middle of a letter: the file is cut off. Ask for the export again."
                return f"{where}, line {number}: is not {encoding} (byte 0x{line[fault.start]:02x})."
    return f"{where}: is not {encoding} ({error.reason})."
