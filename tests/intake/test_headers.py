"""Column names: each once, and the declared ones beyond doubt."""

from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.headers import declared, distinct, doubled
from cxlib.params import Source

SOURCE = Source.model_validate(
    {"table": "responses", "file": "x.csv", "columns": {"response_id": "Id"}, "items": {"Q1": {"item_type": "open_text"}}}
)


def test_a_source_declares_its_columns_and_items():
    assert declared(SOURCE) == {"Id", "Q1"}


def test_columns_that_nobody_asked_for_may_be_doubled():
    assert doubled(["Id", "Q1", "X", "x", ""], SOURCE, "x.csv") == []


def test_a_doubled_column_is_declared_by_its_place():
    assert doubled(["Id", "ID", "Q1", "Q1"], SOURCE, "x.csv") == [
        "x.csv: the column 'Id' stands 2 times in the header, capitals aside. Declare the one that is meant: 'Id (1)' or 'ID (2)'.",
        "x.csv: the column 'Q1' stands 2 times in the header. Declare the one that is meant: 'Q1 (3)' or 'Q1 (4)'.",
    ]
    chosen = SOURCE.model_copy(update={"columns": {"response_id": "Id (1)"}, "items": {}})
    assert doubled(["Id", "ID"], chosen, "x.csv") == []


@given(st.lists(st.sampled_from(["a", "A", "", "row", "a (1)", "b"]), max_size=6))
def test_names_are_distinct_whatever_the_header_holds(header):
    names = [name.casefold() for name in distinct(header)]
    assert len(set(names)) == len(names)
    assert "row" not in names
    assert "" not in names
