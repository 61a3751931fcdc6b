from cxlib.reasons.classify.segments import segments, speaks


def test_sentences_and_lines_are_parts():
    assert segments("Das Paket fehlt immer noch.\nDie letzte Rechnung ist falsch") == [
        "Das Paket fehlt immer noch.",
        "Die letzte Rechnung ist falsch",
    ]


def test_what_follows_besides_is_a_part():
    assert segments("wo bleibt denn mein paket, außerdem ist die rechnung falsch") == [
        "wo bleibt denn mein paket",
        "außerdem ist die rechnung falsch",
    ]


def test_one_part_is_no_part():
    assert segments("Wo bleibt denn mein Paket? Danke!") == []
    assert segments("") == []


def test_long_texts_have_a_bounded_number_of_parts():
    assert len(segments("Das ist ein ganzer Satz. " * 5000)) == 40


def test_signs_do_not_speak():
    assert [speaks(text) for text in ("", " \n", "12 - 5", "🎉🎉", "ok", "日本")] == [False, False, False, False, True, True]
