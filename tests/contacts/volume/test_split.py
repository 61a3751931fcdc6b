"""Shares of contacts: those of single contacts with customers as clusters."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.contacts import volume


def contacts(days, hours=9, **columns):
    """A log of one contact a row, on these days of January 2025."""
    day = pd.to_datetime([f"2025-01-{number:02d}" for number in days])
    table = pd.DataFrame({"local_date": day, "local_hour": hours, "contact_ts": day.tz_localize("UTC"), "weight": 1.0, "channel": "phone"})
    return table.assign(**columns)


def test_shares_are_those_of_single_contacts_with_customers_as_clusters(log):
    kept = log[log["direction"] != "outbound"]
    cluster = kept["customer_id"].fillna("day " + kept["local_date"].dt.strftime("%Y-%m-%d"))
    table = volume.by_channel(log)
    for channel in ("phone", "email", "web_form"):
        flagged = kept.assign(flag=(kept["channel"] == channel).astype(float), cluster=cluster)
        expected = estimates.share(flagged, "flag", weight="weight", cluster="cluster")
        row = table[(table["metric"] == "contact_share") & (table["channel"] == channel)]
        for column in ("value", "low", "high", "n"):
            assert row[column].item() == pytest.approx(expected[column].item()), column
        assert row["n_eff"].item() == pytest.approx(kept["weight"].sum() ** 2 / (kept["weight"] ** 2).sum())


def test_customers_who_call_all_the_time_make_shares_less_sure():
    often = contacts([6] * 120, customer_id=np.repeat([str(number) for number in range(12)], 10))
    table = often.assign(channel=np.where(often["customer_id"].isin(["1", "2", "3"]), "phone", "email"))
    single = table.assign(customer_id=[str(number) for number in range(120)])
    widths = [np.ptp(volume.by_channel(each)[["low", "high"]].to_numpy()[-1]) for each in (table, single)]
    assert widths[0] > 2 * widths[1]


def test_thin_ways_are_pooled():
    table = volume.by_channel(contacts([6] * 20, channel=["phone"] * 11 + ["fax"] * 5 + ["letter"] * 4), min_n=7)
    found = table[table["metric"] == "contacts"].set_index("channel")["value"].to_dict()
    assert found == {"phone": 11, "__other__": 9}


def test_touchpoints_by_themselves_and_by_their_mode():
    log = contacts([6, 6, 6, 7], touchpoint_id=["T1", "T1", "T2", None])
    table = volume.by_touchpoint(log)
    assert table[table["metric"] == "contacts"].set_index("touchpoint_id")["value"].to_dict() == {"T1": 2, "T2": 1, "__unknown__": 1}
    touchpoints = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "mode": ["online", "offline"]})
    mode = volume.by_touchpoint(log, touchpoints, route="mode")
    shares = mode[mode["metric"] == "contact_share"].set_index("mode")["value"]
    assert shares.to_dict() == {"online": 0.5, "offline": 0.25, "__unknown__": 0.25}
    assert volume.by_touchpoint(log, route="mode")["note"].item() == "needs touchpoints.mode"


logs = st.lists(st.tuples(st.integers(6, 19), st.integers(0, 23), st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1, max_size=40)


def drawn(rows):
    days, hours, channels, customers = zip(*rows, strict=True)
    return contacts(days, hours=list(hours), channel=list(channels), customer_id=list(customers))


@given(logs)
@settings(max_examples=40)
def test_the_order_of_rows_does_not_matter_and_a_weight_of_two_is_the_row_twice(rows):
    log = drawn(rows)
    pd.testing.assert_frame_equal(volume.by_channel(log), volume.by_channel(log[::-1]))
    heavy = volume.by_channel(log.assign(weight=2.0)).set_index(["metric", "channel"])["value"]
    twice = volume.by_channel(pd.concat([log, log])).set_index(["metric", "channel"])["value"]
    assert heavy.to_dict() == pytest.approx(twice.to_dict())
