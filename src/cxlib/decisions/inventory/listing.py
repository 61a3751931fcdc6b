"""The inventory of touchpoints: what stands on the list, what is measured of it, who answers for it, and what the list lacks.

These figures count entries of a list; they are no samples of anything and carry no interval, and ``n`` stays empty unless contacts, orders
or respondents are counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.errors import DataError, worded
from cxlib.estimates import UNKNOWN, stack
from cxlib.estimates.rows import rows, unanswerable
from cxlib.tables import CONTRACTS

__all__ = ["by_category", "check", "coverage", "journey_map", "missing", "offers", "owners", "records", "unlisted"]

NOBODY = "nobody"  # the level of touchpoints for which no department answers
MEASURING = ("actual", "csat", "ces", "overall", "kano_functional", "contact_value")  # items that tell how a touchpoint was experienced
KINDS = {"contacts": "log", "orders": "log", "ratings": "survey"}  # what each count of records is evidence of
COVERAGE = ("touchpoints", "measured_log", "measured_survey", "unmeasured", "survey_only", "unowned")
PHASES = CONTRACTS["touchpoints"].columns["phase"].allowed


def records(
    touchpoints: pd.DataFrame,
    *,
    contacts: IntoFrame | None = None,
    orders: IntoFrame | None = None,
    responses: IntoFrame | None = None,
    by: Sequence[str] = (),
) -> pd.DataFrame:
    """Count what is on record about each touchpoint: contacts and orders of the log, people who rated it in a survey.

    Parameters
    ----------
    touchpoints : DataFrame
        The list; its touchpoints come first, in the customer's order, with 0 where nothing is on record.
    contacts, orders, responses : pandas, DuckDB or PySpark frame, optional
        Tables with ``touchpoint_id``; of responses, answers that tell how a touchpoint was experienced.
    by : sequence of str
        Group columns, such as ``channel``; tables that lack one are left out, and no zeros are filled in.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and touchpoint_id; metrics ``contacts``, ``orders`` and ``ratings``, unit ``count``; ``n`` is the number itself.
        Contacts and orders at no touchpoint are a level of their own. One row that says what is needed where no table has a row.

    >>> log = pd.DataFrame({"touchpoint_id": ["T1", "T1", "T9", None]})
    >>> table = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "seq": [1, 2]})
    >>> records(table, contacts=log)[["touchpoint_id", "value"]].values.tolist()
    [['T1', 2.0], ['T2', 0.0], ['T9', 1.0], ['__unknown__', 1.0]]
    """
    groups = [*by, "touchpoint_id"]
    order = list(touchpoints.sort_values("seq")["touchpoint_id"]) if len(touchpoints) else []
    parts = []
    for metric, table in (("contacts", contacts), ("orders", orders), ("ratings", responses)):
        counted = None if table is None else _tally(table, by, metric)
        if counted is None:
            continue
        if not by:
            filled = pd.Index(dict.fromkeys([*order, *counted["touchpoint_id"]]), name="touchpoint_id")
            counted = counted.set_index("touchpoint_id")["n"].reindex(filled, fill_value=0).reset_index()
        columns = {"metric": metric, "value": counted["n"], "unit": "count", "n": counted["n"], "n_eff": counted["n"], "method": "count"}
        parts.append(rows(counted[groups], columns))
    needs = ["contacts.touchpoint_id", "orders.touchpoint_id", "responses.touchpoint_id"]
    return stack(*parts) if parts else unanswerable("contacts", "count", needs, by=groups)


def coverage(touchpoints: pd.DataFrame, records: pd.DataFrame, *, by: Sequence[str] = (), min_records: int = 7) -> pd.DataFrame:
    """Count the touchpoints of the list that are measured, by what, and those that nobody measures or answers for.

    Parameters
    ----------
    touchpoints : DataFrame
        The list.
    records : DataFrame
        What :func:`records` returned, by touchpoint alone.
    by : sequence of str
        Columns of the list, such as ``phase``, ``stage`` or ``department``.
    min_records : int
        Contacts and orders, or people who rated it, from which a touchpoint counts as measured.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, unit ``count``: ``touchpoints``; ``measured_log``, ``measured_survey`` and ``unmeasured`` (in neither);
        ``survey_only`` (a log cannot show it); ``unowned`` (no department).

    >>> table = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "seq": [1, 2], "stage": "a", "phase": "sales", "department": ["X", None],
    ...     "observable_in": ["log", "both"]})
    >>> found = records(table, contacts=pd.DataFrame({"touchpoint_id": ["T1"] * 9}))
    >>> coverage(table, found)[["metric", "value"]].values.tolist()[3:]
    [['unmeasured', 1.0], ['survey_only', 0.0], ['unowned', 1.0]]
    """
    if touchpoints.empty:
        return stack(*[_unlisted(["touchpoint_id"], name, by) for name in COVERAGE])
    listed = _measured(touchpoints, records, min_records)
    all_of_them, where = pd.Series(True, index=listed.index), listed["measured_in"]
    log, survey, neither = where.isin(("log", "both")), where.isin(("survey", "both")), where.eq("neither")
    only_survey, unowned = listed["observable_in"].eq("survey"), listed["department"].eq(NOBODY)
    flags = dict(zip(COVERAGE, (all_of_them, log, survey, neither, only_survey, unowned), strict=True))
    counted = listed[list(by)].assign(**flags)
    summed = counted.groupby(list(by), sort=False, as_index=False)[list(flags)].sum() if by else counted[list(flags)].sum().to_frame().T
    if "department" in by:
        summed = summed.sort_values("department", key=lambda names: names.eq(NOBODY), kind="stable")
    return stack(*[_counts(summed[list(by)], summed[name], name) for name in flags])


def journey_map(touchpoints: pd.DataFrame, records: pd.DataFrame, *, min_records: int = 7) -> pd.DataFrame:
    """Line up the touchpoints in the customer's order, each with its department and what it is measured by.

    Parameters as in :func:`coverage`.

    Parameters
    ----------
    records : DataFrame
        What :func:`records` returns: how much is on record about each touchpoint.
    min_records : int
        Records from which a touchpoint counts as measured.

    Returns
    -------
    DataFrame
        ESTIMATES by phase, stage, touchpoint_id, department ("nobody" where none answers for it), observable_in, measured_in (``both``,
        ``log``, ``survey``, ``neither``) and status; metric ``place``, the touchpoint's place in the order, from 1.

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "seq": [2, 1], "stage": "a", "phase": "sales", "department": ["KC", None],
    ...     "observable_in": "both", "status": "active"})
    >>> found = journey_map(listed, records(listed, contacts=pd.DataFrame({"touchpoint_id": ["T2"] * 9})))
    >>> found[["touchpoint_id", "department", "measured_in", "value"]]
      touchpoint_id department measured_in  value
    0            T2     nobody         log    1.0
    1            T1         KC     neither    2.0
    """
    groups = ["phase", "stage", "touchpoint_id", "department", "observable_in", "measured_in", "status"]
    if touchpoints.empty:
        return _unlisted(["touchpoint_id", "stage", "seq"], "place", groups)
    listed = _measured(touchpoints, records, min_records)
    return _counts(listed[groups], pd.Series(range(1, len(listed) + 1)), "place")


def by_category(touchpoints: pd.DataFrame, *, by: Sequence[str]) -> pd.DataFrame:
    """Count touchpoints by features of the list; levels and combinations that no touchpoint has stand there with 0.

    Parameters
    ----------
    touchpoints : DataFrame
        The list.
    by : sequence of str
        Its columns. Of a column with fixed values (phase, mode, influence, object_type, operator …) all of them are counted, of another
        one (stage, department) those that occur.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, metric ``touchpoints``, unit ``count``.

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2", "T3"], "seq": [1, 2, 3], "stage": "a", "phase": "sales",
    ...     "mode": ["online", "online", "offline"]})
    >>> by_category(listed, by=["mode"])[["mode", "metric", "value"]]
          mode       metric  value
    0   online  touchpoints    2.0
    1  offline  touchpoints    1.0
    2     both  touchpoints    0.0
    """
    if touchpoints.empty:
        return _unlisted(list(by), "touchpoints", by)
    listed = _listed(touchpoints)
    levels = [CONTRACTS["touchpoints"].columns[name].allowed or tuple(listed[name].unique()) for name in by]
    grid = pd.DataFrame(list(product(*levels)), columns=list(by))
    sizes = listed.groupby(list(by)).size().rename("size").reset_index()
    return _counts(grid, grid.merge(sizes, how="left")["size"].fillna(0), "touchpoints")


def check(touchpoints: pd.DataFrame, records: pd.DataFrame, *, min_records: int = 7) -> pd.DataFrame:
    """Find entries of the list that do not hold together: in themselves, with each other, or with what is on record.

    Parameters as in :func:`coverage`.

    Parameters
    ----------
    touchpoints : DataFrame
        The contract table *touchpoints*, one row a touchpoint.
    records : DataFrame
        What :func:`records` returns: how much is on record about each touchpoint.
    min_records : int
        Records from which a touchpoint counts as measured.

    Returns
    -------
    DataFrame
        ESTIMATES by check and touchpoint_id (missing: how many entries in all), metric ``remarks``, unit ``count``. Checks:
        ``same_name``, ``same_place`` (two entries with one ``seq``), ``phase_order`` (comes after a later phase), ``split_stage`` (its
        stage lies in several phases), ``foreign_but_direct`` (run by others, yet said to be in our own hands), ``planned_but_met``,
        ``obsolete_but_met``, ``active_but_unmet``.

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "name_de": ["Shop", "shop "], "seq": [1, 2], "stage": "a", "phase": "sales",
    ...     "operator": "own", "influence": "direct", "status": ["active", "planned"]})
    >>> found = check(listed, records(listed, contacts=pd.DataFrame({"touchpoint_id": ["T2"] * 9})))
    >>> found.loc[found["touchpoint_id"].notna(), ["check", "touchpoint_id", "value"]]
                   check touchpoint_id  value
    1          same_name            T1    1.0
    2          same_name            T2    1.0
    8    planned_but_met            T2    1.0
    11  active_but_unmet            T1    1.0
    """
    if touchpoints.empty:
        return _unlisted(["touchpoint_id", "name_de", "stage", "seq"], "remarks", ["check", "touchpoint_id"])
    listed = _measured(touchpoints, records, min_records)
    rank, met = listed["phase"].map(list(PHASES).index), listed["records"].ge(min_records)
    names = listed["name_de"].str.casefold().str.strip()
    flags = {
        "same_name": names.duplicated(keep=False),
        "same_place": listed["seq"].duplicated(keep=False),
        "phase_order": rank.lt(rank.cummax()),
        "split_stage": listed.groupby("stage")["phase"].transform("nunique").gt(1),
        "foreign_but_direct": listed["operator"].eq("third_party") & listed["influence"].eq("direct"),
        "planned_but_met": listed["status"].eq("planned") & met,
        "obsolete_but_met": listed["status"].eq("obsolete") & met,
        "active_but_unmet": listed["status"].eq("active") & ~met,
    }
    parts = []
    for name, flag in flags.items():
        found = pd.DataFrame({"check": name, "touchpoint_id": [None, *listed.loc[flag, "touchpoint_id"]]})
        parts.append(_counts(found, pd.Series([int(flag.sum()), *[1] * int(flag.sum())]), "remarks"))
    return stack(*parts)


def missing(touchpoints: pd.DataFrame, *, usual: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Look for the usual touchpoints on the list; the names tell, so a 0 asks for a second look and proves nothing.

    Parameters
    ----------
    touchpoints : DataFrame
        The list.
    usual : mapping
        Usual touchpoint → parts of names by which it is found.

    Returns
    -------
    DataFrame
        ESTIMATES by ``usual``, metric ``touchpoints``, unit ``count``: entries whose German or English name holds one of the parts.

    >>> listed = pd.DataFrame({"name_de": ["Rechnung", "E-Rechnung"]})
    >>> missing(listed, usual={"invoice": ["rechnung"], "quote": ["angebot"]})["value"].to_list()
    [2.0, 0.0]
    """
    if touchpoints.empty:
        return _unlisted(["name_de"], "touchpoints", ["usual"])
    names = touchpoints["name_de"].fillna("")
    names = (names + " | " + touchpoints["name_en"].fillna("") if "name_en" in touchpoints else names).str.casefold()
    hits = [sum(any(part.casefold() in name for part in parts) for name in names) for parts in usual.values()]
    return _counts(pd.DataFrame({"usual": list(usual)}), pd.Series(hits), "touchpoints")


