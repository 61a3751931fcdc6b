"""Words, codes and missing values as clients send them: each comes out right, or is refused with the place and the way out."""

import pytest

from .exports import HEAD, ROW, WAIT, WAITS, X, texts, waits

CHANNELS = "phone, email, web_form, chat, letter, fax, app, portal, social, in_person, field_visit, callback, other"


RIGHT = {  # name: (content, declaration), column, its values
    "a formula in a text": (texts(HEAD + ROW + "=HYPERLINK(1)\n"), "text", ["=HYPERLINK(1)"]),
    "a town called NA": (texts(HEAD + ROW + "NA\n2;05.02.2025 08:15;phone;None\n"), "text", ["NA", "None"]),
    "whitespace and missing words": (
        texts(HEAD + ROW + " k.A. \n2;05.02.2025 08:15;phone;  \n3;05.02.2025 08:15;phone; x \n", missing=["", "k.A."]),
        "text",
        [None, None, " x "],
    ),
    "spaces around words and ids": (texts(HEAD + " 7\u00a0;05.02.2025 08:15;\tphone ;a\n"), "contact_id", ["7"]),
    "a channel with blanks, mapped": (
        texts(HEAD + "1;05.02.2025 08:15;mail ;a\n", values={"channel": {"mail": "email"}}),
        "channel",
        ["email"],
    ),
    "99 means nothing in one column alone": (waits("99", "5", values={"wait_s": {"99": ""}}), "wait_s", [None, 5]),
    "99 means nothing, and is an id all the same": (
        ("Id;Zeit;Kanal;Kunde\n1;05.02.2025 08:15;phone;99\n", {"columns": {"customer_id": "Kunde"}, "missing": ["", "99"]}),
        "customer_id",
        ["99"],
    ),
    "an allowed word that means another one": (
        texts(HEAD + ROW.replace("phone", "callback") + "a\n", values={"channel": {"callback": "phone"}}),
        "channel",
        ["phone"],
    ),
    "an allowed word that means nothing": (
        ("Id;Zeit;Kanal;Ergebnis\n" + ROW + "cancelled\n", {"columns": {"outcome": "Ergebnis"}, "values": {"outcome": {"cancelled": ""}}}),
        "outcome",
        [None],
    ),
    "blanks around the words of a group": (
        ("Id;Zeit;Kanal;Stand\n" + ROW + "Köln \n2;05.02.2025 08:15;phone;Köln\u00a0\n", {"columns": {"status": "Stand"}}),
        "status",
        ["Köln", "Köln"],
    ),
}


REFUSED = {  # name: (content, declaration), messages word for word
    "cells that do not convert, a row that lacks one, and doubled ids": (
        (
            WAITS
            + "1;05.02.2025 08:15;phone;kurz\n2;gestern;;5\n3;05.02.2025 08:15;;5\n4;05.02.2025 08:15;phone;5\n4;05.02.2025 08:15;fax;5\n"
            + "5;05.02.2025 08:15;phone;lang\n5;05.02.2025 08:15;phone;5\n",
            {"columns": WAIT},
        ),
        [
            f"{X}: Zeit: 1 of 7 cells are no time for contact_ts (line 3: 'gestern'). The declared time_format is '%d.%m.%Y %H:%M', "
            "as in 31.12.2025 14:05: if the word means that there is no time, add it to `missing`.",
            f"{X}: Wartezeit: 2 of 7 cells are no number for wait_s (line 2: 'kurz', line 7: 'lang'). A number with the decimal sign ',' was declared, "
            "not below 0. If the word means that there is no value, add it to `missing`.",
            "data/acme: contacts: channel: is missing in 1 rows (x.csv, line 4), and no row may lack it. "
            "If these are no rows (a total, a note), leave them out with `ignore_rows`.",
            "data/acme: contacts: contact_id: 1 stand more than once in rows that contradict each other, first: 4 (x.csv, line 5, x.csv, line 6). "
            "Ask which of them holds.",
            "data/acme: contacts: contact_id: 1 stand more than once in rows that could not be read whole, first: 5 (x.csv, line 7, x.csv, line 8). "
            "Mend their other cells first.",
        ],
    ),
    "a spreadsheet's error": (
        texts(HEAD + ROW + "#NV\n"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: '#NV'). A spreadsheet's formula failed there: mend it, or add the word to `missing` if it means that there is no value."
        ],
    ),
    "a new channel": (
        texts(HEAD + "1;05.02.2025 08:15;WhatsApp;a\n"),
        [
            f"{X}: Kanal: 1 of 1 cells are no choice for channel (line 2: 'WhatsApp'). Allowed: {CHANNELS}. Map the word under `values: {{channel: …}}`."
        ],
    ),
    "a constant that is no word of its column": (
        (HEAD + ROW + "a\n", {"constants": {"direction": "in", "wait_s": "kurz"}}),
        [
            "params/acme.yml: sources.log.constants.direction: is no one of its words: 'in'. Allowed: inbound, outbound.",
            "params/acme.yml: sources.log.constants.wait_s: is no number from 0: 'kurz'.",
        ],
    ),
    "a required word that means nothing": (
        texts(HEAD + ROW + "a\n", values={"channel": {"phone": ""}}),
        [
            "data/acme: contacts: channel: is missing in 1 rows (x.csv, line 2), and no row may lack it. If these are no rows (a total, a note), "
            "leave them out with `ignore_rows`."
        ],
    ),
    "several faults at once": (
        ("Id;Zeit;Wartezeit\n1;gestern;-1\n", {"columns": {"wait_s": "Wartezeit"}}),
        [
            "params/acme.yml: sources.log.columns.channel: unknown column 'Kanal'. The file has: Id, Zeit, Wartezeit.",
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: 'gestern'). The declared time_format is '%d.%m.%Y %H:%M', "
            "as in 31.12.2025 14:05: if the word means that there is no time, add it to `missing`.",
            f"{X}: Wartezeit: 1 of 1 cells are no number for wait_s (line 2: '-1'). A number with the decimal sign ',' was declared, not below 0. "
            "If the word means that there is no value, add it to `missing`.",
        ],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_it_comes_out_right(right, name):
    right(*RIGHT[name])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_word_for_word(refused, name):
    refused(*REFUSED[name])


def test_words_that_no_row_holds_are_noted(log_of):
    declared = {"ignore_rows": {"Id": ["Tset"], "Kanal": ["Fax "]}, "values": {"channel": {"Tel": "phone", "Fax": "fax", "Telex": "other"}}}
    came = log_of(HEAD + "1;05.02.2025 08:15; Tel;a\n", **declared)
    assert came.problems == []
    assert came.records[0]["noted"] == {("word_without_row", "Kanal = Fax, Fax , Telex"): 0, ("word_without_row", "Id = Tset"): 0}
