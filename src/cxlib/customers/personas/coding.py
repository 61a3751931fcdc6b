"""Mixed features laid out for the mixture: levels as indicator columns, numbers as one block, what is missing left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse

from cxlib.errors import DataError, worded

__all__ = ["KINDS", "Coded", "Feature", "Pattern", "code", "moments"]

KINDS = ("nominal", "ordinal", "count", "numeric")
MOST_LEVELS = 12  # of a nominal feature; rarer ones are pooled
COUNT_BINS = 6  # of counts: nothing is a bin of its own
OTHER, NONE_KNOWN = "__other__", -1


@dataclass(frozen=True, eq=False)
class Feature:
    """One feature as it was coded.

    Attributes
    ----------
    name, kind : str
    levels : tuple of str
        What each code means; empty for numbers of the block.
    edges : tuple of float
        Counts: the lowest count of each level.
    """

    name: str
    kind: str
    levels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()

    def codes(self, column: pd.Series) -> np.ndarray:
        """Return the code of each value, −1 where it is missing; levels never seen count as missing, as far as none is pooled."""
        if self.kind == "count":
            numbers = column.to_numpy(dtype="float64", na_value=np.nan)
            found = np.searchsorted(self.edges, np.nan_to_num(numbers, nan=-1.0), side="right") - 1
            return np.where(np.isnan(numbers), NONE_KNOWN, np.maximum(found, 0))
        said = _said(column)
        place = pd.Index(self.levels).get_indexer(said)
        pooled = self.levels.index(OTHER) if OTHER in self.levels else NONE_KNOWN
        return np.where(place >= 0, place, np.where(said.isna(), NONE_KNOWN, pooled))


@dataclass(frozen=True, eq=False)
class Pattern:
    """People of whom the same numbers are known.

    Attributes
    ----------
    columns, lacking : arrays of int
        The numbers that are known, and the others.
    people : array of int
    moments : array (people, 1 + d + d²)
        1, x and xx' of the known numbers.
    """

    columns: np.ndarray
    lacking: np.ndarray
    people: np.ndarray
    moments: np.ndarray


def moments(numbers: np.ndarray) -> np.ndarray:
    """Return 1, x and xx' as columns: array (people, 1 + d + d²)."""
    n, d = numbers.shape
    return np.concatenate([np.ones((n, 1)), numbers, (numbers[:, :, None] * numbers[:, None, :]).reshape(n, d * d)], axis=1)


@dataclass(frozen=True, eq=False)
class Coded:
    """Features of people as the mixture takes them.

    Attributes
    ----------
    features : tuple of Feature
        Those with levels first, then the numbers of the block.
    codes : array (people, features with levels) of int
        −1 where missing.
    numbers : array (people, numbers)
        NaN where missing; standardised.
    centre, spread : arrays (numbers,)
        What they were standardised by.
    raw : array (people, features)
        Counts and ordinal answers as numbers, NaN for nominal ones; numbers as they came.
    """

    features: tuple[Feature, ...]
    codes: np.ndarray
    numbers: np.ndarray
    centre: np.ndarray
    spread: np.ndarray
    raw: np.ndarray

    @property
    def size(self) -> int:
        """Number of people."""
        return len(self.codes)

    @property
    def levelled(self) -> tuple[Feature, ...]:
        """The features that have levels."""
        return self.features[: self.codes.shape[1]]

    @cached_property
    def offsets(self) -> np.ndarray:
        """Where the indicator columns of each feature with levels begin; one more at the end."""
        return np.concatenate([[0], np.cumsum([len(feature.levels) for feature in self.levelled])]).astype(int)

    @cached_property
    def owner(self) -> np.ndarray:
        """The feature of each indicator column."""
        return np.repeat(np.arange(len(self.levelled)), np.diff(self.offsets))

    @cached_property
    def indicators(self) -> sparse.csr_array:
        """One column a level; a missing answer has no 1."""
        known = self.codes >= 0
        columns = (self.codes + self.offsets[:-1])[known]
        starts = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
        shape = (self.size, int(self.offsets[-1]))
        return sparse.csr_array((np.ones(len(columns)), columns.astype(np.int32), starts.astype(np.int32)), shape=shape)

    @cached_property
    def turned(self) -> sparse.csr_array:
        """The indicators with one row a level."""
        return sparse.csr_array(self.indicators.T)

    @cached_property
    def patterns(self) -> tuple[Pattern, ...]:
        """Which numbers are known together, for each pattern in which any is."""
        if not self.numbers.shape[1]:
            return ()
        known = ~np.isnan(self.numbers)
        kinds, of = np.unique(known, axis=0, return_inverse=True)
        found = []
        for number, kind in enumerate(kinds):
            if kind.any():
                columns, people = np.flatnonzero(kind), np.flatnonzero(of.ravel() == number)
                found.append(Pattern(columns, np.flatnonzero(~kind), people, moments(self.numbers[people][:, columns])))
        return tuple(found)

    def rows(self, chosen: np.ndarray) -> Coded:
        """Return some of the people."""
        return Coded(self.features, self.codes[chosen], self.numbers[chosen], self.centre, self.spread, self.raw[chosen])

    def hidden_by(self, kept: np.ndarray) -> Coded:
        """Return the same people with only some features observed: array (features,) or (people, features) of bool."""
        first = self.codes.shape[1]
        codes = np.where(kept[..., :first], self.codes, NONE_KNOWN)
        return Coded(self.features, codes, np.where(kept[..., first:], self.numbers, np.nan), self.centre, self.spread, self.raw)


