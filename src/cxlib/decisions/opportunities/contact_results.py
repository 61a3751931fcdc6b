"""Which contacts end in a solution, a sale, an order that follows, or a satisfied customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.decisions.opportunities._log import currency_of, days, lives, logged, per_contact, purchases
from cxlib.decisions.opportunities.signals import SALE
from cxlib.estimates import UNKNOWN, Sampling
from cxlib.survey import answered

__all__ = ["SOLVED", "contact_results", "linked"]

SOLVED = ("resolved", "sale", "return", "credit", "cancelled")  # outcomes with which the concern is dealt with
RATED = ("csat", "ces", "actual")


def contact_results(
    contacts: IntoFrame,
    orders: pd.DataFrame,
    responses: pd.DataFrame,
    *,
    customers: pd.DataFrame | None = None,
    by: Sequence[str] = (),
    solved: Sequence[str] = SOLVED,
    satisfied: float = 0.7,
    window_days: float = 14,
    currency: str | None = None,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts end, side by side: solved, sold, ordered after, an add-on booked, satisfied.

    Parameters
    ----------
    contacts, orders, customers, window_days, currency, direction, period, **options
        As in :func:`cxlib.decisions.opportunities.signals`; ``outcome`` and, by reason, ``reason_id``.
    responses : DataFrame
        Answers of types csat, ces or actual that name the contact (``contact_id``) or its case (``case_id``).
    by : sequence of str
        Group columns of contacts.
    solved : sequence of str
        Outcomes that count as a solution.
    satisfied : float
        Part (0–1) of an item's scale, from its bad end, from which an answer counts as satisfied.
    min_n : int
        Contacts, or answers, below which a figure has no number.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, unit ``share``: ``solved_share`` and ``sale_share`` of contacts whose outcome is known; of contacts of known
        customers, a window before the last order or earlier: ``ordered_share`` (an order followed), ``ordered_otherwise`` (on a random
        moment of the same customers), ``ordered_extra``, and where orders name offers ``addon_share`` (an order of an offer followed);
        ``satisfied_share`` of answers. With a currency ``revenue_after`` and ``revenue_otherwise``, the mean value ordered within the
        window of a contact, and ``addon_revenue``, that of orders of an offer.

    Notes
    -----
    ``ordered_otherwise`` as ``captured_otherwise`` in :func:`cxlib.decisions.opportunities.signals`. An answer belongs to the contact
    that it names, else to its case where all of the case's contacts are of one group; who answers is not who contacts, and no weight
    makes up for that. What follows on a contact need not follow from it.

    >>> log = pd.DataFrame({"contact_id": list("xy"), "contact_ts": pd.to_datetime(["2025-01-02", "2025-01-03"], utc=True),
    ...     "outcome": ["sale", "no_solution"], "local_date": pd.to_datetime(["2025-01-02", "2025-01-03"])})
    >>> contact_results(log, pd.DataFrame(), pd.DataFrame(), min_n=1)[["metric", "value", "note"]].to_dict("split")["data"]
    ... # doctest: +NORMALIZE_WHITESPACE
    [['solved_share', 0.5, ''], ['sale_share', 0.5, ''],
     ['ordered_share', nan, 'needs contacts.customer_id, orders.customer_id, orders.order_ts'],
     ['satisfied_share', nan, 'needs responses[csat], responses[ces], responses[actual]']]
    """
    needs = lacking(contacts, ["contact_ts", *by])
    if needs:
        return estimates.unanswerable("solved_share", "share", needs, by=by)
    names = list(dict.fromkeys(["customer_id", "case_id", "outcome", *by]))
    told = logged(contacts, names, direction=direction, period=period)
    told = told.assign(**{name: told[name].fillna(UNKNOWN) for name in by})
    chance = per_contact(options)
    parts = [_outcomes(told, by, solved, chance)]
    parts += _orders(told, orders, customers, by, window_days, currency, chance)
    parts.append(_satisfied(told, responses, by, satisfied, options))
    return estimates.stack(*[_thin(part, min_n) for part in parts])


