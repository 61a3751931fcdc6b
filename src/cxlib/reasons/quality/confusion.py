"""Shares of reasons, corrected for what the model confuses and leaves unassigned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.intervals import wilson
from cxlib.estimates.rows import rows
from cxlib.estimates.steps import steps
from cxlib.reasons.classify import ReasonModel

__all__ = ["corrected_shares"]

PRIOR = 1.0  # texts' worth of the usual pattern that each reason's confusions start with
ROUNDS, CLOSE, LEAST_DRAWS = 400, 1e-6, 200


def corrected_shares(
    predicted: pd.DataFrame,
    model: ReasonModel,
    *,
    by: Sequence[str] = (),
    into: pd.Series | None = None,
    outside: Sequence[str] = (),
    weight: str | None = None,
    cluster: str | None = None,
    count: str | None = None,
    min_n: int = 7,
    level: float = 0.95,
    draws: int = 0,
    seed: int = 1,
) -> pd.DataFrame:
    """Share of each reason among contacts, corrected for the model's confusions; the interval holds its errors too.

    Parameters
    ----------
    predicted : DataFrame
        One row a contact, as :meth:`ReasonModel.predict` says it: ``reason_id``, ``unassigned``, and the columns named below. Rows without
        a reason (no text) say nothing about shares and are left out. Where there is a column ``source``, only what the ``model`` says is
        corrected; what people said counts as it stands.
    model : ReasonModel
        Its judgements of texts it had not seen tell how often each reason is taken for each other, or left unassigned.
    by : sequence of str
        Group columns.
    into : Series of str, optional
        reason_id → what shares are told of instead (a root cause, a group of reasons); the Series' name is the column's. Reasons without
        one count as :data:`cxlib.estimates.UNKNOWN`.
    outside : sequence of str
        Reasons that are out of every denominator, such as what is no concern of a customer; their own shares are not told.
    weight, cluster, count, level, draws, seed
        See :class:`cxlib.estimates.Sampling`.
    min_n : int
        Contacts below which a group has no numbers; training texts below which a reason's row is noted as resting on few labels.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``reason_id`` (or the name of `into`): ``reason_share`` (corrected; the shares of a group add up to 1) and
        ``reason_share_raw`` (as predicted, unassigned ones left out); by `by`: ``unassigned_share``, of all contacts. Where no labels told
        how often the model errs, nothing can be corrected: ``reason_share`` is then the raw one, with the note ``not corrected``, and
        ``unassigned_share`` has the note ``guessed threshold``.

    Raises
    ------
    DataError
        For reasons that the model does not know, and columns that are lacking.

    Notes
    -----
    With C[j, r] the probability that a contact of reason r is predicted as j (unassigned is one of the j) and m the shares predicted, the
    shares π maximise Σⱼ mⱼ log (Cπ)ⱼ on the simplex, by EM (Vardi & Lee 1993); it is the inverse C⁻¹m wherever that is a set of shares
    (Rogan & Gladen 1978; Buonaccorsi 2010). C is estimated out of fold, each reason's row with the usual pattern as a prior worth one text.
    Intervals are Wilson's, with as many contacts as the variance of the draws is worth (p(1 − p)/variance, at most the effective number).
    Draws weigh the contacts and the training texts anew by cluster, and draw the prior's part of C, so the interval holds the errors of
    both. Assumed: a reason is confused as in training, however common it is now.

    >>> from cxlib.reasons.classify import fit
    >>> said = ["parcel late", "parcel again", "my parcel", "the parcel", "invoice wrong", "wrong invoice", "an invoice", "the invoice"]
    >>> model = fit(said, ["delivery"] * 4 + ["billing"] * 4, promised=0.5)
    >>> told = corrected_shares(model.predict(said), model, min_n=1)
    >>> told[["reason_id", "metric", "value"]].round(2)
      reason_id            metric  value
    0   billing      reason_share    0.5
    1  delivery      reason_share    0.5
    2   billing  reason_share_raw    0.5
    3  delivery  reason_share_raw    0.5
    4       NaN  unassigned_share    0.0
    """
    told = _Told.of(model.classes, into, outside)
    needed = [name for name in ("reason_id", "unassigned", *by, weight, cluster, count) if name]
    lacking = [name for name in needed if name not in predicted.columns]
    if predicted.empty:
        return _unanswerable((*by, told.column))
    if lacking:
        raise DataError(*(worded("corrected_shares", "there is no column", name, predicted.columns, label="It has") for name in lacking))
    usable = predicted[predicted["reason_id"].notna()]
    if usable.empty:
        return _unanswerable((*by, told.column))
    strange = sorted(set(usable["reason_id"]) - set(model.classes))
    if strange:
        do = "Predict with the model whose shares these are."
        raise DataError(*(worded("corrected_shares", "the model knows no reason", one, model.classes, do=do) for one in strange))
    options: Sampling = {"weight": weight, "cluster": cluster, "count": count, "level": level, "draws": draws, "seed": seed}
    said = np.where(usable["unassigned"].to_numpy(dtype=bool), len(model.classes), _codes(usable["reason_id"], model.classes))
    if "source" in usable:
        said = np.where(usable["source"].ne("model"), said + len(model.classes) + 1, said)
    confused = _confusions(model, max(draws, LEAST_DRAWS), seed)
    parts = [
        _of_group(usable.iloc[chosen], said[chosen], names, told, confused, by, min_n, options) for names, chosen in _groups(usable, by)
    ]
    open_ones = usable.assign(unassigned=usable["unassigned"].astype(float))
    if cluster:
        alone = pd.Series("only " + open_ones.index.astype("str"), index=open_ones.index)
        open_ones[cluster] = open_ones[cluster].astype("str").fillna(alone)
    unassigned = estimates.share(open_ones, "unassigned", by=by, metric="unassigned_share", **options)
    if not model.measured and ("source" not in usable or usable["source"].eq("model").any()):
        unassigned["note"] = unassigned["note"].mask(unassigned["note"].eq(""), "guessed threshold")
    return estimates.stack(*parts, unassigned)


def _unanswerable(by: Sequence[str]) -> pd.DataFrame:
    parts = [estimates.unanswerable(name, "share", ["contact_reasons.reason_id"], by=by) for name in ("reason_share", "unassigned_share")]
    return estimates.stack(*parts)


@dataclass(frozen=True, eq=False)
class _Told:
    """What shares are told of: each reason, or what several belong to; `sums` (reason × told) has a 1 where one counts for the other."""

    column: str
    names: list[str]
    sums: np.ndarray

    @classmethod
    def of(cls, classes: Sequence[str], into: pd.Series | None, outside: Sequence[str]) -> _Told:
        inside = [name for name in classes if name not in set(outside)]
        belongs = {name: name for name in inside}
        if into is not None:
            belongs = {name: str(into[name]) if pd.notna(into.get(name)) else estimates.UNKNOWN for name in inside}
        names = sorted(set(belongs.values()))
        sums = np.zeros((len(classes), len(names)))
        for place, name in enumerate(classes):
            if name in belongs:
                sums[place, names.index(belongs[name])] = 1.0
        return cls("reason_id" if into is None else str(into.name), names, sums)

    def of_shares(self, shares: np.ndarray) -> np.ndarray:
        """Shares of reasons (… × reason) → shares of what is told, adding up to 1."""
        kept = shares @ self.sums
        total = kept.sum(axis=-1, keepdims=True)
        return np.divide(kept, total, out=np.full(kept.shape, np.nan), where=total > 0)


@dataclass(frozen=True, eq=False)
class _Confusions:
    """C in all (predicted or unassigned × reason), in each draw, and how many texts each reason rests on; C is None if none was judged."""

    held: np.ndarray | None
    drawn: np.ndarray  # (draws, predicted, reason)
    texts: np.ndarray


def _codes(names: pd.Series, classes: Sequence[str]) -> np.ndarray:
    return np.asarray(pd.Categorical(names, categories=list(classes)).codes, dtype=int)


def _groups(usable: pd.DataFrame, by: Sequence[str]) -> list[tuple[tuple[str, ...], np.ndarray]]:
    if not by:
        return [((), np.arange(len(usable)))]
    levels = usable[list(by)].astype("str").fillna(estimates.UNKNOWN)
    numbers = levels.groupby(list(by), sort=True).ngroup().to_numpy()
    rows_of = [np.flatnonzero(numbers == number) for number in range(numbers.max() + 1)]
    return [(tuple(map(str, levels.iloc[chosen[0]])), chosen) for chosen in rows_of]


def _confusions(model: ReasonModel, draws: int, seed: int) -> _Confusions:
    judged, size = model.out_of_fold, len(model.classes)
    if not model.measured:
        return _Confusions(None, np.empty((draws, 0, 0)), np.zeros(size))
    label = _codes(judged["label"], model.classes)
    said = np.where(judged["unassigned"].to_numpy(dtype=bool), size, _codes(judged["prediction"], model.classes))
    units, ids = pd.factorize(judged["group"].astype("str"))
    weight = judged["weight"].to_numpy(dtype="float64")
    weight = weight / weight.mean()
    cell = said * size + label
    counts = np.bincount(cell, weight, minlength=(size + 1) * size).reshape(size + 1, size)
    usual = _usual(counts)
    drawn_weight = estimates.draw_weights(np.asarray(ids, dtype=object), draws=draws, seed=seed)
    rng = np.random.default_rng([seed, size])
    drawn = np.empty((draws, size + 1, size))
    for draw in steps(range(draws), "reasons: draws"):
        again = rng.standard_gamma(np.maximum(PRIOR * usual, 1e-12))
        again += np.bincount(cell, weight * drawn_weight[units, draw], minlength=(size + 1) * size).reshape(size + 1, size)
        drawn[draw] = again / np.maximum(again.sum(axis=0), 1e-300)
    held = counts + PRIOR * usual
    return _Confusions(held / held.sum(axis=0), drawn, np.bincount(label, minlength=size))


def _usual(counts: np.ndarray) -> np.ndarray:
    """What a reason is taken for of which nothing is known: itself and unassigned as often as all are, the others as often as said."""
    size = counts.shape[1]
    total = counts.sum()
    right, open_ones = np.trace(counts[:size]) / total, counts[size].sum() / total
    others = np.tile((counts[:size].sum(axis=1) + 0.5)[:, None], (1, size))
    np.fill_diagonal(others, 0.0)
    sums = others.sum(axis=0)
    usual = np.vstack(
        [np.divide(others, sums, out=np.zeros_like(others), where=sums > 0) * (1 - right - open_ones), np.full(size, open_ones)]
    )
    usual[np.arange(size), np.arange(size)] += right
    return usual


def _of_group(
    group: pd.DataFrame, said: np.ndarray, names: tuple[str, ...], told: _Told, confused: _Confusions, by: Sequence[str],
    min_n: int, options: Sampling,
) -> pd.DataFrame:  # fmt: skip
    size, draws = len(told.sums), len(confused.drawn)
    weight = group[options["weight"]].to_numpy(dtype="float64") if options.get("weight") else np.ones(len(group))
    alone = pd.Series("only " + group.index.astype("str"), index=group.index)
    ids_of = group[options["cluster"]].astype("str").fillna(alone) if options.get("cluster") else alone
    units, ids = pd.factorize(ids_of)
    by_unit = np.zeros((len(ids), 2 * size + 2))
    np.add.at(by_unit, (units, said), weight)
    redrawn = estimates.draw_weights(np.asarray(ids, dtype=object), draws=draws, seed=options["seed"]).astype(float).T @ by_unit
    counted = by_unit.sum(axis=0)[None]
    raw, raw_again = told.of_shares(_raw(counted))[0], told.of_shares(_raw(redrawn))
    value, again, few = raw, raw_again, np.full(len(told.names), "not corrected", dtype=object)
    if confused.held is not None:
        value = told.of_shares(_joined(counted, confused.held[None]))[0]
        again = told.of_shares(_joined(redrawn, confused.drawn))
        few = np.where(confused.texts @ told.sums < min_n, "few labels", "")
    n = group[options["count"]].nunique() if options.get("count") else len(group)
    place = pd.DataFrame({**{name: [level] * len(told.names) for name, level in zip(by, names, strict=True)}, told.column: told.names})
    parts = []
    for metric, figure, held, note in (("reason_share", value, again, few), ("reason_share_raw", raw, raw_again, "")):
        low, high = _interval(figure, held, len(ids), weight, options["level"])
        columns = {"metric": metric, "value": figure, "low": low, "high": high, "unit": "share", "n": n, "note": note}
        columns |= {"n_eff": weight.sum() ** 2 / (weight**2).sum(), "method": "Wilson, bootstrap"}
        if options.get("draws"):
            columns["draws"] = held[: options["draws"]].T
        parts.append(rows(place, columns))
    figures = pd.concat(parts, ignore_index=True)
    return estimates.withhold(figures, np.full(len(figures), n < min_n), f"n < {min_n}")


def _interval(value: np.ndarray, held: np.ndarray, units: int, weight: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's interval with the contacts that the draws' spread is worth; percentiles would cut the ends of small shares short."""
    if units < 2:
        return np.full(len(value), np.nan), np.full(len(value), np.nan)
    middle, spread = np.nanmean(held, axis=0), np.nanvar(held, axis=0, ddof=1) * units / (units - 1)
    most = weight.sum() ** 2 / (weight**2).sum()
    worth = np.divide(middle * (1 - middle), spread, out=np.full(len(value), most), where=spread > 0)
    return wilson(value, np.minimum(worth, most), np.full(len(value), special.stdtrit(units - 1, (1 + level) / 2)))


