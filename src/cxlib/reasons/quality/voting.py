"""What the labelling functions of a cold start did: how often each spoke, and how often the others agreed."""

from __future__ import annotations

import pandas as pd

from cxlib import estimates
from cxlib.estimates.rows import rows
from cxlib.reasons.classify import ReasonModel

__all__ = ["voting"]


def voting(model: ReasonModel) -> pd.DataFrame:
    """How many texts each labelling function named a reason for, and what the others said of those.

    Parameters
    ----------
    model : ReasonModel
        From :func:`cxlib.reasons.classify.from_taxonomy`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``rule``: ``rule_coverage``, the share of texts on which it named a reason; ``rule_conflict``, the share on which
        another one named a different reason; ``rule_agreement``, of the texts on which others spoke too, the share on which most of them
        named the same (missing where none did). Counted over all texts learned from, so without intervals. A model that began with labels,
        or without a text, has one row that says what is missing.

    Notes
    -----
    Labelling functions that look at the same phrases agree more often than they are right: agreement is no accuracy.

    >>> from cxlib.reasons.classify import from_taxonomy
    >>> contacts = pd.DataFrame({"text": ["Wo bleibt die Ware?", "Die Rechnung stimmt nicht.", "Mahnung trotz Zahlung"]})
    >>> phrases = pd.DataFrame([("delivery", "de", "wo bleibt"), ("billing", "de", "Rechnung stimmt nicht")],
    ...                        columns=["reason_id", "language", "phrase"])
    >>> voting(from_taxonomy(contacts, phrases)).query("rule == 'exact_phrase'")[["metric", "value"]].round(2).values.tolist()
    [['rule_coverage', 0.67], ['rule_conflict', 0.0], ['rule_agreement', 1.0]]
    """
    told = model.rules
    if told is None or not told["contacts"].sum():
        return estimates.unanswerable("rule_coverage", "share", ["contacts.text"], by=["rule"])
    looked, met = told["contacts"], (told["overlap"] * told["contacts"]).round().astype("int64")
    parts = []
    for name, n in (("coverage", looked), ("conflict", looked), ("agreement", met)):
        note = told[name].isna().map({True: "no other spoke", False: ""}).to_numpy()
        figures = {"metric": f"rule_{name}", "value": told[name].to_numpy(), "unit": "share", "n": n.to_numpy(), "note": note}
        parts.append(rows(told[["rule"]], figures | {"method": "count"}))
    return pd.concat(parts, ignore_index=True)
