"""Cells are counted over all rows: forms of days with their rivals, numbers with their signs, words, rows that are none."""

from __future__ import annotations

import pytest

from cxlib.intake.draft.profile import profiles
from cxlib.intake.workbench import Raw


def one(bench, cells, header="X", typed=False):
    bench.run("DROP TABLE IF EXISTS raw")
    bench.put("raw", [header, "other"], [cells, ["x"] * len(cells)])
    found, empty, odd = profiles(bench, Raw("raw", (header, "other"), len(cells), str), typed=typed)
    return found[0], empty, odd


@pytest.mark.parametrize(
    ("cells", "form", "other"),
    [
        (["05.02.2025", "17.02.2025"], "%d.%m.%Y", ""),
        (["05/02/2025", "17/02/2025"], "%d/%m/%Y", ""),
        (["02/05/2025", "02/17/2025"], "%m/%d/%Y", ""),
        (["05/02/2025", "06/02/2025"], "%d/%m/%Y", "%m/%d/%Y"),
        (["2025-02-05T08:15:00Z", "2025-02-06T08:15:00Z"], "%Y-%m-%dT%H:%M:%S%z", ""),
        (["2/5/2025 3:07 PM", "2/17/2025 11:00 AM"], "%m/%d/%Y %I:%M %p", ""),
        (["20250205", "20251231"], "%Y%m%d", ""),
    ],
)
def test_the_form_of_days_is_the_one_that_all_cells_have(bench, cells, form, other):
    found, *_ = one(bench, cells)
    assert (found.form.form, found.form.other, found.form.cells) == (form, other, 2)


def test_moments_that_know_their_zone_are_read_without_it(bench):
    found, *_ = one(bench, ["2025-02-05 08:15:00+00", "2025-02-17 08:15:00+01:00"], typed=True)
    assert (found.form.form, found.form.last) == ("%Y-%m-%d %H:%M:%S", "2025-02-17")
    assert one(bench, ["2025-02-05", "2025-02-17"], typed=True)[0].form.form == "%Y-%m-%d"


@pytest.mark.parametrize("cells", [["31.02.2025", "45.02.2025"], ["1001", "1002"], ["a@b.de", "c@d.de"], ["05.02.2025", "x"]])
def test_what_is_no_day_has_no_form(bench, cells):
    assert one(bench, cells)[0].form is None


def test_numbers_are_told_apart_by_their_signs(bench):
    found, *_ = one(bench, ["1", "2,5", "1.234", "1.234,5", "12,50 €", "7 €"])
    assert (found.whole, found.comma, found.point, found.grouping, found.thousands, found.beside, found.unit) == (1, 2, 1, 1, 1, 2, "€")
    assert found.numbers == 6


def test_words_are_told_only_where_they_are_few_and_name_nobody(bench):
    kept, *_ = one(bench, ["Telefon", "Fax"] * 10)
    assert kept.category
    assert kept.words == {"Fax": 10, "Telefon": 10}
    assert not one(bench, ["Erika", "Max"] * 10, header="Vorname")[0].category
    assert not one(bench, ["erika@example.org", "max@example.org"] * 10)[0].category
    assert one(bench, [f"Kunde {n}" for n in range(100)])[0].words == {}


def test_words_that_may_mean_nothing_count_as_empty_and_are_told(bench):
    found, empty, _ = one(bench, ["1", "NA", "k. A.", "2"])
    assert (found.filled, empty) == (2, {"NA": 1, "k. A.": 1})


def test_totals_and_repeated_names_are_no_rows(bench):
    bench.put("raw", ["Id", "Zeit"], [["1", "Id", "2", "Summe"], ["a", "Zeit", "b", ""]])
    found, _, odd = profiles(bench, Raw("raw", ("Id", "Zeit"), 4, str), typed=False)
    assert (found[0].rows, odd) == (2, {"Id": {"Id": 1, "Summe": 1}})
