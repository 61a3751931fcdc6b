"""How good we are and how good we should be: actual and expected side by side, each customer compared with nobody but themselves.

A gap is actual − expected; it is never shown without the two it comes from. Which items belong together follows from their touchpoint
or is declared; answers on different scales are refused.
"""

from cxlib.survey.gaps.paired import competitor, gap
from cxlib.survey.gaps.pairing import pair_counts, pairs
from cxlib.survey.gaps.targets import to_target
from cxlib.survey.gaps.three_views import perception, views
from cxlib.survey.gaps.weakest import beside, links, weakest_link

__all__ = ["beside", "competitor", "gap", "links", "pair_counts", "pairs", "perception", "to_target", "views", "weakest_link"]
