"""How often a concern is passed on: within a contact, from one contact of a case to the next, and there and back again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, lacking, levels, named, picked, size, wanting
from cxlib.contacts._cases import folded, stepped
from cxlib.contacts.repeats import ENDED
from cxlib.estimates import Sampling

__all__ = ["by_outcome", "chains", "ping_pong", "routing", "transfers"]

MOST = 2  # hand-offs from which a customer is passed around


def transfers(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often a contact was handed on, by the log's own count.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with ``transfers``; contacts in which it is missing (nobody dealt with them) are left out.
    by : sequence of str
        Group columns.
    direction, period
        As in :func:`cxlib.contacts.volume.by_hour`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES: ``transferred_share`` (``share``, at least once), ``passed_around_share`` (``share``, at least twice) and
        ``transfers_per_contact`` (``times``). ``n`` counts contacts.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("abcd"), "transfers": [0, 0, 1, 3]})
    >>> transfers(log)[["metric", "value"]]
                      metric  value
    0      transferred_share   0.50
    1    passed_around_share   0.25
    2  transfers_per_contact   1.00
    """
    missing = wanting("transferred_share", "share", lacking(contacts, ["local_date", "transfers"]), lacking(contacts, by), by)
    if missing is not None:
        return missing
    cluster = options.get("cluster") or "customer_id"
    table = counted(contacts, [*by, "transfers"], cluster=cluster, direction=direction, period=period)
    table = named(table[table["transfers"].notna()], by)
    number = table["transfers"].astype("float64")
    parts = []
    for metric, least in (("transferred_share", 1), ("passed_around_share", MOST)):
        flagged = table.assign(flag=(number >= least).astype("float64"))
        parts.append(behind(estimates.share(flagged, "flag", by=by, metric=metric, **clustered(options)), table, by))
    mean = estimates.mean(table.assign(number=number), "number", by=by, metric="transfers_per_contact", unit="times", **clustered(options))
    return estimates.stack(*parts, behind(mean, table, by))


def by_outcome(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    ended: Sequence[str] = ENDED,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of contacts that end well, by how often they were handed on.

    Parameters as in :func:`transfers`; `ended` are the outcomes after which nothing is left to be done.

    Parameters
    ----------
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``handed_on`` ("0", "1", "2+"): ``said_resolved`` (``share`` of contacts with a known outcome), and
        ``resolved_difference`` (``share``), each level minus "0".

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "weight": 1.0, "customer_id": list("abcdefgh"),
    ...     "transfers": [0, 0, 0, 0, 1, 1, 2, 3], "outcome": ["resolved"] * 3 + ["callback", "resolved"] + ["callback"] * 3})
    >>> by_outcome(log).query("metric == 'said_resolved'")[["handed_on", "value", "n"]]
      handed_on  value  n
    0         0   0.75  4
    1         1   0.50  2
    2        2+   0.00  2
    """
    needs = lacking(contacts, ["local_date", "transfers", "outcome"])
    missing = wanting("said_resolved", "share", needs, lacking(contacts, by), [*by, "handed_on"])
    if missing is not None:
        return missing
    flag = nw.when(nw.col("outcome").is_in(list(ended))).then(1).otherwise(0)
    columns = {"cx_ended": nw.when(~nw.col("outcome").is_null()).then(flag)}
    cluster = options.get("cluster") or "customer_id"
    keys = [*by, "transfers", "cx_ended"]
    table = counted(contacts, keys, cluster=cluster, direction=direction, period=period, columns=columns)
    table = named(table.dropna(subset=["transfers", "cx_ended"]), by)
    number = table["transfers"].astype("int64")
    table = table.assign(handed_on=number.astype("str").where(number < MOST, f"{MOST}+"), flag=table["cx_ended"].astype("float64"))
    groups = [*by, "handed_on"]
    share = estimates.share(table, "flag", by=groups, metric="said_resolved", **clustered(options))
    if "0" not in set(table["handed_on"]):
        return behind(share, table, groups)
    against: dict[str, Any] = {"between": "handed_on", "reference": "0", "by": by, "metric": "resolved_difference"}
    apart = estimates.share_difference(table, "flag", **against, **clustered(options))
    return estimates.stack(behind(share, table, groups), behind(apart, table, groups))


def chains(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    case: str = "case_id",
    handler: str = "handled_by",
    most: int = 4,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often a case changes hands from one contact to the next.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`transfers`.
    by : sequence of str
        Group columns, of a case's first contact.
    case, handler : str
        Columns that say what belongs together and who dealt with it: ``handled_by`` (people), ``received_by`` (units). Contacts in which
        one of them is missing are left out.
    most : int
        Cases with as many changes and more are one level.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``handed_on`` ("0" … "4+"): ``case_share`` (``share`` of the cases with two contacts or more); over all
        levels ``changes_per_case`` (``times``), ``case_passed_around_share`` (at least two changes) and ``several_contacts_share``, the
        cases that can change hands at all. ``n`` counts cases.

    >>> log = pd.DataFrame({"contact_id": list("12345"), "case_id": list("vvvww"), "handled_by": list("xyxzz"), "customer_id": "a",
    ...     "contact_ts": pd.date_range("2025-01-06", periods=5, tz="UTC"), "local_date": pd.date_range("2025-01-06", periods=5)})
    >>> chains(log)[["handed_on", "metric", "value"]].tail(4)
      handed_on                    metric  value
    1         2                case_share    0.5
    2       NaN          changes_per_case    1.0
    3       NaN  case_passed_around_share    0.5
    4       NaN    several_contacts_share    1.0
    """
    needs = lacking(contacts, ["contact_ts", "local_date", case, handler])
    missing = wanting("case_share", "share", needs, lacking(contacts, by), [*by, "handed_on"])
    if missing is not None:
        return missing
    table = named(_cases(contacts, by, case, handler, direction, period, options), by)
    if table.empty:
        return estimates.unanswerable("case_share", "share", [f"contacts.{handler}"], by=[*by, "handed_on"])
    several = table[table["cx_several"] == 1]
    number = several["changes"].astype("int64")
    level = number.astype("str").where(number < most, f"{most}+")
    parts = []
    if len(several):
        told = sorted(level.unique(), key=lambda text: int(text.rstrip("+")))
        handed = several.assign(handed_on=level)
        share = estimates.shares(handed, "handed_on", by=by, levels=told, metric="case_share", **clustered(options))
        parts.append(behind(share, several, by))
        mean = several.assign(number=number.astype("float64"))
        figure = estimates.mean(mean, "number", by=by, metric="changes_per_case", unit="times", **clustered(options))
        around = several.assign(flag=(number >= MOST).astype("float64"))
        shared = estimates.share(around, "flag", by=by, metric="case_passed_around_share", **clustered(options))
        parts += [behind(figure, several, by), behind(shared, several, by)]
    flagged = table.assign(flag=table["cx_several"].astype("float64"))
    parts.append(behind(estimates.share(flagged, "flag", by=by, metric="several_contacts_share", **clustered(options)), table, by))
    return estimates.stack(*parts)


