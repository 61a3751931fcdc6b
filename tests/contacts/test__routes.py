"""How long each contact route is."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import channels


def log_of(rows):
    """Contacts: (case, channel, abandoned)."""
    table = pd.DataFrame(rows, columns=["case_id", "channel", "abandoned"])
    moments = pd.date_range("2025-01-06", periods=len(rows), freq="h", tz="UTC")
    table = table.astype({"case_id": "str", "channel": "str", "abandoned": "boolean"})
    table = table.assign(contact_id=[f"{number:03d}" for number in range(len(rows))], contact_ts=moments)
    return table.assign(local_date=moments.tz_localize(None).normalize(), customer_id=table["case_id"].fillna("x"))


LOG = log_of(
    [("v", "phone", False), ("v", "email", None), ("v", "phone", True), ("w", "email", None), ("x", "phone", False), (None, "phone", True)]
)


def test_a_case_belongs_to_the_channel_of_its_first_contact():
    told = channels.routes(LOG, min_n=1)
    steps = told[told["metric"].eq("route_steps")].set_index("route")
    assert steps["value"].to_dict() == {"email": 1.0, "phone": 2.0}
    assert steps["n"].to_dict() == {"email": 1, "phone": 2}
    single = told[told["metric"].eq("one_step_share")].set_index("route")["value"].to_dict()
    assert single == {"email": 1.0, "phone": 0.5}


def test_given_up_contacts_count_by_their_own_channel_where_it_is_known():
    told = channels.routes(LOG, min_n=1)
    gone = told[told["metric"].eq("route_abandoned")].set_index("route")
    assert gone["value"].to_dict() == {"phone": pytest.approx(2 / 4)}


def test_effort_is_told_by_the_route_of_the_case():
    answers = pd.DataFrame({"contact_id": ["001", "003", "004"], "item_id": "ease", "item_type": "ces", "value": [2.0, 6.0, 4.0]})
    told = channels.routes(LOG, answers, min_n=1)
    effort = told[told["metric"].eq("route_effort")].set_index("route")["value"].to_dict()
    assert effort == {"email": 6.0, "phone": 3.0}  # the e-mail of a case that began on the phone counts there
    turned = log_of([("v", "email", None), ("v", "phone", False)])
    one = channels.routes(turned, answers.assign(contact_id=["001", "x", "y"]), min_n=1)
    assert one.loc[one["metric"].eq("route_effort"), "route"].to_list() == ["email"]


def test_sessions_with_an_attempt_are_a_route():
    rows = [("s", "visit", None), ("s", "search", None), ("s", "selfservice", "given_up"), ("s", "page", None)]
    rows += [("t", "selfservice", "found"), ("u", "visit", None), ("w", "selfservice", None)]
    events = pd.DataFrame(rows, columns=["session_id", "event", "selfservice_result"]).astype("str")
    events["event_ts"] = pd.date_range("2025-01-06", periods=len(rows), freq="min", tz="UTC")
    told = channels.routes(LOG, events=events, min_n=1)
    own = told[told["route"].eq("self_service")].set_index("metric")
    assert own.loc["route_steps", "value"] == pytest.approx((3 + 1 + 1) / 3)
    assert own.loc["route_abandoned", "value"] == pytest.approx(1 / 2)
    assert own.loc["route_abandoned", "n"] == 2
    alone = channels.routes(LOG.drop(columns="case_id"), events=events, min_n=1)
    assert set(alone["route"]) == {"self_service"}


def test_thin_routes_and_missing_columns_say_so():
    assert set(channels.routes(LOG)["note"]) == {"n < 30"}
    assert channels.routes(LOG.drop(columns="case_id"))["note"].item() == "needs contacts.case_id"


def test_steps_recover_what_was_planted():
    rng = np.random.default_rng(2)
    count = 1 + rng.poisson(0.6, 800)
    rows = [(f"{case:04d}", "phone" if case % 2 else "email", None) for case in range(800) for _ in range(count[case])]
    steps = channels.routes(log_of(rows)).query("metric == 'route_steps'").set_index("route")
    for row in steps.itertuples():
        assert row.low < 1.6 < row.high
