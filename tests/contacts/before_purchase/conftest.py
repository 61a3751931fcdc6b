"""Leads of the demo client with what is true of them."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.simulate import company
from cxlib.simulate.plan import Plan

CAME = pd.Timestamp("2025-02-03 09:00", tz="UTC")


def table(*rows):
    """Leads by hours to the answer (None: never), won, days of interest before, customer."""
    frame = pd.DataFrame(rows, columns=["hours", "won", "days", "customer_id"])
    touched = [CAME + pd.Timedelta(hours=hours) if not pd.isna(hours) else pd.NaT for hours in frame["hours"]]
    interest = [CAME.tz_localize(None).normalize() - pd.Timedelta(days=days) if not pd.isna(days) else pd.NaT for days in frame["days"]]
    return pd.DataFrame(
        {
            "lead_id": [f"{number}" for number in range(len(frame))],
            "customer_id": frame["customer_id"].astype("str"),
            "created_ts": CAME,
            "first_touch_ts": pd.Series(touched, dtype="datetime64[us, UTC]"),
            "first_interest_date": pd.Series(interest, dtype="datetime64[us]"),
            "won": frame["won"].astype("boolean"),
            "lost_reason": pd.Series([None if won is None or won else "price" for won in frame["won"]], dtype="str"),
        }
    )


@pytest.fixture(scope="session")
def make():
    return table


@pytest.fixture(scope="session")
def later():
    return (CAME + pd.Timedelta(days=90)).to_pydatetime()


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    found, _ = company.grown(Plan())
    return {name: frame[[column for column in frame if not column.startswith("_")]] for name, frame in found.items()}
