"""Critical incidents: where they pile up, which are rare and severe, and what goes along with having met one."""

from cxlib.survey.incidents.after import brand, left, soon
from cxlib.survey.incidents.reviews import reviews
from cxlib.survey.incidents.told import frequency, rare_but_severe

__all__ = ["brand", "frequency", "left", "rare_but_severe", "reviews", "soon"]
