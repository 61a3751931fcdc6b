from cxlib.report.repeats import holders, rows_of


def rows(*index, saved="a", columns=("x",)):
    return {"saved": saved, "rows": [[list(columns), list(index)]]}


def test_rows_are_known_by_their_saved_table_and_place(estimates):
    assert rows_of(estimates.drop(columns="metric")) == {}
    estimates = estimates.copy()
    estimates.attrs["saved"] = "nps"
    told = rows_of(estimates[estimates["value"].gt(20)])
    assert told["saved"] == "nps"
    assert sorted(place for _, places in told["rows"] for place in places) == list(estimates.index[estimates["value"].gt(20)])
    assert [columns for columns, _ in told["rows"]] == [[], ["touchpoint_id"]], "the margin is told by no column"


def test_tables_hold_a_figure_together_as_few_as_will_do():
    assert holders(rows(1, 2, 3), [(1, rows(1)), (2, rows(2, 3)), (3, rows(1, 9))]) == [1, 2]
    assert holders(rows(1, 2), [(1, rows(1)), (2, rows(0, 1, 2))]) == [2]


def test_a_row_that_no_table_has_keeps_the_data():
    assert holders(rows(1, 2), [(1, rows(1))]) == []
    assert holders({}, [(1, rows(1))]) == []


def test_a_table_of_others_or_without_the_column_that_tells_rows_apart_holds_nothing():
    assert holders(rows(1), [(1, rows(1, saved="b"))]) == []
    assert holders(rows(1, columns=("x", "y")), [(1, rows(1))]) == []
    assert holders(rows(1), [(1, rows(1, columns=("x", "y"))), (2, {})]) == [1]


def test_one_table_must_tell_all_of_a_row():
    assert holders(rows(1, columns=("x", "y")), [(1, rows(1)), (2, rows(1, columns=("y",)))]) == []
    assert holders(rows(1, columns=()), [(1, rows(1))]) == [1]
