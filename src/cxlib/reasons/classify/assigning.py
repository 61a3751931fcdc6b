"""The reason of each contact: what people said, where they did; else what the model says."""

from __future__ import annotations

import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.reasons import complete, wording
from cxlib.reasons.classify.model import ReasonModel

__all__ = ["assign"]

KEPT = ("reason_id", "probability", "alternative_1", "alternative_2", "concern_2_id", "unassigned")


def assign(contacts: pd.DataFrame, model: ReasonModel, *, labels: str | None = None, codes: str | None = None) -> pd.DataFrame:
    """Give every contact its reason.

    Parameters
    ----------
    contacts : DataFrame
        ``contact_id``; ``text`` where there are texts; ``language`` where known. Texts are cut first, as in training.
    model : ReasonModel
    labels : str, optional
        The column with reasons that people gave; where there is one, it stands, with probability 1.

    codes : str, optional
        The column with reasons that the client's own codes stand for; they count where there is no text to judge by.

    Returns
    -------
    DataFrame
        The contract table *contact_reasons*, a row a contact in their order: ``source`` is ``label``, ``model`` or ``legacy`` (the client's
        own code). Contacts without a code whose text is missing, or in another language than German and English, have no reason and are
        unassigned.

    Raises
    ------
    DataError
        When a column is lacking, or a label is none of the model's reasons.

    >>> from cxlib.reasons.classify import fit
    >>> model = fit(["parcel late", "my parcel", "wrong invoice", "an invoice"], ["delivery"] * 2 + ["billing"] * 2, promised=0.5)
    >>> contacts = pd.DataFrame({"contact_id": ["1", "2", "3"], "text": ["Where is the parcel?", None, "The invoice"],
    ...                          "reason_gold": [None, None, "delivery"]})
    >>> assign(contacts, model, labels="reason_gold")[["reason_id", "source"]].to_dict("list")
    {'reason_id': ['delivery', nan, 'delivery'], 'source': ['model', 'model', 'label']}
    """
    contacts = complete(contacts)
    for name in ("contact_id", *(name for name in (labels, codes) if name)):
        if name not in contacts:
            raise DataError(worded("assign", "contacts lack the column", name, contacts.columns, label="They have"))
    cut = wording.cut(contacts["text"])
    spoken = wording.language(cut, contacts.get("language"))
    heard = ["" if language == wording.OTHER else text for text, language in zip(cut, spoken, strict=True)]
    told = (
        model.predict(heard, ids=contacts["contact_id"].to_list())[["contact_id", *KEPT]]
        .astype({"unassigned": "boolean"})
        .assign(source="model")
    )
    told.index = contacts.index
    if codes is not None:
        silent = contacts[codes].notna() & told["reason_id"].isna()
        told = _laid(told, contacts[codes].where(silent), model, probability=float("nan"), source="legacy")
    return told if labels is None else _laid(told, contacts[labels], model, probability=1.0, source="label")


def _laid(told: pd.DataFrame, given: pd.Series, model: ReasonModel, *, probability: float, source: str) -> pd.DataFrame:
    """Put reasons that are given in the place of what the model says."""
    strange = sorted(set(given.dropna()) - set(model.classes))
    if strange:
        do = "Correct it, or add the reason to the taxonomy."
        raise DataError(*(worded("assign", "the model knows no reason", one, model.classes, label="It knows", do=do) for one in strange))
    sure = given.notna()
    told.loc[sure, ["reason_id", "probability", "unassigned", "source"]] = pd.DataFrame(
        {"reason_id": given[sure], "probability": probability, "unassigned": False, "source": source}
    )
    return told.assign(concern_2_id=told["concern_2_id"].mask(sure & told["concern_2_id"].eq(given)))
