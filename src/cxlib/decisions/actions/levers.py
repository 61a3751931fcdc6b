"""What one action moves: how many contacts, how many points of the rating, how many sales chances hang on its reason or touchpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxlib.decisions.actions.figures import Floats, Saved

__all__ = ["LENSES", "Lever", "lever_of"]

LENSES = ("contacts_saved", "experience_points", "chances_gained")


@dataclass(frozen=True, eq=False)
class Lever:
    """One thing that an action moves.

    Attributes
    ----------
    pool : tuple of str
        What is moved; actions with the same pool share it.
    effect : array (draws,)
        Part of it that the action moves (0–1), or points of a rating where `capped` is False.
    sizes : mapping of str to array (draws,)
        What all of it is a year: ``contacts_saved``, ``experience_points``, ``chances_gained``, ``saved_cost``, ``sales_value``; what
        nothing tells is not there.
    lacking : tuple of str
        Columns that would tell the rest.
    blank : tuple of str
        Parts in money (``saved_cost``, ``loyalty_value``, ``sales_value``) that the action could bring and nothing tells.
    path : str
        By what the experience was told: ``touchpoint`` (gap and importance), ``pain_point`` (damage), "" by nothing.
    """

    pool: tuple[str, ...]
    effect: Floats
    sizes: Mapping[str, Floats]
    capped: bool = True
    lacking: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    path: str = ""
    parts: Mapping[str, Floats] = field(default_factory=dict)


def lever_of(
    action: pd.Series,
    effect: Floats | None,
    saved: Saved,
    reasons: pd.DataFrame,
    *,
    items: Mapping[str, str],
    carry: Floats,
    variable_share: float,
    chance_value: float | None,
    margin_share: float | None,
    currency: str | None,
) -> tuple[Lever | None, tuple[str, ...]]:
    """Return an action's lever, or None and what it needs; parameters as in :func:`cxlib.decisions.actions.weigh`."""
    if effect is None:
        return None, ("actions.effect_mode",)
    place, reason = (_text(action.get(name)) for name in ("touchpoint_id", "reason_id"))
    price = _price(saved, reason, chance_value, margin_share) if currency and reason else None
    if action["effect_on"] == "actual":
        return _of_rating(effect, saved, place, items)
    if not reason:
        return None, ("actions.reason_id",)
    contacts = saved.find("reason_load", "contacts_per_year", reason_id=reason)
    if contacts is None:
        return None, ("contact_reasons.reason_id",)
    if action["effect_on"] == "sales":
        return _of_sales(effect, saved, reason, contacts.draws, price)
    hides = action.get("rail") == "harder"  # contacts that are kept away are no failures mended: nobody feels better for it
    return _of_contacts(
        effect, saved, reasons, place, reason, contacts.draws, items, carry, variable_share if currency else None, price, hides=hides
    )


def _of_rating(effect: Floats, saved: Saved, place: str, items: Mapping[str, str]) -> tuple[Lever | None, tuple[str, ...]]:
    """Points of a touchpoint's rating, times what the leading outcome goes up a point, times who uses the touchpoint."""
    slope = _slope(saved, place, items)
    if slope is None:
        return None, ("responses[actual]", "responses[nps]")
    shortfall = _shortfall(saved, place)
    if shortfall is None or not (shortfall > 0).all():
        return Lever(("rating", place), effect, {"experience_points": slope}, capped=False, path="touchpoint"), ()
    part = np.minimum(effect / shortfall, 1.0)
    return Lever(("rating", place), part, {"experience_points": shortfall * slope}, path="touchpoint"), ()


def _of_sales(effect: Floats, saved: Saved, reason: str, contacts: Floats, price: Floats | None) -> tuple[Lever | None, tuple[str, ...]]:
    """Share of a reason's sales chances that is taken up on top."""
    shown = saved.find("signals", "signal_share", reason_id=reason)
    if shown is None:
        return None, ("contacts.sales_signal",)
    chances = contacts * shown.draws
    sizes = {"chances_gained": chances, **({} if price is None else {"sales_value": chances * price})}
    priced = price is not None
    blank, lacking = (() if priced else ("sales_value",)), (() if priced else ("orders.margin",))
    parts = {"chance_value": price} if price is not None else {}
    return Lever(("chances", reason), effect, sizes, lacking=lacking, blank=blank, parts=parts), ()


def _of_contacts(
    effect: Floats,
    saved: Saved,
    reasons: pd.DataFrame,
    place: str,
    reason: str,
    contacts: Floats,
    items: Mapping[str, str],
    carry: Floats,
    variable_share: float | None,
    price: Floats | None,
    *,
    hides: bool,
) -> tuple[Lever | None, tuple[str, ...]]:
    """Contacts of a reason that no longer come, what customers feel of it, and the sales chances that go with them."""
    sizes, lacking = {"contacts_saved": contacts}, []
    cost = None if variable_share is None else saved.find("reason_load", "contact_cost", reason_id=reason)
    if cost is not None and variable_share is not None:
        sizes["saved_cost"] = contacts * cost.draws * variable_share
    elif variable_share is not None:
        lacking.append("contacts.cost")
    points, path = (None, "") if hides else _felt(saved, reasons, place, reason, items)
    if points is None:
        lacking.append("responses[actual]")
    else:
        sizes["experience_points"] = points * carry
    shown, taken = _signal(saved, reasons, reason), saved.find("signals", "captured_share", reason_id=reason)
    if shown is not None:
        chances = contacts * shown * (1.0 if taken is None else taken.draws)  # only what somebody takes up can be lost
        sizes["chances_gained"] = -chances
        if price is not None:
            sizes["sales_value"] = -chances * price
    parts = {} if points is None else {"carry": carry, "experience": points}
    parts |= {"contact_cost": cost.draws} if cost is not None else {}
    parts |= {"chance_value": price} if price is not None and "sales_value" in sizes else {}
    told = {"saved_cost": "saved_cost" in sizes, "loyalty_value": hides or points is not None}
    told["sales_value"] = "sales_value" in sizes or ("chances_gained" in sizes and not sizes["chances_gained"].any())
    blank = tuple(name for name, known in told.items() if not known)
    return Lever(("contacts", reason), effect, sizes, lacking=tuple(lacking), blank=blank, path=path, parts=parts), tuple(lacking)


