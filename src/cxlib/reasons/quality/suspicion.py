"""Labels that are probably wrong: those a model that had not seen them finds least likely."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.reasons.classify import ReasonModel

__all__ = ["suspects"]


def suspects(model: ReasonModel, *, limit: int | None = None) -> pd.DataFrame:
    """Rank training texts by how likely their label is wrong.

    Parameters
    ----------
    model : ReasonModel
    limit : int, optional
        So many of the most suspicious; all where the model names another reason when left out.

    Returns
    -------
    DataFrame
        Indexed as the training texts, most suspicious first: ``rank``, ``label``, ``label_probability``, ``prediction``, ``probability``,
        ``confident`` (the other reason is at least as likely as it is on average where it is the label). No text.

    Notes
    -----
    Plain self-confidence: the probability, from texts held out, of the label given (Northcutt et al. 2021 for `confident`).

    >>> from cxlib.reasons.classify import fit
    >>> said = ["parcel late", "parcel again", "my parcel", "parcel where", "invoice wrong", "wrong invoice", "an invoice", "the parcel"]
    >>> suspects(fit(said, ["delivery"] * 4 + ["billing"] * 4))["label"].to_list()
    ['billing']
    """
    judged = model.out_of_fold
    usual = judged["label_probability"].groupby(judged["label"]).mean()
    told = judged.assign(confident=judged["probability"] >= judged["prediction"].map(usual).fillna(np.inf))
    told = told[told["prediction"] != told["label"]].sort_values("label_probability", kind="stable")
    told = told if limit is None else told.head(limit)
    told.insert(0, "rank", np.arange(1, len(told) + 1))
    return told[["rank", "label", "label_probability", "prediction", "probability", "confident"]]
