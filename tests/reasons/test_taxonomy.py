"""What a taxonomy lacks, what a client changed, and what old codes hid."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons import taxonomy


def reasons(**more):
    count = 12
    told = {"reason_id": [f"g.r{n}" for n in range(count)], "label_de": ["Grund"] * count, "label_en": ["Reason"] * count}
    told |= {"value_customer": ["irritating"] * count, "value_company": ["irritating"] * count, "treatment": ["eliminate"] * count}
    return pd.DataFrame(told | more)


def test_nothing_is_amiss_in_a_sound_taxonomy():
    assert taxonomy.validate(reasons()).empty


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (reasons(treatment=["leverage", *["eliminate"] * 11]), ("g.r0", "contradicts", "irritating, irritating: leverage")),
        (reasons(treatment=[None, *["eliminate"] * 11]), ("g.r0", "no_treatment", "")),
        (reasons(label_en=["  ", *["Reason"] * 11]), ("g.r0", "no_label", "label_en")),
        (reasons(reason_id=["a", "a", *[f"g.r{n}" for n in range(10)]]), ("a", "doubled", "")),
    ],
)
def test_each_fault_is_named(table, problem):
    assert tuple(taxonomy.validate(table).iloc[0]) == problem


def test_too_few_and_too_many_reasons_are_told():
    few, many = reasons().head(9), pd.concat([reasons().assign(reason_id=lambda t, k=k: t["reason_id"] + f"_{k}") for k in range(6)])
    assert [taxonomy.validate(table)["problem"].to_list() for table in (few, many)] == [["too_few"], ["too_many"]]


def test_phrases_of_two_reasons_and_of_none():
    phrases = pd.DataFrame(
        [(f"g.r{n}", "de", f"Satz {n}") for n in range(1, 12)] + [("g.r2", "de", "satz 1")], columns=["reason_id", "language", "phrase"]
    )
    told = taxonomy.validate(reasons(), phrases)
    assert told.to_dict("split")["data"] == [
        ["g.r0", "no_phrases", ""],
        ["g.r1", "shared_phrase", "satz 1"],
        ["g.r2", "shared_phrase", "satz 1"],
    ]


def test_overrides_are_shown_and_nothing_else():
    here = reasons(
        value_company=["valuable", *["irritating"] * 11], treatment=["simplify", *["eliminate"] * 11], owner=["Vertrieb", *[None] * 11]
    )
    changed = taxonomy.changes(here, reasons())
    assert changed.to_dict("split")["data"] == [
        ["g.r0", "value_company", "irritating", "valuable"],
        ["g.r0", "treatment", "eliminate", "simplify"],
        ["g.r0", "owner", None, "Vertrieb"],
    ]
    assert taxonomy.changes(reasons(), reasons()).empty


def test_an_old_code_hides_as_much_as_its_entropy_says():
    contacts = pd.DataFrame({"reason_legacy": ["Service"] * 4 + [None], "reason_id": ["g.r0", "g.r1", "g.r2", "g.r3", "g.r0"]})
    told = taxonomy.compare(contacts, reasons(treatment=["eliminate"] + ["leverage"] * 11)).set_index("reason_legacy")
    assert math.isclose(told.loc["Service", "effective_reasons"], 4)
    assert math.isclose(told.loc["Service", "avoidable_share"], 0.25)
    assert told.loc["", ["n", "reasons", "effective_reasons", "avoidable_share"]].to_list() == [1, 1, 1.0, 1.0]
    weighted = taxonomy.compare(contacts.assign(weight=[3.0, 1, 1, 1, 1]), reasons(treatment=["eliminate"] + ["leverage"] * 11))
    assert weighted.loc[0, "avoidable_share"] == 0.5
    assert math.isclose(weighted["share"].sum(), 1)


def test_a_reason_that_is_not_there_is_refused_by_name():
    with pytest.raises(
        DataError, match=r"taxonomy.compare: the taxonomy has no reason 'g.r00' \(did you mean 'g.r10'\?\)|did you mean 'g.r0'"
    ):
        taxonomy.compare(pd.DataFrame({"reason_legacy": ["x"], "reason_id": ["g.r00"]}), reasons())


def test_overrides_stand_beside_the_share_of_contacts_they_concern():
    shares = pd.DataFrame({"reason_id": ["g.r0"], "metric": ["reason_share"], "value": [0.2], "low": [0.1], "high": [0.3], "n": [50]})
    shares = shares.assign(n_eff=50.0, unit="share", method="Wilson", note="")
    here = reasons(treatment=["simplify", "simplify", *["eliminate"] * 10])
    told = taxonomy.overrides(here, reasons(), shares)
    assert told[["reason_id", "element", "in_standard", "in_use"]].values.tolist() == [
        ["g.r0", "treatment", "eliminate", "simplify"],
        ["g.r1", "treatment", "eliminate", "simplify"],
    ]
    assert told[["metric", "value", "low", "high", "n"]].iloc[0].to_list() == ["reason_share", 0.2, 0.1, 0.3, 50]
    assert math.isnan(told["value"].iloc[1])


def test_no_override_and_own_reasons_are_told_apart():
    same, own = taxonomy.overrides(reasons(), reasons()), taxonomy.overrides(reasons(), reasons().head(0))
    assert same[["metric", "value", "note"]].values.tolist() == [["reasons_changed", 0.0, ""]]
    assert own["metric"].item() == "reasons_changed"
    assert math.isnan(own["value"].item())
    assert own["note"].item() == "own reasons"


def test_problems_are_counted_by_reason():
    phrases = pd.DataFrame(
        [(f"g.r{n}", "de", f"Satz {n}") for n in range(1, 12)] + [("g.r2", "de", "satz 1"), ("g.r2", "de", "satz 3")],
        columns=["reason_id", "language", "phrase"],
    )
    told = taxonomy.problems(reasons(), phrases)
    assert told[["problem", "reason_id", "detail", "value"]].values.tolist() == [
        ["no_phrases", "g.r0", "–", 1.0],
        ["shared_phrase", "g.r1", "satz 1", 1.0],
        ["shared_phrase", "g.r2", "satz 1, satz 3", 2.0],
        ["shared_phrase", "g.r3", "satz 3", 1.0],
    ]
    assert taxonomy.problems(reasons())["value"].to_list() == [0.0]
