"""Raw files become contract tables, or are refused with file, line and column; nothing is half written."""

import hashlib

import pandas as pd
import pytest

from cxlib import intake
from cxlib.errors import DataError
from cxlib.params import load

PARAMS = """
client: acme
name: Acme
timezone: Europe/Berlin
period: {start: 2025-01-01, end: 2025-12-31}
scales:
  mark: {low: 1, high: 6, best: low, states: {8: not_used, 9: no_answer}, empty: not_asked}
  ten: {low: 0, high: 10}
sources:
  survey:
    table: responses
    file: umfrage.csv
    encoding: cp1252
    delimiter: ";"
    decimal: ","
    time_format: "%d.%m.%Y"
    columns: {response_id: Nr, respondent_id: Nr, survey_ts: Datum, weight: Gewicht}
    constants: {survey_id: s, wave: "1"}
    items:
      Empfehlung: {item_type: nps, item_id: recommend, scale: ten}
      Hotline: {item_type: actual, scale: mark, touchpoint_id: hotline}
      Bemerkung: {item_type: open_text}
  list:
    table: touchpoints
    rows:
      - {touchpoint_id: hotline, name_de: Hotline, phase: aftersales, stage: Nutzung, seq: 1, mode: offline, influence: direct,
         object_type: employee, department: KC, operator: own, observable_in: survey, status: active}
"""
CALLS = """  calls:
    table: contacts
    file: anrufe.csv
    delimiter: ";"
    time_format: "%d.%m.%Y %H:%M"
    columns: {contact_id: Id, contact_ts: Zeit, channel: Kanal, transfers: Weiter, abandoned: Abbruch}
    values: {channel: {Tel: phone, E-Mail: email}, abandoned: {ja: "true", nein: "false"}}
"""
ROWS = 'Nr;Datum;Gewicht;Empfehlung;Hotline;Bemerkung\n007;05.02.2025;0,5;10;1;"für; alle\nÜbrigen"\n8;13.02.2025;1,5;0;8;\n9;14.02.2025;1;7;;=1+1\n'


@pytest.fixture
def client(project):
    (project / "params" / "acme.yml").write_text(PARAMS, encoding="utf-8")
    raw = project / "data" / "acme" / "raw"
    raw.mkdir(parents=True)
    (raw / "umfrage.csv").write_bytes(ROWS.encode("cp1252"))
    return project


def prepared(project):
    return intake.prepare(project, load(project, "acme"))


def problems(project):
    with pytest.raises(DataError) as error:
        prepared(project)
    shelf = project / "data" / "acme" / "tables"
    assert not shelf.exists() or not list(shelf.iterdir()), "a refused file leaves nothing behind"
    return list(error.value.problems)


def rewrite(project, old, new, name="umfrage.csv"):
    path = project / "data" / "acme" / "raw" / name
    text = path.read_bytes().decode("cp1252")
    assert old in text
    path.write_bytes(text.replace(old, new).encode("cp1252"))


def test_answers_turn_into_states_and_high_is_good(client):
    table = prepared(client).table("responses").set_index(["response_id", "item_id"])
    hotline = table.xs("Hotline", level="item_id")
    assert hotline["state"].to_dict() == {"007": "answered", "8": "not_used", "9": "not_asked"}
    assert hotline["value"].to_list()[0] == 6  # mark 1, turned
    assert table.loc[("8", "recommend"), "value"] == 0
    assert table.loc[("007", "Bemerkung"), "text"] == "für; alle\nÜbrigen"
    assert table.loc[("8", "Bemerkung"), "state"] == "no_answer"
    assert table.loc[("007", "recommend"), "weight"] == 0.5
    assert str(table["survey_ts"].dtype) == "datetime64[us, Europe/Berlin]"
    assert (table.loc["007", "survey_ts"] == pd.Timestamp("2025-02-05", tz="Europe/Berlin")).all()  # day first


def test_the_record_says_what_came_in(client):
    record = prepared(client)
    assert record.rows == {"responses": 9, "touchpoints": 1, "questions": 211, "elements": 30, "sources": 2, "intake": 4, "joins": 1} | {
        "elements": record.rows["elements"]
    }
    assert [(source["source"], source["rows_read"], source["rows_kept"]) for source in record.sources] == [("survey", 3, 9), ("list", 1, 1)]
    raw = client / "data" / "acme" / "raw" / "umfrage.csv"
    assert record.sources[0]["sha256"] == hashlib.sha256(raw.read_bytes()).hexdigest()


