"""Ids, and rows that stand twice as clients send them: each comes out right, or is refused with the place and the way out."""

import pytest

from .exports import HEAD, ROW, X, texts


def ids(*cells, **declared):
    return "Id;Zeit;Kanal\n" + "".join(f"{cell};05.02.2025 08:15;phone\n" for cell in cells), declared


RIGHT = {  # name: (content, declaration), column, its values
    "ids much like words below a table": (ids("Stand-12", "Seitenbau 3", "n1"), "contact_id", ["Stand-12", "Seitenbau 3", "n1"]),
    "leading zeros": (ids("0001", "0010"), "contact_id", ["0001", "0010"]),
    "lost zeros given back": (ids("4711", "0000815", id_width={"contact_id": 7}), "contact_id", ["0004711", "0000815"]),
    "16 digits": (ids("1234567890123456", "1234567890123457"), "contact_id", ["1234567890123456", "1234567890123457"]),
    "ids that a program kept from Excel": (ids('="0004711"'), "contact_id", ["0004711"]),
    "the first of ids with all their zeros": (ids("000", "001"), "contact_id", ["000", "001"]),
    "a word that is an id, meant so": (ids("NA", values={"contact_id": {"NA": "NA"}}), "contact_id", ["NA"]),
    "equal rows, one to be kept": (texts(HEAD + ROW + "a\n" + ROW + "a\n", duplicates="drop_equal"), "contact_id", ["1"]),
}


REFUSED = {  # name: (content, declaration), messages word for word
    "words that are no ids": (
        (
            "Id;Zeit;Kanal;Kunde\n" + ROW + "NULL\n2;05.02.2025 08:15;phone;0000\n3;05.02.2025 08:15;phone;NULL\n",
            {"columns": {"customer_id": "Kunde"}},
        ),
        [
            f"{X}: Kunde: 3 of 3 cells are no id for customer_id (line 2: 'NULL', line 3: '0000', line 4: 'NULL'). Such words stand for no id: declare "
            '`values: {customer_id: {"NULL": "", "0000": ""}}`. If one is an id indeed, map it to itself there.'
        ],
    ),
    "ids that Excel damaged": (
        ids("4,00123E+15"),
        [
            f"{X}: Id: 1 of 1 cells are no id for contact_id (line 2: '4,00123E+15'). "
            "A spreadsheet has turned long numbers into powers of ten and lost their last digits: ask for the export with this column as text."
        ],
    ),
    "ids that became decimals": (
        ids("4711.0"),
        [
            f"{X}: Id: 1 of 1 cells are no id for contact_id (line 2: '4711.0'). A program has turned ids into numbers with decimals: ask for the export with this column as text."
        ],
    ),
    "ids with and without their zeros": (
        ids("0004711", "4711", "0000815"),
        [
            f"{X}: Id (contact_id): 1 rows hold an id that stands elsewhere without its leading zeros (line 2: 0004711). "
            "Declare its digits: `id_width: {contact_id: …}`."
        ],
    ),
    "doubled ids, equal and conflicting": (
        texts(HEAD + ROW + "a\n" + ROW + "a\n2;05.02.2025 08:15;phone;b\n2;05.02.2025 08:15;phone;c\n"),
        [
            "data/acme: contacts: contact_id: 1 stand more than once in equal rows, first: 1 (x.csv, line 2, x.csv, line 3). Declare `duplicates: drop_equal` to keep one of each.",
            "data/acme: contacts: contact_id: 1 stand more than once in rows that contradict each other, first: 2 (x.csv, line 4, x.csv, line 5). Ask which of them holds.",
        ],
    ),
    "ids with signs that nobody sees": (
        ids("47\u200b11", "47\u00a011", "4711"),
        [
            f"{X}: Id: 2 of 3 cells are no id for contact_id (line 2: '47\\u200b11', line 3: '47\\xa011'). A blank or sign that nobody sees stands inside: "
            "it would make another id of the same one. Have it taken out of the export."
        ],
    ),
    "ids with marks of the direction of writing and narrow blanks": (
        ids("47\u200e11", "47\u202a11", "47\u200911", "4711"),
        [
            f"{X}: Id: 3 of 4 cells are no id for contact_id (line 2: '47\\u200e11', line 3: '47\\u202a11', line 4: '47\\u200911'). "
            "A blank or sign that nobody sees stands inside: it would make another id of the same one. Have it taken out of the export."
        ],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_it_comes_out_right(right, name):
    right(*RIGHT[name])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_word_for_word(refused, name):
    refused(*REFUSED[name])


def test_exports_that_overlap_keep_one_of_equal_rows_and_name_those_that_differ(came_of):
    source = {
        "table": "contacts",
        "delimiter": ";",
        "time_format": "%d.%m.%Y %H:%M",
        "columns": {"contact_id": "Id", "contact_ts": "Zeit", "channel": "Kanal", "text": "Text"},
    }
    sources = {"jan": source | {"file": "jan.csv"}, "feb": source | {"file": "feb.csv"}}
    files = {
        "jan.csv": HEAD + ROW + "a\n2;05.02.2025 08:15;phone;b\n",
        "feb.csv": HEAD + "2;05.02.2025 08:15;phone;b\n3;05.02.2025 08:15;phone;c\n",
    }
    assert came_of(files, sources).problems == [
        "data/acme: contacts: contact_id: 1 stand more than once in equal rows, first: 2 (jan.csv, line 3, feb.csv, line 2). Declare `duplicates: drop_equal` to keep one of each."
    ]
    came = came_of(files, {name: one | {"duplicates": "drop_equal"} for name, one in sources.items()})
    assert [row["contact_id"] for row in came.rows] == ["1", "2", "3"]
    assert [record["dropped"] for record in came.records] == [{}, {("equal", "contacts"): 1}]
