"""The taxonomy: what the shipped one says, how it becomes a client's table of reasons, and what is refused word for word."""

import pandas as pd
import pytest

from cxlib import intake
from cxlib.errors import CxError, DataError, ParamsError
from cxlib.intake.taxonomy import MOST, NO_CONCERN, load
from cxlib.params import Params, ReasonValues
from cxlib.params import load as load_params
from cxlib.tables import TREATMENTS, contract

WHERE = "data/taxonomy/contact_reasons.yml"
SMALL = """
schema_version: 1
owners: {care: {de: Betreuung, en: Care}}
pain_points: {P01: {de: Spät, en: Late}}
groups:
  delivery:
    de: Lieferung
    en: Delivery
    reasons:
      status:
        de: Wo bleibt es
        en: Where is it
        phase: aftersales
        stage: delivery
        value_customer: irritating
        value_company: {b2b: irritating, b2c: valuable}
        root_cause: information_gap
        failure_demand: true
        default_owner: care
        pain_point: P01
        phrases: {de: [wo bleibt], en: [where is]}
      copy:
        de: Noch einmal
        en: Once more
        phase: aftersales
        stage: billing
        value_customer: valuable
        value_company: irritating
        root_cause: missing_self_service
        failure_demand: false
        phrases: {de: [noch einmal]}
    retired:
      slow: {de: Zu langsam, en: Too slow, merged_into: delivery.status}
no_customer_concern: {de: Keines, en: None of it, phrases: {de: [Werbung]}}
"""
CLIENT = """
client: acme
name: Acme
market: b2b
period: {start: 2025-01-01, end: 2025-12-31}
sources:
  calls:
    table: contacts
    rows: [{contact_id: "1", contact_ts: 2025-02-05 08:15:00, channel: phone, reason_id: delivery.delivery_status}]
"""
OWN = """
  reasons:
    table: reasons
    rows:
      - {reason_id: a.b, group_id: a, label_de: B, label_en: B, value_customer: valuable, value_company: irritating, treatment: automate}
      - {reason_id: none, group_id: none, label_de: Keines, label_en: None, concern: false}
"""


@pytest.fixture(scope="module")
def shipped(root):
    return load(root, "contact_reasons")


@pytest.fixture(scope="module")
def reasons(shipped):
    return shipped.reasons[shipped.reasons["concern"]].set_index("reason_id")


@pytest.fixture
def small(project):
    def taxonomy(text=SMALL, **options):
        (project / "data" / "taxonomy" / "small.yml").write_text(text, encoding="utf-8")
        return load(project, "small", **options)

    return taxonomy


def refused(small, old, new, **options):
    assert old in SMALL
    with pytest.raises(ParamsError) as error:
        small(SMALL.replace(old, new), **options)
    return [problem.removeprefix("data/taxonomy/small.yml: ") for problem in error.value.problems]


def test_the_shipped_taxonomy_has_sixty_reasons_and_one_that_is_none(shipped, reasons):
    assert len(reasons) == MOST
    assert reasons["group_id"].nunique() == 12
    none = shipped.reasons.set_index("reason_id").loc[NO_CONCERN]
    assert not none["concern"]
    assert none[["value_customer", "value_company", "treatment", "phase", "root_cause"]].isna().all()
    assert none["label_de"] == "Kein Kundenanliegen"
    pd.testing.assert_frame_equal(contract("reasons").validate(shipped.reasons, "reasons"), shipped.reasons)


def test_retired_reasons_say_where_they_went(shipped, reasons):
    assert shipped.retired == {
        "presales_information.terms_comprehension": "presales_information.price_conditions_enquiry",
        "quote.quote_comprehension": "follow_up.sent_info_unclear",
        "delivery.carrier_experience": "complaint.conduct_complaint",
        "onboarding.payment_terms_question": "presales_information.price_conditions_enquiry",
        "follow_up.receipt_check": "follow_up.enquiry_unanswered",
        "contract.privacy_request": "contract.contract_query",
        "growth_feedback.addon_booking": "growth_feedback.service_package_enquiry",
        "complaint.complaint_new": "complaint.quality_claim",
        "complaint.complaint_slow": "complaint.complaint_status",
    }
    assert not set(shipped.retired) & set(reasons.index)


