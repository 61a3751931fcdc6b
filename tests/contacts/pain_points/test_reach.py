"""P09: departments out of reach."""

import pandas as pd
import pytest

from cxlib.contacts import pain_points


def test_calls_that_no_unit_received_are_left_out():
    log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "received_by": ["x", "x", None, "y"], "customer_id": list("abcd")})
    log["reached"] = pd.array([True, False, False, None], dtype="boolean")
    told = pain_points.reachability(log)
    assert told[["value", "n"]].values.tolist() == [[0.5, 2], [0.5, 2]]
    assert pain_points.reachability(log.drop(columns="reached"))["note"].item() == "needs contacts.reached"


@pytest.mark.parametrize("department", ["KC", "ID", "AD", "KD", "BH"])
def test_the_demo_s_departments_are_as_planted(client, near, department):
    told = pain_points.reachability(client.log())
    near(told[told["received_by"].eq(department)], client.planted("P09", "reached_first_time", department))
