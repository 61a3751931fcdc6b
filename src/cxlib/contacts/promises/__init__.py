"""What sales promises and service catches: from hand to hand, kept, broken, and at whose expense.

Orders come prepared by :func:`grouped`, which is the only place that knows sellers: what it hands on names teams, or single sellers where
that is released.
"""

from cxlib.contacts.promises.consistency import consistency
from cxlib.contacts.promises.disappointment import disappointment
from cxlib.contacts.promises.gap import promise_gap
from cxlib.contacts.promises.goals import goal_conflicts
from cxlib.contacts.promises.groups import faults, grouped
from cxlib.contacts.promises.handover import handover
from cxlib.contacts.promises.load import excess_load
from cxlib.contacts.promises.pressure import sales_pressure
from cxlib.contacts.promises.silence import silence

__all__ = [
    "consistency",
    "disappointment",
    "excess_load",
    "faults",
    "goal_conflicts",
    "grouped",
    "handover",
    "promise_gap",
    "sales_pressure",
    "silence",
]
