"""The customer survey: two waves in which what people experienced, their role and their account show, as the questionnaire lets them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.simulate import after_contact, attitudes, drivers, experiences, panel
from cxlib.simulate.drivers import RATED
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.questionnaire import MARK, ROLE_SKIPS, items, turned
from cxlib.simulate.trade import Trade

__all__ = ["RESPONSE", "Answers", "answers", "truth"]

ACCOUNT_SHARE = 0.52  # of everything personal, what people of an account have in common; gives an intraclass correlation of .28
SIDES = {"buyer": 0.22, "user": -0.44, "other": 0.0}  # of mood, in standard deviations: buyers judge 0.6 points better
TENURE, QUALITY, LOST = 0.12, 0.3, -0.7  # of mood: a standard deviation of log tenure, of a customer's luck; who is going to leave
STRATA = {"A": 0.15, "B": 0.05, "C": -0.05, "single": -0.15}
AT_RISK, REVERSED = 31, 1.4  # accounts whose buyers are much unhappier than their users, and by how much mood moves either way
STRAIGHT_LINERS, STRAIGHT_MARKS = 38, {1.0: 0.3, 2.0: 0.5, 3.0: 0.2}
PERSONA_MARKS = {  # school marks that a persona adds; the others give them back, so that means stay
    ("Tanja", "T22"): 0.3,
    ("Tanja", "T31"): -0.2,
    ("Werner", "T31"): 0.4,
    ("Werner", "T19"): 0.4,
    ("Kira", "T11"): -0.2,
    ("Kira", "T30"): 0.4,
    ("Kira", "T05"): 0.3,
    ("Ralf", "price"): 0.4,
    ("Ralf", "T10"): -0.3,
    ("Beate", "T36"): 0.6,
}
ONE_NAME, ONE_NAME_SHARE = -0.9, 0.35  # marks of a claim that one person handled from start to end, and how many are
NOTICED, NOTICED_IN = -0.5, ("south", "west")  # action M1 on the marks of delivery information, in the second wave
DRIFT = -0.15  # of expected marks in the second wave
EXPECTED_SPREAD, EXPECTED_HALO = 0.8, 0.2
SKIPPED = 0.04
CLAIMS = ("complaint.quality_claim", "complaint.complaint_status", "complaint.warranty_claim")
NAMES = [rated.name for rated in RATED]
RESPONSE = (
    *("response_id", "respondent_id", "customer_id", "person_id", "account_id", "contact_id", "case_id", "order_id", "survey_id", "wave"),
    *("survey_ts", "touchpoint_id", "item_id", "item_type", "item_group", "value", "state", "text", "weight", "cluster_id", "stratum_id"),
    *("scale_low", "scale_high"),
)


@dataclass(frozen=True, eq=False)
class Answers:
    """What customers answered.

    Attributes
    ----------
    responses : DataFrame
        Contract table: the two waves (survey_id ``customers``) and the survey after contacts (``after_contact``); ratings are turned so
        that high is good. :func:`cxlib.simulate.questionnaire.raw` gives a wave as its institute delivers it.
    invitations : DataFrame
        Contract table, with the hidden ``_row`` of the population.
    respondents : DataFrame
        Truth: one row a questionnaire with who it is (columns of :func:`cxlib.simulate.panel.questionnaires`) and mood, points (all that
        adds up to the recommendation before it is cut), at_risk, straight_liner, double,
        one_name, and P01 … P12 (met in the half year before).
    """

    responses: pd.DataFrame
    invitations: pd.DataFrame
    respondents: pd.DataFrame


def answers(
    plan: Plan, people: People, trade: Trade, contacts: pd.DataFrame | None = None, messages: pd.DataFrame | None = None
) -> Answers:
    """Simulate the surveys.

    Parameters
    ----------
    plan : Plan
    people : People
    trade : Trade
    contacts : DataFrame, optional
        The log: who had a claim, which pain points were met; without it there is no survey after contacts.
    messages : DataFrame, optional
        Outbound messages: which delays were announced.
    """
    who = panel.population(plan, people)
    invitations = panel.invited(plan, who)
    met = experiences.experiences(people, trade, contacts, messages)
    responses, asked = _waves(plan, who, invitations, met, trade, contacts) if len(invitations) else (pd.DataFrame(), pd.DataFrame())
    if contacts is not None and len(contacts):
        responses = pd.concat([responses, after_contact.after_contact(plan, people, contacts, met)], ignore_index=True)
    return Answers(_typed(responses), invitations, asked)


def truth(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return what the survey hides.

    Returns
    -------
    dict
        ``drivers`` and ``driver_model`` (:func:`cxlib.simulate.drivers.truth`), ``pain_point_deductions``, ``persona_marks`` (persona,
        item, marks added), ``survey`` (metric, value: role difference, intraclass correlation, drift and so on).
    """
    marks = pd.DataFrame([(*key, value) for key, value in PERSONA_MARKS.items()], columns=["persona", "item", "marks"])
    facts = {
        "buyers_minus_users": 0.6,
        "intraclass_correlation": 0.28,
        "accounts_at_risk": plan.count(AT_RISK),
        "straight_liners": plan.count(STRAIGHT_LINERS),
        "double_fillers": 2 * (plan.count(panel.DOUBLE_FILLERS) // 2),
        "accounts_heard_from_both_sides": 0.38,
        "one_name_marks": ONE_NAME,
        "expected_drift_marks": DRIFT,
        "delay_notice_marks": NOTICED * plan.effects.actions,
    }
    survey = pd.DataFrame({"metric": list(facts), "value": [float(value) for value in facts.values()]})
    return {**drivers.truth(plan), **experiences.truth(plan), "persona_marks": marks, "survey": survey}


def _waves(
    plan: Plan, who: pd.DataFrame, invitations: pd.DataFrame, met: pd.DataFrame, trade: Trade, contacts: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the responses of the waves, and what is true of each questionnaire."""
    asked = panel.questionnaires(plan, who, invitations)
    asked = asked.join(experiences.remembered(met, asked["key"], asked["survey_ts"]).reset_index(drop=True))
    asked = _moods(plan, who, asked)
    marks, used, asked = _marks(plan, who, asked, trade, contacts)
    asked["points"] = drivers.points(marks, used, plan.effects) + _rest(plan, who, asked)
    marks, asked = _straight(plan, marks, asked)
    expected, halves = _expected(plan, who, asked)
    values, states = _rated(plan, asked, marks, used, expected, halves)
    others = attitudes.attitudes(plan, asked, marks, used, trade)
    return _long(asked, values | others.values, states | others.states, others.texts, others.order_id), asked


def layered(rng: np.random.Generator, who: pd.DataFrame, asked: pd.DataFrame, width: int) -> np.ndarray:
    """Draw standard normals that people of an account share in part, and a person's two questionnaires in part."""
    clusters = pd.factorize(who["cluster_id"])[0]
    account = rng.normal(size=(clusters.max() + 1, width))[clusters[asked["row"]]]
    own = rng.normal(size=(len(who), width))[asked["row"]] + rng.normal(size=(len(asked), width))
    return np.sqrt(ACCOUNT_SHARE) * account + np.sqrt((1 - ACCOUNT_SHARE) / 2) * own


def _moods(plan: Plan, who: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    rng = stream(plan, "moods")
    tenure = np.log1p((pd.Timestamp(plan.end) - who["start"]).dt.days.clip(lower=0).astype("float64"))
    shift = who["side"].map(SIDES) + who["stratum_id"].map(STRATA) + TENURE * (tenure - tenure.mean()) / tenure.std()
    shift = (shift + QUALITY * who["quality"] + LOST * who["churn"].notna()).to_numpy()
    mood = layered(rng, who, asked, 1)[:, 0] + shift[asked["row"]] - shift.mean()
    mood /= np.sqrt(1 + shift.var())
    sides = asked.groupby("account_id")["side"].agg(lambda column: {"buyer", "user"} <= set(column))
    heard = sides.index[sides.to_numpy(dtype=bool)].to_numpy()
    at_risk = rng.choice(heard, min(plan.count(AT_RISK), len(heard)), replace=False)
    asked = asked.assign(at_risk=asked["account_id"].isin(at_risk))
    swing = asked["side"].map({"buyer": -REVERSED, "user": REVERSED, "other": 0.0}).to_numpy()
    return asked.assign(mood=mood + np.where(asked["at_risk"], swing, 0.0))


def _marks(
    plan: Plan, who: pd.DataFrame, asked: pd.DataFrame, trade: Trade, contacts: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    rng = stream(plan, "marks")
    shopping = who["customer_id"].isin(trade.orders.loc[trade.orders["touchpoint_id"] == "T19", "customer_id"]).to_numpy()
    claiming, one_name = _claims(rng, who, contacts)
    used = rng.random((len(who), len(RATED))) >= [rated.never_used for rated in RATED]
    for name, known in (("T19", shopping), ("T39", claiming)):
        place, share = NAMES.index(name), known.mean()
        left = max((1 - RATED[place].never_used - share) / (1 - share), 0.0) if share < 1 else 0.0
        used[:, place] = known | (rng.random(len(who)) < left)
    shift = np.zeros((len(who), len(RATED)))
    for (persona, name), added in PERSONA_MARKS.items():
        place = who["persona"].eq(persona).to_numpy()
        shift[:, NAMES.index(name)] += added * (place - place.mean())
    claims = used[:, NAMES.index("T39")]
    shift[:, NAMES.index("T39")] += ONE_NAME * (one_name - one_name[claims].mean())
    shift, used = shift[asked["row"]], used[asked["row"]]
    noticed = (asked["wave"].eq("2") & asked["region"].isin(NOTICED_IN)).to_numpy()
    shift[:, NAMES.index("T22")] += NOTICED * plan.effects.actions * noticed
    shift += _given_back(plan, asked)
    experience = drivers.latent(asked["mood"].to_numpy(), layered(rng, who, asked, len(RATED)), plan.effects)
    return drivers.marked(experience, shift), used, asked.assign(one_name=one_name[asked["row"]] & used[:, NAMES.index("T39")])


def _given_back(plan: Plan, asked: pd.DataFrame) -> np.ndarray:
    """Return what marks have to lose so that their means stay: straight-liners pull them, and of some items only one side is asked."""
    straight = sum(mark * share for mark, share in STRAIGHT_MARKS.items())
    share = plan.count(STRAIGHT_LINERS) / max(len(asked), 1)
    back = np.array([share * (rated.mark - straight) for rated in RATED])
    for name, roles in ROLE_SKIPS.items():
        place, there = NAMES.index(name), ~asked["role"].isin(roles)
        side = asked.loc[there, "mood"].mean() - asked["mood"].mean() if there.any() else 0.0
        back[place] += drivers.SPREAD * np.sqrt(RATED[place].halo) * plan.effects.halo * side
    return back


def _claims(rng: np.random.Generator, who: pd.DataFrame, contacts: pd.DataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    """Who had a claim, and whose claim one person handled from start to end; where the log does not tell, a third of them."""
    one_name = rng.random(len(who)) < ONE_NAME_SHARE
    if contacts is None or not {"_reason", "_person_id", "_customer_id", "handled_by"} <= set(contacts):
        return np.zeros(len(who), dtype=bool), one_name
    claims = contacts[contacts["_reason"].isin(CLAIMS)]
    key = claims["_person_id"].where(claims["_person_id"].isin(who["person_id"].dropna()), claims["_customer_id"])
    hands = claims.groupby(key)["handled_by"].nunique()
    cases = claims.groupby(key).size()
    told = who["key"].map((hands <= 1).where(cases > 1)).astype("boolean")  # a single contact has one name in any case
    return who["key"].isin(cases.index).to_numpy(), told.fillna(pd.Series(one_name)).to_numpy(dtype=bool)


def _rest(plan: Plan, who: pd.DataFrame, asked: pd.DataFrame) -> np.ndarray:
    """Return points that the ratings do not tell: pain points met, and the rest, together as wide as NOISE."""
    cost = np.array(list(experiences.DEDUCTIONS.values())) * plan.effects.pain_points
    pain = -(asked[list(experiences.DEDUCTIONS)].to_numpy(dtype="float64") @ cost)
    left = np.sqrt(max(drivers.NOISE**2 - pain.var(), 1.0)) if len(pain) else drivers.NOISE
    return pain - (pain.mean() if len(pain) else 0.0) + left * layered(stream(plan, "rest"), who, asked, 1)[:, 0]


def _straight(plan: Plan, marks: np.ndarray, asked: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """Let some give the same mark to everything they used."""
    rng = stream(plan, "straight")
    once = np.flatnonzero(~asked["double"].to_numpy(dtype=bool))
    rows = rng.choice(once, min(plan.count(STRAIGHT_LINERS), len(once)), replace=False)
    marks = marks.copy()
    marks[rows] = rng.choice(list(STRAIGHT_MARKS), (len(rows), 1), p=list(STRAIGHT_MARKS.values()))
    return marks, asked.assign(straight_liner=np.isin(np.arange(len(asked)), rows))


def _expected(plan: Plan, who: pd.DataFrame, asked: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return expected marks, and which half of them each person is asked for."""
    rng = stream(plan, "expected")
    own = layered(rng, who, asked, len(RATED))
    deviation = -EXPECTED_SPREAD * (EXPECTED_HALO * asked[["mood"]].to_numpy() + np.sqrt(1 - EXPECTED_HALO**2) * own)
    first, second = (tuple(round(rated.mark - rated.gap + drift, 4) for rated in RATED) for drift in (0.0, DRIFT))
    marks = np.where(
        asked[["wave"]].eq("2").to_numpy(),
        drivers.cut(deviation, second, EXPECTED_SPREAD),
        drivers.cut(deviation, first, EXPECTED_SPREAD),
    )
    half = rng.integers(0, 2, len(who))[asked["row"]]
    return marks, (np.arange(len(RATED)) + half[:, None]) % 2 == 0


def _rated(
    plan: Plan, asked: pd.DataFrame, marks: np.ndarray, used: np.ndarray, expected: np.ndarray, halves: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    rng = stream(plan, "skipped")
    straight = asked["straight_liner"].to_numpy(dtype=bool)
    values: dict[str, np.ndarray] = {}
    states: dict[str, np.ndarray] = {}
    for place, rated in enumerate(RATED):
        skipped = asked["role"].isin(ROLE_SKIPS.get(rated.name, ())).to_numpy()
        for kind, given, met in (("actual", marks, used[:, place]), ("expected", expected, halves[:, place])):
            silent = (rng.random(len(asked)) < SKIPPED) & ~straight
            missing = "not_used" if kind == "actual" else "not_asked"
            states[f"{rated.name}_{kind}"] = np.select([skipped, ~met, silent], ["not_asked", missing, "no_answer"], "answered")
            given = np.where(straight, marks[:, place], given[:, place])
            values[f"{rated.name}_{kind}"] = turned(given, "low", *MARK)
    return values, states


def _long(
    asked: pd.DataFrame, values: dict[str, np.ndarray], states: dict[str, np.ndarray], texts: dict[str, np.ndarray], order: np.ndarray
) -> pd.DataFrame:
    table = items()
    size, nothing = len(asked), np.full(len(asked), np.nan)
    state = np.column_stack([states[name] for name in table["item_id"]])
    value = np.column_stack([values.get(name, nothing) for name in table["item_id"]])
    text = np.column_stack([texts.get(name, np.full(size, None, dtype=object)) for name in table["item_id"]])
    long = asked.loc[np.repeat(asked.index, len(table))].reset_index(drop=True)
    what = table.loc[np.tile(table.index, size)].reset_index(drop=True)
    long = long[[name for name in RESPONSE if name in asked]].join(what[[name for name in RESPONSE if name in what]])
    long["state"], long["survey_id"] = state.ravel(), "customers"
    long["value"] = np.where(long["state"] == "answered", value.ravel(), np.nan)
    long["text"] = pd.Series(text.ravel()).where(long["state"] == "answered")
    long["order_id"] = pd.Series(np.repeat(order, len(table))).where(long["item_group"] == "promise")
    return long


def _typed(responses: pd.DataFrame) -> pd.DataFrame:
    numbers = ("value", "weight", "scale_low", "scale_high")
    text = {name: "str" for name in RESPONSE if name not in (*numbers, "survey_ts")}
    moment = {"survey_ts": "datetime64[us, Europe/Berlin]"}
    return responses.reindex(columns=list(RESPONSE)).astype({**text, **dict.fromkeys(numbers, "float64"), **moment})
