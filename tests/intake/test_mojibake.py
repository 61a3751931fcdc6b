"""Text that was decoded wrongly is found and mended; honest text never is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.mojibake import broken, mended, repaired, spoilt, way_out
from cxlib.intake.tally import Tally
from cxlib.intake.workbench import literal, workbench
from cxlib.params import Source

german = st.text(st.sampled_from("abcXYZ äöüÄÖÜßéèáñç§°²µ–—„“”‚‘’…€•\u00a0.,;"), max_size=20)


def doubtful(text):
    tally = Tally(Source(table="contacts", file="x.csv"))
    tally.add(f"{text}\n".encode())
    return tally.doubtful


@given(german)
def test_what_one_decoding_too_many_did_is_undone(text):
    for encoding in ("cp1252", "latin-1"):
        try:
            twice = text.encode("utf-8").decode(encoding)
        except UnicodeDecodeError:
            continue
        assert mended(twice) == text
        assert spoilt(twice) == (twice != text)
        assert spoilt(twice) <= doubtful(twice)


@given(german)
def test_honest_text_is_left_alone(text):
    assert not spoilt(text)
    assert mended(text) == text


@pytest.mark.parametrize("text", ["SÃO PAULO", "Âme", "NÃO, ÃO", "Gruß“", "„Straße“", "ÀÉÎ", "50 Â"])
def test_rare_letters_are_honest(text):
    assert not spoilt(text)


@pytest.mark.parametrize("text", ["KÃ¶ln", "Köln", "K\ufffdln", "It's â€“ 5 â‚¬", "GrÃ\x9f", "MŸller", "fŠhrt", "Š. Škoda"])
def test_sql_says_the_same(text):
    with workbench(threads=1) as bench:
        assert bench.rows(f"SELECT {broken(literal(text))}, {repaired(literal(text))}") == [(spoilt(text), mended(text))]


def test_lost_letters_have_another_way_out_than_twisted_ones():
    assert "lost there for good" in way_out("K\ufffdln")
    assert "`mojibake: repair`" in way_out("KÃ¶ln")


@pytest.mark.parametrize(
    ("text", "damaged"), [("MŸller", True), ("er fŠhrt", True), ("Ÿ", False), ("Škoda", False), ("L'HAŸ", False), ("naš", False)]
)
def test_letters_of_a_mac_are_found_within_words(text, damaged):
    assert (spoilt(text), damaged <= doubtful(text)) == (damaged, True)
    assert not damaged or way_out(text) == "Letters of a Mac were taken for those of Windows: declare `encoding: mac-roman`"
