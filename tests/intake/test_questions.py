"""The catalogue as a table, and what the client's tables hold to answer it."""

import pytest

from cxlib.errors import DataError
from cxlib.intake.questions import catalogue, elements
from cxlib.tables import CONTRACTS


def test_elements_list_what_holds_values(bench):
    bench.run(
        "CREATE TABLE responses AS SELECT * FROM (VALUES ('nps', 'answered', 1.0, NULL::VARCHAR), ('nps', 'no_answer', NULL, NULL), "
        "('actual', 'answered', 2.0, NULL)) AS r(item_type, state, value, text)"
    )
    found = elements(bench, {"responses": CONTRACTS["responses"]}).set_index("element")["filled"].to_dict()
    assert found["responses[nps]"] == 1
    assert found["responses.value"] == 2
    assert "responses.text" not in found


def test_the_catalogue_has_every_question_once(root):
    table = catalogue(root / "QUESTIONS.md")
    assert table["question_id"].to_list() == sorted(
        table["question_id"], key=lambda name: (table.set_index("question_id")["notebook"][name], name)
    )
    assert sorted(table["question_id"]) == [f"R{number:03d}" for number in range(1, 212)]


def test_a_broken_catalogue_is_refused_with_its_line(tmp_path):
    path = tmp_path / "QUESTIONS.md"
    path.write_text(
        "## 00_data_readiness\n| R001 | a | b | `f` | - |\n| R001 | a | b | - |\n| R001 | a | b | `f` | - |\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as error:
        catalogue(path)
    assert error.value.problems == (
        "QUESTIONS.md, line 3: a question has five cells and stands under a notebook's heading.",
        "QUESTIONS.md: R001 stands more than once.",
    )
