"""The message catalogs of two languages: gettext files with keys as message ids, read once, and compared with each other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

__all__ = ["LANGUAGES", "disagreements", "messages"]

LANGUAGES: Mapping[str, str] = {"de": "de_DE", "en": "en_GB"}  # en_GB: "24 Dec 2026" cannot be misread


@lru_cache(maxsize=len(LANGUAGES))
def messages(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the catalog of a language: key → its plural forms, one form for most.

    ``cxlib.po`` holds the words of every page's frame, tables and pictures, ``pages.po`` what the single pages say.
    """
    found = {}
    for path in sorted((Path(__file__).parent / "locale" / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=LANGUAGES[language], abort_invalid=True)
        for message in catalog:
            key = message.id if isinstance(message.id, str) else message.id[0]
            if key:
                found[key] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return found


def disagreements(catalogs: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None) -> list[str]:
    """Compare the catalogs and return what differs, one sentence a difference.

    Parameters
    ----------
    catalogs : mapping, optional
        Language → catalog; the catalogs of the suite when absent.

    Returns
    -------
    list of str
        Keys that one catalog lacks, empty texts, and keys whose placeholders differ. Empty when all is well.

    >>> disagreements({"de": {"a": ("{n} Zeilen",)}, "en": {"a": ("{m} rows",), "b": ("",)}})
    ["a: placeholders differ: de ['n'], en ['m']", 'b: no text in de, en']
    """
    catalogs = catalogs or {language: messages(language) for language in LANGUAGES}
    found = []
    for key in sorted(set().union(*catalogs.values())):
        lacking = [language for language, texts in catalogs.items() if not all(texts.get(key, ("",)))]
        fields = {language: sorted(set().union(*map(_fields, texts.get(key, ())))) for language, texts in catalogs.items()}
        if lacking:
            found.append(f"{key}: no text in {', '.join(lacking)}")
        elif len(set(map(tuple, fields.values()))) > 1:
            found.append(f"{key}: placeholders differ: " + ", ".join(f"{language} {names}" for language, names in fields.items()))
    return found


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
