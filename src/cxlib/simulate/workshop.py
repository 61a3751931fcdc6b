"""What only people can tell: the touchpoint list, standards, offers, principles, goals, actions and documents of a workshop, and voices.

The lists and every sentence stand in ``workshop.yml`` and ``workshop_voices.yml`` beside this file; here they become tables. Lists are the
same whatever the plan; who judged what, when somebody spoke and what staff estimated is drawn.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from cxlib.simulate.plan import Plan, stream
from cxlib.tables import CONTRACTS, dtype

__all__ = ["truth", "workshop"]

ZONE = "Europe/Berlin"
RATERS = ("Projektleitung", "Kundenbeirat")
AGREES = 0.82  # how often a rater says what is so, else one step beside it: both agree with a kappa of about .6
INTERVIEWED = 96
UNDATED = 0.12  # of the incidents, which nobody can date any more
OPTIMISM = 0.55  # points by which staff think customers rate the house better than they do; more for their own department
KINDS = {"o": "observation", "i": "idea"}
STARS = {5: 30, 4: 7, 3: 1, 2: 1, 1: 3}  # reviews without a word
PORTALS = ("werliefert.example", "kartendienst.example")
# what is told of a touchpoint cannot have happened before; only bad things, only good ones, or both
SINCE = {
    ("T36", "negative"): date(2025, 3, 3),
    ("T19", "negative"): date(2025, 9, 22),
    ("T28", "negative"): date(2025, 9, 22),
    ("T15", "negative"): date(2025, 10, 6),
    ("T22", "positive"): date(2026, 1, 12),
    ("T25", "negative"): date(2026, 3, 1),
    ("T08", "negative"): date(2026, 3, 2),
}
MISSING = pd.DataFrame(
    [
        ("stage", "Willkommen: Buchhaltung", "no touchpoint of accounting, though new customers ask how to pay"),
        ("touchpoint", "Reparaturstatus", "usage_service.repair_status has no touchpoint"),
        ("channel", "WhatsApp an den Außendienst", "mentioned in texts and notes, in no system"),
    ],
    columns=["what", "name", "why"],
    dtype="str",
)


def workshop(plan: Plan, responses: pd.DataFrame | None = None) -> dict[str, pd.DataFrame]:
    """Return the tables of a workshop, of interviews and of a review portal.

    Parameters
    ----------
    plan : Plan
        ``size`` below 1 keeps as many incidents, notes and reviews in proportion; there are never more than the demo client has.
    responses : DataFrame, optional
        Survey answers as intake makes them (high is good): incidents are then told by respondents, bad ones rather by those who rated the
        touchpoint low. Left out: by interview partners who answered no survey.

    Returns
    -------
    dict of str to DataFrame
        touchpoints, service_levels, offers, principles, principle_ratings, goals, actions, employee_notes, incidents, documents and
        reviews, as their contracts say; further columns begin with ``_``. ``_conflicts`` holds touchpoints that two departments list at
        another stage than the agreed list: touchpoint_id, listed_by, stage. What staff estimate (``employee_notes.value``) is in points
        from 1 to 6, 6 best, like school marks after intake has turned them.

    >>> tables = workshop(Plan())
    >>> len(tables["touchpoints"]), len(tables["incidents"]), tables["_conflicts"]["stage"].to_list()
    (42, 260, ['Lieferung', 'Nutzung'])
    """
    lists = ("touchpoints", "service_levels", "offers", "principles", "goals", "actions", "documents")
    tables = {name: _typed(name, _list(name)) for name in lists}
    incidents = _incidents(plan, responses)
    made = {
        "principle_ratings": _principle_ratings(plan),
        "employee_notes": _employee_notes(plan),
        "incidents": incidents,
        "reviews": _reviews(plan, incidents),
    }
    tables |= {name: _typed(name, frame) for name, frame in made.items()}
    return tables | {"_conflicts": _list("placements").astype("str")}


def truth(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return what the workshop hides: the actions' true worth, what staff misjudge, and what the touchpoint list lacks.

    Returns
    -------
    dict of str to DataFrame
        ``actions``: action_id, net_benefit_year (euros; missing where the other parts of the simulation decide), verdict. ``staff``:
        touchpoint_id, actual and expected (points, 6 best) and by how much staff misjudge each (``bias_actual``, ``bias_expected``).
        ``inventory``: what is missing from the list. ``incidents``: touchpoint_id, sign, share of all incidents told.
    """
    actions = _list("actions")[["action_id", "_net_benefit_year", "_verdict"]]
    asked = _list("asked")
    told = _told()
    staff = asked.assign(actual=7 - asked["actual"], expected=7 - asked["actual"] + asked["gap"], bias_actual=OPTIMISM).drop(columns="gap")
    shares = told.groupby(["touchpoint_id", "sign"], as_index=False).size().assign(share=lambda rows: rows["size"] / len(told))
    return {
        "actions": actions.rename(columns=lambda name: name.removeprefix("_")),
        "staff": staff,
        "inventory": MISSING.copy(),
        "incidents": shares.drop(columns="size"),
    }


