"""P12: complaints."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import pain_points
from cxlib.contacts.pain_points.claims import cases

DAY = pd.Timestamp("2025-01-06", tz="UTC")
ABOUT = {"reason_id": ["claim"]}


def log(rows):
    """Contacts: id, day, case, customer, reason, day settled (None: open)."""
    table = pd.DataFrame(rows, columns=["contact_id", "day", "case_id", "customer_id", "reason_id", "settled"])
    table["contact_ts"] = DAY + pd.to_timedelta(table["day"], unit="D")
    table["resolved_ts"] = (DAY + pd.to_timedelta(table["settled"].astype("float64"), unit="D")).astype("datetime64[us, UTC]")
    texts = dict.fromkeys(("contact_id", "case_id", "customer_id", "reason_id"), "str")
    return table.assign(channel="email", local_date=pd.Timestamp("2025-01-06")).drop(columns=["day", "settled"]).astype(texts)


CLAIMS = [
    ("1", 0, "v", "a", "claim", 10),
    ("2", 3, "v", "a", "status", None),
    ("3", 5, None, "a", "status", None),
    ("4", 6, "v", "a", "claim", None),
    ("5", 1, "w", "b", "claim", None),
    ("6", 2, "x", "b", "order", 2),
    ("7", 0, None, "c", "claim", 20),
    ("9", 30, None, "a", "status", None),
]


def told(rows=CLAIMS, messages=None, **keywords):
    asked = {"about": ABOUT, "chasing": ["status"], "at_days": [7, 14], "as_of": (DAY + pd.Timedelta(days=90)).to_pydatetime()} | keywords
    return pain_points.complaints(log(rows), messages, **asked)


def values(table, metric):
    return table[table["metric"].eq(metric)]["value"].to_list()


def test_by_hand():
    """Three complaints (v, w, and one without a case), settled after 10 and 20 days, one open; v is chased within its case twice,
    once outside while it is open, and asked about once more when it is settled."""
    sent = pd.DataFrame(
        {"type": "interim_status", "sent_ts": DAY + pd.Timedelta(days=2), "case_id": ["v", None], "customer_id": [None, "z"]}
    )
    found = told(messages=sent.astype({"case_id": "str", "customer_id": "str"}))
    assert values(found, "complaint_unsettled") == pytest.approx([1, 2 / 3])
    assert values(found, "interim_share") == pytest.approx([1 / 3])
    assert values(found, "chasers_per_complaint") == pytest.approx([1, 0, 3])
    counted = found[found["metric"].eq("complaints")]
    assert counted.set_index("told_by", drop=True)["value"].to_dict() == pytest.approx({np.nan: 3, "reason_id": 3}, nan_ok=True)


def test_word_in_between_is_found_by_the_customer_while_the_complaint_is_open():
    sent = pd.DataFrame(
        {"type": "interim_status", "sent_ts": [DAY + pd.Timedelta(days=2), DAY + pd.Timedelta(days=30)], "customer_id": ["a", "c"]}
    )
    assert values(told(messages=sent), "interim_share") == pytest.approx([1 / 3])  # c's came when it was settled


def test_young_complaints_are_not_yet_asked():
    found = told(as_of=(DAY + pd.Timedelta(days=20)).to_pydatetime())
    assert found[found["metric"].eq("chasers_per_complaint")]["note"].to_list() == ["no events"]
    assert values(found, "complaint_unsettled") == pytest.approx([1, 2 / 3])


def test_any_column_makes_a_complaint_and_each_says_how_many_it_tells_of():
    """v by both, w and the one without a case by their reason, x by its touchpoint; a contact that chases is none, wherever it came in."""
    table = log(CLAIMS).assign(touchpoint_id=["T39", "T1", "T39", "T39", "T1", "T39", "T1", "T39"])
    both, known = {"touchpoint_id": ["T39"], "reason_id": ["claim"]}, {"as_of": (DAY + pd.Timedelta(days=90)).to_pydatetime()}
    found = pain_points.complaints(table, about=both, chasing=["status"], **known)
    counted = found[found["metric"].eq("complaints")]
    assert counted[counted["told_by"].isna()]["value"].to_list() == [4]
    assert counted.dropna(subset="told_by").set_index("told_by")["value"].to_dict() == {"touchpoint_id": 2, "reason_id": 3}
    assert len(cases(table, both, chasing=["status"])) == 4
    assert len(cases(table, both)) == 6  # two questions how it stands, without a case, at the place for complaints
    one = pain_points.complaints(table.drop(columns="reason_id"), about=both, **known)
    assert one[one["metric"].eq("complaints") & one["told_by"].isna()]["value"].to_list() == [4]


def test_what_is_missing_is_named():
    table = log(CLAIMS).assign(touchpoint_id=None)
    bare = pain_points.complaints(
        table.drop(columns=["touchpoint_id", "reason_id"]), about={"touchpoint_id": ["T39"], "reason_id": ["claim"]}
    )
    assert bare["note"].item() == "needs contacts.touchpoint_id"
    assert pain_points.complaints(table, about={})["note"].item() == "needs params.complaints"


def test_what_cannot_be_stands_aside():
    rows = [*CLAIMS, ("8", 5, "y", "d", "claim", 1)]
    table = log(rows)
    table.loc[4, "channel"] = "phone"  # no call has a solution in this log
    found = pain_points.complaints(table, about=ABOUT, as_of=(DAY + pd.Timedelta(days=90)).to_pydatetime()).set_index("metric")["value"]
    assert found["settling_not_recorded"] == 1
    assert found["settled_before_contact"] == 1


def test_complaints_at_the_same_moment_are_ordered_by_id():
    table = log([("2", 0, "v", "a", "claim", 5), ("1", 0, "v", "a", "claim", 9)])
    assert cases(table, {"reason_id": ["claim"]})["contact_id"].to_list() == ["1"]


def test_the_demo_s_claims_are_as_planted(client, near):
    days = client.planted("P12", "median_days_to_solution")
    asked = {"about": {"reason_id": ["complaint.quality_claim"]}, "at_days": [days], "as_of": client.as_of}
    log = client.log(case_id="case_id", customer_id="_customer_id", department="_department")
    log = log[~(log["reason_id"].eq("complaint.quality_claim") & log["department"].isna())]  # nobody dealt with these
    found = pain_points.complaints(log, client.table("messages"), **asked)
    rows = found.set_index(["metric", "interim"])
    near(found[found["metric"].eq("complaint_unsettled")], 0.5)
    near(found[found["metric"].eq("interim_share")], client.planted("P12", "interim_status"))
    for level, name in (("no", "without"), ("yes", "with")):
        row = rows.loc[[("chasers_per_complaint", level)]].reset_index()
        near(row, client.planted("P12", "follow_ups_per_claim", f"{name} interim status"), log=True)
    assert np.isfinite(rows["value"].dropna()).all()
