import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.estimates import stack
from cxlib.estimates.rows import rows
from cxlib.reasons.value.voices import voices


def told(metric, overall, **spans):
    place = pd.DataFrame({"reason_id": [None, *spans]})
    low, high = ([overall, *(span[end] for span in spans.values())] for end in (0, 1))
    return rows(place, {"metric": metric, "value": [(a + b) / 2 for a, b in zip(low, high, strict=True)], "low": low, "high": high})


def said(table, kinds, falling=(), **neutral):
    return voices(table, ["a", "b"], kinds, neutral=neutral, falling=falling).tolist()


def test_a_figure_speaks_when_its_whole_span_lies_on_one_side():
    table = told("ces", 5.0, a=(5.1, 6.0), b=(4.0, 5.2))
    assert said(table, [["ces"]]) == [[1], [0]]
    assert said(table, [["ces"]], ces=6.5) == [[-1], [-1]]


def test_less_is_better_where_it_is_said():
    table = told("repeat_share", 0.3, a=(0.1, 0.2), b=(0.4, 0.5))
    assert said(table, [["repeat_share"]]) == [[-1], [1]]
    assert said(table, [["repeat_share"]], falling=("repeat_share",)) == [[1], [-1]]


def test_one_kind_has_one_voice_and_none_when_it_contradicts_itself():
    table = stack(told("ces", 5.0, a=(5.5, 6.0), b=(5.5, 6.0)), told("csat", 70.0, a=(75.0, 80.0), b=(50.0, 60.0)))
    assert said(table, [["ces", "csat"]]) == [[1], [0]]
    assert said(table, [["ces"], ["csat"]]) == [[1, 1], [1, -1]]


def test_nothing_known_says_nothing():
    assert said(told("ces", 5.0, a=(5.5, 6.0)), [["csat"]]) == [[0], [0]]
    assert said(told("ces", float("nan"), a=(5.5, 6.0)), [["ces"]]) == [[0], [0]]


def test_two_definitions_of_one_figure_are_refused():
    table = stack(told("repeat_share", 0.3, a=(0.1, 0.2)), told("repeat_share", 0.4, a=(0.1, 0.3)))
    with pytest.raises(DataError) as error:
        said(table, [["repeat_share"]])
    assert str(error.value) == "evidence: repeat_share: a reason stands twice: 'a'. Hand over one definition of the figure."
