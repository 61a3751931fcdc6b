"""Four fields: what contacts of a reason are worth to the customer and to the company, as laid down and as the evidence has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates.results import Result
from cxlib.estimates.rows import rows
from cxlib.reasons.value.shares import NEEDS, described
from cxlib.reasons.value.voices import COMPANY, CUSTOMER, FALLING, voices
from cxlib.tables import TREATMENTS

__all__ = ["STATES", "Matrix", "disputed", "matrix"]

STATES = ("moved", "contested", "confirmed", "untested")  # of a rating, the one that says most first
SIDES = ("customer", "company")
OTHER = {"valuable": "irritating", "irritating": "valuable"}
TO_MOVE = 2  # voices more against a rating than for it; who laid it down has one of those for it


@dataclass(frozen=True, eq=False)
class Matrix(Result):
    """Reasons in four fields.

    Attributes
    ----------
    table : DataFrame
        One row a reason: ``reason_id``, ``value_customer``, ``value_company``, ``treatment`` as the evidence leaves them,
        ``laid_customer``, ``laid_company``, ``laid_treatment`` as they were laid down, ``customer_for``, ``customer_against``,
        ``company_for``, ``company_against`` (voices), ``customer_state``, ``company_state``, ``rating_state`` (of :data:`STATES`) and
        ``share`` of contacts (corrected; missing where it is not known).
    estimates : DataFrame
        The same as ESTIMATES, see :func:`matrix`.
    reasons : DataFrame
        The contract table *reasons* with the ratings and treatments as the evidence leaves them.
    """

    table: pd.DataFrame
    estimates: pd.DataFrame
    reasons: pd.DataFrame


def matrix(
    reasons: pd.DataFrame,
    *,
    evidence: pd.DataFrame | None = None,
    shares: pd.DataFrame | None = None,
    customer: Sequence[Sequence[str]] = CUSTOMER,
    company: Sequence[Sequence[str]] = COMPANY,
    neutral: Mapping[str, float] | None = None,
    falling: Sequence[str] = FALLING,
    level: float = 0.95,
) -> Matrix:
    """Put each reason into one of four fields: eliminate, automate, simplify, leverage.

    Parameters
    ----------
    reasons : DataFrame
        The contract table *reasons*, with the ratings laid down.
    evidence : DataFrame, optional
        ESTIMATES by ``reason_id``, the row of a metric without a reason being its figure over all contacts: effort and satisfaction after
        the contact, resolution, repeats, purchases within a window …
    shares : DataFrame, optional
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    customer, company : sequence of sequences of str
        Which metrics speak of either side's rating; metrics of one kind stand together and have one voice.
    neutral : mapping of str to float, optional
        Metric → value that speaks neither for nor against; its figure over all contacts where it is not named.
    falling : sequence of str
        Metrics of which less is better.
    level : float
        Confidence.

    Returns
    -------
    Matrix
        Its ESTIMATES, with draws: by ``treatment``: ``treatment_share`` of contacts, and ``laid_down_share``, the same as laid down; by
        ``treatment``, ``reason_id`` and ``rating_state``: ``reason_share``; by ``rating_state``: ``rating_state_share`` of contacts; by
        ``reason_id``, ``side``, ``rating`` and ``rating_state``: ``voices_for`` and ``voices_against`` (``count``) of the rating that
        was laid down. Without shares, the row that says what is missing.

    Raises
    ------
    DataError
        For shares without draws or of unknown reasons, and evidence with several rows for one reason and metric.

    Notes
    -----
    A kind of evidence speaks when the interval of one of its figures lies wholly on one side of what is neutral and none contradicts it.
    Ratings were laid down by people who know the business: a rating *moves* only when at least two voices more speak against it than
    for it, those who laid it down being one of the latter. It is *contested* when somebody speaks against it, *confirmed* when evidence
    speaks for it and none against, *untested* when none speaks. The treatment follows from the two ratings and from nothing else.
    Evidence goes with a reason; it does not say what the contact brought about.

    >>> reasons = pd.DataFrame({"reason_id": ["a"], "value_customer": ["irritating"], "value_company": ["irritating"],
    ...     "treatment": ["eliminate"]})
    >>> matrix(reasons).table[["reason_id", "treatment", "rating_state"]].to_dict("records")
    [{'reason_id': 'a', 'treatment': 'eliminate', 'rating_state': 'untested'}]
    """
    rated = reasons[reasons["treatment"].notna()] if "treatment" in reasons else reasons.iloc[:0]
    table = pd.DataFrame({"reason_id": rated["reason_id"].to_numpy()})
    said = rows(pd.DataFrame({"reason_id": pd.Series([], dtype="str")}), {}) if evidence is None else evidence
    for side, kinds in zip(SIDES, (customer, company), strict=True):
        laid = rated[f"value_{side}"].to_numpy(dtype=object) if len(rated) else np.array([], dtype=object)
        spoken = voices(said, list(table["reason_id"]), kinds, neutral=neutral or {}, falling=falling)
        table = table.assign(**_rated(side, laid, spoken))
    table["treatment"] = _treatments(table["value_customer"], table["value_company"])
    table["laid_treatment"] = _treatments(table["laid_customer"], table["laid_company"])
    place = np.minimum(*(table[f"{side}_state"].map(STATES.index).to_numpy(dtype=int) for side in SIDES))
    table["rating_state"] = pd.Series(np.array(STATES, dtype=object)[place], index=table.index, dtype="str")
    told = None if shares is None else described(shares, reasons, [], where="matrix")
    table["share"] = np.nan if told is None else table["reason_id"].map(told.set_index("reason_id")["value"])
    return Matrix(table, _estimates(table, told, level), _moved(reasons, table))


def _rated(side: str, laid: np.ndarray, spoken: np.ndarray) -> dict[str, np.ndarray | pd.Series]:
    """Return a side's columns: the rating, what was laid down, voices for and against it, and its state."""
    direction = np.where(laid == "valuable", 1, -1)[:, None]
    on, off = (spoken == direction).sum(axis=1), (spoken == -direction).sum(axis=1)
    moved = off >= on + TO_MOVE  # one more than on and the voice of who laid it down
    state = np.select([moved, off > 0, on > 0], STATES[:3], STATES[3])
    now = np.where(moved, [OTHER.get(str(one), one) for one in laid], laid)
    return {
        f"value_{side}": pd.Series(now, dtype="str"),
        f"laid_{side}": pd.Series(laid, dtype="str"),
        f"{side}_for": on,
        f"{side}_against": off,
        f"{side}_state": pd.Series(state, dtype="str"),
    }


