"""Ids keep zeros and digits; what stands for none, or was damaged, fails by position."""

import pytest


@pytest.mark.parametrize(
    ("cells", "kind", "declared", "values", "failed"),
    [
        (["007", "Nan-7", "0", "100"], "id", {}, ["007", "Nan-7", "0", "100"], []),
        (
            ["NA", "None", "nan", "NULL", "n/a", "-", "0000", "01. Feb", "2-Mar", "Mrz 25", "unbekannt", "1,5 (a fraction)"],
            "id",
            {},
            [None] * 12,
            list(range(12)),
        ),
        (["NA", "NULL", "0000"], "id", {"values": {"x": {"NA": "NA", "NULL": "", "0000": "0000"}}}, ["NA", None, "0000"], []),
        (["0"], "id", {"id_width": {"x": 7}}, [None], [0]),
        ([" 4711 ", "K-12\u00a0", "\t12", '="0012"', "a b"], "id", {}, ["4711", "K-12", "12", "0012", "a b"], []),
        (
            ["4,00123E+15", "4E+15", "4E10", "4711.0", "1.0", "Summe", "Gesamt: 12", "#NV"],
            "id",
            {},
            [None, None, "4E10", None, "1.0", None, None, None],
            [0, 1, 3, 5, 6, 7],
        ),
        (["47", "12345678", "A1"], "id", {"id_width": {"x": 7}}, ["0000047", "12345678", "A1"], []),
        (["99", "k.A."], "id", {"missing": ["", "99", "k.A."]}, ["99", None], []),
        (
            ["\u200b4711\ufeff", "'0815", "K\u00a01", "K\u200b1", "'", "Köln"],
            "id",
            {},
            ["4711", "0815", None, None, None, "Köln"],
            [2, 3, 4],
        ),
        (["'4711", '="4711"', "\u00a04711"], "id", {"id_width": {"x": 7}}, ["0004711"] * 3, []),
    ],
)
def test_ids_stay_as_they_are_or_fail_by_position(converted, cells, kind, declared, values, failed):
    assert converted(cells, kind, **declared) == (values, failed)
