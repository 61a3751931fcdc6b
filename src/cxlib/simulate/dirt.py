"""What happens to exports on their way: spellings, broken umlauts, doubled and merged tickets, test rows, dates in words, formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = [
    "DIALLED",
    "MERGED",
    "SHORT",
    "SPELLINGS",
    "STAFF",
    "TESTERS",
    "doubled",
    "endless",
    "html_rest",
    "linked",
    "merged",
    "misread",
    "misspelt",
    "promised_in_words",
    "struck",
    "trials",
]

SPELLINGS = {
    "email": {"E-Mail": 60, "eMail": 14, "E-mail": 8, "Email": 6, "mail ": 4, "MAIL": 2, "Mail info@": 2, "e-mail (AB)": 1},
    "web_form": {"Kontaktformular": 50, "Kontaktform.": 12, "Web-Formular": 6, "Formular": 4, "webform": 2},
    "chat": {"Chat": 40, "chat": 5, "Portal-Chat": 3},
    "social": {"WhatsApp AD": 1},
    "fax": {"Fax": 10, "FAX": 3, "Telefax": 2},
    "letter": {"Brief": 10, "Post": 3, "brief": 1},
}
MERGED = "zusammengeführt"
TESTERS = ("Max Mustermann", "TEST bitte löschen")
STAFF = "Personalverkauf"  # staff who buy at their own house's
DIALLED, SHORT = "+49 Hydraulik", "-1 Stück fehlt"  # a name and a comment that spreadsheets take for formulas
_LINK = '=HYPERLINK("https://beleg-ansehen.example/{number}";"Ihr Beleg")'
_NO_LETTER = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_HTML = '<div style="font-family:Arial">{text}<br>&nbsp;<br><img src="https://zaehler.example/p.gif" width="1" height="1"></div>'
_CHAIN = "\r\n> Mit freundlichen Grüßen\r\n> i. A. Einkauf\r\n> Diese Nachricht kann vertrauliche Angaben enthalten.\r\n> --"


def misspelt(channels: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Write channels as people and programs write them: 23 spellings.

    >>> set(misspelt(pd.Series(["fax"] * 100), np.random.default_rng(1))) == {"Fax", "FAX", "Telefax"}
    True
    """
    told = channels.astype("object").copy()
    for channel, spellings in SPELLINGS.items():
        here = np.flatnonzero(channels == channel)
        weights = np.array(list(spellings.values()), dtype="float64")
        told.iloc[here] = rng.choice(np.array(list(spellings), dtype=object), len(here), p=weights / weights.sum())
    return told.astype("str")


def struck(rng: np.random.Generator, eligible: pd.Series | np.ndarray, wanted: int) -> np.ndarray:
    """Return the positions of at most `wanted` eligible rows, drawn without order."""
    there = np.flatnonzero(np.asarray(eligible, dtype=bool))
    return np.sort(rng.choice(there, min(wanted, len(there)), replace=False))


def misread(text: str) -> str:
    """Decode a text wrongly, as a program does that takes UTF-8 for Windows: Lieferverzögerung → LieferverzÃ¶gerung.

    >>> misread("Verzögerung")
    'VerzÃ¶gerung'
    """
    # five bytes have no letter on Windows; programs keep them as control signs
    return "".join(bytes([byte]).decode("cp1252") if byte not in _NO_LETTER else chr(byte) for byte in text.encode("utf-8"))


def html_rest(text: str) -> str:
    """Leave the rest of an HTML mail around a text."""
    return _HTML.format(text=text.replace("\n", "<br>"))


def linked(text: str, number: str) -> str:
    """Let a mail begin with a subject that a spreadsheet would run.

    >>> linked("Bitte prüfen.", "80075430").splitlines()[0]
    '=HYPERLINK("https://beleg-ansehen.example/80075430";"Ihr Beleg")'
    """
    return f"{_LINK.format(number=number)}\n{text}"


def endless(text: str, size: int = 380_000) -> str:
    """Return a mail with a chain of signatures of `size` bytes."""
    return text + _CHAIN * (size // len(_CHAIN.encode()))


def doubled(rows: pd.DataFrame, rng: np.random.Generator, wanted: int, *, eligible: pd.Series) -> pd.DataFrame:
    """Let some eligible rows stand twice, the second time a little later, as where two exports overlap."""
    here = struck(rng, eligible, wanted)
    return _among(rows, rows.iloc[here], here + 3)


def merged(rows: pd.DataFrame, rng: np.random.Generator, wanted: int, *, ticket: str, text: str, status: str) -> pd.DataFrame:
    """Add tickets that were merged into another one and say no more than that."""
    here = struck(rng, np.ones(len(rows), dtype=bool), wanted)
    added = rows.iloc[here].copy()
    target = rows[ticket].iloc[here].to_numpy(dtype=object)
    added[text] = [f"siehe {number}" for number in target]
    added[ticket] = [f"{number}-Z" for number in target]
    added[status] = MERGED
    return _among(rows, added, here)


def trials(
    rows: pd.DataFrame, rng: np.random.Generator, wanted: int, *, eligible: pd.Series, ticket: str, text: str, sender: str
) -> pd.DataFrame:
    """Add rows with which somebody tried out the system, beside some of the eligible ones."""
    here = struck(rng, eligible, wanted)
    added = rows.iloc[here].copy()
    added[ticket] = [f"{number}-T" for number in added[ticket].to_numpy(dtype=object)]
    added[sender] = rng.choice(np.array(TESTERS, dtype=object), len(added))
    added[text] = rng.choice(np.array(["Test", "test 123 bitte ignorieren", "asdf", "Dies ist ein Test."], dtype=object), len(added))
    return _among(rows, added, here)


def promised_in_words(days: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Write promised days as three people write them: most as dates, some as calendar weeks, some not at all.

    >>> told = promised_in_words(pd.Series([pd.Timestamp("2025-04-03")] * 400), np.random.default_rng(4))
    >>> sorted(told.unique())
    ['01.01.1900', '03.04.2025', 'KW 14/25', 'n. Abspr.']
    """
    known = days.notna().to_numpy()
    iso = days.dt.isocalendar()
    week = "KW " + iso["week"].astype("str").str.zfill(2) + "/" + (iso["year"] % 100).astype("str")
    told = days.dt.strftime("%d.%m.%Y").astype("object")
    kind = rng.choice(4, len(days), p=[0.95, 0.03, 0.015, 0.005])
    told = told.where(kind != 1, week).where(kind != 2, "n. Abspr.").where(kind != 3, "01.01.1900")
    return told.where(known, "").astype("str")


def _among(rows: pd.DataFrame, added: pd.DataFrame, here: np.ndarray) -> pd.DataFrame:
    place = np.concatenate([np.arange(len(rows), dtype="float64"), here + 0.5])
    return pd.concat([rows, added], ignore_index=True).iloc[np.argsort(place, kind="stable")].reset_index(drop=True)
