"""Which items belong together, and who answered both of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent, complete
from cxlib.tables import CONTRACTS

__all__ = ["of_touchpoints", "pair_counts", "pairs", "partners"]

KEY = ["response_id", "item_id"]
OF_TOUCHPOINTS = tuple(CONTRACTS["touchpoints"].columns)


def of_touchpoints(rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the rows that belong to a touchpoint where a group column is a feature of touchpoints; else all rows."""
    features = [name for name in by if name in OF_TOUCHPOINTS]
    return rows[rows["touchpoint_id"].notna()] if features else rows


def partners(responses: pd.DataFrame, *, declared: Mapping[str, str] | None = None, other: str = "expected") -> dict[str, str]:
    """Return for each item of type `other` the item of type ``actual`` that it is compared with.

    A touchpoint with one item of each type pairs them; everything else is declared. Items without a partner are left out.

    Raises
    ------
    DataError
        For a touchpoint with several items of a type that nothing declares, a declared item that is of another type, and pairs
        asked on different scales.
    """
    items = complete(responses)[["item_id", "item_type", "touchpoint_id", "scale_low", "scale_high"]].drop_duplicates()
    actual, others = (items[items["item_type"] == kind] for kind in ("actual", other))
    ids = set(others["item_id"])
    found = {str(one): str(to) for one, to in (declared or {}).items() if one in ids}
    unknown = [to for to in found.values() if to not in set(actual["item_id"])]
    if unknown:
        known = actual["item_id"].unique()
        raise DataError(*(worded("pairs", "there is no item of type actual", to, known, label="Items") for to in unknown))
    taken = {*found, *found.values()}
    open_actual, open_other = (
        rows[rows["touchpoint_id"].notna() & ~rows["item_id"].isin(taken)].groupby("touchpoint_id")["item_id"].unique()
        for rows in (actual, others)
    )
    for touchpoint in open_actual.index.intersection(open_other.index):
        one, to = open_other[touchpoint], open_actual[touchpoint]
        if len(one) > 1 or len(to) > 1:
            counted = f"touchpoint {touchpoint} has {len(to)} actual and {len(one)} {other} items"
            do = f"Declare under gaps: pairs which {other} item goes with which actual one."
            raise DataError(worded("pairs", counted, None, [*to, *one], label="Items", do=do))
        found[str(one[0])] = str(to[0])
    _check_scales(items, found)
    return found


def _check_scales(items: pd.DataFrame, found: Mapping[str, str]) -> None:
    ends = items.groupby("item_id")[["scale_low", "scale_high"]].agg(lambda ends: tuple(sorted(set(ends.dropna()))))
    scales = {str(item): tuple(row) for item, row in zip(ends.index, ends.to_numpy(), strict=True)}
    apart = [(one, to) for one, to in found.items() if scales[one] != scales[to]]
    if apart:
        told = {item: "–".join("/".join(f"{end:g}" for end in ends) for ends in scales[item]) for pair in apart for item in pair}
        do = "Ask both on one scale; answers are never rescaled."
        raise DataError(*(f"pairs: {one} is asked on {told[one]}, {to} on {told[to]}. {do}" for one, to in apart))


def pairs(
    responses: pd.DataFrame, *, declared: Mapping[str, str] | None = None, other: str = "expected", both: bool = True
) -> pd.DataFrame:
    """Put each questionnaire's two answers about the same thing side by side.

    Parameters
    ----------
    responses : DataFrame
        The contract table, also with columns joined to it.
    declared : mapping of str to str, optional
        Item of type `other` → item of type ``actual``, where touchpoints do not pair them.
    other : str
        Type of the second item: ``expected`` or ``competitor``.
    both : bool
        Only questionnaires that answered both; else every one that was asked one of the two.

    Returns
    -------
    DataFrame
        One row a questionnaire and pair: the columns of *responses* that say who and about what (item_id is the actual item's), and
        ``actual``, ``other``, ``difference`` (actual − other), ``state`` and ``other_state``.

    Raises
    ------
    DataError
        As :func:`partners`; and for a questionnaire that answers an item twice.

    >>> both = pd.DataFrame({"response_id": list("abcab"), "respondent_id": list("abcab"), "touchpoint_id": "hotline", "weight": 1.0,
    ...     "item_id": ["is"] * 3 + ["should"] * 2, "item_type": ["actual"] * 3 + ["expected"] * 2, "state": "answered",
    ...     "value": [3.0, 4.0, 2.0, 5.0, 5.0], "scale_low": 1.0, "scale_high": 6.0})
    >>> pairs(both)[["response_id", "item_id", "actual", "other", "difference"]]
      response_id item_id  actual  other  difference
    0           a      is     3.0    5.0        -2.0
    1           b      is     4.0    5.0        -1.0
    """
    responses = complete(responses)
    found = partners(responses, declared=declared, other=other)
    rows = responses[responses["item_type"].isin(("actual", other))]
    first = rows[rows["item_id"].isin(set(found.values()))]
    second = rows[rows["item_id"].isin(list(found))]
    second = second.assign(item_id=second["item_id"].map(found), item_type="actual")
    for side in (first, second):
        if side.duplicated(KEY).any():
            twice = side[side.duplicated(KEY)].iloc[0]
            place = f"questionnaire {twice['response_id']!r}, item {twice['item_id']!r}"
            raise DataError(f"{place}: stands in the table more than once. A questionnaire answers an item once.")
    answers = second[[*KEY, "value", "state"]].rename(columns={"value": "other", "state": "other_state"})
    joined = first.rename(columns={"value": "actual"}).merge(answers, on=KEY, how="left")
    alone = second.merge(first[KEY], on=KEY, how="left", indicator=True)["_merge"].eq("left_only").to_numpy()
    rest = second[alone].rename(columns={"value": "other", "state": "other_state"}).assign(actual=np.nan, state="not_asked")
    table = pd.concat([joined, rest], ignore_index=True).fillna({"state": "not_asked", "other_state": "not_asked"})
    table["difference"] = (table["actual"] - table["other"]).where(_is_pair(table))
    return table[_is_pair(table)].reset_index(drop=True) if both else table


