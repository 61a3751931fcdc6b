"""Which of the twelve hurt most: how many met it, and how much worse those rate who did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from cxlib import estimates
from cxlib.contacts import lacking
from cxlib.contacts.pain_points._figures import POINT
from cxlib.contacts.pain_points.met import POINTS, Experiences, experiences
from cxlib.contacts.pain_points.ratings import affected_by, held_constant, knowable, rated
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling, draw_weights
from cxlib.estimates.regression import regress
from cxlib.estimates.rows import rows

__all__ = ["damage"]

Floats = npt.NDArray[np.float64]
FIRST = 3
METRICS = {
    "pain_damage": "scale points",
    "pain_affected": "share",
    "pain_penalty": "scale points",
    "pain_rank": "rank",
    "pain_first_three": "share",
    "pain_linked": "share",
}


def damage(
    contacts: IntoFrame,
    responses: pd.DataFrame,
    *,
    item: str | None,
    link: Literal["memory", "contact"] = "memory",
    memory_days: float = 180,
    adjust: Sequence[str] = (),
    orders: IntoFrame | None = None,
    min_n: int = 10,
    settings: Mapping[str, Any] | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Rank the twelve by the points of the mean rating that go along with them.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    responses : DataFrame
        Answers with ``customer_id`` (memory) or ``contact_id`` (contact).
    item : str or None
        The rating: an item_id, high is good.
    link : {"memory", "contact"}
        Whether a rating is about all that the customer met in the days before, or about the one contact that the answer names.
    memory_days : float
        How far back an experience counts.
    adjust : sequence of str
        Columns of the responses whose levels are compared within.
    orders : DataFrame, optional
        Also for the number of orders, which is held constant as the number of contacts is: who has more of them meets more.
    min_n : int
        Respondents who met a point below which its figures are not told.
    settings : mapping, optional
        Further keywords of :func:`cxlib.contacts.pain_points.experiences`: tables and thresholds.
    **options
        See :class:`cxlib.estimates.Sampling`; 500 draws and ``cluster="customer_id"`` unless told otherwise.

    Returns
    -------
    DataFrame
        ESTIMATES by ``pain_point``: ``pain_damage`` (points of the mean rating, over everybody, that go along with it: share × penalty),
        ``pain_affected`` (``share`` of the respondents who met it), ``pain_penalty`` (points by which those rate lower, the others held
        constant), ``pain_rank`` (1 is the largest damage; span of the ranks that cannot be excluded, see
        :func:`cxlib.estimates.rank_set`) and ``pain_first_three`` (``share`` of the draws in which
        it is among the first three); over all ``pain_linked`` (``share`` of the ratings that name a known customer or contact). ``n``
        counts respondents; of ``pain_penalty`` those who met it. A point that nothing tells of says what it needs.

    Raises
    ------
    CxError
        When `memory_days` is not above zero.

    Notes
    -----
    y = a − Σ_k penalty_k·met_k + adjustments + log(1 + contacts) + log(1 + orders) + e, weighted, CR2 (Pustejovsky & Tipton 2018). Damage:
    t interval linearised over share and penalty, degrees of freedom of the penalty. An experience by a known person counts for the
    answers of that person alone, else for those of the customer. Where less than half of the orders before an answer have a first
    promise recorded, the answer says nothing on P05 and P06: it is held apart from those who met neither. Who meets more trouble may
    differ in other things too: what is told goes along with the rating.

    >>> rng = np.random.default_rng(4)
    >>> who = [f"c{number}" for number in range(300)]
    >>> gone = rng.random(300) < 0.3
    >>> log = pd.DataFrame({"contact_id": who, "customer_id": who, "contact_ts": pd.Timestamp("2025-03-03", tz="UTC"), "channel": "phone",
    ...     "local_date": pd.Timestamp("2025-03-03"), "abandoned": gone})
    >>> told = pd.DataFrame({"response_id": who, "respondent_id": who, "customer_id": who, "item_id": "overall", "state": "answered",
    ...     "weight": 1.0, "survey_ts": pd.Timestamp("2025-04-01", tz="UTC"), "value": 8 - 2 * gone + rng.normal(0, 0.1, 300)})
    >>> hurt = damage(log, told, item="overall")
    >>> hurt[hurt["pain_point"] == "P07"][["metric", "value"]].round(1)
                  metric  value
    6        pain_damage    0.5
    18     pain_affected    0.2
    30      pain_penalty    2.0
    42         pain_rank    1.0
    54  pain_first_three    1.0
    """
    if memory_days <= 0:
        raise CxError(worded("memory_days", "is not above zero:", f"{memory_days:g}", do="Say how many days back an experience counts."))
    needs = _needs(contacts, responses, item, link, adjust)
    if needs or item is None:
        needs = needs or ["responses[overall]"]
        return estimates.stack(*[estimates.unanswerable(metric, unit, needs, by=[POINT]) for metric, unit in METRICS.items()])
    answers = rated(contacts, responses, item, link, options)
    if link == "contact":
        met = experiences(contacts, contact_ids=sorted(answers["contact_id"].unique()), **(settings or {}))
    else:
        met = experiences(contacts, customers=sorted(answers["customer_id"].unique()), orders=orders, **(settings or {}))
    affected = affected_by(answers, met, link, memory_days)
    known = knowable(answers, met, link, memory_days)
    held = np.hstack([held_constant(answers, contacts, orders, link, memory_days, adjust), 1.0 - known[:, ~known.all(axis=0)]])
    own = responses[responses["item_id"].eq(item) & responses["value"].notna()]
    linked = {"metric": "pain_linked", "value": len(answers) / max(len(own), 1), "unit": "share", "n": len(own), "n_eff": len(own)}
    table = _table(answers, affected & known, known, held, met, min_n, options)
    return estimates.stack(table, rows(pd.DataFrame(index=range(1)), linked | {"method": "count"}))


