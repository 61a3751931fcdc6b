"""cxlib: customer contact-point analysis (Kundenkontaktpunkt-Analyse).

``cx.open(client)`` gives the study that a notebook holds in its hand; the rooms below it (``cxlib.survey``, ``cxlib.contacts`` …)
hold the functions that compute. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import Any

__all__ = ["open"]


def __getattr__(name: str) -> Any:
    if name == "open":
        from cxlib.suite.study import open_study

        return open_study
    raise AttributeError(f"module 'cxlib' has no attribute {name!r}")
