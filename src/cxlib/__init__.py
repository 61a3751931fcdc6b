"""cxlib: customer contact-point analysis (Kundenkontaktpunkt-Analyse).

``cx.open(client)`` gives the study that a notebook holds in its hand: ``study.table`` reads, ``study.save`` keeps and protects,
``study.show`` and ``study.decide`` tell. What computes stands in rooms, one noun a module; ``help(cxlib.survey.scores)`` and so on.

contacts : what the contact log tells
    volume, channels, repeats, handoffs, service_standards, promises, pain_points, before_purchase, welcome, outlook, profile
reasons : why customers get in touch
    wording, classify, labelling, quality, discover, taxonomy, value
survey : what customers answer
    scores, gaps, drivers, loyalty, moments, asymmetry, incidents, principles, reliability, weights
customers : who they are
    personas, roles
decisions : what follows
    inventory, opportunities, actions, evidence, monitoring
estimates : share, mean, quantile, rate, difference, survival … weighted and clustered, each a row with its interval
tables : the contracts: what one row is, which columns it has
params : what differs by client
intake : raw exports to contract tables; ``intake.draft`` proposes params for new ones
report : pages, pictures, words, and what hides what would give people away
suite : the commands: cx new, check, run, batch, verify, label, sheets, purge
simulate : clients whose truth is known

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import Any

__all__ = ["open"]


def __getattr__(name: str) -> Any:
    if name == "open":
        from cxlib.suite.study import open_study

        return open_study
    raise AttributeError(f"module 'cxlib' has no attribute {name!r}")