def test_the_same_input_is_converted_once_and_other_input_anew(client):
    first = prepared(client)
    assert prepared(client).folder == first.folder
    rewrite(client, "0,5", "0,6")
    assert prepared(client).folder != first.folder


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Hotline;",
            "Hotlin;",
            "params/acme.yml: sources.survey.items: unknown column 'Hotline' (did you mean 'Hotlin'?). "
            "The file has: Nr, Datum, Gewicht, Empfehlung, Hotlin, Bemerkung.",
        ),
        (
            "13.02.2025",
            "2025-02-13",
            "data/acme/raw/umfrage.csv: Datum: 1 of 3 cells are no time for survey_ts (line 4: '2025-02-13'). "
            "The declared time_format is '%d.%m.%Y', as in 31.12.2025. Declare the form that these cells have, under `formats` where other columns differ.",
        ),
        (
            "1,5",
            "1.5",
            "data/acme/raw/umfrage.csv: Gewicht: 1 of 3 cells are no number for weight (line 4: '1.5'). "
            "The declared decimal sign is ',', and these numbers have '.' there: declare `decimal`, or ask for one sign.",
        ),
        (
            "1,5;0;8",
            "1,5;0;7",
            "data/acme/raw/umfrage.csv: Hotline: 1 of 3 answers lie outside the scale 'mark' (1 to 6): line 4: '7'. "
            "If a code means never used or no answer, declare it under `scales: {mark: {states: …}}`.",
        ),
        (
            "10;1",
            "11;1",
            "data/acme/raw/umfrage.csv: Empfehlung: 1 of 3 answers lie outside the scale 'ten' (0 to 10): line 2: '11'. "
            "If a code means never used or no answer, declare it under `scales: {ten: {states: …}}`.",
        ),
        (
            "8;13.",
            "007;13.",
            "data/acme: responses: response_id + item_id: 3 stand more than once in rows that contradict each other, first: "
            "007 + Bemerkung (umfrage.csv, line 2, umfrage.csv, line 4); 007 + Hotline (umfrage.csv, line 2, umfrage.csv, line 4); "
            "007 + recommend (umfrage.csv, line 2, umfrage.csv, line 4). Ask which of them holds.",
        ),
        (
            ";7;;",
            ";7;",
            "data/acme/raw/umfrage.csv: 1 rows do not have the header's 6 cells (line 5: 5). "
            "A ';' inside a text needs quotes around it; a last line may be cut off.",
        ),
        (
            "Datum;Gewicht",
            "Datum;Datum",
            "data/acme/raw/umfrage.csv: the column 'Datum' stands 2 times in the header. Declare the one that is meant: 'Datum (2)' or 'Datum (3)'.",
        ),
        (
            '"für',
            '"f"ür',
            "data/acme/raw/umfrage.csv, line 2: a quoted text goes on behind its closing quote. "
            "Double a quote that belongs to the text, or close the text before it.",
        ),
        (
            'Übrigen"',
            "Übrigen",
            "data/acme/raw/umfrage.csv, line 2: a quote opens here that is never closed. Close it, or double it where it belongs to the text.",
        ),
    ],
)
def test_faults_are_refused_word_for_word(client, old, new, message):
    rewrite(client, old, new)
    found = problems(client)
    assert found == [message]


def test_bytes_that_are_not_the_declared_encoding_are_refused(client):
    params = client / "params" / "acme.yml"
    params.write_text(PARAMS.replace("encoding: cp1252", "encoding: utf-8"), encoding="utf-8")
    assert problems(client) == [
        "data/acme/raw/umfrage.csv, line 2: is not utf-8 (byte 0xfc). "
        "Declare the encoding in params, for instance `encoding: cp1252` for an export from Windows."
    ]


def test_a_byte_order_mark_wins_over_the_declaration(client):
    (client / "data" / "acme" / "raw" / "umfrage.csv").write_bytes(ROWS.encode("utf-16"))
    assert prepared(client).rows["responses"] == 9


