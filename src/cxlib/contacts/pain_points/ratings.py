"""Ratings beside what their customers met: one row a rating, who met what before, and what is held constant."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import counted, filled, lacking
from cxlib.contacts.pain_points._figures import DAY, POINT, microseconds
from cxlib.contacts.pain_points.met import POINTS, Experiences
from cxlib.estimates import Sampling
from cxlib.estimates.rows import UNKNOWN

__all__ = ["affected_by", "held_constant", "knowable", "rated"]

Floats = npt.NDArray[np.float64]
COVERED = 0.5  # share of orders with a recorded first promise from which it can be known who was let down


def rated(contacts: IntoFrame, responses: pd.DataFrame, item: str, link: str, options: Sampling) -> pd.DataFrame:
    """One row a rating: whose, when, of which contact, its weight and its cluster."""
    by = "contact_id" if link == "contact" else "customer_id"
    own = responses[responses["item_id"].eq(item) & responses["value"].notna() & responses[by].notna()]
    if "state" in own:
        own = own[own["state"].eq("answered")]
    own = own.reset_index(drop=True)
    if link == "contact":
        own = own.assign(customer_id=_whose(contacts, own))
    cluster = options.get("cluster") or "customer_id"
    weight = options.get("weight", "weight" if "weight" in own else None)
    alone = pd.Series("answer " + own.index.astype("str"), index=own.index, dtype="str")
    whose = own[cluster].astype("str").fillna(own["customer_id"].astype("str")).fillna(alone)
    heavy = own[weight].astype("float64") if weight else 1.0
    return own.assign(at=microseconds(own["survey_ts"]), cluster=whose, cx_weight=heavy, row=np.arange(len(own)))


def _whose(contacts: IntoFrame, answers: pd.DataFrame) -> pd.Series:
    """The customer of the contact that an answer names; the answer's own where the log does not know."""
    told = answers["customer_id"] if "customer_id" in answers else pd.Series(pd.NA, index=answers.index, dtype="str")
    frame = nw.from_native(contacts).lazy()
    if "customer_id" not in frame.columns:
        return told
    frame = frame.filter(nw.col("contact_id").is_in(sorted(answers["contact_id"].unique())) & ~nw.col("customer_id").is_null())
    log = frame.select("contact_id", "customer_id").collect().to_pandas().sort_values(["contact_id", "customer_id"])
    return answers["contact_id"].map(log.drop_duplicates("contact_id").set_index("contact_id")["customer_id"]).astype("str").fillna(told)


def knowable(answers: pd.DataFrame, met: Experiences, link: str, memory_days: float) -> npt.NDArray[np.bool_]:
    """Of which answers (rows) it can be known whether a point (columns) was met: first promises may not be recorded all the time."""
    known = np.ones((len(answers), len(POINTS)), dtype=bool)
    if link == "contact" or met.recorded.empty:
        return known
    table = met.recorded.sort_values("day", ignore_index=True)
    so_far = np.concatenate([[0.0], table["known"].cumsum()])
    day = pd.to_datetime(answers["at"], unit="us").astype("datetime64[us]")
    first, last = (np.searchsorted(table["day"], (day - pd.Timedelta(days=back)).to_numpy()) for back in (memory_days, 0))
    share = np.divide(so_far[last] - so_far[first], last - first, out=np.zeros(len(answers)), where=last > first)
    known[:, [POINTS.index(point) for point in ("P05", "P06")]] = (share >= COVERED)[:, None]
    return known


def affected_by(answers: pd.DataFrame, met: Experiences, link: str, memory_days: float) -> npt.NDArray[np.bool_]:
    """Which answers (rows) are of somebody who met which point (columns)."""
    found = np.zeros((len(answers), len(POINTS)), dtype=bool)
    if link == "contact":
        both = answers[["row", "contact_id"]].merge(met.table.dropna(subset="contact_id")[["contact_id", POINT]], on="contact_id")
    else:
        people = answers[["row", "customer_id", "at", *(["person_id"] if "person_id" in answers else [])]]
        both = people.merge(met.table, on="customer_id", suffixes=("", "_met"))
        age = both["at"] - both["at_met"]
        both = both[(age > 0) & (age <= memory_days * DAY)]
        if "person_id" in people:
            other = both["person_id"].notna() & both["person_id_met"].notna() & both["person_id"].ne(both["person_id_met"])
            both = both[~other]
    found[both["row"].to_numpy(dtype=int), [POINTS.index(point) for point in both[POINT]]] = True
    return found


def held_constant(
    answers: pd.DataFrame, contacts: IntoFrame, orders: IntoFrame | None, link: str, memory_days: float, adjust: Sequence[str]
) -> Floats:
    """What is held constant: an intercept, levels of the adjustments, and how many contacts and orders there were."""
    columns = [np.ones(len(answers))]
    for name in adjust:
        column = answers[name].astype("str").fillna(UNKNOWN)
        columns += [column.eq(level).to_numpy(dtype="float64") for level in sorted(column.unique())[1:]]
    if link == "memory":
        day = pd.to_datetime(answers["at"], unit="us")
        columns += [np.log1p(_number(answers, day, log, memory_days)) for log in _volumes(contacts, orders, answers)]
    return np.column_stack(columns)


def _volumes(contacts: IntoFrame, orders: IntoFrame | None, answers: pd.DataFrame) -> list[pd.DataFrame]:
    """Contacts and orders of those who answered, by customer and day."""
    own = sorted(answers["customer_id"].unique())
    frame = nw.from_native(contacts).lazy()
    if not filled(contacts, ["local_date"])["local_date"]:
        return []
    log = counted(frame.filter(nw.col("customer_id").is_in(own)).to_native(), ["customer_id", "local_date"], cluster="", direction=None)
    parts = [log.rename(columns={"local_date": "day"})[["customer_id", "day", "weight"]]]
    if orders is not None and not lacking(orders, ["customer_id", "order_ts"], "orders"):
        sold = nw.from_native(orders).lazy().select("customer_id", "order_ts").collect().to_pandas().dropna()
        day = sold["order_ts"].dt.tz_localize(None).dt.normalize()
        parts.append(pd.DataFrame({"customer_id": sold["customer_id"], "day": day, "weight": 1.0}))
    return parts


def _number(answers: pd.DataFrame, day: pd.Series, log: pd.DataFrame, memory_days: float) -> Floats:
    asked = answers[["row", "customer_id"]].assign(until=day)
    both = asked.merge(log, on="customer_id")
    age = (both["until"] - both["day"]).dt.total_seconds() / 86_400
    sums = both[(age > 0) & (age <= memory_days)].groupby("row")["weight"].sum()
    return np.asarray(sums.reindex(answers["row"]).fillna(0.0), dtype="float64")