def unlisted(touchpoints: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Say what the log holds that the list does not know: contacts at no touchpoint of the list, by channel or in all, and unknown ids.

    Parameters
    ----------
    touchpoints : DataFrame
        The list; an empty one knows none.
    records : DataFrame
        What :func:`records` returned for contacts, by ``channel`` or by nothing.

    Returns
    -------
    DataFrame
        ESTIMATES by the columns of `records`. ``unplaced_share``, unit ``share``: contacts at no touchpoint of the list, over all and for
        each group; a channel with 1 has no touchpoint. ``contacts``, unit ``count``: those at each touchpoint_id that the list lacks.

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1"], "seq": [1]})
    >>> found = records(listed, contacts=pd.DataFrame({"touchpoint_id": ["T1", "T1", "T9", None]}))
    >>> unlisted(listed, found)[["touchpoint_id", "metric", "value"]]
      touchpoint_id          metric  value
    0           NaN  unplaced_share    0.5
    1            T9        contacts    1.0
    """
    log = records[records["metric"].eq("contacts")]
    groups = [name for name in log.columns[: list(log.columns).index("metric")] if name != "touchpoint_id"]
    if log["value"].isna().all():
        return unanswerable("unplaced_share", "share", ["contacts.touchpoint_id"], by=[*groups, "touchpoint_id"])
    known = log["touchpoint_id"].isin(touchpoints["touchpoint_id"])
    table = log.assign(outside=log["value"].where(~known, 0.0))
    parts = []
    for by in dict.fromkeys([(), tuple(groups)]):
        sums = table.groupby(list(by), as_index=False)[["outside", "value"]].sum() if by else table[["outside", "value"]].sum().to_frame().T
        share = {"metric": "unplaced_share", "value": sums["outside"] / sums["value"], "unit": "share", "n": sums["value"].astype("int64")}
        parts.append(rows(sums[list(by)], {**share, "n_eff": sums["value"], "method": "count"}))
    foreign = table[~known & table["touchpoint_id"].ne(UNKNOWN)].groupby("touchpoint_id", as_index=False)["value"].sum()
    counts = {"metric": "contacts", "value": foreign["value"], "unit": "count", "n": foreign["value"].astype("int64")}
    return stack(*parts, rows(foreign[["touchpoint_id"]], {**counts, "n_eff": foreign["value"], "method": "count"}))


def owners(touchpoints: pd.DataFrame, service_levels: pd.DataFrame) -> pd.DataFrame:
    """Count for each department the touchpoints it answers for and the service standards it owns.

    Parameters
    ----------
    service_levels : DataFrame
        The contract table *service_levels*, one row a standard.

    Returns
    -------
    DataFrame
        ESTIMATES by department ("nobody" last), unit ``count``: ``touchpoints``, ``partner_run`` (run by a partner or third party) and,
        where there are any, ``standards``.

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "seq": [1, 2], "stage": "a", "phase": "sales", "department": ["KC", None],
    ...     "operator": ["own", "partner"]})
    >>> owners(listed, pd.DataFrame({"owner": ["KC"]}))[["department", "metric", "value"]]
      department       metric  value
    0         KC  touchpoints    1.0
    1     nobody  touchpoints    1.0
    2         KC  partner_run    0.0
    3     nobody  partner_run    1.0
    4         KC    standards    1.0
    5     nobody    standards    0.0
    """
    if touchpoints.empty:
        return _unlisted(["department"], "touchpoints", ["department"])
    listed = _listed(touchpoints)
    standards = service_levels["owner"].dropna() if "owner" in service_levels else pd.Series(dtype="str")
    names = dict.fromkeys([*listed["department"], *standards])
    order = [name for name in names if name != NOBODY] + [name for name in names if name == NOBODY]
    counted = {
        "touchpoints": listed["department"],
        "partner_run": listed.loc[listed["operator"].ne("own"), "department"],
        **({"standards": standards} if len(standards) else {}),
    }
    groups = pd.DataFrame({"department": order})
    return stack(*[_counts(groups, groups["department"].map(which.value_counts()).fillna(0), name) for name, which in counted.items()])


def offers(offers: pd.DataFrame, touchpoints: pd.DataFrame) -> pd.DataFrame:
    """Count the services offered at each stage of the list, in the customer's order; a stage without any stands there with 0.

    Parameters
    ----------
    offers : DataFrame
        The contract table *offers*, one row a service.
    touchpoints : DataFrame
        The contract table *touchpoints*, one row a touchpoint.

    Returns
    -------
    DataFrame
        ESTIMATES by stage (missing: all), metric ``services``, unit ``count``. Stages of services that the list lacks come last.

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "seq": [1, 2], "stage": ["order", "use"], "phase": "sales"})
    >>> services = pd.DataFrame({"offer_id": ["A", "B"], "stage": "use"})
    >>> offers(services, listed)[["stage", "value"]]
       stage  value
    0    NaN    2.0
    1  order    0.0
    2    use    2.0
    """
    if offers.empty:
        return unanswerable("services", "count", ["offers.offer_id", "offers.stage"], by=["stage"])
    listed = list(_listed(touchpoints)["stage"]) if len(touchpoints) else []
    stages = pd.DataFrame({"stage": list(dict.fromkeys([*listed, *offers["stage"].dropna()]))})
    per_stage = stages["stage"].map(offers["stage"].value_counts()).fillna(0)
    return stack(_counts(pd.DataFrame(index=[0]), pd.Series([len(offers)]), "services"), _counts(stages, per_stage, "services"))


def _tally(table: IntoFrame, by: Sequence[str], metric: str) -> pd.DataFrame | None:
    """Rows by touchpoint and group, of a survey: people who rated; None where the table cannot tell."""
    frame = nw.from_native(table).lazy()
    have = frame.collect_schema().names()
    if metric == "ratings":
        frame = frame.filter((nw.col("state") == "answered") & nw.col("item_type").is_in(MEASURING) & ~nw.col("touchpoint_id").is_null())
    keys = [*by, *(["touchpoint_id"] if "touchpoint_id" in have else [])]
    if not set(by) <= set(have) or not keys:
        return None
    one = nw.col("respondent_id").n_unique() if metric == "ratings" else nw.len()
    counted = frame.group_by(*keys).agg(n=one).collect().to_pandas()
    if counted.empty:
        return None
    kinds = {"touchpoint_id": "str", **dict.fromkeys(by, "str"), "n": "int64"}
    counted = counted.reindex(columns=[*by, "touchpoint_id", "n"]).astype(kinds)
    return counted.fillna(dict.fromkeys([*by, "touchpoint_id"], UNKNOWN)).sort_values([*by, "touchpoint_id"], ignore_index=True)


def _listed(touchpoints: pd.DataFrame) -> pd.DataFrame:
    """The list in the customer's order; entries without a department go to "nobody"."""
    listed = touchpoints.sort_values(["seq", "touchpoint_id"], ignore_index=True)
    department = listed["department"] if "department" in listed else pd.Series(pd.NA, index=listed.index, dtype="str")
    return listed.assign(department=department.fillna(NOBODY))