def _is_pair(table: pd.DataFrame) -> pd.Series:
    return table["state"].eq("answered") & table["other_state"].eq("answered")


def pair_counts(
    responses: pd.DataFrame,
    *,
    by: Sequence[str] = ("touchpoint_id",),
    declared: Mapping[str, str] | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Count who answered both questions and who only one, and compare the ratings of both kinds of people.

    Parameters
    ----------
    responses, by, declared, **options
        As in :func:`cxlib.survey.gaps.gap`.

    Returns
    -------
    DataFrame
        ESTIMATES. Metrics ``pair_count``, ``actual_only_count`` (rated it, did not say what they expect), ``expected_only_count``
        (mostly never used it), unit ``count``, unweighted and without interval; ``paired_less_unpaired``, the mean rating of those with
        a pair less that of those without, which is near zero where a split ballot was drawn by lot.

    >>> both = pd.DataFrame({"response_id": list("abcab"), "respondent_id": list("abcab"), "touchpoint_id": "hotline", "weight": 1.0,
    ...     "item_id": ["is"] * 3 + ["should"] * 2, "item_type": ["actual"] * 3 + ["expected"] * 2, "state": "answered",
    ...     "value": [3.0, 4.0, 2.0, 5.0, 5.0], "scale_low": 1.0, "scale_high": 6.0})
    >>> pair_counts(both)[["metric", "value"]].head(3)
                    metric  value
    0           pair_count    2.0
    1    actual_only_count    1.0
    2  expected_only_count    0.0
    """
    estimates.check(by=by, level=options.get("level"), draws=options.get("draws"))
    if responses.empty or not {"actual", "expected"} <= set(responses["item_type"]):
        kinds = set(responses["item_type"]) if len(responses) else set()
        needs = [f"responses[{kind}]" for kind in ("actual", "expected") if kind not in kinds]
        return estimates.unanswerable("pair_count", "count", needs, by=by)
    table = of_touchpoints(pairs(responses, declared=declared, both=False), by)
    if table.empty:
        return estimates.unanswerable("pair_count", "count", ["responses.touchpoint_id"], by=by)
    answered = table["state"].eq("answered"), table["other_state"].eq("answered")
    flags = {
        "pair_count": answered[0] & answered[1],
        "actual_only_count": answered[0] & ~answered[1],
        "expected_only_count": ~answered[0] & answered[1],
    }
    parts = [_counted(table.assign(flag=flag.astype("float64")), metric, by) for metric, flag in flags.items()]
    return estimates.stack(*parts, _unlike(table[answered[0]], by, options))


def _counted(table: pd.DataFrame, metric: str, by: Sequence[str]) -> pd.DataFrame:
    counted = estimates.mean(table, "flag", by=by, metric=metric, unit="count", count="respondent_id")
    total = table.groupby(list(by))["flag"].sum().to_numpy() if by else [table["flag"].sum()]
    return counted.assign(value=total, low=np.nan, high=np.nan, method="count", note="")


def _unlike(rated: pd.DataFrame, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    rated = rated[rated["actual"].notna()]
    halves = rated.assign(half=np.where(rated["other_state"].eq("answered"), "both", "one"))
    if set(halves["half"]) != {"both", "one"}:
        return estimates.unanswerable("paired_less_unpaired", "scale points", [], by=by).iloc[:0]
    named = by_respondent(options)
    found = estimates.difference(
        halves, "actual", between="half", reference="one", by=by, metric="paired_less_unpaired", unit="scale points", **named
    )
    return found.drop(columns="half")
