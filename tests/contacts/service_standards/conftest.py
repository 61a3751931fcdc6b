"""A simulated house whose truth is known."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.simulate import company as companies
from cxlib.simulate.plan import Plan


@pytest.fixture(scope="session")
def company() -> dict[str, pd.DataFrame]:
    """All tables of the demo client, hidden columns included; contacts with calendar columns, tally weeks left out."""
    tables = companies.grown(Plan())[0]
    contacts = tables["contacts"]
    contacts = contacts[~contacts["_tally"]].reset_index(drop=True)
    local = contacts["contact_ts"].dt.tz_localize(None)
    dated = contacts.assign(local_date=local.dt.normalize(), local_hour=local.dt.hour, weight=1.0, reason_id=contacts["_reason"])
    return tables | {"contacts": dated}
