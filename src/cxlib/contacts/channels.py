"""The ways customers take: which channel at which unit, where they change it, where the first one fails, and the paths of whole cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, headed, lacking, named, picked, size, wanting
from cxlib.contacts._cases import folded, stepped
from cxlib.contacts._personal import personal_contact
from cxlib.contacts._routes import routes
from cxlib.contacts.repeats import rate, said
from cxlib.contacts.volume.split import pooled, split
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling

__all__ = ["breaks", "conformance", "first_failed", "mix", "paths", "personal_contact", "preferred", "routes", "switching"]

END = "end"  # what stands in a path where nothing follows
MODES = ("online", "offline", "both")


def mix(
    contacts: IntoFrame,
    *,
    unit: str = "received_by",
    min_n: int | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """By which channels contacts reach each unit; intake has brought the spellings of a channel together.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`cxlib.contacts.volume.by_channel`.
    min_n : int, optional
        Units and channels with fewer contacts are pooled as "other" first.
    unit : str
        The unit a contact came in at.

    Returns
    -------
    DataFrame
        ESTIMATES by `unit` and ``channel``: ``contacts`` and ``contact_share`` (adding up to one within a unit).

    >>> log = pd.DataFrame({"contact_id": list("abcd"), "received_by": ["A", "A", "A", "B"],
    ...     "channel": ["phone", "phone", "email", "email"],
    ...     "direction": "inbound", "local_date": pd.Timestamp("2025-03-03").date(), "weight": 1.0, "customer_id": list("wxyz")})
    >>> mix(log).query("metric == 'contact_share'")[["received_by", "channel", "value"]].round(2).values.tolist()
    [['A', 'email', 0.33], ['B', 'email', 1.0], ['A', 'phone', 0.67], ['B', 'phone', 0.0]]
    """
    missing = wanting("contact_share", "share", lacking(contacts, ["local_date"]), lacking(contacts, [unit, "channel"]), [unit, "channel"])
    if missing is not None:
        return missing
    cluster = options.get("cluster") or "customer_id"
    table = named(counted(contacts, [unit, "channel"], cluster=cluster, direction=direction, period=period), [unit, "channel"])
    if min_n and len(table):
        table = table.assign(**{unit: pooled(table, unit, min_n)})
    return split(table, [unit], "channel", min_n, options)


def preferred(
    contacts: IntoFrame,
    customers: pd.DataFrame,
    *,
    min_n: int | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Whether customers use the channel they like best, and whether we offer it at all.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`cxlib.contacts.volume.by_channel`.
    customers : DataFrame
        ``customer_id`` and ``preferred_channel``.
    min_n : int, optional
        Channels preferred by fewer customers, and used by fewer contacts, are pooled as "other" first.

    Returns
    -------
    DataFrame
        ESTIMATES: ``preferred_share`` by ``preferred_channel`` (of customers who name one), ``used_share`` by that and
        ``channel`` (adding up to one for each preferred channel), ``preferred_used_share`` over all and by ``preferred_channel`` (contacts
        that come by the channel the customer likes best), ``preferred_missing_share`` (customers whose preferred channel no contact of the
        log comes by: not offered, or not recorded), and ``linked_share`` (contacts of customers whose preference is known).

    >>> log = pd.DataFrame({"channel": ["phone", "email", "email"], "customer_id": list("aab"), "weight": 1.0,
    ...     "local_date": pd.to_datetime(["2025-01-06"] * 3)})
    >>> likes = pd.DataFrame({"customer_id": ["a", "b", "c"], "preferred_channel": ["phone", "email", "chat"]})
    >>> found = preferred(log, likes)
    >>> told = found["metric"].isin(["preferred_used_share", "preferred_missing_share"])
    >>> found.loc[told, ["preferred_channel", "metric", "value"]].round(2)
      preferred_channel                   metric  value
    3              email     preferred_used_share   1.00
    4              phone     preferred_used_share   0.50
    5                NaN     preferred_used_share   0.67
    10               NaN  preferred_missing_share   0.33
    """
    by = ["preferred_channel", "channel"]
    needs = lacking(contacts, ["local_date", "customer_id", "channel"])
    needs += [f"customers.{name}" for name in ("customer_id", "preferred_channel") if name not in customers or customers[name].isna().all()]
    if needs:
        return estimates.stack(
            *[estimates.unanswerable(metric, "share", needs, by=by) for metric in ("preferred_used_share", "used_share")]
        )
    table = counted(contacts, ["channel"], cluster="customer_id", direction=direction, period=period)
    likes = customers.dropna(subset=["preferred_channel"]).drop_duplicates("customer_id")
    table["preferred_channel"] = table["cluster"].map(likes.set_index("customer_id")["preferred_channel"]).astype("str")
    met = set(table.loc[table["n"].gt(0), "channel"].dropna())
    if min_n:
        likes = likes.assign(preferred_channel=estimates.coarsen(likes["preferred_channel"], min_n=min_n))
    alone: Sampling = {**options, "cluster": "customer_id"}
    each = []
    for level in sorted(likes["preferred_channel"].unique()):
        marked = likes.assign(flag=likes["preferred_channel"].eq(level), preferred_channel=level)
        each.append(estimates.share(marked, "flag", by=by[:1], metric="preferred_share", **alone))
    own = customers.dropna(subset=["preferred_channel"]).drop_duplicates("customer_id")
    never = own.assign(flag=~own["preferred_channel"].isin(met))
    known = named(table.dropna(subset=by), by)
    parts = [*each, *_on_preferred(known, options)]
    split_up = split(known, by[:1], "channel", min_n, options)
    parts.append(split_up[split_up["metric"].eq("contact_share")].assign(metric="used_share").astype({"metric": "str"}))
    parts.append(estimates.share(never, "flag", metric="preferred_missing_share", **alone))
    linked = table.assign(flag=table["preferred_channel"].notna())
    parts.append(behind(estimates.share(linked, "flag", metric="linked_share", **clustered(options)), linked, []))
    return estimates.stack(*parts)