def ping_pong(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    case: str = "case_id",
    handler: str = "handled_by",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of cases that go from one to another and back again: A, B, A in contacts that follow on each other.

    Parameters as in :func:`chains`.

    Parameters
    ----------
    by : sequence of str
        Group columns; a row of the result for each combination of their levels that occurs.
    case : str
        Column that says which contacts belong to one case.
    handler : str
        Column of who dealt with a contact.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES: ``ping_pong_share`` (``share`` of the cases with three contacts or more, which alone can). ``n`` counts cases.

    >>> log = pd.DataFrame({"contact_id": list("123456"), "case_id": list("vvvwww"), "customer_id": list("aaabbb"),
    ...     "handled_by": list("xyxzzy"), "contact_ts": pd.date_range("2025-01-06", periods=6, tz="UTC"),
    ...     "local_date": pd.date_range("2025-01-06", periods=6)})
    >>> ping_pong(log)[["metric", "value", "n"]]
                metric  value  n
    0  ping_pong_share    0.5  2
    """
    needs = lacking(contacts, ["contact_ts", "local_date", case, handler])
    missing = wanting("ping_pong_share", "share", needs, lacking(contacts, by), by)
    if missing is not None:
        return missing
    table = named(_cases(contacts, by, case, handler, direction, period, options), by)
    table = table[table["cx_many"] == 1]
    if table.empty:
        none = estimates.unanswerable("ping_pong_share", "share", [f"contacts.{case}"], by=by)
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    flagged = table.assign(flag=table["cx_back"].astype("float64"))
    return behind(estimates.share(flagged, "flag", by=by, metric="ping_pong_share", **clustered(options)), table, by)


def routing(
    contacts: IntoFrame,
    owners: IntoFrame | None = None,
    *,
    by: Sequence[str] = (),
    reason: str = "reason_id",
    unit: Literal["received_by", "handled_by"] = "received_by",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Whether a concern reaches the unit that answers for it at once, without being handed on, and is settled there.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`transfers`; contacts in which ``transfers`` or `reason` is missing are left out.
    owners : DataFrame, optional
        `reason` and ``owner``, the unit in charge (reasons, service_levels). Left out: wherever a contact is not handed on is right.
    by : sequence of str
        Group columns, for instance the reason itself.
    reason, unit : str
        Columns of the contact's reason and of the unit it came in at.

    Returns
    -------
    DataFrame
        ESTIMATES: ``right_first_time`` (``share``): came in at the unit in charge and was not handed on; ``right_and_settled``
        (``share``), and the outcome says that it was settled, where outcomes are known; ``owned_share``: contacts whose reason has an
        owner (where `owners` are given; the others are in neither figure).

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": list("abcd"), "transfers": [0, 0, 1, 0],
    ...     "weight": 1.0, "outcome": "resolved", "reason_id": ["bill", "bill", "bill", "gift"], "received_by": ["BH", "KC", "BH", "KC"]})
    >>> routing(log, pd.DataFrame({"reason_id": ["bill"], "owner": ["BH"]}))[["metric", "value", "n"]].round(2)
                  metric  value  n
    0        owned_share   0.75  4
    1   right_first_time   0.33  3
    2  right_and_settled   0.33  3
    """
    needs = lacking(contacts, ["local_date", "transfers", reason, unit])
    if owners is not None:
        needs += lacking(owners, [reason, "owner"], "reasons")
    missing = wanting("right_first_time", "share", needs, lacking(contacts, by), by)
    if missing is not None:
        return missing
    outcomes = not lacking(contacts, ["outcome"])
    ended = nw.when(nw.col("outcome").is_in(list(ENDED))).then(1).otherwise(0) if outcomes else nw.lit(None, nw.Float64)
    columns = {"cx_ended": nw.when(~nw.col("outcome").is_null()).then(ended) if outcomes else ended}
    columns |= {"cx_kept": nw.when(nw.col("transfers") == 0).then(1).otherwise(0), "cx_dealt": nw.col("transfers").is_null()}
    keys = [*dict.fromkeys([*by, reason, unit]), "cx_kept", "cx_dealt", "cx_ended"]
    cluster = options.get("cluster") or "customer_id"
    table = counted(contacts, keys, cluster=cluster, direction=direction, period=period, columns=columns)
    table = table[table[reason].notna() & table[unit].notna() & ~table["cx_dealt"].astype(bool)]
    right = table["cx_kept"].eq(1)
    parts = []
    if owners is not None:
        known = picked(owners, [reason, "owner"]).dropna().drop_duplicates(reason).set_index(reason)["owner"]
        charge = levels(table[reason]).map(known)
        flagged = named(table, by).assign(flag=charge.notna().astype("float64"))
        parts.append(behind(estimates.share(flagged, "flag", by=by, metric="owned_share", **clustered(options)), flagged, by))
        right, table = (right & charge.eq(table[unit]))[charge.notna()], table[charge.notna()]
    table = named(table, by)
    told = {"right_first_time": (table, right), "right_and_settled": (table[table["cx_ended"].notna()], right & table["cx_ended"].eq(1))}
    for metric, (rows, flag) in told.items():
        if len(rows):
            flagged = rows.assign(flag=flag.reindex(rows.index).astype("float64"))
            parts.append(behind(estimates.share(flagged, "flag", by=by, metric=metric, **clustered(options)), rows, by))
    return estimates.stack(*parts)


def _cases(
    contacts: IntoFrame, by: Sequence[str], case: str, handler: str, direction: str | None, period: Span | None, options: Sampling
) -> pd.DataFrame:
    """Cases by how often they changed hands, whether they came back, and whether they had the contacts for it."""
    cluster = options.get("cluster") or "customer_id"
    frame = stepped(contacts, case, [handler], keep=[*by, cluster], back=2, direction=direction, period=period)
    own, last, earlier = nw.col(handler), nw.col(f"cx_{handler}_1"), nw.col(f"cx_{handler}_2")
    moved = ~last.is_null() & (own != last)
    change = nw.when(moved).then(1).otherwise(0)
    back = nw.when(moved & ~earlier.is_null() & (own == earlier)).then(1).otherwise(0)
    cases = folded(frame, case, by=by, cluster=cluster, sums={"changes": change}, flags={"cx_back": back})
    steps = nw.col("steps")
    sizes = {name: nw.when(steps >= least).then(1).otherwise(0) for name, least in (("cx_several", 2), ("cx_many", 3))}
    keys = [*by, "changes", "cx_back", *sizes]
    return counted(cases.to_native(), keys, cluster=cluster, direction=None, columns=sizes, rows=size(contacts))
