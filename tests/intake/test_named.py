"""Words of params that name what tables hold."""

from types import SimpleNamespace

import pytest

from cxlib.intake.named import misnamed, words
from cxlib.params import Params
from cxlib.tables import contract

REASONS = ("delivery.delivery_status", "billing.invoice_error", "complaint.quality_claim")
SOURCES = {"log": {"table": "contacts", "file": "log.csv"}}


def given(**sections):
    period = {"start": "2025-01-01", "end": "2025-12-31"}
    return Params.model_validate({"client": "acme", "name": "Acme", "period": period, "sources": SOURCES} | sections)


def laid(bench, name, column, *cells):
    told = ", ".join("(NULL)" if cell is None else f"('{cell}')" for cell in cells)
    bench.run(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM (VALUES {told}) AS v({column})")


@pytest.fixture
def looked(bench):
    """Look through params beside a taxonomy of three reasons: problems and hints."""

    def run(retired=None, unsure=(), tables=(), **sections):
        laid(bench, "reasons", "reason_id", *REASONS)
        every = {name: contract(name) for name in ("reasons", *tables)}
        problems, hints = misnamed(bench, every, given(**sections), retired=retired, unsure=unsure)
        return SimpleNamespace(problems=problems, hints=hints)

    return run


def test_a_reason_that_the_taxonomy_lacks_is_refused_with_the_nearest(looked):
    found = looked(pain_points={"enquiries": ["delivery.delivry_status"], "invoice_reasons": ["billing.invoice_error"]})
    assert found.problems == [
        "params/acme.yml: pain_points.enquiries: the reasons do not list 'delivery.delivry_status' (did you mean "
        "'delivery.delivery_status'?). They list: delivery.delivery_status, billing.invoice_error, complaint.quality_claim."
    ]


@pytest.mark.parametrize(
    ("section", "key", "told"),
    [
        ("value", "value.protect", {"protect": ["x.y"]}),
        ("complaints", "complaints.reasons", {"reasons": ["x.y"]}),
        ("complaints", "complaints.chasing", {"chasing": ["x.y"]}),
        ("pain_points", "pain_points.enquiries", {"enquiries": ["x.y"]}),
        ("pain_points", "pain_points.invoice_reasons", {"invoice_reasons": ["x.y"]}),
        ("outlook", "outlook.unmet", {"unmet": ["x.y"]}),
        ("outlook", "outlook.faults", {"faults": ["x.y"]}),
        ("welcome", "welcome.zeros", {"zeros": {"x.y": "order"}}),
        ("welcome", "welcome.messages", {"messages": {"x.y": {"information": "next_steps"}}}),
        ("promises", "promises.causes.delay", {"causes": {"delay": ["x.y"]}}),
        ("promises", "promises.broken", {"broken": ["x.y"]}),
    ],
)
def test_every_key_that_names_a_reason_is_looked_at(looked, section, key, told):
    found = looked(**{section: told})
    listed = "the reasons do not list 'x.y'. They list: "
    assert [problem.split("They")[0] for problem in found.problems] == [f"params/acme.yml: {key}: {listed.split('They')[0]}"]


def test_a_retired_reason_is_told_with_the_one_that_took_it_in(looked):
    found = looked(retired={"billing.old": "billing.invoice_error"}, value={"protect": ["billing.old"]})
    assert found.problems == [
        "params/acme.yml: value.protect: the reason 'billing.old' is retired. Use 'billing.invoice_error', which took it in."
    ]


def test_what_the_suite_presets_and_the_taxonomy_lacks_is_a_hint(looked):
    found = looked()
    assert found.problems == []
    assert found.hints[0] == (
        "params/acme.yml: complaints.reasons: is left out, and the reasons list not all that is usual "
        "(complaint.conduct_complaint, complaint.warranty_claim). Name your own there."
    )
    assert found.hints[1] == (
        "params/acme.yml: complaints.chasing: is left out, and the reasons list none of what is usual "
        "(complaint.complaint_status). Name your own there."
    )
    assert not any("complaints.chasing" in hint for hint in looked(complaints={"chasing": []}).hints)


def test_touchpoints_are_those_of_the_inventory(bench, looked):
    laid(bench, "touchpoints", "touchpoint_id", "T1", "T39")
    told = {
        "journeys": {"claim": ["T1", "T93"]},
        "before_purchase": {"talks": ["T2"]},
        "complaints": {"touchpoints": ["T39"], "chasing": []},
    }
    found = looked(tables=["touchpoints"], **told)
    assert found.problems == [
        "params/acme.yml: before_purchase.talks: the touchpoints do not list 'T2'. They list: T1, T39.",
        "params/acme.yml: journeys.claim: the touchpoints do not list 'T93' (did you mean 'T39'?). They list: T39, T1.",
    ]
    assert not looked(tables=[], unsure=["touchpoints"], **told).problems  # the list itself could not be read


def test_items_have_to_be_asked(bench, looked):
    laid(bench, "responses", "item_id", "nps", "ease")
    found = looked(tables=["responses"], pain_points={"contact_item": "eese"}, drivers={"outcomes": ["nps", "survey_id", "npz"]})
    assert found.problems == [
        "params/acme.yml: pain_points.contact_item: the answers do not list 'eese' (did you mean 'ease'?). They list: ease, nps.",
        "params/acme.yml: drivers.outcomes: the answers do not list 'npz' (did you mean 'nps'?). They list: nps, ease.",
    ]


def test_units_and_events_are_refused_when_all_of_a_key_are_slips_and_hinted_at_otherwise(bench, looked):
    laid(bench, "contacts", "received_by", "Service", "Sales", None)
    hours = {"mon": ["08:00-12:00"]}
    slip = looked(tables=["contacts"], service_standards={"hours": {"Sevice": hours}})
    told = (
        "params/acme.yml: service_standards.hours: no row of contacts has the received_by 'Sevice' (did you mean 'Service'?). "
        "Rows have: Service, Sales."
    )
    assert slip.problems == [told]
    some = looked(tables=["contacts"], service_standards={"hours": {"Sales": hours, "Sevice": hours}})
    assert some.problems == []
    assert told in some.hints
    new = looked(tables=["contacts"], service_standards={"hours": {"Workshop": hours}})
    assert new.problems == []
    assert any("'Workshop'. Rows have" in hint for hint in new.hints)
    assert not looked(tables=["contacts"], unsure=["contacts"], service_standards={"hours": {"Sevice": hours}}).problems


def test_a_column_without_a_value_says_nothing(bench, looked):
    laid(bench, "events", "event", None, None)
    found = looked(tables=["events"], outlook={"attempts": ["selfservce"]})
    assert not [text for text in found.problems + found.hints if "outlook.attempts" in text]


def test_each_key_is_told_once():
    keys = [one.key for one in words(given())]
    assert len(keys) == len(set(keys))
