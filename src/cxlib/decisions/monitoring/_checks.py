"""What speaks for or against believing an effect, and how figures of effects become rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib.decisions.monitoring._panels import Followed
from cxlib.decisions.monitoring._twoway import Effect, Panel, fitted
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["GROUPS", "before_after", "chance", "figures", "placebos", "row", "scaled"]

GROUPS = ["action_id", "item_id", "placebo", "compared", "proposal"]
FEW = 3  # steps on either side of a start that never was, at least
EARLIER = {"early": 0.75, "middle": 0.5, "late": 0.25}  # starts that never were: share of the steps before the start that lie after them


def figures(found: Effect, rate: bool, level: float) -> dict[str, Any]:
    """Columns of a row: rates as the share by which they changed."""
    low, high = scaled(found.ends(level), rate)
    value = scaled((found.value, found.value), rate)[0]
    method = "differences in differences" + (", groups and steps" if found.shocks else "")
    told: dict[str, Any] = {"value": value, "low": low, "high": high, "method": method, "note": found.note, "n_eff": found.clusters}
    if found.draws is not None:
        told["draws"] = [np.expm1(found.draws) if rate else found.draws]
    return told


def scaled(ends: Sequence[float], rate: bool) -> tuple[float, float]:
    """Return ends of an interval as shares by which rates changed; those of means stay as they are."""
    low, high = (float(np.expm1(end)) if rate else float(end) for end in ends)
    return low, high


def placebos(of: Followed, options: Sampling) -> list[pd.DataFrame]:
    """The trend before the start, starts that never were, and groups that had nothing; their intervals hold together."""
    panel, rate = of.panel, of.item_id is None
    if panel is None:
        return []
    tries = [*_before(panel), *_without(panel)]
    level = 1 - (1 - options.get("level", 0.95)) / max(len(tries), 1)
    parts = []
    for metric, name, compared, chosen in tries:
        found = fitted(chosen, slope=name == "trend")
        counted = chosen.table["top"].sum() if rate else chosen.table["cluster"].nunique()
        told = figures(found, rate, level) | {"unit": "share" if rate else of.unit, "n": round(float(counted))}
        parts.append(row((of.action_id, of.item_id, name, compared, None), metric, told))
    return parts


def _before(panel: Panel) -> list[tuple[str, str, str | None, Panel]]:
    """Checks on the steps before the start: whether both sides moved alike, and starts that never were."""
    before = panel.where(panel.table["step"] < 0)
    first = int(before.table["step"].min()) if len(before.table) else 0
    if -first < 2 * FEW:
        return []
    tries: list[tuple[str, str, str | None, Panel]] = [("pre_trend", "trend", None, before)]
    for name, share in EARLIER.items():
        place = round(first * share)
        if place - first >= FEW and -place >= FEW:
            moved = Panel(before.table.assign(step=before.table["step"] - place), panel.log)
            tries.append(("placebo_effect", name, None, moved))
    return tries


def _without(panel: Panel) -> list[tuple[str, str, str | None, Panel]]:
    """Checks on the groups without the action: each one against the others, as if it had had it."""
    without = panel.where(~panel.table["treated"])
    names = sorted(without.table["level"].unique())
    if len(names) < 2:
        return []
    names = names[:1] if len(names) == 2 else names  # the one against the other is the other against the one
    return [
        ("placebo_effect", "group", name, Panel(without.table.assign(treated=without.table["level"].eq(name)), panel.log)) for name in names
    ]


def before_after(of: Followed, least: int, options: Sampling) -> pd.DataFrame:
    """The change where the action was taken, whatever else changed: what a look without a comparison gives."""
    head = {"unit": "share", "n": round(of.n["behind"])}
    if of.panel is None or of.n["behind"] < least:
        return row((of.action_id, None, None, None, None), "before_after", head | {"note": f"n < {least}"})
    table = of.panel.table[of.panel.table["treated"]]
    table = table[table["step"] >= -(table["step"].max() + 1)]  # as long before as since, as one would look without a plan
    table = table.assign(side=np.where(table["step"] >= 0, "after", "before"))
    sides = table.groupby(["cluster", "side"], as_index=False)[["top", "bottom"]].sum()
    both = sides.groupby("side")[["top", "bottom"]].sum()
    if len(both) < 2 or not both["top"].gt(0).all():
        return row((of.action_id, None, None, None, None), "before_after", head | {"note": "no events"})
    rate = both["top"] / both["bottom"]
    sign = np.where(sides["side"].eq("after"), 1.0, -1.0)
    part = sign * (sides["top"] - sides["side"].map(rate) * sides["bottom"]) / sides["side"].map(both["top"])
    by_cluster = part.groupby(sides["cluster"]).sum().to_numpy()
    count = len(by_cluster)
    se = float(np.sqrt((by_cluster**2).sum() * count / max(count - 1, 1)))
    found = Effect(float(np.log(rate["after"] / rate["before"])), se, float(count - 1))
    told = figures(found, True, options.get("level", 0.95)) | {"method": "before and after, no comparison", "n": round(both["top"].sum())}
    return row((of.action_id, None, None, None, None), "before_after", head | told)


def chance(options: Sampling) -> tuple[int, int]:
    """Return draws and seed."""
    return int(options.get("draws") or 0), int(options.get("seed") or 1)


def row(levels: Sequence[str | None], metric: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row of ESTIMATES by :data:`GROUPS`."""
    groups = pd.DataFrame({name: pd.Series([level], dtype="str") for name, level in zip(GROUPS, levels, strict=True)})
    given = {name: value for name, value in columns.items() if not (name == "draws" and value is None)}
    return rows(groups, {"metric": metric} | given)