def _incidents(plan: Plan, responses: pd.DataFrame | None) -> pd.DataFrame:
    rng = stream(plan, "workshop.incidents")
    frame = _kept(_told(), plan, rng)
    since = [SINCE.get(key, plan.start) for key in zip(frame["touchpoint_id"], frame["sign"], strict=True)]
    frame["incident_ts"] = _moments(plan, rng, since).where(rng.random(len(frame)) >= UNDATED)
    frame["respondent_id"] = (
        _tellers(rng, frame, responses)
        if responses is not None and len(responses)
        else pd.Series(rng.integers(1, INTERVIEWED + 1, len(frame))).map("I{:03d}".format)
    )
    frame = frame.sort_values(["respondent_id", "incident_ts"], kind="stable", ignore_index=True)
    return frame.assign(incident_id=[f"KE{number:03d}" for number in range(1, len(frame) + 1)])


def _tellers(rng: np.random.Generator, incidents: pd.DataFrame, responses: pd.DataFrame) -> pd.Series:
    """Who told it: respondents who rated that touchpoint, those who rated it low rather for bad things, high for good ones."""
    rated = responses[responses["item_type"].eq("actual") & responses["value"].notna()]
    everybody = responses["respondent_id"].drop_duplicates().to_numpy(dtype=object)
    teller = pd.Series(index=incidents.index, dtype="object")
    for (touchpoint, sign), group in incidents.groupby(["touchpoint_id", "sign"]):
        there = rated[rated["touchpoint_id"].eq(touchpoint)].drop_duplicates("respondent_id")
        if there.empty:
            teller[group.index] = rng.choice(everybody, len(group))
            continue
        tilt = np.exp((-1.2 if sign == "negative" else 1.2) * (there["value"] - there["value"].mean()).to_numpy())
        teller[group.index] = rng.choice(there["respondent_id"].to_numpy(dtype=object), len(group), p=tilt / tilt.sum())
    return teller


def _principle_ratings(plan: Plan) -> pd.DataFrame:
    """Each touchpoint by each principle by two raters: what is so, or one step beside it."""
    rng = stream(plan, "workshop.ratings")
    given = _list("fits").set_index("touchpoint_id")
    touchpoints, principles = _list("touchpoints")["touchpoint_id"], list(_list("principles")["principle_id"])
    ordinary = pd.DataFrame(rng.integers(2, 4, (len(touchpoints), len(principles))), index=touchpoints, columns=principles)
    ordinary.loc[given.index, :] = given[principles]
    so = ordinary.rename_axis(columns=None).reset_index().melt("touchpoint_id", var_name="principle_id", value_name="_fit")
    both = so.merge(pd.DataFrame({"rater": RATERS}), how="cross")
    beside = rng.choice([-1, 0, 1], len(both), p=[(1 - AGREES) / 2, AGREES, (1 - AGREES) / 2])
    return both.assign(fit=(both["_fit"] + beside).clip(0, 4))


def _employee_notes(plan: Plan) -> pd.DataFrame:
    """Sentences of the staff, and what they think customers give and expect: too well of their own house, too little of its weak points."""
    rng = stream(plan, "workshop.notes")
    said = pd.DataFrame(_read("workshop_voices.yml")["notes"])
    words = said.assign(kind=said["told"].str[0].map(KINDS), text=said["told"].str[2:]).drop(columns="told")
    asked = _list("asked").merge(_list("touchpoints")[["touchpoint_id", "department"]])
    parts = [words]
    judges = [("estimate_actual", ("own", "KC", "AD")), ("estimate_expected", ("own", "KC", "AD", "ID"))]
    for kind, judge in [(kind, judge) for kind, several in judges for judge in several]:
        by = asked["department"].replace("SP", "LO") if judge == "own" else asked["department"].eq(judge).map({True: "MK", False: judge})
        optimism = OPTIMISM + (0.2 if judge == "own" else -0.1)
        level = 7 - asked["actual"] + (optimism if kind == "estimate_actual" else asked["gap"] + asked["bias_expected"])
        value = (2 * (level + rng.normal(0, 0.45, len(asked)))).round() / 2
        parts.append(asked[["touchpoint_id"]].assign(department=by, kind=kind, value=value.clip(1, 6)))
    notes = _kept(pd.concat(parts, ignore_index=True), plan, rng)
    length = (plan.end - plan.start).days
    first, last = (pd.Timestamp(plan.start) + pd.Timedelta(days=int(length * part)) for part in (0.80, 0.86))
    notes["note_ts"] = _moments(plan, rng, [first.date()] * len(notes), last.date())
    notes = notes.sort_values("note_ts", kind="stable", ignore_index=True)
    return notes.assign(note_id=[f"N{number:03d}" for number in range(1, len(notes) + 1)])


