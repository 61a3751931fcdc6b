"""Contacts that were not enough: the same customer comes back about the same thing.

What counts as a repeat is a matter of definition, and the definition moves the figure threefold: every row names the window and what has
to be the same. A contact that follows within minutes is the same attempt, handed on (a forward), and no repeat; an attempt is known by its
last contact. Attempts of the last window are dropped: nobody knows yet whether they were enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clocked, clustered, counted, counts, headed, lacking, named, size, wanting, within
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling

__all__ = ["ENDED", "attempts", "chains", "first_contact_resolution", "rate", "said"]

ENDED = ("resolved", "sale", "return", "credit", "cancelled")  # outcomes after which nothing is left to be done
DAY, MOMENT = 86_400_000_000, "cx_us_contact_ts"  # microseconds
ANY = "any"  # what is told where any further contact of the customer is a repeat


def rate(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    unit: str = "customer_id",
    same: Sequence[str] = ("reason_id",),
    window_days: float = 7,
    forward_minutes: float = 15,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of attempts after which the customer came back about the same thing.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log; leave tally weeks out with :func:`cxlib.contacts.volume.logged`.
    by : sequence of str
        Group columns, of an attempt's last contact.
    unit : str
        Who comes back: ``customer_id``, ``person_id`` or ``account_id``.
    same : sequence of str
        Columns that have to agree as well: ``reason_id``, ``case_id``, ``order_id`` …; none: whatever the customer comes back for.
    window_days : float
        Within how many days of the attempt's last contact the next one counts.
    forward_minutes : float
        A contact less than this after the one before is a forward, part of the same attempt.
    direction, period
        As in :func:`cxlib.contacts.volume.by_hour`; contacts of the period are followed to its end.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is `unit` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES by ``same`` ("any", "reason_id" …), ``window_days`` and `by`: ``repeat_share`` (``share``), ``repeat_other_channel``
        (``share`` of the repeats that come by another channel, where the log has one), ``attempts`` and ``forwards`` (``count``),
        ``censored`` (attempts of the last window, dropped) and ``not_linked`` (contacts in which `unit` or a column of `same` is missing).

    Raises
    ------
    CxError
        When the window is not longer than the minutes of a forward.

    Notes
    -----
    Attempts whose next contact follows within the window, over all attempts that end at least a window before the last contact of the
    period. Wilson interval on the clustered effective size. Contacts at the same moment are ordered by their ids.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> moments = [at("2025-01-01 09:00"), at("2025-01-01 09:05"), at("2025-01-03 09:00"), at("2025-01-05 09:00"), at("2025-02-01 09:00")]
    >>> log = pd.DataFrame({"contact_id": list("12345"), "contact_ts": moments, "customer_id": list("aaaba"), "reason_id": "status",
    ...     "weight": 1.0, "local_date": [moment.tz_localize(None).normalize() for moment in moments]})
    >>> rate(log)[["same", "window_days", "metric", "value"]].round(2)
            same window_days        metric  value
    0  reason_id           7  repeat_share   0.33
    1  reason_id           7      attempts   3.00
    2  reason_id           7      forwards   1.00
    3  reason_id           7      censored   1.00
    4  reason_id           7    not_linked   0.00
    """
    defined = said(same, window_days)
    needs = lacking(contacts, ["contact_ts", "local_date", unit, *same])
    missing = wanting("repeat_share", "share", needs, lacking(contacts, by), [*defined, *by])
    if missing is not None:
        return missing.assign(**defined)
    frame = attempts(
        contacts,
        keep=[*by, options.get("cluster") or unit],
        unit=unit,
        same=same,
        window_days=window_days,
        forward_minutes=forward_minutes,
        direction=direction,
        period=period,
    )
    cluster = options.get("cluster") or unit
    table = named(counted(frame.to_native(), [*by, "cx_state"], cluster=cluster, direction=None, rows=size(contacts)), by)
    parts = []
    judged = table[table["cx_state"].isin(("single", "again", "elsewhere"))]
    if len(judged):
        flagged = judged.assign(flag=(judged["cx_state"] != "single").astype("float64"))
        parts.append(behind(estimates.share(flagged, "flag", by=by, metric="repeat_share", **clustered(options)), judged, by))
    back = judged[judged["cx_state"] != "single"]
    if len(back) and _has(contacts, "channel"):
        flagged = back.assign(flag=(back["cx_state"] == "elsewhere").astype("float64"))
        parts.append(behind(estimates.share(flagged, "flag", by=by, metric="repeat_other_channel", **clustered(options)), back, by))
    parts += _counts(table, by)
    result = estimates.stack(*parts)
    return headed(result, defined)


