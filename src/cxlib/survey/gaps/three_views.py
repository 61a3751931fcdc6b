"""Three views of the same touchpoints: what customers say, what staff believe customers say, and what management aims at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from scipy import special  # not scipy.stats, which takes seconds to import

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.linear import mean_spread
from cxlib.survey import by_respondent, complete, needs_of, on_scale, rated, scale_unit, scales
from cxlib.survey.gaps.paired import MIXED, told_from_zero
from cxlib.survey.gaps.pairing import OF_TOUCHPOINTS
from cxlib.tables import ESTIMATE_COLUMNS

__all__ = ["perception", "views"]

# what staff estimate → the customers' item, the staff's figure, and the difference staff − customers
ESTIMATED = {
    "estimate_expected": ("expected", "staff_expected", "knowledge_gap"),
    "estimate_actual": ("actual", "staff_actual", "self_image"),
}
FEWEST = 3  # departments below which a mean would tell what one of them said
TOUCHPOINT = ["touchpoint_id"]


def views(responses: pd.DataFrame, employee_notes: pd.DataFrame, **options: Unpack[Sampling]) -> pd.DataFrame:
    """What customers say of each touchpoint, what staff believe they say, and how far both lie apart.

    Parameters
    ----------
    responses : DataFrame
        The contract table; items of type ``actual`` and ``expected`` at touchpoints.
    employee_notes : DataFrame
        Estimates of staff (kinds ``estimate_actual`` and ``estimate_expected``), on the customers' scale, high is good.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by touchpoint_id. Customers: ``expected``, ``actual`` (all who answered). Staff: ``staff_expected``, ``staff_actual``
        (every department counts alike; ``n`` is 0, since it counts customers: the note says how many departments). Staff − customers:
        ``knowledge_gap`` (of expected) and ``self_image`` (of actual), with the note "difference open" where not told from zero.
        Fewer than three departments give no value.

    Raises
    ------
    DataError
        For estimates outside the customers' scale, and for a touchpoint that is rated on several scales.

    Notes
    -----
    Staff: x̄ = mean of D department means, SE² = s²/D, s² = Σ(x − x̄)²/Σ(D − 1) pooled over all touchpoints, since three or four
    departments tell little of their own spread. Difference: SE² = SE²_staff + SE²_customers, t with Welch's degrees of freedom.

    >>> rated = pd.DataFrame({"respondent_id": list("abcd"), "touchpoint_id": "hotline", "item_id": "should", "item_type": "expected",
    ...     "state": "answered", "value": [5.0, 6.0, 5.0, 6.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 6.0})
    >>> staff = pd.DataFrame({"department": list("xyz"), "touchpoint_id": "hotline", "kind": "estimate_expected", "value": [4.0, 5.0, 4.5]})
    >>> found = views(rated, staff)
    >>> found[found["metric"].eq("knowledge_gap")]["value"].item()
    -1.0
    """
    scales = _scales(responses)
    told = employee_notes[employee_notes["value"].notna() & employee_notes["touchpoint_id"].notna()]
    told = told[told["kind"].isin(list(ESTIMATED))]
    _inside(told["value"], told["touchpoint_id"], scales, "employee_notes.value")
    parts = []
    for kind, names in ESTIMATED.items():
        parts += _compared(responses, told[told["kind"].eq(kind)], names, scales, options)
    return estimates.stack(*parts)


def perception(
    responses: pd.DataFrame,
    touchpoints: pd.DataFrame,
    *,
    by: Sequence[str] = ("phase",),
    targets: Mapping[str, float] | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What management aims at, what customers expect and what they experience, by phase of the journey.

    Parameters
    ----------
    responses : DataFrame
        The contract table, touchpoints' features joined to it.
    touchpoints : DataFrame
        ``target_perception``, where it holds numbers, is what management aims at; a phase's target is the mean of its touchpoints.
    by : sequence of str
        Features of touchpoints.
    targets : mapping of str to float, optional
        Phase → what management aims at; goes before ``target_perception``.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES. Metrics ``target`` (no interval and no respondents: it is set), ``expected``, ``actual`` (all ratings of the
        group's touchpoints, each counts once) and ``target_gap`` = actual − target with the interval of the former.

    Raises
    ------
    DataError
        For targets outside the customers' scale, and for a touchpoint that is rated on several scales.

    >>> rated = pd.DataFrame({"respondent_id": list("abab"), "response_id": list("abab"), "touchpoint_id": "hotline", "phase": "sales",
    ...     "item_id": ["is", "is", "should", "should"], "item_type": ["actual", "actual", "expected", "expected"], "state": "answered",
    ...     "value": [3.0, 4.0, 5.0, 6.0], "weight": 1.0, "scale_low": 1.0, "scale_high": 6.0})
    >>> listed = pd.DataFrame({"touchpoint_id": ["hotline"], "phase": ["sales"]})
    >>> perception(rated, listed, targets={"sales": 5.0})[["phase", "metric", "value"]]
       phase      metric  value
    0  sales      target    5.0
    1  sales    expected    5.5
    2  sales      actual    3.5
    3  sales  target_gap   -1.5
    """
    estimates.check(by=by)
    said = touchpoints["target_perception"] if "target_perception" in touchpoints else pd.Series(pd.NA, index=touchpoints.index)
    aims = touchpoints["phase"].map(dict(targets or {})).astype("float64").fillna(pd.to_numeric(said, errors="coerce"))
    _inside(aims.dropna(), touchpoints["touchpoint_id"][aims.notna()], _scales(responses), "targets")
    actual, expected = (_customers(responses, kind, by, options) for kind in ("actual", "expected"))
    needs = ["touchpoints.target_perception"] * bool(aims.isna().all()) + needs_of(responses, ["actual"], by=by) * bool(
        actual["value"].isna().all()
    )
    if needs:
        return estimates.stack(*(estimates.unanswerable(name, "", needs, by=by) for name in ("target", "expected", "actual")))
    levels = touchpoints[list(by)].assign(aim=aims).groupby(list(by), as_index=False)["aim"].mean()
    plain = actual.drop(columns="draws", errors="ignore")
    wanted = plain[list(by)].merge(levels, on=list(by), how="left")["aim"].to_numpy()
    blank = {"low": np.nan, "high": np.nan, "n": pd.array([0] * len(plain), dtype="Int64"), "n_eff": np.nan, "note": ""}
    target = plain.assign(metric="target", value=wanted, method="set by management", **blank)
    apart = {name: plain[name] - wanted for name in ("value", "low", "high")}
    return estimates.stack(target, expected, actual, plain.assign(metric="target_gap", unit="scale points", **apart))


def _scales(responses: pd.DataFrame) -> pd.DataFrame:
    """Return the ends of the scale on which each touchpoint is rated."""
    kinds = responses["item_type"].isin(("actual", "expected")) if len(responses) else pd.Series(dtype=bool)
    rows = complete(responses)
    rows = rows[kinds & rows["touchpoint_id"].notna()] if len(rows) else rows
    ends = rows[[*TOUCHPOINT, "scale_low", "scale_high"]].drop_duplicates()
    twice = ends[ends.duplicated("touchpoint_id")]
    if len(twice):
        seen = twice["touchpoint_id"].iloc[0]
        raise DataError(worded("views", "a touchpoint is rated on several scales:", seen, do="Leave one, or give it two touchpoints."))
    return ends.rename(columns={"scale_low": "from", "scale_high": "to"})


def _inside(values: pd.Series, touchpoints: pd.Series, scales: pd.DataFrame, place: str) -> None:
    ends = scales.set_index("touchpoint_id").reindex(touchpoints.to_numpy())
    outside = (values.to_numpy() < ends["from"].to_numpy()) | (values.to_numpy() > ends["to"].to_numpy())
    if outside.any():
        low, high = ends[outside].iloc[0]
        do = "Give it on that scale, high is good; nothing is rescaled."
        raise DataError(worded(place, f"lies outside the customers' scale {low:g}–{high:g}:", float(values[outside].iloc[0]), do=do))


def _rated(responses: pd.DataFrame, kind: str, by: Sequence[str]) -> pd.DataFrame:
    rows = rated(responses, (kind,))
    known = [name for name in by if name in OF_TOUCHPOINTS]
    return rows[rows["touchpoint_id"].notna()] if len(rows) and known else rows


def _customers(responses: pd.DataFrame, kind: str, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    rows = _rated(responses, kind, by)
    if rows.empty:
        return estimates.unanswerable(kind, "", needs_of(responses, [kind], by=by), by=by)
    scale = scales(rows, by)
    mixed = scale["mixed"].to_numpy()
    found = on_scale(estimates.mean(rows, "value", by=by, metric=kind, **by_respondent(options)), scale)
    if mixed.any():
        blank = {name: found[name].mask(mixed) for name in ("value", "low", "high", "draws") if name in found}
        found = found.assign(**blank, note=found["note"].mask(mixed, MIXED))
    return found


def _compared(
    responses: pd.DataFrame, told: pd.DataFrame, names: tuple[str, str, str], scales: pd.DataFrame, options: Sampling
) -> list[pd.DataFrame]:
    """Return customers, staff, and staff − customers for one kind of estimate."""
    item, staff, apart = names
    customers = _customers(responses, item, TOUCHPOINT, options)
    needs = needs_of(responses, [item], by=TOUCHPOINT) * bool(customers["value"].isna().all()) + ["employee_notes.value"] * told.empty
    if needs:
        return [estimates.unanswerable(name, "", needs, by=TOUCHPOINT) for name in names]
    own = _staff(told).merge(scales, on="touchpoint_id", how="left")
    half = special.stdtrit(own["df"], (1 + options.get("level", 0.95)) / 2) * own["se"]
    known = half.notna() & own["value"].notna()
    low, high = np.fmax(own["value"] - half, own["from"]), np.fmin(own["value"] + half, own["to"])
    columns = {"metric": staff, "value": own["value"], "low": low.where(known), "high": high.where(known)}
    unit = [scale_unit(low, high) for low, high in own[["from", "to"]].itertuples(index=False)]
    shown = _laid(own, columns, unit, "t, pooled spread", own["note"])
    return [customers, shown, _apart(responses, own, customers, apart, options)]


def _staff(told: pd.DataFrame) -> pd.DataFrame:
    """Return one row a touchpoint: the mean of department means, its standard error from the pooled spread, and a note."""
    means = told.groupby([*TOUCHPOINT, "department"])["value"].mean().groupby(level=0)
    table = pd.DataFrame({"value": means.mean(), "departments": means.size(), "squares": means.var(ddof=0) * means.size()}).reset_index()
    df, squares = float((table["departments"] - 1).sum()), float(table["squares"].sum())
    few = table["departments"] < FEWEST
    note = [f"n < {FEWEST}" if count < FEWEST else f"departments = {count}" for count in table["departments"]]
    se = np.sqrt(squares / df / table["departments"]) if df and squares > 0 else np.nan
    return table.assign(value=table["value"].mask(few), se=se, df=max(df, 1.0), note=note)


def _apart(responses: pd.DataFrame, own: pd.DataFrame, customers: pd.DataFrame, metric: str, options: Sampling) -> pd.DataFrame:
    rows = _rated(responses, str(customers["metric"].iloc[0]), TOUCHPOINT)
    value, spread = mean_spread(rows, "value", by=TOUCHPOINT, options=by_respondent(options))
    theirs = customers[[*TOUCHPOINT, "n", "n_eff"]].assign(theirs=value, their_se=spread.se, their_df=spread.df)
    both = own.merge(theirs, on="touchpoint_id")
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(both["se"] ** 2 + both["their_se"] ** 2)
        df = se**4 / (both["se"] ** 4 / both["df"] + both["their_se"] ** 4 / both["their_df"])
    half, apart = special.stdtrit(df, (1 + options.get("level", 0.95)) / 2) * se, both["value"] - both["theirs"]
    columns = {"metric": metric, "value": apart, "low": apart - half, "high": apart + half}
    note = both["note"].where(both["value"].isna(), "")
    found = _laid(both, columns, "scale points", "t, Welch", note).assign(n=both["n"], n_eff=both["n_eff"])
    return told_from_zero(found, apart.to_numpy(), se.to_numpy(), df.to_numpy(), options)


def _laid(table: pd.DataFrame, columns: Mapping[str, object], unit: str | list[str], method: str, note: pd.Series) -> pd.DataFrame:
    """Return ESTIMATES of the touchpoints of a table, of which no customer is part."""
    nobody = pd.array([0] * len(table), dtype="Int64")
    laid = table[TOUCHPOINT].assign(**columns, unit=unit, n=nobody, n_eff=np.nan, method=method, note=note)
    texts = dict.fromkeys(("touchpoint_id", "metric", "unit", "method", "note"), "str")
    return laid[[*TOUCHPOINT, *ESTIMATE_COLUMNS]].astype(texts)
