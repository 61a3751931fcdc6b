"""Headers and words are compared without capitals, umlauts and signs; a part is less than the whole."""

from __future__ import annotations

import pytest

from cxlib.intake.draft.likeness import hinted, likeness, meant, personal, unit_of, words
from cxlib.tables import CONTRACTS


@pytest.mark.parametrize(
    ("header", "known", "like"),
    [
        ("Kunden-Nr.", ["kunden nr"], 1.0),
        ("KUNDENNUMMER", ["kundennummer"], 1.0),
        ("CreatedDate", ["created date"], 1.0),
        ("Wartezeit (Sek.)", ["wartezeit"], 1.0),
        ("Nummer des Kunden", ["kundennummer"], 0.0),
        ("Eingangskanal Ticket", ["eingangskanal"], 0.75),
        ("Kundenumer", ["kundennummer"], 0.6),
        ("", ["id"], 0.0),
        ("Kosten", ["kanal"], 0.0),
    ],
)
def test_likeness(header, known, like):
    assert likeness(header, known) == like


def test_words_of_exports_are_known_whole_and_hinted_at_in_part():
    assert [meant("channel", word) for word in ("TELEFON", "e-Mail", "Kundenportal", "Citizens App")] == ["phone", "email", "portal", ""]
    assert hinted("channel", "Citizens App") == "app"
    assert [meant("flags", word) for word in ("Ja", "nein", "vielleicht")] == ["true", "false", ""]


def test_units_and_persons_are_known_by_the_header():
    assert [unit_of(header) for header in ("Dauer (min)", "wait_ms", "s")] == ["min", "ms", ""]
    assert [personal(header) for header in ("Vorname", "Requester email", "IP-Adresse", "Region", "Namensraum")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_the_words_name_tables_columns_and_values_that_exist():
    known = words()
    assert set(known["tables"]) | set(known["columns"]) <= set(CONTRACTS)
    for table, columns in known["columns"].items():
        assert set(columns) <= set(CONTRACTS[table].columns), table
    choices: dict[str, set[str]] = {}
    for name, column in (item for contract in CONTRACTS.values() for item in contract.columns.items()):
        choices.setdefault(name, set()).update(column.allowed)
    for column, values in known["values"].items():
        assert column == "flags" or set(values) <= choices[column], column
    assert all(isinstance(word, str) for columns in known["columns"].values() for listed in columns.values() for word in listed)
    assert set(known["items"]) <= set(CONTRACTS["responses"].columns["item_type"].allowed)
