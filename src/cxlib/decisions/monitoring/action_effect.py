"""Whether an action worked, compared with groups that did not have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span
from cxlib.decisions.monitoring import _panels
from cxlib.decisions.monitoring._panels import Followed, Sources
from cxlib.decisions.monitoring._twoway import Effect, Panel, fitted
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["OPEN", "VERDICTS", "action_effect", "followed_of", "verdict"]

VERDICTS = ("keep", "change", "stop", "open")
OPEN = "open"
FEW = 3  # steps on either side of a start that never was, at least
GROUPS = ["action_id", "item_id", "placebo", "verdict"]


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
        ESTIMATES by ``action_id``, ``item_id`` (of ratings), ``placebo`` and ``verdict``, for every action that has begun:
        ``action_effect`` (``share`` by which contacts changed; −0.38 is 38 % fewer) or ``action_effect_points`` (marks, the scale as unit),
        the figure named by ``effect_on`` with a verdict; ``before_after`` (``share``: without a comparison, as a naive look gives it);
        ``pre_trend`` (``share`` a step by which the sides parted before the start); ``placebo_effect`` (``share`` or marks) for starts that
        never were and groups that had nothing; ``unwanted_effect`` (``share``). ``n`` counts contacts or respondents. An action without a
        comparison, or without what is to be counted, keeps a row that says what it needs.

    Raises
    ------
    DataError
        For a comparison that names no groups, a column or level that no customer has, and an unknown ``per``.

    Notes
    -----
    Contacts are attributed to the order or invoice they name, and that to the step of its day; so an order of the old way never counts as
    one of the new way. Effect and interval: :func:`cxlib.decisions.monitoring._twoway.fitted`. Placebo checks use simultaneous intervals
    (level 1 − (1 − level)/m for m checks). A shock that befalls one whole group for good at the very start of the action cannot be told from
    its effect: with four regions no interval can allow for that, the checks on earlier starts and on groups without the action show how
    usual such shocks are. Angrist & Pischke 2009, ch. 5; Bertrand, Duflo & Mullainathan 2004; Wing, Simon & Bello-Gomez 2018.

    Verdict of the figure that the action aims at: :func:`verdict`.
    """
    begun = _panels.started(actions, period[1] if period else None)
    if begun.empty:
        return _nothing(["actions.start_date"])
    about = Sources(contacts, orders, invoices, customers, responses, direction, period, step_days)
    about = _surveyed(about, asked)
    parts = []
    for action in begun.to_dict("records"):
        told = (followed or {}).get(str(action["action_id"]), {})
        parts += _of_action({str(key): value for key, value in action.items()}, about, told, least, options)
    return estimates.stack(*parts)


