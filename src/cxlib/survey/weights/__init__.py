"""Weights that make respondents stand for all customers: raking to known margins, what it costs, and who did not answer."""

from cxlib.survey.weights.raking import Weights, rake
from cxlib.survey.weights.turnout import response_rate

__all__ = ["Weights", "rake", "response_rate"]
