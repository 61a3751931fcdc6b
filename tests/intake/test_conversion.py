"""A column becomes what params declare of it, word by word."""

import pytest

from cxlib.intake.conversion import Conversion
from cxlib.params import Source
from cxlib.tables import Column


@pytest.mark.parametrize(
    ("cells", "kind", "declared", "values", "failed"),
    [
        (
            ["ja", "nein", "JA", "vielleicht"],
            "flag",
            {"values": {"x": {"ja": "true", "nein": "false", "JA": "true"}}},
            [True, False, True, None],
            [3],
        ),
        ([" a ", "  ", "=1+1", "NA", "#N/A", "# 5"], "text", {"name": "text"}, [" a ", None, "=1+1", "NA", None, "# 5"], [4]),
        (
            ["Köln", "Köln ", "\u00a0Köln\u00a0", "\tKöln\u200b\u200e", "k.A.\u00a0"],
            "text",
            {"missing": ["", "k.A."]},
            [*["Köln"] * 4, None],
            [],
        ),
        ([" a\u00a0", "k.A.\u00a0", "\tk.A.\t"], "text", {"name": "text", "missing": ["", "k.A."]}, [" a\u00a0", None, None], []),
        (["true", "FALSE", "True"], "flag", {"values": {"x": {"true": "false", "false": "true"}}}, [False, True, False], []),
        (["", "ja"], "flag", {"values": {"x": {"": "false", "ja": "true"}}}, [False, True], []),
        (
            ["callback", "inbound", "phone"],
            "choice",
            {"allowed": ("callback", "inbound", "phone"), "missing": ["inbound"], "values": {"x": {"callback": "phone"}}},
            ["phone", None, "phone"],
            [],
        ),
    ],
)
def test_words_convert_as_declared_or_fail_by_position(converted, cells, kind, declared, values, failed):
    assert converted(cells, kind, **declared) == (values, failed)


@pytest.mark.parametrize(
    ("name", "unit", "cells", "values", "failed"),
    [
        ("wait_s", "min", ["2", "1,5 min", "", "3 h"], [120, 90, None, None], [3]),
        ("cost", "€", ["12,50 €", "5", "$ 5"], [12.5, 5, None], [2]),
    ],
)
def test_a_number_in_a_declared_unit_is_converted_and_another_unit_fails(converted, name, unit, cells, values, failed):
    assert converted(cells, "number", name=name, units={name: unit}) == (values, failed)


def test_a_column_without_a_unit_is_converted_as_if_there_were_none():
    plain, other = (Source(table="contacts", file="x.csv", units=units) for units in ({}, {"cost": "€"}))
    column = Column("wait_s", "number", required=False)
    assert Conversion(column, "X", plain, "UTC").parsed("w") == Conversion(column, "X", other, "UTC").parsed("w")


def test_words_are_mapped_before_they_are_judged(converted):
    cells = ["Tel", "phone", "Fon", "k.A.", " Tel ", "mail\u00a0", ""]
    values, failed = converted(cells, "choice", ("phone", "email"), values={"x": {"Tel": "phone", "k.A.": "", "mail": "email"}})
    assert values == ["phone", "phone", None, None, "phone", "email", None]
    assert failed == [2]  # a word mapped to "" has no value, and that is no failure


@pytest.mark.parametrize(
    ("rule", "values", "failed"), [("refuse", [None, "Köln"], [0]), ("keep", ["KÃ¶ln", "Köln"], []), ("repair", ["Köln", "Köln"], [])]
)
def test_wrongly_decoded_text_is_refused_kept_or_repaired(converted, rule, values, failed):
    assert converted(["KÃ¶ln", "Köln"], "text", mojibake=rule) == (values, failed)


def test_letters_that_are_lost_are_not_repaired(converted):
    assert converted(["K\ufffdln"], "text", mojibake="repair") == ([None], [0])
