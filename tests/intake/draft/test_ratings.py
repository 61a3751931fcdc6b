"""Scales: ends as usual, codes beside them; a battery speaks for its members, and a number that stands alone is not proposed."""

from __future__ import annotations

import pytest


def survey(**columns):
    rows = len(next(iter(columns.values())))
    head = ["Fragebogen", "Datum", *columns]
    cells = [[str(n + 1), f"{n % 28 + 1:02}.03.2025", *(str(values[n]) for values in columns.values())] for n in range(rows)]
    return "\n".join(";".join(line) for line in [head, *cells]) + "\n"


def cycle(*values):
    return [values[n % len(values)] for n in range(60)]


@pytest.mark.parametrize(
    ("values", "scale", "codes"),
    [
        ((1, 2, 3, 4, 5), "from_1_to_5", {}),
        ((2, 3, 4), "from_1_to_4", {}),
        ((0, 1, 2, 5, 8, 9, 10), "from_0_to_10", {}),
        ((1, 2, 3, 4, 5, 99), "from_1_to_5", {"99": 10}),
        ((1, 2, 3, 4, 6, 9), "from_1_to_6", {"9": 10}),
        ((-77, 1, 2, 4, 7, -99), "from_1_to_7", {"-77": 10, "-99": 10}),
        ((0, 1, 2, 3, 4, 5), "from_1_to_5", {"0": 10}),
        ((0, 3, 6, 9, 10, 11), "from_0_to_10", {"11": 10}),
    ],
)
def test_codes_are_told_from_ratings(looked, values, scale, codes):
    found = looked(survey(nps_frage=cycle(*values), weiterempfehlung=cycle(*values), zufriedenheit=cycle(*values)), "Umfrage.csv")
    assert found.table == "responses"
    if scale != "from_0_to_10":
        assert [item.header for item in found.items] == ["zufriedenheit"]
    assert found.scales[scale].codes == {code: count * found.scales[scale].columns for code, count in codes.items()}


def test_a_battery_is_proposed_and_a_lone_number_is_not(looked):
    marks = {f"F{n}_{what}": cycle(1, 2, 3, 4, 5) for n, what in ((1, "a"), (1, "b"), (1, "c"))}
    found = looked(survey(**marks, Altersgruppe=cycle(1, 2, 3, 4), Geschlecht=cycle(1, 2, 3)), "Umfrage.csv")
    assert [item.header for item in found.items] == list(marks)
    assert found.doubtful == ("Altersgruppe", "Geschlecht")


def test_what_was_asked_is_told_by_words(looked):
    marks = {"Weiterempfehlung": cycle(*range(11)), "Zufriedenheit": cycle(1, 2, 3, 4, 5), "Aufwand": cycle(1, 2, 3, 4, 5, 6, 7)}
    found = looked(survey(**marks, Lob=[f"Die Beratung war sehr gut, Fall {n}" for n in range(60)]), "Umfrage.csv")
    assert {item.header: item.item_type for item in found.items} == {
        "Weiterempfehlung": "nps",
        "Zufriedenheit": "csat",
        "Aufwand": "ces",
        "Lob": "open_text",
    }
