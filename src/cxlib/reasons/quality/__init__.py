"""How far reasons of texts carry: the gate, shares corrected for what the model confuses, probable label errors, old codes against new."""

from cxlib.reasons.quality.coders import agreement
from cxlib.reasons.quality.concentration import concentration, standing_out
from cxlib.reasons.quality.confusion import corrected_shares
from cxlib.reasons.quality.gating import gate
from cxlib.reasons.quality.leading import leading
from cxlib.reasons.quality.suspicion import suspects
from cxlib.reasons.quality.trust import calibration, selective
from cxlib.reasons.quality.voting import voting
from cxlib.reasons.quality.walk import cross_walk

__all__ = [
    "agreement",
    "calibration",
    "concentration",
    "corrected_shares",
    "cross_walk",
    "gate",
    "leading",
    "selective",
    "standing_out",
    "suspects",
    "voting",
]
