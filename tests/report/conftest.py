"""Invented ESTIMATES: a few touchpoints with everything that happens to rows in practice."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from cxlib.report.words import Words

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "$\\frac{$",
    "$x_1$ \\alpha",
    "=1+1",
    "{{ 7*7 }} {% raw %} {x.__class__}",
    "javascript:alert(1)",
    "tab\tnewline\nnull\x00bell\x07",
    "&amp; &lt; ]]> -->",
    "#0b5c73 var(--cx-ink)",
    "漢字 العربية 🙂 \u202eoverride",
    "x" * 400,
]


class Tags(HTMLParser):
    """Collects elements, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def names(self) -> set[str]:
        return {tag for tag, _ in self.found}

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]

    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def make(
    levels: dict[str | None, tuple[float | None, str]], *, metric: str = "nps", unit: str = "points", by: str = "touchpoint_id"
) -> pd.DataFrame:
    """Return ESTIMATES with an interval of ± 10 % of the value; a level is (value, note)."""
    rows = []
    for level, (value, note) in levels.items():
        number = np.nan if value is None else value
        width = abs(number) * 0.1
        rows.append((level, metric, number, number - width, number + width, unit, 120, 90.0, "mean", note))
    columns = [by, "metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note"]
    frame = pd.DataFrame(rows, columns=columns).astype({by: "str", "metric": "str", "unit": "str", "n": "Int64", "note": "str"})
    frame.attrs["saved"] = "sample"
    return frame


@pytest.fixture(scope="session")
def estimates() -> pd.DataFrame:
    return make(
        {
            None: (40.4, ""),
            "phone": (12.5, ""),
            "shop": (61.0, ""),
            "__other__": (50.0, ""),
            "fair": (None, "suppressed"),
            "fax": (None, "n < 30"),
            "edi": (None, "not asked"),
            "bill": (33.3, ""),
        }
    )


@pytest.fixture(scope="session")
def names() -> dict[str, dict[str, str]]:
    return {"touchpoint_id": {"phone": "Hotline", "shop": "Webshop", "fair": "Messestand", "bill": "Rechnung"}}


@pytest.fixture(scope="session")
def german(names: dict[str, dict[str, str]]) -> Words:
    return Words("de", names)


@pytest.fixture(scope="session")
def english(names: dict[str, dict[str, str]]) -> Words:
    return Words("en", names)


@pytest.fixture
def estimates_of() -> Callable[..., pd.DataFrame]:
    return make


@pytest.fixture
def tags() -> type[Tags]:
    return Tags


@pytest.fixture(params=NASTY, ids=range(len(NASTY)))
def nasty(request: pytest.FixtureRequest) -> str:
    return str(request.param)
