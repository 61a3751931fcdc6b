"""An id that lost its leading zeros in one export is told, wherever its other spelling stands."""

import pytest

from cxlib.intake.sources import Taken
from cxlib.intake.spellings import note_capitals, zeros_lost

WAY = "Declare their digits in every source that has them: `id_width: {customer_id: 7}`."


@pytest.fixture
def told(bench):
    def run(**sources):
        parts = []
        for name, ids in sources.items():
            bench.put(f"typed {name}", ["customer_id"], [ids])
            parts.append(Taken(name, f"typed {name}", ("customer_id",), {"table": "contacts" if name != "crm" else "customers"}))
        return zeros_lost(bench, parts, "data/acme")

    return run


def test_one_customer_in_two_tables_is_refused_with_both_places(told):
    assert told(calls=["4711", "0815", "12"], crm=["0004711", "0000099"]) == [
        "data/acme: customer_id: 1 ids stand with and without leading zeros, first: "
        f"'0004711' (sources.crm, customers) and '4711' (sources.calls, contacts). {WAY}"
    ]


def test_zeros_may_be_lost_in_part(told):
    assert "'0004711' (sources.crm, customers) and '04711' (sources.calls, contacts)" in told(calls=["04711"], crm=["0004711"])[0]


@pytest.mark.parametrize(
    "sources",
    [
        {"calls": ["0004711", "1234567"], "crm": ["0004711", "0000012"]},
        {"calls": ["4711", "12"], "crm": ["4711"]},
        {"calls": ["4711", "K-1", None], "crm": ["0004712"]},
        {"calls": ["0", "4711"], "crm": ["000"]},
        {"calls": [], "crm": []},
    ],
)
def test_other_ids_are_left_in_peace(told, sources):
    assert told(**sources) == []


def test_tables_without_the_id_are_not_asked(bench):
    bench.put("typed x", ["text"], [["a"]])
    assert zeros_lost(bench, [Taken("x", "typed x", ("text",), {"table": "contacts"})], "data/acme") == []


@pytest.fixture
def noted(bench):
    def run(**sources):
        parts = []
        for name, ids in sources.items():
            bench.put(f"typed {name}", ["customer_id"], [ids])
            parts.append(Taken(name, f"typed {name}", ("customer_id",), {"noted": {}}))
        note_capitals(bench, parts)
        return {part.name: part.record["noted"] for part in parts if part.record["noted"]}

    return run


def test_ids_that_differ_in_capitals_alone_are_noted_in_every_source_that_has_them(noted):
    shown = "customer_id: K-001 / k-001, Ä1 / ä1"
    assert noted(calls=["k-001", "k-001", "k-2", None], crm=["K-001", "K-3", "ä1", "Ä1"], shop=["K-4"]) == {
        "calls": {("capitals", shown): 2},
        "crm": {("capitals", shown): 3},
    }


@pytest.mark.parametrize("ids", [["K-001", "K-001"], ["k-001", "k-001"], ["1", "2"], [None], ["Ka", "Kb"]])
def test_one_spelling_is_left_in_peace(noted, ids):
    assert noted(calls=ids) == {}
