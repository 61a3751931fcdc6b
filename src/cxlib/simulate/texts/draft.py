"""The parts of one text before its channel shapes them: what comes before, the core, what follows, the second concern."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from cxlib.simulate.texts.facts import Facts
from cxlib.simulate.texts.sayings import Saying, fill, general, sayings

__all__ = ["HIDDEN", "Draft", "Traits"]

HIDDEN = ("core", "before", "after", "note")  # what belongs to a reason: of each a quarter is held out; what belongs to people is shared
_NUMBER = re.compile(r"\d[\d-]{4,}")  # of an order, a customer, an invoice: told once
_CLASSES = {
    "presales_information": "open", "quote": "paper", "order": "goods", "delivery": "goods", "onboarding": "goods",
    "usage_service": "goods", "billing": "paper", "accessibility": "talk", "follow_up": "talk", "complaint": "talk",
    "contract": "paper", "growth_feedback": "open", "no_customer_concern": "none",
}  # fmt: skip
_OWN_CLASS = {"usage_service.documentation_request": "paper", "usage_service.usage_question": "open", "quote.quote_request": "open"}


@dataclass(frozen=True)
class Traits:
    """What was drawn for one text before its words."""

    salutation: bool
    quote: bool
    signature: bool
    opposite: bool
    transliterated: bool
    dialect: bool
    sarcasm: bool
    whatsapp: bool
    held_out: bool
    words: int
    informal: bool


@dataclass
class Draft:
    """One text in the making.

    Attributes
    ----------
    reason, form, language, persona : str
    traits : Traits
    facts : Facts
    rnd : Random
    second : str
        The second concern, or "".
    second_first : bool
    own : list of str
        The person's own words, in order: where slips of the key can happen.
    core_key : str
        Which way of saying the core is.
    """

    reason: str
    form: str
    language: str
    persona: str
    traits: Traits
    facts: Facts
    rnd: Random
    second: str = ""
    second_first: bool = False
    own: list[str] = field(default_factory=list)
    core_key: str = ""

    @property
    def group(self) -> str:
        """The group of the reason."""
        return self.reason.split(".")[0]

    @property
    def kind(self) -> str:
        """What the concern touches: goods, paper, talk, or something open."""
        return _OWN_CLASS.get(self.reason, _CLASSES[self.group])

    def chance(self, probability: float) -> bool:
        """Return whether something that happens so often happens here."""
        return self.rnd.random() < probability

    def said(self, saying: Saying | None) -> str:
        """Return a saying's words in the text's form of address."""
        if saying is None:
            return ""
        return fill((saying.informal if self.traits.informal else saying.formal) or [], self.facts, self.rnd)

    def shared(self, name: str) -> str:
        """Return words of the general stock; "" where it has none of that name."""
        return self.said(self._drawn(general(self.language).get(name, ())))

    def quoted(self, name: str) -> str:
        """Return words of the house, which says Sie to everyone."""
        shelf = general(self.language).get(name, ())
        return fill(shelf[int(self.rnd.random() * len(shelf))].formal or [], self.facts, self.rnd) if shelf else ""

    def of_reason(self, reason: str, part: str, length: int = 0) -> Saying | None:
        """Draw a way of saying a part of a reason; what tells the concern comes from the text's drawer."""
        shelf = sayings(self.language)[reason].get(part, ())
        if part in HIDDEN:
            shelf = [saying for saying in shelf if saying.held_out == self.traits.held_out] or shelf
        return self._drawn(shelf, length)

    def _drawn(self, shelf: Iterable[Saying], length: int = 0) -> Saying | None:
        fitting = [each for each in shelf if (each.informal if self.traits.informal else each.formal) is not None]
        if not fitting:
            return None
        drawn = fitting[int(self.rnd.random() * len(fitting))]
        if length:  # of two, the one whose length suits the text better
            other = fitting[int(self.rnd.random() * len(fitting))]
            return min(drawn, other, key=lambda saying: abs(saying.words - length))
        return drawn

    def body(self) -> list[str]:
        """Return the sentences of the text in their order, about as many words as it should have."""
        want = self.traits.words
        core = self.of_reason(self.reason, "core", min(want, 40))
        self.core_key = core.key if core else ""
        parts = [self.said(core)]
        left = want - len(parts[0].split())
        kind = self.kind
        rounds = 1 + (want > 60) + (want > 100) + (want > 140)
        if kind == "none" or self.language not in ("de", "en"):
            return self._joined(parts)
        if left > 2 and self.chance(0.5 + left / 60):
            left -= self._take("before", parts, 0, rounds)
        if left > 2 and self.chance(0.55 + left / 60):
            left -= self._take("after", parts, len(parts), rounds)
        for name, least, probability, place in self._fillings(kind):
            if left > least and self.chance(probability):
                words = self.shared(name)
                if words and words not in parts and not (set(_NUMBER.findall(words)) & set(_NUMBER.findall(" ".join(parts)))):
                    parts.insert(len(parts) if place is None else place, words)
                    left -= len(words.split())
        return self._joined(parts)

    def _fillings(self, kind: str) -> list[tuple[str, int, float, int | None]]:
        """Return names of the general stock with the room that each needs, how often it is used, and where it stands."""
        special = f"background.{self.persona}_{kind}"
        background = special if special in general(self.language) else f"background.{self.persona}"
        return [
            (f"detail.{kind}", 5, 0.45, None),
            (f"persona.{self.persona}.{kind}", 8, 0.65, None),
            ("opening", 6, 0.3, 0),
            (background, 25, 0.8, None),
            (f"detail.{kind}", 40, 0.5, None),
            (background, 55, 0.9, None),
            ("wish", 4, 0.4, None),
        ]

    def _take(self, part: str, parts: list[str], place: int, rounds: int) -> int:
        """Add up to so many sayings of a part of the reason; return how many words they have."""
        words = 0
        for _ in range(rounds):
            saying = self.of_reason(self.reason, part)
            said = self.said(saying)
            if said and said not in parts:
                parts.insert(place, said)
                place += 1
                words += len(said.split())
        return words

    def _joined(self, parts: list[str]) -> list[str]:
        """Add the second concern, a dry remark, and the messages on the phone."""
        if self.second:
            said = self.said(self.of_reason(self.second, "core", 14))
            if self.second_first:
                parts = [said, self.shared("second.turn"), *parts]
            else:
                joint = self.shared("second.joint")
                parts = [*parts, f"{joint} {said}"]
        if self.traits.sarcasm:
            parts.append(self.shared("sarcasm"))
        if self.traits.whatsapp:
            parts.insert(len(parts) if self.chance(0.7) else 1, self.shared("whatsapp"))
        if self.traits.dialect:
            parts.insert(0 if self.chance(0.5) else len(parts), self.shared("dialect"))
        parts = [part for part in parts if part]
        ends = (".", *(part[-1] for part in parts))
        return [part[:1].upper() + part[1:] if end in ".!?" else part for end, part in zip(ends, parts, strict=False)]
