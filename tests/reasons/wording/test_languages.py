"""German, English, another language, or not told."""

from __future__ import annotations

import pytest

from cxlib.reasons.wording import language, small


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Wo bleibt unsere Lieferung?", "de"),
        ("Kd. fragt n. LT Auftr. 118204", "de"),
        ("muss das noch bestaetigt werden", "de"),
        ("Could you forward these by Wednesday?", "en"),
        ("cust wants 3 pcs resent", "en"),
        ("Kunt u mij zeggen wanneer onze bestelling komt?", "other"),
        ("Proszę o kopię faktury, nie mamy jej.", "other"),
        ("Où est notre commande ? Nous avons besoin de la facture.", "other"),
        ("Где наш заказ?", "other"),
        ("4500318822", ""),
        ("DN16", ""),
        ("😀", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_language_of_a_text(text, told):
    assert language([text]) == [told]


def test_a_given_language_holds():
    assert language(["Dichtsatz", "Dichtsatz", "the seal"], given=["de-DE", "NL", None]) == ["de", "other", "en"]


def test_small_words_say_nothing_of_the_concern():
    assert small("und")
    assert small("fuer")
    assert not small("rechnung")
    assert not small("invoice")
