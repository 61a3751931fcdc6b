"""The contracts hold what they say, refuse the rest, and name it."""

import os
import subprocess
import sys

import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.tables import CONTRACTS, MADE, MEASURED, contract, group_columns


@pytest.fixture
def customers():
    return pd.DataFrame({"customer_id": ["007", "8"], "market": ["b2b", "b2c"], "status": ["active", "lost"]}).astype("str")


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_empty_typed_table_fulfils_its_contract(name):
    empty = contract(name).empty("Europe/Berlin")
    pd.testing.assert_frame_equal(contract(name).validate(empty, name), empty)


def test_columns_come_back_in_contract_order(customers):
    assert list(contract("customers").validate(customers[["status", "market", "customer_id"]], "x")) == ["customer_id", "market", "status"]


def test_every_fault_is_named_at_once(customers):
    wrong = customers.assign(market=["b2b", "b2bb"], customer_id="7", segmnt="A")
    with pytest.raises(DataError) as error:
        contract("customers").validate(wrong, "Kunden.csv")
    assert error.value.problems[0].startswith(
        "Kunden.csv: unknown column 'segmnt' (did you mean 'segment'?). The contract has: customer_id,"
    )
    with pytest.raises(DataError) as error:
        contract("customers").validate(wrong.drop(columns="segmnt"), "Kunden.csv")
    assert error.value.problems == (
        "Kunden.csv: customer_id: is not unique in 2 rows, first: 7, 7.",
        "Kunden.csv: market: 1 rows have the unknown value 'b2bb' (did you mean 'b2b'?). Allowed: b2b, b2c.",
    )


def test_a_missing_required_column_is_named(customers):
    with pytest.raises(DataError, match=r"^x: required column is missing: 'status'\. It has: customer_id, market\.$"):
        contract("customers").validate(customers.drop(columns="status"), "x")


def test_a_wrong_kind_is_named(customers):
    with pytest.raises(DataError, match=r"^x: revenue_12m: is str, the contract wants number\.$"):
        contract("customers").validate(customers.assign(revenue_12m=pd.Series(["1", "2"], dtype="str")), "x")


def test_times_need_a_zone(customers):
    naive = customers.assign(start_date=pd.to_datetime(["2025-01-01", "2025-01-02"]).as_unit("us"))
    contract("customers").validate(naive, "x")
    events = pd.DataFrame({"event_ts": pd.to_datetime(["2025-01-01"]).as_unit("us"), "customer_id": ["1"], "event": ["login"]})
    with pytest.raises(DataError, match="event_ts: is datetime64"):
        contract("events").validate(events.astype({"customer_id": "str", "event": "str"}), "x")


def test_a_row_needs_one_of_its_ids():
    events = contract("events").empty().reindex(range(2))
    events["event_ts"] = pd.Timestamp("2025-01-01", tz="UTC").as_unit("us")
    events["event"], events["customer_id"] = "login", pd.Series(["1", None], dtype="str")
    with pytest.raises(DataError, match="x: 1 rows have none of customer_id, session_id"):
        contract("events").validate(events[["event_ts", "event", "customer_id"]].astype({"event": "str"}), "x")


def test_features_are_added_and_never_hide_a_column():
    wide = contract("customers").with_features({"fleet_size": "number"})
    assert wide.columns["fleet_size"].kind == "number"
    with pytest.raises(DataError, match=r"^extra.customers: is a column of the contract already 'segment'\.$"):
        contract("customers").with_features({"segment": "text"})


def test_an_unknown_table_is_refused_with_the_nearest():
    with pytest.raises(DataError, match=r"there is no table 'respones' \(did you mean 'responses'\?\)"):
        contract("respones")


def test_group_columns_stand_before_metric():
    assert group_columns(pd.DataFrame(columns=["a", "b", "metric", "value"])) == ["a", "b"]
    with pytest.raises(DataError, match="lacks the column 'metric'"):
        group_columns(pd.DataFrame(columns=["a"]))


def test_what_the_suite_makes_is_a_contract_and_measured_columns_are_no_people():
    assert set(MADE) <= set(CONTRACTS)
    assert not {"segment", "region", "role", "channel", "market"} & set(MEASURED)


def test_moments_keep_their_zone_in_pyarrow_once_a_table_was_checked():
    told = (
        "import os; from cxlib.tables import contract; contract('customers').schema(); "
        "import pyarrow as pa; from datetime import datetime; from zoneinfo import ZoneInfo; "
        "moment = datetime(2025, 2, 5, tzinfo=ZoneInfo('Europe/Berlin')); "
        "print(pa.array([moment], pa.timestamp('us', tz='UTC'))[0].as_py().hour, 'PYARROW_IGNORE_TIMEZONE' in os.environ)"
    )
    clean = {name: value for name, value in os.environ.items() if name != "PYARROW_IGNORE_TIMEZONE"}
    assert subprocess.run([sys.executable, "-c", told], env=clean, check=True, capture_output=True, text=True).stdout == "23 False\n"
