"""One row a person: who personas are made for, with what customers, persons, survey and contact log say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded

__all__ = ["people", "usual"]

PERSONAL = ("preferred_channel", "persona_given")  # what a customer's row says of one person, not of everybody in the account
IDS = ("person_id", "customer_id", "account_id")
OF_PERSONS = ("role", "department")  # asked for by rules and features; unknown of everybody where consumers have no persons
UNITS = ("person", "customer")
USUAL = dict.fromkeys(("market", "segment", "industry", "region", "role", "department", "preferred_channel", "channel_mostly"), "nominal")
USUAL |= {"group_id_mostly": "nominal", "contacts": "count", "hour_mean": "numeric"}


def people(
    customers: pd.DataFrame,
    persons: pd.DataFrame,
    *,
    responses: pd.DataFrame | None = None,
    items: Sequence[str] = (),
    profiles: Mapping[str, pd.DataFrame] | None = None,
    mostly: Sequence[str] = ("channel",),
    unit: str = "person",
) -> pd.DataFrame:
    """Lay out whom personas are made for, one row each, and never shown.

    Parameters
    ----------
    customers, persons : DataFrame
        The contract tables. A customer whose account has persons is told by these; every other customer is one person.
    responses : DataFrame, optional
        The long table of answers.
    items : sequence of str
        item_ids that become columns: each person's latest answer.
    profiles : mapping of str to DataFrame, optional
        ``person_id`` and ``customer_id`` → what :func:`cxlib.contacts.profile.customers` lays out by it.
    mostly : sequence of str
        Columns of the log that were laid out level by level; each becomes ``channel_mostly``, the level met most often.
    unit : {"person", "customer"}
        In B2B a persona belongs to a person.

    Returns
    -------
    DataFrame
        ``person_id`` (missing for customers without persons), ``customer_id``, ``account_id``, ``cluster_id`` (the account, else the
        customer), the columns of both tables, one a question, and those of the profiles. No rows without customers and persons.

    Raises
    ------
    DataError
        For a unit that is none, and items that the survey does not have.

    >>> firms = pd.DataFrame({"customer_id": ["1", "2"], "account_id": ["A", None], "segment": ["oem", "shop"]})
    >>> staff = pd.DataFrame({"person_id": ["x", "y"], "account_id": "A", "role": ["user", "user"]})
    >>> people(firms, staff)[["person_id", "customer_id", "cluster_id", "segment", "role"]]
      person_id customer_id cluster_id segment  role
    0         x           1          A     oem  user
    1         y           1          A     oem  user
    2       NaN           2          2    shop   NaN
    """
    if unit not in UNITS:
        raise DataError(worded("personas.unit", "a persona belongs to", unit, UNITS))
    base = _base(customers, persons if unit == "person" else persons.iloc[:0])
    if base.empty:
        return base
    for table in _answers(responses, items):
        base = _joined(base, table)
    for name, table in (profiles or {}).items():
        base = _joined(base, {name: _most(table.drop(columns=["first_day", "last_day"], errors="ignore"), mostly)})
    untold = [f"{name}_mostly" for name in mostly] + (list(OF_PERSONS) if persons.empty else [])
    base = base.assign(**{name: pd.Series(pd.NA, index=base.index, dtype="str") for name in untold if name not in base.columns})
    own = base["customer_id"].where(base["account_id"].isna(), base["account_id"])
    return base.assign(cluster_id=own.fillna(base["person_id"]).astype("str"))


def usual(people: pd.DataFrame) -> dict[str, str]:
    """Return the features that types are looked for in where the client names none: those of the usual ones that tell people apart.

    >>> usual(pd.DataFrame({"segment": ["a", "b"], "region": ["n", "n"]}))
    {'segment': 'nominal'}
    """
    return {name: kind for name, kind in USUAL.items() if name in people.columns and len(people[name].dropna().unique()) > 1}


def _base(customers: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Persons with what is known of their customer, then customers without persons."""
    absent = {name: pd.Series(pd.NA, index=customers.index, dtype="str") for name in IDS if name not in customers.columns}
    firms = customers.assign(**absent)
    staff = persons.assign(**{name: pd.Series(pd.NA, index=persons.index, dtype="str") for name in IDS[::2] if name not in persons.columns})
    if staff.empty:
        return firms.reset_index(drop=True)
    twice = staff["account_id"].duplicated(keep=False)
    owners = firms.dropna(subset=["account_id"]).drop_duplicates("account_id")
    fresh = [name for name in owners.columns if name not in staff.columns or name == "account_id"]
    told = staff.merge(owners[fresh].drop(columns="person_id", errors="ignore"), on="account_id", how="left")
    personal = [name for name in PERSONAL if name in owners.columns and name not in persons.columns]
    told = told.assign(**{name: told[name].mask(twice.to_numpy()) for name in personal})
    alone = firms[~(firms["account_id"].notna() & firms["account_id"].isin(staff["account_id"]))]
    return pd.concat([told, alone.drop(columns="person_id")], ignore_index=True)


def _answers(responses: pd.DataFrame | None, items: Sequence[str]) -> list[dict[str, pd.DataFrame]]:
    """Latest answers of each person, and of each customer who was asked without a person's id."""
    if responses is None or responses.empty or not items:
        return []
    unknown = [name for name in items if name not in set(responses["item_id"])]
    if unknown:
        raise DataError(*(worded("items", "there is no item", name, responses["item_id"].unique(), label="Items") for name in unknown))
    given = responses[responses["item_id"].isin(items) & responses["state"].eq("answered")]
    given = given.sort_values("survey_ts", kind="stable") if "survey_ts" in given.columns else given
    found = []
    for name in ("person_id", "customer_id"):
        if name in given.columns and given[name].notna().any():
            mine = given[given["person_id"].isna()] if name == "customer_id" and "person_id" in given.columns else given
            wide = mine.pivot_table(index=name, columns="item_id", values="value", aggfunc="last")
            found.append({name: wide.reset_index().rename_axis(columns=None)})
    return found


def _joined(base: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add columns by an id: persons by theirs, customers without persons by the customer's."""
    for name, table in tables.items():
        place = base[name] if name == "person_id" else base[name].where(base["person_id"].isna())
        added = table.set_index(name)
        rows = added.index.get_indexer(place)
        for column in added.columns:
            values = (
                added[column].take(np.maximum(rows, 0)).mask(rows < 0).set_axis(base.index) if len(added) else pd.Series(np.nan, base.index)
            )
            base = base.assign(**{column: values if column not in base.columns else base[column].where(base[column].notna(), values)})
    return base


def _most(table: pd.DataFrame, mostly: Sequence[str]) -> pd.DataFrame:
    """Add for each laid-out column, told in counts or as ``…_share``, the level met most often; missing where two are met equally often."""
    for column in mostly:
        laid = [name for name in table.columns if name.startswith(f"{column}_")]
        if laid:
            counts = table[laid].to_numpy(dtype="float64")
            best = counts.max(axis=1)
            levels = [name.removeprefix(f"{column}_").removesuffix("_share") for name in laid]
            named = np.array(levels, dtype=object)[counts.argmax(axis=1)]
            clear = (counts == best[:, None]).sum(axis=1) == 1
            table = table.assign(**{f"{column}_mostly": pd.Series(named, index=table.index, dtype="str").where(clear & (best > 0))})
    return table
