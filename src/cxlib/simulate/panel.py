"""Whom the two survey waves invite and who answers: strata answer unequally often, and most accounts are heard from one side only."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.questionnaire import BUYERS

__all__ = ["DOUBLE_FILLERS", "PANEL", "WAVES", "invited", "population", "questionnaires"]

WAVES = {"1": ("2025-10-06", 612, 2930), "2": ("2026-05-04", 655, 2970)}  # sent, questionnaires, invitations
PANEL, DOUBLE_FILLERS = 240, 12  # persons in both waves; questionnaires that somebody filled a second time
OPEN_FOR_DAYS, WAITS_FOR_MONDAY = 24, 0.85
INVITATION = ("respondent_id", "wave", "sent_ts", "responded", "stratum")
WILLING = {"A": 0.30, "B": 0.28, "C": 0.25, "single": 0.22}  # propensity to answer by stratum, relative
OPEN_ACCOUNTS, OPEN = 0.8, 5.0  # of the accounts with buyers and users, those from which both like to answer, and how much more willing
SILENT, USERS_SPEAK = 0.05, 0.4  # elsewhere: willingness of the silent side, and how often that is the buyers'


def population(plan: Plan, people: People) -> pd.DataFrame:
    """Return everybody who can be asked.

    Returns
    -------
    DataFrame
        One row a person: respondent_id, customer_id, account_id, person_id (missing for the one person of a customer without account),
        cluster_id, stratum_id {A, B, C, single}, role, side {buyer, user, other}, persona, language, region, segment, start, churn,
        quality, referred (by another customer), key (the person, or the customer who is one person), voice (how willing this side of
        the account is).
    """
    rng = stream(plan, "panel")
    customers = people.customers.set_index("customer_id")
    persons = people.persons[people.persons["_customer_id"].map(customers["status"]).ne("prospect")].reset_index(drop=True)
    mine = customers.loc[persons["_customer_id"]].reset_index()
    looked_after = persons["account_id"].notna()
    frame = pd.DataFrame(
        {
            "customer_id": persons["_customer_id"],
            "account_id": persons["account_id"],
            "person_id": persons["person_id"].where(looked_after),
            "cluster_id": persons["account_id"].fillna(persons["_customer_id"]),
            "stratum_id": mine["_size_class"].where(looked_after, "single"),
            "role": persons["role"],
            "side": np.select([persons["role"].isin(BUYERS), persons["role"] == "user"], ["buyer", "user"], "other"),
            "persona": persons["_persona"],
            "language": mine["_language"],
            "region": mine["region"],
            "segment": mine["segment"],
            "start": mine["start_date"],
            "churn": mine["churn_date"],
            "quality": mine["_quality"],
            "referred": mine["referred_by"].notna(),
            "key": persons["person_id"].where(looked_after, persons["_customer_id"]),
        }
    )
    frame["respondent_id"] = [f"R{number:05d}" for number in rng.permutation(len(frame)) + 1]
    frame["voice"] = np.where(looked_after, _voices(rng, frame), 1.0)
    return frame


def invited(plan: Plan, who: pd.DataFrame) -> pd.DataFrame:
    """Return the invitations to all waves within the plan's period.

    Returns
    -------
    DataFrame
        respondent_id, wave, sent_ts, responded, stratum; hidden ``_row`` (in `who`).
    """
    rng = stream(plan, "invitations")
    waves, before = [], np.zeros(len(who), dtype=bool)
    for wave, (sent, answered, letters) in WAVES.items():
        day = pd.Timestamp(sent)
        if not pd.Timestamp(plan.start) <= day <= pd.Timestamp(plan.end) - pd.Timedelta(days=OPEN_FOR_DAYS):
            continue
        there = ((who["start"] < day) & ~(who["churn"] < day)).to_numpy()
        asked = _drawn(rng, np.where(there, np.where(who["person_id"].notna(), 1e6, 1.0), 0.0), plan.count(letters))
        willing = who["stratum_id"].map(WILLING).to_numpy(dtype=float) * who["voice"].to_numpy() * np.isin(np.arange(len(who)), asked)
        responded = np.zeros(len(who), dtype=bool)
        wanted = max(1, plan.count(answered) - plan.count(DOUBLE_FILLERS) // 2)
        again = min(plan.count(PANEL), wanted) if before.any() else 0
        responded[_drawn(rng, willing * before, again)] = True
        responded[_drawn(rng, willing * ~before, wanted - int(responded.sum()))] = True
        rows = np.sort(asked)
        sent_ts = (day + pd.Timedelta(hours=9)).tz_localize("Europe/Berlin").as_unit("us")
        waves.append(
            pd.DataFrame(
                {"respondent_id": who["respondent_id"].to_numpy()[rows], "wave": wave, "sent_ts": sent_ts, "responded": responded[rows]}
            ).assign(stratum=who["stratum_id"].to_numpy()[rows], _row=rows)
        )
        before = responded
    letters = pd.concat(waves, ignore_index=True) if waves else pd.DataFrame(columns=[*INVITATION, "_row"])
    moment = {"sent_ts": "datetime64[us, Europe/Berlin]"}
    return letters.astype({"respondent_id": "str", "wave": "str", "responded": "boolean", "stratum": "str", **moment})


def questionnaires(plan: Plan, who: pd.DataFrame, invitations: pd.DataFrame) -> pd.DataFrame:
    """Return the questionnaires that came back, second ones of double fillers included.

    Returns
    -------
    DataFrame
        The columns of `who`, then wave, response_id, survey_ts, weight (inverse response propensity of the stratum, mean 1 a wave),
        double (filled by somebody who had answered already), row (in `who`).
    """
    rng = stream(plan, "questionnaires")
    pieces = []
    for wave, letters in invitations.groupby("wave"):
        rows = letters.loc[letters["responded"].to_numpy(dtype=bool), "_row"].to_numpy(dtype=np.int64)
        twice = rng.choice(rows, min(plan.count(DOUBLE_FILLERS) // 2, len(rows)), replace=False)
        late = np.minimum(rng.exponential(4.5, len(rows)), OPEN_FOR_DAYS - 8.0)
        minute = rng.integers(7 * 60, 19 * 60, len(rows) + len(twice))
        days = np.r_[late, late[np.searchsorted(rows, twice)] + rng.uniform(1, 6, len(twice))].astype(np.int64)
        part = who.iloc[np.r_[rows, twice]].assign(wave=wave, row=np.r_[rows, twice])
        part["double"] = np.r_[np.zeros(len(rows), dtype=bool), np.ones(len(twice), dtype=bool)]
        day = letters["sent_ts"].iloc[0].normalize() + pd.to_timedelta(days + 1, unit="D")
        off = np.maximum(7 - day.day_of_week.to_numpy(), 0) * ((day.day_of_week >= 5) & (rng.random(len(days)) < WAITS_FOR_MONDAY))
        day += pd.to_timedelta(off, unit="D")
        part["survey_ts"] = (day + pd.to_timedelta(minute, unit="min")).as_unit("us")
        part = part.sort_values(["survey_ts", "respondent_id"], ignore_index=True)
        part["response_id"] = [f"W{wave}-{number:04d}" for number in range(1, len(part) + 1)]
        sizes = letters.groupby("stratum")["responded"].agg(["size", "sum"])
        weight = part["stratum_id"].map(sizes["size"] / sizes["sum"].astype("float64"))
        pieces.append(part.assign(weight=weight / weight.mean()))
    return pd.concat(pieces, ignore_index=True) if pieces else who.iloc[:0]


def _voices(rng: np.random.Generator, frame: pd.DataFrame) -> np.ndarray:
    """In some accounts both sides like to answer; in the others one side does the talking and the other one hardly answers."""
    codes, names = pd.factorize(frame["account_id"].fillna("-"))
    sides = [np.bincount(codes, frame["side"].to_numpy() == side, len(names)) > 0 for side in ("buyer", "user")]
    open_ones = sides[0] & sides[1] & (rng.random(len(names)) < OPEN_ACCOUNTS)
    users_speak = rng.random(len(names)) < USERS_SPEAK
    silent = (frame["side"].to_numpy() == np.where(users_speak, "buyer", "user")[codes]) & (sides[0] & sides[1])[codes]
    return np.where(open_ones[codes], OPEN, np.where(silent, SILENT, 1.0))


def _drawn(rng: np.random.Generator, likes: np.ndarray, k: int) -> np.ndarray:
    """Draw k rows without replacement, with chances after their weight (Gumbel keys); rows of weight 0 never."""
    with np.errstate(divide="ignore"):
        keys = np.log(likes.astype(float)) + rng.gumbel(size=len(likes))
    return np.argsort(-keys, kind="stable")[: min(k, int(np.isfinite(keys).sum()))]
