"""Clients of whom there is a log and no survey."""

import shutil


def test_a_client_without_a_survey_gets_a_page_that_says_what_is_missing(suite, raw, published):
    (raw("calls") / "a.csv").write_text("Id;Zeit;Kanal\n1;05.02.2025 08:15;Tel\n2;05.02.2025 09:15;Tel\n", encoding="utf-8")
    (suite / "params" / "calls.yml").write_text(
        """
client: calls
name: "<b>Nur</b> Anrufe"
language: de
period: {start: 2025-01-01, end: 2025-12-31}
sources:
  calls:
    table: contacts
    file: a.csv
    delimiter: ";"
    time_format: "%d.%m.%Y %H:%M"
    columns: {contact_id: Id, contact_ts: Zeit, channel: Kanal}
    values: {channel: {Tel: phone}}
""",
        encoding="utf-8",
    )
    pages = published("calls") / "de"
    page = (pages / "10_expectation_gaps.html").read_text(encoding="utf-8")
    assert "Es gibt weder Texte noch Gründe zu den Kontakten." in (pages / "03_contact_reasons.html").read_text(encoding="utf-8")
    assert "Lässt sich mit diesen Daten nicht beantworten" in page
    assert "Wie gut wir sind, sagen diese Daten nicht" in page
    assert "<b>Nur" not in page


def test_a_city_s_log_becomes_a_report_with_nothing_but_its_params(raw, published, shared_data):
    shutil.copy(shared_data / "boston311_2015.csv.gz", raw("boston311"))
    run = published("boston311")
    assert "resolved_ts" not in (run / "en" / "00_data_readiness.html").read_text(encoding="utf-8")  # that part is for analysts
    read = (run / "notebooks" / "00_data_readiness.ipynb").read_text(encoding="utf-8")
    assert read.count("121,145") >= 4  # read and taken in, drawn and listed
    assert "resolved_ts &lt; contact_ts" in read
    worth = (run / "en" / "05_contact_value.html").read_text(encoding="utf-8")
    assert "Which contacts would be avoidable cannot be said" in worth
    assert "€" not in worth
    page = (run / "en" / "02_status_quo.html").read_text(encoding="utf-8")
    assert all(name in page for name in ("Constituent call", "Citizens Connect app", "Maximo integration", "Twitter"))
    assert "63.2% of our promises on time (span 62.3% to 64.0%; n = 83,136)" in (run / "en" / "13_service_standards.html").read_text(
        encoding="utf-8"
    )
