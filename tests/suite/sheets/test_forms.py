"""Sheets ask for what contracts want; every heading, help and choice has words in both languages."""

from __future__ import annotations

import pytest

from cxlib.params import load
from cxlib.report.catalog import LANGUAGES
from cxlib.report.words import Words
from cxlib.suite.sheets.book import heading, wording
from cxlib.suite.sheets.forms import books, fields
from cxlib.tables import CONTRACTS

FORMS = [form for forms in books([], 26.0, "EUR").values() for form in forms]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_sheet_gives_every_column_that_its_contract_requires(form, acme):
    given = {field.name for field in fields(form, load(acme, "acme"))} | set(form.constants) | set(form.parts)
    assert set(CONTRACTS[form.table].required) - given <= {"weight"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_a_heading_a_help_and_words_to_choose(language, acme):
    words = Words(language)
    for form in FORMS:
        columns = fields(form, load(acme, "acme"))
        names = [heading(column, words) for column in columns]
        assert len(set(names)) == len(names), form.name
        for column in columns:
            said = list(wording(column, words).values())
            assert len(set(said)) == len(said), column.name
            if column.words is None:
                assert words.has(f"sheet.help.{column.name}"), column.name
                assert heading(column, words).removesuffix(" *") != column.name
                assert not set(said) & set(column.allowed) - {"online", "partner", "App", "chat"} or language == "en", column.name


def test_declared_features_stand_behind_the_contracts_columns(acme):
    inventory = fields(FORMS[0], load(acme, "acme"))
    assert [(field.name, field.kind) for field in inventory[-2:]] == [("loud", "flag"), ("people", "number")]
    assert [heading(field, Words("en")) for field in inventory[-2:]] == ["Loud", "People (FTE)"]
