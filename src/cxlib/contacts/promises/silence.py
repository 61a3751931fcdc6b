"""How long customers hear nothing from us while their case is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, filled, lacking, named, picked, wanting
from cxlib.contacts.pain_points._figures import DAY, microseconds, timed, until
from cxlib.estimates import Sampling

__all__ = ["silence"]


def silence(
    contacts: IntoFrame,
    messages: IntoFrame | None = None,
    *,
    by: Sequence[str] = (),
    at_days: Sequence[float] = (3, 7, 14),
    least_days: float = 1,
    as_of: datetime | None = None,
    min_n: int = 30,
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """The longest time without a word from us, of each case.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        ``case_id``, ``contact_ts``, ``resolved_ts``; first responses and outbound contacts are words from us.
    messages : frame, optional
        Messages with a ``case_id`` are words from us too.
    by : sequence of str
        Columns of the case's first contact: received_by.
    at_days : sequence of float
        Days of silence above which the share of cases is told.
    least_days : float
        Cases settled sooner are left out: there was no time to be silent.
    as_of : datetime, optional
        Until when the log is known; the newest contact when left out. Open cases are silent until then.
    min_n : int
        Cases below which a group's figures are not told.
    period : (first day, last day), optional
        Local days, both included.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer, the case where it is not known.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``days``: ``longest_silence`` and ``longest_silence_p90`` (median and ninth decile, days), ``silent_share``
        (share of cases silent for longer than so many days, Kaplan–Meier), ``never_a_word`` (share that has heard nothing at all). ``n``
        counts cases.

    Notes
    -----
    The moments are the case's first contact, each word from us, and its end: settled, or `as_of` while a later contact is not. What the
    customer writes in between ends no silence. Where the longest silence is the one that still lasts, the case counts for as long as it
    has lasted (Kaplan–Meier). A contact with neither status, response nor solution (a call nobody took) opens no case.

    >>> day = lambda number: pd.Timestamp("2025-03-03", tz="UTC") + pd.Timedelta(days=number)
    >>> log = pd.DataFrame({"case_id": ["a", "a"], "customer_id": "c", "local_date": pd.Timestamp("2025-03-03"),
    ...     "contact_ts": [day(0), day(5)], "first_response_ts": [day(1), pd.NaT], "resolved_ts": [pd.NaT, day(9)]})
    >>> told = silence(log, min_n=1).set_index("metric")
    >>> told.loc["longest_silence", "value"].item()
    8.0
    """
    groups = [*by, "days"]
    needs = lacking(contacts, ["case_id", "contact_ts", "resolved_ts"])
    features = [f"contacts.{name}" for name, count in filled(contacts, by).items() if not count]
    lacks = wanting("longest_silence", "days", needs, features, groups)
    if lacks is not None:
        return lacks
    end = until(contacts, as_of)
    moments = _moments(contacts, by, end, least_days, period)
    cases = _longest(moments, messages, by)
    if cases.empty:
        return estimates.unanswerable("longest_silence", "days", [], by=groups).assign(note="no events", n=pd.array([0], dtype="Int64"))
    chance: dict[str, Any] = {name: value for name, value in options.items() if name in ("level", "draws", "seed")}
    chance["cluster"] = "unit"
    plain: dict[str, Any] = {**chance, "draws": 0}
    cases = named(cases, by)
    parts = [
        estimates.survival_quantile(cases, "silent", "over", q, by=by, metric=metric, unit="days", **plain)
        for metric, q in (("longest_silence", 0.5), ("longest_silence_p90", 0.9))
    ]
    parts.append(estimates.survival(cases, "silent", "over", at=at_days, by=by, metric="silent_share", **chance))
    parts.append(estimates.share(cases, "never", by=by, metric="never_a_word", **chance))
    told = estimates.stack(*parts)
    told = told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]]).astype(dict.fromkeys(groups, "str"))
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def _moments(contacts: IntoFrame, by: Sequence[str], end: int, least: float, period: Span | None) -> pd.DataFrame:
    """The contacts of cases that took long enough, with the case's first moment and its end, in microseconds."""
    have = nw.from_native(contacts).lazy().collect_schema().names()
    columns = ["contact_ts", "resolved_ts", *(["first_response_ts"] if "first_response_ts" in have else [])]
    frame = timed(contacts, columns, None, period)
    extra = [name for name in ("direction", "customer_id", "contact_id", "status") if name in have]
    frame = frame.select("case_id", *[f"cx_us_{name}" for name in columns], *dict.fromkeys([*extra, *by]))
    frame = frame.filter(~nw.col("case_id").is_null() & ~nw.col("cx_us_contact_ts").is_null())
    if "status" in have:
        nothing = [nw.col(name).is_null() for name in ("status", *(f"cx_us_{column}" for column in columns[1:]))]
        frame = frame.filter(~nw.all_horizontal(*nothing, ignore_nulls=False))
    over = {
        "cx_opened": nw.col("cx_us_contact_ts").min().over("case_id"),
        "cx_latest": nw.col("cx_us_contact_ts").max().over("case_id"),
        "cx_settled": nw.col("cx_us_resolved_ts").max().over("case_id"),
    }
    frame = frame.with_columns(**over)
    still = nw.col("cx_settled").is_null() | (nw.col("cx_settled") < nw.col("cx_latest"))
    frame = frame.with_columns(
        cx_end=nw.when(still).then(nw.lit(end)).otherwise(nw.col("cx_settled")), cx_open=nw.when(still).then(1).otherwise(0)
    )
    frame = frame.filter(nw.col("cx_end") - nw.col("cx_opened") >= round(least * DAY))
    table = pd.DataFrame(frame.collect().to_pandas())
    order = ["case_id", "cx_us_contact_ts", *(["contact_id"] if "contact_id" in table else [])]
    return table.sort_values(order, ignore_index=True)


