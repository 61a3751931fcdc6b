"""Answers of people whose role in their account is known."""

from __future__ import annotations

import pandas as pd

from cxlib.errors import DataError, worded

__all__ = ["WANTED", "heard", "with_roles"]

WANTED = ("persons.role", "persons.account_id", "responses.person_id")


def with_roles(responses: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Answers of persons whose role is known, with account and role as the table of persons has them."""
    lacking = not {"person_id", "account_id", "role"} <= set(persons.columns) or "person_id" not in responses.columns
    if persons.empty or responses.empty or lacking:
        return responses.iloc[:0]
    told = responses[responses["state"].eq("answered") & responses["value"].notna()]
    told = told.drop(columns=[name for name in ("role", "account_id") if name in told.columns])
    weight = told["weight"] if "weight" in told.columns else 1.0
    columns = [name for name in ("person_id", "account_id", "role", "influence_weight") if name in persons.columns]
    return told.assign(weight=weight).merge(persons[columns].dropna(subset=["account_id", "role"]), on="person_id")


def heard(responses: pd.DataFrame, persons: pd.DataFrame, item: str) -> pd.DataFrame:
    """Each person's latest answer to the item."""
    given = with_roles(responses, persons)
    if given.empty:
        return given
    if item not in set(responses["item_id"]):
        raise DataError(worded("item", "there is no item", item, responses["item_id"].unique(), label="Items"))
    answers = given[given["item_id"].eq(item)]
    answers = answers.sort_values("survey_ts", kind="stable") if "survey_ts" in answers.columns else answers
    return answers.drop_duplicates("person_id", keep="last").reset_index(drop=True)
