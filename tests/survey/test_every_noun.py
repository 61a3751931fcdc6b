"""Every public function of the survey: answers that lack what the contract leaves open, weights of 0, arguments that mean nothing."""

import inspect
from datetime import date
from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from cxlib import survey
from cxlib.errors import DataError
from cxlib.survey import asymmetry, drivers, gaps, incidents, loyalty, principles, reliability, scores, weights
from cxlib.survey.moments import moments
from cxlib.tables import CONTRACTS

ITEMS = {  # item_id → type, touchpoint, scale
    "t1": ("actual", "T1", 5),
    "t2": ("actual", "T2", 5),
    "t1_should": ("expected", "T1", 5),
    "t1_rival": ("competitor", "T1", 5),
    "ease": ("ces", None, 7),
    "sat": ("csat", None, 5),
    "trust": ("brand", None, 5),
    "all": ("overall", None, 10),
    "nps": ("nps", None, 10),
    "there": ("kano_functional", None, 5),
    "gone": ("kano_dysfunctional", None, 5),
    "why": ("purchase_reason", None, 5),
    "worth": ("contact_value", None, 5),
}
PEOPLE, AS_OF, DAYS = 90, date(2026, 1, 1), [90]
REQUIRED = [name for name, column in CONTRACTS["responses"].columns.items() if column.required]
OPEN = ["touchpoint_id", "item_group", "value", "text", "scale_low", "scale_high"]


def answers():
    rng, ids = np.random.default_rng(1), [f"p{number}" for number in range(PEOPLE)]
    mood = rng.normal(size=PEOPLE)
    rows = []
    for item, (kind, touchpoint, top) in ITEMS.items():
        value = np.clip(np.round((top + 1) / 2 + top / 5 * (mood + rng.normal(size=PEOPLE))), 1, top)
        columns = {"response_id": ids, "respondent_id": ids, "customer_id": ids, "item_id": item, "item_type": kind, "value": value}
        columns |= {"touchpoint_id": touchpoint, "item_group": "notice" if kind.startswith("kano") else None, "text": None}
        rows.append(pd.DataFrame(columns | {"scale_low": 1.0, "scale_high": float(top)}))
    table = pd.concat(rows, ignore_index=True)
    spared = table["item_id"].eq("t1_should") & table["respondent_id"].isin(ids[::2])  # half are not asked what they expect
    table["value"] = table["value"].mask(spared)
    stamp = pd.Timestamp("2025-01-01 10:00", tz="Europe/Berlin")
    table = table.assign(survey_id="s", wave="1", survey_ts=stamp, state=np.where(spared, "not_asked", "answered"), weight=1.0)
    table["segment"] = np.tile(["a", "b"], len(table) // 2)
    return table.astype({"touchpoint_id": "str", "item_group": "str", "text": "str"})


def customers():
    ids = [f"p{number}" for number in range(PEOPLE)]
    gone = pd.to_datetime([pd.Timestamp("2025-06-01") if number % 3 == 0 else pd.NaT for number in range(PEOPLE)])
    started = pd.to_datetime(["2020-01-01"] * PEOPLE)
    table = pd.DataFrame({"customer_id": ids, "status": "active", "churn_date": gone, "start_date": started, "referred_by": None})
    table.loc[3, ["referred_by", "start_date"]] = ["p1", pd.Timestamp("2025-03-01")]
    return table


def told():
    number = np.arange(50)
    table = pd.DataFrame({"incident_id": number.astype(str), "respondent_id": [f"p{at}" for at in number], "touchpoint_id": "T1"})
    return table.assign(sign="negative", severity=2, incident_ts=pd.Timestamp("2025-02-01 10:00", tz="Europe/Berlin"))


STAFF = pd.DataFrame({"department": list("xyz"), "touchpoint_id": "T1", "kind": "estimate_expected", "value": [2.0, 3.0, 2.5]})
PLACES = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "phase": "sales", "seq": [1, 2], "target_perception": ["4", "4"]})
TWO, EVERY = ["t1", "t2"], ["t1", "t2", "ease"]


def of_gaps(table, **options):
    return gaps.weakest_link(gaps.gap(table, **{"draws": 20, **options}))