def test_each_reason_has_phrases_of_its_own_in_both_languages(shipped, reasons):
    assert set(shipped.phrases) == {*reasons.index, NO_CONCERN}
    few = {(name, language) for name, told in shipped.phrases.items() for language in ("de", "en") if len(told[language]) < 6}
    assert few == set()
    inside = [
        (phrase, name, other)
        for language in ("de", "en")
        for name, told in shipped.phrases.items()
        for phrase in told[language]
        for other, words in shipped.phrases.items()
        if name != other and any(f" {phrase.casefold()} " in f" {word.casefold()} " for word in words[language])
    ]
    assert inside == []


@pytest.mark.parametrize("market", ["b2b", "b2c", "both"])
def test_treatment_follows_from_the_values_in_every_market(root, market):
    table = load(root, "contact_reasons", market=market).reasons
    table = table[table["concern"]]
    expected = [TREATMENTS[pair] for pair in zip(table["value_customer"], table["value_company"], strict=True)]
    assert table["treatment"].to_list() == expected
    assert set(expected) == set(TREATMENTS.values())


def test_markets_differ_where_they_should(root, reasons):
    consumers = load(root, "contact_reasons", market="b2c").reasons.set_index("reason_id")
    differing = [name for name in reasons.index if reasons.loc[name, "treatment"] != consumers.loc[name, "treatment"]]
    assert differing == [
        "presales_information.price_conditions_enquiry",
        "order.order_placement",
        "usage_service.spare_parts",
        "usage_service.discontinued_part",
        "growth_feedback.training_request",
    ]
    assert load(root, "contact_reasons").reasons.equals(load(root, "contact_reasons", market="b2b").reasons)


def test_avoidable_and_failure_demand_are_two_sets(reasons):
    avoidable, failure = reasons["treatment"] == "eliminate", reasons["failure_demand"]
    assert reasons.index[avoidable & ~failure].to_list() == ["onboarding.next_steps_unknown", "usage_service.usage_question"]
    assert reasons.index[failure & ~avoidable].to_list() == [
        "usage_service.product_fault",
        "billing.credit_goodwill",
        "complaint.quality_claim",
        "complaint.conduct_complaint",
        "complaint.warranty_claim",
    ]


def test_causes_agree_with_failure_demand(reasons):
    failed = reasons.groupby("root_cause")["failure_demand"].agg(["min", "max"])
    assert failed.loc[["process_failure", "product_failure"], "min"].all()
    assert not failed.loc[["missing_self_service", "sales_opportunity", "feedback"], "max"].any()


def test_signals_name_what_other_pages_ask_for(reasons):
    assert set(reasons.index[reasons["disappointment"]]) == {
        "delivery.delivery_info_inaccurate",
        "delivery.delivery_delay_not_notified",
        "delivery.delivery_wrong_damaged",
        "onboarding.promise_not_kept",
        "onboarding.hidden_charge_condition",
        "billing.invoice_error",
        "complaint.quality_claim",
    }
    assert not (reasons["overselling_signal"] & ~reasons["disappointment"]).any()
    assert reasons.index[(reasons["treatment"] == "leverage") & ~reasons["sales_signal"]].to_list() == [
        "growth_feedback.improvement_idea",
        "growth_feedback.praise_referral",
    ]
    assert (reasons.loc[reasons["repeat_signal"], "treatment"] == "eliminate").all()


def test_all_twelve_pain_points_are_told_of(shipped, reasons):
    assert sorted(reasons["pain_point"].dropna().unique()) == sorted(shipped.pain_points) == [f"P{number:02}" for number in range(1, 13)]
    assert set(reasons["default_owner"]) <= set(shipped.owners)


