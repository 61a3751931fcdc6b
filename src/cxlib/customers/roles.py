"""The roles inside an account: who judges us, how much they agree, what each role needs, and where buyers and users part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling, rows
from cxlib.estimates.bootstrap import draw_weights
from cxlib.estimates.results import Result

__all__ = ["Accounts", "accounts", "needs", "values"]

BUYERS, USERS = ("decision_maker", "influencer", "information_gatherer"), ("user",)
SIDES = {"buyer": "buyers", "user": "users"}
VARIANTS = ("mean", "by_influence", "by_role", "decision_maker", "lowest")
WANTED = ["persons.role", "persons.account_id", "responses.person_id"]
GROUPS = ["side", "role", "variant"]
PARTED = {"side_gap": "points", "disagreeing_share": "share"}
PARTED |= dict.fromkeys(("disagreeing_accounts", "accounts_at_risk", "disagreement_by_chance"), "count")
TOLD = PARTED | {"account_agreement": "coefficient", "role_heard_share": "share", "account_score": "", "supplier_rating": "scale 0–100"}


@dataclass(frozen=True, eq=False)
class Accounts(Result):
    """How the people of each account judge us.

    Attributes
    ----------
    table : DataFrame
        One row an account heard from: ``account_id``, ``persons``, ``buyers``, ``users`` (who answered), the score in every variant
        (``mean``, ``by_influence``, ``by_role``, ``decision_maker``, ``lowest``), ``buyer_score``, ``user_score``, ``gap`` (buyers
        less users), ``supplier_rating``, ``disagree``, ``at_risk`` (buyers judge worse, by so much). Never published.
    estimates : DataFrame
        ESTIMATES over accounts, by ``side``, ``role`` or ``variant``.
    """

    table: pd.DataFrame
    estimates: pd.DataFrame

    @property
    def row_level(self) -> dict[str, pd.DataFrame]:
        """The accounts one by one, for the client's own folder."""
        if self.table.empty:
            return {}
        kinds = {**dict.fromkeys(("persons", "buyers", "users"), "Int64"), **dict.fromkeys(("disagree", "at_risk"), "boolean")}
        return {"account_scores": self.table.astype(kinds)}


def accounts(
    responses: pd.DataFrame,
    persons: pd.DataFrame,
    rated: pd.DataFrame | None = None,
    *,
    item: str,
    buyers: Sequence[str] = BUYERS,
    users: Sequence[str] = USERS,
    gap: float = 2.0,
    level: float = 0.95,
    draws: int = 500,
    seed: int = 1,
) -> Accounts:
    """Lay each account's judgements side by side, and say how far people of one account agree.

    Parameters
    ----------
    responses : DataFrame
        The long table; each person's latest answer to `item` counts.
    persons : DataFrame
        The contract table, with ``role`` and, where it is known, ``influence_weight``.
    rated : DataFrame, optional
        The contract table *accounts*, with ``supplier_rating`` (0 to 100).
    item : str
        item_id of the judgement.
    buyers, users : sequence of str
        Roles on either side.
    gap : float
        Points between the sides of an account from which they disagree.
    level, draws, seed
        As in :class:`cxlib.estimates.Sampling`; accounts are resampled, and each counts once.

    Returns
    -------
    Accounts
        ESTIMATES: ``accounts_heard`` and ``both_sides_share`` (of accounts heard from), ``role_heard_share`` by ``role`` (of its persons),
        ``account_agreement`` (intraclass correlation), ``side_score`` by ``side``, ``side_gap`` (buyers less users within accounts),
        ``disagreeing_accounts`` and ``disagreeing_share`` (of those with both sides), ``disagreement_by_chance``
        (so many would part as far if sides differed by the mean gap and noise alone), ``accounts_at_risk``, ``account_score`` and
        ``order_alike`` (rank correlation with the mean) by ``variant``,
        ``supplier_rating`` and ``rating_alike`` (its rank correlation with the mean).

    Raises
    ------
    DataError
        For an item the survey does not have, roles on both sides, and a gap that is not positive.

    Notes
    -----
    Agreement: (MSB − MSW) / (MSB + (n₀ − 1)·MSW), one-way analysis of variance, n₀ = (N − Σn²/N)/(a − 1) (Donner 1986).

    >>> staff = pd.DataFrame({"person_id": list("wxyz"), "account_id": list("AABB"), "role": ["decision_maker", "user"] * 2})
    >>> said = pd.DataFrame({"person_id": list("wxyz"), "item_id": "overall", "state": "answered", "value": [9.0, 8.0, 3.0, 7.0]})
    >>> accounts(said, staff, item="overall", draws=0).table[["account_id", "gap", "disagree", "at_risk"]]
      account_id  gap  disagree  at_risk
    0          A  1.0     False    False
    1          B -4.0      True     True
    """
    estimates.check(level=level, draws=draws, seed=seed)
    _check(buyers, users, gap)
    heard = _heard(responses, persons, item)
    if heard.empty:
        return _nothing(item)
    table = _scores(heard, rated, buyers, users, gap)
    options: Sampling = {"level": level, "draws": draws, "seed": seed, "cluster": "account_id"}
    parts = [
        *_coverage(heard, table, persons, options),
        _agreement(heard, options),
        *_sides(heard, table, gap, options),
        *_variants(table, options),
    ]
    return Accounts(table, estimates.stack(*parts))


