"""The inventory of touchpoints: what stands on the list, what is measured of it, who answers for it, and what the list lacks."""

from cxlib.decisions.inventory.life_cycle import life_cycle
from cxlib.decisions.inventory.listing import (
    COVERAGE,
    by_category,
    check,
    coverage,
    journey_map,
    missing,
    offers,
    owners,
    records,
    unlisted,
)

__all__ = [
    "COVERAGE",
    "by_category",
    "check",
    "coverage",
    "journey_map",
    "life_cycle",
    "missing",
    "offers",
    "owners",
    "records",
    "unlisted",
]