def _treatments(customer: pd.Series, company: pd.Series) -> pd.Series:
    pairs = zip(customer, company, strict=True)
    return pd.Series([TREATMENTS.get((str(one), str(other))) for one, other in pairs], index=customer.index, dtype="str")


def _moved(reasons: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    by_id = table.set_index("reason_id")
    changed = {name: reasons["reason_id"].map(by_id[name]) for name in ("value_customer", "value_company", "treatment")}
    return reasons.assign(**changed)


def _estimates(table: pd.DataFrame, told: pd.DataFrame | None, level: float) -> pd.DataFrame:
    if told is None:
        return estimates.unanswerable("treatment_share", "share", NEEDS, by=("treatment", "reason_id", "rating_state"))
    facts = table.set_index("reason_id")
    own = {name: told["reason_id"].map(facts[name]).rename(name) for name in ("treatment", "rating_state")}
    laid = told["reason_id"].map(facts["laid_treatment"]).rename("treatment")
    each = told.assign(**own)
    each = each[["treatment", "reason_id", "rating_state", *[name for name in told if name != "reason_id"]]]
    parts = [
        estimates.sum_of_shares(told, own["treatment"], metric="treatment_share", level=level),
        estimates.sum_of_shares(told, laid, metric="laid_down_share", level=level),
        each[each["treatment"].notna()].sort_values("value", ascending=False, kind="stable"),
        estimates.sum_of_shares(told, own["rating_state"], metric="rating_state_share", level=level),
        _voices(table),
    ]
    return estimates.stack(*parts)


def _voices(table: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for side in SIDES:
        place = table[["reason_id"]].assign(side=side, rating=table[f"laid_{side}"], rating_state=table[f"{side}_state"])
        parts += [rows(place, {"metric": f"voices_{way}", "unit": "count", "value": table[f"{side}_{way}"]}) for way in ("for", "against")]
    return pd.concat(parts, ignore_index=True)


def disputed(fields: pd.DataFrame, *, count: int = 12) -> pd.DataFrame:
    """Return the reasons of which evidence speaks against a rating, those with most contacts first.

    Parameters
    ----------
    fields : DataFrame
        The ESTIMATES of a :class:`Matrix`, or what was saved of them.
    count : int
        How many reasons.

    Returns
    -------
    DataFrame
        ``reason_share`` of these reasons; where there is none, ``rating_state_share``, or the row that says what is missing.

    >>> reasons = pd.DataFrame({"reason_id": ["a"], "value_customer": ["valuable"], "value_company": ["valuable"],
    ...     "treatment": ["leverage"]})
    >>> disputed(matrix(reasons).estimates)["note"].to_list()
    ['needs contact_reasons.reason_id']
    """
    each = fields["metric"].eq("reason_share")
    if not each.any():
        return estimates.of_metric(fields, "treatment_share")
    found = fields[each & fields["rating_state"].isin(STATES[:2])]
    return found.head(count) if len(found) else estimates.of_metric(fields, "rating_state_share")
