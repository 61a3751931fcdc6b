"""What is followed of each action: who had it and who did not, since when, and what was counted or rated there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, counted, lacking, levels, picked, within
from cxlib.contacts.volume.per_unit import local_day
from cxlib.decisions.monitoring._twoway import Panel
from cxlib.errors import DataError, worded
from cxlib.survey import rated, scale_unit, scales

__all__ = ["KINDS", "PER", "Followed", "Sources", "comparison", "counts", "ratings", "sales", "started"]

KINDS = ("delayed_orders", "orders", "invoices", "customers")  # what contacts are counted on
PER = {kind: f"per 100 {kind.replace('_', ' ')}" for kind in KINDS} | {"customers": "per 100 customers and step"}


@dataclass(frozen=True, eq=False)
class Sources:
    """The tables that effects are looked for in; what a client does not have is None or empty."""

    contacts: IntoFrame | None = None
    orders: pd.DataFrame | None = None
    invoices: pd.DataFrame | None = None
    customers: pd.DataFrame | None = None
    responses: pd.DataFrame | None = None
    direction: str | None = "inbound"
    period: Span | None = None
    step_days: int = 28
    weight: str | None = "weight"
    cluster: str | None = None  # of the survey: account_id …


@dataclass(frozen=True, eq=False)
class Followed:
    """One outcome of one action: its panel, or what it would need.

    Attributes
    ----------
    action_id, unit : str
    item_id : str or None
        Of a rating; None for contacts.
    panel : Panel or None
    needs : list of str
    n : dict
        ``all`` contacts or respondents, ``linked`` (share of the contacts that name what they are counted on).
    """

    action_id: str
    unit: str
    item_id: str | None = None
    panel: Panel | None = None
    needs: list[str] = field(default_factory=list)
    n: Mapping[str, float] = field(default_factory=dict)


def comparison(told: str | None, action: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the column and its levels that did not have the action, as an action list tells them; None where it tells none.

    Raises
    ------
    DataError
        For words that name no column and levels.

    >>> comparison("region: north_east, abroad", "M1")
    ('region', ('north_east', 'abroad'))
    """
    if told is None or pd.isna(told) or not str(told).strip():
        return None
    column, colon, rest = str(told).partition(":")
    found = tuple(dict.fromkeys(word.strip() for word in rest.split(",") if word.strip()))
    if not colon or not column.strip() or not found:
        do = "Write the column and the groups that did not have the action, as in 'region: north, east', or leave it empty."
        raise DataError(worded(f"actions {action!r}, comparison", "names no groups:", told, do=do))
    return column.strip(), found


def started(actions: pd.DataFrame, last: date | None = None) -> pd.DataFrame:
    """Return the actions that have begun, in the order of their start."""
    if actions.empty or "start_date" not in actions:
        return actions.iloc[:0]
    begun = actions[actions["start_date"].notna() & (last is None or actions["start_date"].le(pd.Timestamp(last or date.max)))]
    return begun.sort_values(["start_date", "action_id"], ignore_index=True)


def counts(action: Mapping[str, Any], sources: Sources, *, reasons: Sequence[str], per: str) -> Followed:
    """Follow contacts for some reasons, counted on orders, invoices or customers."""
    if per not in KINDS:
        raise DataError(worded(f"followed.{action['action_id']}", "contacts are not counted on", per, KINDS, label="Kinds"))
    unit = PER[per]
    told = Followed(str(action["action_id"]), unit)
    needs = _needed(sources, per)
    if not reasons:
        needs.append("actions.reason_id")
    if needs or sources.contacts is None or sources.customers is None:
        return Followed(told.action_id, unit, needs=needs)
    log = _log(sources, reasons)
    base = _units(sources, per)
    link = "customer_id" if per == "customers" else "order_id"
    share = float(log.loc[log[link].notna(), "weight"].sum() / log["weight"].sum()) if len(log) else np.nan
    start = pd.Timestamp(action["start_date"])
    events = log.dropna(subset=[link])
    if per == "customers":
        both = _on_customers(events, base, start, sources)
    else:
        own = events.groupby(link)["weight"].sum()
        both = base.assign(top=base[link].map(own).fillna(0.0), step=_steps(base["day"], start, sources.step_days))
        both = both[both["step"] >= _first_whole(start, sources)] if sources.period else both
    panel = _sided(both, action, sources.customers)
    n = {"all": float(log["n"].sum()), "linked": share, "behind": float(both["top"].sum())}
    return Followed(told.action_id, unit, panel=panel, needs=[] if panel else ["actions.comparison"], n=n)


