"""What all pages of a run have in common, and the decisions that make the index."""

from nbformat.v4 import new_code_cell, new_notebook, new_output

from cxlib.suite.pages import DECISION, decisions, write


def decided(language, answer):
    data = {DECISION: {"answer": answer, "language": language}, "text/plain": answer}
    return new_output("display_data", data=data, metadata={"cx": {"language": language, "kind": "decision"}})


def test_decisions_are_collected_by_language_in_their_order():
    book = new_notebook(
        cells=[new_code_cell(outputs=[decided("de", "eins"), decided("en", "one")]), new_code_cell(outputs=[decided("de", "zwei")])]
    )
    assert [found["answer"] for found in decisions(book, "de")] == ["eins", "zwei"]
    assert [found["answer"] for found in decisions(book, "en")] == ["one"]


def test_pages_are_utf8_with_plain_line_ends(tmp_path):
    write(tmp_path / "de" / "x.html", "Maß\nzwei")
    assert (tmp_path / "de" / "x.html").read_bytes() == "Maß\nzwei".encode()
