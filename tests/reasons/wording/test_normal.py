"""One spelling, word stems and the parts of long words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cxlib.reasons.wording import compounds, normalise, stem, words


@given(st.text(max_size=80))
def test_normalised_again_is_the_same(text):
    once = normalise([text])
    assert normalise(once) == once


def test_umlauts_case_and_numbers_do_not_matter():
    assert normalise(["Rückfrage zu RE-9004471 vom 14. 06. 2026"]) == normalise(["rueckfrage ZU re9 vom 1"]) == ["rueckfrage zu 0 vom 0"]


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_a_stem_keeps_four_letters_or_the_word(word):
    assert word.startswith(stem(word))
    assert len(stem(word)) >= 4 or stem(word) == word


def test_compounds_fall_into_words_the_texts_know():
    texts = ["Lieferung kommt", "die Lieferung", "Lieferung da", "Verzug", "der Verzug", "im Verzug", "Lieferungsverzug"]
    assert compounds(texts).split("lieferungsverzug") == ("lieferung", "verzug")


def test_a_word_more_frequent_than_its_parts_stays_whole():
    texts = ["hand", "hand", "hand", "werk", "werk", "werk", *["handwerk"] * 4]
    assert compounds(texts).split("handwerk") == ("handwerk",)


def test_parts_count_by_their_geometric_mean():
    parts = [*["liefer"] * 3, *["termin"] * 10]  # 5.5; on average they are more than six
    whole = [compounds([*["liefertermin"] * count, *parts]).split("liefertermin") for count in (5, 6)]
    assert whole == [("liefer", "termin"), ("liefertermin",)]


def test_a_question_mark_is_a_word():
    assert words("Wo?") == ["wo", "?"]
