"""What customers write in a survey's open fields: a stock of short answers by what is praised or criticised, in German and English."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

__all__ = ["stock", "written"]

ADDS_ASIDE, IN_SMALL_LETTERS, NO_FULL_STOP = 0.3, 0.12, 0.35


@lru_cache(maxsize=1)
def stock() -> dict:
    """Return the stock: theme → {praise, critique} → language → answers; ``asides`` → {praise, critique} → language → second sentences.

    >>> sorted(stock()["T22"]), sorted(stock()["T22"]["critique"])
    (['critique', 'praise'], ['de', 'en'])
    """
    return yaml.safe_load((Path(__file__).parent / "open_answers.yml").read_text(encoding="utf-8"))


def written(rng: np.random.Generator, themes: Sequence[str], kind: str, languages: Sequence[str]) -> list[str]:
    """Write one answer for each theme.

    Parameters
    ----------
    rng : Generator
    themes : sequence of str
        Names of what is rated.
    kind : {"praise", "critique"}
    languages : sequence of str
        "de" or "en".

    >>> written(np.random.default_rng(1), ["T25"], "praise", ["en"])[0].endswith((".", "!", "?")) in (True, False)
    True
    """
    draws = rng.random((len(themes), 5))
    answers = []
    for theme, language, (which, aside, second, small, stop) in zip(themes, languages, draws, strict=True):
        choices, asides = stock()[theme][kind][language], stock()["asides"][kind][language]
        text = choices[int(which * len(choices))]
        if aside < ADDS_ASIDE:
            text = f"{text} {asides[int(second * len(asides))]}"
        text = text.lower() if small < IN_SMALL_LETTERS else text
        answers.append(text.rstrip(".") if stop < NO_FULL_STOP else text)
    return answers
