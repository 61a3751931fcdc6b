"""Tables too large to be read whole."""

import pandas as pd

from cxlib.intake.large import connect, relation


def test_a_file_is_a_relation_with_others_joined(tmp_path):
    path = tmp_path / "contacts.parquet"
    pd.DataFrame({"contact_id": ["1", "2"], "channel": ["phone", "email"]}).to_parquet(path, index=False)
    connection = connect(memory="200MB", temp_folder=tmp_path)
    reasons = pd.DataFrame({"contact_id": ["2"], "reason_id": ["status"], "channel": ["other"]})
    personas = pd.DataFrame({"channel": ["phone"], "persona": ["Tanja"]})
    joined = relation(connection, path, join={"contact_id": reasons, "channel": personas}).df().sort_values("contact_id")
    assert joined.columns.to_list() == ["contact_id", "channel", "reason_id", "persona"]
    assert joined["reason_id"].fillna("").to_list() == ["", "status"]
    assert joined["persona"].fillna("").to_list() == ["Tanja", ""]
    settings = connection.sql("SELECT current_setting('TimeZone'), current_setting('memory_limit')").fetchall()[0]
    assert settings[0] == "UTC"
    assert settings[1] in ("190.7 MiB", "200.0 MB")