def test_a_client_s_values_move_the_treatment_and_nothing_else(small):
    assert small().reasons["treatment"].to_list()[:2] == ["eliminate", "automate"]
    assert small(market="b2c").reasons["treatment"].to_list()[:2] == ["simplify", "automate"]
    assert not {"owner", "target_channel"} & set(small().reasons)
    mine = {"delivery.copy": ReasonValues(value_company="valuable", owner="BH", target_channel="portal")}
    row = small(values=mine).reasons.set_index("reason_id").loc["delivery.copy"]
    assert row[["value_customer", "value_company", "treatment", "owner", "target_channel"]].to_list() == [
        "valuable",
        "valuable",
        "leverage",
        "BH",
        "portal",
    ]


def test_phrases_labels_and_merged_reasons_are_kept(small):
    told = small()
    assert told.phrases["delivery.status"] == {"de": ("wo bleibt",), "en": ("where is",)}
    assert told.phrases[NO_CONCERN] == {"de": ("Werbung",)}
    assert told.retired == {"delivery.slow": "delivery.status"}
    assert told.pain_points == {"P01": {"de": "Spät", "en": "Late"}}
    assert told.owners["care"]["de"] == "Betreuung"


STATUS = "groups.delivery.reasons.status"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "pain_point: P01",
            "pain_poin: P01",
            f"{STATUS}: unknown key 'pain_poin' (did you mean 'pain_point'?). Allowed: ",
        ),
        ("failure_demand: true", "failure_demand: true\n        treatment: eliminate", f"{STATUS}: unknown key 'treatment'. Allowed: "),
        (
            "root_cause: information_gap",
            "root_cause: information_gab",
            f"{STATUS}.root_cause: cannot be 'information_gab' (did you mean 'information_gap'?). Allowed: information_gap, missing_self_service, ",
        ),
        (
            "value_customer: irritating",
            "value_customer: iritating",
            f"{STATUS}.value_customer: cannot be 'iritating' (did you mean 'irritating'?). Allowed: valuable, irritating. "
            "Or one word a market, as in {b2b: …, b2c: …}.",
        ),
        ("b2c: valuable", "b2c: valuabel", f"{STATUS}.value_company.b2c: cannot be 'valuabel' (did you mean 'valuable'?). Allowed: "),
        ("{b2b: irritating, b2c: valuable}", "{b2b: irritating}", f"{STATUS}.value_company.b2c: is required and missing."),
        (
            "default_owner: care",
            "default_owner: car",
            f"{STATUS}.default_owner: owners do not list 'car' (did you mean 'care'?). They list: care.",
        ),
        (
            "pain_point: P01",
            "pain_point: P10",
            f"{STATUS}.pain_point: pain_points do not list 'P10' (did you mean 'P01'?). They list: P01.",
        ),
        (
            "merged_into: delivery.status",
            "merged_into: delivery.statsu",
            "groups.delivery.retired.slow.merged_into: no active reason is called 'delivery.statsu' (did you mean 'delivery.status'?). "
            "Active: delivery.status, delivery.copy.",
        ),
        ("slow: {", "copy: {", "groups.delivery.retired.copy: is active and retired. Leave one of the two out."),
        (
            "[noch einmal]",
            "[WO  bleibt!]",
            "phrases.de: 'WO  bleibt!' is claimed by delivery.status and delivery.copy. Leave it to the one that it tells.",
        ),
        ("[Werbung]", "[noch einmal]", f"phrases.de: 'noch einmal' is claimed by delivery.copy and {NO_CONCERN}. Leave it to the one "),
        ("phrases: {de: [noch einmal]}", "phrases: {de: []}", "groups.delivery.reasons.copy.phrases.de: tuple should have at least 1 item"),
    ],
)
def test_mistakes_are_refused_word_for_word(small, old, new, message):
    found = refused(small, old, new)
    assert len(found) == 1
    assert found[0].startswith(message)


