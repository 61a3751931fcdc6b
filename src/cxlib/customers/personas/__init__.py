"""Personas: which types of customers there are, who belongs to which, and whether types exist at all.

:func:`assign` goes by the client's own definitions and says who fits none; :func:`fit` looks for classes in the data and says whether
there are any; :func:`people` lays out whom both look at; :func:`shares` counts what was assigned, :func:`describe` says what sets each
persona apart, :func:`agreement` lays both divisions side by side.
"""

from cxlib.customers.personas.assigning import NONE, as_table, assign, chosen
from cxlib.customers.personas.describing import agreement, describe, shares
from cxlib.customers.personas.fitting import Personas, fit
from cxlib.customers.personas.laying import people, usual

__all__ = ["NONE", "Personas", "agreement", "as_table", "assign", "chosen", "describe", "fit", "people", "shares", "usual"]
