"""Whether an action worked, compared with groups that did not have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span
from cxlib.decisions.monitoring import _panels
from cxlib.decisions.monitoring._checks import GROUPS, before_after, chance, figures, placebos, row
from cxlib.decisions.monitoring._panels import Followed, Sources
from cxlib.decisions.monitoring._twoway import fitted
from cxlib.estimates import Sampling

__all__ = ["OPEN", "VERDICTS", "action_effect", "followed_of", "proposals", "verdict"]

VERDICTS = ("keep", "change", "stop", "open")
OPEN = "open"


def action_effect(
    actions: pd.DataFrame,
    contacts: IntoFrame | None = None,
    *,
    orders: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    responses: pd.DataFrame | None = None,
    followed: Mapping[str, Mapping[str, Any]] | None = None,
    step_days: int = 28,
    least: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    asked: Sampling | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts and ratings changed where an action was taken, beyond how they changed where it was not; and a proposal.

    Parameters
    ----------
    actions : DataFrame
        ``action_id``, ``start_date``, ``comparison`` ("region: north, east": the groups that did *not* have it), ``effect_on``, and, where
        they are known, ``reason_id``, ``touchpoint_id``, ``effect_low`` and ``effect_mode`` (share of contacts saved, or marks gained).
    contacts : pandas, DuckDB or PySpark frame, optional
        The contact log with ``reason_id`` and ``order_id`` (or ``customer_id`` where contacts are counted on customers).
    orders, invoices, customers, responses : DataFrame, optional
        What contacts are counted on, the groups of customers, and answers.
    followed : mapping, optional
        action_id → ``reasons`` (contacts that it is to save), ``per`` ("delayed_orders": orders whose date was moved; "orders", "invoices",
        "customers"), ``items`` (questions that it is to improve), ``unwanted`` (reasons that must not rise). Left out: the action's own
        reason and the actual ratings of its touchpoint.
    step_days : int
        Length of a step of time; steps count from the start, so that none lies on both sides of it.
    least : int
        Contacts (or respondents) below which no effect is told.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    asked : Sampling, optional
        Options of the survey: weight, cluster.
    **options
        See :class:`cxlib.estimates.Sampling`; contacts are clustered by customer.

    Returns
    -------
    DataFrame
        ESTIMATES by ``action_id``, ``item_id`` (of ratings), ``placebo``, ``compared`` and ``proposal``, for every action that has begun:
        ``action_effect`` (``share`` by which contacts changed; −0.38 is 38 % fewer), ``action_effect_orders`` (the same of orders, where
        the action aims at sales) and ``action_effect_points`` (marks, the scale as unit), the one that the action aims at (``effect_on``)
        first; ``before_after`` (``share``: without a comparison, as a naive look gives it); ``pre_trend`` (``share`` a step by which the
        sides parted before the start); ``placebo_effect`` for starts that never were ("early", "middle", "late") and for groups that had
        nothing ("group"; which one: ``compared``); ``unwanted_effect`` (``share``); ``contacts_linked`` (``share`` of the contacts that
        name what they are counted on). ``n`` counts contacts or respondents, ``n_eff`` customers (accounts). An action without a
        comparison, or without what is to be counted, keeps a row that says what it needs.

    Raises
    ------
    DataError
        For a comparison that names no groups, a column or level that no customer has, and an unknown ``per``.

    Notes
    -----
    Contacts are attributed to the order or invoice they name, and that to the step of its day, so that an order of the old way never
    counts as one of the new way. Effect and interval: :func:`cxlib.decisions.monitoring._twoway.fitted`. Placebo checks have simultaneous
    intervals (level 1 − (1 − level)/m for m checks). A shock that befalls one whole group for good at the very start of the action cannot
    be told from its effect: with few groups no interval can allow for that. The checks on earlier starts and on groups without the action
    show how usual such shocks are. Angrist & Pischke 2009, ch. 5; Bertrand, Duflo & Mullainathan 2004; Wing, Simon & Bello-Gomez 2018.

    What is proposed follows from the figure that the action aims at: :func:`verdict`.

    >>> begun = pd.DataFrame({"action_id": ["a"], "start_date": ["2025-07-01"], "comparison": ["region: north, east"],
    ...     "effect_on": "contacts", "reason_id": "status"})
    >>> action_effect(begun)[["action_id", "metric", "note"]].values.tolist()
    [['a', 'action_effect', 'needs contacts.contact_ts, customers.customer_id']]
    """
    begun = _panels.started(actions, period[1] if period else None)
    if begun.empty:
        return estimates.unanswerable("action_effect", "share", ["actions.start_date"], by=GROUPS)
    said = asked or {}
    weighted = {"weight": said.get("weight", "weight"), "cluster": said.get("cluster")}
    about = Sources(contacts, orders, invoices, customers, responses, direction, period, step_days, **weighted)
    parts = []
    for action in begun.to_dict("records"):
        told = (followed or {}).get(str(action["action_id"]), {})
        parts += _of_action({str(key): value for key, value in action.items()}, about, told, least, options)
    return estimates.stack(*parts)