def needs(
    responses: pd.DataFrame,
    persons: pd.DataFrame,
    *,
    item_types: Sequence[str] = ("importance", "expected"),
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What each role needs: mean importance and expectation by role and question.

    Parameters
    ----------
    responses, persons : DataFrame
        The contract tables; the role is the person's own.
    item_types : sequence of str
        Types of the questions.
    **options
        See :class:`cxlib.estimates.Sampling`; ``weight`` is the table's own, clusters are accounts, n counts persons.

    Returns
    -------
    DataFrame
        ESTIMATES by ``role``, ``item_type`` and ``item_id``: ``need``, in the scale of the answers; and ``need_difference``, the role's
        mean less everybody's.

    >>> staff = pd.DataFrame({"person_id": list("xyz"), "account_id": list("AAB"), "role": ["user", "user", "decision_maker"]})
    >>> said = pd.DataFrame({"person_id": list("xyz"), "item_id": "price", "item_type": "importance", "state": "answered",
    ...     "value": [3.0, 4.0, 5.0], "weight": 1.0})
    >>> needs(said, staff)[["role", "metric", "value"]].round(2).head(2)
                 role metric  value
    0  decision_maker   need    5.0
    1            user   need    3.5
    """
    estimates.check(items=item_types)
    given = _with_roles(responses, persons)
    answers = given[given["item_type"].isin(item_types)] if len(given) else given
    if answers.empty:
        return _unanswered([*WANTED, *(f"responses[{name}]" for name in item_types)], ["item_type", "item_id"])
    return _by_role(answers, ["item_type", "item_id"], options)


def values(
    responses: pd.DataFrame, persons: pd.DataFrame, *, groups: Mapping[str, Sequence[str]], **options: Unpack[Sampling]
) -> pd.DataFrame:
    """What counts in business for each role: price, effort, own success.

    Parameters
    ----------
    responses, persons, **options
        As in :func:`needs`.
    groups : mapping of str to sequence of str
        What counts → the item_ids that ask for it; a person's answers to them are averaged.

    Returns
    -------
    DataFrame
        ESTIMATES by ``role`` and ``value_group``: ``need`` and ``need_difference``.

    Raises
    ------
    DataError
        For an item that stands in two groups.
    """
    of_group: dict[str, str] = {}
    for name, items in groups.items():
        for item in items:
            if of_group.setdefault(item, name) != name:
                raise DataError(worded("groups", "stands in two groups:", item, do="Name each item once."))
    given = _with_roles(responses, persons)
    answers = given[given["item_id"].isin(of_group)] if len(given) else given
    if answers.empty:
        return _unanswered([*WANTED, "responses[importance]"], ["value_group"])
    return _by_role(answers.assign(value_group=answers["item_id"].map(of_group)), ["value_group"], options)


def _unanswered(wanted: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    return estimates.stack(*[estimates.unanswerable(metric, "", wanted, by=["role", *by]) for metric in ("need", "need_difference")])


def _check(buyers: Sequence[str], users: Sequence[str], gap: float) -> None:
    both = [name for name in buyers if name in users]
    if both:
        raise DataError(*(worded("roles", "stands on both sides:", name, do="Name it among buyers or among users.") for name in both))
    if not gap > 0:
        raise DataError(worded("roles.gap", "points from which sides disagree are more than 0, not", gap))


def _with_roles(responses: pd.DataFrame, persons: pd.DataFrame) -> pd.DataFrame:
    """Answers of persons whose role is known, with account and role as the table of persons has them."""
    lacking = not {"person_id", "role"} <= set(persons.columns) or "person_id" not in responses.columns
    if persons.empty or responses.empty or lacking:
        return responses.iloc[:0]
    told = responses[responses["state"].eq("answered") & responses["value"].notna()]
    told = told.drop(columns=[name for name in ("role", "account_id") if name in told.columns])
    weight = told["weight"] if "weight" in told.columns else 1.0
    columns = [name for name in ("person_id", "account_id", "role", "influence_weight") if name in persons.columns]
    return told.assign(weight=weight).merge(persons[columns].dropna(subset=["account_id", "role"]), on="person_id")


def _heard(responses: pd.DataFrame, persons: pd.DataFrame, item: str) -> pd.DataFrame:
    """Each person's latest answer to the item."""
    given = _with_roles(responses, persons)
    if given.empty:
        return given
    if item not in set(responses["item_id"]):
        raise DataError(worded("item", "there is no item", item, responses["item_id"].unique(), label="Items"))
    answers = given[given["item_id"].eq(item)]
    answers = answers.sort_values("survey_ts", kind="stable") if "survey_ts" in answers.columns else answers
    return answers.drop_duplicates("person_id", keep="last").reset_index(drop=True)


def _nothing(item: str) -> Accounts:
    wanted = [*WANTED, f"responses.{'item_id' if not item else 'value'}"]
    missing = [estimates.unanswerable(metric, unit, wanted, by=GROUPS) for metric, unit in TOLD.items()]
    return Accounts(pd.DataFrame(), estimates.stack(*missing))


def _scores(heard: pd.DataFrame, rated: pd.DataFrame | None, buyers: Sequence[str], users: Sequence[str], gap: float) -> pd.DataFrame:
    """One row an account: counts, scores in every variant, the gap between the sides."""
    influence = heard["influence_weight"].fillna(heard["influence_weight"].mean()) if "influence_weight" in heard.columns else 1.0
    table = heard.assign(cx_influence=influence, cx_weighed=heard["value"] * influence)
    by_account = table.groupby("account_id", sort=True)
    found = pd.DataFrame({"persons": by_account.size()})
    sides = {"buyer": table[table["role"].isin(buyers)], "user": table[table["role"].isin(users)]}
    for name, part in sides.items():
        found[SIDES[name]] = part.groupby("account_id").size().reindex(found.index, fill_value=0)
    found["mean"] = by_account["value"].mean()
    found["by_influence"] = by_account["cx_weighed"].sum() / by_account["cx_influence"].sum()
    found["by_role"] = table.groupby(["account_id", "role"])["value"].mean().groupby("account_id").mean()
    found["decision_maker"] = table[table["role"].eq("decision_maker")].groupby("account_id")["value"].mean().reindex(found.index)
    found["lowest"] = by_account["value"].min()
    for name, part in sides.items():
        found[f"{name}_score"] = part.groupby("account_id")["value"].mean().reindex(found.index)
    found["gap"] = found["buyer_score"] - found["user_score"]
    ratings = rated.set_index("account_id")["supplier_rating"] if rated is not None and "supplier_rating" in rated.columns else None
    found["supplier_rating"] = np.nan if ratings is None else ratings.reindex(found.index)
    found["disagree"], found["at_risk"] = found["gap"].abs().gt(gap), found["gap"].lt(-gap)
    return found.reset_index().astype({"account_id": "str"})


def _coverage(heard: pd.DataFrame, table: pd.DataFrame, persons: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    both = table.assign(both=table["buyers"].gt(0) & table["users"].gt(0))
    counted = {"metric": "accounts_heard", "value": len(table), "unit": "count", "n": len(table)}
    staff = persons.dropna(subset=["account_id", "role"])
    staff = staff.assign(heard=staff["person_id"].isin(heard["person_id"]))
    return [
        rows.rows(pd.DataFrame(index=[0]), counted),
        estimates.share(both, "both", metric="both_sides_share", **options),
        estimates.share(staff, "heard", by=["role"], metric="role_heard_share", **options),
    ]


def _agreement(heard: pd.DataFrame, options: Sampling) -> pd.DataFrame:
    """Intraclass correlation, accounts resampled."""
    codes, ids = pd.factorize(heard["account_id"])
    value = heard["value"].to_numpy(dtype="float64")
    sums = [np.bincount(codes, values) for values in (np.ones(len(value)), value - value.mean(), (value - value.mean()) ** 2)]
    said: dict[str, Any] = {"metric": "account_agreement", "unit": "coefficient", "n": len(heard), "method": "ANOVA, bootstrap"}
    now, count = _intraclass(sums, np.ones((len(ids), 1)))[0], options.get("draws", 500)
    if not (sums[0] > 1).any() or len(ids) < 3:
        return rows.rows(pd.DataFrame(index=[0]), said | {"note": "n < 2"})
    drawn = _intraclass(sums, draw_weights(ids, draws=count, seed=options.get("seed", 1)).astype("float64"))
    reach = special.stdtrit(len(ids) - 1, (1 + options.get("level", 0.95)) / 2)
    spread = np.nanstd(np.arctanh(np.clip(drawn, -0.999, 0.999))) if count else np.nan
    ends = {"low": np.tanh(np.arctanh(now) - reach * spread), "high": np.tanh(np.arctanh(now) + reach * spread)}
    carried = {"draws": [drawn]} if count else {}
    return rows.rows(pd.DataFrame(index=[0]), said | {"value": now} | ends | carried)


def _intraclass(sums: Sequence[np.ndarray], weight: np.ndarray) -> np.ndarray:
    """Intraclass correlations from each account's count, sum and sum of squares; one a column of weights."""
    n, total, squares = sums
    people, count = n @ weight, weight.sum(axis=0)
    within = (squares - total**2 / n) @ weight
    with np.errstate(invalid="ignore", divide="ignore"):
        between = (total**2 / n) @ weight - (total @ weight) ** 2 / people
        size = (people - (n**2) @ weight / people) / (count - 1)
        mean_between, mean_within = between / (count - 1), within / (people - count)
        return np.asarray((mean_between - mean_within) / (mean_between + (size - 1) * mean_within))


def _sides(heard: pd.DataFrame, table: pd.DataFrame, gap: float, options: Sampling) -> list[pd.DataFrame]:
    """Buyers against users: scores, the gap within accounts, and who parts."""
    known = table[table["gap"].notna()]
    long = table.melt(id_vars="account_id", value_vars=["buyer_score", "user_score"], var_name="side", value_name="score")
    long = long.assign(side=long["side"].str.removesuffix("_score"))
    parts = [estimates.mean(long, "score", by=["side"], metric="side_score", **options)]
    if known.empty:
        nothing = {"metric": list(PARTED), "unit": list(PARTED.values()), "note": "one side only"}
        return [*parts, rows.rows(pd.DataFrame(index=range(len(PARTED))), nothing)]
    counts = {"disagreeing_accounts": float(known["disagree"].sum()), "accounts_at_risk": float(known["at_risk"].sum())}
    counts["disagreement_by_chance"] = _by_chance(heard, known, gap)
    told = [
        rows.rows(pd.DataFrame(index=[0]), {"metric": name, "value": value, "unit": "count", "n": len(known)})
        for name, value in counts.items()
    ]
    parts += [estimates.mean(known, "gap", metric="side_gap", unit="points", **options), *told]
    return [*parts, estimates.share(known, "disagree", metric="disagreeing_share", **options)]


def _by_chance(heard: pd.DataFrame, known: pd.DataFrame, gap: float) -> float:
    """Accounts that would part so far if every account's sides differed by the mean gap and what people of one side differ by."""
    alike = heard.groupby(["account_id", "role"])["value"].agg(["size", "var"])
    alike = alike[alike["size"] > 1]
    freedom = float((alike["size"] - 1).sum())
    if not freedom:
        return float("nan")
    noise = float(((alike["size"] - 1) * alike["var"]).sum()) / freedom
    spread = np.sqrt(noise * (1 / known["buyers"] + 1 / known["users"]))
    middle = float(known["gap"].mean())
    with np.errstate(divide="ignore"):
        outside = special.ndtr((-gap - middle) / spread) + special.ndtr((middle - gap) / spread)
    return float(np.nansum(outside))


def _variants(table: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    """Mean account score in each variant, and whether it puts accounts in the same order as the mean does."""
    parts = []
    for name in VARIANTS:
        named = table.assign(variant=name, score=table[name])
        parts.append(estimates.mean(named, "score", by=["variant"], metric="account_score", **options))
    parts += [_alike(table, name, "order_alike", {"variant": name}, options) for name in VARIANTS[1:]]
    if table["supplier_rating"].notna().any():
        parts.append(estimates.mean(table, "supplier_rating", metric="supplier_rating", unit="scale 0–100", **options))
        parts.append(_alike(table, "supplier_rating", "rating_alike", {}, options))
    else:
        parts.append(estimates.unanswerable("supplier_rating", "scale 0–100", ["accounts.supplier_rating"]))
    return parts


def _alike(table: pd.DataFrame, name: str, metric: str, group: Mapping[str, str], options: Sampling) -> pd.DataFrame:
    """Spearman's rank correlation with the mean; Fisher's z with the spread of Bonett & Wright (2000)."""
    known = table[table[name].notna()]
    said: dict[str, Any] = {"metric": metric, "unit": "coefficient", "n": len(known), "method": "Spearman"}
    groups = pd.DataFrame({key: [value] for key, value in group.items()}, index=[0])
    if len(known) < 4 or known[name].nunique() < 2 or known["mean"].nunique() < 2:
        return rows.rows(groups, said | {"note": "n < 4" if len(known) < 4 else "no spread"})
    value = float(known[name].rank().corr(known["mean"].rank()))
    reach = special.ndtri((1 + options.get("level", 0.95)) / 2) * np.sqrt((1 + value**2 / 2) / (len(known) - 3))
    z = np.arctanh(np.clip(value, -0.999999, 0.999999))
    return rows.rows(groups, said | {"value": value, "low": np.tanh(z - reach), "high": np.tanh(z + reach)})


def _by_role(answers: pd.DataFrame, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    """Mean answers by role, and their distance from everybody's; a person's answers to one thing are averaged first."""
    options = {"weight": "weight", "cluster": "account_id", "count": "person_id", **options}
    keys = ["person_id", "account_id", "role", *by]
    one = answers.groupby(keys, as_index=False).agg(value=("value", "mean"), weight=("weight", "mean"))
    scales = answers.groupby(list(by))[["scale_low", "scale_high"]].first() if "scale_low" in answers.columns else None
    found = estimates.mean(one, "value", by=["role", *by], metric="need", **options)
    everybody = one.groupby(list(by))[["value", "weight"]].apply(lambda part: np.average(part["value"], weights=part["weight"]))
    place = pd.MultiIndex.from_frame(one[list(by)]) if len(by) > 1 else pd.Index(one[by[0]])
    apart = one.assign(apart=one["value"].to_numpy() - everybody.reindex(place).to_numpy())
    differing = estimates.mean(apart, "apart", by=["role", *by], metric="need_difference", unit="scale points", **options)
    if scales is not None:
        place = pd.MultiIndex.from_frame(found[list(by)]) if len(by) > 1 else pd.Index(found[by[0]])
        ends = scales.reindex(place).reset_index(drop=True)
        unit = [f"scale {low:g}–{high:g}" if pd.notna(low) else "" for low, high in zip(ends["scale_low"], ends["scale_high"], strict=True)]
        found = found.assign(unit=pd.Series(unit, index=found.index, dtype="str"))
    return estimates.stack(found, differing)
