"""Events and contacts of invented customers, and the demo client with what is true of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import company
from cxlib.simulate.plan import Plan

ZONE = "Europe/Berlin"


def log_of(rows) -> pd.DataFrame:
    """Contacts: (customer, moment by the clock of Berlin)."""
    moments = pd.Series(pd.DatetimeIndex([pd.Timestamp(moment) for _, moment in rows]).tz_localize(ZONE)).dt.as_unit("us")
    table = pd.DataFrame({"contact_id": [f"{number:03d}" for number in range(len(rows))], "customer_id": [who for who, _ in rows]})
    return table.astype("str").assign(contact_ts=moments, local_date=moments.dt.tz_localize(None).dt.normalize(), channel="phone")


def events_of(rows) -> pd.DataFrame:
    """Events: (customer or None, moment by the clock of Berlin, event, session or None)."""
    moments = pd.Series(pd.DatetimeIndex([pd.Timestamp(row[1]) for row in rows]).tz_localize(ZONE)).dt.as_unit("us")
    names = ("customer_id", "event", "session_id")
    columns = {name: [row[place] for row in rows] for name, place in zip(names, (0, 2, 3), strict=True)}
    return pd.DataFrame(columns).astype("str").assign(event_ts=moments)


@pytest.fixture
def watched() -> list[tuple]:
    """Two events of nobody, so that four weeks from Monday 3 March 2025 were watched."""
    return [(None, "2025-03-03 00:30", "visit", "robot"), (None, "2025-03-30 23:30", "visit", "robot")]


@pytest.fixture(scope="session")
def client() -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    return company.grown(Plan())


@pytest.fixture(scope="session")
def client_log(client) -> pd.DataFrame:
    """The demo's log with true reasons, without tally week and collective account."""
    log = client[0]["contacts"]
    log = log[~log["_tally"] & log["customer_id"].ne("0099999")].reset_index(drop=True)
    local = log["contact_ts"].dt.tz_localize(None)
    log = log.assign(reason_id=log["_reason"].astype("str"), local_date=local.dt.normalize().dt.as_unit("us"))
    return log[[name for name in log if not name.startswith("_") or name == "_customer_id"]]


@pytest.fixture(scope="session")
def lived() -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Contacts and visits in working time over twelve weeks with a clock change; some contacts have a visit in the minutes before."""

    def make(seed: int, planted: float, customers: int = 120) -> tuple[pd.DataFrame, pd.DataFrame]:
        rng = np.random.default_rng(seed)
        willing = rng.gamma(0.7, 1 / 0.7, customers)

        def working(count: int) -> pd.DatetimeIndex:
            day = rng.integers(0, 12, count) * 7 + rng.integers(0, 5, count)
            seconds = pd.to_timedelta(day * 86_400 + rng.integers(32_400, 61_200, count), unit="s")
            return pd.DatetimeIndex(pd.Timestamp("2025-03-03") + seconds).tz_localize(ZONE)

        who = np.repeat(np.arange(customers), rng.poisson(4 * willing))
        visits = np.repeat(np.arange(customers), rng.poisson(0.004 * 480 * 60 * willing))
        moments, own = working(len(who)), working(len(visits))
        led = rng.random(len(who)) < planted
        before = moments[led] - pd.to_timedelta(rng.integers(1, 300, led.sum()), unit="s")
        ids = np.array([f"{number:03d}" for number in range(customers)])
        log = pd.DataFrame({"contact_id": np.arange(len(who)).astype(str), "customer_id": ids[who]}).astype("str")
        log = log.assign(contact_ts=moments, local_date=moments.tz_localize(None).normalize())
        events = pd.DataFrame({"customer_id": np.r_[ids[visits], ids[who[led]]], "event": "visit"}).astype("str")
        return log, events.assign(event_ts=own.append(before))

    return make
