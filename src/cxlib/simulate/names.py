"""Names of people and companies that do not exist."""

from __future__ import annotations

import numpy as np

__all__ = ["company_names", "person_names"]

_FIRST = {
    "de": """Anja Bernd Carola Dieter Elke Frank Gudrun Holger Ines Jens Katja Lars Martina Norbert Petra Rainer Sabine Torsten Ulrike
    Volker Britta Claus Doris Erik Heike Ingo Jana Kerstin Lutz Meike Nils Olaf Regina Stefan Tanja Uwe Wiebke Aylin Emre Milena""",
    "en": "Alice Ben Claire Derek Ewan Fiona Graham Hazel Ian Joyce Keith Laura Niall Owen Paula Ruth Simon Tessa Una Victor Freja Mads",
    "nl": "Anouk Bas Daan Femke Gijs Hanneke Joost Lieke Maarten Roos Sander Wouter",
    "pl": "Agata Bartosz Dorota Grzegorz Jolanta Kamil Marek Natalia Pawel Renata Tomasz Zofia",
}
_STEMS = {
    "de": """Ahl Brand Dorn Eichen Fels Grün Hasel Ihl Kamp Linden Mohr Nacht Ober Pfeif Quell Rosen Sand Tannen Ulm Vogel Weiden Zimmer
    Bolt""",
    "en": "Ash Brook Cold Dun Ever Fair Gran Hart Lang Marsh Nether Old Pen Rush Stan Thorn Wake Whit",
    "nl": "Akker Berg Dijk Es Groen Hof Klaver Linden Molen Ooster Riet Veld",
    "pl": "Bial Czern Dab Gol Jas Kal Lip Mal Olsz Sos Wrob Ziel",
}
_ENDINGS = {
    "de": "brink hofer kötter leitner menger rather stetter thaler bauer meister rieder winkler böck scheidt topf ling",
    "en": "worth combe dale field grave ham ley more shaw stead wick yard",
    "nl": "huis kamp man meer stra veen winkel zicht",
    "pl": "ecki icki inski owicz owski ak",
}
_TRADES = {
    "oem": "Maschinenbau|Fördertechnik|Pressentechnik|Anlagenbau|Umformtechnik|Hebetechnik",
    "farming": "Landtechnik|Landmaschinen|Agrarservice|Schlepperwerkstatt|Lohnunternehmen",
    "construction": "Bau|Tiefbau|Baumaschinen|Kommunaltechnik|Straßenbau|Erdbau",
    "maintenance": "Instandhaltung|Papierwerk|Gießerei|Walzwerk|Industrieservice|Kunststoffwerk",
    "reseller": "Industriebedarf|Hydraulikhandel|Technischer Handel|Antriebstechnik",
    "workshop": "Werkstatt|Kfz-Service|Metallbau|Schlosserei|Reparaturen",
}
_ENGLISH = {
    "oem": "Machinery|Presses|Handling Systems|Engineering",
    "farming": "Farm Machinery|Tractors|Agri Service",
    "construction": "Construction|Groundworks|Plant Hire",
    "maintenance": "Mill Services|Foundry|Plant Maintenance",
    "reseller": "Fluid Power Supplies|Industrial Supplies|Trading",
    "workshop": "Repairs|Workshop|Metalworks",
}
_FORMS = {"de": "GmbH|GmbH & Co. KG|KG|e. K.|OHG|GmbH", "en": "Ltd|Ltd|LLP", "nl": "B.V.|V.O.F.", "pl": "Sp. z o.o.|S.A."}


def person_names(rng: np.random.Generator, languages: np.ndarray) -> np.ndarray:
    """Return a full name for each person, after the language: de, en, nl or pl.

    >>> len(person_names(np.random.default_rng(1), np.array(["de", "nl"])))
    2
    """
    names = np.empty(len(languages), dtype=object)
    for language in _FIRST:
        rows = np.flatnonzero(languages == language)
        names[rows] = _picked(rng, _FIRST[language].split(), len(rows)) + " " + _surnames(rng, language, len(rows))
    return names


def company_names(rng: np.random.Generator, segments: np.ndarray, languages: np.ndarray) -> np.ndarray:
    """Return a company's name for each customer, after its segment and language; workshops have no legal form.

    >>> company_names(np.random.default_rng(1), np.array(["workshop"]), np.array(["de"])).shape
    (1,)
    """
    names = np.empty(len(segments), dtype=object)
    for language in _FIRST:
        for segment in _TRADES:
            rows = np.flatnonzero((languages == language) & (segments == segment))
            trades = (_TRADES if language == "de" else _ENGLISH)[segment].split("|")
            names[rows] = _surnames(rng, language, len(rows)) + " " + _picked(rng, trades, len(rows))
            if segment != "workshop":
                names[rows] += " " + _picked(rng, _FORMS[language].split("|"), len(rows))
    return names


def _surnames(rng: np.random.Generator, language: str, n: int) -> np.ndarray:
    return _picked(rng, _STEMS[language].split(), n) + _picked(rng, _ENDINGS[language].split(), n)


def _picked(rng: np.random.Generator, stock: list[str], n: int) -> np.ndarray:
    return np.array(stock, dtype=object)[rng.integers(0, len(stock), n)]
