"""What customers wrote, made ready to be understood: cut to their own words, in one spelling, in a known language."""

from cxlib.reasons.wording.cutting import cut
from cxlib.reasons.wording.languages import OTHER, language, small
from cxlib.reasons.wording.normal import Compounds, compounds, normalise, stem, words, written

__all__ = ["OTHER", "Compounds", "compounds", "cut", "language", "normalise", "small", "stem", "words", "written"]
