"""Corrected shares as they come out of the quality room, made by hand: known values and known draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from cxlib.estimates.rows import rows

TREATED = {
    "status": ("irritating", "irritating", "eliminate", True, "process_failure"),
    "unclear": ("irritating", "irritating", "eliminate", False, "comprehension"),
    "reorder": ("valuable", "irritating", "automate", False, "missing_self_service"),
    "fault": ("irritating", "valuable", "simplify", True, "product_failure"),
    "praise": ("valuable", "valuable", "leverage", False, "feedback"),
}


@pytest.fixture
def reasons() -> pd.DataFrame:
    columns = ["value_customer", "value_company", "treatment", "failure_demand", "root_cause"]
    table = pd.DataFrame.from_dict(TREATED, orient="index", columns=columns).rename_axis("reason_id").reset_index()
    none = pd.DataFrame({"reason_id": ["spam"]})
    return pd.concat([table, none], ignore_index=True).astype({"failure_demand": "boolean"})


@pytest.fixture
def shares_of() -> Callable[..., pd.DataFrame]:
    """Make shares with Dirichlet draws, as if known from `n` contacts."""

    def make(values: Mapping[str, float], n: int = 400, note: str = "", draws: int = 300) -> pd.DataFrame:
        numbers = np.array(list(values.values()))
        drawn = np.random.default_rng(3).dirichlet(np.maximum(numbers, 1e-9) * n, draws).T
        columns = {"metric": "reason_share", "value": numbers, "unit": "share", "n": n, "n_eff": float(n), "note": note, "draws": drawn}
        return rows(pd.DataFrame({"reason_id": list(values)}), columns)

    return make


@pytest.fixture
def shares(shares_of: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return shares_of({"status": 0.4, "unclear": 0.1, "reorder": 0.2, "fault": 0.1, "praise": 0.2})


@pytest.fixture
def nothing() -> pd.DataFrame:
    """What the quality room says of contacts without reasons."""
    return rows(pd.DataFrame({"reason_id": [None]}), {"metric": "reason_share", "unit": "share", "note": "needs contact_reasons.reason_id"})


@pytest.fixture
def log() -> pd.DataFrame:
    """Twenty contacts: ten of status, five unclear, four of praise, one spam; two of status were left unassigned."""
    reason = ["status"] * 10 + ["unclear"] * 5 + ["praise"] * 4 + ["spam"]
    moments = pd.date_range("2025-03-03 08:00", periods=20, freq="12h", tz="Europe/Berlin").as_unit("us")
    return pd.DataFrame(
        {
            "contact_id": [f"c{number:02d}" for number in range(20)],
            "contact_ts": moments,
            "local_date": moments.tz_localize(None).normalize(),
            "channel": ["phone", "email"] * 10,
            "direction": "inbound",
            "customer_id": [f"k{number % 5}" for number in range(20)],
            "case_id": [f"v{number // 2}" for number in range(20)],
            "reason_id": reason,
            "unassigned": [True, True] + [False] * 18,
            "weight": 1.0,
        }
    )