def said(same: Sequence[str], window_days: float) -> dict[str, str]:
    """Return a definition as group columns: what has to be the same, and the window.

    Parameters
    ----------
    window_days : float
        Days within which a later contact belongs to the one before.

    >>> said([], 7), said(["reason_id", "order_id"], 0.5)
    ({'same': 'any', 'window_days': '7'}, {'same': 'reason_id order_id', 'window_days': '0.5'})
    """
    return {"same": " ".join(same) or ANY, "window_days": f"{window_days:g}"}


def attempts(
    contacts: IntoFrame,
    *,
    unit: str = "customer_id",
    same: Sequence[str] = ("reason_id",),
    window_days: float = 7,
    forward_minutes: float = 15,
    keep: Sequence[str] | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
) -> nw.LazyFrame[Any]:
    """Return the contacts, not yet read, with what followed on each.

    Parameters as in :func:`rate`; `keep` names the columns that are wanted besides those looked at, all when left out.

    Parameters
    ----------
    unit : str
        Column of those who get in touch, one id each: "customer_id".
    window_days : float
        Days within which a later contact belongs to the one before.
    forward_minutes : float
        Minutes within which a further contact is the same attempt: it was put through, not tried again.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.

    Returns
    -------
    narwhals LazyFrame
        The contacts with ``cx_state``: "forward" (another contact of the same attempt follows), "again" and "elsewhere" (the next attempt
        follows within the window, by the same channel or another one), "single" (none does), "censored" (the window was not over yet)
        and "unlinked" (nobody knows whose it is).

    >>> days = pd.to_datetime(["2025-01-01", "2025-01-03", "2025-01-04", "2025-02-01"])
    >>> log = pd.DataFrame({"contact_id": list("1234"), "customer_id": list("aaba"), "reason_id": "status",
    ...     "contact_ts": days.tz_localize("UTC"), "channel": ["email", "phone", "phone", "phone"], "local_date": days})
    >>> told = attempts(log).select("contact_id", "cx_state").collect().to_pandas().sort_values("contact_id")
    >>> told["cx_state"].to_list()
    ['elsewhere', 'single', 'single', 'censored']
    """
    if forward_minutes >= window_days * 1440:
        seen = f"{window_days:g} days, forwards below {forward_minutes:g} minutes"
        raise CxError(worded("window_days", "the window is not longer than a forward:", seen, do="Choose a longer window."))
    frame, keys = within(contacts, direction, period), [unit, *same]
    names = frame.columns
    if keep is not None:
        wanted = [*keys, "contact_ts", "contact_id", "channel", "local_date", "weight", *keep]
        frame = frame.select(*[name for name in dict.fromkeys(wanted) if name in names])
    frame = clocked(frame, ["contact_ts"])
    linked = ~nw.any_horizontal(*[nw.col(name).is_null() for name in [*keys, "contact_ts"]], ignore_nulls=False)
    until, order = _last_moment(frame), _order(frame)
    following: dict[str, Any] = {"cx_next": nw.col(MOMENT).shift(-1).over(*keys, order_by=order)}
    if "channel" in names:
        following["cx_way"] = nw.col("channel").shift(-1).over(*keys, order_by=order)
    frame = frame.with_columns(**following).with_columns(cx_gap=nw.col("cx_next") - nw.col(MOMENT))
    window = round(window_days * DAY)
    back = nw.lit("again")
    if "channel" in names:
        other = ~nw.col("cx_way").is_null() & ~nw.col("channel").is_null() & (nw.col("cx_way") != nw.col("channel"))
        back = nw.when(other).then(nw.lit("elsewhere")).otherwise(back)
    done = nw.when(nw.col("cx_gap") <= window).then(back).otherwise(nw.lit("single"))
    state = nw.when(nw.col(MOMENT) > until - window).then(nw.lit("censored")).otherwise(done)
    state = nw.when(nw.col("cx_gap") < round(forward_minutes * DAY / 1440)).then(nw.lit("forward")).otherwise(state)
    return frame.with_columns(cx_state=nw.when(linked).then(state).otherwise(nw.lit("unlinked")))


