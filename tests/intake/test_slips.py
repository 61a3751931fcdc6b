"""Slips of the key in params that data can tell; full messages are compared in test_prepare.py."""

from types import SimpleNamespace

from cxlib.estimates import OTHER, UNKNOWN
from cxlib.intake.slips import labels_without_value, reserved_words, unlisted_touchpoints, unmapped_words
from cxlib.intake.workbench import Raw
from cxlib.tables import contract

CUSTOMERS = contract("customers")


def laid(bench, name, column, *cells):
    told = ", ".join("(NULL)" if cell is None else f"('{cell}')" for cell in cells)
    bench.run(f"CREATE OR REPLACE TABLE {name} AS SELECT (row_number() OVER () - 1)::BIGINT AS row, * FROM (VALUES {told}) AS v({column})")


def declared(client="acme", labels=None, **items):
    sources = {"survey": SimpleNamespace(items={header: SimpleNamespace(touchpoint_id=of) for header, of in items.items()})}
    return SimpleNamespace(client=client, labels=labels or {}, sources=sources)


def test_a_word_of_a_map_that_no_cell_holds_is_a_slip_only_when_other_words_are_left(bench):
    source = SimpleNamespace(values={"segment": {"OEM": "oem", "Bauu": "building"}})
    laid(bench, "raw", "Segment", "OEM", " Bau", None)
    laid(bench, "typed", "segment", "oem", "Bau", None)
    found = list(unmapped_words(bench, Raw("raw", ("Segment",), 3, str), "typed", {"segment": "Segment"}, CUSTOMERS, source, "here"))
    assert found == ["here.values.segment: no cell holds the word 'Bauu' (did you mean 'Bau'?). Not mapped yet: Bau."]
    laid(bench, "raw", "Segment", "OEM", "OEM")
    laid(bench, "typed", "segment", "oem", "oem")  # a map that serves several months may hold words this month lacks
    assert not list(unmapped_words(bench, Raw("raw", ("Segment",), 2, str), "typed", {"segment": "Segment"}, CUSTOMERS, source, "here"))


def test_a_word_with_blanks_around_it_is_the_word(bench):
    source = SimpleNamespace(values={"segment": {"OEM": "oem", " Bau": "building", "Werk ": "works"}})
    laid(bench, "raw", "Segment", "OEM ", " Bau", "Werk ", "Amt")
    laid(bench, "typed", "segment", "oem", "building", "works", "Amt")
    assert not list(unmapped_words(bench, Raw("raw", ("Segment",), 4, str), "typed", {"segment": "Segment"}, CUSTOMERS, source, "here"))


def test_names_of_pooled_groups_are_no_data(bench):
    for word in (OTHER, UNKNOWN):
        laid(bench, "typed", "segment", "oem", word)
        assert "typed.csv: segment: a cell holds __other__ or __unknown__" in next(reserved_words(bench, "typed", ["segment"], "typed.csv"))
    laid(bench, "typed", "segment", "oem", None)
    assert not list(reserved_words(bench, "typed", ["segment"], "typed.csv"))


def test_a_label_is_a_slip_only_when_a_value_much_like_it_has_none(bench):
    laid(bench, "customers", "segment", "oem", "farming", None)
    tables = {"customers": CUSTOMERS}
    assert list(labels_without_value(bench, tables, declared(labels={"segment": {"oem": {}, "farmin": {}}}))) == [
        "params/acme.yml: labels.segment: no row has the value 'farmin' (did you mean 'farming'?). Without a label: farming."
    ]
    assert not list(labels_without_value(bench, tables, declared(labels={"segment": {"oem": {}, "reseller": {}}, "region": {"n": {}}})))
    assert not list(labels_without_value(bench, tables, declared(labels={"segment": {"oem": {}, "__unknown__": {}, "__other__": {}}})))


def test_touchpoints_that_the_inventory_does_not_list_are_found(bench):
    laid(bench, "touchpoints", "touchpoint_id", "T1")
    laid(bench, "incidents", "touchpoint_id", "T1", "T2", "T3", None)
    tables = {"touchpoints": contract("touchpoints"), "incidents": contract("incidents")}
    found = list(unlisted_touchpoints(bench, tables, declared(Q1="T3", Q2="T1", Q3=None)))
    assert [message.partition(": the touchpoints do not list")[0] for message in found] == [
        "params/acme.yml: sources.survey.items.Q1.touchpoint_id",  # told once, where it can be corrected
        "incidents.touchpoint_id",
    ]
    assert "'T2'" in found[1]
    assert not list(unlisted_touchpoints(bench, {"incidents": contract("incidents")}, declared(Q1="T3")))
