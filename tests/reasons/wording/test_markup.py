"""HTML mails as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.reasons.wording.markup import plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Eins</p><p>Zwei</p>", "Eins\n\nZwei"),
        ("Eins<br>Zwei<br/>Drei", "Eins\nZwei\nDrei"),
        ("<html><head><title>x</title></head><body>Gr&uuml;&szlig;e &amp; mehr</body></html>", "Grüße & mehr"),
        ("<div>Neu<div class='gmail_quote'>Alt <b>fett</b><br></div> auch</div>", "Neu auch"),
        ("<p>Neu<blockquote>Alt", "Neu"),
        ("a < b und b > c", "a < b und b > c"),
    ],
)
def test_what_a_reader_sees(markup, text):
    assert plain(markup) == text


@given(st.text(alphabet="<>/pbr diva&;", max_size=60))
def test_broken_markup_never_fails_and_never_grows(markup):
    assert len(plain(markup)) <= len(markup)
