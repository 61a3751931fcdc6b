"""The lines of a source: what the file proves stands unmarked, what is a guess is marked, one by one where it is doubtful."""

from __future__ import annotations

from cxlib.intake.draft.sections import source_lines


def lines(look):
    return [line.partition(" #")[0].rstrip() for line in source_lines(look, "x", "x.csv", {})]


def log(cells, rows=40, head="Id;Erstellt;Kanal"):
    return head + "\n" + "".join(f"{n};{cells(n)}\n" for n in range(rows))


def test_a_format_that_can_be_read_both_ways_is_marked_and_the_other_one_named(looked):
    told = list(source_lines(looked(log(lambda n: f"0{n % 9 + 1}/0{n % 8 + 1}/2025;Fax")), "x", "x.csv", {}))
    line = next(line for line in told if "time_format" in line)
    assert line.startswith('    time_format: !guess "%d/%m/%Y"')
    assert line.endswith("# 40 of 40 cells can be read so; and so can %m/%d/%Y: which is the day?")
    assert '    time_format: "%d/%m/%Y"' in lines(looked(log(lambda n: f"{n % 28 + 1:02}/03/2025;Fax")))


def test_words_that_nobody_knows_are_marked_one_by_one(looked):
    told = lines(looked(log(lambda n: f"{n % 28 + 1:02}.03.2025;{('Telefon', 'Brieftaube', 'Unsere App')[n % 3]}")))
    assert [line.strip() for line in told[told.index("    values:") + 1 :]][:4] == [
        "channel: !guess",
        "Brieftaube: !guess other",
        "Telefon: phone",
        "Unsere App: !guess app",
    ]


def test_a_decimal_sign_that_may_group_thousands_is_marked(looked):
    head = "Auftrag;Kundennummer;Auftragsdatum;Wert"
    sure = lines(looked(head + "\n" + "".join(f"{n};{n % 9};{n % 28 + 1:02}.03.2025;1.234,50\n" for n in range(40))))
    assert {'    decimal: ","', '    thousands: "."'} <= set(sure)
    unsure = lines(looked(head + "\n" + "".join(f"{n};{n % 9};{n % 28 + 1:02}.03.2025;{n % 7 + 1}.500\n" for n in range(40))))
    assert '    decimal: !guess "."' in unsure


def test_durations_have_their_unit_and_a_header_that_says_none_is_asked(looked):
    head = "Id;Erstellt;Kanal;Wartezeit (min);Dauer"
    told = lines(looked(log(lambda n: f"{n % 28 + 1:02}.03.2025;Fax;{n % 9};{n % 60}", head=head)))
    assert "      handle_s: !guess Dauer" in told
    assert told[told.index("    units:") + 1] == "      wait_s: min"


def test_no_text_and_no_name_of_a_person_stands_in_a_draft(looked):
    head = "Id;Erstellt;Kanal;Name;E-Mail;Ort;Nachricht"
    text = log(
        lambda n: f"{n % 28 + 1:02}.03.2025;Fax;Erika Muster {n % 3};e{n % 3}@example.org;Kassel;Bitte rufen Sie mich unter 0561 123{n} an",
        head=head,
    )
    told = "\n".join(source_lines(looked(text), "x", "x.csv", {}))
    assert not [word for word in ("Erika", "Muster", "@", "0561", "Bitte", "Kassel") if word in told]
    assert "Name (personal), E-Mail (personal), Ort (1 word)" in told