def linked(responses: pd.DataFrame, told: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return answers with columns of the contact that they name, or of the case where all its contacts agree; others are left out.

    >>> log = pd.DataFrame({"contact_id": ["x", "y"], "case_id": ["7", "7"], "channel": ["phone", "phone"]})
    >>> answers = pd.DataFrame({"response_id": ["1", "2"], "contact_id": ["x", None], "case_id": ["7", "7"]})
    >>> linked(answers, log, ["channel"])["channel"].to_list()
    ['phone', 'phone']
    """
    known = pd.DataFrame({name: pd.Series(None, index=responses.index, dtype="str") for name in columns})
    found = pd.Series(False, index=responses.index)
    for key in ("contact_id", "case_id"):
        if key not in responses or key not in told:
            continue
        facts = told.loc[told[key].notna(), [key, *columns]].drop_duplicates()
        single = facts[~facts[key].duplicated(keep=False)].set_index(key)
        here = ~found & responses[key].isin(single.index)
        for name in columns:
            known[name] = known[name].where(~here, responses[key].map(single[name]) if len(single) else None)
        found |= here
    return responses.drop(columns=[name for name in columns if name in responses]).join(known)[found]


def _outcomes(told: pd.DataFrame, by: Sequence[str], solved: Sequence[str], options: Sampling) -> pd.DataFrame:
    known = told[told["outcome"].notna()]
    if known.empty:
        return estimates.unanswerable("solved_share", "share", ["contacts.outcome"], by=by)
    flags = {"solved_share": known["outcome"].isin(list(solved)), "sale_share": known["outcome"].eq(SALE)}
    parts = [
        estimates.share(known.assign(flag=flag.astype("float64")), "flag", by=by, metric=name, **options) for name, flag in flags.items()
    ]
    return estimates.stack(*parts)


def _orders(
    told: pd.DataFrame,
    orders: pd.DataFrame,
    customers: pd.DataFrame | None,
    by: Sequence[str],
    window_days: float,
    currency: str | None,
    options: Sampling,
) -> list[pd.DataFrame]:
    needs = [] if told["customer_id"].notna().any() else ["contacts.customer_id"]
    needs += [f"orders.{name}" for name in ("customer_id", "order_ts") if name not in orders or orders[name].isna().all()]
    if needs:
        return [estimates.unanswerable("ordered_share", "share", needs, by=by)]
    held = _followed(told[told["customer_id"].notna()], orders, customers, window_days)
    if held.empty:
        return [estimates.unanswerable("ordered_share", "share", ["contacts.contact_ts"], by=by)]
    shares: Mapping[str, str] = {"ordered_share": "ordered", "addon_share": "addon"}
    parts = [estimates.share(held, column, by=by, metric=metric, **options) for metric, column in shares.items() if column in held]
    for metric, column, low, unit in (
        ("ordered_otherwise", "otherwise", 0.0, "share"),
        ("ordered_extra", "extra", -1.0, "share difference"),
    ):
        parts.append(estimates.mean(held, column, by=by, metric=metric, unit=unit, bounds=(low, 1.0), **options))
    money = currency_of(orders, currency)
    amounts = {"revenue_after": "revenue", "revenue_otherwise": "revenue_otherwise", "addon_revenue": "addon_revenue"} if money else {}
    for metric, column in amounts.items():
        if column in held:
            parts.append(estimates.mean(held, column, by=by, metric=metric, unit=str(money), bounds=(0.0, np.inf), **options))
    return parts


def _followed(told: pd.DataFrame, orders: pd.DataFrame, customers: pd.DataFrame | None, window_days: float) -> pd.DataFrame:
    """Return contacts that were watched for a window, with what their customers ordered in it and what they order anyhow."""
    bought, window = purchases(orders), days(window_days)
    first, last = int(min(bought.when.min(), told["at"].min())), int(bought.when.max()) - window
    held = told[told["at"] <= last]
    number, amount = bought.around(held["customer_id"], held["at"].to_numpy(), 0, window)
    code = bought.codes(held["customer_id"])
    random = bought.at_random(lives(bought.customers, customers, first=first, last=last + 1), window, held["at"].to_numpy())
    chance, value = (np.where(code >= 0, each[code], 0.0) for each in random)
    ordered = (number > 0).astype("float64")
    held = held.assign(ordered=ordered, otherwise=chance, extra=ordered - chance, revenue=amount, revenue_otherwise=value)
    if "offer_id" in orders and orders["offer_id"].notna().any():
        number, amount = purchases(orders, orders["offer_id"].notna()).around(held["customer_id"], held["at"].to_numpy(), 0, window)
        held = held.assign(addon=(number > 0).astype("float64"), addon_revenue=amount)
    return held


def _satisfied(told: pd.DataFrame, responses: pd.DataFrame, by: Sequence[str], satisfied: float, options: Sampling) -> pd.DataFrame:
    needs = [f"responses[{name}]" for name in RATED]
    if responses.empty:
        return estimates.unanswerable("satisfied_share", "share", needs, by=by)
    answers = linked(answered(responses, RATED), told, list(by))
    kinds = [name for name in RATED if answers["item_type"].eq(name).any()]
    if not kinds:
        return estimates.unanswerable("satisfied_share", "share", ["responses.contact_id", "responses.case_id"], by=by)
    answers = answers[answers["item_type"].eq(kinds[0]) & answers["scale_high"].notna() & answers["scale_low"].notna()]
    part = (answers["value"] - answers["scale_low"]) / (answers["scale_high"] - answers["scale_low"])
    answers = answers.assign(flag=(part >= satisfied - 1e-9).astype("float64"))
    chance: Sampling = {**options, "weight": "weight", "count": "respondent_id"}
    if chance.get("cluster") not in answers:
        chance["cluster"] = "respondent_id"
    return estimates.share(answers, "flag", by=by, metric="satisfied_share", **chance)


def _thin(part: pd.DataFrame, min_n: int) -> pd.DataFrame:
    return estimates.withhold(part, (part["n"] < min_n) & ~part["note"].str.startswith("needs "), f"n < {min_n}")
