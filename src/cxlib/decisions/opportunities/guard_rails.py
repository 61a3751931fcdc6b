"""Guard rails of contact reduction: whether customers reach somebody, are helped, complain or leave, over all and by reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.contacts.service_standards import complaints
from cxlib.decisions.opportunities._log import Purchases, days, logged, microseconds, per_contact, purchases
from cxlib.decisions.opportunities.contact_results import SOLVED
from cxlib.estimates import Sampling

__all__ = ["GUARDS", "guard_rails"]

HOME = {"reason_id": "contact_reasons.reason_id"}
GUARDS = ("unreached_share", "unsolved_share", "complaint_after", "left_after")  # more of each is worse


def guard_rails(
    contacts: IntoFrame,
    customers: pd.DataFrame,
    *,
    about: Mapping[str, Sequence[str]] | None = None,
    chasing: Sequence[str] = (),
    solved: Sequence[str] = SOLVED,
    complaint_days: float = 30,
    left_days: float = 180,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What must not get worse when contacts are reduced: today's figures, over all and reason by reason.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log; ``reached``, ``abandoned``, ``outcome``, ``reason_id`` and ``customer_id`` where they are known.
    customers : DataFrame
        ``churn_date`` of those who left.
    about, chasing : mapping of str to sequence of str, sequence of str
        What makes a contact a complaint, as in :func:`cxlib.contacts.service_standards.complaints`.
    solved : sequence of str
        Outcomes that count as a solution.
    complaint_days, left_days : float
        Days after a contact within which a complaint, or leaving, follows on it; contacts whose days are not over are left out.
    min_n : int
        Contacts below which a figure has no number.
    direction, period, **options
        As in :func:`cxlib.decisions.opportunities.signals`.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``, over all contacts and by ``reason_id``: ``unreached_share`` (nobody was reached, or the caller gave up),
        ``unsolved_share`` (of known outcomes), ``complaint_after`` (of contacts of known customers that are no complaint themselves) and
        ``left_after`` (of contacts of known customers: they left within the days).

    Notes
    -----
    Shares of contacts, whoever's. What follows on a contact need not follow from it.

    >>> log = pd.DataFrame({"contact_id": list("xy"), "contact_ts": pd.to_datetime(["2025-01-02", "2025-01-03"], utc=True),
    ...     "outcome": ["sale", "no_solution"], "local_date": pd.to_datetime(["2025-01-02", "2025-01-03"])})
    >>> told = guard_rails(log, pd.DataFrame(), about={"reason_id": ["angry"]}, min_n=1)
    >>> told[["metric", "value", "note"]].to_dict("split")["data"]  # doctest: +NORMALIZE_WHITESPACE
    [['unreached_share', nan, 'needs contacts.reached'], ['unsolved_share', 0.5, ''],
     ['complaint_after', nan, 'needs contact_reasons.reason_id, contacts.customer_id'],
     ['left_after', nan, 'needs contacts.customer_id, customers.churn_date']]
    """
    needs = lacking(contacts, ["contact_ts"])
    if needs:
        return estimates.unanswerable(GUARDS[0], "share", needs, by=("reason_id",))
    defined = {name: list(values) for name, values in (about or {}).items()}
    names = list(dict.fromkeys(["customer_id", "outcome", "reached", "abandoned", "reason_id", *defined]))
    told = logged(contacts, names, direction=direction, period=period)
    lost = (1 - told["reached"].astype("Float64")).fillna(told["abandoned"].astype("Float64"))
    failed = (~told["outcome"].isin(list(solved))).astype("Float64").where(told["outcome"].notna())
    after, complaining = _complaint_after(told, defined, chasing, complaint_days)
    gone, leaving = _left_after(told, customers, left_days)
    each = {
        GUARDS[0]: (lost, ["contacts.reached"]),
        GUARDS[1]: (failed, ["contacts.outcome"]),
        GUARDS[2]: (after, complaining),
        GUARDS[3]: (gone, leaving),
    }
    parts = [_both(told, metric, flag, wanted, min_n, per_contact(options)) for metric, (flag, wanted) in each.items()]
    stacked = estimates.stack(*parts)
    if "reason_id" not in stacked:  # no contact has one
        return stacked.assign(reason_id=pd.Series(None, index=stacked.index, dtype="str"))[["reason_id", *stacked.columns]]
    return stacked[["reason_id", *[name for name in stacked if name != "reason_id"]]]


def _both(told: pd.DataFrame, metric: str, flag: pd.Series, needs: Sequence[str], min_n: int, options: Sampling) -> pd.DataFrame:
    known = told.assign(flag=flag.astype("float64"))[flag.notna()]
    if known.empty:
        return estimates.unanswerable(metric, "share", needs, by=("reason_id",))
    named = known[known["reason_id"].notna()]
    parts = [estimates.share(known, "flag", metric=metric, **options)]
    if len(named):
        parts.append(estimates.share(named, "flag", by=["reason_id"], metric=metric, **options))
    return estimates.stack(*[estimates.withhold(part, part["n"] < min_n, f"n < {min_n}") for part in parts])


def _complaint_after(
    told: pd.DataFrame, about: Mapping[str, Sequence[str]], chasing: Sequence[str], within_days: float
) -> tuple[pd.Series, list[str]]:
    known = [name for name in about if told[name].notna().any()]
    needs = [] if known else [HOME.get(name, f"contacts.{name}") for name in about] or ["params.complaints"]
    needs += [] if told["customer_id"].notna().any() else ["contacts.customer_id"]
    those = told.index.isin(complaints(told, about, chasing=chasing).index)
    if needs:
        return pd.Series(pd.NA, index=told.index, dtype="Float64"), needs
    made = told[those & told["customer_id"].notna()]
    line = _line(made)
    number, _ = line.around(told["customer_id"].fillna(""), told["at"].to_numpy(), 0, days(within_days))
    seen = told["customer_id"].notna() & ~those & (told["at"] <= int(told["at"].max()) - days(within_days))
    return pd.Series(number > 0, index=told.index).astype("Float64").where(seen), needs


def _line(made: pd.DataFrame) -> Purchases:
    at = pd.to_datetime(made["at"].to_numpy(), unit="us", utc=True)
    return purchases(pd.DataFrame({"customer_id": made["customer_id"].to_numpy(), "order_ts": at}))


def _left_after(told: pd.DataFrame, customers: pd.DataFrame, within_days: float) -> tuple[pd.Series, list[str]]:
    needs = [] if told["customer_id"].notna().any() else ["contacts.customer_id"]
    lost = "churn_date" in customers and customers["churn_date"].notna().any()
    needs += [] if lost else ["customers.churn_date"]
    if needs:
        return pd.Series(pd.NA, index=told.index, dtype="Float64"), needs
    people = customers.drop_duplicates("customer_id").set_index("customer_id")
    leaves = told["customer_id"].map(people["churn_date"])
    gap = microseconds(leaves) - told["at"].to_numpy()
    gone = leaves.notna().to_numpy() & (gap <= days(within_days))
    here = told["customer_id"].isin(people.index) & ~(leaves.notna().to_numpy() & (gap < 0))
    seen = here & (told["at"] <= int(told["at"].max()) - days(within_days))
    return pd.Series(np.asarray(gone), index=told.index).astype("Float64").where(seen), needs
