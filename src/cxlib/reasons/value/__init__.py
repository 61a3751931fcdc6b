"""What contacts are worth: to customer and company, which are avoidable, what would go away, and which nobody should save."""

from cxlib.reasons.value.avoidable import avoidable
from cxlib.reasons.value.causes import causes, origins
from cxlib.reasons.value.comprehension import comprehension, readability
from cxlib.reasons.value.flips import flips
from cxlib.reasons.value.linking import assigned, bought_after, log_of, told_of
from cxlib.reasons.value.matrix import Matrix, disputed, matrix
from cxlib.reasons.value.protected import named, protected
from cxlib.reasons.value.relief import relief
from cxlib.reasons.value.routes import routes
from cxlib.reasons.value.self_service import self_service
from cxlib.reasons.value.voices import SPEAKING
from cxlib.reasons.value.volumes import concerns, failure_demand
from cxlib.reasons.value.workload import reason_load, touchpoint_load

__all__ = [
    "SPEAKING",
    "Matrix",
    "assigned",
    "avoidable",
    "bought_after",
    "causes",
    "comprehension",
    "concerns",
    "disputed",
    "failure_demand",
    "flips",
    "log_of",
    "matrix",
    "named",
    "origins",
    "protected",
    "readability",
    "reason_load",
    "relief",
    "routes",
    "self_service",
    "told_of",
    "touchpoint_load",
]