def test_a_touchpoint_that_nobody_listed_is_refused(client):
    params = client / "params" / "acme.yml"
    params.write_text(PARAMS.replace("touchpoint_id: hotline}", "touchpoint_id: hotlien}"), encoding="utf-8")
    assert problems(client) == [
        "params/acme.yml: sources.survey.items.Hotline.touchpoint_id: the touchpoints do not list 'hotlien' (did you mean 'hotline'?). They list: hotline."
    ]


def test_a_missing_file_is_refused_with_what_is_there(client):
    (client / "data" / "acme" / "raw" / "umfrage.csv").rename(client / "data" / "acme" / "raw" / "Umfrage2.csv")
    assert problems(client) == [
        "params/acme.yml: sources.survey.file: there is no file 'umfrage.csv' (did you mean 'Umfrage2.csv'?). "
        "The folder has: Umfrage2.csv. Put the export into data/acme/raw/."
    ]


def test_a_link_out_of_the_raw_folder_is_refused(client):
    raw = client / "data" / "acme" / "raw"
    (client / "elsewhere.csv").write_bytes((raw / "umfrage.csv").read_bytes())
    (raw / "umfrage.csv").unlink()
    (raw / "umfrage.csv").symlink_to(client / "elsewhere.csv")
    assert problems(client)[0].endswith("leads out of data/acme/raw/. Copy the file there.")


@pytest.fixture
def with_calls(client):
    (client / "params" / "acme.yml").write_text(PARAMS + CALLS, encoding="utf-8")
    calls = "Id;Zeit;Kanal;Weiter;Abbruch\n0001;05.02.2025 08:15;Tel;0;nein\n0002;05.02.2025 09:00;E-Mail;2;ja\n"
    (client / "data" / "acme" / "raw" / "anrufe.csv").write_text(calls, encoding="utf-8")
    return client


def test_contacts_are_typed(with_calls):
    table = prepared(with_calls).table("contacts")
    assert table["contact_id"].to_list() == ["0001", "0002"]
    assert table["channel"].to_list() == ["phone", "email"]
    assert table["abandoned"].to_list() == [False, True]
    assert table["weight"].to_list() == [1.0, 1.0]
    assert table["contact_ts"].iloc[0] == pd.Timestamp("2025-02-05 08:15", tz="Europe/Berlin")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "Tel",
            "phon",
            "data/acme/raw/anrufe.csv: Kanal: 1 of 2 cells are no choice for channel (line 2: 'phon') (did you mean 'phone'?). Allowed: phone, email, "
            "web_form, chat, letter, fax, app, portal, social, in_person, field_visit, callback, other. Map the word under `values: {channel: …}`.",
        ),
        (
            ";2;",
            ";-2;",
            "data/acme/raw/anrufe.csv: Weiter: 1 of 2 cells are no count for transfers (line 3: '-2'). Whole numbers from 0 were expected. If the word means that there is no value, add it to `missing`.",
        ),
        (
            "nein",
            "nie",
            "data/acme/raw/anrufe.csv: Abbruch: 1 of 2 cells are no flag for abandoned (line 2: 'nie'). "
            "Allowed: true, false. Map other words under `values: {abandoned: …}`.",
        ),
        (
            "05.02.2025 08:15",
            "30.03.2025 02:30",
            "data/acme/raw/anrufe.csv: Zeit: 1 of 2 cells are no time for contact_ts (line 2: '30.03.2025 02:30'). "
            "The declared time_format is '%d.%m.%Y %H:%M'; hours that the clock change skips or doubles need `skipped_hour` or `doubled_hour`.",
        ),
    ],
)
def test_values_of_the_log_are_refused_word_for_word(with_calls, old, new, message):
    rewrite(with_calls, old, new, "anrufe.csv")
    assert problems(with_calls) == [message]


def test_problems_of_all_files_come_at_once(with_calls):
    rewrite(with_calls, "Tel", "phon", "anrufe.csv")
    rewrite(with_calls, "10;1", "11;1")
    assert len(problems(with_calls)) == 2


