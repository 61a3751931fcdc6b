"""What is told of waiting, winning and losing leads is the same whichever engine leads, customers and events come from."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import before_purchase as before

KNOWN = datetime(2025, 11, 10, tzinfo=UTC)


def leads(rows: int = 160, seed: int = 3) -> pd.DataFrame:
    """Leads of days around both clock changes, some near midnight: doubled, tied, without an answer, a customer or an outcome."""
    rng = np.random.default_rng(seed)
    days = np.where(rng.random(rows) < 0.5, "2025-03-28 22:30", "2025-10-24 21:30")
    came = pd.Series(pd.to_datetime(days).tz_localize("UTC") + pd.to_timedelta(rng.uniform(0, 4 * 86_400, rows).round(6), unit="s"))
    came[1::9] = came[::9].to_numpy()[: len(came[1::9])]
    won = np.where(rng.random(rows) < 0.2, None, rng.random(rows) < 0.4)
    wanted = came.dt.tz_convert("Europe/Berlin").dt.tz_localize(None).dt.normalize() - pd.to_timedelta(rng.integers(0, 30, rows), unit="D")
    return pd.DataFrame(
        {
            "lead_id": pd.array([f"{number // 2 * 2 if number % 20 == 1 else number:04d}" for number in range(rows)], dtype="str"),
            "customer_id": pd.array(np.where(rng.random(rows) < 0.2, None, rng.integers(0, 60, rows).astype(str)), dtype="str"),
            "source": pd.array(np.where(rng.random(rows) < 0.1, None, rng.choice(["fair", "web", "advice"], rows)), dtype="str"),
            "created_ts": came.dt.tz_convert("Europe/Berlin").dt.as_unit("us"),
            "first_touch_ts": (came + pd.to_timedelta(rng.exponential(9, rows), unit="h"))
            .dt.tz_convert("Europe/Berlin")
            .dt.as_unit("us")
            .where(pd.Series(rng.random(rows) < 0.8)),
            "first_interest_date": wanted.dt.as_unit("us").where(pd.Series(rng.random(rows) < 0.6)),
            "won": pd.array(won, dtype="boolean"),
            "lost_reason": pd.array(
                [None if one is None or one else ["price", "no_reply"][at % 2] for at, one in enumerate(won)], dtype="str"
            ),
        }
    )


def customers() -> pd.DataFrame:
    """Prospects, not all of whom have a lead."""
    return pd.DataFrame({"customer_id": [str(number) for number in range(80)], "status": ["prospect", "active"] * 40}).astype("str")


def events() -> pd.DataFrame:
    """Clicks with and without a customer."""
    texts = pd.DataFrame(
        {
            "session_id": [f"W{number // 3}" for number in range(300)],
            "customer_id": [str(number % 60) if number // 3 % 4 == 0 else None for number in range(300)],
            "event": "visit",
            "page": ["/", "/shop", None] * 100,
        }
    )
    at = pd.Series(pd.date_range("2025-03-28", periods=300, freq="7min", tz="Europe/Berlin")).dt.as_unit("us")
    return texts.astype("str").assign(event_ts=at)


CALLS = {
    "lead_response": lambda of: before.lead_response(of("leads"), by=["source"], as_of=KNOWN, min_n=2, draws=5),
    "conversion": lambda of: before.conversion(of("leads"), as_of=KNOWN, min_n=2, draws=5),
    "lost": lambda of: before.lost(of("leads"), of("events"), of("customers"), min_n=2, draws=5),
}


@pytest.fixture(scope="session")
def tables() -> dict[str, pd.DataFrame]:
    whole = {"leads": leads(), "customers": customers(), "events": events()}
    return whole | {f"no {name}": table.iloc[:0] for name, table in whole.items()}


@pytest.fixture(scope="session")
def read(reader, tables, tmp_path_factory):
    """Give a table, by its name, as another engine reads it from parquet."""
    folder = tmp_path_factory.mktemp("before")
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    kept = {name: reader(folder / f"{name}.parquet") for name in tables}
    return kept.__getitem__


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", ["", "no "])
def test_the_same_of_leads_out_of_every_engine(read, tables, name, kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        warnings.simplefilter("ignore", ResourceWarning)
        ours = CALLS[name](lambda table: tables[kind + table])
        theirs = CALLS[name](lambda table: read(kind + table))
    pd.testing.assert_frame_equal(ours.drop(columns="draws", errors="ignore"), theirs.drop(columns="draws", errors="ignore"))
