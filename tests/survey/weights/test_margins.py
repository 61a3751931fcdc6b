"""What of the margins cannot be met, word for word."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey import weights

PEOPLE = pd.DataFrame({"response_id": list("abcdef"), "region": list("nnnnss"), "role": list("uduudu"), "w": 1.0})
REGION = {"region": {"n": 0.5, "s": 0.5}}


@pytest.mark.parametrize(
    ("people", "targets", "options", "said"),
    [
        (
            PEOPLE.assign(region=["north", *"nnnss"]),
            {"region": {"n": 0.5, "s": 0.5}},
            {},
            "targets.region: respondents have a level without a target: 'north'. Targets: n, s. "
            "Give it a target, or pool it with another level.",
        ),
        (
            PEOPLE,
            {"region": {"n": 0.4, "s": 0.4, "w": 0.2}},
            {},
            "targets.region: nobody with the level 'w' answered, whose target is 20.0%. Pool it with another level.",
        ),
        (
            PEOPLE,
            {"region": {"n": 1.0, "s": 0.0}},
            {},
            "targets.region: the level 's' has a target of 0, and 2 respondents. Leave them out.",
        ),
        (
            PEOPLE,
            {"region": {"n": 300, "s": 100}, "role": {"u": 200, "d": 100}},
            {},
            "targets: the margins add up to different totals: region 400, role 300. "
            "All describe one population: give shares that add up to 1 everywhere, or counts that add up to the same.",
        ),
        (
            PEOPLE,
            {"region": {"n": 0.5, "s": 0.5}, "role": {"u": 200, "d": 100}},
            {},
            "targets: the margins add up to different totals: region 1, role 300. "
            "All describe one population: give shares that add up to 1 everywhere, or counts that add up to the same.",
        ),
        (PEOPLE, {"region": {"n": -1, "s": 2}}, {}, "targets.region: the target of 'n' is no share or count: '-1'."),
        (PEOPLE, {"region": {"n": 0, "s": 0}}, {}, "targets.region: the targets add up to 0. Give each level its share or count."),
        (
            PEOPLE.assign(region=[None, *"nnnss"]),
            REGION,
            {},
            "targets.region: region is missing for 1 of 6 respondents. Leave them out, or give them a level of their own with a target.",
        ),
        (
            PEOPLE,
            {"regoin": {"n": 1.0}},
            {},
            "targets: respondents have no column 'regoin' (did you mean 'region'?). They have: response_id, region, role, w.",
        ),
        (
            PEOPLE.assign(w=[-1.0, np.nan, 1, 1, 1, 1]),
            REGION,
            {"weight": "w"},
            "weight: 'w' is negative, missing or endless for 2 of 6 respondents. Weights are ≥ 0.",
        ),
        (PEOPLE.assign(w=0.0), REGION, {"weight": "w"}, "weight: 'w' is 0 for all 6 respondents. Somebody has to count."),
        (PEOPLE, REGION, {"weight": "v"}, "weight: respondents have no column 'v'. They have: response_id, region, role, w."),
        (PEOPLE, REGION, {"key": "person"}, "key: respondents have no column 'person'. They have: response_id, region, role, w."),
        (
            PEOPLE.assign(response_id=list("aacdef")),
            REGION,
            {},
            "key: respondents hold one row a response_id, but twice 'a'. Drop the repeated rows.",
        ),
        (
            PEOPLE.assign(response_id=[None, *"bcdef"]),
            REGION,
            {},
            "key: 'response_id' is missing for 1 of 6 respondents. Each needs one.",
        ),
        (PEOPLE, REGION, {"cap": 1}, "cap: the largest weight is told in times the mean and lies above 1, not at '1'."),
        (
            PEOPLE.assign(role=list("uuuudd")),
            {"region": {"n": 0.5, "s": 0.5}, "role": {"u": 0.6, "d": 0.4}},
            {},
            "targets: after 2 rounds region 'n' still weighs 60.00% in place of 50.00%. "
            "These respondents cannot meet all margins together: pool levels, or leave a margin out.",
        ),
    ],
)
def test_what_cannot_be_met_is_refused(people, targets, options, said):
    with pytest.raises(DataError) as refused:
        weights.rake(people, targets=targets, **options)
    assert str(refused.value) == said


def test_margins_rounded_for_print_are_scaled():
    rounded = {"region": {"n": 0.667, "s": 0.334}, "role": {"u": 0.5, "d": 0.499}}
    found = weights.rake(PEOPLE, targets=rounded)
    assert found.table.groupby("margin")["target"].sum().to_dict() == pytest.approx({"region": 1.0, "role": 1.0})
    counted = weights.rake(PEOPLE, targets={"region": {"n": 600, "s": 399}, "role": {"u": 500, "d": 500}})
    assert counted.weight.sum() == pytest.approx(1000)


def test_a_slow_fit_that_is_cut_short_says_how_far_off_it_is():
    rng = np.random.default_rng(1)
    people = pd.DataFrame({"response_id": [str(number) for number in range(60)], "a": rng.choice(["x", "y"], 60)})
    people["b"] = np.where(rng.random(60) < 0.9, people["a"].map({"x": "p", "y": "q"}), "p")
    with pytest.raises(DataError, match=r"^targets: after 1 rounds a 'x' still weighs .* in place of 50.00%"):
        weights.rake(people, targets={"a": {"x": 0.5, "y": 0.5}, "b": {"p": 0.6, "q": 0.4}}, iterations=1)


def test_levels_that_are_numbers_are_met_as_words():
    people = pd.DataFrame({"response_id": list("abcd"), "size": [1, 1, 2, 2]})
    assert weights.rake(people, targets={"size": {"1": 0.25, "2": 0.75}}).weight.to_list() == pytest.approx([0.5, 0.5, 1.5, 1.5])
