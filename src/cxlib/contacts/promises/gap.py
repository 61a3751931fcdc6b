"""What customers expected before the purchase and what they experienced after it, looked at jointly, by group."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.regression import regress
from cxlib.estimates.rows import rows

__all__ = ["promise_gap"]

HIGH, LOW = 0.75, 0.6  # of the scale: from where an expectation is high, and below where an experience falls short
MISSES = 2.0  # points of 10 by which an experience lies below the expectation at least
POINTS = "scale 0–10"
TERMS = ("expected", "experienced", "expected²", "expected × experienced", "experienced²")


def promise_gap(
    responses: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    by: str = "sales_group",
    outcome: str | None = None,
    item: str | None = None,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Expectation before the purchase and experience after it.

    Parameters
    ----------
    responses : DataFrame
        Answers to an item of type ``expected_before`` and to the item of type ``actual`` that stands beside it, with ``order_id``
        or ``customer_id``.
    orders : DataFrame
        From :func:`cxlib.contacts.promises.grouped`.
    by : str
        Column of the orders: ``sales_group`` or ``campaign_id``.
    outcome : str, optional
        item_id of what both go with: recommendation, say; the first of type ``nps`` when left out.
    item : str, optional
        item_id of the experience; left out, the ``actual`` item of the expectation's ``item_group``.
    min_n : int
        Respondents below which a group's figures, or the surface, are not told.
    **options
        See :class:`cxlib.estimates.Sampling`; filled in where left out: weight "weight", cluster customer.

    Returns
    -------
    DataFrame
        ESTIMATES by the group (missing: all), on 0–10: ``expected_before``, ``experienced_after``, ``promised_too_much`` (share whose
        expectation was high and whose experience fell short of it), ``kept_high`` (share whose expectation was high and was met), and
        ``too_much_difference`` (share promised too much, less that of all other groups). Over all: ``surface_kept`` and
        ``surface_missed``, points of the outcome for one point more of both, and for one point that the experience falls short. ``n``
        counts respondents with both answers.

    Notes
    -----
    No raw difference is averaged: a promise is broken where the expectation lies in the upper quarter of the scale, the experience
    below 6 of 10 and two points or more below the expectation. Surface (Edwards 2002): z = b₀ + b₁x + b₂y + b₃x² + b₄xy + b₅y², x
    expectation and y experience from the middle of the scale; kept = b₁ + b₂, missed = b₁ − b₂ (slopes at the middle, along x = y and
    x = −y). CR2 by customer. High expectations alone raise no alarm.

    >>> who = dict.fromkeys(["response_id", "respondent_id", "customer_id"], list("aabb"))
    >>> pair = pd.DataFrame({**who, "order_id": list("1122"), "item_id": ["before", "after"] * 2, "item_group": "promise",
    ...     "item_type": ["expected_before", "actual"] * 2, "value": [9.0, 4.0, 9.0, 9.0],
    ...     "scale_low": 0.0, "scale_high": 10.0, "weight": 1.0})
    >>> sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": ["a", "b"], "sales_group": ["V1", "V2"]})
    >>> told = promise_gap(pair, sold, min_n=1)
    >>> told.loc[told["metric"].eq("promised_too_much"), ["sales_group", "value", "n"]]
      sales_group  value  n
    2         NaN    0.5  2
    8          V1    1.0  1
    9          V2    0.0  1
    """
    groups = [by]
    pairs, needs = _pairs(responses, item, outcome)
    if orders.empty or not orders[by].notna().any():
        needs.append({"sales_group": "orders.seller_id"}.get(by, f"orders.{by}"))
    if needs:
        return estimates.unanswerable("promised_too_much", "share", needs, by=groups)
    pairs = _placed(pairs, orders, by)
    chance: dict[str, Any] = {"weight": "weight", **options, "cluster": "unit"}
    chance.pop("count", None)
    pairs["promised_too_much"] = (pairs["x"] >= 10 * HIGH) & (pairs["y"] < 10 * LOW) & (pairs["x"] - pairs["y"] >= MISSES)
    pairs["kept_high"] = (pairs["x"] >= 10 * HIGH) & ~pairs["promised_too_much"]
    parts = []
    for levels in ((), (by,)):
        own = pairs if not levels else pairs.dropna(subset=by)
        if own.empty:
            continue
        for metric, column in (("expected_before", "x"), ("experienced_after", "y")):
            parts.append(estimates.mean(own, column, by=levels, metric=metric, unit=POINTS, bounds=None, **chance))
        parts += [estimates.share(own, name, by=levels, metric=name, **chance) for name in ("promised_too_much", "kept_high")]
    for name in sorted(pairs[by].dropna().unique()):
        side = pairs.assign(side=np.where(pairs[by].eq(name).fillna(False), "own", "others"))
        if side["side"].nunique() == 2:
            told = estimates.share_difference(
                side, "promised_too_much", between="side", reference="others", metric="too_much_difference", **chance
            )
            parts.append(told.drop(columns="side").assign(**{by: name}))
    parts.append(_surface(pairs, chance))
    told = estimates.stack(*parts)
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def _pairs(responses: pd.DataFrame, item: str | None, outcome: str | None) -> tuple[pd.DataFrame, list[str]]:
    """One row a response: expectation x and experience y on 0–10, outcome z, and what names order and customer."""
    given = responses[responses["value"].notna()] if "value" in responses else responses
    before = given[given["item_type"].eq("expected_before")] if "item_type" in given else given.iloc[:0]
    after = given[given["item_type"].eq("actual")] if "item_type" in given else given.iloc[:0]
    if item is not None:
        after = after[after["item_id"].eq(item)]
    elif len(before) and "item_group" in given:
        after = after[after["item_group"].isin(before["item_group"].dropna().unique())]
    needs = []
    if before.empty:
        needs.append("responses[expected_before]")
    if after.empty:
        needs.append("responses[actual]")
    if needs:
        return pd.DataFrame(), needs
    judged = given[given["item_id"].eq(outcome)] if outcome is not None else given[given["item_type"].eq("nps")]
    names = [name for name in ("order_id", "customer_id", "respondent_id", "weight") if name in given]
    people = before.drop_duplicates("response_id").set_index("response_id")[names]
    for name, rows_of in (("x", before), ("y", after)):
        people[name] = _position(rows_of).groupby(rows_of["response_id"]).mean()
    people["z"] = judged.drop_duplicates("response_id").set_index("response_id")["value"] if len(judged) else np.nan
    return people.dropna(subset=["x", "y"]).reset_index(), []


