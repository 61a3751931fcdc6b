"""Loyalty: what customers do after what they said — stay, buy again, bring in others.

Every figure here tells what goes together with an experience, never what the experience did: tenure, segment and size differ between
the pleased and the displeased. ``adjust`` evens out the columns it names and no others.
"""

from cxlib.survey.loyalty.after import after, behaviour, bought_at, follow_up
from cxlib.survey.loyalty.dose import dose_response
from cxlib.survey.loyalty.experience import experience, items_of
from cxlib.survey.loyalty.loss import loss_per_point
from cxlib.survey.loyalty.reactions import reaction
from cxlib.survey.loyalty.staying import retention
from cxlib.survey.loyalty.word_of_mouth import customer_value, referrals

__all__ = [
    "after",
    "behaviour",
    "bought_at",
    "customer_value",
    "dose_response",
    "experience",
    "follow_up",
    "items_of",
    "loss_per_point",
    "reaction",
    "referrals",
    "retention",
]
