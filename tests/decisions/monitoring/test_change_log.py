"""What is new since the analysis before."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.decisions.monitoring import Analysis, change_log
from cxlib.estimates import stack
from cxlib.estimates.rows import rows

FACTS = {"library": "1", "library_hash": "a", "params_hash": "b", "data_hash": "c", "rows": {"contacts": 10}, "day": "2026-07-01"}


def figures(value, half=3.0, **levels):
    groups = pd.DataFrame({name: [level] for name, level in levels.items()}, index=[0])
    return rows(groups, {"metric": "nps", "value": value, "low": value - half, "high": value + half})


def of(log, metric, **levels):
    found = log[log["metric"].eq(metric)]
    for name, level in levels.items():
        found = found[found[name].isna() if level is None else found[name].eq(level)]
    return found["value"].to_list()


def test_a_first_analysis_says_so():
    found = change_log(Analysis(FACTS, {"nps": figures(1.0)}))
    assert found["note"].item() == "first analysis"
    assert found["value"].isna().all()


def test_inputs_and_rows_that_differ_are_named():
    found = change_log(Analysis(FACTS | {"data_hash": "d", "rows": {"contacts": 12, "orders": 3}}), Analysis(FACTS))
    told = found[found["metric"].eq("input_changed")].set_index("changed")
    assert told["value"].to_dict() == {"library": 0.0, "params": 0.0, "data": 1.0}
    assert set(told["detail"]) == {"2026-07-01"}
    assert of(found, "rows_added", table="contacts") == [2.0]
    assert of(found, "rows_added", table="orders") == [3.0]


def test_a_figure_that_moved_beyond_both_spans_is_told():
    now = {"nps": stack(figures(10.0, region="a"), figures(20.0, region="b"))}
    before = {"nps": stack(figures(14.0, region="a"), figures(10.0, region="b"))}
    found = change_log(Analysis(FACTS, now), Analysis(FACTS, before))
    assert of(found, "figures_compared", table=None) == [2.0]
    assert of(found, "figures_moved", table=None) == [1.0]
    row = found[found["metric"].eq("figure_moved")].iloc[0]
    assert (row["table"], row["figure"], row["detail"]) == ("nps", "nps", "region b")
    assert row["value"] == 10 / (18**0.5)


def test_new_and_gone_figures_are_counted_and_hidden_ones_are_not_compared():
    hidden = figures(5.0, region="c").assign(value=float("nan"))
    now, before = {"a": stack(figures(1.0, region="a"), hidden)}, {"a": figures(1.0, region="b"), "gone": figures(2.0)}
    found = change_log(Analysis(FACTS, now), Analysis(FACTS, before))
    assert of(found, "figures_new", table=None) == [1.0]
    assert of(found, "figures_gone", table=None) == [2.0]
    assert of(found, "figures_compared", table=None) == [0.0]


@settings(max_examples=20)
@given(value=st.floats(-50, 50), half=st.floats(0.1, 20))
def test_the_same_figures_have_not_moved(value, half):
    same = {"nps": figures(value, half)}
    assert of(change_log(Analysis(FACTS, same), Analysis(FACTS, same)), "figures_moved", table=None) == [0.0]


def test_tables_of_labels_are_passed_over():
    names = {"names": pd.DataFrame({"id": ["a"], "name": ["A"]})}
    found = change_log(Analysis(FACTS, names), Analysis(FACTS, names))
    assert of(found, "figures_compared", table=None) == [0.0]
