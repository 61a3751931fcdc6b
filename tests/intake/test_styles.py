"""Formats of a spreadsheet's cells say percents and units that the cells' numbers do not."""

import zipfile

import pytest

from cxlib.intake.styles import formatted, negative, percents, units

FORMATS = {
    '0.0" min"': "min",
    'General" Std."': "h",
    "0\\ \\s": "s",
    '0 "T€"': "T€",
    '0.0 "Mio. €"': "Mio. €",
    '#,##0," Tsd."': "",  # divides by itself
    '#,##0.00" €"': "",
    "[$€-407]#,##0.00": "",
    "[h]:mm:ss": "",
    'h"h "mm"m"': "",
    "0.0%": "",
    '0;-0;"min"': "",
}


@pytest.fixture
def book(tmp_path):
    def run(codes):
        own = "".join(f'<numFmt numFmtId="{200 + i}" formatCode="{code.replace(chr(34), "&quot;")}"/>' for i, code in enumerate(codes))
        used = "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(codes)))
        with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
            archive.writestr(
                "xl/styles.xml", f"<styleSheet><numFmts>{own}</numFmts><cellXfs>{used}<xf numFmtId='0'/></cellXfs></styleSheet>"
            )
        return tmp_path / "x.xlsx"

    return run


@pytest.mark.parametrize("code", FORMATS)
def test_a_unit_is_read_from_a_format(book, code):
    assert units(book([code])) == ({0: FORMATS[code]} if FORMATS[code] else {})


def test_percents_and_the_cells_that_have_them_are_found(book):
    styles = percents(book(["0", "0.0%", '0.0"%"']))
    assert styles == {1: "%"}
    content = (
        b'<row><c r="A1" s="1"><v>0.1</v></c><c r="B1" s="0"><v>1</v></c><x:c s="1" r="AB12" t="n"><x:v>-1</x:v></x:c><c r="C1"/></row>'
    )
    assert formatted(content, styles) == {"A1": "%", "AB12": "%"}
    assert negative(
        content + b'<c r="D1"><f>A1-B1</f><v>-0.98</v></c><c r="E1"><v>1</v></c><c r="F1" t="inlineStr"><is><t>-1</t></is></c>'
    ) == {"AB12", "D1"}


def test_a_workbook_without_formats_has_none(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "")
    assert (units(tmp_path / "x.xlsx"), percents(tmp_path / "x.xlsx")) == ({}, {})
