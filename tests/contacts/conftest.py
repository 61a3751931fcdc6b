"""A small log with everything that happens to logs, and the city's log: once in contract shape, once as the file has it."""

from __future__ import annotations

import csv
import gzip
import shutil
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

ZONE = "Europe/Berlin"


def calendar(log: pd.DataFrame) -> pd.DataFrame:
    """Add the calendar columns as intake does: in local time."""
    local = log["contact_ts"].dt.tz_localize(None)
    return log.assign(
        local_date=local.dt.normalize().dt.as_unit("us"),
        local_hour=local.dt.hour.astype("Int64"),
        local_weekday=(local.dt.day_of_week + 1).astype("Int64"),
    )


def make_log(rows: int = 400, seed: int = 5, first: str = "2025-03-24", days: int = 21) -> pd.DataFrame:
    """Contacts over three weeks with a clock change, customers who call often, missing values, tally rows and fractions of seconds."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp(first, tz=ZONE)
    moments = (start + pd.to_timedelta(np.sort(rng.uniform(0, days * 86_400, rows)).round(3), unit="s")).as_unit("us")
    customers = rng.zipf(1.8, rows) % 40
    hours = rng.exponential(30, rows)
    log = pd.DataFrame(
        {
            "contact_id": [f"{number:05d}" for number in range(rows)],
            "contact_ts": pd.Series(moments),
            "channel": rng.choice(["phone", "email", "web_form"], rows, p=[0.6, 0.3, 0.1]),
            "direction": rng.choice(["inbound", "outbound", None], rows, p=[0.7, 0.2, 0.1]),
            "customer_id": np.where(rng.random(rows) < 0.15, None, [f"{number:03d}" for number in customers]),
            "order_id": np.where(rng.random(rows) < 0.5, None, [f"{number:04d}" for number in rng.integers(0, 120, rows)]),
            "touchpoint_id": rng.choice(["T01", "T02", None], rows),
            "received_by": rng.choice(["desk", "field", None], rows),
            "handle_s": np.where(rng.random(rows) < 0.2, np.nan, rng.exponential(300, rows)),
            "weight": rng.choice([1.0, 13.0], rows, p=[0.9, 0.1]),
            "due_ts": pd.Series(moments + pd.Timedelta(hours=24)).where(rng.random(rows) < 0.8),
            "resolved_ts": pd.Series(moments + pd.to_timedelta(hours, unit="h")).dt.as_unit("us").where(rng.random(rows) < 0.9),
            "first_response_ts": pd.Series(moments + pd.to_timedelta(hours / 2, unit="h")).dt.as_unit("us").where(rng.random(rows) < 0.9),
        }
    )
    texts = ["contact_id", "channel", "direction", "customer_id", "order_id", "touchpoint_id", "received_by"]
    return calendar(log.astype(dict.fromkeys(texts, "str")).sample(frac=1, random_state=seed, ignore_index=True))


@pytest.fixture(scope="session")
def log() -> pd.DataFrame:
    return make_log()


@pytest.fixture(scope="session")
def customers() -> pd.DataFrame:
    count = 50
    starts = pd.Series(pd.NaT, index=range(count), dtype="datetime64[us]")
    starts[[3, 4]] = pd.Timestamp("2025-04-03")
    return pd.DataFrame(
        {
            "customer_id": pd.Series([f"{number:03d}" for number in range(count)], dtype="str"),
            "market": pd.Series(["b2b", "b2c"] * (count // 2), dtype="str"),
            "start_date": starts,
        }
    )


@pytest.fixture(scope="session")
def orders() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    count = 120
    moments = pd.Timestamp("2025-03-20", tz=ZONE) + pd.to_timedelta(rng.integers(0, 30 * 86_400, count), unit="s")
    return pd.DataFrame(
        {
            "order_id": pd.Series([f"{number:04d}" for number in range(count)], dtype="str"),
            "customer_id": pd.Series([f"{number:03d}" for number in rng.integers(0, 45, count)], dtype="str"),
            "order_ts": pd.Series(moments.as_unit("us")),
            "campaign_id": pd.Series(rng.choice(["spring", "none"], count), dtype="str"),
        }
    )


@pytest.fixture(scope="session")
def boston_rows(shared_data) -> list[dict]:
    """The city's file as Python reads it, without anything of ours: one dict a row, times as naive local datetimes."""
    with gzip.open(shared_data / "boston311_2015.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name in ("OPEN_DT", "TARGET_DT", "CLOSED_DT"):
            row[name] = datetime.strptime(row[name], "%m/%d/%Y %I:%M:%S %p") if row[name] else None
    return rows


@pytest.fixture(scope="session")
def boston(root, shared_data, tmp_path_factory) -> pd.DataFrame:
    """The city's log as intake takes it in."""
    from cxlib.intake.prepare import prepare
    from cxlib.params import load

    project = tmp_path_factory.mktemp("city")
    for folder in ("params", "notebooks", "data/boston311/raw"):
        (project / folder).mkdir(parents=True)
    shutil.copy(root / "params" / "boston311.yml", project / "params")
    shutil.copy(root / "QUESTIONS.md", project)
    shutil.copytree(root / "data" / "taxonomy", project / "data" / "taxonomy")
    shutil.copy(shared_data / "boston311_2015.csv.gz", project / "data" / "boston311" / "raw")
    log = prepare(project, load(project, "boston311")).table("contacts")
    assert log is not None
    return log


@pytest.fixture(scope="session")
def demo_contacts(demo) -> pd.DataFrame:
    """The demo client's log, tally week and its account for one-off customers left out."""
    from cxlib import intake
    from cxlib.contacts import volume
    from cxlib.params import load

    log = intake.prepare(demo, load(demo, "demo")).table("contacts")
    return volume.without_busiest(volume.logged(log), above=0.03)
