"""The stock: how large, how spelled, which words of the reasons' names, how drawers are cut, nothing from the style samples."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from random import Random

import pytest

from cxlib.errors import CxError
from cxlib.simulate.reasons import reasons as planted
from cxlib.simulate.texts.facts import SLOTS, Facts
from cxlib.simulate.texts.sayings import FORMAL, INFORMAL, LANGUAGES, Saying, fill, general, reasons, sayings

from .keywords import KEYWORDS

FREQUENT = set(planted().query("weight >= 19")["reason"])


def everything(language: str) -> Iterator[tuple[str, Saying]]:
    for reason, parts in sayings(language).items():
        for part, shelf in parts.items():
            yield from ((f"{reason}.{part}", saying) for saying in shelf)
    for name, shelf in general(language).items():
        yield from ((name, saying) for saying in shelf)


def test_the_reasons_are_those_of_the_plan():
    assert reasons("de") == sorted(planted()["reason"])


@pytest.mark.parametrize(("language", "frequent", "rare"), [("de", 25, 12), ("en", 15, 8), ("nl", 2, 2), ("pl", 2, 2)])
def test_enough_ways_of_saying(language, frequent, rare):
    few = {reason: len(parts["core"]) for reason, parts in sayings(language).items()}
    assert not {reason: count for reason, count in few.items() if count < (frequent if reason in FREQUENT else rare)}
    if rare > 2:
        assert all({"core", "before", "after", "note"} <= set(sayings(language)[reason]) for reason in KEYWORDS["de"])


@pytest.mark.parametrize("language", ["de", "en"])
def test_most_ways_of_saying_do_without_the_name_of_the_reason(language):
    for reason, words in KEYWORDS[language].items():
        cores = sayings(language)[reason]["core"]
        named = [saying.line for saying in cores if re.search(words, saying.line, re.I)]
        assert len(named) <= 0.4 * len(cores), (reason, named)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_can_be_filled_and_are_said_once(language):
    facts, seen = Facts({}, language, "Tanja", Random(1)), {}
    for name, saying in everything(language):
        assert set(re.findall(r"\{(\w*)\}", saying.line)) <= set(SLOTS), (name, saying.line)
        assert saying.formal is not None or saying.informal is not None, (name, saying.line)
        for pieces in (saying.formal, saying.informal):
            if pieces is not None:
                assert not re.search(r"[{}\[\]|]", fill(pieces, facts, Random(1))), saying.line
        if name.endswith(".core"):
            assert seen.setdefault(saying.line, name) == name, (name, saying.line)


def test_forms_of_address_do_not_mix():
    for name, saying in everything("de"):
        if name.startswith(("quote.", "no_customer", "greeting", "form.", "word.")):
            continue
        for side, other in ((1, INFORMAL), (2, FORMAL)):
            if (saying.formal, saying.informal)[side - 1] is not None:
                said = re.sub(r"(^|[.?!:] )Ihr (?=[a-zäöü]+[td]\b)", r"\1", re.sub(r"<([^<>|]*)\|([^<>|]*)>", rf"\{side}", saying.line))
                assert not other.search(said), (name, saying.line)


@pytest.mark.parametrize("language", ["de", "en"])
def test_spelling(language):
    """Slips come from style.py alone: no double blanks or words, no umlauts written out, sentences end, brackets close."""
    for name, saying in everything(language):
        line = saying.line
        assert "  " not in line, line
        assert not re.search(r"\b(\w{3,}) \1\b", line, re.I), (name, line)
        assert all(line.count(left) == line.count(right) for left, right in ("[]", "{}", "()", "„“")), (name, line)
        assert line.count('"') % 2 == 0, line
        if name.endswith((".core", ".before", ".after")):
            assert re.search(r"[.?!:][\])“\"]*$", re.sub(r"\[\|?([^|\]]*)[^\]]*\]$", r"\1", line)), (name, line)
            assert line[0].isupper() or line[0] in '{[<„"0123456789', (name, line)
        if language == "de" and name.endswith((".core", ".before", ".after")):
            assert not re.search(r"\b(fuer|ueber|koenn\w+|moecht\w+|waere|haett\w+|muess\w+|daß|muß)\b", line), line


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_quarter_is_held_out(language):
    for parts in sayings(language).values():
        for part, shelf in parts.items():
            hidden = sum(saying.held_out for saying in shelf)
            assert 0 < hidden < len(shelf), (shelf[0].key, part)
            assert abs(hidden - len(shelf) / 4) <= 1
    keys = [saying.key for parts in sayings(language).values() for shelf in parts.values() for saying in shelf]
    assert len(keys) == len(set(keys))


def shingles(text: str) -> set[tuple[str, ...]]:
    plain = re.sub(r"\{\w+\}", "x", re.sub(r"\[[^\]]*\]", " ", re.sub(r"<([^|]*)\|[^>]*>", r"\1", text)))
    words = re.findall(r"\w+", plain.lower())
    return {tuple(words[place : place + 3]) for place in range(len(words) - 2)}


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_is_taken_from_a_style_sample(language, style_samples):
    with style_samples.open(encoding="utf-8", newline="") as file:
        samples = [shingles(row["text"]) for row in csv.DictReader(file)]
    for name, saying in everything(language):
        if name.startswith(("greeting", "opening")):
            continue
        for sentence in re.split(r"(?<=[.?!:])\s+", saying.line):
            own = shingles(sentence)
            taken = max(len(own & sample) for sample in samples)
            assert taken < 4, (name, sentence)
            assert len(own) < 3 or taken < 0.6 * len(own), (name, sentence)


def test_a_language_without_stock_is_refused():
    with pytest.raises(CxError, match="Languages: de, en, nl, pl"):
        sayings("fr")
