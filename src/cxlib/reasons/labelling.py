"""What to label next: the contacts from whose label a model learns most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.reasons import wording

__all__ = ["next_to_label"]

_NEEDED = ("reason_id", "probability", "probability_1")


def next_to_label(contacts: pd.DataFrame, predicted: pd.DataFrame, *, n: int = 100) -> pd.DataFrame:
    """Choose the contacts most worth labelling.

    Parameters
    ----------
    contacts : DataFrame
        ``contact_id``, ``text``; ``language`` and ``reason_gold`` where there are any. Labelled ones, texts without words, texts in other
        languages and all but the first of equal texts are not chosen.
    predicted : DataFrame
        What :meth:`cxlib.reasons.classify.ReasonModel.predict` says of them, row by row.
    n : int

    Returns
    -------
    DataFrame
        At most `n` rows, the most worth first: ``contact_id``, ``language``, ``text`` (cut), ``reason_id``, ``alternative_1``,
        ``alternative_2`` (the proposals), ``margin``. The same whatever the order of the contacts.

    Raises
    ------
    DataError
        When a column is missing, or the two tables differ in length.

    Notes
    -----
    Margin sampling: the difference between the two likeliest reasons, smallest first. Every proposed reason in every language has its
    turn before one of them has the next, so that rare reasons and the smaller language are seen.

    >>> contacts = pd.DataFrame({"contact_id": ["1", "2", "3"], "text": ["Rechnung falsch", "Ware fehlt", "Wo ist die Ware"]})
    >>> predicted = pd.DataFrame({"reason_id": ["a", "b", "b"], "probability": [0.9, 0.5, 0.6], "probability_1": [0.1, 0.4, 0.1]})
    >>> next_to_label(contacts, predicted, n=2)["contact_id"].to_list()
    ['2', '1']
    """
    for table, name, needed in ((contacts, "contacts", ("contact_id", "text")), (predicted, "predicted", _NEEDED)):
        if missing := [column for column in needed if column not in table]:
            raise DataError(worded("next_to_label", f"{name} lack the column", missing[0], table.columns, label="They have"))
    if len(contacts) != len(predicted):
        raise DataError(f"next_to_label: {len(contacts)} contacts and {len(predicted)} predictions. Predict the same rows.")
    cut = wording.cut(contacts["text"])
    told = pd.DataFrame({"contact_id": contacts["contact_id"].astype(str).to_numpy(), "text": cut})
    told["language"] = wording.language(cut, contacts.get("language"))
    for name in ("reason_id", "alternative_1", "alternative_2"):
        told[name] = predicted[name].to_numpy() if name in predicted else None
    told["margin"] = (predicted["probability"].fillna(0) - predicted["probability_1"].fillna(0)).to_numpy()
    open_ones = contacts["reason_gold"].isna().to_numpy() if "reason_gold" in contacts else np.full(len(told), True)
    told = told[open_ones & (told["text"] != "") & (told["language"] != wording.OTHER)].sort_values(["margin", "contact_id"], kind="stable")
    told = told[~pd.Series(wording.normalise(told["text"]), index=told.index).duplicated()]
    told["turn"] = told.groupby(["reason_id", "language"], dropna=False).cumcount()
    chosen = told.sort_values(["turn", "margin", "contact_id"], kind="stable").head(n).reset_index(drop=True)
    return chosen[["contact_id", "language", "text", "reason_id", "alternative_1", "alternative_2", "margin"]]
