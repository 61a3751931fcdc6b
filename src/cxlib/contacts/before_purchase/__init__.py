"""Before the purchase: how fast leads hear from us, who is won and lost, what nobody here sees, and how customers first heard of us."""

from cxlib.contacts.before_purchase.conversion import conversion, talks
from cxlib.contacts.before_purchase.first_source import first_source
from cxlib.contacts.before_purchase.lead_response import lead_response
from cxlib.contacts.before_purchase.lost import lost
from cxlib.contacts.before_purchase.stages import stages
from cxlib.contacts.before_purchase.unseen import unseen

__all__ = ["conversion", "first_source", "lead_response", "lost", "stages", "talks", "unseen"]
