"""The taxonomy a client uses: whether it holds together, what the client changed in it, and what its old codes hid."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.estimates.rows import rows as laid_out
from cxlib.tables import TREATMENTS

__all__ = ["FEWEST", "MOST", "changes", "compare", "known", "overrides", "problems", "validate"]

FEWEST, MOST = 10, 60  # active reasons: fewer hide what to do, more cannot be told apart
NOTHING = "–"  # what a table shows where one of the two has no word
_COMPARED = ("label_de", "label_en", "value_customer", "value_company", "treatment", "root_cause", "owner", "target_channel")


def validate(reasons: pd.DataFrame, phrases: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return what a reader should know of a taxonomy before trusting it; empty where nothing is amiss.

    Parameters
    ----------
    reasons : DataFrame
        The contract table *reasons*.
    phrases : DataFrame, optional
        The contract table *reason_phrases*.

    Returns
    -------
    DataFrame
        ``reason_id`` (missing where the taxonomy as a whole is meant), ``problem``: doubled, too_few, too_many, no_label, no_treatment,
        contradicts (the treatment does not follow from the values), no_phrases, shared_phrase; ``detail``.

    Examples
    --------
    >>> reasons = pd.DataFrame({"reason_id": ["a", "a"], "label_de": ["A", "A"], "label_en": ["A", "A"]})
    >>> list(validate(reasons)["problem"])
    ['doubled', 'too_few', 'no_treatment', 'no_treatment']
    """
    rows = [*_of_all(reasons), *_of_each(reasons), *(_of_phrases(reasons, phrases) if phrases is not None else ())]
    return pd.DataFrame(rows, columns=["reason_id", "problem", "detail"], dtype="str")


def _of_all(reasons: pd.DataFrame) -> Iterator[tuple[str | None, str, str]]:
    for reason in reasons.loc[reasons["reason_id"].duplicated(), "reason_id"].unique():
        yield str(reason), "doubled", ""
    active = int(_concerns(reasons)["reason_id"].nunique())
    if not FEWEST <= active <= MOST:
        yield None, "too_few" if active < FEWEST else "too_many", str(active)


