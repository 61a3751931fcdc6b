"""Whether customers are content where we measurably keep our commitments."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, headed, lacking, named, within
from cxlib.contacts.service_standards.attainment import DONE, due_states, known_until
from cxlib.contacts.service_standards.clock import Clock
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["perceived"]


def perceived(
    contacts: IntoFrame,
    responses: pd.DataFrame,
    service_levels: pd.DataFrame | None = None,
    *,
    by: str = "channel",
    item_type: str = "csat",
    event: Literal["response", "resolution"] = "response",
    clock: Clock | None = None,
    min_n: int = 30,
    as_of: datetime | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Satisfaction with contacts whose deadline was met and with those whose was not, over all and by group.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    responses : DataFrame
        Answers about a contact (``contact_id``), high is good.
    service_levels, event, clock, as_of, direction, period
        As in :func:`attainment`.
    by : str
        Group column: each group has its measured side (attainment) and its perceived side (mean rating).
    item_type : str
        Type of the questions about the contact.
    min_n : int
        Answers below which a mean is not told.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES. By ``deadline`` ("met", "missed"): ``contact_rating`` (mean). Over both ``contact_rating_difference`` (met less missed).
        By `by`: ``on_time_rated`` (``share`` on time among contacts that were rated), ``contact_rating``, and ``field`` ("both", "process",
        "communication", "neither") as a row of metric ``perceived_field`` with the rating less that of all as its value. Needs
        responses[csat], responses.contact_id.

    Notes
    -----
    A group is good at what it measures when its share on time is at least that of all, and good in customers' eyes when its rating is.
    Good in the measured, poor in the perceived: communication; the other way round: the process. Who answers a survey after a contact is
    no sample of all contacts. An id that two contacts have links an answer to neither.

    >>> at = lambda hour: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)
    >>> log = pd.DataFrame({"contact_id": list("1234"), "customer_id": list("abcd"), "channel": "email", "contact_ts": at(0),
    ...     "due_ts": at(4), "first_response_ts": [at(1), at(2), at(9), at(9)], "local_date": pd.Timestamp("2025-01-06"), "weight": 1.0})
    >>> said = pd.DataFrame({"contact_id": list("1234"), "item_type": "csat", "value": [5.0, 4.0, 2.0, 3.0]})
    >>> told = perceived(log, said, min_n=1)
    >>> told.loc[told["deadline"].notna() | told["metric"].eq("contact_rating_difference"), ["deadline", "metric", "value"]]
      deadline                     metric  value
    0      met             contact_rating    4.5
    1   missed             contact_rating    2.5
    2      NaN  contact_rating_difference    2.0
    """
    needs = lacking(contacts, ["contact_id", "contact_ts", DONE[event], *(["due_ts"] if service_levels is None else [])])
    rated = responses[responses["item_type"].eq(item_type) & responses["value"].notna()] if "item_type" in responses else responses.iloc[:0]
    rated = rated[rated["contact_id"].notna()] if "contact_id" in rated else rated.iloc[:0]
    if needs or rated.empty:
        needs += [] if len(rated) else [f"responses[{item_type}]", "responses.contact_id"]
        return headed(estimates.unanswerable("contact_rating", "", needs), {"deadline": "met"})
    rated = rated[["contact_id", "value"]].groupby("contact_id", as_index=False)["value"].mean()
    frame = due_states(within(contacts, direction, period).to_native(), service_levels, event, clock, known_until(contacts, as_of))
    have = frame.columns
    columns = [name for name in dict.fromkeys(["contact_id", by, "customer_id", "due_state"]) if name in have]
    there = frame.filter(nw.col("due_state").is_in(["met", "late", "open"])).select(*columns)
    there = there.filter(nw.col("contact_id").is_in(rated["contact_id"].to_list()))
    table = (
        pd.DataFrame(there.collect().to_pandas())
        .drop_duplicates("contact_id", keep=False)
        .merge(rated, on="contact_id", validate="one_to_one")
    )
    if table.empty:
        return headed(estimates.unanswerable("contact_rating", "", [f"responses[{item_type}]"]), {"deadline": "met"})
    return _told(table.sort_values("contact_id", ignore_index=True), by, min_n, options)


def _told(table: pd.DataFrame, by: str, min_n: int, options: Sampling) -> pd.DataFrame:
    table = table.assign(met=table["due_state"].eq("met").astype("float64"))
    table["deadline"] = np.where(table["met"] > 0, "met", "missed")
    settings: Any = {**options, "weight": None, "cluster": None}
    if "customer_id" in table:
        own = table["customer_id"].astype("str").fillna("contact " + table["contact_id"].astype("str"))
        table, settings = table.assign(customer_id=own), settings | {"cluster": "customer_id"}
    parts = [_thin(estimates.mean(table, "value", by=["deadline"], metric="contact_rating", **settings), min_n)]
    if table["deadline"].nunique() == 2:
        between = estimates.difference(
            table, "value", between="deadline", reference="missed", metric="contact_rating_difference", **settings
        )
        sides = table.groupby("deadline").size()
        between = between.drop(columns="deadline")
        parts.append(between if sides.min() >= min_n else estimates.withhold(between, [True], f"n < {min_n}"))
    if by in table:
        table = named(table, [by])
        measured = _thin(estimates.share(table, "met", by=[by], metric="on_time_rated", **settings), min_n)
        rating = _thin(estimates.mean(table, "value", by=[by], metric="contact_rating", **settings), min_n)
        parts += [measured, rating, _fields(measured, rating, by, float(table["met"].mean()), float(table["value"].mean()))]
    return estimates.stack(*parts)


def _thin(table: pd.DataFrame, min_n: int) -> pd.DataFrame:
    return estimates.withhold(table, table["n"] < min_n, f"n < {min_n}")


def _fields(measured: pd.DataFrame, rating: pd.DataFrame, by: str, all_met: float, all_rated: float) -> pd.DataFrame:
    both = measured.merge(rating, on=by, suffixes=("", "_rating"))
    both = both[both["value"].notna() & both["value_rating"].notna()]
    good, content = both["value"] >= all_met, both["value_rating"] >= all_rated
    field = np.select([good & content, good, content], ["both", "communication", "process"], "neither")
    groups = pd.DataFrame({by: both[by], "field": field})
    return rows(groups, {"metric": "perceived_field", "value": (both["value_rating"] - all_rated).to_numpy(), "n": both["n"].to_numpy()})
