"""What an encoder gives: a vector of fixed length for each text, from any callable, or computed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cxlib.errors import DataError

__all__ = ["Encoder", "vectors_of"]

BATCH = 256
Encoder = Callable[[Sequence[str]], Any] | np.ndarray | None


def vectors_of(encoder: Callable[[Sequence[str]], Any] | np.ndarray, texts: Sequence[str], *, width: int | None = None) -> np.ndarray:
    """Return the vectors of texts, float32, each of length 1 (a vector of zeros stays).

    Parameters
    ----------
    encoder : callable or array
        Texts → (texts, dimensions), called with at most 256 texts at a time; or the vectors themselves.
    texts : sequence of str
    width : int, optional
        The dimensions that are expected.

    Raises
    ------
    DataError
        When vectors are not one a text, not of one length, or not finite.

    >>> vectors_of(lambda texts: [[len(text), 0.0] for text in texts], ["ab", "c"]).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    if callable(encoder):
        parts = [encoder(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        given = [np.asarray(part, dtype=np.float32) for part in parts]
        vectors = np.concatenate(given) if given and all(part.ndim == 2 for part in given) else np.asarray(given, dtype=np.float32)
    else:
        vectors = np.asarray(encoder, dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts):
        raise DataError(f"encoder: {len(texts)} texts gave vectors of shape {vectors.shape}. It has to give one vector a text.")
    if width is not None and vectors.shape[1] != width:
        raise DataError(f"encoder: vectors have {vectors.shape[1]} dimensions, and the model was trained on {width}. Use the same encoder.")
    wrong = int((~np.isfinite(vectors).all(axis=1)).sum())
    if wrong:
        raise DataError(f"encoder: the vectors of {wrong} texts are not finite. Every text needs finite numbers; zeros where it has none.")
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
