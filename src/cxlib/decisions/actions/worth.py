"""What each action is worth, draw by draw: contacts saved, points of the rating, sales chances, and money where the client told prices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from cxlib.decisions.actions.figures import Floats, Saved
from cxlib.decisions.actions.levers import LENSES, Lever, lever_of
from cxlib.decisions.actions.priors import combined, pert, three_points
from cxlib.decisions.actions.standing import standing, tripped

__all__ = ["MONEY", "READS", "Worth", "weigh"]

READS = (  # tables of earlier pages that weighing rests on
    "reason_load",
    "reason_shares",
    "reason_at_touchpoint",
    "gaps",
    "usage",
    "drivers",
    "asymmetry",
    "pain_damage",
    "loss_per_point",
    "customer_value",
    "signals",
)
MONEY = ("saved_cost", "loyalty_value", "sales_value")
BRINGS = {"contacts": MONEY, "actual": ("loyalty_value",), "sales": ("sales_value",)}  # what an action can bring, by what it works on
PRICES = ("orders.value", "params.actions.margin_share")


@dataclass(frozen=True, eq=False)
class Worth:
    """Actions with their levers and prices.

    Attributes
    ----------
    actions : DataFrame
        By action_id: the contract's columns, and ``state``, ``rail``, ``floor``, ``delight``, ``needs`` (what its worth lacks).
    levers : mapping of str to Lever
        What the action moves; actions whose worth nothing tells have none.
    point_value : array (draws,) or None
        What a point of the rating, had by every customer for a year, is worth; None where nothing tells.
    currency : str or None
        None: no figure in money is known, and none is told.
    years : float
        Years over which what is spent once is spread.
    level : float
        Confidence of every span.
    """

    actions: pd.DataFrame
    levers: Mapping[str, Lever]
    point_value: Floats | None
    currency: str | None
    years: float
    level: float
    draws: int

    def ids(self, *states: str) -> list[str]:
        """Return the actions in these states whose worth is known."""
        chosen = self.actions.index[self.actions["state"].isin(states)]
        return [name for name in chosen if name in self.levers]

    def together(self, names: Sequence[str]) -> dict[str, Floats]:
        """Return what actions do together, by lens: effects on one thing act on what the others leave, so they are capped, not added."""
        pools: dict[tuple[str, ...], list[Lever]] = {}
        for name in names:
            pools.setdefault(self.levers[name].pool, []).append(self.levers[name])
        total = {lens: np.zeros(self.draws) for lens in (*LENSES, "saved_cost", "sales_value")}
        for levers in pools.values():
            share = 1 - np.prod([1 - np.clip(lever.effect, 0, 1) for lever in levers], axis=0)
            if not levers[0].capped:
                share = np.sum([lever.effect for lever in levers], axis=0)
            for lens in total:
                sizes = [lever.sizes[lens] for lever in levers if lens in lever.sizes]
                if sizes:  # one thing has one size; where actions see it at different touchpoints, the mean of what they see
                    total[lens] = total[lens] + share * np.mean(sizes, axis=0)
        return total

    def money(self, names: Sequence[str]) -> dict[str, Floats]:
        """Return what actions bring together in a year, by source: contacts saved, loyalty, sales."""
        moved = self.together(names)
        loyalty = np.zeros(self.draws) if self.point_value is None else moved["experience_points"] * self.point_value
        return {"saved_cost": moved["saved_cost"], "loyalty_value": loyalty, "sales_value": moved["sales_value"]}

    def cost(self, name: str, *, first_year: bool = False) -> float:
        """Return what an action costs a year, or what has to be spent in its first one."""
        once, yearly = (float(self.actions.loc[name, part]) for part in ("cost_once", "cost_year"))
        return once + yearly if first_year else once / self.years + yearly

    def blank(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return which parts in money, of those that actions could bring, nothing tells; of a worth without a currency none."""
        if not self.currency:
            return ()
        found = {part for name in names for part in self.levers[name].blank}
        if self.point_value is None and any(self._felt(name) for name in names):
            found.add("loyalty_value")
        return tuple(part for part in MONEY if part in found)

    def _felt(self, name: str) -> bool:
        points = self.levers[name].sizes.get("experience_points")
        return points is not None and bool(points.any())

    def net(self, names: Sequence[str]) -> Floats:
        """Return what actions bring together in a year less what they cost."""
        return np.asarray(sum(self.money(names).values())) - sum(self.cost(name) for name in names)


