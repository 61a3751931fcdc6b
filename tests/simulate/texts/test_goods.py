"""Goods: every group has some, genders are known, German specifications stay out of English texts."""

from __future__ import annotations

from cxlib.simulate.reasons import reasons
from cxlib.simulate.texts.goods import CASES, FITTING, MACHINES, goods, lines, machines


def test_groups_and_genders():
    groups = goods()
    assert set(groups) == {"", "P1", "P2", "P3", "P4", "P5", "P6"}
    assert len(groups[""]) >= 30
    assert all(noun.gender in CASES for noun in groups[""])
    assert all(len(nouns) >= 4 for nouns in groups.values())


def test_what_fits_a_reason_exists():
    leaves = set(reasons()["reason"].str.split(".").str[-1])
    assert set(FITTING) <= leaves
    assert {group for groups in FITTING.values() for group in groups.split()} <= set(goods())


def test_specifications_can_be_read_abroad():
    for noun in goods()[""]:
        assert noun.specs_in("de") == list(noun.specs)
        assert not any(word in spec for spec in noun.specs_in("en") for word in ("stufig", "Hub", "mit", "links"))


def test_machines_stand_where_personas_work():
    assert {place for places in MACHINES.values() for place in places} <= set(machines())
    assert len(lines("goods.yml", "machines")) == sum(map(len, machines().values()))
