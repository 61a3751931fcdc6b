"""Contact texts of the simulated client, composed from a stock of ways of saying each part."""

from cxlib.simulate.texts.compose import compose

__all__ = ["compose"]
