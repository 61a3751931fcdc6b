"""Labelled texts as training takes them in: checked, without those that say nothing."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.reasons.classify.features import tokens
from cxlib.reasons.classify.segments import speaks

__all__ = ["Training", "training"]


@dataclass(frozen=True, eq=False)
class Training:
    """Texts that say something and have a label, with all that is known about them.

    `rows` are their places in what was given; quality is told by those that are `judged`.
    """

    texts: list[str]
    code: np.ndarray
    classes: tuple[str, ...]
    weight: np.ndarray
    group: list[Hashable]
    language: pd.Series
    index: pd.Index
    rows: np.ndarray
    judged: np.ndarray
    left_out: dict[str, int]

    def part(self, chosen: np.ndarray) -> Training:
        """Return some of the rows; the classes stay."""
        return Training(
            [self.texts[row] for row in chosen], self.code[chosen], self.classes, self.weight[chosen], [self.group[row] for row in chosen],
            self.language.iloc[chosen], self.index[chosen], self.rows[chosen], self.judged[chosen], self.left_out,
        )  # fmt: skip


def training(
    texts: Sequence[str] | pd.Series,
    labels: Sequence[str] | pd.Series,
    *,
    known: Sequence[str] | None,
    weight: Sequence[float] | None,
    language: Sequence[str] | None,
    groups: Sequence[Hashable] | None,
    judged: Sequence[bool] | None = None,
) -> Training:
    """Check labelled texts and take those that can be learned from; see :func:`cxlib.reasons.classify.fit`."""
    index = texts.index if isinstance(texts, pd.Series) else pd.RangeIndex(len(texts))
    for name, column in (("labels", labels), ("weight", weight), ("language", language), ("groups", groups), ("judged", judged)):
        if column is not None and len(column) != len(texts):
            raise DataError(f"fit: {len(texts)} texts and {len(column)} {name}. Give one a text.")
    said = pd.Series(list(texts), dtype="object").map(lambda text: text if isinstance(text, str) else "")
    named = pd.Series(list(labels), dtype="str")
    if known is not None:
        strange = [label for label in named.dropna().unique() if label not in set(known)]
        if strange:
            do = "Correct the label, or add the reason to the taxonomy."
            raise DataError(*(worded("fit", "the taxonomy has no reason", label, known, label="It has", do=do) for label in strange))
    weights = np.ones(len(said)) if weight is None else np.asarray(weight, dtype="float64")
    wrong = int((~(np.isfinite(weights) & (weights >= 0))).sum())
    if wrong:
        raise DataError(f"fit: the weight of {wrong} texts is negative, missing or infinite. Weights are finite and ≥ 0.")
    speaking, labelled = said.map(speaks).to_numpy(dtype=bool), named.notna().to_numpy()
    rows = np.flatnonzero(speaking & labelled & (weights > 0))
    if not len(rows):
        raise DataError(
            f"fit: none of {len(said)} texts has words and a label ({int(speaking.sum())} have words, {int(labelled.sum())} a label). "
            "Label some first (`cx label CLIENT`), or start from the taxonomy (`from_taxonomy`)."
        )
    classes = tuple(sorted(named.iloc[rows].unique()))
    code = pd.Categorical(named.iloc[rows], categories=list(classes)).codes.astype(int)
    kept = said.to_numpy()[rows].tolist()
    given = list(groups if groups is not None else [])
    own: list[Hashable] = [" ".join(tokens(text)) for text in kept] if groups is None else [given[row] for row in rows]
    spoken = pd.Series(pd.NA if language is None else list(language), index=range(len(said)), dtype="str").iloc[rows]
    left_out = {"no words": int((~speaking).sum()), "no label": int((speaking & ~labelled).sum())}
    told_by = np.ones(len(rows), dtype=bool) if judged is None else np.asarray(judged, dtype=bool)[rows]
    if not told_by.any():
        raise DataError(f"fit: none of {len(rows)} texts with a label is judged. Quality has to be told by some.")
    return Training(kept, code, classes, weights[rows], own, spoken, index[rows], rows, told_by, left_out)