def _needs(contacts: IntoFrame, responses: pd.DataFrame, item: str | None, link: str, adjust: Sequence[str]) -> list[str]:
    by = "contact_id" if link == "contact" else "customer_id"
    own = responses[responses["item_id"].eq(item)] if "item_id" in responses else responses.iloc[:0]
    if item is None or own.empty:
        return [f"responses[{item or 'overall'}]", *lacking(contacts, ["contact_ts", by])]
    return [*lacking(own, [by, "survey_ts", *adjust], "responses"), *lacking(contacts, ["contact_ts", by])]


def _table(
    answers: pd.DataFrame,
    affected: npt.NDArray[np.bool_],
    seen: npt.NDArray[np.bool_],
    held: Floats,
    met: Experiences,
    min_n: int,
    options: Sampling,
) -> pd.DataFrame:
    draws, level = options.get("draws", 500), options.get("level", 0.95)
    ids, cluster = np.unique(answers["cluster"].to_numpy(dtype=object), return_inverse=True)
    weight, value = answers["cx_weight"].to_numpy(), answers["value"].to_numpy(dtype="float64")
    flags = affected.astype("float64")
    size, told = len(POINTS), affected.sum(axis=0)
    known = [point for point in POINTS if point not in met.needs]
    unit = "scale points"
    fit = regress(np.hstack([-flags, held]), value, weight=weight, cluster=cluster)
    found = fit.contrasts(np.eye(size, size + held.shape[1]))
    heavy = weight[:, None] * seen
    base = np.maximum(heavy.sum(axis=0), np.finfo(float).tiny)
    share = (heavy * flags).sum(axis=0) / base
    lean = _sums(heavy * (flags - share) / base, cluster, len(ids))
    lean -= lean.mean(axis=0)
    lean *= np.sqrt(len(ids) / max(len(ids) - 1, 1))
    joint = share * found.influence + found.value * lean
    product = share * found.value
    se = np.sqrt((joint**2).sum(axis=0))
    moved = draw_weights(ids, draws=draws, seed=options.get("seed", 1)).astype("float64") - 1.0
    penalties, shares = found.value[:, None] + found.influence.T @ moved, share[:, None] + lean.T @ moved
    note = _notes(told, found.value, met, min_n)
    n_eff = np.array([_kish(weight[column]) for column in affected.T], dtype="float64")
    every = {"n": seen.sum(axis=0), "n_eff": np.array([_kish(column) for column in heavy.T])}
    half = special.stdtrit(found.df, (1 + level) / 2)
    figures = {
        "pain_damage": (product, product - half * se, product + half * se, penalties * shares, unit, "t, linearised", every),
        "pain_affected": (share, *_wilson(answers, np.where(seen, flags, np.nan), options), shares, "share", "Wilson, linearised", every),
        "pain_penalty": (found.value, *found.interval(level), penalties, unit, "t, CR2", {"n": told, "n_eff": n_eff}),
    }
    groups = pd.DataFrame({POINT: list(POINTS)})
    parts = [_rows(groups, name, figure, note, draws) for name, figure in figures.items()]
    parts += _ranked(groups, product, penalties * shares, note, level, every, draws)
    result = estimates.stack(*parts)
    lacks = result[POINT].isin([point for point in POINTS if point not in known])
    return result.assign(
        n=result["n"].mask(lacks, pd.NA).astype("Int64"), n_eff=result["n_eff"].mask(lacks), method=result["method"].mask(lacks, "")
    )


