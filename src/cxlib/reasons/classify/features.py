"""Features of texts: words and pairs of neighbours, pieces of words, pairs of words near one another; TF–IDF by block.

A word's pieces are cut once, however often it occurs: pieces of texts are the product of texts × words and words × pieces.
"""

from __future__ import annotations

import itertools
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

__all__ = ["Features", "tokens"]

READ, LETTERS, NEAR = 20_000, 40, 6  # characters of a text that are read, letters of a word, words a pair may lie apart
PIECES = (2, 5)  # lengths of the pieces of a word, its two edges included
LENGTHS = {"words": 1.0, "pieces": 1.3, "pairs": 0.7}  # of the blocks of a text: what weighed best on held-out parts of training sets
_WORD = re.compile(r"\w+|\?")


@dataclass(frozen=True, eq=False)
class Words:
    """Texts as runs of word numbers: `word` holds all texts' words one after the other, `text` whose they are."""

    word: np.ndarray
    text: np.ndarray
    count: int

    def pairs(self, apart: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return whose, first and second word of every two words that stand `apart` words from one another in one text."""
        same = self.text[apart:] == self.text[:-apart]
        return self.text[apart:][same], self.word[:-apart][same], self.word[apart:][same]


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case; a question mark is one.

    >>> tokens("Wo bleibt meine Rechnung 4711?")
    ['wo', 'bleibt', 'meine', 'rechnung', '4711', '?']
    """
    return [word if len(word) <= LETTERS else word[:LETTERS] for word in _WORD.findall(text[:READ].lower())]


def pieces(word: str) -> list[str]:
    """Return the pieces of a word between its edges.

    >>> pieces("ab")
    [' a', 'ab', 'b ', ' ab', 'ab ', ' ab ']
    """
    edged = f" {word} "
    shortest, longest = PIECES
    return [edged[start : start + size] for size in range(shortest, longest + 1) for start in range(len(edged) - size + 1)]


@dataclass(frozen=True, eq=False)
class Features:
    """What of a text enters the model, learned from training texts.

    Attributes
    ----------
    words, pieces : list of str
        Every word of the training texts, and the pieces that are used.
    neighbours, pairs : arrays of whole numbers
        Keys of the neighbours (first · words + second) and of pairs in either order that are used, ascending.
    idf : dict of block to array
    """

    words: list[str]
    pieces: list[str]
    neighbours: np.ndarray
    pairs: np.ndarray
    idf: dict[str, np.ndarray]
    _of_word: dict[str, int] = field(default_factory=dict, repr=False)
    _of_piece: dict[str, int] = field(default_factory=dict, repr=False)
    _cut: list[Any] = field(default_factory=list, repr=False)

    @classmethod
    def learn(cls, texts: Sequence[str], *, rarest: int = 2) -> tuple[Features, sparse.csr_matrix]:
        """Learn features from texts, and return them with the texts' own matrix.

        Parameters
        ----------
        texts : sequence of str
        rarest : int
            Texts a piece and a pair must occur in; a word and its neighbours count from the first text on.
        """
        of_word: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        read = _read(texts, of_word.__getitem__)
        of_piece: defaultdict[str, int] = defaultdict(itertools.count().__next__)
        cut = _cut(list(of_word), of_piece.__getitem__)
        cut.resize((len(of_word), len(of_piece)))
        counts = _counted(read.text, read.word, (read.count, len(of_word)))
        in_pieces = counts @ cut
        kept = np.flatnonzero(np.bincount(in_pieces.indices, minlength=len(of_piece)) >= rarest)
        cut = cut[:, kept]
        named = list(of_piece)
        size = len(of_word)
        beside, near = _keys(read, size, 1, ordered=True), _keys(read, size, NEAR)
        features = cls(list(of_word), [named[number] for number in kept], _often(beside, 1), _often(near, rarest), {})
        features._remember(cut)
        del in_pieces
        blocks = {
            "words": counts,
            "neighbours": _found(*beside, features.neighbours, read.count),
            "pieces": counts @ cut,
            "pairs": _found(*near, features.pairs, read.count),
        }
        for name, block in blocks.items():
            held = np.bincount(block.indices, minlength=block.shape[1])
            features.idf[name] = (np.log((1 + read.count) / (1 + held)) + 1).astype(np.float32)
        return features, features._weighed(blocks)

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.words) + len(self.neighbours) + len(self.pieces) + len(self.pairs)

    def matrix(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """Return texts × features, float32; the words (with neighbours), pieces and pairs of a text have the lengths of LENGTHS."""
        return self.matrix_and_known(texts)[0]

    def matrix_and_known(self, texts: Sequence[str]) -> tuple[sparse.csr_matrix, np.ndarray]:
        """Return the matrix, and the share of each text's words that occurred in training (0 for a text without words)."""
        self._look_up()
        new: dict[str, int] = {}
        size = len(self.words)
        of_word = self._of_word
        read = _read(texts, lambda word: of_word[word] if word in of_word else new.setdefault(word, size + len(new)))
        known = self._cut[0]
        lookup = self._of_piece.get
        fresh = _cut(list(new), lambda piece: lookup(piece, -1), columns=len(self.pieces))
        counts = _counted(read.text, read.word, (read.count, size + len(new)))
        inside = read.word < size
        blocks = {
            "words": counts[:, :size],
            "neighbours": _found(*_keys(read, size, 1, ordered=True), self.neighbours, read.count),
            "pieces": counts @ sparse.vstack([known, fresh], format="csr"),
            "pairs": _found(*_keys(read, size, NEAR), self.pairs, read.count),
        }
        total = np.bincount(read.text, minlength=read.count)
        share = np.bincount(read.text[inside], minlength=read.count) / np.maximum(total, 1)
        return self._weighed(blocks), share

    def _look_up(self) -> None:
        if not self._cut:
            lookup = {piece: number for number, piece in enumerate(self.pieces)}.get
            self._remember(_cut(self.words, lambda piece: lookup(piece, -1), columns=len(self.pieces)))

    def _remember(self, cut: sparse.csr_matrix) -> None:
        self._of_word.update((word, number) for number, word in enumerate(self.words))
        self._of_piece.update((piece, number) for number, piece in enumerate(self.pieces))
        self._cut.append(cut)

    def _weighed(self, blocks: dict[str, sparse.csr_matrix]) -> sparse.csr_matrix:
        for name, block in blocks.items():
            block.data = (1 + np.log(block.data, dtype=np.float32)) * self.idf[name][block.indices]
        whole = {**blocks, "words": sparse.hstack([blocks["words"], blocks["neighbours"]], format="csr")}
        return sparse.hstack([_of_length(whole[name], length) for name, length in LENGTHS.items()], format="csr", dtype=np.float32)


def _read(texts: Sequence[str], number: Callable[[str], int]) -> Words:
    numbers, counts = array("i"), np.zeros(len(texts), dtype=np.int64)
    for row, text in enumerate(texts):  # one text's words at a time: those of all of them would be many small objects
        words = tokens(text)
        numbers.extend(map(number, words))
        counts[row] = len(words)
    return Words(np.array(numbers, dtype=np.int64), np.repeat(np.arange(len(texts), dtype=np.int32), counts), len(texts))


def _cut(words: Sequence[str], number: Callable[[str], int], *, columns: int | None = None) -> sparse.csr_matrix:
    """Return words × pieces; pieces whose number is negative are left out."""
    cut = [[number(piece) for piece in pieces(word)] for word in words]
    column = np.fromiter((number for numbers in cut for number in numbers), dtype=np.int64)
    row = np.repeat(np.arange(len(cut)), [len(numbers) for numbers in cut])
    return _counted(row[column >= 0], column[column >= 0], (len(words), columns or int(column.max(initial=-1)) + 1))


def _counted(row: np.ndarray, column: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    counts = sparse.csr_matrix((np.ones(len(row), dtype=np.float32), (row, column)), shape=shape)
    counts.sum_duplicates()
    return counts


def _keys(read: Words, size: int, apart: int, *, ordered: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return whose and which key: two words up to `apart` words from one another; words beyond `size` have no key."""
    whose, keys = [], []
    for distance in range(1, apart + 1):
        text, first, second = read.pairs(distance)
        known = (first < size) & (second < size)
        text, first, second = text[known], first[known], second[known]
        if not ordered:
            first, second = np.minimum(first, second), np.maximum(first, second)
        whose.append(text)
        keys.append(first * size + second)
    return np.concatenate(whose), np.concatenate(keys)


def _often(found: tuple[np.ndarray, np.ndarray], rarest: int) -> np.ndarray:
    """Return the keys that at least `rarest` texts hold, ascending."""
    whose, keys = found
    if rarest <= 1:
        return np.unique(keys)
    order = np.lexsort((whose, keys))
    whose, keys = whose[order], keys[order]
    first = np.r_[True, (keys[1:] != keys[:-1]) | (whose[1:] != whose[:-1])][: len(keys)]
    different, texts = np.unique(keys[first], return_counts=True)
    return different[texts >= rarest]


def _found(whose: np.ndarray, keys: np.ndarray, known: np.ndarray, count: int) -> sparse.csr_matrix:
    place = np.minimum(np.searchsorted(known, keys), max(len(known) - 1, 0))
    hit = known[place] == keys if len(known) else np.zeros(len(keys), dtype=bool)
    return _counted(whose[hit], place[hit], (count, len(known)))


def _of_length(block: sparse.csr_matrix, wanted: float) -> sparse.csr_matrix:
    squares = np.asarray(block.multiply(block).sum(axis=1)).ravel()
    scale = np.divide(wanted, np.sqrt(squares), out=np.zeros_like(squares), where=squares > 0).astype(np.float32)
    block.data *= np.repeat(scale, np.diff(block.indptr))
    return block
