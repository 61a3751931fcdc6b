"""The bench: quoted names and words, text with its row numbers, and a folder that is gone afterwards."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.intake import sources
from cxlib.intake.workbench import identifier, literal, trimmed, workbench

text = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12)


def test_the_folder_is_gone_even_after_an_error():
    seen = []

    def fail():
        with workbench() as bench:
            seen.append(bench.folder)
            bench.run("CREATE TABLE t AS SELECT 1 AS a")
            bench.run("no SQL at all")

    with pytest.raises(Exception, match="syntax error"):
        fail()
    assert not seen[0].exists()


def test_text_gets_row_numbers_in_its_order(bench):
    bench.put("raw", ["Id", 'Wörter; "so"'], [["b", "a"], ["1", ""]])
    assert bench.rows("SELECT * FROM raw ORDER BY row") == [(0, "b", "1"), (1, "a", "")]
    assert bench.arrow("SELECT * FROM raw").column_names == ["row", "Id", 'Wörter; "so"']


def test_what_reading_may_raise_is_named(bench):
    with pytest.raises(bench.errors):
        bench.rows("SELECT 1 FROM nowhere")


@given(st.lists(text, min_size=1, max_size=4, unique_by=str.casefold))
@settings(max_examples=20)
def test_no_name_and_no_word_breaks_out_of_its_quotes(words):
    with workbench(threads=1) as bench:
        names = [f"{word}{number}" for number, word in enumerate(words)]  # no two names differ in capitals alone
        chosen = ", ".join(f"{literal(word)} AS {identifier(name)}" for word, name in zip(words, names, strict=True))
        table = bench.arrow(f"SELECT {chosen}")
        assert table.to_pylist() == [dict(zip(names, words, strict=True))]


@pytest.mark.parametrize(
    ("cell", "bare"), [(" a b ", "a b"), ("\u00a0a", "a"), ("a\t", "a"), ("ä\u202f", "ä"), ("\ufeffid", "id"), ("", ""), (" \u00a0", "")]
)
def test_blanks_of_every_kind_come_off_both_ends(bench, cell, bare):
    assert bench.rows(f"SELECT {trimmed(literal(cell))}") == [(bare,)]


def test_too_little_room_is_told_as_such():
    def crowd():
        with workbench(threads=1) as bench:
            bench.run("SET memory_limit = '20MB'")
            bench.run("SET max_temp_directory_size = '1MB'")
            bench.rows("SELECT list(repeat(n::VARCHAR, 50)) FROM range(3_000_000) AS t(n)")

    with pytest.raises(DataError, match=r"The exports need more room than this machine has: a quarter of its memory.* set TMPDIR"):
        crowd()


def test_too_little_room_is_no_quote_out_of_place(monkeypatch, log_of):
    monkeypatch.setattr(sources, "convert", full)
    problems = log_of("Id;Zeit;Kanal\n1;05.02.2025 08:15;phone\n").problems
    assert [problem.split(":")[0] for problem in problems] == ["The exports need more room than this machine has"]


def full(*_):
    raise duckdb.OutOfMemoryException("could not allocate block")