def _reviews(plan: Plan, incidents: pd.DataFrame) -> pd.DataFrame:
    """Public reviews: most of them five stars, some one star; a bad one follows within three weeks on something that went wrong there."""
    rng = stream(plan, "workshop.reviews")
    said = pd.DataFrame(_read("workshop_voices.yml")["reviews"])
    worded = said.assign(rating=said["told"].str[0].astype(int), text=said["told"].str[2:]).drop(columns="told")
    silent = pd.DataFrame({"rating": np.repeat(list(STARS), list(STARS.values()))})
    reviews = _kept(pd.concat([worded, silent], ignore_index=True), plan, rng)
    reviews["review_ts"] = _moments(plan, rng, [plan.start] * len(reviews))
    bad = incidents[incidents["sign"].eq("negative") & incidents["incident_ts"].notna()]
    latest = pd.Timestamp(plan.end, tz=ZONE) + pd.Timedelta(hours=18)
    for place, touchpoint in reviews.loc[reviews["rating"].le(2), "touchpoint_id"].dropna().items():
        causes = bad.loc[bad["touchpoint_id"].eq(touchpoint), "incident_ts"]
        if len(causes):
            after = causes.iloc[int(rng.integers(len(causes)))] + pd.Timedelta(hours=int(rng.integers(30, 21 * 24)))
            reviews.loc[place, "review_ts"] = min(after, latest)
    reviews["source"] = rng.choice(PORTALS, len(reviews), p=[0.35, 0.65])
    return reviews.sort_values("review_ts", kind="stable", ignore_index=True)


def _told() -> pd.DataFrame:
    """Every incident told: touchpoint_id, sign, severity, text."""
    lines = pd.DataFrame(_read("workshop_voices.yml")["incidents"])
    told = lines.assign(told=lines["told"].str.strip().str.split("\n")).explode("told", ignore_index=True)
    return told.assign(severity=told["told"].str[0].astype(int), text=told["told"].str[2:]).drop(columns="told")


def _moments(plan: Plan, rng: np.random.Generator, since: list[date], until: date | None = None) -> pd.Series:
    """Moments of working days, each between its first day and the last one, to the minute."""
    last = np.datetime64(until or plan.end)
    first = np.minimum(np.maximum(np.array(since, dtype="datetime64[D]"), np.datetime64(plan.start)), last)
    days = first + (rng.random(len(first)) * ((last - first).astype(int) + 1)).astype("timedelta64[D]")
    days = np.maximum(np.busday_offset(days, 0, roll="backward"), np.busday_offset(first, 0, roll="forward"))
    minutes = rng.integers(7 * 60, 17 * 60, len(first)).astype("timedelta64[m]")
    return pd.Series((np.minimum(days, last) + minutes).astype("datetime64[us]")).dt.tz_localize(ZONE)


def _kept(frame: pd.DataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """As many rows as the plan's size leaves, in their order."""
    chosen = np.sort(rng.choice(len(frame), min(len(frame), plan.count(len(frame))), replace=False))
    return frame.iloc[chosen].reset_index(drop=True)


def _typed(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Give a table its contract's columns and kinds, required ones first to last, hidden ones behind."""
    contract = CONTRACTS[name]
    hidden = [column for column in frame.columns if column.startswith("_")]
    shown = [column for column in contract.columns if column in frame.columns]
    typed = {column: frame[column].astype(dtype(contract.columns[column].kind, ZONE)) for column in shown}
    return pd.DataFrame({**typed, **{column: frame[column] for column in hidden}})


def _list(name: str) -> pd.DataFrame:
    given = _read("workshop.yml")[name]
    return pd.DataFrame(given["rows"], columns=given["columns"])


@lru_cache(maxsize=2)
def _read(file: str) -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / file).read_text(encoding="utf-8")))
