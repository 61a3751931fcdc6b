"""What would make things easier for customers: what they do around a contact, what they tried before, what they ask for in vain.

Where events carry customers, the minutes around a contact are compared with the same hour of other weeks; where they do not, the survey,
what staff recorded and the texts themselves say what was tried before.
"""

from cxlib.contacts.outlook.demand import ideas, unmet_demand
from cxlib.contacts.outlook.digital_first import digital_first
from cxlib.contacts.outlook.event_lift import event_lift
from cxlib.contacts.outlook.event_quality import event_quality
from cxlib.contacts.outlook.failed_searches import failed_searches
from cxlib.contacts.outlook.improvements import improvements
from cxlib.contacts.outlook.minute_by_minute import minute_by_minute
from cxlib.contacts.outlook.staff_notes import staff_notes
from cxlib.contacts.outlook.tried_before import tried_before

__all__ = [
    "digital_first",
    "event_lift",
    "event_quality",
    "failed_searches",
    "ideas",
    "improvements",
    "minute_by_minute",
    "staff_notes",
    "tried_before",
    "unmet_demand",
]
