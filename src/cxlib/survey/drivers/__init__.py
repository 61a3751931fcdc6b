"""Drivers: what goes with loyalty, and how sure that is.

:func:`fit` says what goes with an outcome (shares of R² over all orders of entry, with the partial coefficient beside each),
:func:`fit_binary` the same for a yes or no; :func:`beside` lays several outcomes side by side, :func:`compare` sets groups of respondents
against each other, :func:`quadrants` puts importance beside :func:`performance`, :func:`relative_weights` is a quick screen for many items.
Nothing here says what causes what.
"""

from cxlib.survey.drivers.binary import fit_binary
from cxlib.survey.drivers.comparison import Comparison, compare
from cxlib.survey.drivers.fitting import fit, group_of
from cxlib.survey.drivers.quadrants import performance, quadrants, targets
from cxlib.survey.drivers.relative import relative_weights
from cxlib.survey.drivers.result import Drivers
from cxlib.survey.drivers.side_by_side import beside

__all__ = [
    "Comparison",
    "Drivers",
    "beside",
    "compare",
    "fit",
    "fit_binary",
    "group_of",
    "performance",
    "quadrants",
    "relative_weights",
    "targets",
]