NOUNS = {
    "scores.nps": lambda table, **options: scores.nps(table, **options),
    "scores.csat": lambda table, **options: scores.csat(table, **options),
    "scores.ces": lambda table, **options: scores.ces(table, **options),
    "scores.contact_value": lambda table, **options: scores.contact_value(table, **options),
    "scores.mean_rating": lambda table, **options: scores.mean_rating(table, **options),
    "scores.top_box": lambda table, **options: scores.top_box(table, **options),
    "scores.shares": lambda table, **options: scores.shares(table, item_type="purchase_reason", **options),
    "scores.usage": lambda table, **options: scores.usage(table, **options),
    "scores.item_response": lambda table, **options: scores.item_response(table, **options),
    "reliability.alpha": lambda table, **options: reliability.alpha(table, items=TWO, **options),
    "reliability.omega": lambda table, **options: reliability.omega(table, items=[*TWO, "t1_should"], **options),
    "reliability.item_rest": lambda table, **options: reliability.item_rest(table, items=TWO, **options),
    "gaps.gap": lambda table, **options: gaps.gap(table, **options),
    "gaps.competitor": lambda table, **options: gaps.competitor(table, **options),
    "gaps.pair_counts": lambda table, **options: gaps.pair_counts(table, **options),
    "gaps.to_target": lambda table, **options: gaps.to_target(table, target=5.0, **options),
    "gaps.views": lambda table, **options: gaps.views(table, STAFF, **options),
    "gaps.perception": lambda table, **options: gaps.perception(table.assign(phase="sales"), PLACES, **options),
    "gaps.weakest_link": of_gaps,
    "drivers.performance": lambda table, **options: drivers.performance(table, items=TWO, **options),
    "drivers.fit": lambda table, **options: drivers.fit(table, outcome="nps", items=EVERY, **options),
    "drivers.fit_binary": lambda table, **options: drivers.fit_binary(table, outcome="nps", at_least=9, items=TWO, **options),
    "drivers.compare": lambda table, **options: drivers.compare(table, by="segment", outcome="nps", items=TWO, **options),
    "drivers.relative_weights": lambda table, **options: drivers.relative_weights(table, outcome="nps", items=EVERY, **options),
    "asymmetry.fit": lambda table, **options: asymmetry.fit(table, outcome="nps", items=TWO, **options),
    "asymmetry.kano": lambda table, **options: asymmetry.kano(table, **options),
    "asymmetry.zero_line": lambda table, **options: asymmetry.zero_line(table, **options),
    "moments.moments": lambda table, **options: moments(table, outcome="nps", items=TWO, **options),
    "loyalty.dose_response": lambda table, **options: loyalty.dose_response(table, outcome="nps", **options),
    "loyalty.reaction": lambda table, **options: loyalty.reaction(table, outcomes=["nps"], items=TWO, **options),
    "loyalty.retention": lambda table, **options: loyalty.retention(
        table, customers=customers(), items=TWO, days=DAYS, as_of=AS_OF, **options
    ),
    "loyalty.referrals": lambda table, **options: loyalty.referrals(table, customers=customers(), as_of=AS_OF, **options),
    "loyalty.follow_up": lambda table, **options: loyalty.follow_up(
        loyalty.behaviour(table, customers=customers(), horizon_days=90, as_of=AS_OF), **options
    ),
    "incidents.left": lambda table, **options: incidents.left(told(), table, customers(), as_of=AS_OF, **options),
    "incidents.soon": lambda table, **options: incidents.soon(told(), table, customers(), as_of=AS_OF, **options),
    "incidents.brand": lambda table, **options: incidents.brand(table, told(), **options),
}
# no option of a weight: counts, figures of other tables, and what is joined to the answers
PLAIN = {
    "scores.state_counts": scores.state_counts,
    "scores.respondents": scores.respondents,
}
OTHERS = {
    *("gaps.pairs", "gaps.beside", "gaps.links", "drivers.beside", "drivers.quadrants", "drivers.targets"),
    *("drivers.group_of", "asymmetry.thresholds", "loyalty.after", "loyalty.behaviour", "loyalty.bought_at", "loyalty.customer_value"),
    *(
        "loyalty.experience",
        "loyalty.items_of",
        "loyalty.loss_per_point",
        "incidents.frequency",
        "incidents.rare_but_severe",
        "incidents.reviews",
    ),
    *(
        "asymmetry.beside",
        "asymmetry.foremost",
        "principles.conformity",
        "principles.breaches",
        "principles.agreement",
        "weights.rake",
        "weights.response_rate",
    ),
}
MODULES = {"moments": import_module("cxlib.survey.moments")} | {
    module.__name__.rpartition(".")[2]: module
    for module in (scores, reliability, gaps, drivers, asymmetry, loyalty, incidents, principles, weights)
}


