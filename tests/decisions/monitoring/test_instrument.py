"""Whether two waves asked the same things of the same people."""

import pandas as pd
import pytest

from cxlib.decisions.monitoring import same_instrument
from cxlib.decisions.monitoring.instrument import compared_waves, faults


def asked(**more):
    table = pd.DataFrame(
        [(str(i), wave, item) for i in range(40) for wave in "12" for item in ("q1", "q2")], columns=["who", "wave", "item_id"]
    )
    table = table.assign(
        respondent_id=table["who"] + table["wave"].where(table["who"].astype(int) >= 20, ""), survey_id="s", item_type="actual"
    )
    table = table.assign(response_id=table["who"] + table["wave"], state="answered", value=3.0, scale_low=1.0, scale_high=6.0, weight=1.0)
    when = pd.to_datetime(table["wave"].map({"1": "2025-05-01", "2": "2026-05-01"}))
    return table.assign(survey_ts=when, **more).drop(columns="who")


def of(table, metric):
    return table[table["metric"].eq(metric)]


def test_alike_waves_differ_in_nothing():
    found = same_instrument(asked(), fields=["segment"])
    assert of(found, "items_same")["value"].item() == 2
    assert of(found, "items_differ")["value"].item() == 0
    assert of(found, "asked_twice")["value"].item() == 0.5
    assert of(found, "composition_change").empty


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"scale_high": 5.0}, "scale differs"),
        ({"item_type": "expected"}, "type differs"),
        ({"state": "not_asked"}, "not asked now"),
    ],
)
def test_what_differs_is_named(change, note):
    table = asked()
    now = table["item_id"].eq("q2") & table["wave"].eq("2")
    table = table.assign(**{name: table[name].where(~now, value) for name, value in change.items()})
    found = of(same_instrument(table), "item_differs")
    assert found[["item_id", "note"]].to_numpy().tolist() == [["q2", note]]
    assert of(same_instrument(table), "items_differ")["value"].item() == 1


def test_a_question_that_is_new_and_one_in_other_words():
    table = asked()
    table = table[~(table["item_id"].eq("q1") & table["wave"].eq("1"))]
    wordings = [{"survey_id": "s", "wave": wave, "item_id": "q2", "text": f"Wie war {wave}?"} for wave in "12"]
    assert faults(table, ["1", "2"], wordings) == {"q1": "not asked before", "q2": "wording differs"}
    assert faults(table, ["1", "2"], [told | {"survey_id": "other"} for told in wordings]) == {"q1": "not asked before"}


def test_other_people_are_named():
    table = asked()
    first = table["response_id"].str[:-1].astype(int) % 10
    share = {"1": 2, "2": 7}
    table = table.assign(segment=[("big" if number < share[wave] else "small") for number, wave in zip(first, table["wave"], strict=True)])
    found = of(same_instrument(table, fields=["segment"]), "composition_change").set_index("answer")
    assert found.loc["big", "value"] == pytest.approx(0.5, abs=0.1)
    assert found.loc["big", "note"] == "sample differs"
    assert found.loc["big", "trait"] == "segment"
    assert found.loc["small", "value"] == pytest.approx(-found.loc["big", "value"])


def test_one_wave_and_none():
    table = asked()
    assert same_instrument(table[table["wave"].eq("1")])["note"].item() == "one wave"
    assert same_instrument(table.iloc[:0])["note"].item() == "needs responses.wave"
    assert same_instrument(table.assign(wave=None))["note"].item() == "needs responses.wave"


def test_waves_go_by_their_time_not_their_name():
    table = asked().assign(wave=lambda rows: rows["wave"].map({"1": "spring", "2": "autumn"}))
    assert compared_waves(table) == {"s": ["spring", "autumn"]}
