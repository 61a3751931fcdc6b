"""Fewer contacts without losing chances: sales signals, results of contacts, buying again, right channels, add-on offers, the trade-off."""

from cxlib.decisions.opportunities.channel_fit import channel_fit
from cxlib.decisions.opportunities.contact_results import SOLVED, contact_results
from cxlib.decisions.opportunities.frontier import POINTS, frontier
from cxlib.decisions.opportunities.guard_rails import GUARDS, guard_rails
from cxlib.decisions.opportunities.multi_touch import multi_touch
from cxlib.decisions.opportunities.offers import offer_margin, offer_reach
from cxlib.decisions.opportunities.repurchase import repurchase
from cxlib.decisions.opportunities.signals import TOLD_BY, signals
from cxlib.decisions.opportunities.treatments import treatments

__all__ = [
    "GUARDS",
    "POINTS",
    "SOLVED",
    "TOLD_BY",
    "channel_fit",
    "contact_results",
    "frontier",
    "guard_rails",
    "multi_touch",
    "offer_margin",
    "offer_reach",
    "repurchase",
    "signals",
    "treatments",
]