def _signal(saved: Saved, reasons: pd.DataFrame, reason: str) -> Floats | None:
    """Share of a reason's contacts that hold a sales chance; of a failure with too few of its own, that of all failures told."""
    own = saved.find("signals", "signal_share", reason_id=reason)
    failed = _failures(reasons)
    if own is not None or reason not in failed:
        return None if own is None else own.draws
    each = [
        (saved.find("reason_load", "contacts_per_year", reason_id=name), saved.find("signals", "signal_share", reason_id=name))
        for name in failed
    ]
    told = [(load.draws, share.draws) for load, share in each if load is not None and share is not None]
    if not told:
        return None
    number, shares = (np.stack(part) for part in zip(*told, strict=True))
    return np.asarray((number * shares).sum(axis=0) / np.maximum(number.sum(axis=0), np.finfo(float).tiny))


def _failures(reasons: pd.DataFrame) -> list[str]:
    known = reasons.drop_duplicates("reason_id").set_index("reason_id")
    failed = known["failure_demand"].astype("boolean").fillna(False) if "failure_demand" in known else pd.Series(dtype="boolean")
    return [str(name) for name in failed.index[failed.astype(bool)]]


def _felt(saved: Saved, reasons: pd.DataFrame, place: str, reason: str, items: Mapping[str, str]) -> tuple[Floats | None, str]:
    """Points of the leading outcome that hang on a reason: its part of its touchpoint's gap, else of its pain point's damage.

    A reason that is no failure costs no points: nothing to be felt, and nothing unknown.
    """
    facts = reasons.drop_duplicates("reason_id").set_index("reason_id")
    failed = facts["failure_demand"].astype("boolean").fillna(False) if "failure_demand" in facts else pd.Series(dtype="boolean")
    if reason in failed.index and not failed[reason]:
        return np.zeros(saved.draws), ""
    shortfall, slope = _shortfall(saved, place), _slope(saved, place, items)
    part = _part_at(saved, place, reason, set(failed.index[failed]))
    if shortfall is not None and slope is not None and part is not None:
        return np.maximum(shortfall, 0.0) * slope * part, "touchpoint"
    point = _text(facts["pain_point"].get(reason)) if "pain_point" in facts else ""
    damage = saved.find("pain_damage", "pain_damage", pain_point=point) if point else None
    if damage is None:
        return None, ""
    family = list(facts.index[facts["pain_point"].eq(point)])
    shares = {name: saved.find("reason_load", "contacts_per_year", reason_id=name) for name in family}
    total = np.sum([found.draws for found in shares.values() if found is not None], axis=0)
    own = shares[reason]
    share = np.ones(saved.draws) if own is None or len(family) == 1 else own.draws / np.maximum(total, np.finfo(float).tiny)
    return damage.draws * share, "pain_point"


def _part_at(saved: Saved, place: str, reason: str, failures: set[str]) -> Floats | None:
    """A reason's part of the failures that customers report at a touchpoint."""
    there = saved.rows("reason_at_touchpoint", "reason_at", touchpoint_id=place)
    found = {
        name: saved.find("reason_at_touchpoint", "reason_at", touchpoint_id=place, reason_id=name) for name in there.get("reason_id", ())
    }
    known = {str(name): figure.draws for name, figure in found.items() if figure is not None and str(name) in failures | {reason}}
    if reason not in known:
        return None
    return known[reason] / np.maximum(np.sum(list(known.values()), axis=0), np.finfo(float).tiny)


def _shortfall(saved: Saved, place: str) -> Floats | None:
    gap = saved.find("gaps", "gap", touchpoint_id=place) if place else None
    return None if gap is None else -gap.draws


def _slope(saved: Saved, place: str, items: Mapping[str, str]) -> Floats | None:
    """Points that the outcome, over all customers, goes up with a point of a touchpoint's rating."""
    rated = [item for item, where in items.items() if where == place]
    found = [figure for figure in (saved.find("drivers", "driver_coefficient", item_id=item) for item in rated) if figure is not None]
    if not place or not found:
        return None
    unused = saved.find("usage", "not_used_share", touchpoint_id=place)
    return np.asarray(found[0].draws * (1.0 if unused is None else 1 - unused.draws))


def _price(saved: Saved, reason: str, chance_value: float | None, margin_share: float | None) -> Floats | None:
    """What a sales chance taken up brings: as the client says, else the margin of what was ordered on top, by reason or over all."""
    if chance_value is not None:
        return np.full(saved.draws, float(chance_value))
    for level in (reason, None):
        more, taken = (saved.find("signals", name, reason_id=level) for name in ("revenue_extra", "captured_share"))
        if margin_share is not None and more is not None and taken is not None and taken.value > 0:
            drawn = margin_share * more.draws / np.maximum(taken.draws, 0.05)  # hardly any taken up: no price from them
            return np.asarray(np.maximum(drawn, 0.0))  # more orders less others: chance alone can turn it, yet no chance taken up costs
    return None


def _text(value: object) -> str:
    return "" if value is None or pd.isna(value) else str(value)
