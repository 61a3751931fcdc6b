"""Concerns the taxonomy has no reason for: groups among the texts that stayed unassigned, with words that tell them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from cxlib.errors import DataError
from cxlib.estimates.results import Result
from cxlib.estimates.rows import rows, unanswerable
from cxlib.reasons import wording

__all__ = ["Topics", "topics"]

WORDS, EXAMPLES, RESAMPLED = 8, 5, 5
FIRM, DEALT, CHANCE = 0.5, 40, 0.95  # least stability of a finding; groups of dealt words it is held against, and how many it must exceed
COMPONENTS = (8, 2, 50)  # of the space that texts are grouped in: at least, a group, at most; more of them and rare words decide
NO_FINDING = DISSOLVES, BY_CHANCE = "dissolves", "as by chance"


@dataclass(frozen=True, eq=False)
class Topics(Result):
    """Candidate new reasons.

    Attributes
    ----------
    table : DataFrame
        One row a topic, the most stable first: ``topic``, ``n`` texts, ``share`` (of all given), ``words`` (that stand in it far more often
        than elsewhere, each as most of the group's texts write it, comma-separated),
        ``example_ids`` (texts nearest its middle), ``stability`` (0–1), ``note``.
    assigned : Series
        Index of the texts → topic; missing for texts without words. A row a contact: it stays in the client's folder.
    """

    table: pd.DataFrame
    assigned: pd.Series

    @property
    def estimates(self) -> pd.DataFrame:
        """ESTIMATES by ``topic``: ``topic_share`` of all texts given and ``topic_stability``; without words, which may hold names."""
        if self.table.empty:
            return unanswerable("topic_share", "share", ["contact_reasons.unassigned"], by=["topic"])
        place = pd.DataFrame({"topic": (self.table["topic"] + 1).astype("str")})
        told = {"n": self.table["n"], "method": "count", "note": self.table["note"].where(self.table["note"].isin(NO_FINDING), "")}
        share = rows(place, {"metric": "topic_share", "value": self.table["share"], "unit": "share", **told})
        stable = rows(place, {"metric": "topic_stability", "value": self.table["stability"], "unit": "share", **told})
        return pd.concat([share, stable], ignore_index=True)

    @property
    def row_level(self) -> dict[str, pd.DataFrame]:
        """The contract table *topics* with words and ids of examples, which stays in the client's folder."""
        told = self.table.assign(
            topic=[str(each + 1) for each in self.table["topic"]], example_ids=[*map(" ".join, self.table["example_ids"])]
        )
        kinds = {"n": "Int64", **dict.fromkeys(("share", "stability"), "float64")}
        return {"topics": told.astype({**dict.fromkeys(("topic", "words", "example_ids", "note"), "str"), **kinds})}


def topics(
    texts: Sequence[str] | pd.Series, *, ids: Sequence[str] | None = None, count: int | None = None, min_n: int = 7, seed: int = 1
) -> Topics:
    """Group texts that no reason fits.

    Parameters
    ----------
    texts : sequence or Series of str
        Those that stayed unassigned; cut first.
    ids : sequence of str, optional
        Contact ids; the index of the texts when left out.
    count : int, optional
        Groups; when left out √(texts / 10), from 2 to 30.
    min_n : int
        Smaller groups keep their row without words and examples.
    seed : int

    Returns
    -------
    Topics
        Without rows where fewer than 2 · `min_n` texts have words.

    Raises
    ------
    DataError
        When ids are not as many as texts, or fewer than two groups are wanted.

    Notes
    -----
    TF–IDF of stems, truncated SVD to two dimensions a group (8 to 50), k-means with the best of ten starts. Words by class TF-IDF: the
    share of a group's texts that hold the word times log(1 + 1/mean share over groups) (Grootendorst 2022, by texts instead of words).
    Stability: mean Jaccard overlap with the nearest group when half of the texts are grouped anew, five times (Hennig 2007). A group
    dissolves where that is below 0.5, and stands as by chance where it is not above what 95 of 100 groups reach when the same words are
    dealt out among the texts: common words alone make groups that come again. Neither is a finding.

    >>> said = [f"Miete für Pumpe {n}" for n in range(8)] + [f"Farbe der Haube {n}" for n in range(8)]
    >>> found = topics(said, count=2, seed=1)
    >>> found.table["n"].to_list(), found.table["stability"].round(1).to_list()
    ([8, 8], [1.0, 1.0])
    """
    index = texts.index if isinstance(texts, pd.Series) else pd.RangeIndex(len(texts))
    named = list(index.astype(str)) if ids is None else [str(each) for each in ids]
    if len(named) != len(texts):
        raise DataError(f"discover.topics: {len(named)} ids for {len(texts)} texts. Give one id a text.")
    if count is not None and count < 2:
        raise DataError(f"discover.topics: count is {count}. Two groups are the least; leave it out for a number that suits the texts.")
    stems = [_stems(text) if isinstance(text, str) else [] for text in texts]
    rows = np.array([row for row, told in enumerate(stems) if told], dtype=int)
    group = np.full(len(stems), -1)
    table = pd.DataFrame(columns=["topic", "n", "share", "words", "example_ids", "stability", "note"])
    if len(rows) >= 2 * min_n:
        groups = min(count or int(np.clip(round((len(rows) / 10) ** 0.5), 2, 30)), len(rows) // 2)
        space = _space([stems[row] for row in rows], groups, seed)
        place, middle = _grouped(space, groups, seed)
        said = list(texts)
        heard = _Heard([stems[row] for row in rows], [str(said[row]) for row in rows], [named[row] for row in rows])
        table, order = _told(heard, space, place, middle, len(stems), min_n, seed)
        group[rows] = order[place]
    return Topics(table, pd.Series(group, index=index, dtype="Int64").where(group >= 0))


def _stems(text: str) -> list[str]:
    """Return the stems that may tell what a text is about; the small words of both languages do not."""
    return [wording.stem(word) for word in wording.words(text) if len(word) > 2 and word != "0" and not wording.small(word)]


def _space(stems: list[list[str]], groups: int, seed: int) -> np.ndarray:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    often = Counter(word for told in stems for word in set(told))
    common = [[word for word in told if often[word] > 1] or told for told in stems]  # a word of one text joins it to no other
    matrix = TfidfVectorizer(analyzer=list, sublinear_tf=True).fit_transform(common)
    least, each, most = COMPONENTS
    size = min(max(least, each * groups), most, matrix.shape[1] - 1, matrix.shape[0] - 1)
    dense = TruncatedSVD(size, random_state=seed).fit_transform(matrix) if size > 1 else matrix.toarray()
    length = np.linalg.norm(dense, axis=1, keepdims=True)
    return np.asarray(dense / np.where(length == 0, 1, length))


def _grouped(space: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.cluster import KMeans

    machine = KMeans(min(count, len(np.unique(space.round(9), axis=0))), n_init=10, random_state=seed).fit(space)
    return machine.labels_, machine.cluster_centers_


@dataclass(frozen=True, eq=False)
class _Heard:
    """Texts that say something: their stems, their wording, their ids."""

    stems: list[list[str]]
    texts: list[str]
    ids: list[str]


def _told(
    heard: _Heard, space: np.ndarray, place: np.ndarray, middle: np.ndarray, all_texts: int, min_n: int, seed: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table of groups, the most stable first, and the new number of each."""
    stable = _stability(space, place, len(middle), seed)
    bar = max(FIRM, _by_chance(heard.stems, len(middle), seed))
    words = _words(heard.stems, place, len(middle))
    words = [_as_written(each, [heard.texts[row] for row in np.flatnonzero(place == group)]) for group, each in enumerate(words)]
    size = np.bincount(place, minlength=len(middle))
    ranked = sorted(range(len(middle)), key=lambda each: (-round(float(stable[each]), 6), -size[each], words[each]))
    order = np.empty(len(middle), dtype=int)
    order[ranked] = np.arange(len(middle))
    rows = []
    for each in ranked:
        inside = np.flatnonzero(place == each)
        near = inside[np.argsort(((space[inside] - middle[each]) ** 2).sum(axis=1), kind="stable")][:EXAMPLES]
        thin = size[each] < min_n
        rows.append(
            {
                "topic": int(order[each]),
                "n": int(size[each]),
                "share": size[each] / all_texts,
                "words": "" if thin else ", ".join(words[each]),
            }
            | {"example_ids": () if thin else tuple(heard.ids[row] for row in near), "stability": stable[each]}
            | {"note": f"n < {min_n}" if thin else DISSOLVES if stable[each] < FIRM else BY_CHANCE if stable[each] < bar else ""}
        )
    return pd.DataFrame(rows), order


def _words(stems: list[list[str]], place: np.ndarray, count: int) -> list[list[str]]:
    held = [Counter(word for row in np.flatnonzero(place == each) for word in set(stems[row])) for each in range(count)]
    size = np.maximum(np.bincount(place, minlength=count), 1)
    whole: Counter[str] = Counter()
    for each, counts in enumerate(held):
        for word, number in counts.items():
            whole[word] += number / size[each]
    found = []
    for each, counts in enumerate(held):
        score = {word: number / size[each] * np.log(1 + count / whole[word]) for word, number in counts.items() if number > 1}
        found.append(sorted(score, key=lambda word: (-score[word], word))[:WORDS])
    return found


def _as_written(stems: list[str], texts: list[str]) -> list[str]:
    """Return for each stem the word that most of these texts write it as."""
    wanted, counts = set(stems), Counter[tuple[str, str]]()
    for text in texts:
        counts.update({(stem, word) for word in wording.written(text) if (stem := _stem_of(word)) in wanted})
    best = sorted(counts, key=lambda pair: (-counts[pair], pair))
    chosen: dict[str, str] = {}
    for stem, word in best:
        chosen.setdefault(stem, word)
    return [chosen.get(stem, stem) for stem in stems]


@lru_cache(maxsize=100_000)
def _stem_of(word: str) -> str:
    return " ".join(map(wording.stem, wording.words(word)))


def _stability(space: np.ndarray, place: np.ndarray, count: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    overlaps = np.zeros((RESAMPLED, count))
    for at in range(RESAMPLED):
        half = np.sort(rng.permutation(len(space))[: max(len(space) // 2, min(len(space), count))])
        again, _ = _grouped(space[half], count, seed + at + 1)
        for each in range(count):
            mine = place[half] == each
            sizes = [(mine & (again == other)).sum() / max((mine | (again == other)).sum(), 1) for other in np.unique(again)]
            overlaps[at, each] = max(sizes) if mine.any() else 0.0
    return overlaps.mean(axis=0)


def _by_chance(stems: list[list[str]], count: int, seed: int) -> float:
    """Return the stability that 95 of 100 groups stay below when words are dealt out among the texts, as many to each as it has."""
    said, ends = [word for told in stems for word in told], np.cumsum([len(told) for told in stems])
    reached: list[float] = []
    for at in range(-(-DEALT // count)):
        dealt = [said[place] for place in np.random.default_rng([seed, at]).permutation(len(said))]
        space = _space([dealt[end - len(told) : end] for told, end in zip(stems, ends, strict=True)], count, seed)
        place, middle = _grouped(space, count, seed)
        reached += _stability(space, place, len(middle), seed).tolist()
    return float(np.quantile(reached, CHANCE))