def verdict(low: float, high: float, *, good: int, hoped: tuple[float, float] | None = None, checks: bool = True) -> str:
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

    Returns
    -------
    str
        "keep": surely on the wanted side. "stop": surely on the other one, or surely less than the least hoped for. "change": no effect
        shown, and surely less than planned. "open": neither an effect nor its absence is shown, or a check failed.

    >>> verdict(-0.5, -0.1, good=-1), verdict(-0.08, 0.2, good=-1, hoped=(0.1, 0.3)), verdict(-0.25, 0.3, good=-1, hoped=(0.1, 0.3))
    ('keep', 'stop', 'change')
    """
    if np.isnan(low) or np.isnan(high):
        return OPEN
    best, worst = (high, low) if good > 0 else (-low, -high)
    if not checks:
        return OPEN
    if worst > 0:
        return "keep"
    if best < 0 or (hoped is not None and best < hoped[0]):
        return "stop"
    return "change" if hoped is not None and best < hoped[1] else OPEN


def followed_of(action: Mapping[str, Any], about: Sources, told: Mapping[str, Any]) -> tuple[Followed | None, list[Followed]]:
    """Return what is counted and what is rated of an action, as told or by its own reason and touchpoint."""
    own = action.get("reason_id")
    reasons = list(told.get("reasons") or ([own] if own is not None and pd.notna(own) else []))
    on = str(action.get("effect_on") or "contacts")
    items = list(told.get("items") or [])
    answers, place = about.responses, action.get("touchpoint_id")
    if not items and answers is not None and len(answers) and "touchpoint_id" in answers and pd.notna(place):
        own_items = answers[answers["touchpoint_id"].eq(place) & answers["item_type"].eq("actual")]
        items = sorted(own_items["item_id"].unique())
    counted = _panels.counts(action, about, reasons=reasons, per=told.get("per", "customers")) if reasons or on == "contacts" else None
    return counted, [_panels.ratings(action, about, item) for item in items]


def _surveyed(about: Sources, asked: Sampling | None) -> Sources:
    from dataclasses import replace

    told = asked or {}
    return replace(about, weight=told.get("weight", "weight"), cluster=told.get("cluster"))


def _of_action(
    action: Mapping[str, Any], about: Sources, told: Mapping[str, Any], least: int, options: Sampling
) -> list[pd.DataFrame]:
    counted, judged = followed_of(action, about, told)
    parts = []
    aim = str(action.get("effect_on") or "contacts")
    if counted is not None:
        parts += _told(counted, action, least, options, leads=aim == "contacts")
        if counted.panel is not None:
            parts.append(_before_after(counted, least, options))
        unwanted = list(told.get("unwanted") or [])
        if unwanted:
            other = _panels.counts(action, about, reasons=unwanted, per=told.get("per", "customers"))
            parts += _told(other, action, least, options, leads=False, metric="unwanted_effect", checks=False)
    for place, each in enumerate(judged):
        parts += _told(each, action, least, options, leads=aim == "actual" and place == 0)
    if aim == "sales" or not parts:
        parts.append(_row(str(action["action_id"]), None, "action_effect", {"unit": "share", "note": "needs actions.effect_on"}))
    return parts


def _told(
    of: Followed, action: Mapping[str, Any], least: int, options: Sampling, *, leads: bool, metric: str = "", checks: bool = True
) -> list[pd.DataFrame]:
    """The rows of one outcome: its effect, and what speaks for or against believing it."""
    rate = of.item_id is None
    metric = metric or ("action_effect" if rate else "action_effect_points")
    unit = "share" if rate else of.unit
    head = {"unit": unit, "n": round(of.n.get("behind", 0))}
    if of.panel is None:
        return [_row(of.action_id, of.item_id, metric, head | {"note": "needs " + ", ".join(dict.fromkeys(of.needs))})]
    found = fitted(of.panel, **_chance(options))
    thin = of.n.get("behind", 0) < least
    placebos = _placebos(of, options) if checks else []
    passed = not any(row["low"].gt(0).any() or row["high"].lt(0).any() for row in placebos)
    level = options.get("level", 0.95)
    low, high = (np.nan, np.nan) if thin else _scaled(found.ends(level), rate)
    told = head | _figures(found, rate, level) | {"note": f"n < {least}" if thin else found.note}
    if thin:
        told |= {"value": np.nan, "low": np.nan, "high": np.nan, "draws": None}
    proposal = None
    if leads:
        hoped = _hoped(action)
        proposal = verdict(low, high, good=-1 if rate else 1, hoped=hoped, checks=passed)
    main = _row(of.action_id, of.item_id, metric, told, verdict=proposal)
    return [main, *placebos]


def _figures(found: Effect, rate: bool, level: float) -> dict[str, Any]:
    """Columns of a row: rates as the share by which they changed."""
    low, high = _scaled(found.ends(level), rate)
    value = float(_scaled((found.value,), rate)[0])
    method = "differences in differences" + (", groups and steps" if found.shocks else "")
    told: dict[str, Any] = {"value": value, "low": low, "high": high, "method": method, "note": found.note}
    if found.draws is not None:
        told["draws"] = [np.expm1(found.draws) if rate else found.draws]
    return told


def _scaled(ends: Sequence[float], rate: bool) -> tuple[float, ...]:
    return tuple(float(np.expm1(end)) if rate else float(end) for end in ends)


def _hoped(action: Mapping[str, Any]) -> tuple[float, float] | None:
    low, mode = action.get("effect_low"), action.get("effect_mode")
    return None if low is None or mode is None or pd.isna(low) or pd.isna(mode) else (float(low), float(mode))


def _placebos(of: Followed, options: Sampling) -> list[pd.DataFrame]:
    """The trend before the start, starts that never were, and groups that had nothing."""
    panel, rate = of.panel, of.item_id is None
    if panel is None:
        return []
    before = panel.where(panel.table["step"] < 0)
    first = int(before.table["step"].min()) if len(before.table) else 0
    tries: list[tuple[str, str, Panel, bool]] = []
    if -first >= 2 * FEW:
        tries.append(("pre_trend", "trend", before, True))
        for place in sorted({round(first * part) for part in (0.25, 0.5, 0.75)}):
            if place - first >= FEW and -place >= FEW:
                moved = Panel(before.table.assign(step=before.table["step"] - place), panel.log)
                tries.append(("placebo_effect", f"start {-place} steps before", moved, False))
    without = panel.where(~panel.table["treated"])
    names = sorted(without.table["level"].unique())
    if len(names) == 2:
        names = names[:1]  # the one against the other is the other against the one
    if without.table["level"].nunique() > 1:
        tries += [
            ("placebo_effect", f"group {name}", Panel(without.table.assign(treated=without.table["level"].eq(name)), panel.log), False)
            for name in names
        ]
    level = 1 - (1 - options.get("level", 0.95)) / max(len(tries), 1)
    parts = []
    for metric, name, chosen, slope in tries:
        found = fitted(chosen, slope=slope, **_chance(options))
        told = _figures(found, rate, level) | {"unit": "share" if rate else of.unit, "n": round(float(chosen.table["top"].sum()))}
        if not rate:
            told["n"] = int(chosen.table["cluster"].nunique())
        parts.append(_row(of.action_id, of.item_id, metric, told, placebo=name))
    return parts


def _before_after(of: Followed, least: int, options: Sampling) -> pd.DataFrame:
    """The change where the action was taken, whatever else changed: what a look without a comparison gives."""
    head = {"unit": "share", "n": round(of.n["behind"])}
    if of.panel is None or of.n["behind"] < least:
        return _row(of.action_id, None, "before_after", head | {"note": f"n < {least}"})
    table = of.panel.table[of.panel.table["treated"]]
    sides = table.assign(side=np.where(table["step"] >= 0, "after", "before")).groupby(["cluster", "side"], as_index=False)[["top", "bottom"]].sum()
    both = sides.groupby("side")[["top", "bottom"]].sum()
    if len(both) < 2 or not both["top"].gt(0).all():
        return _row(of.action_id, None, "before_after", head | {"note": "no events"})
    rate = both["top"] / both["bottom"]
    sign = np.where(sides["side"].eq("after"), 1.0, -1.0)
    part = sign * (sides["top"] - sides["side"].map(rate) * sides["bottom"]) / sides["side"].map(both["top"])
    by_cluster = part.groupby(sides["cluster"]).sum().to_numpy()
    count = len(by_cluster)
    se = float(np.sqrt((by_cluster**2).sum() * count / max(count - 1, 1)))
    found = Effect(float(np.log(rate["after"] / rate["before"])), se, float(count - 1))
    told = _figures(found, True, options.get("level", 0.95)) | {"method": "before and after, no comparison", "n": round(both["top"].sum())}
    return _row(of.action_id, None, "before_after", head | told)


def _chance(options: Sampling) -> dict[str, int]:
    return {"draws": int(options.get("draws") or 0), "seed": int(options.get("seed") or 1)}


def _row(
    action: str, item: str | None, metric: str, columns: Mapping[str, Any], *, placebo: str | None = None, verdict: str | None = None
) -> pd.DataFrame:
    levels = {"action_id": action, "item_id": item, "placebo": placebo, "verdict": verdict}
    groups = pd.DataFrame({name: pd.Series([level], dtype="str") for name, level in levels.items()})
    given = {name: value for name, value in columns.items() if not (name == "draws" and value is None)}
    return rows(groups, {"metric": metric} | given)


def _nothing(needs: Sequence[str]) -> pd.DataFrame:
    return estimates.unanswerable("action_effect", "share", needs, by=GROUPS)