def estimates_of(found):
    return found if isinstance(found, pd.DataFrame) else found.estimates


def test_no_noun_is_forgotten():
    public = {f"{room}.{name}" for room, module in MODULES.items() for name in module.__all__ if inspect.isfunction(getattr(module, name))}
    assert public == {*NOUNS, *PLAIN, *OTHERS}


def test_the_list_of_open_columns_is_that_of_the_contract():
    assert set(OPEN) <= set(CONTRACTS["responses"].columns) - set(REQUIRED)
    assert set(OPEN) == set(survey.complete(pd.DataFrame(columns=REQUIRED)).columns) - set(REQUIRED)


@pytest.mark.parametrize("missing", [*([name] for name in OPEN), ["scale_low", "scale_high"], ["customer_id"], None], ids=str)
@pytest.mark.parametrize("noun", [*NOUNS, *PLAIN])
@pytest.mark.filterwarnings("error")
def test_what_the_contract_leaves_open_may_be_missing(noun, missing):
    """With nothing but the required columns, and with each open one missing: figures, or rows that say what is needed."""
    table = answers()
    table = table[[*REQUIRED, "segment"]] if missing is None else table.drop(columns=missing)
    found = estimates_of({**NOUNS, **PLAIN}[noun](table))
    assert len(found)
    silent = found["value"].isna() & found["note"].eq("")
    assert not silent.any()


@pytest.mark.parametrize("noun", NOUNS)
def test_weights_of_nothing_but_zero_are_refused_in_one_sentence(noun):
    with pytest.raises(
        DataError, match=r"^weight: '(weight|balanced)' is 0 in all \d+ rows that have an answer\. Somebody has to count\.$"
    ):
        NOUNS[noun](answers().assign(weight=0.0))


def accepts(noun, option):
    function = getattr(MODULES[noun.partition(".")[0]], noun.partition(".")[2])
    parameters = inspect.signature(function).parameters
    return option in parameters or (option in ("level", "draws") and "options" in parameters)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("level", 95, "level: a confidence level lies between 0 and 1, not at '95'. Write 0.95 for 95 %."),
        ("level", 2, "level: a confidence level lies between 0 and 1, not at '2'. Write 0.95 for 95 %."),
        ("draws", -1, "draws: a whole number from 0 on is wanted, not '-1'."),
        ("min_n", -3, "min_n: a whole number from 0 on is wanted, not '-3'."),
        ("min_cell", -3, "min_cell: a whole number from 0 on is wanted, not '-3'."),
        ("by", "touchpoint_id", "by: a list of names is wanted, this is one: 'touchpoint_id'. Write ['touchpoint_id']."),
    ],
)
def test_options_that_mean_nothing_are_refused(option, value, message):
    tried = [
        noun for noun in NOUNS if accepts(noun, option) and noun != "drivers.compare" and (option, noun) != ("by", "gaps.weakest_link")
    ]
    assert tried
    for noun in tried:
        with pytest.raises(DataError) as refused:
            NOUNS[noun](answers(), **{option: value})
        assert str(refused.value) == message, noun


def test_one_item_is_no_list_of_items():
    table = answers()
    takers = {
        "drivers.fit": lambda: drivers.fit(table, outcome="nps", items="t1"),
        "drivers.fit_binary": lambda: drivers.fit_binary(table, outcome="nps", items="t1"),
        "drivers.compare": lambda: drivers.compare(table, by="segment", outcome="nps", items="t1"),
        "drivers.relative_weights": lambda: drivers.relative_weights(table, outcome="nps", items="t1"),
        "asymmetry.fit": lambda: asymmetry.fit(table, outcome="nps", items="t1"),
        "moments.moments": lambda: moments(table, outcome="nps", items="t1"),
        "loyalty.reaction": lambda: loyalty.reaction(table, outcomes=["nps"], items="t1"),
        "loyalty.experience": lambda: loyalty.experience(table, items="t1"),
        "loyalty.retention": lambda: loyalty.retention(table, customers=customers(), items="t1", days=DAYS, as_of=AS_OF),
        "survey.questionnaires": lambda: survey.questionnaires(table, "t1"),
    }
    for noun, call in takers.items():
        with pytest.raises(DataError) as refused:
            call()
        assert str(refused.value) == "items: a list of names is wanted, this is one: 't1'. Write ['t1'].", noun
    with pytest.raises(DataError, match=r"^items: one item is no scale: 't1'\. Name at least two items\.$"):
        reliability.alpha(table, items="t1")
