"""One row a case."""

import narwhals as nw
import pandas as pd

from cxlib.contacts._cases import folded, stepped

LOG = pd.DataFrame(
    {
        "contact_id": list("4321"),
        "case_id": ["v", "v", None, "v"],
        "customer_id": ["b", "a", "a", None],
        "channel": ["chat", "phone", "fax", "email"],
        "contact_ts": pd.to_datetime(["2025-01-03", "2025-01-01", "2025-01-01", "2025-01-01"]).tz_localize("UTC"),
        "local_date": pd.to_datetime(["2025-01-03", "2025-01-01", "2025-01-01", "2025-01-01"]),
    }
)


def test_the_order_of_a_case_is_that_of_time_and_then_of_ids():
    table = stepped(LOG, "case_id", ["channel"], keep=[], back=2).collect().to_pandas().sort_values("cx_first", ascending=False)
    told = table.set_index("channel")
    assert told["cx_first"].to_dict() == {"email": True, "phone": False, "chat": False}
    assert told["cx_channel_1"].dropna().to_dict() == {"phone": "email", "chat": "phone"}
    assert told["cx_channel_2"].dropna().to_dict() == {"chat": "email"}


def test_a_case_is_one_row_with_what_its_first_contact_had():
    frame = stepped(LOG, "case_id", ["channel"], keep=["customer_id", "elsewhere"])
    sums = {"calls": nw.when(nw.col("channel") == "phone").then(1).otherwise(0)}
    row = folded(frame, "case_id", by=["channel"], cluster="customer_id", sums=sums).collect().to_pandas().iloc[0]
    assert (row["channel"], row["customer_id"], row["steps"], row["calls"]) == ("email", "a", 3, 1)
    assert row["local_date"] == pd.Timestamp("2025-01-01")
