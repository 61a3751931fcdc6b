"""How much contact there is: when, by which way, at which point, from whom, and on how many orders or customers.

A contact log is a complete record, yet next year's Mondays will not be this year's: intervals tell how far a figure would move if the
same days, or the same customers, came once more. Rates by time take the day as the unit; shares and rates by customer take the customer,
and the day where the customer is not known. Every function returns ESTIMATES in which ``n`` counts contacts, unless it says otherwise.
"""

from cxlib.contacts.volume.after_order import by_order, life_cycle
from cxlib.contacts.volume.calendar import by_day, by_hour
from cxlib.contacts.volume.per_unit import by_group, contacts_per
from cxlib.contacts.volume.recorded import busiest, faults, known, logged, tallied, without_busiest
from cxlib.contacts.volume.split import by_channel, by_touchpoint
from cxlib.contacts.volume.standardised import standardised
from cxlib.contacts.volume.trend import trend

__all__ = [
    "busiest",
    "by_channel",
    "by_day",
    "by_group",
    "by_hour",
    "by_order",
    "by_touchpoint",
    "contacts_per",
    "faults",
    "known",
    "life_cycle",
    "logged",
    "standardised",
    "tallied",
    "trend",
    "without_busiest",
]
