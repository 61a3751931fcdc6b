"""The page over all clients of a batch: nothing active, everything escaped, in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime

from cxlib.report import batch
from cxlib.report.words import Words

ROWS = [
    {"client": "acme", "state": "published", "notebook": "", "cell": "", "error": "", "seconds": 1234.56, "peak_mb": 420.4, "link": True},
    {
        "client": "<b>",
        "state": "failed",
        "notebook": "10_x",
        "cell": "5",
        "error": "<script>",
        "seconds": 1.0,
        "peak_mb": 0.0,
        "link": False,
    },
]


def page(language: str) -> str:
    return batch.page(ROWS, words=Words(language), made_at=datetime(2026, 5, 4, 3, 2, tzinfo=UTC), bad=1)


def test_in_german():
    html = page("de")
    assert '<html lang="de">' in html
    assert "2 Kunden, davon 1 ohne neuen Bericht" in html
    assert "1.234,6" in html
    assert html.count('<th scope="col">') == len(batch.COLUMNS)
    assert html.count('<th scope="row">') == 2


def test_in_english():
    html = page("en")
    assert "2 clients, 1 of them without a new report" in html
    assert "1,234.6" in html
    assert "new report" in html


def test_what_came_from_clients_is_text():
    html = page("de")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert '<a href="acme/index.html">acme</a>' in html
    assert 'href="&lt;b&gt;' not in html
