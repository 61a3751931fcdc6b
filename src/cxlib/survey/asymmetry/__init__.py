"""Below and above the zero line: where disappointment weighs more than delight, where delight weighs more, and how often either happens."""

from cxlib.survey.asymmetry.classes import CLASSES
from cxlib.survey.asymmetry.contrasts import Asymmetry, fit
from cxlib.survey.asymmetry.foremost import beside, foremost
from cxlib.survey.asymmetry.kano import CATEGORIES, kano
from cxlib.survey.asymmetry.zero_line import thresholds, zero_line

__all__ = ["CATEGORIES", "CLASSES", "Asymmetry", "beside", "fit", "foremost", "kano", "thresholds", "zero_line"]