def test_all_mistakes_come_at_once(small):
    text = SMALL.replace("care\n", "car\n").replace("[noch einmal]", "[wo bleibt]").replace("into: delivery.status", "into: x")
    with pytest.raises(ParamsError) as error:
        small(text)
    assert len(error.value.problems) == 3


def test_a_doubled_id_is_refused_with_its_line(small):
    assert refused(small, "      copy:\n", "      status:\n") == [
        "data/taxonomy/small.yml, line 22: is not readable as YAML: the key 'status' is written twice."
    ]


def test_too_many_reasons_are_refused_with_the_way_out(small):
    block = SMALL[SMALL.index("      copy:\n") : SMALL.index("    retired:")]
    more = "".join(block.replace("copy:", f"copy_{n}:").replace("noch einmal", f"das {n}. Mal") for n in range(MOST - 1))
    assert refused(small, block, block + more) == [
        "groups: 61 reasons are active, at most 60 can be told apart. Retire some or merge them."
    ]


def test_an_empty_file_and_a_missing_one_are_refused(small, project):
    with pytest.raises(ParamsError, match=r"small.yml: holds no keys\. Start from data/taxonomy/contact_reasons\.yml\."):
        small("")
    with pytest.raises(ParamsError) as error:
        load(project, "contact_reason", where="params/acme.yml: taxonomy")
    assert error.value.problems == (
        "params/acme.yml: taxonomy.name: data/taxonomy has no file for 'contact_reason' (did you mean 'contact_reasons'?). "
        "It has: contact_reasons, small.",
    )
    for path in (project / "data" / "taxonomy").glob("*.yml"):
        path.unlink()
    with pytest.raises(ParamsError, match=r"Restore it: git checkout data/taxonomy\.$"):
        load(project, "contact_reasons")


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (
            "delivery.statu",
            "taxonomy.values: data/taxonomy/small.yml has no reason 'delivery.statu' (did you mean 'delivery.status'?). It has: ",
        ),
        ("delivery.slow", "taxonomy.values: 'delivery.slow' is retired. Use 'delivery.status', which took it in."),
    ],
)
def test_values_of_an_unknown_reason_are_refused(small, reason, message):
    with pytest.raises(ParamsError) as error:
        small(values={reason: ReasonValues(owner="BH")})
    assert error.value.problems[0].startswith(message)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{name: ../x}", "taxonomy.name: "),
        ("{file: x}", "taxonomy: unknown key 'file'. Allowed: "),
        ("{values: {a.b: {treatment: eliminate}}}", "taxonomy.values.a.b: unknown key 'treatment'. Allowed: "),
        (
            "{values: {a.b: {target_channel: portall}}}",
            "taxonomy.values.a.b.target_channel: unknown channel 'portall' (did you mean 'portal'?)",
        ),
        (
            "{values: {a.b: {value_company: valuabel}}}",
            "taxonomy.values.a.b.value_company: cannot be 'valuabel' (did you mean 'valuable'?)",
        ),
    ],
)
def test_the_params_section_is_checked(project, section, message):
    (project / "params" / "acme.yml").write_text(f"{CLIENT}taxonomy: {section}\n", encoding="utf-8")
    with pytest.raises(ParamsError) as error:
        load_params(project, "acme")
    assert error.value.problems[0].removeprefix("params/acme.yml: ").startswith(message)


def prepared(project, text):
    (project / "params" / "acme.yml").write_text(text, encoding="utf-8")
    return intake.prepare(project, load_params(project, "acme"))


def problems(project, text):
    with pytest.raises(CxError) as error:
        prepared(project, text)
    return list(error.value.problems)


