"""Encodings, lost and doubled letters as clients send them: each comes out right, or is refused with the place and the way out."""

import pytest

from .exports import HEAD, ROW, X, texts

RIGHT = {  # name: (content, declaration), column, its values
    "line breaks, doubled quotes and emoji": (texts(HEAD + ROW + '"Hallo\r\n\r\n""Max"" 😀"\n'), "text", ['Hallo\n\n"Max" 😀']),
    "cp1252, declared": (texts((HEAD + ROW + "Köln – 5 €\n").encode("cp1252"), encoding="cp1252"), "text", ["Köln – 5 €"]),
    "UTF-16": (texts((HEAD + ROW + "Köln\n").encode("utf-16")), "text", ["Köln"]),
    "UTF-16 without its mark, declared": (texts((HEAD + ROW + "Ulm\n").encode("utf-16-be"), encoding="utf-16-be"), "text", ["Ulm"]),
    "a byte-order mark": (texts((HEAD + ROW + "Köln\n").encode("utf-8-sig"), encoding="cp1252"), "contact_id", ["1"]),
    "decoded twice, to be repaired": (
        texts(HEAD + ROW + "LieferverzÃ¶gerung â€“ fÃ¼r 5 â‚¬\n", mojibake="repair"),
        "text",
        ["Lieferverzögerung – für 5 €"],
    ),
    "two encodings, to be repaired": (
        texts((HEAD + ROW + "Köln\n").encode() + "2;05.02.2025 08:15;phone;Köln\n".encode("cp1252"), encoding="cp1252", mojibake="repair"),
        "text",
        ["Köln", "Köln"],
    ),
    "decoded twice and meant so": (texts(HEAD + ROW + "schreibt KÃ¶ln\n", mojibake="keep"), "text", ["schreibt KÃ¶ln"]),
    "honest Portuguese": (texts(HEAD + ROW + "SÃO PAULO, Âncora, NÃO\n"), "text", ["SÃO PAULO, Âncora, NÃO"]),
    "two byte-order marks": (texts(b"\xef\xbb\xbf" * 2 + f'"Id"{HEAD[2:]}{ROW}a\n'.encode()), "contact_id", ["1"]),
    "letters and marks as a Mac writes them": (
        texts(
            HEAD.replace("Text", "Gru\u0308n") + "1;05.02.2025 08:15;Bu\u0308ro;Ko\u0308ln\n",
            columns={"text": "Grün"},
            values={"channel": {"Büro": "fax"}},
        ),
        "text",
        ["Köln"],
    ),
}


REFUSED = {  # name: (content, declaration), messages word for word
    "cp1252, not declared": (
        texts((HEAD + ROW + "Köln\n").encode("cp1252")),
        [
            f"{X}, line 2: is not utf-8 (byte 0xf6). Declare the encoding in params, for instance `encoding: cp1252` for an export from Windows."
        ],
    ),
    "cp1252, declared as Latin-1": (
        texts((HEAD + ROW + "5 €\n").encode("cp1252"), encoding="latin-1"),
        [f"{X}, line 2: is not latin-1 (byte 0x80 is no letter there, but one on Windows). Declare `encoding: cp1252`."],
    ),
    "two encodings in one file": (
        texts((HEAD + ROW + "Köln\n").encode() + "2;05.02.2025 08:15;phone;Köln\n".encode("cp1252"), encoding="cp1252"),
        [
            f"{X}: Text: 1 of 2 cells are damaged text (line 2: 'KÃ¶ln'). UTF-8 was taken for a Windows encoding there, or the file mixes both: "
            "declare `mojibake: repair`, or `mojibake: keep` where the text is meant so."
        ],
    ),
    "umlauts decoded twice": (
        texts(HEAD + ROW + "LieferverzÃ¶gerung\n"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: 'LieferverzÃ¶gerung'). UTF-8 was taken for a Windows encoding there, or the file mixes both: "
            "declare `mojibake: repair`, or `mojibake: keep` where the text is meant so."
        ],
    ),
    "umlauts that are lost": (
        texts(HEAD + ROW + "K\ufffdln\n", mojibake="repair"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: 'K\ufffdln'). Letters are lost there for good: ask for the export again, or declare `mojibake: keep`."
        ],
    ),
    "UTF-8 that breaks off": (
        texts((HEAD + ROW + "Köl").encode() + b"\xc3"),
        [f"{X}, line 2: breaks off in the middle of a letter: the file is cut off. Ask for the export again."],
    ),
    "UTF-16 that breaks off": (
        texts((HEAD + ROW + "a\n").encode("utf-16")[:-1]),
        [f"{X}: is not utf-16 (truncated data): it may be cut off. Ask for the export again."],
    ),
    "a Mac's letters, declared as those of Windows": (
        texts((HEAD + ROW + "Müller\n").encode("mac-roman"), encoding="cp1252"),
        [
            f"{X}: Text: 1 of 1 cells are damaged text (line 2: 'MŸller'). Letters of a Mac were taken for those of Windows: declare `encoding: mac-roman`."
        ],
    ),
    "a NUL": (
        texts(HEAD + ROW + "a\x00b\n"),
        [
            f"{X}, line 2: holds a NUL character, which no text has. The export is damaged: ask for it again. "
            "If it is UTF-16 without a byte-order mark, declare `encoding: utf-16-le`."
        ],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_it_comes_out_right(right, name):
    right(*RIGHT[name])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_word_for_word(refused, name):
    refused(*REFUSED[name])
