"""P04: mailings that raise more questions than they answer."""

from __future__ import annotations

from typing import Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, filled, lacking, picked, within
from cxlib.contacts.pain_points._figures import none
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling

__all__ = ["confusing_information"]

UNIT = "per 100 mailings"


def confusing_information(
    contacts: IntoFrame,
    messages: IntoFrame,
    *,
    days: int = 7,
    weeks: int = 4,
    least: int = 100,
    most: int = 5_000,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """After which mailings customers ask more than they usually do.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    messages : DataFrame
        ``customer_id``, ``sent_ts`` and ``document_id``. Those of an order or a case are left out: what follows on them follows on the
        order.
    days : int
        Contacts of the day of the mailing and of the following ones, so many in all, count as following on it.
    weeks : int
        How many control windows of the same customer are looked at on each side: as long, on the same weekdays, a week (or as many as
        `days` needs) apart.
    least, most : int
        Recipients below which a document's figures are not told, and how many are looked at where it has more (drawn at random).
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        See :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by ``document_id`` (missing: all), ``per 100 mailings``: ``contacts_after_mailing``; ``usual_contacts``, those of the
        control windows; ``extra_contacts``, the difference; and, where contacts name documents, ``questions_per_mailing``: contacts of
        those days that name the document, whoever they are from. ``n`` counts mailings.

    Notes
    -----
    A control window counts as far as all of it lies within the log. The difference is taken mailing by mailing; mailings without a whole
    control window are in none of the first three. t interval, clustered by customer.

    >>> day = lambda number: pd.Timestamp("2025-03-03") + pd.Timedelta(days=number)
    >>> mail = pd.DataFrame({"customer_id": list("ab"), "document_id": "price", "sent_ts": day(0).tz_localize("UTC")})
    >>> log = pd.DataFrame({"customer_id": list("aabz"), "local_date": [day(1), day(2), day(-6), day(60)], "contact_ts": day(0)})
    >>> told = confusing_information(log, mail, weeks=1, least=1, period=(day(-7).date(), day(60).date()))
    >>> told[["document_id", "metric", "value"]].head(3)
      document_id                  metric  value
    0         NaN  contacts_after_mailing  100.0
    1       price  contacts_after_mailing  100.0
    2         NaN          usual_contacts   25.0
    """
    needs = lacking(messages, ["sent_ts", "document_id", "customer_id"], "messages") + lacking(contacts, ["local_date", "customer_id"])
    groups = ["document_id"]
    if needs:
        return estimates.stack(estimates.unanswerable("extra_contacts", UNIT, needs, by=groups))
    mail = _mailings(messages, period, most, options.get("seed", 1))
    if mail.empty:
        return estimates.stack(none("extra_contacts", UNIT, groups))
    step = -(-days // 7) * 7
    log = _around(contacts, mail, step * weeks + days, direction, period)
    first, last = period if period is not None else (log["local_date"].min(), log["local_date"].max())
    mail = _windows(mail, log, days, step, weeks, pd.Timestamp(first), pd.Timestamp(last))
    parts = _figures(mail[mail["windows"] > 0], least, options)
    if filled(contacts, ["document_id"])["document_id"]:
        parts.append(_naming(contacts, mail, days, least, direction, period, options))
    return estimates.stack(*parts)


def _mailings(messages: IntoFrame, period: Span | None, most: int, seed: int) -> pd.DataFrame:
    """One row a mailing and recipient: customer_id, document_id, day, and of how many recipients it is one."""
    have = nw.from_native(messages).lazy().columns
    of = [name for name in ("order_id", "case_id") if name in have]
    mail = picked(messages, ["customer_id", "sent_ts", "document_id", *of]).dropna(subset=["customer_id", "sent_ts", "document_id"])
    mail = mail[mail[of].isna().all(axis=1)] if of else mail
    mail = mail.assign(day=local_day(mail["sent_ts"]))[["customer_id", "document_id", "day"]].drop_duplicates()
    if period is not None:
        mail = mail[mail["day"].between(*(pd.Timestamp(at) for at in period))]
    mail = mail.sort_values(["document_id", "customer_id", "day"], ignore_index=True)
    if mail.empty:
        return mail.assign(sent=0)
    drawn = mail.sample(frac=1, random_state=seed).groupby("document_id").head(most).sort_index()
    return drawn.assign(sent=drawn["document_id"].map(mail.groupby("document_id").size())).reset_index(drop=True)


def _around(contacts: IntoFrame, mail: pd.DataFrame, reach: int, direction: str | None, period: Span | None) -> pd.DataFrame:
    """Contacts of the recipients around the mailings, by customer and day."""
    first, last = ((mail["day"].agg(end) + pd.Timedelta(days=sign * reach)).to_pydatetime() for end, sign in (("min", -1), ("max", 1)))
    frame = within(contacts, direction, period).filter((nw.col("local_date") >= first) & (nw.col("local_date") <= last))
    own = frame.filter(nw.col("customer_id").is_in(mail["customer_id"].unique().tolist()))
    log = counted(own.to_native(), ["customer_id", "local_date"], cluster="", direction=None)
    if period is None:  # the log's own ends, whoever the contacts are from
        ends = frame.select(first=nw.col("local_date").min(), last=nw.col("local_date").max()).collect().to_pandas().iloc[0]
        edges = pd.DataFrame({"customer_id": pd.NA, "local_date": pd.to_datetime(list(ends)).as_unit("us"), "n": 0, "weight": 0.0})
        log = pd.concat([log, edges.assign(squares=0.0)], ignore_index=True)
    return log


def _windows(
    mail: pd.DataFrame, log: pd.DataFrame, days: int, step: int, weeks: int, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Add to mailings the contacts that follow (after), those of the control windows (usual, a window), and how many of these there are."""
    place = (mail["day"] - first).dt.days.to_numpy()
    room = (last - first).days + 1
    shifts = np.array([side * number * step for number in range(1, weeks + 1) for side in (-1, 1)])
    starts = place[:, None] + shifts[None, :]
    whole = (starts >= 0) & (starts + days <= room)
    known = place + days <= room
    both = mail.reset_index(names="row").merge(log.dropna(subset="customer_id"), on="customer_id")
    away = (both["local_date"] - both["day"]).dt.days
    both["window"] = np.floor_divide(away, step)
    both = both[(away - both["window"] * step < days) & (both["window"].abs() <= weeks)]
    after = both[both["window"] == 0].groupby("row")["weight"].sum()
    control = both[both["window"] != 0]
    column = np.where(control["window"] < 0, -2 * control["window"] - 2, 2 * control["window"] - 1)
    usual = control[whole[control["row"], column]].groupby("row")["weight"].sum()
    rows = pd.RangeIndex(len(mail))
    windows = whole.sum(axis=1) * known
    usual = usual.reindex(rows).fillna(0.0).to_numpy() / np.maximum(windows, 1)
    return mail.assign(after=after.reindex(rows).fillna(0.0).to_numpy(), usual=usual, windows=windows, known=known)


def _figures(mail: pd.DataFrame, least: int, options: Sampling) -> list[pd.DataFrame]:
    """After, usual and extra, over all documents and by document."""
    if mail.empty:
        return [none("extra_contacts", UNIT, ["document_id"])]
    mail = mail.assign(extra=100 * (mail["after"] - mail["usual"]), exposure=1.0)
    chance: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    parts = []
    for metric, column in (("contacts_after_mailing", "after"), ("usual_contacts", "usual")):
        for by in ([], ["document_id"]):
            parts.append(estimates.rate(mail, column, "exposure", per=100, by=by, metric=metric, unit=UNIT, **chance))
    parts += [estimates.mean(mail, "extra", by=by, metric="extra_contacts", unit=UNIT, **chance) for by in ([], ["document_id"])]
    return [estimates.withhold(part, part["n"] < least, f"n < {least}") for part in parts]


def _naming(
    contacts: IntoFrame, mail: pd.DataFrame, days: int, least: int, direction: str | None, period: Span | None, options: Sampling
) -> pd.DataFrame:
    """Contacts that name a document within days of one of its mailings, per 100 recipients."""
    mail = mail[mail["known"]]
    sent = mail.groupby(["document_id", "day"]).size().rename("mailings").reset_index()
    sent["mailings"] *= sent["document_id"].map(mail.groupby("document_id")["sent"].first() / mail.groupby("document_id").size())
    frame = within(contacts, direction, period).filter(nw.col("document_id").is_in(sent["document_id"].unique().tolist()))
    asked = counted(frame.to_native(), ["document_id", "local_date"], cluster="customer_id", direction=None)
    both = asked.merge(sent.sort_values("day"), on="document_id")
    away = (both["local_date"] - both["day"]).dt.days
    both = both[away.between(0, days - 1)].drop_duplicates(["document_id", "local_date", "cluster"])
    asked = both[["document_id", "cluster", "weight"]].assign(exposure=0.0)
    drawn = mail["sent"] / mail["document_id"].map(mail.groupby("document_id").size())
    table = pd.concat([asked, mail[["document_id"]].assign(cluster=mail["customer_id"], weight=0.0, exposure=drawn)], ignore_index=True)
    chance: Sampling = {**options, "weight": None, "cluster": "cluster"}
    parts = []
    for by in ([], ["document_id"]):
        told = estimates.rate(table, "weight", "exposure", per=100, by=by, metric="questions_per_mailing", unit=UNIT, **chance)
        total = sent["mailings"].sum() if not by else told["document_id"].map(sent.groupby("document_id")["mailings"].sum())
        told = told.assign(n=pd.array(np.rint(np.broadcast_to(total, len(told))).astype("int64"), dtype="Int64"))
        parts.append(estimates.withhold(told, told["n"] < least, f"n < {least}"))
    return estimates.stack(*parts)