def _raw(counts: np.ndarray) -> np.ndarray:
    size = counts.shape[1] // 2
    named = counts[:, : size - 1] + counts[:, size:-1]
    total = named.sum(axis=1, keepdims=True)
    return np.divide(named, total, out=np.full(named.shape, np.nan), where=total > 0)


def _shares(counts: np.ndarray, confusion: np.ndarray) -> np.ndarray:
    """Return the shares of reasons under which what was predicted is likeliest; one row a draw, missing where a draw has no contact."""
    total = counts.sum(axis=1, keepdims=True)
    said = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    shares = np.full((len(counts), confusion.shape[2]), 1.0 / confusion.shape[2])
    for _ in range(ROUNDS):
        expected = np.einsum("bjr,br->bj", confusion, shares, optimize=True)
        ratio = np.divide(said, expected, out=np.zeros_like(said), where=expected > 0)
        moved = shares * np.einsum("bjr,bj->br", confusion, ratio, optimize=True)
        moved /= np.maximum(moved.sum(axis=1, keepdims=True), 1e-300)
        step = np.abs(moved - shares).max()
        shares = moved
        if step < CLOSE:
            break
    return np.where(total > 0, shares, np.nan)


def _joined(counts: np.ndarray, confusion: np.ndarray) -> np.ndarray:
    """Return the shares of all contacts. Counts: predicted and unassigned, then the same of what people said, which joins as it stands."""
    size = counts.shape[1] // 2
    predicted, given = counts[:, :size], counts[:, size:-1]
    total = predicted.sum(axis=1, keepdims=True)
    told = np.nan_to_num(_shares(predicted, confusion)) * total + given
    whole = told.sum(axis=1, keepdims=True)
    return np.divide(told, whole, out=np.full(told.shape, np.nan), where=whole > 0)
