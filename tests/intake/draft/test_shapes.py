"""Typical exports are data: recognised by their columns, refused where a file names what there is not."""

from __future__ import annotations

import pytest

from cxlib.errors import CxError
from cxlib.intake.draft.shapes import read, recognised, shapes


@pytest.mark.parametrize(
    ("export", "name"),
    [
        ("zendesk.csv", "Zendesk, tickets"),
        ("cases.csv", "Salesforce Service Cloud, cases"),
        ("qualtrics.csv", "Qualtrics, responses"),
        ("results-survey.csv", "LimeSurvey, responses"),
        ("freshdesk.csv", ""),
        ("anlage.csv", ""),
        ("panel.csv", ""),
    ],
)
def test_an_export_is_recognised_by_its_columns(drafted, export, name):
    found, *_ = next(iter(drafted(export).looks.values()))
    assert (found.shape.name if found.shape else "") == name
    if name:
        assert all(match.sure for match in found.matches)


def test_reports_and_codes_have_other_names_and_are_known_as_well():
    assert recognised(["Case Number", "Case Origin", "Date/Time Opened", "Status", "Date/Time Closed"]).name.startswith("Salesforce")
    assert recognised(["id", "submitdate", "lastpage", "startlanguage", "Q1"]).name.startswith("LimeSurvey")
    assert recognised(["Id", "Status"]) is None


def test_a_new_shape_is_a_file_and_a_wrong_one_is_told(tmp_path):
    path = tmp_path / "acme.yml"
    path.write_text("name: Acme\ntable: contacts\nrecognised_by: [A, [B, C]]\ncolumns: {contact_id: A}\n", encoding="utf-8")
    assert read(path).recognised_by == (("A",), ("B", "C"))
    path.write_text("name: Acme\ntable: contacts\nrecognised_by: [A]\ncolumns: {contact_idd: A}\nvalue: {}\n", encoding="utf-8")
    with pytest.raises(CxError) as refused:
        read(path)
    assert [problem.partition(" Allowed")[0] for problem in refused.value.problems] == [
        "shapes/acme.yml: unknown key 'value' (did you mean 'values'?).",
        "shapes/acme.yml: columns: unknown column 'contact_idd' (did you mean 'contact_id'?).",
    ]


def test_the_values_of_shapes_are_words_of_the_contract():
    from cxlib.tables import CONTRACTS

    for shape in shapes():
        for column, mapped in shape.values.items():
            assert set(mapped.values()) <= set(CONTRACTS[shape.table].columns[column].allowed), shape.name
