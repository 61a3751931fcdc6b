"""Invented saved tables: two rated touchpoints, reasons with known loads, draws that are known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions import actions
from cxlib.decisions.actions import Worth
from cxlib.estimates import stack
from cxlib.estimates.rows import rows

DRAWS = 8
ITEMS = {"invoice": "T1", "claim": "T2"}


def told(metric: str, value: float, unit: str = "count", *, spread: float = 0.0, n: int | None = 90, **levels: str) -> pd.DataFrame:
    """One saved row with draws: the value, and as much above as below it."""
    drawn = value + spread * np.linspace(-1, 1, DRAWS)
    ends = {"low": value - spread, "high": value + spread} if spread else {}
    columns = {"metric": metric, "value": value, "unit": unit, "n": pd.NA if n is None else n, "draws": drawn[None], **ends}
    return rows(pd.DataFrame({name: [level] for name, level in levels.items()}, index=[0]), columns)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    """1,000 contacts a year for *invoice*, 200 for *status*, at 10 each; gaps of 1.5 and 2; slopes of 0.4 and 0.5; a point is worth 50,000."""
    per_year = {"invoice": 1000.0, "status": 200.0, "callback": 100.0, "advice": 300.0}
    load = [told("contacts_per_year", number, reason_id=reason) for reason, number in per_year.items()]
    cost = [told("contact_cost", 10.0, "EUR", reason_id=reason) for reason in per_year]
    at = [("T1", "invoice", 0.6), ("T1", "copy", 0.2), ("T1", "advice", 0.2), ("T2", "status", 0.4)]
    return {
        "reason_load": stack(*load, *cost),
        "reason_shares": stack(
            told("reason_share", 0.4, "share", reason_id="invoice"), told("reason_share", 0.1, "share", reason_id="status")
        ),
        "reason_at_touchpoint": stack(
            *[told("reason_at", share, "share", touchpoint_id=place, reason_id=reason) for place, reason, share in at]
        ),
        "gaps": stack(
            *[told("gap", -gap, "scale points", spread=0.2, touchpoint_id=place) for place, gap in (("T1", 1.5), ("T2", 2.0))],
            *[told("actual", 3.5, "scale 1–6", touchpoint_id=place) for place in ("T1", "T2")],
            *[told("expected", 5.2, "scale 1–6", touchpoint_id=place) for place in ("T1", "T2")],
        ),
        "usage": stack(told("not_used_share", 0.25, "share", touchpoint_id="T1"), told("not_used_share", 0.6, "share", touchpoint_id="T2")),
        "drivers": stack(
            *[told("driver_coefficient", slope, "points per point", item_id=item) for item, slope in (("invoice", 0.4), ("claim", 0.5))],
            *[told("driver_share", share, "share", item_id=item) for item, share in (("invoice", 0.1), ("claim", 0.2))],
        ),
        "asymmetry": told("class_probability", 1.0, "share", item_id="claim").assign(note="disappointment_dominant"),
        "signals": stack(*[told("signal_share", 0.0, "share", reason_id=reason) for reason in per_year]),
        "pain_damage": told("pain_damage", 0.05, "scale points", pain_point="P02"),
        "loss_per_point": told("loss_per_point", 0.01, "share difference", item_id="recommend"),
        "customer_value": stack(
            told("margin_per_year", 1000.0, "EUR", n=1100), told("margin_per_year", 1000.0, "EUR", n=1000, kept="retained")
        ),
    }


@pytest.fixture
def reasons() -> pd.DataFrame:
    names = ["invoice", "copy", "status", "callback", "advice"]
    failed = [True, True, True, True, False]
    table = pd.DataFrame({"reason_id": names, "failure_demand": failed, "pain_point": [None, None, "P12", "P02", None]})
    return table.assign(treatment=["eliminate"] * 4 + ["leverage"], root_cause="process_failure", owner=[None, "BH", None, "KC", None])


@pytest.fixture
def touchpoints() -> pd.DataFrame:
    table = {"touchpoint_id": ["T1", "T2", "T3", "T4"], "name_de": list("abcd"), "stage": ["x", "x", "y", "y"], "seq": [1, 2, 3, 4]}
    return pd.DataFrame(table).assign(influence=["direct"] * 3 + ["indirect"], department=["BH", "QM", None, "MK"], status="active")


def action(name: str, **given: object) -> dict[str, object]:
    """One action that avoids half of the contacts of its reason, for certain, and costs 300 once and 100 a year."""
    row = {
        "action_id": name,
        "name_de": f"Maßnahme {name}",
        "touchpoint_id": "T1",
        "reason_id": "invoice",
        "type": "process",
        "aim": "meet",
    }
    row |= {
        "departments": "BH, EC",
        "channels": "email",
        "effect_on": "contacts",
        "effect_low": 0.5,
        "effect_mode": 0.5,
        "effect_high": 0.5,
    }
    return row | {"cost_once": 300.0, "cost_year": 100.0, "depends_on": None, "start_date": None, "owner": "BH", "finding": "P11"} | given


@pytest.fixture
def weighed(tables, touchpoints, reasons) -> Callable[..., Worth]:
    def weigh(*listed: dict[str, object], **settings: object) -> Worth:
        given = {"saved": tables, "items": ITEMS, "as_of": date(2026, 6, 30), "carry": (0.5, 0.5, 0.5), "currency": "EUR", "draws": DRAWS}
        return actions.weigh(pd.DataFrame(list(listed)), touchpoints, reasons, **(given | settings))

    return weigh
