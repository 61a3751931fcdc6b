"""The contact reasons of the demo client: how often each occurs, what it arises from, when, for whom and on which channel."""

from __future__ import annotations

from functools import cache
from io import StringIO

import numpy as np
import pandas as pd

__all__ = ["HARD_PAIRS", "NO_CONCERN", "PERSONAS", "code", "lags", "reasons"]

NO_CONCERN = "no_customer_concern"
PERSONAS = ("Tanja", "Werner", "Kira", "Ralf", "Beate", "none")

# what people confuse when they code: a second coder who disagrees chooses the neighbour
HARD_PAIRS = (
    ("delivery.delivery_status", "delivery.delivery_info_inaccurate"),
    ("delivery.delivery_delay_not_notified", "delivery.delivery_info_inaccurate"),
    ("quote.quote_chasing", "follow_up.promised_info_missing"),
    ("complaint.complaint_status", "complaint.quality_claim"),
    ("usage_service.usage_question", "onboarding.first_use_help"),
    ("usage_service.spare_parts", "order.reorder_standard"),
    ("billing.invoice_error", "billing.payment_dunning"),
)

# weight: of 1,178. source: what it arises from. lag: days after it. phone: odds against writing. Then the affinity of each persona:
# Tanja, Werner, Kira, Ralf, Beate, none. treatment and failure as in the taxonomy.
_TABLE = """reason weight source lag department touchpoint phone treatment failure Tanja Werner Kira Ralf Beate none
presales_information.service_information 8 person - ID T05 0.5 leverage 0 .6 0.13 4 .8 .1 1.5
presales_information.price_conditions_enquiry 16 person - ID T05 0.8 leverage 0 1 0.18 .5 2 .3 1.5
presales_information.consultation_request 16 person - AT T11 0.6 leverage 0 .4 0.13 5 .8 0 .8
presales_information.availability_dealer_enquiry 14 person - ID T06 1.5 automate 0 .8 0.68 .4 .3 0 1.3
quote.quote_request 48 quote flat:0:0 ID T14 0.6 leverage 0 1 0.2 1.6 1.2 .1 1.2
quote.quote_chasing 26 late_quote decay:1:4 ID T14 0.9 eliminate 1 1.3 0.2 1 1.2 .1 1
quote.quote_negotiation 12 person - ID T15 0.8 leverage 0 .8 0.082 .2 7 .1 .6
order.order_placement 13 person - ID T17 1.0 leverage 0 1.2 0.34 .6 .4 0 1
order.reorder_standard 71 reorder flat:0:0 KC T17 1.3 automate 0 1.2 0.36 .2 .3 0 .8
order.order_confirmation_missing 19 order decay:2:5 ID T21 0.7 eliminate 1 2.5 0.1 .3 .4 .8 1
order.order_change_cancel 23 order decay:1:6 ID T21 0.7 automate 0 2.5 0.18 .4 .4 .1 .8
order.shop_order_problem 15 shop flat:0:1 EC T19 0.7 eliminate 1 .8 0.26 .4 .2 .3 2
order.expedite 12 order decay:2:6 DI T22 1.8 automate 0 1.8 0.47 .2 .4 0 .6
delivery.delivery_status 122 delayed bell:1:4 DI T22 1.1 eliminate 1 2.5 0.24 .2 .5 .1 .8
delivery.delivery_info_inaccurate 46 delayed bell:3:4 DI T22 0.9 eliminate 1 2.5 0.16 .2 .7 .1 .7
delivery.delivery_delay_not_notified 54 delayed decay:0:4 DI T22 1.2 eliminate 1 2.0 0.26 .2 .8 .1 .8
delivery.delivery_wrong_damaged 17 delivery decay:1:4 LO T26 0.9 eliminate 1 1.4 0.34 .3 .2 .2 1
delivery.delivery_rescheduling 11 due bell:-5:4 DI T22 1.0 automate 0 2 0.24 .2 .3 .1 .8
onboarding.next_steps_unknown 6 order decay:2:20 KC T28 0.8 eliminate 0 .6 0.13 .3 .4 .4 3
onboarding.account_login_setup 16 person - EC T28 0.9 automate 0 1.5 0.16 .5 .3 2 1
onboarding.first_use_help 24 delivery decay:1:15 AT T29 1.8 automate 0 .2 0.89 .6 .1 0 .6
onboarding.promise_not_kept 7 delivery decay:1:6 ID T10 0.8 eliminate 1 1 0.2 .7 1.2 .1 .8
onboarding.hidden_charge_condition 5 invoice decay:1:5 ID T10 0.6 eliminate 1 .8 0.13 .2 1 1.5 .8
usage_service.usage_question 32 delivery decay:1:40 AT T30 1.0 eliminate 0 .4 0.39 2.5 .1 0 1
usage_service.product_fault 52 person - KD T34 2.0 simplify 1 .5 0.82 .5 .1 0 .8
usage_service.service_appointment 29 person - KD T34 1.5 automate 0 1 0.44 .3 .2 0 .8
usage_service.spare_parts 78 person - ID T33 1.6 leverage 0 .7 0.82 .3 .1 0 .8
usage_service.documentation_request 36 person - AT T30 0.4 automate 0 .7 0.1 3.5 .3 .1 1
usage_service.repair_status 14 case - RW T35 1.8 eliminate 1 1 1 1 1 1 1
usage_service.appointment_missed 5 case - KD T34 1.8 eliminate 1 1 1 1 1 1 1
usage_service.discontinued_part 8 person - ID T33 1.0 leverage 0 .5 0.57 1 .1 0 .8
billing.invoice_comprehension 42 invoice decay:1:7 BH T36 0.7 eliminate 1 .5 0.13 .1 .3 9 1
billing.invoice_format 21 invoice decay:0:6 BH T36 0.4 eliminate 1 .3 0.026 .1 .2 9 .4
billing.invoice_error 20 invoice decay:1:7 BH T36 0.6 eliminate 1 .9 0.16 .1 .4 7 1
billing.invoice_copy 9 person - BH T36 0.6 automate 0 .4 0.13 .1 .1 6 1
billing.payment_dunning 17 invoice flat:32:62 BH T37 0.9 eliminate 1 .4 0.16 .1 .4 7 1
billing.credit_goodwill 6 invoice decay:3:15 BH T38 0.9 simplify 0 .8 0.2 .1 .5 4 1
accessibility.waiting_queue 1 person - KC T31 0.6 eliminate 1 1 0.32 .6 .5 1 1
accessibility.opening_hours 1 person - KC T31 0.6 eliminate 1 .4 0.82 .4 .1 .3 .6
accessibility.department_unreachable 4 person - KC T31 0.8 eliminate 1 1 0.26 .8 .8 2 .8
accessibility.passed_around 1 person - KC T31 0.8 eliminate 1 1 0.26 .8 .6 1.4 .8
accessibility.contact_person_unknown 6 person - KC T31 0.8 eliminate 1 1 0.16 1 .8 1 1.4
follow_up.enquiry_unanswered 23 case - KC T09 0.9 eliminate 1 1 1 1 1 1 1
follow_up.callback_missing 13 case - KC T31 2.5 eliminate 1 1 1 1 1 1 1
follow_up.promised_info_missing 8 case - ID T11 0.9 eliminate 1 1 1 1 1 1 1
follow_up.sent_info_unclear 12 mailing decay:0:2.4 MK T08 0.5 eliminate 1 1 0.13 .6 2 1 .8
complaint.quality_claim 19 delivery decay:2:9 QM T39 0.6 simplify 1 1.3 0.36 .5 .5 .1 .9
complaint.conduct_complaint 6 delivery decay:0:6 KC T25 0.7 simplify 1 1.2 0.32 .4 .8 .5 1
complaint.complaint_status 26 case - QM T39 1.1 eliminate 1 1 1 1 1 1 1
complaint.return_exchange 7 delivery decay:1:7 LO T27 0.8 automate 0 1 0.36 .5 .1 .1 1.4
complaint.warranty_claim 9 person - QM T39 0.8 simplify 1 .6 0.62 .7 .2 0 .8
contract.master_data_change 6 person - KC T38 0.4 automate 0 .8 0.1 .2 .4 3 1
contract.contract_query 5 person - ID T40 0.6 automate 0 .8 0.1 .3 3 .8 .8
contract.contract_adjustment 5 person - ID T40 0.6 leverage 0 .6 0.1 .2 8 .2 .5
contract.cancellation 3 person - ID T40 0.4 simplify 0 .8 0.16 .4 3 .6 1
growth_feedback.service_package_enquiry 8 person - ID T40 0.8 leverage 0 .6 0.2 .5 6 .1 .7
growth_feedback.training_request 3 person - AK T41 0.7 leverage 0 .4 0.39 1.5 .8 0 1
growth_feedback.unmet_demand 3 person - ID T10 0.8 leverage 0 .7 0.32 1.5 1.2 .1 1
growth_feedback.improvement_idea 4 person - MK T08 0.6 leverage 0 1 0.2 1.2 .8 .8 1
growth_feedback.praise_referral 6 person - KC T31 0.8 leverage 0 .8 0.39 1 .6 .4 1
no_customer_concern 29 person - ZE T31 0.15 none 0 .6 0.13 .6 .4 .8 3
"""


