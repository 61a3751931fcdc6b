"""Pain points are found where the tables show them, and remembered for half a year."""

from types import SimpleNamespace

import pandas as pd
import pytest

from cxlib.simulate.experiences import DEDUCTIONS, damage, experiences, remembered, truth
from cxlib.simulate.plan import Effects, Plan


def moments(*days: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(days)).tz_localize("Europe/Berlin"))


def days(*found: str) -> pd.Series:
    return pd.Series(pd.to_datetime(list(found)))


@pytest.fixture
def people():
    persons = pd.DataFrame({"person_id": ["P1", "P2"], "account_id": ["A1", None], "_customer_id": ["1", "2"]})
    return SimpleNamespace(persons=persons)


@pytest.fixture
def trade():
    orders = pd.DataFrame(
        {
            "order_id": ["a", "b", "c"],
            "customer_id": ["1", "1", "2"],
            "_person_id": ["P1", "P1", "P2"],
            "promised_first": days("2025-03-03", "2025-03-10", "2025-04-01"),
            "delivered_date": days("2025-03-11", "2025-03-12", "2025-04-01"),
            "_delay_days": [8.0, 2.0, 0.0],
            "_delayed": [True, True, False],
        }
    )
    quotes = pd.DataFrame(
        {
            "customer_id": ["2", "2", "2"],
            "promised_ts": moments("2025-05-05", "2025-05-05", "2025-05-05"),
            "sent_ts": moments("2025-05-04", "2025-05-06", "2025-05-05"),
        }
    )
    return SimpleNamespace(orders=orders, quotes=quotes)


def test_orders_and_quotes_show_lateness(people, trade):
    notices = pd.DataFrame({"type": ["delay_notice"], "order_id": ["b"], "sent_ts": moments("2025-03-07")})
    met = experiences(people, trade, messages=notices)
    found = sorted(zip(met["key"], met["pain_point"], strict=True))
    assert found == [("2", "P03"), ("P1", "P05"), ("P1", "P06")]  # of customer 2 the person has no account; order b was announced


def test_contacts_show_the_rest(people, trade):
    noon = "2026-03-04 12:00"
    rows = [
        {"channel": "email", "_reason": "quote.quote_request"},  # P01
        {"channel": "phone", "promise_type": "callback", "promise_due_ts": 1, "promise_done_ts": 2},  # P02
        {"channel": "email", "_reason": "follow_up.sent_info_unclear", "first_response_ts": 1},  # P04
        {"channel": "phone", "wait_s": 400.0},  # P07
        {"channel": "phone", "hour": 17},  # P08
        {"channel": "phone", "reached": False},  # P09
        {"channel": "phone", "transfers": 2},  # P10
        {"channel": "phone", "_reason": "billing.invoice_error"},  # P11
        {"channel": "phone", "_reason": "complaint.complaint_status"},  # P12
        {"channel": "phone", "wait_s": 30.0, "transfers": 1, "reached": True, "abandoned": False},  # nothing
    ]
    contacts = pd.DataFrame(rows)
    contacts["contact_ts"] = moments(*([noon] * len(rows))) + pd.to_timedelta(contacts.pop("hour").sub(12).fillna(0), unit="h")
    contacts["first_response_ts"] = contacts["contact_ts"].where(contacts["first_response_ts"].notna())
    for name in ("promise_due_ts", "promise_done_ts"):
        contacts[name] = contacts["contact_ts"] + pd.to_timedelta(contacts[name], unit="D")
    contacts[["contact_id", "_customer_id", "_person_id"]] = [[str(number), "1", "P1"] for number in range(len(rows))]
    contacts["customer_id"] = None  # the log need not know whom it was
    met = experiences(people, trade, contacts).dropna(subset="contact_id")
    assert met.sort_values("contact_id")["pain_point"].tolist() == ["P01", "P02", "P04", "P07", "P08", "P09", "P10", "P11", "P12"]
    assert set(met["key"]) == {"P1"}


def test_memory_lasts_half_a_year():
    met = pd.DataFrame({"key": ["P1", "P1"], "ts": moments("2025-01-01", "2025-06-01"), "pain_point": ["P01", "P02"]})
    kept = remembered(met, pd.Series(["P1", "P1", "P1", "P9"]), moments("2025-05-01", "2025-07-01", "2026-01-01", "2025-07-01"))
    assert kept.columns.tolist() == list(DEDUCTIONS)
    assert kept[["P01", "P02"]].to_numpy().tolist() == [[True, False], [False, True], [False, False], [False, False]]


def test_the_truth_scales():
    points = truth(Plan(effects=Effects(pain_points=0.5)))["pain_point_deductions"].set_index("pain_point")["points"]
    assert points["P06"] == -0.95
    assert points.idxmax() == "P04"


def test_what_hurts_most(surveyed):
    """Delays nobody tells of lead by far; the circular on prices comes last."""
    found = damage(surveyed.plan, surveyed.answers.respondents)
    assert found["pain_point"].iloc[0] == "P06"
    assert found["pain_point"].iloc[-1] == "P04"
    loss = found.set_index("pain_point")["damage"]
    assert loss["P06"] < 1.5 * loss.drop("P06").min()
    assert (found["damage"] == found["share"] * found["points"]).all()


def test_of_cases_that_can_go_wrong_delays_and_claims_cost_most(surveyed):
    """Share that goes wrong, of delays, claims, transfers and written enquiries, times what each costs."""
    contacts, orders = surveyed.contacts[~surveyed.contacts["_tally"]], surveyed.trade.orders
    claims = contacts[(contacts["_reason"] == "complaint.quality_claim") & contacts["_department"].notna()]
    notices = surveyed.messages.loc[surveyed.messages["type"] == "delay_notice", "order_id"]
    written = contacts[contacts["channel"].isin(["email", "web_form"])]
    shares = {
        "P06": 1 - orders.loc[orders["_delayed"] & (orders["promised_first"] < "2026-01-12"), "order_id"].isin(notices).mean(),
        "P12": 1 - claims["_interim"].astype(bool).mean(),
        "P10": (contacts["transfers"].dropna() >= 2).mean(),
        "P01": written["first_response_ts"].isna().mean(),
    }
    lost = {name: share * DEDUCTIONS[name] for name, share in shares.items()}
    assert list(lost) == sorted(lost, key=lambda name: -lost[name])
    assert lost["P01"] > 0.6 * lost["P10"]  # meant to be hard to tell apart
