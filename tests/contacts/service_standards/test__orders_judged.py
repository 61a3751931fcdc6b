"""Orders judged by what happened in the days after them: by hand."""

import pandas as pd
import pytest

from cxlib.contacts._complaints import CHASING, CLAIMS
from cxlib.contacts.service_standards._orders_judged import complained_of, day_numbers, judged


def day(text):
    return pd.Timestamp(text)


@pytest.fixture
def orders():
    table = pd.DataFrame({"order_id": ["1", "2", "3"], "customer_id": ["a", "a", "b"], "promised_first": day("2025-01-20")})
    table["delivered_date"] = [day("2025-01-20"), day("2025-01-23"), pd.NaT]
    return table.assign(day=day_numbers(pd.Series([day("2025-01-06"), day("2025-03-01"), day("2025-01-06")])))


def test_conditions_of_an_order_are_those_of_its_own_window(orders):
    events = pd.DataFrame({"customer_id": ["a"], "local_date": [day("2025-03-07")], "slow": [1.0], "unclear": [0.0], "complaint": [0.0]})
    absent = {key: ["x"] for key in ("promises_kept", "change_announced")}
    told = judged(orders, events, None, (), 60, 90, absent)
    assert told["reply_in_time"].to_list() == [0, 0, 1]  # the 60th day is the last of the first order
    assert told["documents_clear"].to_list() == [1, 1, 1]
    assert told["delivery_as_promised"].to_list() == [1, 0, 0]


def test_a_complaint_counts_for_the_order_it_names(orders):
    log = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "order_id": ["1", "2", None, "3"], "reason_id": "complaint.quality_claim"})
    log["local_date"] = [day("2025-01-06"), day("2025-02-20"), day("2025-01-30"), day("2025-06-06")]
    named, told = complained_of(orders, log, (CLAIMS, CHASING), 150, None)
    assert named.to_list() == [1, 0, 0]  # that of the second comes before it, that of the third a day too late
    assert told["names_order"].to_list() == [1, 1, 0, 1]
    chased = complained_of(orders, log.assign(reason_id="complaint.complaint_status"), (CLAIMS, CHASING), 150, None)
    assert chased[0].sum() == 0
    assert chased[1].empty
