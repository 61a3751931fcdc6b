"""Records are known by the line on which they begin; what is out of shape is told at once."""

import pytest

from cxlib.errors import DataError
from cxlib.intake.records import Lines, explain, opened, records
from cxlib.params import Source

SOURCE = Source(table="contacts", file="x.csv", delimiter=";")


@pytest.fixture
def text(tmp_path):
    def run(content):
        (tmp_path / "x.txt").write_text(content, encoding="utf-8")
        return tmp_path / "x.txt"

    return run


def test_a_record_begins_where_the_last_one_ended(text):
    path = text('a;b\n"x\ny";2\n\n3;4\n')
    with opened(path) as file:
        assert [line for line, cells in records(file, SOURCE) if cells] == [1, 2, 5]
    assert [Lines(path, SOURCE)(row) for row in (0, 1, 2)] == ["line 2", "line 5", "row 3"]


def test_records_in_shape_are_counted(text):
    assert explain(text('a;b\n"x\ny";2\n\n3;4\n'), SOURCE, "x.csv", ["a", "b"]) == 3


def test_all_faults_come_at_once(text):
    with pytest.raises(DataError) as error:
        explain(text('a;b\n1;2;3\n"4\n5;6";7\n8;"9\n'), SOURCE, "x.csv", ["a", "b"])
    shown = [problem.partition(": ")[2] for problem in error.value.problems]
    starts = (
        "1 rows do not have the header's 2 cells (line 2: 3).",
        "a quote opens here that is never closed.",
        "1 quoted texts run over lines",
    )
    assert [told.startswith(start) for told, start in zip(shown, starts, strict=True)] == [True] * 3
