"""What we promise about answering, and what customers may expect: deadlines, times, calls given up, backlog, owners, promises.

Only deadlines that have passed can be kept or broken, and what is still open counts for as long as it has been. What cannot be (settled
before it came) is counted by itself and enters no figure.
"""

from cxlib.contacts._complaints import complaints
from cxlib.contacts.service_standards.abandonment import abandonment
from cxlib.contacts.service_standards.attainment import DONE, NOT_COUNTED, attainment, targets
from cxlib.contacts.service_standards.backlog import backlog, month_ends
from cxlib.contacts.service_standards.clock import Clock, clock
from cxlib.contacts.service_standards.goodwill import goodwill, outcomes, stayed
from cxlib.contacts.service_standards.owners import owners
from cxlib.contacts.service_standards.perceived import perceived
from cxlib.contacts.service_standards.principles import principles, worst
from cxlib.contacts.service_standards.promises import change_notice, dates_kept, promises_kept
from cxlib.contacts.service_standards.proposed import foremost, marks, promised, proposed
from cxlib.contacts.service_standards.reliability import reliability
from cxlib.contacts.service_standards.times import follow_up_replies, largest, response_curves, times

__all__ = [
    "DONE",
    "NOT_COUNTED",
    "Clock",
    "abandonment",
    "attainment",
    "backlog",
    "change_notice",
    "clock",
    "complaints",
    "dates_kept",
    "follow_up_replies",
    "foremost",
    "goodwill",
    "largest",
    "marks",
    "month_ends",
    "outcomes",
    "owners",
    "perceived",
    "principles",
    "promised",
    "promises_kept",
    "proposed",
    "reliability",
    "response_curves",
    "stayed",
    "targets",
    "times",
    "worst",
]
