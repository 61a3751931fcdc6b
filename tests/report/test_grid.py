import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report.grid import grid_of, needs_of, records


def test_one_metric_has_value_span_and_n_in_columns(estimates, german):
    grid = grid_of(estimates, german)
    assert list(grid.heads) == ["Kontaktpunkt"]
    assert list(grid.columns) == ["Weiterempfehlung (NPS), Punkte", "Spanne", "n"]
    label, cells = grid.rows[2]
    assert (label, [cell.text for cell in cells]) == (["Webshop"], ["61,0", "54,9 bis 67,1", "120"])


def test_notes_cover_the_columns_of_the_number(estimates, german):
    _, (note,) = grid_of(estimates, german).rows[4]
    assert (note.text, note.note, note.covers) == ("zum Schutz Einzelner nicht veröffentlicht", True, 3)


def test_several_metrics_stand_side_by_side(estimates, estimates_of, german):
    both = pd.concat([estimates, estimates_of({"shop": (0.72, ""), "phone": (None, "suppressed")}, metric="csat", unit="share")])
    grid = grid_of(both, german)
    assert list(grid.columns) == ["Weiterempfehlung (NPS), Punkte", "Zufriedenheit (CSAT)", "n"]
    rows = {label[0]: cells for label, cells in grid.rows}
    assert rows["Webshop"][1].text == "72\N{NO-BREAK SPACE}%"
    assert rows["Webshop"][1].small == ("65 bis 79\N{NO-BREAK SPACE}%",)
    assert rows["Webshop"][2].text == "120"  # the same respondents gave both numbers
    assert rows["Hotline"][1].note
    assert rows["Rechnung"][1].text == "–"


def test_n_stands_with_each_number_where_respondents_differ(estimates, estimates_of, german):
    grid = grid_of(pd.concat([estimates, estimates_of({"shop": (0.72, "")}, metric="csat", unit="share").assign(n=99)]), german)
    cells = {label[0]: cells for label, cells in grid.rows}["Webshop"]
    assert [cell.small[-1] for cell in cells] == ["n = 120", "n = 99"]


def test_a_count_of_what_stands_behind_it_says_its_number_once(estimates_of, german):
    counted = estimates_of({"shop": (120.0, ""), "phone": (80.0, "")}, metric="rows", unit="count").assign(
        low=None, high=None, n=[120, 200]
    )
    shares = estimates_of({"shop": (0.72, "")}, metric="csat", unit="share").assign(n=99)
    cells = {label[0]: cells for label, cells in grid_of(pd.concat([counted, shares]), german).rows}
    assert cells["Webshop"][0].small == ()
    assert [row[-1].text for row in cells.values()] == ["99", "200"]
    assert list(grid_of(counted.head(1), german).columns) == ["Zeilen"]


def test_groupings_under_one_another_name_the_grouping_and_its_level(estimates, german):
    stacked = pd.DataFrame({"region": [None, "a", None], "segment": [None, None, "b"]}).join(
        estimates.drop(columns="touchpoint_id").head(3)
    )
    grid = grid_of(stacked, german)
    assert list(grid.heads) == ["Gruppe", "Ausprägung"]
    assert [head for head, _ in grid.rows] == [["Gesamt", "alle"], ["Region", "a"], ["Segment", "b"]]


def test_without_groups_metrics_are_the_rows(estimates, german):
    grid = grid_of(estimates.head(1), german)
    assert list(grid.heads) == ["Kennzahl"]
    assert grid.rows[0][0] == ["Weiterempfehlung (NPS), Punkte"]


def test_where_units_differ_each_number_says_its_own(estimates, german):
    mixed = estimates.iloc[[1, 2]].assign(unit=["h", "days"])
    grid = grid_of(mixed, german)
    assert grid.columns[0] == "Weiterempfehlung (NPS)"
    assert [cells[0].text for _, cells in grid.rows] == ["12 Stunden", "61 Tage"]


