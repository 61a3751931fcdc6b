"""The tally week of the field sales: strokes on a list, each standing for the 78 weeks of the period."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from cxlib.simulate import calendar
from cxlib.simulate.exposure import choose
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan, stream

__all__ = ["FIELD_SALES", "TALLY_ROWS", "TALLY_WEEK", "TALLY_WEIGHT", "tally"]

TALLY_WEEK, TALLY_ROWS, TALLY_WEIGHT = date(2026, 5, 4), 310, 78.0
FIELD_SALES = {
    "quote.quote_negotiation": 20,
    "presales_information.consultation_request": 16,
    "quote.quote_request": 18,
    "growth_feedback.service_package_enquiry": 7,
    "contract.contract_adjustment": 8,
    "delivery.delivery_status": 12,
    "onboarding.promise_not_kept": 4,
    "complaint.conduct_complaint": 4,
    "usage_service.product_fault": 6,
    "growth_feedback.unmet_demand": 3,
    "growth_feedback.praise_referral": 2,
}


def tally(plan: Plan, people: People, columns: pd.Index) -> pd.DataFrame:
    """Return the tally week of the field sales: a week's strokes on a list, each standing for the 78 weeks of the period."""
    rng, days = stream(plan, "tally"), [TALLY_WEEK + timedelta(days=day) for day in range(5)]
    if plan.market == "b2c" or plan.start > days[0] or plan.end < days[-1]:
        return pd.DataFrame(columns=columns).iloc[:0]
    n = plan.count(TALLY_ROWS)
    day = pd.Series(pd.to_datetime(days)).astype("datetime64[us]").iloc[choose(rng, np.array([22, 24, 23, 20, 11.0]), n)]
    when = calendar.at(day.sort_values().reset_index(drop=True), rng.uniform(8 * 60, 17 * 60, n).round(-1))
    persons = people.persons[people.persons["_persona"].isin(["Ralf", "Tanja", "Kira", "Werner"])].reset_index(drop=True)
    weight = persons["_persona"].map({"Ralf": 6.0, "Tanja": 1.0, "Kira": 1.2, "Werner": 1.5}).to_numpy() * persons["_activity"].to_numpy()
    met = persons.iloc[choose(rng, weight, n)].reset_index(drop=True)
    customer = people.customers.set_index("customer_id").loc[met["_customer_id"]].reset_index()
    reason = np.array(list(FIELD_SALES))[choose(rng, np.array(list(FIELD_SALES.values()), dtype=float), n)]
    written = rng.random(n) < 0.8  # the customer's name is on the list
    table = pd.DataFrame(
        {
            "contact_id": pd.Series("S19-" + pd.Series(np.arange(1, n + 1)).astype(str).str.zfill(4)),
            "contact_ts": when,
            "channel": np.array(["field_visit", "phone", "in_person"])[choose(rng, np.array([60.0, 32, 8]), n)],
            "direction": "inbound",
            "customer_id": met["_customer_id"].where(written),
            "account_id": customer["_account_id"].where(written),
            "touchpoint_id": "T10",
            "received_by": "AD",
            "handled_by": customer["_seller"],
            "handled_by_type": "person",
            "source": "tally",
            "weight": TALLY_WEIGHT,
            "_reason": reason,
            "_persona": met["_persona"],
            "_language": customer["_language"],
            "_customer_id": met["_customer_id"],
            "_person_id": met["person_id"],
            "_tally": True,
        }
    )
    flags = [name for name in columns if name.startswith("_") and name not in table]
    for name in ("_concern_first", "_delayed_order", "_has_text", "_outside", "_ping_pong", "_interim", "_habit"):
        if name in flags:
            table[name] = False
    return table