def sales(action: Mapping[str, Any], sources: Sources) -> Followed:
    """Follow orders, counted on customers."""
    told, orders = str(action["action_id"]), sources.orders if sources.orders is not None else pd.DataFrame()
    needs = lacking(orders, ["order_ts", "customer_id"], "orders")
    needs += lacking(sources.customers if sources.customers is not None else pd.DataFrame(), ["customer_id"], "customers")
    if needs or sources.customers is None:
        return Followed(told, PER["customers"], needs=needs)
    placed = orders[orders["customer_id"].notna()]
    log = pd.DataFrame({"customer_id": placed["customer_id"], "local_date": local_day(placed["order_ts"]), "weight": 1.0})
    if sources.period is not None:
        log = log[log["local_date"].between(*(pd.Timestamp(at) for at in sources.period))]
    both = _on_customers(log, _units(sources, "customers"), pd.Timestamp(action["start_date"]), sources)
    panel = _sided(both, action, sources.customers)
    return Followed(
        told, PER["customers"], panel=panel, needs=[] if panel else ["actions.comparison"], n={"behind": float(both["top"].sum())}
    )


def ratings(action: Mapping[str, Any], sources: Sources, item: str) -> Followed:
    """Follow the answers to one question from wave to wave; a wave belongs to the side of the start on which most of it was asked."""
    answers = sources.responses
    told = Followed(str(action["action_id"]), "", item_id=item)
    if answers is None or answers.empty:
        return Followed(told.action_id, "", item, needs=["responses[actual]"])
    rows = rated(answers, tuple(answers["item_type"].unique()))
    rows = rows[rows["item_id"].eq(item)]
    if rows.empty:
        return Followed(told.action_id, "", item, needs=[f"responses.{item}"])
    ends = scales(rows)
    unit = scale_unit(float(ends["low"].iloc[0]), float(ends["high"].iloc[0]))
    middle = rows.groupby("wave")["survey_ts"].median().sort_values()
    start = pd.Timestamp(action["start_date"])
    before = (middle.dt.tz_localize(None) < start).to_numpy()
    place = pd.Series(np.arange(len(middle)) - before.sum(), index=middle.index)
    weight = rows[sources.weight] if sources.weight and sources.weight in rows else pd.Series(1.0, index=rows.index)
    own = "respondent " + rows["respondent_id"].astype("str")
    cluster = rows[sources.cluster].astype("str").fillna(own) if sources.cluster and sources.cluster in rows else own
    both = rows.assign(step=rows["wave"].map(place), top=rows["value"] * weight, bottom=weight, cluster=cluster)
    panel = _sided(both, action, sources.customers, log=False)
    n = {"behind": float(rows["respondent_id"].nunique())}
    return Followed(told.action_id, unit, item, panel, [] if panel else ["actions.comparison"], n)


def _needed(sources: Sources, per: str) -> list[str]:
    link = "customer_id" if per == "customers" else "order_id"
    needs = ["contacts.contact_ts"] if sources.contacts is None else lacking(sources.contacts, ["local_date", "reason_id", link])
    customers = sources.customers if sources.customers is not None else pd.DataFrame()
    needs += lacking(customers, ["customer_id"], "customers")
    if per == "customers":
        return needs
    orders = sources.orders if sources.orders is not None else pd.DataFrame()
    wanted = {"delayed_orders": ["promised_last", "date_changes"], "orders": ["order_ts"], "invoices": []}[per]
    needs += lacking(orders, ["order_id", "customer_id", *wanted], "orders")
    if per == "invoices":
        needs += lacking(sources.invoices if sources.invoices is not None else pd.DataFrame(), ["order_id", "issued_ts"], "invoices")
    return needs


def _log(sources: Sources, reasons: Sequence[str]) -> pd.DataFrame:
    """Contacts for some reasons by customer, order and day."""
    frame = within(sources.contacts, sources.direction, sources.period)  # type: ignore[arg-type]  # asked before
    frame = frame.filter(nw.col("reason_id").is_in(list(reasons)))
    have = frame.collect_schema().names()
    keys = [name for name in ("customer_id", "order_id", "local_date") if name in have]
    found = counted(frame.to_native(), keys, cluster="", direction=None)
    return found.assign(**{name: levels(found[name]) for name in keys if name != "local_date"})


