"""What all pages of a run have in common, and the decisions that make the index."""

from nbformat.v4 import new_code_cell, new_notebook, new_output

from cxlib.suite.pages import DECISION, decisions, exhibits, leading, write


def decided(language, answer):
    data = {DECISION: {"answer": answer, "language": language}, "text/plain": answer}
    return new_output("display_data", data=data, metadata={"cx": {"language": language, "kind": "decision"}})


def test_decisions_are_collected_by_language_in_their_order():
    book = new_notebook(
        cells=[new_code_cell(outputs=[decided("de", "eins"), decided("en", "one")]), new_code_cell(outputs=[decided("de", "zwei")])]
    )
    assert [found["answer"] for found in decisions(book, "de")] == ["eins", "zwei"]
    assert [found["answer"] for found in decisions(book, "en")] == ["one"]


def test_five_sentences_lead_and_others_stand_in_for_those_without_an_answer():
    answered = {"01_touchpoint_inventory": True, "02_status_quo": True, "05_contact_value": False, "06_pain_points": True}
    answered |= {"10_expectation_gaps": True, "13_service_standards": True, "16_actions": True, "17_monitoring": False}
    found = leading({"notebook": name, "answered": said} for name, said in answered.items())
    assert found == ["02_status_quo", "06_pain_points", "10_expectation_gaps", "13_service_standards", "16_actions"]
    assert leading([{"notebook": "02_status_quo", "answered": True}]) == ["02_status_quo"]


def test_what_the_index_shows_too_is_collected_by_language():
    shown = [
        new_output("display_data", data={}, metadata={"cx": {"language": language, "kind": "table", "index": said}})
        for language, said in (("de", "Was wir zuerst tun"), ("en", "What to do first"), ("de", ""))
    ]
    book = new_notebook(cells=[new_code_cell(outputs=[*shown, new_output("stream", text="printed")])])
    assert exhibits(book, "de") == [("Was wir zuerst tun", shown[0])]
    assert exhibits(book, "en") == [("What to do first", shown[1])]


def test_pages_are_utf8_with_plain_line_ends(tmp_path):
    write(tmp_path / "de" / "x.html", "Maß\nzwei")
    assert (tmp_path / "de" / "x.html").read_bytes() == "Maß\nzwei".encode()