def verdict(
    low: float, high: float, *, good: int, hoped: tuple[float, float] | None = None, checks: bool = True, worse: bool = False
) -> str:
    """Propose what to do with an action by the interval of its effect.

    Parameters
    ----------
    low, high : float
        Ends of the interval; zero means no effect.
    good : {-1, 1}
        The sign of what is wanted.
    hoped : (least, most likely) effect, optional
        Both without a sign, as planned.
    checks : bool
        Whether the placebo checks were passed.
    worse : bool
        Whether something that must not get worse surely did.

    Returns
    -------
    str
        "keep": surely on the wanted side. "stop": surely on the other one, or surely less than the least hoped for. "change": no effect
        shown, and surely less than planned; or one shown, and something else surely worse. "open": neither an effect nor its absence is
        shown, or a check failed.

    >>> verdict(-0.5, -0.1, good=-1), verdict(-0.08, 0.2, good=-1, hoped=(0.1, 0.3)), verdict(-0.25, 0.3, good=-1, hoped=(0.1, 0.3))
    ('keep', 'stop', 'change')
    """
    if np.isnan(low) or np.isnan(high):
        return OPEN
    best, worst = (high, low) if good > 0 else (-low, -high)
    if not checks:
        return OPEN
    if worst > 0:
        return "change" if worse else "keep"
    if best < 0 or (hoped is not None and best < hoped[0]):
        return "stop"
    return "change" if hoped is not None and best < hoped[1] else OPEN


def proposals(effects: pd.DataFrame) -> pd.DataFrame:
    """Return the row of each action that its proposal rests on, those to keep first; where there is none, one that says what it needs.

    Parameters
    ----------
    effects : DataFrame
        What :func:`action_effect` returns.

    >>> proposals(estimates.unanswerable("action_effect", "share", ["actions.start_date"], by=GROUPS))["note"].item()
    'needs actions.start_date'
    """
    told = effects[effects["proposal"].notna()].drop_duplicates("action_id")
    if told.empty:
        return effects[effects["note"].str.startswith("needs ")].head(1)
    return told.sort_values("proposal", key=lambda proposed: proposed.map(VERDICTS.index), kind="stable")


def followed_of(action: Mapping[str, Any], about: Sources, told: Mapping[str, Any]) -> tuple[Followed | None, list[Followed]]:
    """Return what is counted and what is rated of an action, as told or by its own reason and touchpoint."""
    own = action.get("reason_id")
    reasons = list(told.get("reasons") or ([own] if own is not None and pd.notna(own) else []))
    items = list(told.get("items") or [])
    answers, place = about.responses, action.get("touchpoint_id")
    if not items and answers is not None and len(answers) and "touchpoint_id" in answers and pd.notna(place):
        own_items = answers[answers["touchpoint_id"].eq(place) & answers["item_type"].eq("actual")]
        items = sorted(own_items["item_id"].unique())
    counted = None
    if _aim(action) == "sales":
        counted = _panels.sales(action, about)
    elif reasons or _aim(action) == "contacts":
        counted = _panels.counts(action, about, reasons=reasons, per=told.get("per", "customers"))
    return counted, [_panels.ratings(action, about, item) for item in items]