def _position(answers: pd.DataFrame) -> pd.Series:
    """Ratings on 0–10, whatever their scale."""
    if "scale_low" not in answers or answers["scale_low"].isna().all():
        return answers["value"]
    return 10 * (answers["value"] - answers["scale_low"]) / (answers["scale_high"] - answers["scale_low"])


def _placed(pairs: pd.DataFrame, orders: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add the group of the order that the answer names, else of the customer's only group; and whose answers belong together."""
    group = pd.Series(dtype="str")
    known = orders.dropna(subset=[by])
    if "order_id" in pairs:
        group = pairs["order_id"].astype("str").map(known.set_index(known["order_id"].astype("str"))[by])
    else:
        group = pd.Series(pd.NA, pairs.index, dtype="str")
    if "customer_id" in pairs:
        single = known.groupby("customer_id")[by].agg(lambda column: column.iloc[0] if column.eq(column.iloc[0]).all() else None)
        named_none = pairs["order_id"].isna() if "order_id" in pairs else pd.Series(True, pairs.index)
        group = group.where(~named_none, pairs["customer_id"].map(single))
    unit = pairs["customer_id"] if "customer_id" in pairs else pairs["respondent_id"]
    fallback = pairs["respondent_id"] if "respondent_id" in pairs else pairs["response_id"]
    weight = pairs["weight"].fillna(1.0) if "weight" in pairs else 1.0
    return pairs.assign(**{by: group.astype("str")}, unit=unit.astype("str").fillna(fallback.astype("str")), weight=weight)


def _surface(pairs: pd.DataFrame, chance: dict[str, Any]) -> pd.DataFrame:
    """Slopes of the outcome along kept and missed promises."""
    own = pairs.dropna(subset="z")
    names = ("surface_kept", "surface_missed")
    told: dict[str, Any] = {
        "metric": list(names),
        "unit": "points per point",
        "n": len(own),
        "n_eff": float(len(own)),
        "method": "response surface, CR2",
    }
    if len(own) < 2 * len(TERMS) or np.ptp(own["x"]) == 0 or np.ptp(own["y"]) == 0:
        return rows(pd.DataFrame(index=[0, 1]), told | {"note": "no spread" if len(own) else "needs responses[nps]"})
    x, y = own["x"].to_numpy() - 5, own["y"].to_numpy() - 5
    design = np.column_stack([np.ones(len(own)), x, y, x**2, x * y, y**2])
    cluster, ids = pd.factorize(own["unit"])
    weight = own["weight"].to_numpy() if chance.get("weight") else np.ones(len(own))
    fit = regress(design, own["z"].to_numpy(dtype="float64"), weight=weight, cluster=cluster)
    found = fit.contrasts(np.array([[0, 1, 1, 0, 0, 0], [0, 1, -1, 0, 0, 0]], dtype="float64"))
    low, high = found.interval(chance.get("level", 0.95))
    told |= {"value": found.value, "low": low, "high": high}
    if chance.get("draws"):
        told["draws"] = list(found.draws(np.asarray(ids, dtype=object), draws=chance["draws"], seed=chance.get("seed", 1)))
    return rows(pd.DataFrame(index=[0, 1]), told)