def _measured(touchpoints: pd.DataFrame, records: pd.DataFrame, min_records: int) -> pd.DataFrame:
    """The list with ``records`` (all of them) and ``measured_in``."""
    if list(records.columns[:2]) != ["touchpoint_id", "metric"]:
        raise DataError(worded("records", "these are not by touchpoint alone; they begin with", list(records.columns[:2])))
    listed = _listed(touchpoints)
    kind = records["metric"].map(KINDS)
    counts = {name: records[kind.eq(name)].groupby("touchpoint_id")["value"].sum() for name in ("log", "survey")}
    found = pd.DataFrame({name: listed["touchpoint_id"].map(count).fillna(0.0) for name, count in counts.items()})
    log, survey = found["log"].ge(min_records), found["survey"].ge(min_records)
    where = np.select([log & survey, log, survey], ["both", "log", "survey"], "neither")
    return listed.assign(records=found.max(axis=1), measured_in=where)


def _counts(groups: pd.DataFrame, values: Any, metric: str) -> pd.DataFrame:
    columns = {"metric": metric, "value": np.asarray(values, dtype="float64"), "unit": "count", "n": pd.NA, "method": "count"}
    return rows(groups, columns)


def _unlisted(columns: Sequence[str], metric: str, by: Sequence[str]) -> pd.DataFrame:
    return unanswerable(metric, "count", [f"touchpoints.{name}" for name in columns], by=by)
