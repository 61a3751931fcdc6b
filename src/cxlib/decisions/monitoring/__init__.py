"""What has changed, whether it is more than chance, and whether what was done has worked."""

from cxlib.decisions.monitoring.action_effect import VERDICTS, action_effect, proposals, verdict
from cxlib.decisions.monitoring.benchmark import benchmark
from cxlib.decisions.monitoring.change import change
from cxlib.decisions.monitoring.change_log import Analysis, change_log
from cxlib.decisions.monitoring.consistency import consistency
from cxlib.decisions.monitoring.control_limits import contact_limits, control_limits, rating_limits
from cxlib.decisions.monitoring.course import course
from cxlib.decisions.monitoring.drift import drift
from cxlib.decisions.monitoring.instrument import same_instrument
from cxlib.decisions.monitoring.targets import targets, zero_measurement

__all__ = [
    "VERDICTS",
    "Analysis",
    "action_effect",
    "benchmark",
    "change",
    "change_log",
    "consistency",
    "contact_limits",
    "control_limits",
    "course",
    "drift",
    "proposals",
    "rating_limits",
    "same_instrument",
    "targets",
    "verdict",
    "zero_measurement",
]
