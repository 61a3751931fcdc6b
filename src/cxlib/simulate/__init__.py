"""Clients whose truth is known: the demo's data, and the same with other sizes, markets and effects for tests and benchmarks.

A fictional supplier of hydraulic components, its customers, their orders, contacts and answers. What was planted (reasons, personas,
drivers, windows, effects) stands in `Company.truth` and reaches tests alone: no noun and no notebook may import this package.
"""

from cxlib.simulate.plan import Company, Effects, Plan

__all__ = ["Company", "Effects", "Plan"]
