"""How often incidents are told, of which sign, how grave."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey.incidents import frequency, rare_but_severe


def incidents(rows):
    table = pd.DataFrame(rows, columns=["respondent_id", "touchpoint_id", "sign", "severity"])
    return table.assign(incident_id=[f"K{number}" for number in range(len(table))], severity=table["severity"].astype("Int64"))


TOLD = incidents(
    [("p1", "hotline", "negative", 5), ("p1", "hotline", "negative", 3), ("p2", "hotline", "positive", 4), ("p3", "crane", "negative", 2)]
)


def test_counts_shares_severity_and_burden_by_hand():
    found = frequency(TOLD, min_n=1).set_index(["metric", "touchpoint_id", "sign"]).sort_index()
    assert found.loc["incident_count", "value"].to_dict() == {
        ("crane", "negative"): 1.0,
        ("crane", "positive"): 0.0,
        ("hotline", "negative"): 2.0,
        ("hotline", "positive"): 1.0,
    }
    assert found.loc[("incident_count", "hotline", "negative"), "n"] == 1  # one person told both
    assert found.loc[("incident_share", "hotline", "negative"), "value"] == 0.5
    assert found.loc[("incident_severity", "hotline", "negative"), "value"] == 4
    assert found.loc[("incident_burden", "hotline", "negative"), "value"] == pytest.approx(100 * 8 / 4)
    assert found.loc["incident_share", "value"].sum() == 1
    bounded = found.loc[["incident_share", "incident_burden"]].dropna(subset=["low"])
    assert ((bounded["low"] <= bounded["value"] + 1e-12) & (bounded["value"] <= bounded["high"])).all()
    assert found.loc[("incident_burden", "crane", "positive"), ["value", "note"]].to_list() == [0, ""]


def test_tellers_of_several_incidents_make_shares_less_sure():
    rows = [(f"p{number}", "hotline" if number < 20 else "crane", "negative", 3) for number in range(40)]
    alone, double = incidents(rows), incidents(rows * 2)
    one, other = (frequency(table).query("metric == 'incident_share' and touchpoint_id == 'hotline'") for table in (alone, double))
    assert (other["high"] - other["low"]).item() == pytest.approx((one["high"] - one["low"]).item(), rel=1e-6)


def test_few_incidents_have_no_mean_severity():
    found = frequency(TOLD, min_n=5).query("metric == 'incident_severity'")
    assert found["note"].unique().tolist() == ["n < 5"]
    assert found["value"].isna().all()


def test_a_rate_where_it_is_known_how_many_were_asked():
    found = frequency(TOLD, by=["sign"], interviewed=10).query("metric == 'incident_rate'").set_index("sign")
    assert found["value"].to_dict() == {"negative": pytest.approx(30), "positive": pytest.approx(10)}
    assert (found["n"] == 10).all()
    with pytest.raises(DataError) as refused:
        frequency(TOLD, interviewed=2)
    assert str(refused.value) == (
        "interviewed: 3 people told of incidents, and fewer are said to have been asked: '2'. Count everybody who was asked."
    )


def test_incidents_nobody_is_named_for_count_each_alone():
    assert frequency(TOLD.drop(columns="respondent_id")).query("metric == 'incident_share'")["n"].unique().tolist() == [4]


def test_rare_and_severe():
    rows = [(f"p{number}", "hotline", "negative", 3) for number in range(90)]
    rows += [("a", "crane", "negative", 5), ("b", "crane", "negative", 5), ("c", "invoice", "negative", 4), ("d", "shop", "negative", 2)]
    rows += [("e", "crane", "positive", 5)]
    found = rare_but_severe(incidents(rows), min_n=2)
    assert found["touchpoint_id"].unique().tolist() == ["crane", "invoice"]
    by = found.set_index(["touchpoint_id", "metric"])
    assert by.loc[("crane", "severe_count"), "value"] == 2
    assert by.loc[("crane", "incident_share"), "value"] == pytest.approx(2 / 94)
    assert by.loc[("invoice", "severe_share"), "note"] == "n < 2"
    assert np.isnan(by.loc[("invoice", "severe_share"), "value"])
    assert rare_but_severe(incidents(rows[:90]))["note"].to_list() == ["none rare and severe"]


def test_without_incidents_the_row_says_what_is_needed():
    assert frequency(TOLD.iloc[:0])["note"].to_list() == ["needs incidents.touchpoint_id, incidents.sign"]
    assert rare_but_severe(TOLD[TOLD["sign"] == "positive"])["note"].to_list() == ["needs incidents.severity, incidents.sign"]
