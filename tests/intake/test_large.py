"""Tables too large to be read whole."""

import pandas as pd

from cxlib.intake.large import connect, relation


def test_a_file_is_a_relation_with_others_joined(tmp_path):
    path = tmp_path / "contacts.parquet"
    pd.DataFrame({"contact_id": ["1", "2"], "channel": ["phone", "email"]}).to_parquet(path, index=False)
    connection = connect(memory="200MB", temp_folder=tmp_path)
    reasons = pd.DataFrame({"contact_id": ["2"], "reason_id": ["status"], "channel": ["other"]})
    personas = pd.DataFrame({"channel": ["phone"], "persona": ["Tanja"]})
    joined = relation(connection, path, join=[("contact_id", reasons), ("channel", personas)]).df().sort_values("contact_id")
    assert joined.columns.to_list() == ["contact_id", "channel", "reason_id", "persona"]
    assert joined["reason_id"].fillna("").to_list() == ["", "status"]
    assert joined["persona"].fillna("").to_list() == ["Tanja", ""]
    settings = connection.sql("SELECT current_setting('TimeZone'), current_setting('memory_limit')").fetchall()[0]
    assert settings[0] == "UTC"
    assert settings[1] in ("190.7 MiB", "200.0 MB")


def test_what_one_id_leaves_open_another_one_fills(tmp_path):
    """As personas are: of a person where one is known, else of the customer."""
    path = tmp_path / "log.parquet"
    pd.DataFrame({"contact_id": list("abc"), "person_id": ["p", None, "q"], "customer_id": ["x", "x", None]}).to_parquet(path)
    by_person = pd.DataFrame({"person_id": ["p"], "persona": ["buyer"]})
    by_customer = pd.DataFrame({"customer_id": ["x"], "persona": ["shop"]})
    told = relation(connect(), path, join=[("person_id", by_person), ("customer_id", by_customer)]).df().sort_values("contact_id")
    assert told["persona"].fillna("").to_list() == ["buyer", "shop", ""]
    assert list(told) == ["contact_id", "person_id", "customer_id", "persona"]