def first_contact_resolution(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    unit: str = "customer_id",
    same: Sequence[str] = ("reason_id",),
    window_days: float = 7,
    forward_minutes: float = 15,
    ended: Sequence[str] = ENDED,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of first attempts that settled the matter: the outcome says so, and the customer did not come back.

    Parameters as in :func:`rate`; `ended` are the outcomes after which nothing is left to be done.

    Parameters
    ----------
    contacts : table
        The contact log, one row a contact: a pandas frame, a DuckDB relation or a PySpark frame.
    unit : str
        Column of those who get in touch, one id each: "customer_id".
    forward_minutes : float
        Minutes within which a further contact is the same attempt: it was put through, not tried again.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``same``, ``window_days`` and `by`: ``first_contact_resolution``; ``said_resolved``, what the outcome alone says, and
        ``no_repeat``, what the window alone says (each ``share`` of the same first attempts); ``outcome_unknown`` (``share``): first
        attempts without an outcome, which are in none of the three.

    Notes
    -----
    First attempts follow on no other within the window; those of the first window (what came before is not known) and of the last one
    are dropped. Wilson interval on the clustered effective size.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> moments = [at("2025-01-01"), at("2025-01-10"), at("2025-01-12"), at("2025-01-15"), at("2025-02-01")]
    >>> log = pd.DataFrame({"contact_id": list("12345"), "contact_ts": moments, "customer_id": list("cabbc"), "reason_id": "status",
    ...     "weight": 1.0, "local_date": [moment.tz_localize(None) for moment in moments], "outcome": "resolved"})
    >>> first_contact_resolution(log)[["metric", "value", "n"]].round(2)
                         metric  value  n
    0  first_contact_resolution    0.5  2
    1             said_resolved    1.0  2
    2                 no_repeat    0.5  2
    3           outcome_unknown    0.0  2
    """
    defined = said(same, window_days)
    needs = lacking(contacts, ["contact_ts", "local_date", unit, "outcome", *same])
    missing = wanting("first_contact_resolution", "share", needs, lacking(contacts, by), [*defined, *by])
    if missing is not None:
        return missing.assign(**defined)
    frame = attempts(
        contacts,
        keep=[*by, options.get("cluster") or unit, "outcome"],
        unit=unit,
        same=same,
        window_days=window_days,
        forward_minutes=forward_minutes,
        direction=direction,
        period=period,
    )
    frame = _first_ones(frame, [unit, *same], window_days)
    outcome = nw.when(nw.col("outcome").is_in(list(ended))).then(nw.lit("ended")).otherwise(nw.lit("open"))
    columns = {"cx_outcome": nw.when(nw.col("outcome").is_null()).then(nw.lit("unknown")).otherwise(outcome)}
    cluster = options.get("cluster") or unit
    table = counted(
        frame.to_native(), [*by, "cx_state", "cx_outcome"], cluster=cluster, direction=None, columns=columns, rows=size(contacts)
    )
    table = named(table[table["cx_state"].isin(("single", "again", "elsewhere"))], by)
    told = table[table["cx_outcome"] != "unknown"]
    ended_well, alone = told["cx_outcome"].eq("ended"), told["cx_state"].eq("single")
    parts = []
    for metric, rows, flag in (
        ("first_contact_resolution", told, ended_well & alone),
        ("said_resolved", told, ended_well),
        ("no_repeat", told, alone),
        ("outcome_unknown", table, table["cx_outcome"].eq("unknown")),
    ):
        if len(rows):
            share = estimates.share(rows.assign(flag=flag.astype("float64")), "flag", by=by, metric=metric, **clustered(options))
            parts.append(behind(share, rows, by))
    result = estimates.stack(*parts) if parts else counts(table, by, "attempts")
    return headed(result, defined)


def chains(
    contacts: IntoFrame,
    *,
    unit: str = "customer_id",
    same: Sequence[str] = ("reason_id",),
    window_days: float = 7,
    forward_minutes: float = 15,
    most: int = 5,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many attempts it takes: chains of attempts that follow on each other within the window, by their length.

    Parameters as in :func:`rate`; chains of `most` attempts and more are one level.

    Parameters
    ----------
    contacts : table
        The contact log, one row a contact: a pandas frame, a DuckDB relation or a PySpark frame.
    unit : str
        Column of those who get in touch, one id each: "customer_id".
    forward_minutes : float
        Minutes within which a further contact is the same attempt: it was put through, not tried again.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``same``, ``window_days`` and ``attempts_needed`` ("1" … "5+"): ``chain_share`` (``share``); and over all lengths
        ``attempts_per_matter`` (``times``), the mean. Chains that touch the first or the last window of the log are dropped.

    Notes
    -----
    A chain is known by its last attempt; its number is counted from the first one of the chain.

    >>> days = pd.to_datetime(["2025-01-01", "2025-01-10", "2025-01-12", "2025-01-15", "2025-02-01"])
    >>> log = pd.DataFrame({"contact_id": list("12345"), "contact_ts": days.tz_localize("UTC"), "customer_id": list("cabbc"),
    ...     "reason_id": "status", "weight": 1.0, "local_date": days})
    >>> chains(log)[["attempts_needed", "metric", "value"]]
      attempts_needed               metric  value
    0               1          chain_share    0.5
    1               2          chain_share    0.5
    2             NaN  attempts_per_matter    1.5
    """
    defined = said(same, window_days)
    needs = lacking(contacts, ["contact_ts", "local_date", unit, *same])
    if needs:
        return estimates.unanswerable("chain_share", "share", needs, by=[*defined, "attempts_needed"]).assign(**defined)
    frame = attempts(
        contacts,
        keep=[options.get("cluster") or unit],
        unit=unit,
        same=same,
        window_days=window_days,
        forward_minutes=forward_minutes,
        direction=direction,
        period=period,
    )
    table = _lengths(frame, [unit, *same], window_days, options.get("cluster") or unit, size(contacts))
    if table.empty:
        return estimates.unanswerable("chain_share", "share", ["contacts.contact_ts"], by=[*defined, "attempts_needed"]).assign(**defined)
    number = table["cx_number"].astype("int64")
    level = number.astype("str").where(number < most, f"{most}+")
    told = sorted(level.unique(), key=lambda text: int(text.rstrip("+")))
    named_by = table.assign(attempts_needed=level)
    share = estimates.shares(named_by, "attempts_needed", levels=told, metric="chain_share", **clustered(options))
    mean = estimates.mean(
        table.assign(number=number.astype("float64")), "number", metric="attempts_per_matter", unit="times", **clustered(options)
    )
    result = estimates.stack(behind(share, table, []), behind(mean, table, []))
    return headed(result, defined)


def _lengths(frame: nw.LazyFrame[Any], keys: list[str], window_days: float, cluster: str, rows: int) -> pd.DataFrame:
    """Chains by the number of their attempts, known by the last one; those that may have begun before the log are left out."""
    frame = _numbered(frame, keys, window_days)
    frame = frame.filter((nw.col("cx_state") == "single") & (nw.col("cx_began") > nw.col("cx_unsure")))
    number = (nw.col("cx_place") - nw.col("cx_began") + 1).cast(nw.Int64)
    return counted(frame.to_native(), ["cx_number"], cluster=cluster, direction=None, columns={"cx_number": number}, rows=rows)


def _numbered(frame: nw.LazyFrame[Any], keys: list[str], window_days: float) -> nw.LazyFrame[Any]:
    """Attempts with their place among all of the same matter, where their chain began, and where one last began unseen."""
    order = _order(frame)
    begins = _first_moment(frame)
    frame = frame.filter(~nw.col("cx_state").is_in(["forward", "unlinked"])).with_columns(cx_one=nw.lit(1))
    frame = frame.with_columns(
        cx_place=nw.col("cx_one").cum_sum().over(*keys, order_by=order),
        cx_before=nw.col("cx_state").shift(1).over(*keys, order_by=order),
    )
    new = nw.col("cx_before").is_null() | (nw.col("cx_before") == "single")
    early = nw.col("cx_before").is_null() & (nw.col(MOMENT) < begins + round(window_days * DAY))
    frame = frame.with_columns(
        cx_start=nw.when(new).then(nw.col("cx_place")).otherwise(nw.lit(0)),
        cx_dark=nw.when(early).then(nw.col("cx_place")).otherwise(nw.lit(0)),
    )
    return frame.with_columns(
        cx_began=nw.col("cx_start").cum_max().over(*keys, order_by=order), cx_unsure=nw.col("cx_dark").cum_max().over(*keys, order_by=order)
    )


def _first_ones(frame: nw.LazyFrame[Any], keys: list[str], window_days: float) -> nw.LazyFrame[Any]:
    """Attempts that follow on no other within the window, those left out of which the log is too young to tell."""
    order = _order(frame)
    begins = _first_moment(frame)
    frame = frame.filter(~nw.col("cx_state").is_in(["forward", "unlinked"]))
    frame = frame.with_columns(cx_before=nw.col("cx_state").shift(1).over(*keys, order_by=order))
    alone = nw.col("cx_before").is_null() & (nw.col(MOMENT) >= begins + round(window_days * DAY))
    return frame.filter((nw.col("cx_before") == "single") | alone)


def _order(frame: nw.LazyFrame[Any]) -> list[str]:
    return [MOMENT, *(["contact_id"] if "contact_id" in frame.columns else [])]


def _first_moment(frame: nw.LazyFrame[Any]) -> int:
    return int(frame.select(nw.col(MOMENT).min()).collect().item() or 0)


def _last_moment(frame: nw.LazyFrame[Any]) -> int:
    return int(frame.select(nw.col(MOMENT).max()).collect().item() or 0)


def _has(contacts: IntoFrame, column: str) -> bool:
    return column in nw.from_native(contacts).lazy().columns


def _counts(table: pd.DataFrame, by: Sequence[str]) -> list[pd.DataFrame]:
    """How many contacts stand behind a rate and beside it."""
    kinds = {"attempts": ("single", "again", "elsewhere"), "forwards": ("forward",), "censored": ("censored",), "not_linked": ("unlinked",)}
    everywhere = table[list(by)].drop_duplicates() if by else pd.DataFrame(index=range(1))
    none = everywhere.assign(n=0, weight=0.0, squares=0.0)
    return [counts(pd.concat([table[table["cx_state"].isin(states)], none], ignore_index=True), by, name) for name, states in kinds.items()]
