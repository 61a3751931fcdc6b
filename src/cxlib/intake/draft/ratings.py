"""Columns of a survey that hold ratings: their scales with the range seen, codes that may be no rating, and what may have been asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cxlib.intake.draft.likeness import plain, words
from cxlib.intake.draft.mapping import rating
from cxlib.intake.draft.profile import Profile

__all__ = ["Asked", "Seen", "asked"]

TOPS = (4, 5, 6, 7, 10)  # usual upper ends
BATTERY = 3  # columns with a scale in common whose names begin or end alike
_GERMAN = re.compile(r"\b(?:wie|sie|und|der|die|das|mit|ihre?[nmrs]?|für|wir|uns)\b|[äöüß]", re.I)


@dataclass
class Seen:
    """A scale: its ends, the codes beside it and how often they stand there, and how many columns have it."""

    low: int
    high: int
    codes: Counter[str] = field(default_factory=Counter)
    columns: int = 0
    answers: int = 0
    least: int = 0
    most: int = 0

    @property
    def name(self) -> str:
        """The name under which params have it."""
        return f"from_{self.low}_to_{self.high}"


@dataclass(frozen=True)
class Asked:
    """A column and what was probably asked there; without a scale, an open question."""

    header: str
    item_type: str
    scale: str
    why: str
    words: str = ""

    @property
    def language(self) -> str:
        """The language that the question seems to be in."""
        return "de" if _GERMAN.search(self.words) else "en"


def asked(found: Sequence[Profile], questions: Mapping[str, str]) -> tuple[list[Asked], dict[str, Seen], list[str]]:
    """Propose items and scales.

    Parameters
    ----------
    found : sequence of Profile
        Columns that are nothing else.
    questions : mapping of str to str
        Header → the question's text, where the export has it.

    Returns
    -------
    (list of Asked, dict of str to Seen, list of str)
        Items; scales by name; headers whose numbers look like ratings and that nothing else speaks for, which are not proposed.
    """
    rated = {profile.header: _scale(profile) for profile in found if rating(profile)}
    alike = Counter(key for header, scale in rated.items() for key in _family(header, scale))
    items: list[Asked] = []
    scales: dict[str, Seen] = {}
    doubtful: list[str] = []
    for profile in found:
        text = f"{profile.header} {questions.get(profile.header, '')}"
        kind = _kind(text)
        if profile.header in rated:
            scale = rated[profile.header]
            if "schulnote" in " ".join(plain(text)) and scale.low == 1 and scale.high < 6:
                scale.high = 6  # marks of school end at 6, whether or not somebody gave one; there 1 is best
            members = max((alike[key] for key in _family(profile.header, scale)), default=0)
            few = scale.most - scale.least < 3  # 1 to 3: yes, no, don't know, as well as marks
            if (kind == "actual" and (members < BATTERY or few)) or (kind == "nps" and scale.high != 10):
                doubtful.append(profile.header)
                continue
            whole = scales.setdefault(scale.name, Seen(scale.low, scale.high, least=scale.least, most=scale.most))
            whole.codes += scale.codes
            whole.columns, whole.answers = whole.columns + 1, whole.answers + profile.filled
            whole.least, whole.most = min(whole.least, scale.least), max(whole.most, scale.most)
            why = "by its name" if kind != "actual" else f"one of {members} alike"
            items.append(Asked(profile.header, kind, scale.name, why, questions.get(profile.header, "")))
        elif profile.text:
            items.append(Asked(profile.header, "open_text", "", "sentences", questions.get(profile.header, "")))
    return items, scales, doubtful


def _scale(profile: Profile) -> Seen:
    """Tell ratings from codes: what lies beyond 0 to 10, behind a gap, or is a zero below a scale that begins at 1."""
    counts = {int(word): count for word, count in profile.words.items() if word.lstrip("+-").isdecimal()}
    inside = sorted(number for number in counts if 0 <= number <= 10)
    core = inside[:1]
    for number in inside[1:]:
        if 10 not in inside and number - core[-1] > 1 and number >= 8 and core[-1] <= 7 and len(core) >= 3:
            break
        core.append(number)
    if core[0] == 0 and core[-1] <= 7 and len(core) > 2:
        core = core[1:]
    low = 0 if core[0] == 0 else 1
    high = next(top for top in TOPS if top >= core[-1])
    codes = {word: count for word, count in profile.words.items() if not word.lstrip("+-").isdecimal() or int(word) not in core}
    return Seen(low, high, Counter(codes), 1, profile.filled, core[0], core[-1])


def _family(header: str, scale: Seen) -> list[tuple[str, str]]:
    """Return by what a column belongs to others of the same scale: how its name begins, and how it ends."""
    parts = plain(header)
    numbered = re.match(r"[a-z]+\d+", header.casefold())
    begins = {parts[0] if parts else "", numbered[0] if numbered else "", re.sub(r"\d+$", "", header.casefold())}
    ends = {parts[-1]} if len(parts) > 1 else set()
    return [(scale.name, f"^{one}") for one in begins if one] + [(scale.name, f"{one}$") for one in ends if not one.isdecimal()]


def _kind(text: str) -> str:
    spelt = " ".join(plain(text))
    for kind, known in words()["items"].items():
        if any(re.search(rf"\b{re.escape(word)}" if len(word) < 5 else re.escape(word), spelt) for word in known):
            return str(kind)
    return "actual"