def _aim(action: Mapping[str, Any]) -> str:
    aim = action.get("effect_on")
    return "contacts" if aim is None or pd.isna(aim) else str(aim)


def _of_action(action: Mapping[str, Any], about: Sources, told: Mapping[str, Any], least: int, options: Sampling) -> list[pd.DataFrame]:
    """The rows of one action: what is counted, what must not rise, what is rated."""
    counted, judged = followed_of(action, about, told)
    per, aim = told.get("per", "customers"), _aim(action)
    parts: list[pd.DataFrame] = []
    unwanted: list[pd.DataFrame] = []
    if told.get("unwanted"):
        other = _panels.counts(action, about, reasons=list(told["unwanted"]), per=per)
        unwanted = [_effect(other, "unwanted_effect", least, options)]
    worse = any(part["low"].gt(0).any() for part in unwanted)
    if counted is not None:
        parts += [_told(counted, action, least, options)]
    parts += [_told(each, action, least, options) for each in judged]
    if aim == "actual":
        parts = parts[1:] + parts[:1] if counted is not None else parts
    if not parts:
        return [row((str(action["action_id"]), *[None] * 4), "action_effect_points", {"note": "needs responses[actual]"})]
    proposal = _proposal(parts[0], action, worse)
    main = [table.assign(proposal=table["proposal"].mask(table["placebo"].isna(), proposal).astype("str")) for table in parts]
    return [*main, *unwanted, *([_linked(counted)] if counted is not None and "linked" in counted.n else [])]


def _proposal(table: pd.DataFrame, action: Mapping[str, Any], worse: bool) -> str | None:
    """What is proposed by the outcome that the action aims at; nothing where it cannot be looked at."""
    aim = _aim(action)
    main, checks = table.iloc[0], table[table["placebo"].notna()]
    wanted = {"contacts": "action_effect", "actual": "action_effect_points", "sales": "action_effect_orders"}[aim]
    if main["metric"] != wanted or str(main["note"]).startswith("needs "):
        return None
    passed = not (checks["low"].gt(0).any() or checks["high"].lt(0).any())
    good = -1 if aim == "contacts" else 1
    return verdict(float(main["low"]), float(main["high"]), good=good, hoped=_hoped(action), checks=passed, worse=worse)


def _told(of: Followed, action: Mapping[str, Any], least: int, options: Sampling) -> pd.DataFrame:
    """The rows of one outcome: its effect, the look without a comparison, and the checks."""
    metric = "action_effect_points" if of.item_id is not None else "action_effect_orders" if _aim(action) == "sales" else "action_effect"
    naive = [before_after(of, least, options)] if of.panel is not None and of.item_id is None else []
    return estimates.stack(_effect(of, metric, least, options), *naive, *placebos(of, options))


def _effect(of: Followed, metric: str, least: int, options: Sampling) -> pd.DataFrame:
    """The row of one effect."""
    rate, behind = of.item_id is None, of.n.get("behind", 0)
    head = {"unit": "share" if rate else of.unit, "n": round(behind)}
    levels = (of.action_id, of.item_id, None, None, None)
    if of.panel is None:
        return row(levels, metric, head | {"note": "needs " + ", ".join(dict.fromkeys(of.needs))})
    draws, seed = chance(options)
    found = row(levels, metric, head | figures(fitted(of.panel, draws=draws, seed=seed), rate, options.get("level", 0.95)))
    return estimates.withhold(found, [behind < least], f"n < {least}")


def _linked(of: Followed) -> pd.DataFrame:
    """The share of the contacts that name what they are counted on; the others are left out."""
    told = {"value": of.n["linked"], "unit": "share", "n": round(of.n["all"]), "method": "count"}
    return row((of.action_id, None, None, None, None), "contacts_linked", told)


def _hoped(action: Mapping[str, Any]) -> tuple[float, float] | None:
    low, mode = action.get("effect_low"), action.get("effect_mode")
    return None if low is None or mode is None or pd.isna(low) or pd.isna(mode) else (float(low), float(mode))
