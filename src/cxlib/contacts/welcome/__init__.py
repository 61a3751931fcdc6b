"""The first days of new customers: how often they get in touch, when about what, and which message by when would spare them the question.

Every reason has a day zero of its own: the order, the promised date, the delivery, the first invoice.
"""

from cxlib.contacts.welcome.calendar import calendar, foremost
from cxlib.contacts.welcome.coverage import INFORMATION, coverage
from cxlib.contacts.welcome.habit import habit
from cxlib.contacts.welcome.intensity import intensity, settling
from cxlib.contacts.welcome.windows import windows
from cxlib.contacts.welcome.zero import ZEROS, faults, newcomers, time_zero

__all__ = [
    "INFORMATION",
    "ZEROS",
    "calendar",
    "coverage",
    "faults",
    "foremost",
    "habit",
    "intensity",
    "newcomers",
    "settling",
    "time_zero",
    "windows",
]