def _notes(told: npt.NDArray[np.int_], value: Floats, met: Experiences, min_n: int) -> npt.NDArray[Any]:
    """Why a point has no figures: nothing tells of it, too few met it, or it cannot be told from another."""
    notes = []
    for place, point in enumerate(POINTS):
        if point in met.needs:
            notes.append("needs " + ", ".join(met.needs[point]))
        elif told[place] < min_n:
            notes.append(f"n < {min_n}")
        else:
            notes.append("collinear" if np.isnan(value[place]) else "")
    return np.array(notes, dtype=object)


def _rows(groups: pd.DataFrame, metric: str, figure: tuple[Any, ...], note: npt.NDArray[Any], draws: int) -> pd.DataFrame:
    value, low, high, drawn, unit, method, size = figure
    hidden = note != ""
    columns = {"metric": metric, "unit": unit, "method": method, "note": note, **size}
    columns |= {name: np.where(hidden, np.nan, part) for name, part in {"value": value, "low": low, "high": high}.items()}
    table = rows(groups, columns)
    if draws:
        table["draws"] = pd.Series([None if gone else row for gone, row in zip(hidden, drawn, strict=True)], dtype="object")
    return table


def _ranked(
    groups: pd.DataFrame, product: Floats, drawn: Floats, note: npt.NDArray[Any], level: float, size: Mapping[str, Any], draws: int
) -> list[pd.DataFrame]:
    """Ranks among the points that are told, with those that cannot be excluded, and how often each is among the first three."""
    told = note == ""
    rank, low, high, often = (np.full(len(product), np.nan) for _ in range(4))
    places = np.full(drawn.shape, np.nan)
    rank[told] = _places(product[told, None])[:, 0]
    if draws and told.any():
        places[told] = _places(drawn[told])
        low[told], high[told] = estimates.rank_set(product[told], drawn[told], level)
        often[told] = (places[told] <= FIRST).mean(axis=1)
    nothing = np.full(len(product), np.nan)
    ranks = (rank, low, high, places, "rank", "pairwise comparisons of draws", size)
    first = (often, nothing, nothing, places, "share", "share of draws", size)
    return [_rows(groups, "pain_rank", ranks, note, draws), _rows(groups, "pain_first_three", first, note, 0)]


def _places(values: Floats) -> Floats:
    """Ranks down each column, the largest first; ties share the better rank."""
    return np.asarray(1.0 + (values[None, :, :] > values[:, None, :]).sum(axis=1))


def _wilson(answers: pd.DataFrame, flags: Floats, options: Sampling) -> tuple[Floats, Floats]:
    """Wilson intervals of the shares, as every share has them."""
    chance: Sampling = {"weight": "cx_weight", "cluster": "cluster", "level": options.get("level", 0.95)}
    tables = [estimates.share(answers.assign(flag=column), "flag", **chance) for column in flags.T]
    return np.array([table["low"].item() for table in tables]), np.array([table["high"].item() for table in tables])


def _sums(values: Floats, cluster: npt.NDArray[np.intp], size: int) -> Floats:
    sums = np.zeros((size, values.shape[1]))
    np.add.at(sums, cluster, values)
    return sums


def _kish(weight: Floats) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0
