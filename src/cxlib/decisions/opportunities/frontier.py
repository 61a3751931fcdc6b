"""The trade-off: how many contacts can be saved before sales chances and satisfied customers are lost, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.decisions.opportunities.free import LEAST, FreePoint, drawn_to_mean, free_point
from cxlib.decisions.opportunities.guard_rails import GUARDS
from cxlib.errors import DataError, worded
from cxlib.estimates import UNKNOWN
from cxlib.estimates.intervals import wilson
from cxlib.estimates.rows import rows

__all__ = ["GOES_AWAY", "POINTS", "frontier"]

GOES_AWAY = {"eliminate": 1.0, "automate": 1.0}  # share of a treatment's contacts that no longer reach a person, as on page 05
ORDER = ("eliminate", "automate", "simplify", "leverage")
POINTS = ("today", "free", "planned", "everything")
GROUPS = ("point", "step", "treatment", "reason_id", "guard")
PRIOR = 30.0  # contacts that a treatment's mean rate is worth where reasons are put in order
Real = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Rules:
    """Reasons in the order in which they are reduced: facts, and one row of draws each."""

    table: pd.DataFrame  # reason_id, treatment, saved, lost, content (parts of their wholes), n_eff
    saved: Real
    lost: Real
    content: Real | None
    chances: Real  # per contact with a concern: value in column 0, then draws
    careful: Real  # lost, with rates of few contacts drawn to their treatment's mean
    number: float  # signals known


def frontier(
    shares: pd.DataFrame,
    signals: pd.DataFrame,
    reasons: pd.DataFrame,
    *,
    results: pd.DataFrame | None = None,
    guards: pd.DataFrame | None = None,
    relief: pd.DataFrame | None = None,
    goes_away: Mapping[str, float] | None = None,
    tolerated: float = 0.01,
    outside: Sequence[str] = (),
    level: float = 0.95,
) -> pd.DataFrame:
    """Reduce contacts reason by reason and count what is lost of sales chances and of contacts that leave customers satisfied.

    Parameters
    ----------
    shares : DataFrame
        Corrected shares of reasons over all contacts (``reason_share``), with draws.
    signals : DataFrame
        What :func:`cxlib.decisions.opportunities.signals` returned by ``reason_id``, with draws.
    reasons : DataFrame
        The contract table *reasons* with ``treatment``, as laid down or as the evidence leaves it.
    results, guards : DataFrame, optional
        What :func:`cxlib.decisions.opportunities.contact_results` and :func:`cxlib.decisions.opportunities.guard_rails` returned by
        ``reason_id``, with draws.
    relief : DataFrame, optional
        What :func:`cxlib.reasons.value.relief` returned, with draws: its ``cost_gone`` by reason.
    goes_away : mapping of str to float, optional
        Treatment → share of its contacts (0–1) that are saved; 1 for eliminate and automate when left out. Reasons of the treatments that
        it does not name stand behind the others, as if all of their contacts were saved: what lies beyond the plan.
    tolerated : float
        Part (0–1) of all sales chances that may be lost; below, no chance counts as lost.
    outside : sequence of str
        Reasons that are no concern of a customer.
    level : float
        Confidence.

    Returns
    -------
    DataFrame
        ESTIMATES with draws. By ``step``, ``treatment`` and ``reason_id``, added up from the first step on: ``contacts_saved_share`` of
        all contacts, ``chances_lost_share`` of all sales chances, ``satisfied_lost_share`` of all contacts that leave customers satisfied
        (``share``), and with costs ``cost_saved``. By ``point`` the same of *today* (nothing saved), *free* (where the chances lost reach
        what is tolerated, or the plan ends; found in each draw, the last reason in part: median and percentiles of the draws),
        *planned* (all that is eliminated or automated) and *everything*; of *free* also ``free_share`` (``nothing_free`` where that is
        less than half a percent) and ``chances_per_100``, the chances lost for each 100 contacts saved further on up to the plan, and of
        *planned* the same beyond it (``per 100 contacts``). By ``guard``: ``guard_today``; by ``step``, ``treatment``, ``reason_id`` and
        ``guard``: ``guard_excess``, the reason's figure less that of all; by ``step``, ``treatment`` and ``reason_id``:
        ``guards_tripped`` (``count``), in how many guards the reason is worse. Without a group: ``tolerated_share``.

    Raises
    ------
    DataError
        For shares without draws, a share that does not lie between 0 and 1, and a reason that stands twice.

    Notes
    -----
    Of reason r: π the share of contacts, σ the share of these with a signal, s of these that leave a satisfied customer, g the part that
    is saved. Saved are Σπg, lost Σπgσ/Σπσ and Σπgs/Σπs, sums up to the step over sums of all reasons. Order: eliminate, automate, simplify,
    leverage; within one, reasons with few chances per contact first (rates drawn to the treatment's mean as if by 30 contacts). A reason
    whose σ or s rests on too little counts as its treatment on average; for *free* all σ are drawn to that mean as in the order. Intervals
    are those of a sum of shares over joint draws. Reasons count as assigned, so that chances of other reasons mistaken for an avoidable
    one are in its σ: chances lost are an upper limit. A reason *trips* a guard when its excess is above zero after Benjamini & Hochberg
    (1995) over the table: those contacts are cries for
    help; take away their cause, never the way to get in touch.

    >>> listed = pd.DataFrame({"reason_id": ["copy", "advice"], "treatment": ["eliminate", "leverage"]})
    >>> shares, chances = [rows(listed[["reason_id"]], {"metric": name, "value": value, "unit": "share", "n": 1000, "n_eff": 1000.0,
    ...     "draws": np.repeat(np.array(value)[:, None], 50, axis=1)}) for name, value in
    ...     {"reason_share": [0.4, 0.6], "signal_share": [0.0, 0.5]}.items()]
    >>> told = frontier(shares, chances, listed, tolerated=0.05)
    >>> told.loc[told["step"].notna() & told["metric"].ne("guards_tripped"), ["reason_id", "metric", "value"]]
       reason_id                metric  value
    11      copy  contacts_saved_share    0.4
    12    advice  contacts_saved_share    1.0
    13      copy    chances_lost_share    0.0
    14    advice    chances_lost_share    1.0
    """
    facts = GOES_AWAY | dict(goes_away or {})
    for name, part in {**facts, "tolerated": tolerated}.items():
        if not 0 <= part <= 1:
            raise DataError(worded("frontier", f"{name} is no share:", f"{part:g}", do="Write a number from 0 to 1."))
    needs = [need for table, metric, need in _wanted(shares, signals) if not _known(table, metric)]
    if needs or "treatment" not in reasons:
        return _laid(estimates.unanswerable("contacts_saved_share", "share", needs or ["reasons.treatment"]))
    rules = _rules(shares, signals, results, reasons, facts, outside)
    steps, gone = _steps(rules, level), None
    if relief is not None and _known(relief, "cost_gone"):
        gone = _relieved(rules, relief)
        steps.append(_costs(rules, gone, level))
    told = estimates.stack(*steps)
    planned = int(rules.table["treatment"].isin([name for name, part in facts.items() if part > 0]).sum())
    free = _free(rules, told, gone, planned, tolerated, level)
    parts = [_points(told, rules, free, planned, level), told, _tolerated(tolerated)]
    if guards is not None:
        parts += _guards(rules, guards, level)
    if rules.content is None:
        parts.append(estimates.unanswerable("satisfied_lost_share", "share", ["responses[csat]", "responses.contact_id"]))
    return _laid(estimates.stack(*parts))


def _wanted(shares: pd.DataFrame, signals: pd.DataFrame) -> tuple[tuple[pd.DataFrame, str, str], ...]:
    return (shares, "reason_share", "contact_reasons.reason_id"), (signals, "signal_share", "contacts.sales_signal")


def _known(table: pd.DataFrame, metric: str) -> bool:
    here = "reason_id" in table and "metric" in table
    found = table[table["metric"].eq(metric) & table["reason_id"].notna() & table["value"].notna()] if here else table.iloc[:0]
    if len(found) and "draws" not in found:
        raise DataError(worded("frontier", f"{metric} comes without", "draws", do="Read saved tables with draws=True."))
    return len(found) > 0


def _rules(
    shares: pd.DataFrame,
    signals: pd.DataFrame,
    results: pd.DataFrame | None,
    reasons: pd.DataFrame,
    facts: Mapping[str, float],
    outside: Sequence[str],
) -> _Rules:
    """Join the tables and put reasons in order."""
    held = shares[shares["metric"].eq("reason_share") & shares["reason_id"].notna() & shares["value"].notna()]
    held = held[~held["reason_id"].isin(list(outside))].reset_index(drop=True)
    if held["reason_id"].duplicated().any():
        twice = str(held.loc[held["reason_id"].duplicated(), "reason_id"].iloc[0])
        raise DataError(worded("frontier", "a reason has several shares:", twice, do="Hand over shares of all contacts, not by group."))
    treatment = held["reason_id"].map(reasons.drop_duplicates("reason_id").set_index("reason_id")["treatment"])
    held = held.assign(treatment=treatment.where(treatment.isin(ORDER), UNKNOWN))
    pi = _matrix(held)
    rate, count = _rates(signals, "signal_share", held, pi)
    prior = held.groupby("treatment")["value"].transform("sum")
    pooled = (held["value"] * rate[:, 0]).groupby(held["treatment"]).transform("sum") / prior.where(prior > 0)
    drawn_to = (rate[:, 0] * count + PRIOR * pooled.fillna(0.0)) / (count + PRIOR)
    place = (
        held.assign(rank=held["treatment"].map([*ORDER, UNKNOWN].index), drawn=drawn_to)
        .sort_values(["rank", "drawn", "reason_id"])
        .index.to_numpy()
    )
    held, pi, rate, count = held.loc[place].reset_index(drop=True), pi[place], rate[place], count[place]
    gone = held["treatment"].map(lambda name: facts.get(name, 1.0)).to_numpy(dtype=float)[:, None]
    chances = pi * rate
    content = None
    if results is not None and _known(results, "satisfied_share"):
        pleased = pi * _rates(results, "satisfied_share", held, pi)[0]
        with np.errstate(invalid="ignore", divide="ignore"):
            content = pleased * gone / pleased.sum(axis=0)
    groups = {str(name): held["treatment"].eq(name).to_numpy() for name in held["treatment"].unique()}
    wary = pi * drawn_to_mean(rate, count, pi, groups, PRIOR)
    with np.errstate(invalid="ignore", divide="ignore"):
        lost, careful = (each * gone / each.sum(axis=0) for each in (chances, wary))
    return _Rules(held, pi * gone, lost, content, chances, np.nan_to_num(careful), float((count * rate[:, 0]).sum()))


def _matrix(table: pd.DataFrame) -> Real:
    """Values in column 0, then draws: as long as the shortest, the value itself where a row has none."""
    drawn = [each if isinstance(each, np.ndarray) else None for each in table["draws"]]
    size = min((len(each) for each in drawn if each is not None), default=0)
    values = table["value"].to_numpy(dtype=float)
    again = [np.full(size, value) if each is None else each[:size] for value, each in zip(values, drawn, strict=True)]
    return np.column_stack([values, np.nan_to_num(np.array(again).reshape(len(values), size), nan=0.0)])


def _rates(table: pd.DataFrame, metric: str, held: pd.DataFrame, pi: Real) -> tuple[Real, Real]:
    """Return a figure of each reason with its draws, and on how many contacts it rests; where too few, its treatment's on average."""
    found = table[table["metric"].eq(metric) & table["reason_id"].notna() & table["value"].notna()]
    found = found.drop_duplicates("reason_id").set_index("reason_id").reindex(held["reason_id"]).reset_index()
    known = found["value"].notna().to_numpy()
    size = pi.shape[1]
    rate = np.full((len(held), size), np.nan)
    drawn = _matrix(found[known]) if known.any() else np.empty((0, 1))
    width = min(size, drawn.shape[1])
    rate[known] = np.column_stack([drawn[:, :width], np.repeat(drawn[:, :1], size - width, axis=1)])
    for name in held["treatment"].unique():
        here = held["treatment"].eq(name).to_numpy()
        base = here & known if (here & known).any() else known
        weight = pi[base].sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(weight > 0, (pi[base] * rate[base]).sum(axis=0) / weight, 0.0)
        rate[here & ~known] = mean
    return rate, np.where(known, found["n"].fillna(0).to_numpy(dtype=float), 0.0)


def _steps(rules: _Rules, level: float) -> list[pd.DataFrame]:
    """What is saved and lost up to each step."""
    parts = [_cumulated(rules, rules.saved, "contacts_saved_share", rules.table["n_eff"].max(), level)]
    parts.append(_cumulated(rules, rules.lost, "chances_lost_share", rules.number, level))
    if rules.content is not None:
        parts.append(_cumulated(rules, rules.content, "satisfied_lost_share", rules.table["n_eff"].max(), level))
    return parts


def _place(rules: _Rules) -> pd.DataFrame:
    steps = pd.Series(range(1, len(rules.table) + 1)).astype("str")
    return pd.DataFrame({"step": steps, "treatment": rules.table["treatment"], "reason_id": rules.table["reason_id"]})


def _cumulated(rules: _Rules, parts: Real, metric: str, worth: float, level: float) -> pd.DataFrame:
    """Sums up to each step with the interval of a share that is worth as many units as its draws vary, at most `worth`."""
    sums = np.minimum(parts.cumsum(axis=0), 1.0)
    low, high = _spans(sums[:, 0], sums[:, 1:], worth, level)
    note = np.where(rules.table["note"].eq("not corrected"), "not corrected", "")
    columns = {"metric": metric, "value": sums[:, 0], "low": low, "high": high, "unit": "share", "n": rules.table["n"].max()}
    columns |= {"n_eff": worth, "method": "Wilson, bootstrap", "note": note, "draws": sums[:, 1:]}
    return rows(_place(rules), columns)


def _spans(values: Real, draws: Real, worth: float, level: float) -> tuple[Real, Real]:
    """Return Wilson's intervals of shares, worth as many units as their draws vary, as for a sum of shares."""
    middle = draws.mean(axis=1)
    spread = draws.var(axis=1, ddof=1) if draws.shape[1] > 1 else np.zeros(len(draws))
    with np.errstate(invalid="ignore", divide="ignore"):
        units = np.where((spread > 0) & (middle > 0) & (middle < 1), middle * (1 - middle) / spread, max(worth, 1.0))
    return wilson(np.clip(values, 0.0, 1.0), units, np.full(len(values), special.ndtri((1 + level) / 2)))


@dataclass(frozen=True, eq=False)
class _Relief:
    money: Real  # of each step, in its place
    unit: str
    steps: int


def _relieved(rules: _Rules, relief: pd.DataFrame) -> _Relief:
    found = relief[relief["metric"].eq("cost_gone") & relief["reason_id"].notna() & relief["value"].notna()]
    told = found.drop_duplicates("reason_id").set_index("reason_id").reindex(rules.table["reason_id"]).reset_index()
    known = told["value"].notna().to_numpy()
    size = rules.saved.shape[1]
    matrix = np.zeros((len(told), size))
    drawn = _matrix(told[known])
    width = min(size, drawn.shape[1])
    matrix[known] = np.column_stack([drawn[:, :width], np.repeat(drawn[:, :1], size - width, axis=1)])
    return _Relief(matrix, str(found["unit"].iloc[0]), int(np.flatnonzero(known).max()) + 1 if known.any() else 0)


def _costs(rules: _Rules, gone: _Relief, level: float) -> pd.DataFrame:
    sums = gone.money.cumsum(axis=0)
    tail = (1 - level) / 2
    low, high = np.quantile(sums[:, 1:], [tail, 1 - tail], axis=1) if sums.shape[1] > 1 else (np.nan, np.nan)
    columns = {"metric": "cost_saved", "value": sums[:, 0], "low": low, "high": high, "unit": gone.unit}
    columns |= {"n": rules.table["n"].max(), "n_eff": rules.table["n_eff"].max(), "method": "bootstrap", "draws": sums[:, 1:]}
    return rows(_place(rules), columns).iloc[: gone.steps]


def _points(told: pd.DataFrame, rules: _Rules, free: pd.DataFrame, planned: int, level: float) -> pd.DataFrame:
    """The points that a decision is about."""
    parts = [_today(told), free]
    for name, step in zip(POINTS[2:], (planned, len(rules.table)), strict=True):
        here = told[told["step"].eq(str(step))] if step else _today(told)
        told_here = here.drop(columns=["step", "treatment", "reason_id", "point"], errors="ignore")
        told_here.insert(0, "point", pd.Series(name, index=told_here.index, dtype="str"))
        parts.append(told_here)
    return estimates.stack(*parts, _further(rules, "planned", planned, len(rules.table), level))


def _free(rules: _Rules, told: pd.DataFrame, gone: _Relief | None, planned: int, tolerated: float, level: float) -> pd.DataFrame:
    """What is saved and lost where the chances lost reach what is tolerated: median and percentiles over the draws' own points."""
    here = free_point(rules.careful[:planned], tolerated)
    saved = here.along(rules.saved[:planned])
    sums = {"contacts_saved_share": saved, "chances_lost_share": here.along(rules.careful[:planned])}
    if rules.content is not None:
        sums["satisfied_lost_share"] = here.along(rules.content[:planned])
    if gone is not None:
        sums["cost_saved"] = here.along(gone.money[:planned])
    units = dict.fromkeys(sums, "share") | ({} if gone is None else {"cost_saved": gone.unit})
    parts = [_at_free(told, name, units[name], drawn, level) for name, drawn in sums.items() if np.isfinite(drawn).any()]
    if float(np.median(saved)) < LEAST:
        nothing = {"metric": "nothing_free", "value": 0.0, "unit": "share", "n": int(told["n"].max()), "method": "joint draws"}
        parts.append(rows(pd.DataFrame({"point": ["free"]}), nothing))
    else:
        parts.append(parts[0].assign(metric="free_share"))
    return estimates.stack(*parts, _beyond_free(rules, told, here, planned, level))


def _at_free(told: pd.DataFrame, metric: str, unit: str, drawn: Real, level: float) -> pd.DataFrame:
    """A figure at the free point: value in column 0, then draws; without draws the value itself."""
    known = drawn[1:] if np.isfinite(drawn[1:]).any() else drawn
    known = known[np.isfinite(known)]
    tail = (1 - level) / 2
    low, middle, high = np.quantile(known, [tail, 0.5, 1 - tail])
    low, high = (np.nan, np.nan) if low == high else (low, high)
    columns = {"metric": metric, "value": middle, "low": low, "high": high, "unit": unit, "n": told["n"].max()}
    return rows(pd.DataFrame({"point": ["free"]}), columns | {"method": "joint draws", "draws": drawn[None, 1:]})


def _beyond_free(rules: _Rules, told: pd.DataFrame, here: FreePoint, planned: int, level: float) -> pd.DataFrame:
    """Chances lost for each 100 contacts saved from the free point on up to the plan."""
    rest = rules.saved[:planned].sum(axis=0) - here.along(rules.saved[:planned])
    if np.median(rest) < LEAST:
        nothing = {"metric": "chances_per_100", "unit": "per 100 contacts", "note": "nothing further"}
        return rows(pd.DataFrame({"point": ["free"]}), nothing)
    lost = rules.careful[:planned].sum(axis=0) - here.along(rules.careful[:planned])
    with np.errstate(invalid="ignore", divide="ignore"):
        each = np.where(rest > 1e-9, 100 * lost * rules.chances.sum(axis=0) / rest, np.nan)
    return _at_free(told, "chances_per_100", "per 100 contacts", each, level)


def _today(told: pd.DataFrame) -> pd.DataFrame:
    metrics = list(dict.fromkeys(told["metric"]))
    units = [str(told.loc[told["metric"].eq(name), "unit"].iloc[0]) for name in metrics]
    return rows(
        pd.DataFrame({"point": ["today"] * len(metrics)}),
        {"metric": metrics, "value": 0.0, "unit": units, "n": told["n"].max(), "method": "definition"},
    )


def _further(rules: _Rules, point: str, first: int, last: int, level: float) -> pd.DataFrame:
    """Chances lost for each 100 contacts saved between two steps: a mean of the steps' shares of contacts with a signal."""
    place = pd.DataFrame({"point": [point]})
    columns: dict[str, Any] = {"metric": "chances_per_100", "unit": "per 100 contacts"}
    if first >= last:
        return rows(place, columns | {"note": "nothing further"})
    gone = rules.saved[first:last]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = rules.lost[first:last].sum(axis=0) * rules.chances.sum(axis=0) / gone.sum(axis=0)
    low, high = _spans(part[:1], part[None, 1:], float(rules.table["n_eff"].max()), level)
    columns |= {"value": 100 * part[0], "low": 100 * low, "high": 100 * high, "n": rules.table["n"].max()}
    return rows(place, columns | {"n_eff": rules.table["n_eff"].max(), "method": "Wilson, bootstrap", "draws": 100 * part[None, 1:]})


def _tolerated(tolerated: float) -> pd.DataFrame:
    return rows(pd.DataFrame(index=[0]), {"metric": "tolerated_share", "value": tolerated, "unit": "share", "method": "definition"})


def _guards(rules: _Rules, guards: pd.DataFrame, level: float) -> list[pd.DataFrame]:
    """Today's figure of each guard, each reason's excess over it, and how many guards a reason trips."""
    parts, z = [], float(special.ndtri((1 + level) / 2))
    place = _place(rules)
    excess = []
    for guard in [name for name in GUARDS if guards["metric"].eq(name).any()]:
        whole = guards[guards["metric"].eq(guard) & guards["reason_id"].isna()].head(1)
        parts.append(_named(whole.assign(metric="guard_today"), guard))
        found = guards[guards["metric"].eq(guard) & guards["reason_id"].notna() & guards["value"].notna()]
        if whole["value"].isna().all() or found.empty or "draws" not in found:
            continue
        found = found.drop_duplicates("reason_id").set_index("reason_id").reindex(rules.table["reason_id"]).reset_index()
        known = found["value"].notna().to_numpy()
        mine, all_of = _matrix(found[known]), _matrix(whole)
        width = min(mine.shape[1], all_of.shape[1])
        gap = mine[:, :width] - all_of[:, :width]
        worst = np.sqrt(
            np.maximum(gap[:, 1:].var(axis=1, ddof=1), (found.loc[known, "high"] - found.loc[known, "low"]).to_numpy() ** 2 / (2 * z) ** 2)
        )
        told = {"metric": "guard_excess", "value": gap[:, 0], "low": gap[:, 0] - z * worst, "high": gap[:, 0] + z * worst}
        told |= {"unit": "share difference"}
        told |= {
            "n": found.loc[known, "n"].astype("int64"),
            "n_eff": found.loc[known, "n_eff"],
            "method": "normal, bootstrap",
            "draws": gap[:, 1:],
        }
        excess.append(_named(rows(place[known], told), guard).assign(p=special.ndtr(-gap[:, 0] / np.where(worst > 0, worst, np.inf))))
    if excess:
        every = pd.concat(excess, ignore_index=True)
        every["tripped"] = estimates.false_discovery(every["p"].to_numpy()) <= 1 - level
        number = every.groupby("reason_id")["tripped"].sum().reindex(rules.table["reason_id"]).fillna(0).to_numpy(dtype=float)
        parts.append(every.drop(columns=["p", "tripped"]))
        parts.append(
            rows(
                place,
                {"metric": "guards_tripped", "value": number, "unit": "count", "n": rules.table["n"].max(), "method": "Benjamini-Hochberg"},
            )
        )
    return parts


def _named(table: pd.DataFrame, guard: str) -> pd.DataFrame:
    told = table.drop(columns="reason_id") if table["reason_id"].isna().all() else table
    told = told.copy()
    told.insert(0, "guard", pd.Series(guard, index=told.index, dtype="str"))
    return told


def _laid(table: pd.DataFrame) -> pd.DataFrame:
    told = table.copy()
    for name in GROUPS:
        told[name] = told[name] if name in told else pd.Series(None, index=told.index, dtype="str")
    return told[[*GROUPS, *[name for name in told if name not in GROUPS]]]
