"""The personas' slice of the validity study: is every figure of notebook 04 as sure as it says, and are types told where there are some?

- shares and profiles of classes: intervals of `persona_share`, `persona_value` and `persona_lift` that hold the truth, plain and with
  people in accounts; and how near the division comes to the best there can be (that of the true parameters).
- shares of assigned people, needs, agreement and gaps within accounts: intervals that hold the truth.
- verdict: crowds without gaps that are said to hold types (false alarms), and clear types that are missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import Cell, alarmed, covered, generator, name_of

from cxlib.customers import personas, roles
from cxlib.customers.personas.evidence import adjusted_rand

ROOM = "personas"
SIZES, QUICK_SIZES = (500, 1500), (500,)
KINDS = {"channel": "nominal", "segment": "nominal", "matters": "ordinal", "contacts": "count", "hour": "numeric", "revenue": "numeric"}
SHARES = np.array([0.5, 0.3, 0.2])
CHANNEL = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.2, 0.1, 0.7]])
SEGMENT = np.array([[0.7, 0.2, 0.1], [0.2, 0.2, 0.6], [0.1, 0.7, 0.2]])
MATTERS = np.array([[0.05, 0.05, 0.1, 0.3, 0.5], [0.5, 0.3, 0.1, 0.05, 0.05], [0.1, 0.2, 0.4, 0.2, 0.1]])
CONTACTS, CENTRES = np.array([1.0, 4.0, 8.0]), np.array([[0.0, 0.0], [2.5, 1.0], [0.5, 3.0]])
TOGETHER, MISSING, ALIKE = 0.5, 0.15, 0.4  # correlation within a class; values missing; how often people of an account are of one class
FIT = {"starts": 6, "rounds": 8, "draws": 200}


def people(design: str, n: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return people of three classes, their classes, and the classes that the true parameters would give them."""
    account = np.arange(n) if design == "plain" else rng.integers(0, n // 4, n)
    usual = rng.choice(3, account.max() + 1, p=SHARES)
    kind = rng.choice(3, n, p=SHARES)
    kind = kind if design == "plain" else np.where(rng.random(n) < ALIKE, usual[account], kind)
    drawn = {name: (table.cumsum(axis=1)[kind] < rng.random((n, 1))).sum(axis=1) for name, table in levelled().items()}
    counts = rng.poisson(CONTACTS[kind])
    cov = np.array([[1.0, TOGETHER], [TOGETHER, 1.0]])
    numbers = CENTRES[kind] + rng.multivariate_normal([0, 0], cov, n)
    columns = [*drawn.values(), counts, *numbers.T]
    table = pd.DataFrame(dict(zip(KINDS, map(np.asarray, columns), strict=True))).astype("float64")
    hidden = rng.random(table.shape) < MISSING
    best = _density(table.to_numpy(), hidden).argmax(axis=1)
    return table.mask(hidden).assign(account_id=[f"a{number}" for number in account]), kind, best


def levelled() -> dict[str, np.ndarray]:
    return {"channel": CHANNEL, "segment": SEGMENT, "matters": MATTERS}


def _density(values: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    from scipy import stats

    joint = np.tile(np.log(SHARES), (len(values), 1))
    for number, table in enumerate(levelled().values()):
        joint += np.where(hidden[:, [number]], 0.0, np.log(table[:, values[:, number].astype(int)].T))
    joint += np.where(hidden[:, [3]], 0.0, stats.poisson.logpmf(values[:, [3]], CONTACTS))
    for kind, centre in enumerate(CENTRES):
        x, y = values[:, 4] - centre[0], values[:, 5] - centre[1]
        both = stats.multivariate_normal([0, 0], [[1, TOGETHER], [TOGETHER, 1]]).logpdf(np.column_stack([x, y]))
        one, other = stats.norm.logpdf(x), stats.norm.logpdf(y)
        seen = np.select([hidden[:, 4] & hidden[:, 5], hidden[:, 5], hidden[:, 4]], [0.0, one, other], both)
        joint[:, kind] += seen
    return joint


def crowd(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return people without classes: one to three traits run through all features, cut, counted and bent."""
    traits = int(rng.integers(1, 4))
    drawn = rng.normal(size=(n, traits)) @ (rng.uniform(0.4, 0.9, (traits, 6)) * rng.choice([-1, 1], (traits, 6)))
    drawn += 0.7 * rng.normal(size=(n, 6))
    columns = [
        *(np.digitize(drawn[:, 0], [-0.5, 0.8]), np.digitize(drawn[:, 1], [-0.3, 0.6])),
        *(np.digitize(drawn[:, 2], [-1.2, -0.4, 0.3, 1.2]), np.floor(np.exp(0.8 * drawn[:, 3]))),
        *(drawn[:, 4] + 0.2 * drawn[:, 4] ** 2, drawn[:, 5]),
    ]
    table = pd.DataFrame(dict(zip(KINDS, columns, strict=True))).astype("float64")
    return table.mask(rng.random(table.shape) < 0.1)


def samples(question: str, design: str, n: int, repetitions: int) -> Iterator[np.random.Generator]:
    for number in range(repetitions):
        yield generator(question, design, n, number)


def classes(design: str, n: int, repetitions: int) -> list[Result]:
    """Intervals of shares and profiles, and how near the division comes to the best one."""
    hits: dict[str, list[np.ndarray]] = {"share": [], "value": [], "lift": []}
    near = []
    cluster = {} if design == "plain" else {"cluster": "account_id"}
    for rng in samples("classes", design, n, repetitions):
        table, kind, best = people(design, n, rng)
        found = personas.fit(table, features=KINDS, k=3, seed=int(rng.integers(1 << 30)), **cluster, **FIT | {"rounds": 2})
        told, truth = found.estimates, _truth()
        chosen = found.members["persona"].to_numpy()
        near.append(adjusted_rand(kind[found.members.index], chosen) / adjusted_rand(kind, best))
        share = told[told["metric"].eq("persona_share")]
        hits["share"].append(((share["low"] <= SHARES) & (share["high"] >= SHARES)).to_numpy())
        for metric, name in (("persona_value", "value"), ("persona_lift", "lift")):
            rows = told[told["metric"].eq(metric) & told["feature"].isin(levelled())].dropna(subset=["answer"])
            true = np.array([truth[row.persona, row.feature, row.answer][name == "lift"] for row in rows.itertuples()])
            hits[name].append(((rows["low"] <= true) & (rows["high"] >= true)).to_numpy())
    results = [covered(name_of("coverage", f"persona {name}", design, n), np.array(told)) for name, told in hits.items()]
    mean, least = float(np.mean(near)), float(np.min(near))
    note = f"least {least:.3f}; {repetitions} repetitions"
    return [*results, Result(name_of("recovery", "share of the best ARI", design, n), mean, "share", "≥ 0.97", mean >= 0.97, note)]


def _truth() -> dict[tuple[str, str, str], tuple[float, float]]:
    """Value and lift of each level in each persona; personas are numbered by size, as the true classes are."""
    found = {}
    for feature, table in levelled().items():
        overall = SHARES @ table
        for kind in range(3):
            for level in range(table.shape[1]):
                found[f"p{kind + 1}", feature, str(level)] = (table[kind, level], table[kind, level] / overall[level])
    return found


def verdicts(design: str, n: int, repetitions: int) -> list[Result]:
    """Crowds that are said to hold types, and clear types that are missed."""
    wrong = []
    for rng in samples("verdict", design, n, repetitions):
        table = crowd(n, rng) if design == "crowd" else people("plain", n, rng)[0]
        state = personas.fit(table, features=KINDS, most=6, seed=int(rng.integers(1 << 30)), **FIT | {"draws": 0, "rounds": 20}).state
        wrong.append([state != "continuum"] if design == "crowd" else [state != "classes"])
    figure = "said to be types" if design == "crowd" else "types missed"
    return [alarmed(name_of("false alarms", figure, design, n), np.array(wrong))]


def assigned(design: str, n: int, repetitions: int) -> list[Result]:
    """Shares of assigned people, needs by role, agreement and gap within accounts."""
    hits: dict[str, list[list[bool]]] = {"persona share, assigned": [], "agreement": [], "side gap": [], "need by role": []}
    within, between, gap = 1.2, 0.75, 0.6
    rho = between**2 / (between**2 + within**2)
    for rng in samples("assigned", design, n, repetitions):
        account = rng.integers(0, n // 4, n)
        usual = rng.random(account.max() + 1) < 0.3
        mine = np.where(rng.random(n) < ALIKE, usual[account], rng.random(n) < 0.3)
        ids = {"person_id": [f"p{row}" for row in range(n)], "account_id": [f"a{number}" for number in account]}
        table = pd.DataFrame({**ids, "channel": np.where(mine, "phone", "email"), "cluster_id": ids["account_id"]})
        found = personas.shares(personas.assign(table, personas={"caller": {"channel": ["phone"]}}), draws=0)
        hits["persona share, assigned"].append([_holds(found[found["persona"].eq("caller")], "persona_share", 0.3)])
        role = rng.choice(["user", "influencer"], n)
        level = between * rng.normal(size=account.max() + 1)[account] + within * rng.normal(size=n)
        persons = pd.DataFrame({**ids, "role": role})
        said = pd.DataFrame({"person_id": ids["person_id"], "item_id": "q", "state": "answered", "value": level, "weight": 1.0})
        hits["agreement"].append([_holds(roles.accounts(said, persons, item="q", draws=200).estimates, "account_agreement", rho)])
        torn = said.assign(value=said["value"] + np.where(role == "user", 0.0, gap), item_type="importance")
        hits["side gap"].append([_holds(roles.accounts(torn, persons, item="q", draws=0).estimates, "side_gap", gap)])
        needed = roles.needs(torn, persons, draws=0)
        true = {"user": 0.0, "influencer": gap}
        hits["need by role"].append([_holds(needed[needed["role"].eq(name)], "need", value) for name, value in true.items()])
    return [covered(name_of("coverage", name, design, n), np.array(told)) for name, told in hits.items()]


def _holds(table: pd.DataFrame, metric: str, true: float) -> bool:
    row = table[table["metric"].eq(metric)].iloc[0]
    return bool(row["low"] <= true <= row["high"])


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes = QUICK_SIZES if quick else SIZES
    plan: list[tuple[Callable[[str, int, int], list[Result]], str, str, int]] = [
        *((classes, "classes", design, 12 if quick else 200) for design in ("plain", "clustered")),
        *((verdicts, "verdict", design, 10 if quick else 100) for design in ("crowd", "classes")),
        (assigned, "assigned", "clustered", 40 if quick else 400),
    ]
    return [
        Cell(ROOM, name_of(*("coverage", name, design), n), repetitions, partial(measure, design, n))
        for measure, name, design, repetitions in plan
        for n in sizes
    ]
