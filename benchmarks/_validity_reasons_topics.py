"""Candidate new reasons, in the reasons' slice: are planted concerns found, and does what has no groups dissolve?

- found: share of planted concerns that a stable group holds, three quarters of whose texts are the concern's. Each of four concerns has
  words of its own, which make up two fifths of a text; the others are everybody's.
- standing groups: share of groups that do not dissolve among texts whose words are drawn from one list: false alarms.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from _measurement import Result
from _validity import Cell, alarmed, generator, name_of, sure_of

from cxlib.reasons.discover import topics

ROOM = "reasons"
SIZES = (100, 300, 1000)
CONCERNS, OWN, SHARED, SAID, TELLS = 4, 15, 120, 10, 0.4  # concerns, words of each, everybody's, words a text, share that are its own
PURE = 0.75
GOAL = 0.9
SYLLABLES = [one + two + three for one in "bdfgklmnprstvw" for two in "aeiou" for three in "lmnrstk"]
WORDS = [first + second for first, second in zip(SYLLABLES[::2], SYLLABLES[1::2], strict=True)]


def texts(n: int, rng: np.random.Generator, *, own: float) -> tuple[list[str], np.ndarray]:
    """Return texts and the concern of each; words that are everybody's are common or rare as words are."""
    often = 1 / np.arange(1, SHARED + 1)
    concern = rng.integers(0, CONCERNS, n)
    shared = rng.choice(SHARED, (n, SAID), p=often / often.sum())
    mine = SHARED + concern[:, None] * OWN + rng.integers(0, OWN, (n, SAID))
    place = np.where(rng.random((n, SAID)) < own, mine, shared)
    return [" ".join(WORDS[word] for word in row) for row in place], concern


def grouped(design: str, n: int, repetitions: int) -> list[Result]:
    found: list[list[bool]] = []
    standing: list[float] = []
    for number in range(repetitions):
        rng = generator("topics", design, n, number)
        said, concern = texts(n, rng, own=TELLS)
        told = topics(said, seed=number)
        firm = set(told.table.loc[told.table["note"].eq(""), "topic"])
        inside = [concern[(told.assigned == topic).fillna(False).to_numpy()] for topic in firm]
        found.append([any((group == one).mean() >= PURE for group in inside) for one in range(CONCERNS)])
        nothing = topics(texts(n, rng, own=0.0)[0], seed=number).table
        standing.append(float(nothing["note"].eq("").mean()))
    share, low, high = sure_of(np.array(found, dtype=float))
    note = f"99 % {low:.3f}–{high:.3f}; {repetitions} repetitions of {CONCERNS} concerns"
    return [
        Result(name_of("recovery", "planted concerns", design, n), share, "share of concerns", f"≥ {GOAL}", bool(high >= GOAL), note),
        alarmed(name_of("false alarms", "groups that stand", design, n), np.array(standing), unit="share of groups"),
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the cells of topics; quick, the smallest size and few repetitions."""
    sizes, repetitions = (SIZES[:1], 5) if quick else (SIZES, 40)
    return [Cell(ROOM, name_of("recovery", "topics", "plain", n), repetitions, partial(grouped, "plain", n)) for n in sizes]
