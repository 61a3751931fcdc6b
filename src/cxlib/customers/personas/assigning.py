"""Personas that the client has defined: who fits which, how well, and who fits none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cxlib.customers.personas.fitting import Personas
from cxlib.errors import DataError, worded

__all__ = ["NONE", "as_table", "assign", "chosen"]

NONE = "none"
IDS = ("person_id", "customer_id", "account_id", "cluster_id")
Definition = Mapping[str, Any]


def assign(
    customers: pd.DataFrame,
    *,
    personas: Mapping[str, Definition],
    importance: Mapping[str, float] | None = None,
    least: float = 0.6,
    ahead: float = 0.1,
    known: float = 0.3,
) -> pd.DataFrame:
    """Assign people to the personas that the client has defined, or to none.

    Parameters
    ----------
    customers : DataFrame
        One row a person; what :func:`people` lays out.
    personas : mapping of str to mapping
        Persona → column → what fits it: a list of values, ``{"low": …, "high": …}`` (either end may be left out), or one number, a
        prototype: the fit then falls from 1 to 0 over two standard deviations of the column.
    importance : mapping of str to float, optional
        What a column counts; 1 where it is not named.
    least : float
        Fit below which somebody fits none.
    ahead : float
        What the best persona must be ahead of the second one; otherwise none is named.
    known : float
        Part of a persona's rules, by importance, that must be known of somebody.

    Returns
    -------
    DataFrame
        The ids, ``persona`` (``none``: fits none), ``probability`` (the strength of the fit, 0 to 1), ``runner_up``, ``ahead``,
        ``known`` (part of the rules), ``source`` {given, assigned, none}. A persona in ``persona_given`` stands.

    Raises
    ------
    DataError
        For rules about columns that the table lacks, and definitions that mean nothing.

    Notes
    -----
    Fit of a person and a persona: Σ_j w_j s_j / Σ_j w_j over the rules of which the value is known, s_j 1 where the rule is met.

    >>> table = pd.DataFrame({"customer_id": list("abc"), "channel": ["phone", "email", None], "size": [2.0, 9.0, None]})
    >>> rules = {"caller": {"channel": ["phone"], "size": {"high": 5}}, "writer": {"channel": ["email"]}}
    >>> assign(table, personas=rules)[["customer_id", "persona", "probability"]]
      customer_id persona  probability
    0           a  caller          1.0
    1           b  writer          1.0
    2           c    none          0.0
    """
    _check(customers, personas, importance or {})
    ids = customers[[name for name in IDS if name in customers.columns]].reset_index(drop=True)
    if not personas or customers.empty:
        return _unassigned(ids, customers)
    fits, parts = np.zeros((len(customers), len(personas))), np.zeros((len(customers), len(personas)))
    for place, rules in enumerate(personas.values()):
        weight = np.array([float((importance or {}).get(name, 1.0)) for name in rules])
        met = np.column_stack([_met(customers[name], rule, name) for name, rule in rules.items()])
        there = ~np.isnan(met)
        of_known = there @ weight
        fits[:, place] = np.divide(np.nan_to_num(met) @ weight, of_known, out=np.zeros(len(met)), where=of_known > 0)
        parts[:, place] = of_known / weight.sum()
    fits = np.where(parts >= known, fits, 0.0)
    order = np.argsort(-fits, axis=1, kind="stable")
    best, second = order[:, 0], order[:, min(1, fits.shape[1] - 1)]
    rows, names = np.arange(len(fits)), np.array(list(personas), dtype=object)
    lead = fits[rows, best] - (fits[rows, second] if fits.shape[1] > 1 else 0.0)
    fitting = (fits[rows, best] >= least) & (lead >= ahead) & (fits[rows, best] > 0)
    found = ids.assign(
        persona=pd.Series(np.where(fitting, names[best], NONE), dtype="str"),
        probability=fits[rows, best],
        runner_up=pd.Series(names[second], dtype="str").where((second != best) & (fits[rows, second] > 0)),
        ahead=lead,
        known=parts[rows, best],
        source=pd.Series(np.where(fitting, "assigned", NONE), dtype="str"),
    )
    return _with_given(found, customers)


def _check(customers: pd.DataFrame, personas: Mapping[str, Definition], importance: Mapping[str, float]) -> None:
    named = dict.fromkeys(name for rules in personas.values() for name in rules)
    problems = []
    if len(customers):
        problems += [
            worded("personas", "there is no column", name, customers.columns, label="It has") for name in named if name not in customers
        ]
    problems += [worded("personas", "has no rules:", name, do="Name at least one column.") for name, rules in personas.items() if not rules]
    problems += [worded("importance", "no rule is about", name, named, label="Rules are about") for name in importance if name not in named]
    problems += [worded("importance", f"{name}: counts more than 0, not", value) for name, value in importance.items() if not value > 0]
    if NONE in personas:
        problems.append(worded("personas", "cannot be a persona's name:", NONE, do="It says that none fits."))
    if problems:
        raise DataError(*problems)


def _met(column: pd.Series, rule: Any, name: str) -> np.ndarray:
    """How well each value meets a rule, 0 to 1; NaN where the value is missing."""
    if isinstance(rule, list | tuple):
        said = column.astype("str")
        return np.asarray(said.isin([str(value) for value in rule]).astype("float64").where(column.notna()))
    if not pd.api.types.is_numeric_dtype(column):
        raise DataError(worded("personas", "this rule needs a column of numbers:", name, do="Write a list of values instead."))
    values = column.to_numpy(dtype="float64", na_value=np.nan)
    if isinstance(rule, Mapping):
        low, high = (rule.get(end) for end in ("low", "high"))
        if low is None and high is None:
            raise DataError(worded("personas", "this rule has neither low nor high:", name, do="Name at least one end."))
        inside = (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))
        return np.where(np.isnan(values), np.nan, inside.astype("float64"))
    spread = float(np.nanstd(values)) if (~np.isnan(values)).any() else 0.0
    return np.clip(1 - np.abs(values - float(rule)) / (2 * spread or 1.0), 0.0, 1.0)


def _unassigned(ids: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    nothing = {"persona": NONE, "probability": 0.0, "runner_up": pd.Series(pd.NA, index=ids.index, dtype="str"), "ahead": 0.0, "known": 0.0}
    return _with_given(ids.assign(**nothing, source=NONE).astype({"persona": "str", "source": "str"}), customers)


def _with_given(found: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    if "persona_given" not in customers.columns:
        return found
    given = customers["persona_given"].reset_index(drop=True).astype("str")
    there = given.notna()
    found = found.assign(persona=found["persona"].mask(there, given), source=found["source"].mask(there, "given"))
    return found.assign(probability=found["probability"].mask(there, 1.0), ahead=found["ahead"].mask(there, 1.0))


def chosen(assigned: pd.DataFrame, found: Personas) -> pd.DataFrame:
    """Return the personas to go by: the client's own where there are any, else the classes found, if the verdict is that there are some.

    Parameters
    ----------
    assigned : DataFrame
        Of :func:`assign`.
    found : Personas
        Of :func:`cxlib.customers.personas.fit`, for the same people.

    Returns
    -------
    DataFrame
        As of :func:`assign`; people in no class have the persona "none".

    >>> given = pd.DataFrame({"customer_id": ["a", "b"], "persona": NONE, "source": NONE, "probability": 0.0})
    >>> nothing = pd.DataFrame()
    >>> members = pd.DataFrame({"persona": ["p1"], "probability": [0.9]})
    >>> chosen(given, Personas(nothing, members, nothing, nothing, "classes"))
      customer_id persona     source  probability
    0           a      p1  clustered          0.9
    1           b    none       none          0.0
    """
    if found.state != "classes" or assigned["persona"].ne(NONE).any():
        return assigned
    mine = found.members.reindex(assigned.index)
    there = mine["persona"].notna()
    text = {"persona": mine["persona"].fillna(NONE), "source": pd.Series(np.where(there, "clustered", NONE), index=assigned.index)}
    return assigned.assign(probability=mine["probability"].fillna(0.0), **{name: column.astype("str") for name, column in text.items()})


def as_table(assigned: pd.DataFrame) -> pd.DataFrame:
    """Return the contract table *personas*, which later notebooks join.

    Parameters
    ----------
    assigned : DataFrame
        What :func:`assign` or :func:`chosen` returns.

    Returns
    -------
    DataFrame
        ``person_id``, ``customer_id`` (of customers who are one person), ``persona`` ("none": fits none), ``probability``, ``source``.

    >>> found = pd.DataFrame({"customer_id": ["a"], "persona": ["x"], "probability": [0.9], "source": ["assigned"], "known": [1.0]})
    >>> as_table(found).columns.to_list()
    ['customer_id', 'persona', 'probability', 'source']
    """
    columns = [name for name in ("person_id", "customer_id") if name in assigned.columns]
    kept = assigned[[*columns, "persona", "probability", "source"]].dropna(subset=columns, how="all")
    if len(columns) == 2:
        kept = kept.assign(customer_id=kept["customer_id"].where(kept["person_id"].isna()))
    return kept.astype(dict.fromkeys([*columns, "persona", "source"], "str")).reset_index(drop=True)
