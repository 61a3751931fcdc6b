"""Personas counted, described, and laid beside the classes found in the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.customers.personas.assigning import NONE
from cxlib.customers.personas.coding import code
from cxlib.customers.personas.evidence import adjusted_rand
from cxlib.customers.personas.profiles import Summary, profile, summary
from cxlib.customers.personas.reported import told
from cxlib.estimates import Sampling
from cxlib.estimates.bootstrap import draw_weights

__all__ = ["agreement", "describe", "shares"]

NEEDS = ["customers.customer_id", "persons.person_id"]


def shares(assigned: pd.DataFrame, *, defined: Sequence[str] = (), **options: Unpack[Sampling]) -> pd.DataFrame:
    """How many people belong to each persona, and how many to none.

    Parameters
    ----------
    assigned : DataFrame
        With ``persona`` and ``probability``; of :func:`assign`.
    defined : sequence of str
        Personas in the order to tell them; those that nobody fits are told too.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``cluster_id`` where the table has it.

    Returns
    -------
    DataFrame
        ESTIMATES by ``persona`` (``none``: fits none): ``persona_share``; ``persona_fit``, the mean strength of fit; and over all
        ``covered_share``, people who fit one, ``none_share``, and ``persona_count``.

    >>> found = pd.DataFrame({"persona": ["a", "a", "b", "none"], "probability": [1.0, 0.8, 0.9, 0.2]})
    >>> shares(found)[["persona", "metric", "value"]].head(3)
      persona         metric  value
    0       a  persona_share   0.50
    1       b  persona_share   0.25
    2    none  persona_share   0.25
    """
    if assigned.empty or (assigned["persona"].eq(NONE).all() and not defined):
        needs = NEEDS if assigned.empty else ["customers.persona_given", "persons.persona_given"]
        metrics = ("persona_share", "covered_share", "none_share", "persona_count")
        return estimates.stack(*[estimates.unanswerable(metric, "share", needs, by=["persona"]) for metric in metrics])
    if "cluster_id" in assigned.columns:
        options = {"cluster": "cluster_id", **options}
    names = list(dict.fromkeys([*(defined or sorted(set(assigned["persona"]) - {NONE})), NONE]))
    parts = []
    for name in names:
        table = assigned.assign(mine=assigned["persona"].eq(name), persona=name)
        parts.append(estimates.share(table, "mine", by=["persona"], metric="persona_share", **options))
    kept = assigned[assigned["persona"].isin(names) & assigned["persona"].ne(NONE)]
    if len(kept):
        parts.append(
            estimates.mean(kept, "probability", by=["persona"], metric="persona_fit", unit="coefficient", bounds=(0, 1), **options)
        )
    count = {"metric": "persona_count", "value": len(names) - 1, "unit": "count", "n": len(assigned), "method": "count"}
    parts.append(estimates.rows.rows(pd.DataFrame(index=[0]), count))
    covered = assigned.assign(mine=assigned["persona"].ne(NONE), none=assigned["persona"].eq(NONE))
    parts += [
        estimates.share(covered, flag, metric=metric, **options) for flag, metric in (("mine", "covered_share"), ("none", "none_share"))
    ]
    return estimates.stack(*parts)


def describe(customers: pd.DataFrame, assigned: pd.DataFrame, *, features: Mapping[str, str], **options: Unpack[Sampling]) -> pd.DataFrame:
    """What sets each persona apart: ``persona_value``, and ``persona_lift`` or ``persona_distance``, by ``feature`` and ``answer``.

    Parameters
    ----------
    customers : DataFrame
        One row a person with its features, rows as in `assigned`.
    assigned : DataFrame
        Of :func:`assign`.
    features : mapping of str to str
        Column → nominal, ordinal, count or numeric.
    **options
        See :class:`cxlib.estimates.Sampling`; draws resample clusters (``cluster_id`` where the table has it).

    Returns
    -------
    DataFrame
        ESTIMATES as of :class:`Personas`; everybody's value is told without a persona.

    >>> people = pd.DataFrame({"customer_id": list("abcd"), "orders": [9.0, 7.0, 2.0, 2.0]})
    >>> mine = pd.DataFrame({"customer_id": list("abcd"), "persona": ["planner", "planner", "hunter", "hunter"]})
    >>> told = describe(people, mine, features={"orders": "numeric"}, draws=20)
    >>> told.loc[told["metric"].eq("persona_value"), ["persona", "feature", "value"]]
       persona feature  value
    0   hunter  orders    2.0
    1  planner  orders    8.0
    """
    there = {name: kind for name, kind in features.items() if name in customers.columns and customers[name].notna().any()}
    if customers.empty or not there:
        by = ["persona", "feature", "answer"]
        return estimates.stack(*[estimates.unanswerable(metric, "", NEEDS, by=by) for metric in ("persona_value", "persona_lift")])
    coded, names = code(customers, there), sorted(set(assigned["persona"]), key=lambda name: (name == NONE, name))
    chance = (assigned["persona"].to_numpy()[:, None] == np.array(names, dtype=object)).astype("float64")[:, None, :]
    weights = estimates.sampling.weights_of(customers, np.ones(len(customers), dtype=bool), options.get("weight"))
    column = options.get("cluster") or ("cluster_id" if "cluster_id" in customers.columns else None)
    own = pd.Series([f"only {row}" for row in range(len(customers))], index=customers.index, dtype="str")
    cluster, ids = pd.factorize(customers[column].astype("str").fillna(own) if column else own)
    resampled = draw_weights(np.asarray(ids, dtype=object), draws=max(options.get("draws", 500), 2), seed=options.get("seed", 1))[cluster]
    now, drawn = summary(coded, chance, weights[:, None]), _in_parts(coded, chance, weights[:, None], resampled)
    level, df = options.get("level", 0.95), len(ids) - 1
    table = profile(coded, names, now, drawn, df=df, level=level)
    return told(None, table)


def _in_parts(coded: Any, chance: np.ndarray, weight: np.ndarray, resampled: np.ndarray) -> Summary:
    """Sum up draw by draw, some at a time."""
    side = max(1, 4_000_000 // max(1, chance.size))
    parts = [summary(coded, chance, weight * resampled[:, first : first + side]) for first in range(0, resampled.shape[1], side)]
    size = np.concatenate([part.size for part in parts])
    return Summary(size, *(np.concatenate([getattr(part, name) for part in parts], axis=1) for name in ("top", "bottom")))


def agreement(assigned: pd.DataFrame, members: pd.DataFrame, **options: Unpack[Sampling]) -> pd.DataFrame:
    """Lay the client's personas beside the classes found in the data.

    Parameters
    ----------
    assigned : DataFrame
        Of :func:`assign`.
    members : DataFrame
        Of :class:`Personas`, for the same people.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES: ``division_alike`` (adjusted Rand index over people who fit a persona), and by ``persona`` and ``class`` the
        ``class_share`` of each persona's people.

    >>> mine = pd.DataFrame({"customer_id": list("abcd"), "persona": ["planner", "planner", "hunter", "hunter"]})
    >>> found = pd.DataFrame({"customer_id": list("abcd"), "persona": ["1", "1", "2", "2"]})
    >>> agreement(mine, found)[["metric", "persona", "class", "value"]]
               metric  persona class  value
    0  division_alike      NaN   NaN    1.0
    1     class_share   hunter     1    0.0
    2     class_share  planner     1    1.0
    3     class_share   hunter     2    1.0
    4     class_share  planner     2    0.0
    """
    if members.empty or assigned.empty or assigned["persona"].eq(NONE).all():
        needs = NEEDS if assigned.empty else ["customers.persona_given", "persons.persona_given"]
        units = {"division_alike": "coefficient", "class_share": "share"}
        return estimates.stack(*[estimates.unanswerable(metric, unit, needs, by=["persona", "class"]) for metric, unit in units.items()])
    keys = [name for name in ("person_id", "customer_id") if name in assigned.columns and name in members.columns]
    both = assigned.merge(members[[*keys, "persona"]].rename(columns={"persona": "class"}), on=keys)
    both = both[both["persona"].ne(NONE)]
    if "cluster_id" in both.columns:
        options = {"cluster": "cluster_id", **options}
    alike = adjusted_rand(both["persona"].to_numpy(), both["class"].to_numpy())
    parts = [
        estimates.rows.rows(pd.DataFrame(index=[0]), {"metric": "division_alike", "value": alike, "unit": "coefficient", "n": len(both)})
    ]
    for name in sorted(set(both["class"])):
        table = both.assign(mine=both["class"].eq(name)).assign(**{"class": name})
        parts.append(estimates.share(table, "mine", by=["persona", "class"], metric="class_share", **options))
    return estimates.stack(*parts)