def weigh(
    actions: pd.DataFrame,
    touchpoints: pd.DataFrame,
    reasons: pd.DataFrame,
    *,
    saved: Mapping[str, pd.DataFrame],
    items: Mapping[str, str] | None = None,
    as_of: date,
    protect: Collection[str] = (),
    harder: Collection[str] = (),
    harder_words: Sequence[str] = (),
    carry: Sequence[float] = (0.3, 0.6, 1.0),
    loss_prior: Sequence[float] | None = None,
    margin_share: float | None = None,
    customer_years: float = 3,
    chance_value: float | None = None,
    years: float = 3,
    variable_share: float = 1.0,
    currency: str | None = None,
    level: float = 0.9,
    draws: int = 500,
    seed: int = 1,
) -> Worth:
    """Weigh actions by what other pages saved and what people think of their effects.

    Parameters
    ----------
    actions, touchpoints, reasons : DataFrame
        The contract tables.
    saved : mapping of str to DataFrame
        Tables of earlier pages with draws, see :data:`READS`; what is not there narrows what can be told.
    items : mapping of str to str
        item_id of a rating → touchpoint_id.
    as_of : date
        Actions that have begun by then are running and not proposed again.
    protect : collection of str
        Reasons whose contacts nobody should save.
    harder, harder_words
        See :func:`tripped`.
    carry : three numbers
        Lowest, likeliest, highest part (0–1) of what an action removes in contacts that customers feel as a better experience; judged.
    loss_prior : three numbers, optional
        Share of customers more that leave in a year where a rating is one point lower: what is believed before the client's own data speak.
    margin_share : float, optional
        Part of the order value that remains after variable costs; needed where ``customer_value`` tells no margins.
    customer_years : float
        For how many years a customer who stays brings the margin.
    chance_value : float, optional
        What a sales chance that is taken up brings; left out, what ``signals`` tells.
    years : float
        Years over which what is spent once is spread.
    variable_share : float
        Part of a contact's cost that goes away with it.
    currency : str, optional
        Left out, nothing is told in money.
    level, draws, seed
        As everywhere; spans of this page are narrower by default, 90 %.

    Returns
    -------
    Worth

    Raises
    ------
    DataError
        When three points are not in order, or tables were saved with fewer draws.

    Notes
    -----
    Effects, `carry` and `loss_prior` are PERT distributions (:func:`pert`), independent of each other; figures come with the draws they
    were saved with, joint by draw. See METHODS for what each action's worth consists of.

    >>> from cxlib.estimates.rows import rows
    >>> listed = pd.DataFrame({"action_id": ["a"], "touchpoint_id": "T1", "reason_id": "invoice", "effect_on": "contacts",
    ...     "effect_low": 0.5, "effect_mode": 0.5, "effect_high": 0.5, "cost_once": 300.0, "cost_year": 100.0})
    >>> load = rows(pd.DataFrame({"reason_id": ["invoice"] * 2}), {"metric": ["contacts_per_year", "contact_cost"], "value": [1000.0, 10.0],
    ...     "draws": np.full((2, 4), [[1000.0], [10.0]])})
    >>> why = pd.DataFrame({"reason_id": ["invoice"], "treatment": ["eliminate"], "failure_demand": [True]})
    >>> worth = weigh(listed, pd.DataFrame(), why, saved={"reason_load": load}, as_of=date(2026, 6, 30), currency="EUR", draws=4)
    >>> worth.together(["a"])["contacts_saved"].tolist(), worth.net(["a"]).tolist()
    ([500.0, 500.0, 500.0, 500.0], [4800.0, 4800.0, 4800.0, 4800.0])
    """
    known = Saved(saved, draws, seed)
    listed = actions.assign(action_id=actions["action_id"].astype("str")) if len(actions) else actions
    if listed.empty:
        return Worth(pd.DataFrame(columns=["state"]), {}, None, currency, years, level, draws)
    rails = tripped(listed, harder=harder, harder_words=harder_words, protected=protect)
    table = listed.set_index("action_id").join(standing(listed, touchpoints, known, items=dict(items or {}), rails=rails, as_of=as_of))
    for name in ("cost_once", "cost_year"):
        table[name] = table[name].astype("float64").fillna(0.0) if name in table else 0.0
    felt = pert(carry, draws=draws, key=(seed, "carry"))
    prices: dict[str, Any] = {
        "variable_share": variable_share,
        "chance_value": chance_value,
        "margin_share": margin_share,
        "currency": currency,
    }
    levers, needs = {}, {}
    for name, action in table.iterrows():
        three = three_points(action)
        effect = None if three is None else pert(three, draws=draws, key=(seed, "effect", name))
        lever, lacking = lever_of(action, effect, known, reasons, items=dict(items or {}), carry=felt, **prices)
        needs[name] = lacking
        if lever is not None:
            levers[str(name)] = lever
    point = _point_value(known, loss_prior, margin_share, customer_years) if currency else None
    worth = Worth(table, levers, point, currency, years, level, draws)
    for name in [name for name in levers if currency and _untold(worth, name)]:
        needs[name] = (*levers[name].lacking, *(() if point is not None else PRICES))  # of all that it could bring nothing has a price
        del levers[name]
    table["needs"] = pd.Series(needs)
    table["state"] = table["state"].where(table["state"].ne("next") | table.index.isin(list(levers)), "unvalued")
    return worth


def _untold(worth: Worth, name: str) -> bool:
    return set(BRINGS[str(worth.actions.loc[name, "effect_on"])]) <= set(worth.blank([name]))


def _point_value(saved: Saved, loss_prior: Sequence[float] | None, margin_share: float | None, customer_years: float) -> Floats | None:
    """Customers · share of them lost less a year for a point · yearly margin · years that a customer who stays brings it."""
    told = saved.rows("loss_per_point", "loss_per_point")
    slope = saved.find("loss_per_point", "loss_per_point", item_id=str(told["item_id"].iloc[0])) if len(told) else None
    judged = None if loss_prior is None else pert(loss_prior, draws=saved.draws, key=(saved.seed, "loss_prior"))
    lost = combined(None if slope is None else slope.draws, judged)
    yearly = saved.find("customer_value", "margin_per_year")
    part = 1.0
    if yearly is None and margin_share is not None:
        yearly, part = _revenue(saved), margin_share
    if lost is None or yearly is None:
        return None
    kept: Any = saved.rows("customer_value", str(yearly.row["metric"]), kept="retained", won_by=None)["n"]
    number = float(kept.iloc[0]) if len(kept) and pd.notna(kept.iloc[0]) else float(yearly.row["n"])
    return np.asarray(lost * yearly.draws * part * customer_years * number)


def _revenue(saved: Saved) -> Any:
    return next(
        (found for name in ("order_value_per_year", "revenue_12m") if (found := saved.find("customer_value", name)) is not None), None
    )
