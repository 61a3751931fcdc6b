"""Drivers: what goes with loyalty, and how sure that is.

:func:`fit` says what goes with an outcome (shares of R² over all orders of entry, with the partial coefficient beside each),
:func:`compare` sets groups of respondents against each other.
"""

from cxlib.survey.drivers.fitting import fit
from cxlib.survey.drivers.result import Drivers

__all__ = ["Drivers", "fit"]
