"""Orders with what went well and what did not in the days after them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import picked, within
from cxlib.contacts._complaints import complaining

__all__ = ["EVENTS", "complained_of", "day_numbers", "judged"]

EVENTS = {"unclear": "documents_clear", "broken": "promises_kept", "slow": "reply_in_time"}


def judged(
    table: pd.DataFrame,
    events: pd.DataFrame,
    messages: IntoFrame | None,
    notices: Sequence[str],
    window_days: int,
    follow_days: int,
    absent: dict[str, list[str]],
) -> pd.DataFrame:
    """Orders with 1 or 0 for each condition known, and for a complaint afterwards."""
    start, end = table["day"].to_numpy(), table["day"].to_numpy() + window_days
    told: dict[str, Any] = {}
    for event, condition in EVENTS.items():
        if condition not in absent:
            told[condition] = (~_within(table, events, event, start, end)).astype("float64")
    if "complaints" not in absent:
        told["complained"] = _within(table, events, "complaint", end + 1, end + follow_days).astype("float64")
    if "delivery_as_promised" not in absent:
        due = table["promised_first"] if "promised_first" in table else table["promised_last"]
        due = due.fillna(table["promised_last"]) if "promised_last" in table else due
        late = (table["delivered_date"] > due) | (table["delivered_date"].isna() & (_day_or(due) <= end))
        late &= due.notna()
        told["delivery_as_promised"] = (~late).astype("float64")
        if "change_announced" not in absent and messages is not None:
            sent = picked(messages, ["order_id", "sent_ts", "type"])
            sent = sent[sent["type"].isin(list(notices)) & sent["order_id"].notna()]
            first = sent.groupby("order_id")["sent_ts"].min().dt.tz_localize(None).dt.normalize()
            early = table["order_id"].map(first) <= due
            told["change_announced"] = (~late | early).astype("float64")
    return table.assign(**told)


def complained_of(
    table: pd.DataFrame,
    contacts: IntoFrame,
    complaints: tuple[Mapping[str, Sequence[str]], Sequence[str]],
    reach: int,
    direction: str | None,
) -> tuple[pd.Series, pd.DataFrame]:
    """Tell for each order whether a complaint names it, from its day to `reach` days later; and for each complaint whether it names one.

    The second table is empty where no complaint does.
    """
    frame = within(contacts, direction, None)
    if "order_id" not in frame.columns or "order_id" not in table:
        return pd.Series(0.0, index=table.index), pd.DataFrame()
    frame = frame.filter(complaining(frame.columns, *complaints) & ~nw.col("local_date").is_null() & ~nw.col("customer_id").is_null())
    found = frame.select("customer_id", "order_id", "local_date").collect().to_pandas()
    names = found["order_id"].notna()
    orders = pd.Series(table.index, index=table["order_id"].astype("str"))
    place = found[names].assign(row=found.loc[names, "order_id"].astype("str").map(orders[~orders.index.duplicated()])).dropna(subset="row")
    after = day_numbers(place["local_date"]) - table.loc[place["row"].astype("int64"), "day"].to_numpy()
    named = table.index.isin(place.loc[(after >= 0) & (after <= reach), "row"].astype("int64"))
    told = found.assign(names_order=names.astype("float64")) if names.any() else found[:0]
    return pd.Series(named, index=table.index, dtype="float64"), told


def day_numbers(moments: pd.Series) -> np.ndarray:
    """Days since 1970."""
    return moments.dt.floor("D").to_numpy().astype("datetime64[D]").astype("int64")


def _day_or(column: pd.Series) -> np.ndarray:
    """Days since 1970, missing ones beyond every window."""
    days = column.to_numpy().astype("datetime64[D]").astype("int64")
    return np.where(column.isna(), np.iinfo(np.int64).max, days)


def _within(table: pd.DataFrame, events: pd.DataFrame, name: str, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Tell for each order whether its customer had such an event from the first to the last day."""
    own = events[events[name] > 0]
    inverse = np.unique(
        np.r_[table["customer_id"].to_numpy(dtype=object), own["customer_id"].to_numpy(dtype=object)].astype("U"), return_inverse=True
    )[1]
    span = 10_000_000  # more days than there are
    keys = np.sort(inverse[len(table) :] * span + day_numbers(own["local_date"]))
    code = inverse[: len(table)] * span
    return np.asarray(np.searchsorted(keys, code + end, side="right") > np.searchsorted(keys, code + start, side="left"))
