"""How well the questions of a scale measure one thing: alpha, omega, item–rest correlation."""

from cxlib.survey.reliability.scales import alpha, item_rest, omega

__all__ = ["alpha", "item_rest", "omega"]
