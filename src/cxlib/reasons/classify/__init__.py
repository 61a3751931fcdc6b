"""Reasons of texts: learned from labels, or from phrases alone; calibrated, with an explicit "unassigned"."""

from cxlib.reasons.classify.assigning import assign
from cxlib.reasons.classify.cold_start import from_taxonomy
from cxlib.reasons.classify.fitting import fit
from cxlib.reasons.classify.model import ReasonModel
from cxlib.reasons.classify.saving import load

__all__ = ["ReasonModel", "assign", "fit", "from_taxonomy", "load"]
