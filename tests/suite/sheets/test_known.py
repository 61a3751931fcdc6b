"""What tables know already: raters, ids with their words, rows to begin with."""

from __future__ import annotations

import pandas as pd

from cxlib.suite.sheets import known
from cxlib.suite.sheets.forms import BOOKS, books

TABLES = {
    "touchpoints": pd.DataFrame({"touchpoint_id": ["T1", "T2"], "name_de": ["Angebot", "Rechnung"], "name_en": ["Quote", None]}),
    "principles": pd.DataFrame({"principle_id": ["L1"], "text_de": ["Wir sagen es."]}),
    "principle_ratings": pd.DataFrame({"principle_id": ["L1"], "touchpoint_id": ["T2"], "rater": ["Anna"], "fit": [3.0]}),
}


def test_there_are_always_two_raters():
    assert known.raters(TABLES.get) == ["Anna", "rater_1"]
    assert known.raters({}.get) == ["rater_1", "rater_2"]


def test_ids_have_the_words_of_the_language_or_else_german_ones():
    assert known.ids(TABLES.get, "en") == {"touchpoints": {"T1": "Quote", "T2": "Rechnung"}, "principles": {"L1": "Wir sagen es."}}


def test_a_rater_gets_every_pair_and_their_own_judgements():
    forms = books(["Anna", "Ben"], 26.0, None)
    named = known.ids(TABLES.get, "de")
    assert [row["fit"] for row in known.rows(forms["ratings_1"][0], TABLES.get, named)] == [None, 3.0]
    assert [row["fit"] for row in known.rows(forms["ratings_2"][0], TABLES.get, named)] == [None, None]


def test_a_tally_week_begins_empty():
    assert known.rows(BOOKS["tally_week"][0], {"contacts": pd.DataFrame({"contact_id": ["1"]})}.get, {}) == []
