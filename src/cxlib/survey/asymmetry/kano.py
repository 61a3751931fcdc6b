"""Kano's classes, from the pair of questions that alone can tell them: how it is where a service is there, and where it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import by_respondent, needs_of, rated, unscaled

__all__ = ["CATEGORIES", "kano"]

CATEGORIES = ("attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable")
# rows: answer where it is there, columns: where it is missing; like, expect, neutral, live with, dislike
TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
LETTERS = dict(zip("AOMIRQ", CATEGORIES, strict=True))
PAIR = ("kano_functional", "kano_dysfunctional")
STEPS = 5


def kano(responses: pd.DataFrame, *, by: Sequence[str] = (), min_n: int = 30, **options: Unpack[Sampling]) -> pd.DataFrame:
    """Kano's evaluation of each pair of questions: shares of the categories, better and worse, and the class with its certainty.

    Parameters
    ----------
    responses : DataFrame
        The contract table; items of type ``kano_functional`` and ``kano_dysfunctional``, joined by ``item_group``, on five steps from
        "I dislike it" (low) to "I like it" (high).
    by : sequence of str
        Further group columns.
    min_n : int
        Respondents with both answers below which a group's numbers are not told.
    **options
        See :class:`cxlib.estimates.Sampling`; 500 draws unless told otherwise.

    Returns
    -------
    DataFrame
        ESTIMATES by ``item_group`` and ``category``: ``kano_share``; by ``item_group``: ``kano_better`` (0 to 1), ``kano_worse`` (−1 to 0),
        and ``kano_class`` (share of draws in which the most frequent category is again the most frequent), whose note is that category,
        or ``mixed`` where its lead over the second is not certain. Without both questions one row with what is needed.

    Raises
    ------
    DataError
        For answers on other than five steps, and for a group with more than one question of a kind.

    Notes
    -----
    Kano 1984; better = (A + O)/(A + O + M + I), worse = −(O + M)/(A + O + M + I) (Berger et al. 1993). Shares: Wilson intervals. The lead
    of the first over the second category is the clustered version of Fong's test (1996).

    >>> pair = pd.DataFrame({"item_type": PAIR, "item_id": PAIR, "item_group": "notice", "value": [4.0, 1.0]})
    >>> both = pd.concat([pair.assign(respondent_id=str(k), response_id=str(k)) for k in range(40)])
    >>> told = kano(both.assign(state="answered", weight=1.0, scale_low=1.0, scale_high=5.0))
    >>> told.loc[told["metric"] == "kano_class", "note"].item()
    'must_be'
    """
    estimates.check(min_n=min_n)
    asked = rated(responses, PAIR, by=by)
    lacking = [kind for kind in PAIR if asked.empty or not asked["item_type"].eq(kind).any()]
    needs = needs_of(responses, lacking) if lacking else ["responses.item_group"] * bool(asked["item_group"].isna().all()) + unscaled(asked)
    if needs:
        return estimates.unanswerable("kano_share", "share", needs, by=["item_group", "category", *by])
    sampling = by_respondent(options)
    sampling.setdefault("draws", 500)
    pairs = _evaluated(asked)
    groups = ["item_group", *by]
    flags = {name: pairs["category"].eq(name).astype("float64") for name in CATEGORIES}
    shares = [_share(pairs, flags[name], "kano_share", groups, sampling).assign(category=name) for name in CATEGORIES]
    first = ["item_group", "category", *by]
    shares = [part[[*first, *part.columns.difference(first, sort=False)]] for part in shares]
    classed = pairs[~pairs["category"].isin(("reverse", "questionable"))]
    better = _share(classed, classed["category"].isin(("attractive", "one_dimensional")), "kano_better", groups, sampling)
    worse = _turned(_share(classed, classed["category"].isin(("one_dimensional", "must_be")), "kano_worse", groups, sampling))
    leading = _classes(pairs, shares, groups, sampling)
    told = estimates.stack(*shares, better, worse, leading)
    return estimates.withhold(told, told["n"] < min_n, f"n < {min_n}")


def _evaluated(asked: pd.DataFrame) -> pd.DataFrame:
    """Return one row a questionnaire and pair with both answers, and the category they fall into."""
    odd = asked[(asked["scale_high"] - asked["scale_low"]) != STEPS - 1]
    if len(odd):
        do = "Declare its scale with five steps, low for dislike."
        raise DataError(worded("kano", "is not asked on five steps:", odd["item_id"].iloc[0], do=do))
    keys = ["response_id", "item_group"]
    asked = asked[asked["item_group"].notna()]
    twice = asked[asked.duplicated([*keys, "item_type"])]
    if len(twice):
        do = "Give each pair an item_group of its own."
        raise DataError(worded("kano", "more than one question of a kind belongs to", twice["item_group"].iloc[0], do=do))
    step = asked.assign(step=(asked["scale_high"] - asked["value"]).astype(int))
    missing = step.loc[step["item_type"] == PAIR[1], [*keys, "step"]].rename(columns={"step": "without"})
    both = step[step["item_type"] == PAIR[0]].merge(missing, on=keys)
    letters = [TABLE[there][gone] for there, gone in zip(both["step"], both["without"], strict=True)]
    return both.assign(category=pd.array([LETTERS[letter] for letter in letters], dtype="str"))


def _share(table: pd.DataFrame, flag: pd.Series, metric: str, groups: list[str], sampling: Sampling) -> pd.DataFrame:
    return estimates.share(table.assign(flag=flag.astype("float64")), "flag", by=groups, metric=metric, **sampling)


def _turned(worse: pd.DataFrame) -> pd.DataFrame:
    turned = worse.assign(value=-worse["value"], low=-worse["high"], high=-worse["low"])
    return turned.assign(draws=worse["draws"].map(lambda values: -values)) if "draws" in worse else turned


def _classes(told: pd.DataFrame, shares: list[pd.DataFrame], groups: list[str], sampling: Sampling) -> pd.DataFrame:
    """The most frequent category of each group, in how many draws it leads, and whether its lead over the second is certain."""
    every = np.array([part["value"].to_numpy() for part in shares])  # categories × groups
    first, second = np.argsort(-every, axis=0, kind="stable")[:2]
    keys = shares[0][groups].reset_index(drop=True)
    levels = told[groups].astype("str").merge(keys.assign(row=range(len(keys))), on=groups, how="left")["row"].to_numpy()
    names = np.array(CATEGORIES, dtype=object)
    category = told["category"].to_numpy(dtype=object)
    lead = (category == names[first][levels]).astype(float) - (category == names[second][levels]).astype(float)
    plain: Sampling = {**sampling, "draws": 0}
    ahead = estimates.mean(told.assign(lead=lead), "lead", by=groups, **plain)
    sure = (ahead["low"] > 0).to_numpy() | (every[first, np.arange(len(keys))] == 1)
    value = np.full(len(keys), np.nan)
    if "draws" in shares[0]:
        drawn = np.array([np.stack(part["draws"].to_list()) for part in shares])  # categories × groups × draws
        best = np.where(np.isnan(drawn), -1.0, drawn).argmax(axis=0)
        value = (best == first[:, None]).mean(axis=1)
    columns = {"metric": "kano_class", "value": value, "unit": "share", "n": shares[0]["n"].to_numpy(), "n_eff": shares[0]["n_eff"]}
    return rows(keys, columns | {"method": "share of draws", "note": np.where(sure, names[first], "mixed")})