def _units(sources: Sources, per: str) -> pd.DataFrame:
    """What contacts are counted on: its id, customer, day and number."""
    if per == "customers":
        names = [name for name in ("customer_id", "start_date", "churn_date") if name in sources.customers]  # type: ignore[operator]
        return picked(sources.customers, names).drop_duplicates("customer_id")  # type: ignore[arg-type]
    orders = sources.orders
    if orders is None:
        return pd.DataFrame()
    if "cancelled_ts" in orders and per != "invoices":
        orders = orders[orders["cancelled_ts"].isna()]
    if per == "delayed_orders":
        table = orders[orders["date_changes"].fillna(0) > 0].assign(day=lambda rows: rows["promised_last"])
    elif per == "orders":
        table = orders.assign(day=local_day(orders["order_ts"]))
    else:
        billed = sources.invoices
        if billed is None:
            return pd.DataFrame()
        first = billed.assign(day=local_day(billed["issued_ts"])).groupby("order_id")["day"].agg(["min", "size"])
        table = orders.assign(day=orders["order_id"].map(first["min"]), bottom=orders["order_id"].map(first["size"]).astype("float64"))
    table = table if "bottom" in table else table.assign(bottom=1.0)
    table = table[table["day"].notna() & table["customer_id"].notna()]
    if sources.period is not None:
        table = table[table["day"].between(*(pd.Timestamp(at) for at in sources.period))]
    return table.drop_duplicates("order_id")


def _on_customers(events: pd.DataFrame, base: pd.DataFrame, start: pd.Timestamp, sources: Sources) -> pd.DataFrame:
    """What customers did in each step in which they were ones."""
    step = _steps(events["local_date"], start, sources.step_days)
    top = events.assign(step=step).groupby(["customer_id", "step"], as_index=False)["weight"].sum()
    both = _each_step(base, start, sources).merge(top, on=["customer_id", "step"], how="left")
    return both.assign(top=both["weight"].fillna(0.0))


def _each_step(base: pd.DataFrame, start: pd.Timestamp, sources: Sources) -> pd.DataFrame:
    """One row a customer and step in which he was one for the most part of it."""
    first, last = (pd.Timestamp(at) for at in sources.period or (start, start))
    steps = np.arange(_first_whole(start, sources), (last - start).days // sources.step_days + 1)
    table = base.merge(pd.DataFrame({"step": steps}), how="cross")
    begin = start + pd.to_timedelta(table["step"] * sources.step_days, unit="D")
    end = (begin + pd.Timedelta(days=sources.step_days)).clip(upper=last + pd.Timedelta(days=1))
    since = table["start_date"].fillna(first) if "start_date" in table else first
    until = table["churn_date"].fillna(last) if "churn_date" in table else last
    days = (end.where(end < until, until) - begin.where(begin > since, since)).dt.days.clip(lower=0)
    return table.assign(bottom=days / sources.step_days)[days > 0]


def _first_whole(start: pd.Timestamp, sources: Sources) -> int:
    """The first step that lies within the period as a whole."""
    first = pd.Timestamp(sources.period[0]) if sources.period else start
    return -((start - first).days // sources.step_days)


def _steps(days: pd.Series, start: pd.Timestamp, width: int) -> pd.Series:
    return ((days.astype("datetime64[us]") - start).dt.days // width).astype("int64")


def _sided(both: pd.DataFrame, action: Mapping[str, Any], customers: pd.DataFrame | None, log: bool = True) -> Panel | None:
    """Add who had the action; None where the list of actions tells no comparison. Rows whose group is not known are left out."""
    named = comparison(action.get("comparison"), str(action["action_id"]))
    if named is None:
        return None
    column, without = named
    if column not in both and customers is not None and column in customers and "customer_id" in both:
        known = customers.drop_duplicates("customer_id").set_index("customer_id")[column]
        both = both.assign(**{column: both["customer_id"].map(known)})
    place = f"actions {str(action['action_id'])!r}, comparison"
    if column not in both:
        have = sorted({*both.columns, *(customers.columns if customers is not None else ())})
        raise DataError(worded(place, "no customer has the column", column, have, label="Columns"))
    group = levels(both[column])
    wrong = [name for name in without if name not in set(group.dropna())]
    if wrong and len(both):
        raise DataError(*(worded(place, f"{column} has no level", name, sorted(group.dropna().unique()), label="Levels") for name in wrong))
    cluster = both["cluster"] if "cluster" in both else both["customer_id"].astype("str")
    table = both.assign(level=group, treated=~group.isin(without), cluster=cluster)[group.notna()]
    keys = ["cluster", "level", "treated", "step"]
    return Panel(table.groupby(keys, as_index=False)[["top", "bottom"]].sum(), log)
