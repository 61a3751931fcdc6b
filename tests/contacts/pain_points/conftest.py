"""The demo client as its systems know it, with what is true of it, made once for all tests of the pain points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import company
from cxlib.simulate.plan import Plan

OPENING = {**dict.fromkeys(range(1, 5), ((7.5, 16.5),)), 5: ((7.5, 14.5),)}


@dataclass(frozen=True, eq=False)
class Client:
    """Tables without hidden columns, but for the true reason as ``reason_id`` and what a test asks for; and the truth."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]
    as_of: datetime = datetime(2026, 6, 30, 22, tzinfo=UTC)
    last: date = date(2026, 6, 30)

    def planted(self, point: str, measure: str, where: str = "all") -> float:
        rows = self.truth["pain_points"].set_index(["pain_point", "measure", "where"])["value"]
        return float(rows[point, measure, where])

    def log(self, **hidden: str) -> pd.DataFrame:
        """The log with true reasons; `hidden` names columns that are made public: new name → hidden column."""
        log = self.tables["contacts"]
        log = log[~log["_tally"]].reset_index(drop=True)
        local = log["contact_ts"].dt.tz_localize(None)
        log = log.assign(
            reason_id=log["_reason"].astype("str"),
            local_date=local.dt.normalize().dt.as_unit("us"),
            local_hour=local.dt.hour.astype("Int64"),
            local_weekday=(local.dt.day_of_week + 1).astype("Int64"),
            **{name: log[column] for name, column in hidden.items()},
        )
        return log[[name for name in log if not name.startswith("_")]]

    def table(self, name: str) -> pd.DataFrame:
        table = self.tables[name]
        return table[[column for column in table if not column.startswith("_")]]


@pytest.fixture(scope="session")
def client() -> Client:
    return Client(*company.grown(Plan()))


@pytest.fixture(scope="session")
def near() -> Callable[[pd.DataFrame, float], None]:
    """Tell whether one row's value lies within four standard errors of what was planted, as its interval tells them."""

    def check(row: pd.DataFrame, planted: float, *, log: bool = False) -> None:
        assert len(row) == 1, row
        value, low, high = (float(row[name].item()) for name in ("value", "low", "high"))
        if log:
            value, low, high, planted = (float(np.log(number)) for number in (value, low, high, planted))
        assert abs(value - planted) <= 4 * (high - low) / 3.92, f"{row['metric'].item()}: {value} is far from {planted}"

    return check


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz="UTC")
