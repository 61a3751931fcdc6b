"""What the house sells and what it is built into: nouns with gender and plural, in German and English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

__all__ = ["CASES", "CONTRACTED", "FITTING", "MACHINES", "STOCK", "Noun", "goods", "lines", "machines"]

STOCK = Path(__file__).with_name("stock")
CASES = {  # definite article by case, indefinite by case, pronouns
    "m": {"nom": "der", "acc": "den", "dat": "dem", "a": "ein", "an": "einen", "er": "er", "ihn": "ihn"},
    "f": {"nom": "die", "acc": "die", "dat": "der", "a": "eine", "an": "eine", "er": "sie", "ihn": "sie"},
    "n": {"nom": "das", "acc": "das", "dat": "dem", "a": "ein", "an": "ein", "er": "es", "ihn": "es"},
}
CONTRACTED = {"von dem": "vom", "zu dem": "zum", "zu der": "zur", "an dem": "am", "in dem": "im", "bei dem": "beim"}
_DEVICES = "P1 P1 P2 P3 P4 P4"
FITTING = {  # groups of goods of which a reason makes sense
    **dict.fromkeys(("product_fault", "usage_question", "repair_status", "warranty_claim", "spare_parts", "discontinued_part"), _DEVICES),
    **dict.fromkeys(
        ("first_use_help", "promise_not_kept", "next_steps_unknown", "consultation_request", "service_appointment"), "P1 P4 P4"
    ),
    "reorder_standard": "P2 P5 P5 P6 P6 P6",
}
_GERMAN = re.compile(r"[a-zäöüß]{4,}|Hub|mit|,")
MACHINES = {"Werner": ("farm", "farm", "site"), "Tanja": ("plant", "plant", "site"), "Kira": ("plant",), "Ralf": ("plant", "site")}


def lines(name: str, part: str) -> list[str]:
    """Return the lines of one part of a file of the stock."""
    return yaml.safe_load((STOCK / name).read_text(encoding="utf-8"))[part].strip().splitlines()


@dataclass(frozen=True)
class Noun:
    """A thing: its group, gender, singular and plural in German, singular and plural in English, specifications."""

    group: str
    gender: str
    one: str
    many: str
    thing: str
    things: str
    specs: tuple[str, ...]

    def specs_in(self, language: str) -> list[str]:
        """Return the specifications that can be read in a language."""
        return [spec for spec in self.specs if language == "de" or not _GERMAN.search(spec)] or ["type A", "type B"]


@cache
def goods() -> dict[str, list[Noun]]:
    """Return the goods by product group; `""` holds them all."""
    groups: dict[str, list[Noun]] = {"": []}
    for line in lines("goods.yml", "goods"):
        group, gender, one, many, thing, things, specs = (part.strip() for part in line.split(";"))
        noun = Noun(group, gender, one, many, thing, things, tuple(spec.strip() for spec in specs.split(", ")))
        groups.setdefault(group, []).append(noun)
        groups[""].append(noun)
    return groups


@cache
def machines() -> dict[str, list[tuple[str, str, str]]]:
    """Return gender, German and English name of the machines by where they work: farm, site, plant."""
    places: dict[str, list[tuple[str, str, str]]] = {}
    for line in lines("goods.yml", "machines"):
        place, gender, german, english = (part.strip() for part in line.split(";"))
        places.setdefault(place, []).append((gender, german, english))
    return places
