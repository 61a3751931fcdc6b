"""Labels beside the raw files."""

from __future__ import annotations

from cxlib.intake import labels


def test_labels_are_kept_in_the_order_of_their_contacts_and_read_back(tmp_path):
    assert labels.kept(tmp_path, "acme") == {}
    labels.keep(tmp_path, "acme", {"10": "b", '0"1,': "a"})
    assert labels.kept(tmp_path, "acme") == {'0"1,': "a", "10": "b"}
    path = labels.place(tmp_path, "acme")
    assert path.read_text(encoding="utf-8").splitlines()[0] == "contact_id,reason_id"
    assert [each.name for each in path.parent.iterdir()] == ["reason_gold.csv"]
