"""The people of each account side by side: who judges us, and where buyers and users part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.customers.roles._answers import WANTED, heard
from cxlib.customers.roles.agreement import agreement
from cxlib.customers.roles.variants import variants
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling, rows
from cxlib.estimates.results import Result

__all__ = ["Accounts", "accounts"]

BUYERS, USERS = ("decision_maker", "influencer", "information_gatherer"), ("user",)
SIDES = {"buyer": "buyers", "user": "users"}
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
    answers = heard(responses, persons, item)
    if answers.empty:
        return _nothing(item)
    table = _scores(answers, rated, buyers, users, gap)
    options: Sampling = {"level": level, "draws": draws, "seed": seed, "cluster": "account_id"}
    parts = [
        *_coverage(answers, table, persons, options),
        agreement(answers, options),
        *_sides(answers, table, gap, options),
        *variants(table, options),
    ]
    return Accounts(table, estimates.stack(*parts))


def _check(buyers: Sequence[str], users: Sequence[str], gap: float) -> None:
    both = [name for name in buyers if name in users]
    if both:
        raise DataError(*(worded("roles", "stands on both sides:", name, do="Name it among buyers or among users.") for name in both))
    if not gap > 0:
        raise DataError(worded("roles.gap", "points from which sides disagree are more than 0, not", gap))


def _nothing(item: str) -> Accounts:
    wanted = [*WANTED, f"responses.{'item_id' if not item else 'value'}"]
    missing = [estimates.unanswerable(metric, unit, wanted, by=GROUPS) for metric, unit in TOLD.items()]
    return Accounts(pd.DataFrame(), estimates.stack(*missing))


def _scores(answers: pd.DataFrame, rated: pd.DataFrame | None, buyers: Sequence[str], users: Sequence[str], gap: float) -> pd.DataFrame:
    """One row an account: counts, scores in every variant, the gap between the sides."""
    influence = answers["influence_weight"].fillna(answers["influence_weight"].mean()) if "influence_weight" in answers.columns else 1.0
    table = answers.assign(cx_influence=influence, cx_weighed=answers["value"] * influence)
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


def _coverage(answers: pd.DataFrame, table: pd.DataFrame, persons: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    both = table.assign(both=table["buyers"].gt(0) & table["users"].gt(0))
    counted = {"metric": "accounts_heard", "value": len(table), "unit": "count", "n": len(table)}
    staff = persons.dropna(subset=["account_id", "role"])
    staff = staff.assign(heard=staff["person_id"].isin(answers["person_id"]))
    return [
        rows.rows(pd.DataFrame(index=[0]), counted),
        estimates.share(both, "both", metric="both_sides_share", **options),
        estimates.share(staff, "heard", by=["role"], metric="role_heard_share", **options),
    ]


def _sides(answers: pd.DataFrame, table: pd.DataFrame, gap: float, options: Sampling) -> list[pd.DataFrame]:
    """Buyers against users: scores, the gap within accounts, and who parts."""
    known = table[table["gap"].notna()]
    long = table.melt(id_vars="account_id", value_vars=["buyer_score", "user_score"], var_name="side", value_name="score")
    long = long.assign(side=long["side"].str.removesuffix("_score"))
    parts = [estimates.mean(long, "score", by=["side"], metric="side_score", **options)]
    if known.empty:
        nothing = {"metric": list(PARTED), "unit": list(PARTED.values()), "note": "one side only"}
        return [*parts, rows.rows(pd.DataFrame(index=range(len(PARTED))), nothing)]
    counts = {"disagreeing_accounts": float(known["disagree"].sum()), "accounts_at_risk": float(known["at_risk"].sum())}
    counts["disagreement_by_chance"] = _by_chance(answers, known, gap)
    told = [
        rows.rows(pd.DataFrame(index=[0]), {"metric": name, "value": value, "unit": "count", "n": len(known)})
        for name, value in counts.items()
    ]
    parts += [estimates.mean(known, "gap", metric="side_gap", unit="points", **options), *told]
    return [*parts, estimates.share(known, "disagree", metric="disagreeing_share", **options)]


def _by_chance(answers: pd.DataFrame, known: pd.DataFrame, gap: float) -> float:
    """Accounts that would part so far if every account's sides differed by the mean gap and what people of one side differ by."""
    alike = answers.groupby(["account_id", "role"])["value"].agg(["size", "var"])
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