def _concerns(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are a concern of a customer."""
    return reasons if "concern" not in reasons else reasons[reasons["concern"].fillna(True).astype(bool)]


def _of_each(reasons: pd.DataFrame) -> Iterator[tuple[str | None, str, str]]:
    for row in _concerns(reasons).to_dict("records"):
        reason = str(row["reason_id"])
        for label in ("label_de", "label_en"):
            if pd.isna(row.get(label)) or not str(row[label]).strip():
                yield reason, "no_label", label
        customer, company, treatment = (row.get(name) for name in ("value_customer", "value_company", "treatment"))
        if any(value is None or pd.isna(value) for value in (customer, company, treatment)):
            yield reason, "no_treatment", ""
        elif TREATMENTS.get((str(customer), str(company))) != treatment:
            yield reason, "contradicts", f"{customer}, {company}: {treatment}"


def _of_phrases(reasons: pd.DataFrame, phrases: pd.DataFrame) -> Iterator[tuple[str | None, str, str]]:
    for reason in reasons.loc[~reasons["reason_id"].isin(phrases["reason_id"]), "reason_id"]:
        yield str(reason), "no_phrases", ""
    folded = phrases.assign(phrase=phrases["phrase"].str.casefold().str.strip()).drop_duplicates(["reason_id", "language", "phrase"])
    for phrase, told in folded.groupby("phrase", sort=True):
        sharing = told["reason_id"].unique()
        yield from ((str(reason), "shared_phrase", str(phrase)) for reason in sharing if len(sharing) > 1)


def changes(reasons: pd.DataFrame, standard: pd.DataFrame) -> pd.DataFrame:
    """Return what a client's taxonomy has otherwise than the standard one.

    Parameters
    ----------
    reasons, standard : DataFrame
        The contract table *reasons* as the client uses it, and as the file has it.

    Returns
    -------
    DataFrame
        ``reason_id``, ``column``, ``standard``, ``here``; a reason that only one of them has stands once, with the column ``reason_id``.

    Examples
    --------
    >>> standard = pd.DataFrame({"reason_id": ["a", "b"], "value_company": ["irritating", "valuable"]})
    >>> here = pd.DataFrame({"reason_id": ["a", "c"], "value_company": ["valuable", "valuable"]})
    >>> changes(here, standard).to_dict("split")["data"]
    [['a', 'value_company', 'irritating', 'valuable'], ['b', 'reason_id', 'b', None], ['c', 'reason_id', None, 'c']]
    """
    ours, theirs = (table.drop_duplicates("reason_id").set_index("reason_id") for table in (reasons, standard))
    rows: list[tuple[str, str, object, object]] = []
    for reason in theirs.index.union(ours.index, sort=False):
        if reason not in ours.index or reason not in theirs.index:
            rows.append((reason, "reason_id", *((reason, None) if reason in theirs.index else (None, reason))))
            continue
        for column in _COMPARED:
            before, now = (_cell(table, reason, column) for table in (theirs, ours))
            if before != now:
                rows.append((reason, column, before, now))
    return pd.DataFrame(rows, columns=["reason_id", "column", "standard", "here"], dtype=object)


def _cell(table: pd.DataFrame, reason: str, column: str) -> object:
    if column not in table:
        return None
    value = table.loc[reason, column]
    return None if pd.isna(value) else value


def overrides(reasons: pd.DataFrame, standard: pd.DataFrame, shares: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say what a client's taxonomy has otherwise than the standard one, and how many contacts it concerns.

    Parameters
    ----------
    reasons, standard : DataFrame
        As in :func:`changes`. A standard without rows: the reasons are the client's own.
    shares : DataFrame, optional
        ESTIMATES with ``reason_share`` by reason_id.

    Returns
    -------
    DataFrame
        ESTIMATES by ``reason_id``, ``element`` (what differs), ``in_standard`` and ``in_use``: ``reason_share`` of the reason, missing
        where nothing is known of it. Without a difference one row ``reasons_changed`` of 0; its value is missing, with the note ``own
        reasons``, where there is no standard to compare with.

    >>> standard = pd.DataFrame({"reason_id": ["a", "b"], "value_company": ["irritating", "valuable"]})
    >>> here = pd.DataFrame({"reason_id": ["a"], "value_company": ["valuable"]})
    >>> overrides(here, standard)[["reason_id", "element", "in_standard", "in_use"]].values.tolist()
    [['a', 'value_company', 'irritating', 'valuable'], ['b', 'reason_id', 'b', '–']]
    """
    told = changes(reasons, standard).rename(columns={"column": "element", "standard": "in_standard", "here": "in_use"})
    if standard.empty or told.empty:
        own = standard.empty
        nothing = {
            "metric": "reasons_changed",
            "value": float("nan") if own else 0.0,
            "unit": "count",
            "note": "own reasons" if own else "",
        }
        return laid_out(pd.DataFrame(index=[0]), nothing)
    place = told.assign(**{name: told[name].fillna(NOTHING).astype("str") for name in ("in_standard", "in_use")})
    figures: dict[str, object] = {"metric": "reason_share", "unit": "share"}
    if shares is not None and "reason_id" in shares:
        held = shares[shares["metric"].eq("reason_share")].drop_duplicates("reason_id").set_index("reason_id").reindex(told["reason_id"])
        figures |= {name: held[name].to_numpy() for name in ("value", "low", "high", "n_eff")}
        figures |= {"n": held["n"].fillna(0).astype("int64").to_numpy()}
        figures |= {name: held[name].fillna("").to_numpy() for name in ("method", "note")}
    return laid_out(place[["reason_id", "element", "in_standard", "in_use"]], figures)


def problems(reasons: pd.DataFrame, phrases: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say what is amiss in a taxonomy, as :func:`validate` finds it.

    Parameters
    ----------
    reasons, phrases : DataFrame
        As in :func:`validate`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``problem``, ``reason_id`` (missing: the taxonomy as a whole) and ``detail`` (several are joined by commas):
        ``taxonomy_problems``, how many; one row of 0 where nothing is amiss.

    >>> reasons = pd.DataFrame({"reason_id": ["a", "a"], "label_de": ["A", "A"], "label_en": ["A", "A"]})
    >>> problems(reasons)[["problem", "reason_id", "value"]].fillna("").values.tolist()
    [['doubled', 'a', 1.0], ['too_few', '', 1.0], ['no_treatment', 'a', 2.0]]
    """
    found = validate(reasons, phrases)
    if found.empty:
        return laid_out(pd.DataFrame(index=[0]), {"metric": "taxonomy_problems", "value": 0.0, "unit": "count"})
    grouped = found.groupby(["problem", "reason_id"], dropna=False, sort=False)["detail"]
    told = grouped.agg(lambda details: ", ".join(dict.fromkeys(detail for detail in details if detail)) or NOTHING)
    counted = {"metric": "taxonomy_problems", "value": grouped.size().to_numpy(), "unit": "count"}
    return laid_out(told.reset_index()[["problem", "reason_id", "detail"]], counted)


def compare(contacts: pd.DataFrame, reasons: pd.DataFrame, *, reason: str = "reason_id") -> pd.DataFrame:
    """Return how much of the reasons each old code of the client's keeps, and how much it hides.

    Parameters
    ----------
    contacts : DataFrame
        ``reason_legacy`` and the column `reason`; ``weight`` where there is one.
    reasons : DataFrame
        The contract table *reasons*, for the treatment.
    reason : str
        The column that holds the new reason: ``reason_id`` or ``reason_gold``.

    Returns
    -------
    DataFrame
        One row an old code, the most used first; contacts without one under "": ``reason_legacy``, ``n``, ``share`` (of weight),
        ``reasons`` (different ones), ``effective_reasons`` (exp of the Shannon entropy: as many equally frequent ones would hide as
        much), ``largest`` (its most frequent reason), ``largest_share``, ``avoidable_share`` (treatment eliminate).

    Raises
    ------
    DataError
        For columns that are missing and reasons that the taxonomy lacks.

    Examples
    --------
    >>> contacts = pd.DataFrame({"reason_legacy": ["Service"] * 3, "reason_id": ["a", "a", "b"]})
    >>> reasons = pd.DataFrame({"reason_id": ["a", "b"], "treatment": ["eliminate", "leverage"]})
    >>> told = compare(contacts, reasons).iloc[0]
    >>> told["largest"], round(float(told["avoidable_share"]), 2), round(float(told["effective_reasons"]), 2)
    ('a', 0.67, 1.89)
    """
    import numpy as np

    for name in ("reason_legacy", reason):
        if name not in contacts:
            raise DataError(worded("taxonomy.compare", "contacts lack the column", name, contacts.columns, label="They have"))
    known(contacts[reason].dropna().unique(), reasons, "taxonomy.compare")
    there = contacts[contacts[reason].notna()]
    weight = there["weight"].astype(float) if "weight" in there else pd.Series(1.0, index=there.index)
    told = pd.DataFrame({"code": there["reason_legacy"].fillna(""), "reason": there[reason], "weight": weight})
    eliminated = set(reasons.loc[reasons["treatment"] == "eliminate", "reason_id"]) if "treatment" in reasons else set()
    rows = []
    for code, held in told.groupby("code", sort=True):
        by_reason = held.groupby("reason")["weight"].sum().sort_values(ascending=False, kind="stable")
        share = by_reason[by_reason > 0] / by_reason.sum()
        rows.append(
            {"reason_legacy": code, "n": len(held), "share": by_reason.sum() / told["weight"].sum(), "reasons": len(share)}
            | {
                "effective_reasons": float(np.exp(-(share * np.log(share)).sum())),
                "largest": share.index[0],
                "largest_share": share.iloc[0],
            }
            | {"avoidable_share": float(share[share.index.isin(eliminated)].sum())}
        )
    named = ["reason_legacy", "n", "share", "reasons", "effective_reasons", "largest", "largest_share", "avoidable_share"]
    return pd.DataFrame(rows, columns=named).sort_values("share", ascending=False, kind="stable", ignore_index=True)


def known(labels: object, reasons: pd.DataFrame, where: str) -> None:
    """Refuse labels that the taxonomy lacks, each by name with the nearest right one.

    Parameters
    ----------
    reasons : DataFrame
        The contract table *reasons*, one row a reason.
    where : str
        What a message begins with.

    Raises
    ------
    DataError

    >>> known(["a"], pd.DataFrame({"reason_id": ["a"]}), "sheet")
    """
    allowed = list(reasons["reason_id"])
    strange = sorted({str(label) for label in labels} - set(allowed))  # type: ignore[attr-defined]
    if strange:
        raise DataError(*(worded(where, "the taxonomy has no reason", label, allowed, label="It has") for label in strange))