def _on_preferred(known: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    flagged = known.assign(flag=known["channel"].eq(known["preferred_channel"]))
    metric = "preferred_used_share"
    return [
        behind(estimates.share(flagged, "flag", by=by, metric=metric, **clustered(options)), flagged, by)
        for by in (["preferred_channel"], [])
    ]


def switching(
    contacts: IntoFrame,
    *,
    case: str = "case_id",
    min_n: int | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often the next contact of a case comes by another channel, and which one.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    case : str
        What belongs together; contacts without a case or a channel are left out.
    min_n : int, optional
        Channels from which fewer steps lead are pooled as "other" first.
    direction, period
        As in :func:`cxlib.contacts.volume.by_hour`.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES: ``switch_share`` over all and by ``channel`` (the one before), ``share`` of steps from one contact of a case to the
        next; ``next_share`` by ``channel`` and ``next_channel`` (adding up to one for each channel). ``n`` counts steps.

    >>> log = pd.DataFrame({"contact_id": list("123"), "case_id": "v", "customer_id": "a", "channel": ["phone", "email", "email"],
    ...     "contact_ts": pd.date_range("2025-01-06", periods=3, tz="UTC"), "local_date": pd.date_range("2025-01-06", periods=3)})
    >>> switching(log)[["channel", "next_channel", "metric", "value"]]
      channel next_channel        metric  value
    0     NaN          NaN  switch_share    0.5
    1   email          NaN  switch_share    0.0
    2   phone          NaN  switch_share    1.0
    3   email        email    next_share    1.0
    4   phone        email    next_share    1.0
    """
    needs = lacking(contacts, ["contact_ts", "local_date", case, "channel"])
    if needs:
        return estimates.unanswerable("switch_share", "share", needs, by=["channel", "next_channel"])
    table = _steps(contacts, case, "channel", direction, period, options)
    if table.empty:
        none = estimates.unanswerable("switch_share", "share", [], by=["channel", "next_channel"])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    table = table.rename(columns={"channel": "next_channel", "cx_channel_1": "channel"})
    table = table.assign(channel=pooled(table, "channel", min_n)) if min_n else table
    flagged = table.assign(flag=table["channel"].ne(table["next_channel"]).astype("float64"))
    parts = [
        behind(estimates.share(flagged, "flag", by=by, metric="switch_share", **clustered(options)), flagged, by)
        for by in ([], ["channel"])
    ]
    led = split(table, ["channel"], "next_channel", None, options)
    led = led[led["metric"].eq("contact_share") & led["value"].gt(0)].sort_values(["channel", "next_channel"], kind="stable")
    return estimates.stack(*parts, led.assign(metric=pd.Series("next_share", index=led.index, dtype="str")))


def first_failed(
    contacts: IntoFrame,
    *,
    unit: str = "customer_id",
    same: Sequence[str] = ("reason_id",),
    window_days: float = 7,
    forward_minutes: float = 15,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Which channel helps least: how often the customer comes back, and how often by another channel.

    Parameters as in :func:`cxlib.contacts.repeats.rate`.

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
        ESTIMATES by ``same``, ``window_days`` and ``channel`` (of the attempt): ``first_failed_share``, ``share`` of attempts that are
        followed by another one; ``repeat_other_channel``, ``share`` of those in which it comes by another channel.

    >>> days = pd.to_datetime(["2025-01-01", "2025-01-03", "2025-01-01", "2025-03-01"])
    >>> log = pd.DataFrame({"contact_id": list("1234"), "customer_id": list("aabc"), "reason_id": "status", "weight": 1.0,
    ...     "channel": ["email", "phone", "phone", "phone"], "contact_ts": days.tz_localize("UTC"), "local_date": days})
    >>> first_failed(log)[["channel", "metric", "value", "n"]]
      channel                metric  value  n
    0   email    first_failed_share    1.0  1
    1   phone    first_failed_share    0.0  2
    2   email  repeat_other_channel    1.0  1
    """
    defined = said(same, window_days)
    needs = lacking(contacts, ["channel"])
    if needs:
        return estimates.unanswerable("first_failed_share", "share", needs, by=[*defined, "channel"]).assign(**defined)
    definition: dict[str, Any] = {"unit": unit, "same": same, "window_days": window_days, "forward_minutes": forward_minutes}
    found = rate(contacts, by=["channel"], direction=direction, period=period, **definition, **options)
    kept = found[found["metric"].isin(("repeat_share", "repeat_other_channel"))].reset_index(drop=True)
    return kept.assign(metric=kept["metric"].replace("repeat_share", "first_failed_share").astype("str"))


def breaks(
    contacts: IntoFrame,
    touchpoints: IntoFrame,
    responses: IntoFrame | None = None,
    *,
    case: str = "case_id",
    item_types: Sequence[str] = ("csat", "ces"),
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What happens where a case goes from online to offline or back, beside steps that stay where they were.

    Parameters
    ----------
    contacts, case, direction, period, **options
        As in :func:`switching`.
    touchpoints : DataFrame
        ``touchpoint_id`` and ``mode``; contacts at touchpoints that are both, or at none, have no mode and are left out.
    responses : DataFrame, optional
        Answers about a contact (``contact_id``): their ratings by the step that led to it.
    item_types : sequence of str
        Types of the questions about satisfaction and effort.
    min_n : int
        Answers below which no rating is told.

    Returns
    -------
    DataFrame
        ESTIMATES by ``transition`` ("offline", "online": stays there; "offline_online", "online_offline": changes): ``transition_share``
        (``share`` of all steps), ``goes_on_share`` (``share`` of steps after which the case needs yet another contact: the effort of
        coming again), and ``rating`` by ``item_id`` in the scale of the answers. ``break_difference`` (``share``): changes minus
        stays, of ``goes_on_share``. ``n`` counts steps, for ratings answers.

    >>> log = pd.DataFrame({"contact_id": list("123456"), "case_id": list("uuvvww"), "customer_id": list("aabbcc"), "weight": 1.0,
    ...     "touchpoint_id": ["shop", "hotline", "shop", "shop", "hotline", "hotline"],
    ...     "contact_ts": pd.date_range("2025-01-06", periods=6, tz="UTC"), "local_date": pd.date_range("2025-01-06", periods=6)})
    >>> listed = pd.DataFrame({"touchpoint_id": ["shop", "hotline"], "mode": ["online", "offline"]})
    >>> found = breaks(log, listed)
    >>> found.loc[found["metric"].eq("transition_share"), ["transition", "value", "n"]].round(2)
           transition  value  n
    0         offline   0.33  3
    1          online   0.33  3
    2  online_offline   0.33  3
    """
    needs = lacking(contacts, ["contact_ts", "local_date", case, "touchpoint_id"]) + lacking(touchpoints, ["mode"], "touchpoints")
    if needs:
        return estimates.unanswerable("transition_share", "share", needs, by=["transition"])
    cluster = options.get("cluster") or "customer_id"
    frame = _moded(contacts, touchpoints, case, cluster, direction, period)
    keys = ["cx_mode_1", "cx_mode", "cx_more"]
    table = counted(frame.filter(~nw.col("cx_first")).to_native(), keys, cluster=cluster, direction=None, rows=size(contacts))
    if table.empty:
        return estimates.unanswerable("transition_share", "share", [f"contacts.{case}"], by=["transition"]).assign(note="no events")
    stays = table["cx_mode"].eq(table["cx_mode_1"])
    table["transition"] = table["cx_mode"].where(stays, table["cx_mode_1"] + "_" + table["cx_mode"]).astype("str")
    table = table.assign(flag=table["cx_more"].astype("float64"), changes=stays.map({True: "stays", False: "changes"}))
    parts = [behind(estimates.shares(table, "transition", metric="transition_share", **clustered(options)), table, [])]
    goes_on = estimates.share(table, "flag", by=["transition"], metric="goes_on_share", **clustered(options))
    parts.append(behind(goes_on, table, ["transition"]))
    if table["changes"].nunique() == 2:
        against: dict[str, Any] = {"between": "changes", "reference": "stays", "metric": "break_difference"}
        apart = estimates.share_difference(table, "flag", **against, **clustered(options))
        parts.append(behind(apart.drop(columns="changes"), table, []))
    if responses is not None:
        parts += _ratings(frame, responses, cluster, item_types, min_n, options)
    return estimates.stack(*parts)


def paths(
    contacts: IntoFrame,
    *,
    case: str = "case_id",
    column: str = "touchpoint_id",
    steps: int = 3,
    least: int = 1,
    most: int = 15,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """The ways that cases take over several contacts, the most frequent ones first.

    Parameters
    ----------
    contacts, case, direction, period, **options
        As in :func:`switching`.
    column : str
        What a step is told by: ``touchpoint_id``, ``channel``, ``received_by``.
    steps : int
        How many contacts of a case are told, from its first one on.
    least : int
        Cases with fewer contacts are left out.
    most : int
        How many ways are told; the rest are one level.

    Returns
    -------
    DataFrame
        ESTIMATES by ``step_1`` … (the last steps "end" where the case was over before): ``path_share``, ``share`` of these cases;
        "__other__" in every step for the ways that are not told. ``n`` counts cases.

    >>> log = pd.DataFrame({"contact_id": list("123"), "case_id": list("vvw"), "customer_id": "a", "touchpoint_id": ["T1", "T2", "T1"],
    ...     "contact_ts": pd.date_range("2025-01-06", periods=3, tz="UTC"), "local_date": pd.date_range("2025-01-06", periods=3)})
    >>> paths(log, steps=2)[["step_1", "step_2", "value"]]
      step_1 step_2  value
    0     T1     T2    0.5
    1     T1    end    0.5
    """
    names = [f"step_{number}" for number in range(1, steps + 1)]
    needs = lacking(contacts, ["contact_ts", "local_date", case, column])
    if needs:
        return estimates.unanswerable("path_share", "share", needs, by=names)
    cluster = options.get("cluster") or "customer_id"
    frame = stepped(contacts, case, [column], keep=[cluster], direction=direction, period=period)
    order = ["contact_ts", *(["contact_id"] if "contact_id" in frame.columns else [])]
    later = {f"cx_{name}": nw.col(column).shift(-ahead).over(case, order_by=order) for ahead, name in enumerate(names[1:], start=1)}
    frame = frame.with_columns(cx_step_1=nw.col(column), **later).filter(nw.col("cx_first"))
    if least > 1:
        frame = frame.filter(~nw.col(f"cx_step_{min(least, steps)}").is_null())
    table = counted(frame.to_native(), [f"cx_{name}" for name in names], cluster=cluster, direction=None, rows=size(contacts))
    table = table.rename(columns={f"cx_{name}": name for name in names})
    table[names] = table[names].astype("str").fillna(END)
    sizes = table.groupby(names)["weight"].sum().sort_values(ascending=False, kind="stable")
    told = sizes.index[:most]
    place = table.set_index(names).index
    known = place.isin(told)
    table[names] = table[names].where(pd.Series(known, index=table.index), estimates.OTHER)
    parts = []
    for path in [*told, *([(estimates.OTHER,) * steps] if not known.all() else [])]:
        flagged = table.assign(flag=(table[names] == list(path)).all(axis=1).astype("float64"))
        share = behind(estimates.share(flagged, "flag", metric="path_share", **clustered(options)), table, [])
        parts.append(headed(share, dict(zip(names, path, strict=True))))
    if not parts:
        return estimates.unanswerable("path_share", "share", [], by=names).assign(note="no events", n=pd.array([0], dtype="Int64"))
    return estimates.stack(*parts)


def conformance(
    contacts: IntoFrame,
    touchpoints: IntoFrame | None = None,
    journeys: Mapping[str, Sequence[str]] | None = None,
    *,
    case: str = "case_id",
    column: str = "touchpoint_id",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often a case follows a journey that the company has laid down.

    Parameters
    ----------
    contacts, case, direction, period, **options
        As in :func:`switching`.
    touchpoints : DataFrame, optional
        Where no journeys are declared: ``touchpoint_id`` and ``seq``, whose order is then the one journey.
    journeys : mapping of str to sequence of str, optional
        Name of a journey → the levels of `column` in their order. A case belongs to every journey that holds its first step.
    column : str
        What a step is told by.

    Returns
    -------
    DataFrame
        ESTIMATES by ``journey``, each a ``share`` of its cases with two contacts or more: ``conformance_share`` (every step is on the
        journey and none goes back), ``backward_share`` (some step goes back), ``outside_share`` (some step is not on it); a case may be
        both. Staying at a step conforms, and so does leaving steps out, which the customer may never have needed. ``n`` counts cases.

    Raises
    ------
    CxError
        When a journey has fewer than two steps or names one twice.

    >>> log = pd.DataFrame({"contact_id": list("123456"), "case_id": list("uuuvvv"), "customer_id": list("aaabbb"), "weight": 1.0,
    ...     "touchpoint_id": ["T1", "T2", "T3", "T1", "T3", "T2"],
    ...     "contact_ts": pd.date_range("2025-01-06", periods=6, tz="UTC"), "local_date": pd.date_range("2025-01-06", periods=6)})
    >>> conformance(log, journeys={"order": ["T1", "T2", "T3"]})[["journey", "metric", "value", "n"]]
      journey             metric  value  n
    0   order  conformance_share    0.5  2
    1   order     backward_share    0.5  2
    2   order      outside_share    0.0  2
    """
    needs = lacking(contacts, ["contact_ts", "local_date", case, column])
    if not journeys:
        needs += ["params.journeys"] if touchpoints is None else lacking(touchpoints, ["touchpoint_id", "seq"], "touchpoints")
    if needs:
        return estimates.unanswerable("conformance_share", "share", needs, by=["journey"])
    if not journeys:
        listed = picked(touchpoints, ["touchpoint_id", "seq"]).dropna().sort_values("seq")  # type: ignore[arg-type]
        journeys = {"inventory": listed["touchpoint_id"].to_list()}
    parts = [_followed(contacts, name, steps, case, column, direction, period, options) for name, steps in journeys.items()]
    return estimates.stack(*parts)


def _followed(
    contacts: IntoFrame,
    name: str,
    steps: Sequence[str],
    case: str,
    column: str,
    direction: str | None,
    period: Span | None,
    options: Sampling,
) -> pd.DataFrame:
    """The three shares of one journey."""
    if len(steps) < 2 or len(set(steps)) < len(steps):
        raise CxError(worded(f"journeys.{name}", "a journey has at least two steps, each once; this one has", ", ".join(steps)))
    place: Any = nw.lit(0)
    for number, step in enumerate(steps, start=1):
        place = nw.when(nw.col(column) == step).then(nw.lit(number)).otherwise(place)
    cluster = options.get("cluster") or "customer_id"
    frame = stepped(contacts, case, [column], keep=[cluster], direction=direction, period=period).with_columns(cx_place=place)
    order = ["contact_ts", *(["contact_id"] if "contact_id" in frame.columns else [])]
    frame = frame.with_columns(cx_reached=nw.col("cx_place").cum_max().over(case, order_by=order))
    outside, back = nw.col("cx_place") == 0, (nw.col("cx_place") > 0) & (nw.col("cx_place") < nw.col("cx_reached"))
    flags = {
        "cx_outside": nw.when(outside).then(1).otherwise(0),
        "cx_backward": nw.when(back).then(1).otherwise(0),
        "cx_own": nw.when(nw.col("cx_first") & ~outside).then(1).otherwise(0),
    }
    cases = folded(frame, case, by=[], cluster=cluster, sums={}, flags=flags)
    cases = cases.filter((nw.col("cx_own") == 1) & (nw.col("steps") >= 2))
    table = counted(cases.to_native(), ["cx_outside", "cx_backward"], cluster=cluster, direction=None, rows=size(contacts))
    if table.empty:
        none = estimates.unanswerable("conformance_share", "share", [], by=["journey"])
        return none.assign(journey=name, note="no events", n=pd.array([0], dtype="Int64"))
    kinds = {
        "conformance_share": table["cx_outside"].eq(0) & table["cx_backward"].eq(0),
        "backward_share": table["cx_backward"].eq(1),
        "outside_share": table["cx_outside"].eq(1),
    }
    told = [
        behind(estimates.share(table.assign(flag=flag.astype("float64")), "flag", metric=metric, **clustered(options)), table, [])
        for metric, flag in kinds.items()
    ]
    return headed(estimates.stack(*told), {"journey": name})


def _steps(contacts: IntoFrame, case: str, column: str, direction: str | None, period: Span | None, options: Sampling) -> pd.DataFrame:
    """Steps from one contact of a case to the next, by where they come from and where they lead."""
    cluster = options.get("cluster") or "customer_id"
    frame = stepped(contacts, case, [column], keep=[cluster], direction=direction, period=period).filter(~nw.col("cx_first"))
    return counted(frame.to_native(), [f"cx_{column}_1", column], cluster=cluster, direction=None, rows=size(contacts))


def _moded(
    contacts: IntoFrame, touchpoints: IntoFrame, case: str, cluster: str, direction: str | None, period: Span | None
) -> nw.LazyFrame[Any]:
    """Contacts at online and offline touchpoints with the mode of the one before in their case, and whether another one follows."""
    known = picked(touchpoints, ["touchpoint_id", "mode"]).dropna()
    mode: Any = nw.lit(None, nw.String)
    for level in ("online", "offline"):
        ids = known.loc[known["mode"] == level, "touchpoint_id"].to_list()
        mode = nw.when(nw.col("touchpoint_id").is_in(ids)).then(nw.lit(level)).otherwise(mode)
    own = nw.from_native(contacts).lazy().with_columns(cx_mode=mode).to_native()
    frame = stepped(own, case, ["cx_mode"], keep=[cluster], direction=direction, period=period).rename({"cx_cx_mode_1": "cx_mode_1"})
    order = ["contact_ts", *(["contact_id"] if "contact_id" in frame.columns else [])]
    following = nw.col("cx_mode").shift(-1).over(case, order_by=order)
    return frame.with_columns(cx_after=following).with_columns(cx_more=nw.when(~nw.col("cx_after").is_null()).then(1).otherwise(0))


def _ratings(
    frame: nw.LazyFrame[Any], responses: IntoFrame, cluster: str, item_types: Sequence[str], min_n: int, options: Sampling
) -> list[pd.DataFrame]:
    """Mean ratings of the contacts that steps led to."""
    wanted = ["contact_id", "item_id", "item_type", "state", "value", "customer_id"]
    have = nw.from_native(responses).lazy().columns
    if not {"contact_id", "item_id", "item_type", "value"} <= set(have):
        return [estimates.unanswerable("rating", "", ["responses.contact_id"], by=["transition", "item_id"])]
    answers = picked(responses, [name for name in wanted if name in have])
    answers = answers[answers["contact_id"].notna() & answers["item_type"].isin(item_types) & answers["value"].notna()]
    ids = answers["contact_id"].unique().tolist()
    told = (
        frame.filter(~nw.col("cx_first") & nw.col("contact_id").is_in(ids))
        .select("contact_id", "cx_mode_1", "cx_mode")
        .collect()
        .to_pandas()
    )
    both = answers.merge(told.drop_duplicates("contact_id"), on="contact_id", validate="many_to_one")
    if both.empty:
        return []
    stays = both["cx_mode"].eq(both["cx_mode_1"])
    both["transition"] = both["cx_mode"].where(stays, both["cx_mode_1"] + "_" + both["cx_mode"]).astype("str")
    whose = both["customer_id"] if "customer_id" in both else pd.Series(pd.NA, index=both.index, dtype="str")
    both = both.assign(cluster=whose.astype("str").fillna("contact " + both["contact_id"].astype("str")))
    mean = estimates.mean(both, "value", by=["transition", "item_id"], metric="rating", **clustered(options, weight=None))
    return [estimates.withhold(mean, mean["n"] < min_n, f"n < {min_n}")]
