"""Whether customers judge a contact better when a person helps them than when a machine does, concern by concern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, clustered, headed, lacking, picked, within
from cxlib.estimates import Sampling
from cxlib.estimates.regression import regress
from cxlib.estimates.rows import rows

__all__ = ["personal_contact"]


def personal_contact(
    contacts: IntoFrame,
    responses: IntoFrame,
    *,
    adjust: Sequence[str] = ("reason_id",),
    item_types: Sequence[str] = ("csat", "ces"),
    automated: str = "bot",
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Ratings of contacts with a person and of those with a machine, and their difference among equal concerns.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``contact_id``, ``handled_by_type`` and the columns of `adjust`.
    responses : DataFrame
        Answers about a contact (``contact_id``), high is good.
    adjust : sequence of str
        Columns of contacts within whose levels the two are compared.
    item_types : sequence of str
        Types of the questions about the contact.
    automated : str
        The level of ``handled_by_type`` that persons are compared with.
    min_n : int
        Answers below which a mean, and on either side a difference, is not told.
    direction, period
        Of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`; clusters are customers.

    Returns
    -------
    DataFrame
        ESTIMATES by ``item_id``: by ``handled_by_type`` ``handled_rating`` (mean in the scale of the answers); ``personal_difference``
        (person less machine, as rated) and ``personal_adjusted`` (among contacts of equal levels of `adjust`). ``n`` counts answers.

    Notes
    -----
    Adjusted: least squares with a constant for every level of `adjust`, so that levels count by how much of both they have, n₁n₀/(n₁+n₀);
    CR2 errors over customers. A level that only persons or only machines handle compares nothing. Who is put through to a person, and who
    answers, is not left to chance: hard cases go to persons.

    >>> log = pd.DataFrame({"contact_id": list("1234"), "local_date": pd.Timestamp("2025-01-06"), "reason_id": list("aabb"),
    ...     "handled_by_type": ["person", "bot"] * 2, "customer_id": list("wxyz")})
    >>> answers = pd.DataFrame({"contact_id": list("1234"), "item_id": "csat", "item_type": "csat", "value": [9.0, 7, 5, 3]})
    >>> told = personal_contact(log, answers, min_n=1)
    >>> told[told["metric"].eq("personal_adjusted")]["value"].round(6).item()
    2.0
    """
    by = ["item_id", "handled_by_type"]
    needs = lacking(contacts, ["local_date", "contact_id", "handled_by_type", *adjust])
    have = nw.from_native(responses).lazy().columns
    linked = {"contact_id", "item_id", "item_type", "value"} <= set(have)
    answers = picked(responses, [name for name in ("contact_id", "item_id", "item_type", "value") if name in have])
    answers = (
        answers[answers["contact_id"].notna() & answers["item_type"].isin(item_types) & answers["value"].notna()] if linked else answers[:0]
    )
    if needs or answers.empty:
        needs += [] if len(answers) else ["responses.contact_id", f"responses[{item_types[0]}]"]
        return estimates.unanswerable("personal_adjusted", "", needs, by=by)
    table = _rated(contacts, answers, adjust, direction, period)
    if table.empty:
        none = estimates.unanswerable("personal_adjusted", "", [], by=by)
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    chance = clustered(options, weight=None)
    mean = estimates.mean(table, "value", by=by, metric="handled_rating", **chance)
    parts = [estimates.withhold(mean, mean["n"] < min_n, f"n < {min_n}")]
    for item in sorted(table["item_id"].unique()):
        parts += [
            headed(part, {"item_id": item}) for part in _compared(table[table["item_id"].eq(item)], adjust, automated, min_n, options)
        ]
    return estimates.stack(*parts)


def _rated(contacts: IntoFrame, answers: pd.DataFrame, adjust: Sequence[str], direction: str | None, period: Span | None) -> pd.DataFrame:
    """Answers with how their contact was handled; an id that two contacts have links to neither."""
    frame = within(contacts, direction, period).filter(nw.col("contact_id").is_in(answers["contact_id"].unique().tolist()))
    have = frame.columns
    wanted = ["contact_id", "handled_by_type", *adjust, *[name for name in ("customer_id",) if name in have]]
    told = frame.select(*dict.fromkeys(wanted)).collect().to_pandas().astype("str").drop_duplicates("contact_id", keep=False)
    told = told[told["handled_by_type"].notna()].dropna(subset=list(adjust))
    table = answers.merge(told, on="contact_id", validate="many_to_one")
    whose = table["customer_id"] if "customer_id" in table else pd.Series(pd.NA, index=table.index, dtype="str")
    table = table.assign(cluster=whose.fillna("contact " + table["contact_id"].astype("str")), value=table["value"].astype("float64"))
    return table.sort_values(["item_id", "contact_id"], ignore_index=True)


def _compared(table: pd.DataFrame, adjust: Sequence[str], automated: str, min_n: int, options: Sampling) -> list[pd.DataFrame]:
    """Person less machine, as rated and among equal concerns."""
    two = table[table["handled_by_type"].isin(["person", automated])].reset_index(drop=True)
    person = two["handled_by_type"].eq("person").to_numpy(dtype="float64")
    sides = min(int(person.sum()), int(len(two) - person.sum()))
    told = {"n": len(two), "n_eff": float(len(two)), "method": "CR2"}
    if not sides:  # a log in which one side is nowhere is no matter of concerns: say which one
        note = "no contact handled by a person" if not person.any() else "no contact handled by a machine"
        return [rows(pd.DataFrame(index=[0]), {"metric": "personal_adjusted", **told, "note": note})]
    level, cluster = pd.factorize(two[list(adjust)].apply(" · ".join, axis=1))[0], pd.factorize(two["cluster"])[0]
    parts = []
    for metric, group in (("personal_difference", np.zeros(len(two), dtype="int64")), ("personal_adjusted", level)):
        ones = np.eye(int(group.max()) + 1)[group]
        fit = regress(np.column_stack([person, ones]), two["value"].to_numpy(), weight=np.ones(len(two)), cluster=cluster)
        found = fit.contrasts(np.eye(1, ones.shape[1] + 1))
        low, high = found.interval(options.get("level", 0.95))
        row = {"metric": metric, "value": found.value[0], "low": low[0], "high": high[0], **told}
        row["note"] = "no comparison" if np.isnan(found.value[0]) else "n < 2" if np.isnan(low[0]) else ""
        if options.get("draws"):
            row["draws"] = found.draws(
                np.asarray(pd.unique(two["cluster"]), dtype=object), draws=options["draws"], seed=options.get("seed", 1)
            )
        parts.append(estimates.withhold(rows(pd.DataFrame(index=[0]), row), [sides < min_n], f"n < {min_n}"))
    return parts