def test_every_client_with_contacts_gets_the_reasons(project, shipped):
    record = prepared(project, CLIENT)
    assert record.rows["reasons"] == 61
    pd.testing.assert_frame_equal(record.table("reasons"), shipped.reasons)
    joins = record.table("joins").set_index(["table", "id"])
    assert joins.loc[("contacts", "reason_id"), "found"] == 1
    elements = set(record.table("elements")["element"])
    assert "reasons.treatment" in elements
    assert "reasons.owner" not in elements  # a default is nobody's answer


def test_a_client_without_contacts_needs_no_taxonomy(project):
    (project / "data" / "taxonomy" / "contact_reasons.yml").unlink()
    rows = "{order_id: '1', customer_id: '1', order_ts: 2025-02-05 08:15:00, value: 1}"
    text = CLIENT[: CLIENT.index("  calls")] + f"  orders: {{table: orders, rows: [{rows}]}}\n"
    assert "reasons" not in prepared(project, text).rows


def test_owners_and_channels_of_the_client_reach_the_table(project):
    values = "taxonomy: {values: {delivery.delivery_status: {owner: DI, target_channel: portal}}}\n"
    record = prepared(project, CLIENT + values)
    row = record.table("reasons").set_index("reason_id").loc["delivery.delivery_status"]
    assert row[["owner", "target_channel", "treatment"]].to_list() == ["DI", "portal", "eliminate"]
    assert {"reasons.owner", "reasons.target_channel"} <= set(record.table("elements")["element"])


def test_a_changed_taxonomy_is_taken_in_anew(project):
    first = prepared(project, CLIENT)
    assert prepared(project, CLIENT).folder == first.folder
    path = project / "data" / "taxonomy" / "contact_reasons.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("de: Kündigt", "de: Will kündigen"), encoding="utf-8")
    again = prepared(project, CLIENT)
    assert again.folder != first.folder
    assert again.data_hash != first.data_hash
    assert "Will kündigen" in set(again.table("reasons")["label_de"])


def test_problems_of_taxonomy_and_data_come_at_once(project):
    values = "taxonomy: {values: {delivery.delivery_statu: {owner: DI}}}\n"
    found = problems(project, CLIENT.replace("channel: phone", "channel: phon") + values)
    assert len(found) == 2
    assert found[1].startswith(f"params/acme.yml: taxonomy.values: {WHERE} has no reason 'delivery.delivery_statu' (did you mean")


def test_a_missing_taxonomy_is_named_with_the_params_that_chose_it(project):
    found = problems(project, CLIENT + "taxonomy: {name: contact_reason}\n")
    assert found[0].startswith("params/acme.yml: taxonomy.name: data/taxonomy has no file for 'contact_reason' (did you mean")


def test_a_client_s_own_reasons_win(project):
    (project / "data" / "taxonomy" / "contact_reasons.yml").unlink()
    table = prepared(project, CLIENT + OWN).table("reasons").set_index("reason_id")
    assert table["treatment"].to_dict()["a.b"] == "automate"
    assert not table.loc["none", "concern"]


def test_own_reasons_and_a_taxonomy_are_refused(project):
    assert problems(project, CLIENT + OWN + "taxonomy: {name: contact_reasons}\n") == [
        "params/acme.yml: taxonomy: the client has reasons of its own (sources.reasons). Leave one of the two out."
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("automate", "leverage", "a.b: treatment is 'leverage'; valuable to the customer and irritating to the company means 'automate'."),
        (", treatment: automate", "", "a.b: lacks value_customer, value_company or treatment. Only rows with concern false may."),
    ],
)
def test_own_treatments_that_do_not_follow_are_refused(project, old, new, message):
    with pytest.raises(DataError):
        prepared(project, CLIENT + OWN.replace(old, new))
    assert problems(project, CLIENT + OWN.replace(old, new)) == [f"data/acme: reasons: {message}"]


def test_the_demo_names_its_taxonomy(root):
    params = load_params(root, "demo")
    assert isinstance(params, Params)
    load(root, params.taxonomy.name, market=params.market, values=params.taxonomy.values)