@cache
def reasons() -> pd.DataFrame:
    """Return one row a reason, in the order of its code.

    Returns
    -------
    DataFrame
        reason, group, weight, source, lag, department, touchpoint, phone, treatment, failure, one column a persona (its affinity), and
        avoidable, status_question, sales_reason, disappointment (the seven of the promises), of flags.

    >>> table = reasons()
    >>> len(table), int(table["weight"].sum())
    (61, 1178)
    """
    table = pd.read_csv(StringIO(_TABLE), sep=" ", dtype={"reason": "str"}, keep_default_na=False)
    name = table["reason"]
    table.insert(1, "group", name.str.split(".").str[0])
    table["avoidable"] = table["treatment"] == "eliminate"
    table["failure"] = table["failure"] == 1
    leaf = name.str.split(".").str[-1]
    table["status_question"] = leaf.isin(
        ("delivery_status", "quote_chasing", "complaint_status", "repair_status", "order_confirmation_missing", "enquiry_unanswered")
    )
    table["sales_reason"] = (table["treatment"] == "leverage") & ~leaf.isin(("improvement_idea", "praise_referral"))
    table["disappointment"] = leaf.isin(
        (
            "delivery_info_inaccurate",
            "delivery_delay_not_notified",
            "delivery_wrong_damaged",
            "promise_not_kept",
            "hidden_charge_condition",
            "invoice_error",
            "quality_claim",
        )
    )
    return table


@cache
def lags(steps: int = 256) -> np.ndarray:
    """Return the days from a reason's source to the contact, as `steps` equally likely values for each reason.

    Returns
    -------
    ndarray of int, shape (reasons, steps)
        Drawing a column by chance draws from the reason's distribution: ``flat:a:b``, ``decay:a:mean`` (exponential from day a) or
        ``bell:mean:sd``.
    """
    at = (np.arange(steps) + 0.5) / steps
    table = np.zeros((len(reasons()), steps))
    for row, spec in enumerate(reasons()["lag"]):
        if spec == "-":
            continue
        kind, first, second = spec.split(":")
        a, b = float(first), float(second)
        if kind == "flat":
            table[row] = a + at * (b - a + 1) - 0.5
        elif kind == "decay":
            table[row] = a - 0.5 - np.log(1 - at) * b
        else:
            table[row] = a + b * np.log(at / (1 - at)) / 1.702
    return np.rint(table).astype(np.int32)


@cache
def code(reason: str) -> int:
    """Return the code of a reason: its row in :func:`reasons`.

    >>> code("presales_information.service_information")
    0
    """
    return int(reasons().index[reasons()["reason"] == reason][0])
