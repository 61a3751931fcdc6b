"""The driver analysis itself: shares of R², the coefficients beside them, and how sure both are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey.drivers import checks
from cxlib.survey.drivers.fitted import Fitted, fitted
from cxlib.survey.drivers.result import COLUMNS, Drivers

__all__ = ["REFUSED", "UNSTABLE", "fit", "group_of", "named_groups", "named_items"]

NOTHING = "nothing explained"
REFUSED, UNSTABLE = 80, 300  # effective sample sizes below which shares are not given, and ranks not trusted
PER_COLUMN = 5  # answers a column (rating or use), below which anything fits: with gaps, R² comes out near 1 where the truth is a half
LINEARISED, REDRAWN = "LMG, linearised", "LMG, bootstrap"


def fit(
    responses: pd.DataFrame,
    *,
    outcome: str | None,
    items: Sequence[str] | None = None,
    item_type: str = "actual",
    groups: Mapping[str, str] | str | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    stratum: str | None = None,
    level: float = 0.95,
    draws: int = 500,
    seed: int = 1,
    bootstrap: bool = False,
) -> Drivers:
    """Say what goes with an outcome: each item's share of what all items explain of it (LMG, Shapley), and its effect among users.

    A share is not an effect: an item that only shares the mood of others gets one too. So the partial coefficient stands beside it,
    and ``halo only`` where the coefficient may be zero although the share is not small.

    Parameters
    ----------
    responses : DataFrame
        The contract table, answers in four states: who never used an item is no gap, no answer and not asked are.
    outcome : str or None
        item_id of the outcome, or a numeric column of `responses` that is the same within a questionnaire. None: it was not asked.
    items : sequence of str, optional
        item_ids compared; all of `item_type` when left out.
    item_type : str
    groups : mapping of item_id to player, or a column of `responses`, optional
        Items that count as one (near-duplicates; product, price, service). At most 20 players.
    weight, cluster, stratum, level, draws, seed
        As in :class:`cxlib.estimates.Sampling`; clusters default to the respondent.
    bootstrap : bool
        Intervals, ranks and draws from fits repeated for every draw (percentiles), in place of linearised ones.

    Returns
    -------
    Drivers
        Shares are refused below an effective sample size of 80 or five a column (a rating, or whether it was used), and where the
        ratings explain nothing in answers held out (``nothing explained``); their order is marked below 300. ESTIMATES: group column
        ``item_id`` (or the groups' column), metrics ``driver_share``, ``driver_r2``, ``driver_rank``, ``driver_share_users``,
        ``driver_coefficient``; without an item the checks.

    Raises
    ------
    DataError
        For an outcome that is not there or among the items, items that hold the same answers, impossible weights, more than 20 players.

    Notes
    -----
    R² of all 2^p subsets, :mod:`cxlib.survey.drivers.lattice`; an item that some never used is the pair {used, used·(rating − c)}, whose
    share does not depend on c. Open cells: EM, :mod:`cxlib.survey.drivers.missing`. Intervals of shares: logit scale, linearised by
    cluster. Lindeman, Merenda & Gold 1980; Grömping 2007; Shapley 1953.

    >>> rng = np.random.default_rng(1)
    >>> ratings = rng.integers(1, 6, (400, 2)).astype(float)
    >>> answers = np.column_stack([ratings, 2 * ratings[:, 0] + rng.normal(size=400)])
    >>> table = pd.DataFrame({"response_id": np.repeat(np.arange(400).astype(str), 3), "item_id": ["speed", "price", "overall"] * 400,
    ...     "item_type": ["actual", "actual", "overall"] * 400, "value": answers.ravel(), "state": "answered", "weight": 1.0})
    >>> fit(table.assign(respondent_id=table["response_id"]), outcome="overall").table[["item", "share", "note"]].round(1)
        item  share note
    0  speed    1.0
    1  price    0.0
    """
    options: Sampling = {"weight": weight, "cluster": cluster, "stratum": stratum, "level": level, "draws": draws, "seed": seed}
    named = named_items(responses, items, item_type, outcome)
    if outcome is None or responses.empty or not named:
        return _unanswerable(outcome, item_type, groups)
    players, column = named_groups(responses, named, groups)
    found = fitted(responses, outcome=outcome, items=named, groups=players, options=options, bootstrap=bootstrap)
    checked = checks.of(found, options)
    held_out = checked.loc[checked["metric"] == "holdout_r2_additive", "value"]
    thin = _thin(found, held_out)
    checked = estimates.withhold(checked, checked["metric"].isin(["r2", "r2_adjusted"]) & bool(thin), thin)
    table = _table(found, thin=thin)
    laid = _estimates(found, table, column, REDRAWN if bootstrap else LINEARISED)
    return Drivers(outcome, table, checked, estimates.stack(laid, checked))


def named_items(responses: pd.DataFrame, items: Sequence[str] | None, item_type: str, outcome: str | None) -> list[str]:
    """Return the items compared: those named, or all of a type in the order of the table, the outcome left out."""
    estimates.check(items=items)
    if items is not None or responses.empty:
        return list(items or [])
    return [name for name in responses.loc[responses["item_type"] == item_type, "item_id"].unique() if name != outcome]


def named_groups(
    responses: pd.DataFrame, items: Sequence[str], groups: Mapping[str, str] | str | None
) -> tuple[Mapping[str, str] | None, str]:
    """Return the player of each item, and the group column that names players in ESTIMATES."""
    if groups is None:
        return None, "item_id"
    if not isinstance(groups, str):
        return groups, "item_group"
    if groups not in responses.columns:
        raise DataError(worded("groups", "responses have no column", groups, responses.columns, label="Columns"))
    known = responses[responses["item_id"].isin(items)].groupby("item_id", sort=False)[groups]
    if known.nunique().gt(1).any():
        mixed = known.nunique()
        raise DataError(worded("groups", f"{groups} differs within the item", mixed.index[mixed.gt(1)][0], do="An item has one group."))
    return {str(item): str(group) for item, group in known.first().dropna().items()}, groups


def group_of(responses: pd.DataFrame, column: str | None) -> dict[str, str]:
    """Return item_id → its level of a column (item_group, stage …); empty where there is no such column.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.

    >>> group_of(pd.DataFrame({"item_id": ["a", "b", "a"], "item_group": ["price", None, "price"]}), "item_group")
    {'a': 'price'}
    """
    if column is None or column not in responses.columns:
        return {}
    named = responses.dropna(subset=[column]).drop_duplicates("item_id")
    return dict(zip(named["item_id"].astype(str), named[column].astype(str), strict=True))


def _unanswerable(outcome: str | None, item_type: str, groups: Mapping[str, str] | str | None) -> Drivers:
    needs = [f"responses[{item_type}]"] + (["responses[nps]"] if outcome is None else [])
    column = "item_id" if groups is None else groups if isinstance(groups, str) else "item_group"
    missing = estimates.unanswerable("driver_share", "share", needs, by=[column])
    return Drivers(outcome or "", pd.DataFrame(columns=list(COLUMNS)), missing.iloc[:0], missing)


def _thin(found: Fitted, held_out: pd.Series) -> str:
    """Say why there is nothing to share out: too few answers, or nothing that would be explained in other people's answers."""
    least = max(REFUSED, PER_COLUMN * (found.design.table.shape[1] - 1))
    if found.n_eff < least:
        return f"n_eff < {least}"
    if found.figures.slopes and np.isnan(found.r2_adjusted):
        return "too few answers"
    return NOTHING if (held_out <= 0).any() else ""


def _table(found: Fitted, *, thin: str) -> pd.DataFrame:
    """Lay out the wide table, one row a player; those that cannot be compared last. Where answers are `thin`, shares are left out."""
    design, share, coefficient = found.design, found.share, found.coefficient
    low, high = found.span_of_shares()
    first, last = estimates.rank_span(share.draws, found.level)
    q = estimates.false_discovery(coefficient.p)
    refused = bool(thin) or np.isnan(share.value)
    columns = {
        "item": design.players,
        "share": share.value,
        "r2_part": found.part.value,
        "low": low,
        "high": high,
        "rank_low": first,
        "rank_high": last,
        "share_users": found.share_users,
        "coefficient": coefficient.value,
        "coefficient_low": coefficient.low,
        "coefficient_high": coefficient.high,
        "q": q,
        "n_users": found.n_users,
        "note": found.notes(q, thin=thin),
    }
    table = pd.DataFrame(columns).astype({"rank_low": "Int64", "rank_high": "Int64", "n_users": "Int64", "item": "str", "note": "str"})
    hidden = ["share", "r2_part", "low", "high", "share_users", "rank_low", "rank_high"]
    table.loc[np.broadcast_to(refused, len(table)), hidden] = pd.NA
    rest = pd.DataFrame({"item": list(design.out), "note": list(design.out.values())}).reindex(columns=list(COLUMNS))
    return pd.concat([table, rest.astype(table.dtypes.to_dict())], ignore_index=True) if len(rest) else table


def _estimates(found: Fitted, table: pd.DataFrame, column: str, method: str) -> pd.DataFrame:
    """Lay out the same figures as ESTIMATES."""
    groups, extra = pd.DataFrame({column: table["item"]}), len(table) - len(found.share.value)
    shown, note = table["share"].notna().to_numpy(), table["note"].to_numpy(dtype=object)
    unstable = np.where(shown & (found.n_eff < UNSTABLE), f"n_eff < {UNSTABLE}", np.where(shown, "", note))
    part_low, part_high = found.part.between()
    place = table["share"].rank(ascending=False, method="first")
    missing = np.full(extra, np.nan)
    common = {"n": found.design.chosen.n[0], "n_eff": found.n_eff, "method": method, "note": note}
    of_users = common | {"n": table["n_users"].fillna(0).to_numpy(dtype=int), "n_eff": np.nan}
    number = {name: table[name].to_numpy(dtype="float64", na_value=np.nan) for name in table.columns if name not in ("item", "note")}
    part = {"low": np.where(shown, np.append(part_low, missing), np.nan), "high": np.where(shown, np.append(part_high, missing), np.nan)}
    rank = {"low": number["rank_low"], "high": number["rank_high"], "note": unstable}
    span = {"low": number["coefficient_low"], "high": number["coefficient_high"]}
    told: list[tuple[str, str, np.ndarray, dict[str, Any], np.ndarray | None]] = [
        ("driver_share", "share", number["share"], common | {"low": number["low"], "high": number["high"]}, found.share.draws),
        ("driver_r2", "share", number["r2_part"], common | part, found.part.draws),
        ("driver_rank", "rank", place.to_numpy(dtype="float64"), common | rank, None),
        ("driver_share_users", "share", number["share_users"], of_users, None),
        ("driver_coefficient", "points per point", number["coefficient"], of_users | span, found.coefficient.draws),
    ]
    return estimates.stack(
        *(
            rows(groups, {"metric": metric, "unit": unit, "value": value, "draws": _shown(draws, value), **columns})
            for metric, unit, value, columns, draws in told
        )
    )


def _shown(draws: np.ndarray | None, value: np.ndarray) -> list[np.ndarray | None] | None:
    """Return the draws of rows that have a value; none where nothing was drawn."""
    if draws is None or not draws.shape[1]:
        return None
    drawn = [row if kept else None for row, kept in zip(draws, ~np.isnan(value), strict=False)]
    return [*drawn, *[None] * (len(value) - len(draws))]
