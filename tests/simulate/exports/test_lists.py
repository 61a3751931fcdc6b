"""Lists of departments: every row and word comes back, and one visitor of the portal is a robot."""

from __future__ import annotations

import pytest

from cxlib.simulate.exports.lists import HEADERS, WORDS
from cxlib.tables import CONTRACTS


@pytest.mark.parametrize("table", sorted({*HEADERS, "events"}))
def test_every_row_comes_back(apart, taken, grown, table):
    assert len(taken.table(table)) == len(grown[0][table])
    assert apart(table) == {}


def test_a_robot_watches_the_portal(taken):
    visits = taken.table("events")["session_id"].value_counts()
    assert visits["monitor-01"] == 1900
    assert visits.drop("monitor-01").max() < 100


def test_every_column_of_a_table_has_a_header(grown):
    for table, headers in HEADERS.items():
        told = [column for column in grown[0][table] if not column.startswith("_") and column != "currency"]
        assert sorted(headers) == sorted(told), table
        assert len(set(headers.values())) == len(headers)


def test_words_are_words_of_contracts():
    allowed = {word for contract in CONTRACTS.values() for column in contract.columns.values() for word in column.allowed}
    assert {word for words in WORDS.values() for word in words} <= allowed
