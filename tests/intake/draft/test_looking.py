"""One export looked at: what is no data of people is told of, what is stays where it is."""

from __future__ import annotations


def test_doubled_names_and_hostile_ones_are_only_names(looked):
    names = ["Id", "Erstellt", "Kanal", "Kanal", "=cmd|x", "a: b # c", "!guess", "row", ""]
    rows = "".join(f"{n};{n % 28 + 1:02}.03.2025;Fax;x;y;z;u;v;w\n" for n in range(40))
    found = looked(";".join(names) + "\n" + rows)
    assert list(found.profiles) == ["Id", "Erstellt", "Kanal (3)", "Kanal (4)", "=cmd|x", "a: b # c", "!guess", "row (8)", "column (9)"]
    assert {match.headers[0] for match in found.matches} == {"Id", "Erstellt", "Kanal (3)"}


def test_three_hundred_columns_are_looked_at(looked):
    names = ["Id", "Erstellt", "Kanal", *(f"Feld {n}" for n in range(297))]
    rows = "".join(f"{n};{n % 28 + 1:02}.03.2025;Fax;{';'.join([''] * 297)}\n" for n in range(5))
    assert len(looked(";".join(names) + "\n" + rows).profiles) == 300


def test_questions_have_their_texts(drafted):
    found, *_ = drafted("qualtrics.csv").looks["qualtrics"]
    assert [(item.header, item.item_type, item.words) for item in found.items][:2] == [
        ("Q1", "nps", "How likely are you to recommend us?"),
        ("Q2_1", "csat", "Satisfied - Delivery"),
    ]
    assert {item.language for item in drafted("results-survey.csv").looks["results_survey"][0].items} == {"de"}