def code(customers: pd.DataFrame, features: Mapping[str, str], known: Coded | None = None) -> Coded:
    """Code features of people.

    Parameters
    ----------
    customers : DataFrame
        One row a person or customer.
    features : mapping of str to str
        Column → nominal, ordinal, count or numeric.
    known : Coded, optional
        New people are coded as these were.

    Raises
    ------
    DataError
        For features that the table lacks, kinds that are none, words where numbers belong, and counts below zero.

    >>> coded = code(pd.DataFrame({"a": ["x", None, "y", "y"], "n": [0, 3, 1, 7]}), {"a": "nominal", "n": "count"})
    >>> coded.codes.tolist(), coded.features[1].levels
    ([[0, 0], [-1, 2], [1, 1], [1, 2]], ('0', '1–2', '3+'))
    """
    _check(customers, features)
    named = sorted(features.items(), key=lambda pair: pair[1] == "numeric")
    found = known.features if known is not None else tuple(_feature(customers[name], name, kind) for name, kind in named)
    levelled = [feature for feature in found if feature.kind != "numeric"]
    raw = np.column_stack([_raw(customers[feature.name], feature) for feature in found]) if found else np.empty((len(customers), 0))
    numbers = raw[:, len(levelled) :]
    centre, spread = (known.centre, known.spread) if known is not None else _standard(numbers)
    codes = [feature.codes(customers[feature.name]) for feature in levelled]
    table = np.column_stack(codes).astype(np.int32) if codes else np.empty((len(customers), 0), dtype=np.int32)
    return Coded(found, table, (numbers - centre) / spread, centre, spread, raw)


def _check(customers: pd.DataFrame, features: Mapping[str, str]) -> None:
    problems = [
        worded("features", "there is no column", name, customers.columns, label="It has") for name in features if name not in customers
    ]
    problems += [
        worded("features", f"{name}: a feature's kind cannot be", kind, KINDS) for name, kind in features.items() if kind not in KINDS
    ]
    if problems:
        raise DataError(*problems)
    for name, kind in features.items():
        if kind in ("count", "numeric") and not (pd.api.types.is_numeric_dtype(customers[name]) or customers[name].isna().all()):
            raise DataError(
                worded("features", f"{kind} features are numbers, this column is none:", name, do="Call it nominal or ordinal.")
            )
        if kind == "count" and (customers[name] < 0).any():
            raise DataError(worded("features", "a count lies below zero in", name, do="Call it numeric, or mend the table."))


def _said(column: pd.Series) -> pd.Series:
    """Values as text, whole numbers without a point; missing stays missing."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        place, values = pd.factorize(column.astype("float64"))
        words = np.array([*(f"{value:g}" for value in values), None], dtype=object)
        return pd.Series(words[place], index=column.index, dtype="str")
    return column.astype("str")


def _feature(column: pd.Series, name: str, kind: str) -> Feature:
    if kind == "numeric":
        return Feature(name, kind)
    if kind == "count":
        return _count(column, name)
    said = _said(column)
    sizes = said.value_counts()
    if kind == "ordinal":
        numeric = pd.api.types.is_numeric_dtype(column)
        levels = sorted(sizes.index, key=float) if numeric else sorted(sizes.index)
        return Feature(name, kind, tuple(levels))
    if len(sizes) <= MOST_LEVELS:
        return Feature(name, kind, tuple(sorted(sizes.index)))
    return Feature(name, kind, (*sorted(sizes.index[: MOST_LEVELS - 1]), OTHER))


def _count(column: pd.Series, name: str) -> Feature:
    """Bins of a count: zero alone, what is left in parts of about the same size."""
    numbers = column.dropna().to_numpy(dtype="float64")
    above = np.sort(numbers[numbers > 0])
    cuts = np.quantile(above, np.arange(COUNT_BINS - 1) / (COUNT_BINS - 1), method="lower") if len(above) else np.array([])
    edges = np.unique(np.concatenate([[0.0] if (numbers == 0).any() or not len(above) else [], cuts]))
    if len(edges) > 2 and edges[-1] == above[-1] and (above == above[-1]).sum() < len(above) / (2 * COUNT_BINS):
        edges = edges[:-1]  # a last bin of hardly anybody
    levels = []
    for low, high in zip(edges, [*edges[1:], np.inf], strict=True):
        levels.append(f"{low:g}" if high - low <= 1 else f"{low:g}–{high - 1:g}" if np.isfinite(high) else f"{low:g}+")
    return Feature(name, "count", tuple(levels), tuple(edges))


def _raw(column: pd.Series, feature: Feature) -> np.ndarray:
    if feature.kind == "nominal" or not pd.api.types.is_numeric_dtype(column):
        return np.full(len(column), np.nan)
    return column.to_numpy(dtype="float64", na_value=np.nan)


def _standard(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not numbers.shape[1] or not len(numbers):
        return np.zeros(numbers.shape[1]), np.ones(numbers.shape[1])
    known = ~np.isnan(numbers)
    n = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, numbers, 0.0).sum(axis=0) / n
    spread = np.sqrt((np.where(known, numbers - centre, 0.0) ** 2).sum(axis=0) / n)
    return centre, np.where(spread > 0, spread, 1.0)