def test_what_is_wrong_with_cells_hides_no_doubled_rows_of_the_same_or_another_file(with_calls):
    rewrite(with_calls, "Tel", "phon", "anrufe.csv")
    rewrite(with_calls, "0002;", "0001;", "anrufe.csv")
    rewrite(with_calls, "8;13.", "007;13.")
    told = problems(with_calls)
    assert [problem.split(":")[1].strip() for problem in told] == ["Kanal", "responses", "contacts"]
    assert told[2].startswith("data/acme: contacts: contact_id: 1 stand more than once in rows that could not be read whole, first: 0001")


def test_a_file_that_cannot_be_read_hides_no_other_table_s_faults(with_calls):
    (with_calls / "data" / "acme" / "raw" / "anrufe.csv").write_text("", encoding="utf-8")
    rewrite(with_calls, "8;13.", "007;13.")
    assert [problem.split(":")[1].strip() for problem in problems(with_calls)] == ["is empty. Ask for the export again.", "responses"]


@pytest.mark.parametrize(("rule", "rows"), [("drop", 6), ("keep", 9)])
def test_rows_outside_the_period_need_a_declaration(client, rule, rows):
    rewrite(client, "14.02.2025", "14.02.2005")
    assert problems(client) == [
        "data/acme/raw/umfrage.csv: survey_ts: 1 of 3 rows lie outside the period 2025-01-01 to 2025-12-31 (first: line 5, 2005-02-14). "
        "Correct the period or the format of times, or declare `outside_period: drop` or `keep`."
    ]
    path = client / "params" / "acme.yml"
    path.write_text(PARAMS.replace("    encoding: cp1252", f"    encoding: cp1252\n    outside_period: {rule}"), encoding="utf-8")
    assert prepared(client).rows["responses"] == rows


FEATURE = PARAMS.replace("scales:", "extra: {responses: {way: {de: Weg, en: Way}}}\nscales:").replace(
    "weight: Gewicht}", "weight: Gewicht, way: Hotline}"
)


def test_a_slip_in_a_value_map_is_named(client):
    text = FEATURE.replace("    items:", "    values: {way: {'1': one, '88': eight}}\n    items:")
    (client / "params" / "acme.yml").write_text(text, encoding="utf-8")
    assert problems(client) == [
        "params/acme.yml: sources.survey.values.way: no cell holds the word '88' (did you mean '8'?). Not mapped yet: 8."
    ]


def test_a_slip_in_a_label_is_named(client):
    text = PARAMS + "labels: {stage: {Nutzng: {de: Nutzung, en: Use}}}\n"
    (client / "params" / "acme.yml").write_text(text, encoding="utf-8")
    assert problems(client) == [
        "params/acme.yml: labels.stage: no row has the value 'Nutzng' (did you mean 'Nutzung'?). Without a label: Nutzung."
    ]


HOSTILE = """
value: {protect: [growth_feedback.addon_booking]}
complaints: {reasons: [complaint.qualty_claim], touchpoints: [hottline], chasing: [complaint.complaint_status]}
pain_points: {enquiries: [delivery.delivery_statsu], invoice_reasons: [billing.invoice_eror], contact_item: recomend}
outlook: {unmet: [growth_feedback.unmet_demnd], faults: [usage_service.product_fault]}
welcome: {zeros: {onboarding.first_use_hlp: delivery}, messages: {order.order_confirmation_mising: {information: next_steps}}}
promises: {causes: {delay: [delivery.delay]}, broken: [onboarding.promise_not_kept]}
before_purchase: {talks: [hotlin]}
journeys: {claim: [hotline, hotlines]}
"""


