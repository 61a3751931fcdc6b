"""The survey's other questions: loyalty, effort, brand, importance, rivals, hours awaited, wished services, promises, answers in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.simulate import drivers
from cxlib.simulate.drivers import RATED
from cxlib.simulate.open_answers import written
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.questionnaire import AWAITED, COMPARED, IMPORTANT, SERVICES, turned
from cxlib.simulate.sellers import sellers
from cxlib.simulate.trade import Trade

__all__ = ["Attitudes", "attitudes"]

NAMES = [rated.name for rated in RATED]
IMPORTANCE = {"T22": 4.6, "T11": 3.9, "T31": 4.2, "T36": 3.3, "price": 3.9}
MATTERS_TO = {("Beate", "T36"): 1.2, ("Ralf", "price"): 0.7, ("Kira", "T11"): 0.8, ("Werner", "T31"): 0.5, ("Tanja", "T22"): 0.3}
RIVALS = {"T22": 2.6, "T11": 2.7, "product": 2.3, "price": 2.4}
KNOWS_RIVAL = 0.62
HOURS = {"email": 8.0, "callback": 4.0, "quote": 48.0}
PATIENCE = {"Werner": 0.5, "Tanja": 0.8, "Kira": 1.6, "Ralf": 1.2}
HEAPS = np.array([1, 2, 4, 8, 24, 48, 72, 120, 168])  # hours that people name
KANO = {  # shares of the answers 1 (would bother me) to 5 (would please me): where the service is offered, and where it is missing
    "delay_notice": ((0.01, 0.02, 0.10, 0.62, 0.25), (0.66, 0.22, 0.09, 0.02, 0.01)),  # taken for granted
    "interim_status": ((0.01, 0.02, 0.10, 0.27, 0.60), (0.58, 0.25, 0.13, 0.03, 0.01)),  # the more the better
    "used_machines": ((0.02, 0.06, 0.25, 0.09, 0.58), (0.03, 0.24, 0.62, 0.09, 0.02)),  # delights
    "dealer_sales_support": ((0.02, 0.10, 0.65, 0.11, 0.12), (0.04, 0.16, 0.68, 0.10, 0.02)),  # indifferent
}
SOURCES = {"word_of_mouth": 31, "search": 22, "field_sales": 18, "trade_fair": 14, "trade_forum": 6, "supplier_portal": 4, "other": 5}
PURCHASE_REASONS = {
    "advice": 24,
    "availability": 20,
    "price": 15,
    "proximity": 14,
    "product_quality": 17,
    "framework_contract": 7,
    "other": 3,
}
TRIED = {"nothing": 35, "portal": 18, "colleague": 17, "documentation": 13, "search": 11, "other_channel": 6}
ORDER_DAYS = 240
PROMISE_SPREAD, CAMPAIGN = (1.0, 1.5), 0.5
SAYS_PRAISE, SAYS_CRITIQUE = 0.34, 0.46


@dataclass(frozen=True, eq=False)
class Attitudes:
    """Answers by item: values (turned so that high is good), states, texts; and the order that the promise questions ask about."""

    values: dict[str, np.ndarray]
    states: dict[str, np.ndarray]
    texts: dict[str, np.ndarray]
    order_id: np.ndarray


def attitudes(plan: Plan, asked: pd.DataFrame, marks: np.ndarray, used: np.ndarray, trade: Trade) -> Attitudes:
    """Return the answers to everything that is neither an actual nor an expected mark.

    Parameters
    ----------
    asked : DataFrame
        The questionnaires, with ``mood`` and ``points``.
    marks, used : array
        As in :func:`cxlib.simulate.drivers.points`.
    trade : Trade
    """
    rng = stream(plan, "attitudes")
    size = len(asked)
    values = _loyalty(rng, asked, marks, used) | _importance(rng, asked) | _services(rng, size) | _awaited(rng, asked)
    skipped = {"recommend": 0.03, "overall": 0.02, "ease": 0.05}
    states = {name: np.where(rng.random(size) < skipped.get(name, 0.04), "no_answer", "answered") for name in values}
    known = rng.random(size) < KNOWS_RIVAL
    own = np.sqrt(0.8) * rng.normal(size=(size, len(COMPARED))) + np.sqrt(0.2) * rng.normal(size=(size, 1))
    rivals = drivers.cut(-drivers.SPREAD * own, tuple(RIVALS[name] for name in COMPARED), drivers.SPREAD)
    for place, name in enumerate(COMPARED):
        values[f"{name}_competitor"] = turned(rivals[:, place], "low", drivers.BEST, drivers.WORST)
        states[f"{name}_competitor"] = np.where(known, "answered", "not_used")
    promises, promised, order_id = _promises(plan, rng, asked, trade)
    texts, told = _words(rng, asked, marks, used)
    return Attitudes(values | promises, states | promised | told, texts, order_id)


def _loyalty(rng: np.random.Generator, asked: pd.DataFrame, marks: np.ndarray, used: np.ndarray) -> dict[str, np.ndarray]:
    total = drivers.BASE + asked["points"].to_numpy()
    leaving = asked["churn"].notna().to_numpy()

    def better(name: str) -> np.ndarray:
        place = NAMES.index(name)
        return np.where(used[:, place], RATED[place].mark - marks[:, place], 0.0)

    def whole(centre: np.ndarray, noise: float, low: int, high: int) -> np.ndarray:
        return np.clip(np.rint(centre + rng.normal(0, noise, len(asked))), low, high)

    return {
        "recommend": drivers.scored(asked["points"].to_numpy()),
        "overall": whole(1.7 + 0.82 * total, 0.8, 1, 10),
        "ease": whole(4.9 + 0.35 * better("T31") + 0.3 * better("T22") + 0.2 * better("T39") + 0.3 * asked["mood"].to_numpy(), 0.9, 1, 7),
        "repurchase": whole(0.9 + total - 1.2 * leaving, 1.1, 0, 10),
        "satisfied": whole(0.8 + 0.45 * total, 0.5, 1, 5),
        "trust": whole(2.4 + 0.4 * total, 0.8, 1, 7),
        "reliable": whole(2.6 + 0.28 * total + 0.4 * better("T22"), 0.8, 1, 7),
        "distinct": whole(2.8 + 0.2 * total + 0.4 * better("T11"), 1.0, 1, 7),
    }


def _importance(rng: np.random.Generator, asked: pd.DataFrame) -> dict[str, np.ndarray]:
    matters = {}
    for name in IMPORTANT:
        added = asked["persona"].map({persona: value for (persona, what), value in MATTERS_TO.items() if what == name}).fillna(0.0)
        matters[f"{name}_importance"] = np.clip(np.rint(IMPORTANCE[name] + added.to_numpy() + rng.normal(0, 0.8, len(asked))), 1, 5)
    return matters


def _services(rng: np.random.Generator, size: int) -> dict[str, np.ndarray]:
    return {
        f"{name}_{kind}": rng.choice(np.arange(1.0, 6.0), size, p=shares)
        for name in SERVICES
        for kind, shares in zip(("functional", "dysfunctional"), KANO[name], strict=True)
    }


def _awaited(rng: np.random.Generator, asked: pd.DataFrame) -> dict[str, np.ndarray]:
    """Hours that customers find right, heaped at the figures people name."""
    patience = asked["persona"].map(PATIENCE).fillna(1.0).to_numpy()
    awaited = {}
    for name in AWAITED:
        hours = HOURS[name] * patience * np.exp(rng.normal(0, 0.7, len(asked)))
        awaited[f"{name}_hours"] = HEAPS[np.abs(np.log(hours)[:, None] - np.log(HEAPS)).argmin(axis=1)].astype("float64")
    return awaited


def _promises(
    plan: Plan, rng: np.random.Generator, asked: pd.DataFrame, trade: Trade
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """Ask about the latest order delivered before the questionnaire: what its seller let one expect, and what came of it."""
    orders = trade.orders.dropna(subset=["_seller", "delivered_date"])
    orders = orders.assign(delivered=orders["delivered_date"].dt.tz_localize("Europe/Berlin") + pd.Timedelta(hours=20))
    rows = asked[["customer_id", "person_id", "survey_ts"]].reset_index(names="row").merge(orders, on="customer_id")
    age = (rows["survey_ts"] - rows["order_ts"]).dt.days
    rows = rows[(rows["delivered"] < rows["survey_ts"]) & (age <= ORDER_DAYS)]
    rows = rows.assign(mine=rows["person_id"] == rows["_person_id"]).sort_values(["mine", "order_ts"]).drop_duplicates("row", keep="last")
    of = rows.set_index("row").reindex(range(len(asked)))
    truth, there = sellers(plan), of["_seller"].notna().to_numpy()
    usual = truth.loc["V01", ["before", "after"]].to_numpy(dtype="float64")
    told = truth[["before", "after"]].reindex(of["_seller"].fillna("V01")).to_numpy(dtype="float64")
    told = usual + plan.effects.promises * (told - usual)
    campaign = CAMPAIGN * (of["_campaign"].fillna(False).to_numpy(dtype=bool) & (of["_seller"] != "V07").to_numpy())
    own, values, states = rng.normal(size=(len(asked), 2)), {}, {}
    for place, (name, raised) in enumerate((("promise_expected", campaign), ("promise_kept", 0.0 * campaign))):
        answer = np.zeros(len(asked))
        for mean in np.unique(told[:, place]):
            here = told[:, place] == mean
            deviation = PROMISE_SPREAD[place] * own[here, place : place + 1] + raised[here, None]
            answer[here] = drivers.cut(deviation, (float(mean),), PROMISE_SPREAD[place], 0, 10)[:, 0]
        values[name] = answer
        states[name] = np.select([~there, rng.random(len(asked)) < 0.04], ["not_asked", "no_answer"], "answered")
    return values, states, of["order_id"].where(there, None).to_numpy(dtype=object)


def _words(
    rng: np.random.Generator, asked: pd.DataFrame, marks: np.ndarray, used: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Closed questions answered by a word, and what people write about the best and the worst they met."""
    size, texts, states = len(asked), {}, {}
    for name, shares in (("first_source", SOURCES), ("purchase_reason", PURCHASE_REASONS), ("before_contact", TRIED)):
        texts[name] = rng.choice(np.array(list(shares), dtype=object), size, p=np.array(list(shares.values())) / sum(shares.values()))
        states[name] = np.where(rng.random(size) < 0.04, "no_answer", "answered")
    texts["first_source"] = np.where(asked["referred"], "word_of_mouth", texts["first_source"])
    jitter = rng.normal(0, 0.5, marks.shape)  # of equal marks any may come to mind
    usual = np.array([rated.mark for rated in RATED])
    best = np.where(used, usual / 2 - marks + jitter, -np.inf).argmax(axis=1)
    worst = np.where(used, marks - usual / 2 + jitter, -np.inf).argmax(axis=1)
    language = asked["language"].where(asked["language"].eq("de"), "en").to_numpy()
    mood = asked["mood"].to_numpy()
    for name, theme, tendency in (("praise", best, 1.0), ("critique", worst, -1.0)):
        share = {"praise": SAYS_PRAISE, "critique": SAYS_CRITIQUE}[name] + 0.1 * np.clip(tendency * mood, -1.5, 1.5)
        says = rng.random(size) < share
        texts[name] = np.full(size, None, dtype=object)
        texts[name][says] = written(rng, [NAMES[place] for place in theme[says]], name, language[says])
        states[name] = np.where(says, "answered", "no_answer")
    return texts, states