def test_exact_counts_need_no_span_column(estimates, german):
    exact = estimates.iloc[[1, 2]].assign(low=float("nan"), high=float("nan"), n=pd.NA, metric="rows", unit="count")
    assert list(grid_of(exact, german).columns) == ["Zeilen"]


def test_an_empty_table_has_no_rows(estimates, german):
    assert list(grid_of(estimates.head(0), german).rows) == []


def test_doubled_rows_are_refused(estimates, german):
    with pytest.raises(CxError, match="table: the same groups and metric stand twice"):
        grid_of(pd.concat([estimates, estimates]), german)


def test_a_group_that_cannot_be_formed_gives_way_to_the_figure_for_all(estimates, german):
    needed = estimates.head(1).assign(value=np.nan, low=np.nan, high=np.nan, n=0, note="needs persons.role")
    told, alone = (
        [(list(heads), [cell.text for cell in cells]) for heads, cells in grid_of(table, german).rows]
        for table in (pd.concat([estimates, needed]), estimates)
    )
    assert told == alone


def test_a_table_of_labels_is_printed_as_it_is(german):
    grid = grid_of(pd.DataFrame({"notebook": ["03_contact_reasons"], "source": ["contacts"], "state": ["half"]}), german)
    assert (list(grid.heads), list(grid.columns)) == (["Seite"], ["Quelle", "Stand"])
    assert [cell.text for cell in grid.rows[0][1]] == ["Kontakte", "reicht teilweise"]


def test_needs_are_collected_only_when_no_row_has_more_to_say(estimates):
    needing = estimates.assign(note="needs responses.value, responses.weight")
    needing.loc[1, "note"] = "needs orders"
    assert needs_of(needing) == ["responses.value", "responses.weight", "orders"]
    needing.loc[2, "note"] = "n < 30"
    assert needs_of(needing) == []
    assert needs_of(needing.head(0)) == []


def test_records_carry_labels_numbers_and_notes_but_no_draws(estimates, german):
    header, rows = records(estimates.assign(draws=[[1.0]] * len(estimates)), german)
    assert header == ["Kontaktpunkt", "Kennzahl", "Wert", "Spanne von", "Spanne bis", "Einheit", "n", "n wirksam", "Verfahren", "Hinweis"]
    assert rows[2][:3] == ["Webshop", "Weiterempfehlung (NPS)", 61.0]
    assert rows[4][-1] == "zum Schutz Einzelner nicht veröffentlicht"


def test_differences_of_shares_are_listed_in_percentage_points(estimates, german):
    apart = estimates.iloc[[2]].assign(value=-0.05, low=-0.1, high=0.0, unit="share difference")
    _, rows = records(apart, german)
    assert rows[0][2:6] == [-5.0, -10.0, 0.0, "Prozentpunkte"]


def test_several_metrics_of_groupings_under_one_another_name_the_grouping(estimates, german):
    stacked = pd.DataFrame({"region": [None, "a", None], "segment": [None, None, "b"]}).join(
        estimates.drop(columns="touchpoint_id").head(3)
    )
    grid = grid_of(pd.concat([stacked, stacked.assign(metric="csat")]), german)
    assert list(grid.heads) == ["Gruppe", "Ausprägung"]
    assert [head for head, _ in grid.rows] == [["Gesamt", "alle"], ["Region", "a"], ["Segment", "b"]]


def test_neighbouring_cells_say_the_same_note_once(estimates, german):
    hidden = estimates.iloc[[4]]
    both = pd.concat([hidden, hidden.assign(metric="csat"), estimates.iloc[[2]], estimates.iloc[[2]].assign(metric="csat")])
    rows = {label[0]: cells for label, cells in grid_of(both, german).rows}
    assert [cell.covers for cell in rows["Webshop"]] == [1, 1, 1]
    note = next(cells for label, cells in rows.items() if label != "Webshop")[0]
    assert (note.text, note.covers) == ("zum Schutz Einzelner nicht veröffentlicht", 2)