def test_every_slip_in_params_that_a_list_can_tell_comes_at_once_with_the_nearest_right_word(with_calls):
    (with_calls / "params" / "acme.yml").write_text(PARAMS + CALLS + HOSTILE, encoding="utf-8")
    told = problems(with_calls)
    assert [problem.split(". They list")[0].removeprefix("params/acme.yml: ") for problem in told] == [
        "value.protect: the reason 'growth_feedback.addon_booking' is retired. Use 'growth_feedback.service_package_enquiry', which took it in.",
        "complaints.reasons: the reasons do not list 'complaint.qualty_claim' (did you mean 'complaint.quality_claim'?)",
        "complaints.touchpoints: the touchpoints do not list 'hottline' (did you mean 'hotline'?)",
        "pain_points.enquiries: the reasons do not list 'delivery.delivery_statsu' (did you mean 'delivery.delivery_status'?)",
        "pain_points.invoice_reasons: the reasons do not list 'billing.invoice_eror' (did you mean 'billing.invoice_error'?)",
        "outlook.unmet: the reasons do not list 'growth_feedback.unmet_demnd' (did you mean 'growth_feedback.unmet_demand'?)",
        "before_purchase.talks: the touchpoints do not list 'hotlin' (did you mean 'hotline'?)",
        "welcome.zeros: the reasons do not list 'onboarding.first_use_hlp' (did you mean 'onboarding.first_use_help'?)",
        "welcome.messages: the reasons do not list 'order.order_confirmation_mising' (did you mean 'order.order_confirmation_missing'?)",
        "promises.causes.delay: the reasons do not list 'delivery.delay' (did you mean 'delivery.delivery_status'?)",
        "journeys.claim: the touchpoints do not list 'hotlines' (did you mean 'hotline'?)",
        "pain_points.contact_item: the answers do not list 'recomend' (did you mean 'recommend'?)",
    ]
    assert told[5].split("They list: ")[1].startswith("growth_feedback.unmet_demand, ")
    assert told[5].endswith(" more.")
    rewrite(with_calls, ";2;", ";-2;", "anrufe.csv")  # beside a cell that does not convert they are told all the same
    assert len(problems(with_calls)) == len(told) + 1


def test_presets_that_the_client_s_own_reasons_lack_are_hints(with_calls):
    own = """  own:
    table: reasons
    rows: [{reason_id: a.b, group_id: a, group_de: A, group_en: A, label_de: B, label_en: B, value_customer: irritating, value_company: irritating,
      treatment: eliminate, phase: sales, stage: order, failure_demand: true, concern: true}]
"""
    (with_calls / "params" / "acme.yml").write_text(PARAMS + CALLS + own + "complaints: {reasons: [a.b], chasing: []}\n", encoding="utf-8")
    hints = prepared(with_calls).hints
    assert [hint.split(": ")[1] for hint in hints] == [
        "outlook.unmet",
        "outlook.faults",
        "welcome.zeros",
        "welcome.messages",
        "promises.broken",
        *[f"promises.causes.{name}" for name in ("delay", "missing_feature", "unseen_surcharge", "unmentioned_term", "other")],
    ]
    assert hints[0] == (
        "params/acme.yml: outlook.unmet: is left out, and the reasons list none of what is usual (growth_feedback.unmet_demand). "
        "Name your own there."
    )


def test_names_of_pooled_groups_are_refused_as_data(client):
    text = FEATURE.replace("    items:", "    values: {way: {'1': __other__}}\n    items:")
    (client / "params" / "acme.yml").write_text(text, encoding="utf-8")
    assert "way: a cell holds __other__ or __unknown__" in problems(client)[0]


def test_slips_of_labels_and_touchpoints_are_told_beside_faults_of_other_tables(client):
    text = PARAMS.replace("touchpoint_id: hotline}", "touchpoint_id: hotlin}")
    text += "labels: {stage: {Nutzng: {de: Nutzung, en: Use}}, wave: {'11': {de: Elf, en: Eleven}}}\n"
    (client / "params" / "acme.yml").write_text(text, encoding="utf-8")
    (client / "data" / "acme" / "raw" / "umfrage.csv").write_bytes(ROWS.replace("1,5;0", "viel;0").encode("cp1252"))
    told = problems(client)
    assert [problem.split(":")[1].strip() for problem in told] == [
        "Gewicht",
        "sources.survey.items.Hotline.touchpoint_id",
        "labels.stage",  # nothing of wave: its rows are not known whole
    ]


def test_slips_in_rows_that_are_not_known_whole_are_not_told(client):
    text = PARAMS.replace("seq: 1", "seq: eins") + "labels: {stage: {Nutzng: {de: Nutzung, en: Use}}}\n"
    (client / "params" / "acme.yml").write_text(text, encoding="utf-8")
    assert [problem.split(":")[2].strip() for problem in problems(client)] == ["seq"]
