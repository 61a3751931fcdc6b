"""What is cut from a mail, and what never is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.reasons.wording import cut
from cxlib.reasons.wording.cutting import LONGEST

CONCERN = "Die Rechnung 4711 ist falsch, bitte korrigieren."
GREETINGS = (
    "Guten Tag,",
    "Sehr geehrte Damen und Herren,",
    "Hallo Frau Neumeister,",
    "Moin zusammen,",
    "Dear Ms Whitlock,",
    "Hi team,",
    "Good morning,",
    "",
)
CLOSINGS = (
    "Mit freundlichen Grüßen\nA. Kolbe",
    "MfG Hentschel, Wareneingang",
    "VG",
    "Kind regards\nHannah Whitlock\nPurchasing",
    "Danke und Gruß\nJens",
    "",
)
SIGNATURES = (
    "--\nBrauer Fördertechnik GmbH · Werk II\nTel. 069 90009-418 · Fax -499",
    "Tel. 069 1234\nkolbe@brauer.example\nwww.brauer.example",
    "",
)
FOOTERS = ("Von meinem iPhone gesendet", "Sent from my Galaxy", "Gesendet vom Handy", "")
THREADS = (
    "Am 12.03. schrieb Kundencenter:\n> Ihre Ware ist versandt.",
    "Am 12.03.2026 um 10:11 schrieb Service\n<info@volkmar-thies.example>:\n> Ihre Ware ist versandt.",
    "On 27 May V. Kraemer wrote:\n> You will have it by the 5th.",
    "Von: Service <info@volkmar-thies.example>\nGesendet: Montag, 3. Juni 2026 10:00\nAn: Kolbe\nBetreff: AW: Rechnung\n\nIhre Ware ist versandt.",
    "From: Service\nSent: Monday\nTo: Kolbe\nSubject: Invoice\n\nYour goods are on the way.",
    "-----Original Message-----\nYour goods are on the way.",
    "-----Ursprüngliche Nachricht-----\n> Von: debitoren@volkmar-thies.example\n> Im Anhang die Mahnung.",
    "> Ihre Ware ist versandt.\n> Gruß",
    "",
)
NOTICES = (
    "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Empfänger sind,\nlöschen Sie sie bitte.",
    "This e-mail is confidential and may be privileged.",
    "",
)
MAILS = st.tuples(*map(st.sampled_from, (GREETINGS, CLOSINGS, SIGNATURES, FOOTERS, NOTICES, THREADS)))


@settings(max_examples=300, deadline=None)
@given(MAILS)
def test_of_a_mail_the_concern_is_left(parts):
    greeting, closing, signature, footer, notice, thread = parts
    if signature.startswith("Tel") and not closing:
        signature = ""  # then a name may stand above it
    mail = "\n\n".join(part for part in (greeting, CONCERN, closing, signature, footer, notice, thread) if part)
    assert cut([mail]) == [CONCERN]


PIECES = st.sampled_from(
    ["<p>", "</p>", "&lt;", "br>", "> ", "--", "Hallo", "Am 1.2. schrieb", ":", "\n", " ", "PS:", "Von: x", "An: y", "Gruß", "Tel. 1", "😀"]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=25).map("".join)))
def test_cut_again_changes_nothing_and_nothing_gets_longer(text):
    once = cut([text])[0]
    assert cut([once]) == [once]
    assert len(once) <= len(text)


@settings(max_examples=200, deadline=None)
@given(MAILS, st.sampled_from(["Storno", "Wo bleibt die Ware", "Hallo, Rechnung fehlt", "need a copy of the invoice"]))
def test_no_text_with_words_is_emptied(parts, words):
    assert any(cut(["\n".join([*order, words])])[0] for order in (parts, parts[::-1]))
    for part in parts:
        if sum(letter.isalpha() for letter in part) > 1:
            assert cut([part])[0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Bitte Storno.\nGruß\nKolbe\nPS: Und die Mahnung auch.", "Bitte Storno.\nPS: Und die Mahnung auch."),
        (
            "<html><style>p {}</style><p>Wo bleibt <b>die Ware</b>?<br>Es eilt</p><blockquote>Ihre Bestellung</blockquote></html>",
            "Wo bleibt die Ware?\nEs eilt",
        ),
        ("3 < 5 und 7 > 6, stimmt das?", "3 < 5 und 7 > 6, stimmt das?"),
        ("> Von: Kolbe\n> Gesendet: Montag\n> Die Rechnung fehlt.", "Die Rechnung fehlt."),  # forwarded: all of it is quoted
        ("Firma: Brauer\nTelefon: 069 1234\nNachricht: Wo bleibt die Ware?", "Wo bleibt die Ware?"),
        ("AW: AW: Angebot Radlader", "Angebot Radlader"),
        ("Hallo ich brauche ein Ersatzteil", "ich brauche ein Ersatzteil"),
        ("Guten Tag, ist bei Ihnen der Malermeister?", "ist bei Ihnen der Malermeister?"),
        ("Von der Ware fehlt ein Teil.\nAn der Pumpe auch.", "Von der Ware fehlt ein Teil.\nAn der Pumpe auch."),
        ("Am Montag schrieb ich Ihnen schon einmal.", "Am Montag schrieb ich Ihnen schon einmal."),
        (
            "Guten Tag,\nam Montag schrieb Ihr Kollege, dass die Ware kommt.\nSie fehlt.",
            "am Montag schrieb Ihr Kollege, dass die Ware kommt.\nSie fehlt.",
        ),
        (
            "Ware fehlt.\nOn Monday Mr Kolbe wrote it had shipped\nand it has not.",
            "Ware fehlt.\nOn Monday Mr Kolbe wrote it had shipped\nand it has not.",
        ),
        (
            "Ware fehlt.\nAm Montag kam nichts,\nund Kolbe schrieb nichts dazu.",
            "Ware fehlt.\nAm Montag kam nichts,\nund Kolbe schrieb nichts dazu.",
        ),
        ("Bitte Storno.\nAm 3. Feb. um 08:15 schrieb Service <s@x.de>\nIhre Bestellung", "Bitte Storno."),
        ("Die Pumpe leckt.\n\nDiese Nachricht ist die dritte dazu.", "Die Pumpe leckt.\n\nDiese Nachricht ist die dritte dazu."),
        ("Bitte Storno.\nAm 3. Feb. schrieb s@x.de\nIhre Bestellung", "Bitte Storno."),
        ("Ware fehlt.\n\nKolbe", "Ware fehlt.\n\nKolbe"),  # of so few words the last may be one of them
        ("Die Ware fehlt uns noch.\n\nKolbe", "Die Ware fehlt uns noch."),
        ("Bitte Storno.\nVon: Kolbe\nKolbe GmbH\nGesendet: Montag\nIhre Ware ist da", "Bitte Storno."),
        ("", ""),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_what_is_left(text, left):
    assert cut([text]) == [left]


def test_a_mail_of_500_kb_is_cut_in_a_moment():
    mail = "Die Ware fehlt.\n" + "A" * 250_000 + "\n" + "<div>> </div>" * 20_000
    began = time.perf_counter()
    left = cut([mail])[0]
    assert left.startswith("Die Ware fehlt.")
    assert len(left) <= LONGEST
    assert time.perf_counter() - began < 30  # no pattern goes astray; a second on an idle machine
