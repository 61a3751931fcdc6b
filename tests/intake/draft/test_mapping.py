"""A header is proposed by name and cells together; what only one of them says is doubtful, and what none says is lacking."""

from __future__ import annotations

from cxlib.intake.draft.mapping import lacking

ROWS = [f"T{n};{n % 28 + 1:02}.03.2025 10:00;{('Telefon', 'Fax')[n % 2]};{n % 7};Bitte um Rückruf wegen Auftrag {n}" for n in range(60)]


def log(*names):
    return ";".join(names) + "\n" + "\n".join(ROWS) + "\n"


def told(look):
    return {match.column: (match.headers, match.sure) for match in look.matches}


def test_names_and_cells_together_are_sure(looked):
    found = looked(log("Ticketnummer", "Erstellt am", "Kanal", "Kundennummer", "Nachricht"))
    assert found.table == "contacts"
    assert told(found) == {
        "contact_id": (("Ticketnummer",), True),
        "contact_ts": (("Erstellt am",), True),
        "channel": (("Kanal",), True),
        "customer_id": (("Kundennummer",), True),
        "text": (("Nachricht",), True),
    }


def test_the_names_of_the_contract_are_known(looked):
    found = looked(log("contact_id", "contact_ts", "channel", "customer_id", "text"))
    assert all(match.headers == (match.column,) and match.sure for match in found.matches)


def test_cells_alone_are_doubtful(looked):
    found = told(looked(log("Schlüsselfeld", "Wann", "Womit", "Kundennummer", "Nachricht"), "Tickets.csv"))
    assert [found[column] for column in ("contact_id", "contact_ts", "channel")] == [
        (("Schlüsselfeld",), False),
        (("Wann",), False),
        (("Womit",), False),
    ]


def test_a_name_whose_cells_cannot_be_it_is_not_proposed(looked):
    found = told(looked(log("Kanal", "Erstellt am", "Ticketnummer", "Kundennummer", "Nachricht")))
    assert found["contact_id"][0] != ("Ticketnummer",)
    assert found["channel"] == (("Ticketnummer",), False)  # its words are channels


def test_two_headers_that_could_be_it_are_doubtful_and_both_are_named(looked):
    text = "Id;Erstellt am;Angelegt am;Kanal\n" + "".join(f"{n};{n % 28 + 1:02}.03.2025;{n % 28 + 1:02}.03.2025;Fax\n" for n in range(40))
    found = next(match for match in looked(text).matches if match.column == "contact_ts")
    assert (found.headers, found.sure) == (("Erstellt am",), False)
    assert found.said.endswith("or Angelegt am?")


def test_day_and_time_of_day_in_two_columns_are_put_together(looked):
    text = "Id;Datum;Uhrzeit;Kanal\n" + "".join(f"{n};{n % 28 + 1:02}.03.2025;{n % 24}:15;Fax\n" for n in range(40))
    assert told(looked(text))["contact_ts"] == (("Datum", "Uhrzeit"), False)


def test_what_no_header_is_like_is_lacking():
    assert lacking("contacts", ["contact_ts"]) == ["contact_id"]
    assert lacking("responses", []) == ["response_id", "respondent_id", "survey_ts"]
