"""Numbers as a reader expects them: how many decimals a unit deserves, and the writing of the language."""

from __future__ import annotations

import math
import re
from numbers import Integral
from typing import Any

from babel import Locale
from babel.numbers import format_currency, format_decimal, format_percent

__all__ = ["CURRENCY", "SHARES", "decimals", "written"]

CURRENCY = re.compile(r"[A-Z]{3}")
SIGNS = re.compile(r"−(?=\D)")  # a line may break between a minus and a currency sign otherwise
SHARES = ("share", "share difference")  # 0–1, told as percent and as percentage points


def decimals(unit: str, value: float, width: float | None = None) -> int:
    """Return how many decimals a number deserves, given its unit and the width of its interval; −3 stands for thousands.

    Money is told to the hundredth of its interval: with a span of 100,000 nobody needs the last three digits.

    >>> decimals("share", 0.404, 0.06), decimals("share", 0.404, 0.004), decimals("points", 40.4)
    (0, 1, 1)
    >>> decimals("share", 0.0, 0.003), decimals("share", 0.0)
    (1, 0)
    >>> decimals("EUR", 33064.0, 109466.0), decimals("EUR", 33064.0), decimals("EUR", 7.8, 0.4)
    (-3, 0, 2)
    """
    size = abs(value)
    if unit in SHARES:
        narrow = 0 < size < 0.1 if width is None else 0 < width < 0.02
        return 1 if narrow or (unit == "share" and (0 < size < 0.01 or 0.99 < size < 1)) else 0
    if unit.startswith(("scale", "severity")) or unit == "points per point" or unit == "kappa" or unit == "coefficient":
        return 2
    if unit == "points" or unit.startswith("per "):
        return 1
    if unit == "index":
        return 0 if width is None or width >= 2 else 1
    if CURRENCY.fullmatch(unit):
        most = 0 if size >= 100 else 2
        return min(most, 2 - math.floor(math.log10(width))) if width else most
    return 0 if size >= 10 or size == int(size) else 1


def written(value: Any, unit: str, digits: int, locale: Locale) -> str:
    """Return a finite number with `digits` decimals and a real minus sign; percentages and money carry their sign.

    Negative `digits` round to tens, hundreds, thousands.

    >>> written(-1234.56, "EUR", 0, Locale("de", "DE")), written(0.404, "share", 0, Locale("en", "GB"))
    ('−1.235\\xa0€', '40%')
    >>> written(-0.052, "share difference", 0, Locale("en", "GB")), written(33064.0, "EUR", -3, Locale("en", "GB"))
    ('−5', '€33,000')
    >>> written(-5000.0, "EUR", -3, Locale("en", "GB"))
    '−\u2060€5,000'
    """
    german = locale.language == "de"
    number = "#,##0" + ("." + "0" * digits if digits > 0 else "")
    if unit == "share":
        percent = round(float(value) * 100, digits) / 100 + 0.0  # + 0.0: no "-0"
        text = format_percent(percent, f"{number}\N{NO-BREAK SPACE}%" if german else f"{number}%", locale)
    elif CURRENCY.fullmatch(unit):
        amount = f"{number}\N{NO-BREAK SPACE}¤" if german else f"¤{number}"
        text = format_currency(round(float(value), digits) + 0.0, unit, amount, locale, currency_digits=False)
    elif unit == "share difference":
        text = format_decimal(round(float(value) * 100, digits) + 0.0, number, locale)
    else:
        whole = isinstance(value, Integral)
        text = format_decimal(int(value) if whole else round(float(value), digits) + 0.0, number, locale)
    return SIGNS.sub("−\N{WORD JOINER}", text.replace("-", "−"))
