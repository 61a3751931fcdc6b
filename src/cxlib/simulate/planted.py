"""What was planted in the contact log, as tables: reasons, windows, pain points, actions, coders, second concerns, seller's excess."""

from __future__ import annotations

import pandas as pd

from cxlib.simulate import coding, service, windows
from cxlib.simulate.claims import CLAIM_RATE
from cxlib.simulate.exposure import ACTIONS, NOTICE_BEFORE, NOTICE_WITH_M1, RATE_RATIO
from cxlib.simulate.plan import Plan
from cxlib.simulate.rates import PER_DELAYED, PER_INVOICE, RESCHEDULING
from cxlib.simulate.reasons import NO_CONCERN, reasons
from cxlib.simulate.service import KEPT, KEPT_ALL, NEVER_ANSWERED

__all__ = ["truth"]


def truth(plan: Plan, contacts: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    """Return what was planted in the contact log.

    Parameters
    ----------
    plan : Plan
    contacts : DataFrame, optional
        The log made, with hidden columns: the reasons' shares as they came out are then added.

    Returns
    -------
    dict of str to DataFrame
        ``reasons`` (weight, share before seasons, events and actions, avoidable, failure; with contacts ``n`` and ``simulated_share``,
        shares among contacts with a customer's concern), ``windows`` (zero point, days, intensity; flat reasons have none), ``habit``,
        ``actions`` (rate ratios by reason), ``pain_points`` (rates), ``second_concerns``, ``coders``, ``legacy``,
        ``reliability`` (claims an order by how many of five conditions it met, without V07, V11 and the campaign).

    >>> shares = truth(Plan())["reasons"].set_index("reason")["share"]
    >>> round(float(shares["delivery.delivery_status"]), 3), round(float(shares.sum()), 6)
    (0.106, 1.0)
    """
    return {
        "reasons": _reasons(contacts),
        "windows": _windows(plan),
        "habit": pd.DataFrame({"days": [windows.HABIT_DAYS], "factor": [windows.HABIT]}),
        "actions": _actions(plan),
        "pain_points": _pain_points(),
        "second_concerns": pd.DataFrame({"kind": list(coding.KINDS), "share": list(coding.KINDS.values())}),
        "reliability": pd.DataFrame({"met": range(len(CLAIM_RATE)), "claims_per_order": CLAIM_RATE}),
        "coders": pd.DataFrame({"labels": [plan.count(coding.GOLD)], "double": [plan.count(coding.DOUBLE_CODED)], "kappa": [coding.KAPPA]}),
        "legacy": pd.DataFrame({"key": list(coding.LEGACY), "share": list(coding.LEGACY.values())}),
    }


def _reasons(contacts: pd.DataFrame | None) -> pd.DataFrame:
    table = reasons()[["reason", "group", "weight", "treatment", "avoidable", "failure", "disappointment"]].copy()
    real = table["reason"] != NO_CONCERN
    table["share"] = (table["weight"] / table.loc[real, "weight"].sum()).where(real)
    if contacts is not None:
        counts = contacts.loc[~contacts["_tally"], "_reason"].value_counts()
        table["n"] = counts.reindex(table["reason"]).fillna(0).astype("int64").to_numpy()
        table["simulated_share"] = (table["n"] / table.loc[real, "n"].sum()).where(real)
    return table


def _windows(plan: Plan) -> pd.DataFrame:
    rows: list[tuple[str, str | None, int | None, int | None, float]]
    rows = [(each.reason, each.zero, each.first, each.last, each.intensity**plan.effects.windows) for each in windows.WINDOWS]
    rows += [("usage_service.usage_question", "delivery", None, None, 1.0), ("contract.master_data_change", None, None, None, 1.0)]
    return pd.DataFrame(rows, columns=["reason", "zero", "first", "last", "intensity"])


def _actions(plan: Plan) -> pd.DataFrame:
    """The rate ratio of each action, by reason, where and since when it was in effect."""
    effects = {
        "M1": {
            "delivery.delivery_status": RATE_RATIO,
            "delivery.delivery_info_inaccurate": RATE_RATIO,
            "delivery.delivery_delay_not_notified": RATE_RATIO,
            "delivery.delivery_rescheduling": RESCHEDULING,
        },
        "M2": dict.fromkeys(("billing.invoice_comprehension", "billing.invoice_error", "billing.invoice_format"), 1.0),
    }
    rows = [
        (action, reason, ratio**plan.effects.actions, ACTIONS[action][0], " ".join(ACTIONS[action][1]))
        for action, reasons_of in effects.items()
        for reason, ratio in reasons_of.items()
    ]
    return pd.DataFrame(rows, columns=["action_id", "reason", "rate_ratio", "start", "regions"])


def _pain_points() -> pd.DataFrame:
    rows: list[tuple[str, str, str, float]] = [
        ("P01", "median_answer_h", "all", 9.4),
        ("P01", "p90_answer_h", "all", 61.0),
        *(("P01", "never_answered", channel, NEVER_ANSWERED[channel]) for channel in ("email", "web_form")),
        ("P02", "callback_kept_same_day", "all", KEPT_ALL),
        *(("P02", "callback_kept_same_day", department, share) for department, share in KEPT.items()),
        ("P04", "questions_per_recipient", "price circular", 0.083),
        ("P04", "questions_per_recipient", "others", 0.012),
        ("P06", "delay_announced", "without action", NOTICE_BEFORE),
        ("P06", "delay_announced", "with action", NOTICE_WITH_M1),
        ("P06", "enquiries_per_delayed_order", "without action", PER_DELAYED),
        ("P07", "median_wait_s", "all", service.WAIT_MEDIAN),
        ("P07", "p90_wait_s", "all", service.WAIT_90),
        ("P07", "hours_with_80_in_20", "all", service.QUIET_HOURS),
        ("P07", "abandoned", "all", service.ABANDONED),
        ("P07", "abandoned", "Monday 8-9", service.ABANDONED_MONDAY),
        ("P08", "outside_service_hours", "all", 0.115),
        ("P08", "outside_service_hours", "farming", 0.31),
        *(("P09", "reached_first_time", department, share) for department, share in service.REACHED.items()),
        ("P10", "two_or_more_transfers", "all", service.MORE_TRANSFERS),
        ("P10", "ping_pong", "all", service.PING_PONG),
        *(("P10", "solved_first_time", f"{number} transfers", share) for number, share in enumerate(service.SOLVED)),
        *(("P11", "questions_per_invoice", f"layout {layout}", rate) for layout, rate in PER_INVOICE.items()),
        ("P12", "median_days_to_solution", "all", service.CLAIM_DAYS),
        ("P12", "interim_status", "all", service.INTERIM),
        ("P12", "follow_ups_per_claim", "without interim status", service.FOLLOW_UPS[0]),
        ("P12", "follow_ups_per_claim", "with interim status", service.FOLLOW_UPS[1]),
    ]
    return pd.DataFrame(rows, columns=["pain_point", "measure", "where", "value"])
