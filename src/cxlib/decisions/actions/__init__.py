"""What to do first: actions weighed by what the other pages saved, ranked in joint draws, and who has to take part.

Nothing here is computed from rows of the log or the survey: figures come from saved tables with their draws, effects from what people
think they may be. Spans are those of 90 % unless told otherwise; figures count nobody, ``n`` stays empty.
"""

from cxlib.decisions.actions.agreements import conflicts, decision_log, goals, responsibilities
from cxlib.decisions.actions.flips import decisive, flips
from cxlib.decisions.actions.lenses import lenses
from cxlib.decisions.actions.plan import plan
from cxlib.decisions.actions.ranking import firsts, rank
from cxlib.decisions.actions.scorecard import SHOWN, by_reason, scorecard, scored
from cxlib.decisions.actions.worth import READS, Worth, weigh

__all__ = [
    "READS",
    "SHOWN",
    "Worth",
    "by_reason",
    "conflicts",
    "decision_log",
    "decisive",
    "firsts",
    "flips",
    "goals",
    "lenses",
    "plan",
    "rank",
    "responsibilities",
    "scorecard",
    "scored",
    "weigh",
]
