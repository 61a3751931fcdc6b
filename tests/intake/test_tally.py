"""The independent witness: as many records as Python's own reader finds, or the word that a closer look is due."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.intake.tally import Tally
from cxlib.params import Source

SOURCE = Source(table="contacts", file="x.csv", delimiter=";")


def counted(text, size=5, source=SOURCE):
    tally, content = Tally(source), text.encode("utf-8")
    for start in range(0, len(content), size):
        tally.add(content[start : start + size])
    return tally


@given(st.lists(st.tuples(*[st.text(st.sampled_from('a;"\nü'), max_size=5)] * 3), min_size=1, max_size=6), st.integers(1, 40))
@settings(max_examples=60)
def test_every_quoted_file_is_counted_wherever_it_is_cut(rows, size):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    assert counted(text.getvalue(), size).count() in (len(rows), None)  # None: a line in quotes is as wide as a row


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("a;b\n1;2\n", 2),
        ("\n\na;b\n\n1;2", 2),
        ('a;b\n1;"x\ny"\n', 2),
        ("a;b\n1;2;3\n", None),  # another width
        ('a;b\n1;"x\n', None),  # a quote that stays open
        ('a;b\n1;3/4"\n', None),  # an inch mark looks like one
        ('a;b\n1;"x\n2;y"\n', None),  # a line in quotes as wide as a row
        ("", 0),
    ],
)
@pytest.mark.parametrize("size", [1, 4, 1000])
def test_what_is_out_of_shape_is_looked_at_more_closely(text, records, size):
    assert counted(text, size).count() == records


def test_title_lines_may_be_as_wide_as_they_like():
    assert counted("Titel\nmit; vielen; Worten\na;b\n1;2\n", source=SOURCE.model_copy(update={"header_line": 3})).count() == 4


@pytest.mark.parametrize(("text", "doubtful"), [("KÃ¶ln", True), ("K\ufffdln", True), ("Köln – 5 €", False)])
def test_wrongly_decoded_text_is_seen_in_passing(text, doubtful):
    assert counted(text, size=100).doubtful is doubtful


def test_lines_are_counted_to_the_byte():
    tally = counted("a\nb\n", size=2)
    assert tally.line(b"c\nd\x00", 3) == 4