def _longest(moments: pd.DataFrame, messages: IntoFrame | None, by: Sequence[str]) -> pd.DataFrame:
    """One row a case: the longest silence in days, whether we never said a word, whose it is."""
    if moments.empty:
        return pd.DataFrame()
    first = moments.drop_duplicates("case_id").set_index("case_id")
    words = [moments[["case_id"]].assign(at=moments[name]) for name in ("cx_us_first_response_ts", "cx_us_resolved_ts") if name in moments]
    if "direction" in moments:
        own = moments[moments["direction"].eq("outbound")]
        words.append(own[["case_id"]].assign(at=own["cx_us_contact_ts"]))
    if messages is not None and all(filled(messages, ["case_id", "sent_ts"]).values()):
        sent = picked(messages, ["case_id", "sent_ts"]).dropna()
        sent = sent[sent["case_id"].isin(first.index)]
        words.append(sent[["case_id"]].assign(at=microseconds(sent["sent_ts"])))
    said = pd.concat([word.assign(at=word["at"].astype("float64")) for word in words], ignore_index=True).dropna()
    ends = first[["cx_opened", "cx_end"]].astype("float64").reset_index()
    said = said.merge(ends, on="case_id")
    said = said[(said["at"] > said["cx_opened"]) & (said["at"] <= said["cx_end"])][["case_id", "at"]]
    edges = pd.concat([ends[["case_id"]].assign(at=ends[name]) for name in ("cx_opened", "cx_end")], ignore_index=True)
    line = pd.concat([said, edges], ignore_index=True).sort_values(["case_id", "at"], ignore_index=True)
    gap = line.groupby("case_id")["at"].diff()
    cases: dict[str, Any] = {"silent": gap.groupby(line["case_id"]).max() / DAY}
    table = pd.DataFrame(cases).join(first[[*by, "cx_open"]])
    lasts = gap.groupby(line["case_id"]).last() / DAY
    table["over"] = (~(table.pop("cx_open").astype(bool) & (lasts >= table["silent"]))).astype("float64")
    table["never"] = ~table.index.isin(said["case_id"].unique())
    whose = first["customer_id"] if "customer_id" in first else pd.Series(np.nan, first.index)
    return table.assign(unit=whose.astype("str").fillna("case " + pd.Series(first.index, first.index).astype("str"))).reset_index()
