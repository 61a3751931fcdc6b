"""Invented ESTIMATES with several metrics, and what stands where in a finished picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cxlib.report import svg
from cxlib.report.plots import Plot
from cxlib.report.words import Words

COLUMNS = ["metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note"]
LONG = "Lieferterminabweichungsbenachrichtigungsverfahren im Ersatzteilgeschäft"
HOSTILE = ["<script>alert(1)</script>", "$\\frac{$", LONG, "مرحبا بالعملاء 🙂", "", "a"]


@dataclass(frozen=True)
class Text:
    """One text of a picture with the room it takes."""

    words: str
    left: float
    right: float
    base: float
    size: float

    def covers(self, other: Text) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.base, other.base) - max(self.base - 0.7 * self.size, other.base - 0.7 * other.size)
        return across > 1 and down > 1


@dataclass(frozen=True)
class Drawn:
    """A finished picture."""

    markup: str
    root: ElementTree.Element

    @property
    def words(self) -> list[str]:
        return ["".join(element.itertext()) for element in self.root.iter("text")]

    @property
    def width(self) -> float:
        return float(self.root.attrib["viewBox"].split()[2])

    def colours(self) -> set[str]:
        """Every colour that is no variable: it would stay as it is in dark mode."""
        styles = " ".join(element.attrib.get("style", "") for element in self.root.iter())
        return set(re.findall(r"#[0-9a-f]{6}", re.sub(r"var\(--cx-\w+,#[0-9a-f]{6}\)", "", styles)))

    def texts(self) -> list[Text]:
        found = []
        for element in self.root.iter("text"):
            style, said = element.attrib.get("style", ""), "".join(element.itertext())
            size = float(re.search(r"font-size:([\d.]+)px", style)[1])
            place = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", element.attrib.get("transform", ""))
            x, y = map(float, place.groups()) if place else (float(element.attrib["x"]), float(element.attrib["y"]))
            wide = (
                svg.text_width(said, size, bold="font-weight" in style) * 0.9
            )  # pages are set in fonts narrower than the one measured with
            anchor = re.search(r"text-anchor:(\w+)", style)
            left = x - wide * {"middle": 0.5, "end": 1.0}.get(anchor[1] if anchor else "", 0.0)
            found.append(Text(said, left, left + wide, y, size))
        return found


@pytest.fixture
def drawn() -> Callable[..., Drawn]:
    def draw(plot: Plot, words: Words, *, narrow: bool = False) -> Drawn:
        markup = plot.figure(words, narrow=narrow).svg(plot.describe(words))
        return Drawn(markup, ElementTree.fromstring(markup))

    return draw


@pytest.fixture
def long_of() -> Callable[..., pd.DataFrame]:
    """Make ESTIMATES of rows (level, metric, value, low, high, unit, n, note), or with as many levels as there are group columns."""

    def make(rows: Iterable[tuple[object, ...]], by: str | list[str] = "item_id") -> pd.DataFrame:
        groups = [by] if isinstance(by, str) else by
        count = len(groups)
        laid = [(*row[: count + 6], 100.0, "made up", row[count + 6]) for row in rows]
        frame = pd.DataFrame(laid, columns=[*groups, *COLUMNS])
        kinds = dict.fromkeys(("value", "low", "high"), "float64")
        return frame.astype({**dict.fromkeys([*groups, "metric", "unit", "note"], "str"), **kinds, "n": "Int64"})

    return make


@pytest.fixture
def drivers_of(long_of: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Make a driver table of as many items as asked for: shares that fall, ranks ± 2, coefficients with n users, one halo only."""

    def make(count: int = 5, hidden: Iterable[int] = ()) -> pd.DataFrame:
        rows: list[tuple[object, ...]] = []
        for number in range(count):
            name = f"item{number}"
            if number in set(hidden):
                units = (("driver_share", "share"), ("driver_rank", "rank"), ("driver_coefficient", "points per point"))
                rows += [(name, metric, np.nan, np.nan, np.nan, unit, 4, "suppressed") for metric, unit in units]
                continue
            share, note = 2 * (count - number) / (count * (count + 1)), "halo only" if number == 1 else ""
            slope = 0.02 if note else 0.9 - 0.04 * number
            rank = number + 1.0
            rows += [
                (name, "driver_share", share, max(share - 0.04, 0), share + 0.05, "share", 1284, note),
                (name, "driver_rank", rank, max(rank - 2, 1), min(rank + 2, count), "rank", 1284, ""),
                (name, "driver_coefficient", slope, slope - 0.2, slope + 0.2, "points per point", 300 + number, note),
                (name, "driver_r2", share / 2, np.nan, np.nan, "share", 1284, note),
            ]
        rows.append((None, "r2", 0.4, 0.3, 0.5, "share", 1284, ""))
        return long_of(rows)

    return make


@pytest.fixture
def ratings_of(long_of: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    def make(count: int = 5, hidden: Iterable[int] = ()) -> pd.DataFrame:
        value = [np.nan if number in set(hidden) else 3.0 + (number * 7 % 19) / 10 for number in range(count)]
        return long_of(
            (f"item{number}", "mean_rating", mean, mean - 0.1, mean + 0.1, "scale 1-5", 200 + number, "n < 30" if mean != mean else "")
            for number, mean in enumerate(value)
        )

    return make


@pytest.fixture
def sides_of(long_of: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Penalty, reward, their sum and a class: the first is disappointment-dominant, the second delight-dominant, the third neither."""

    def make(count: int = 4, hidden: Iterable[int] = ()) -> pd.DataFrame:
        rows: list[tuple[object, ...]] = []
        kinds = ["disappointment_dominant", "delight_dominant", "not_classifiable", "symmetric"]
        for number in range(count):
            name, kind = f"item{number}", kinds[number % 4]
            if number in set(hidden):
                rows += [(name, metric, np.nan, np.nan, np.nan, "points", 4, "suppressed") for metric in ("penalty", "reward", "asymmetry")]
                continue
            penalty, reward = {0: (-2.0, 0.4), 1: (-0.3, 1.6), 2: (-0.2, 0.3), 3: (-1.0, 1.1)}[number % 4]
            reason = "n < 30" if number == 2 else ""
            rows += [
                (name, metric, value, value - 0.3, value + 0.3, "points", 150 + number, reason if metric == "asymmetry" else "")
                for metric, value in (("penalty", penalty), ("reward", reward), ("asymmetry", penalty + reward))
            ]
            rows.append((name, "class_probability", np.nan if kind == "not_classifiable" else 0.8, np.nan, np.nan, "share", 150, kind))
        return long_of(rows)

    return make


@pytest.fixture
def thirds_of(long_of: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    def make(count: int = 4, hidden: Iterable[int] = (), by: str = "item_id") -> pd.DataFrame:
        rows: list[tuple[object, ...]] = []
        for number in range(count):
            low = 0.01 + 0.5 * number / max(count, 2)
            high = (0.9 - low) / 2
            for metric, value in (("disappointed_share", low), ("fine_share", 1 - low - high), ("delighted_share", high)):
                told = (np.nan, np.nan, np.nan) if number in set(hidden) else (value, value - 0.02, value + 0.02)
                rows.append((f"item{number}", metric, *told, "share", 210 + number, "suppressed" if told[0] != told[0] else ""))
        return long_of(rows, by=by)

    return make


@pytest.fixture
def incidents_of(long_of: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Share and severity by sign: the first bad one is rare but severe, nobody told of the last good one."""

    def make(count: int = 4, hidden: Iterable[int] = ()) -> pd.DataFrame:
        rows: list[tuple[object, ...]] = []
        for sign in ("negative", "positive"):
            for number in range(count):
                gone = number in set(hidden)
                often = 0.0 if sign == "positive" and number == count - 1 and count > 1 else 0.02 + 0.03 * number
                grave = 4.6 - (number * 5 % 17) / 6
                rows.append((f"item{number}", sign, "incident_share", often, often * 0.8, often * 1.2, "share", 400, ""))
                told = (np.nan, np.nan, np.nan) if gone or not often else (grave, grave - 0.3, min(grave + 0.3, 5))
                rows.append((f"item{number}", sign, "incident_severity", *told, "scale 1–5", 12, "n < 5" if gone else ""))
        return long_of(rows, by=["touchpoint_id", "sign"])

    return make


@pytest.fixture
def lines_of(long_of: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """A share that falls with the days, in as many classes as asked for; some classes may be hidden from day 180 on."""

    def make(count: int = 3, hidden: Iterable[int] = ()) -> pd.DataFrame:
        rows: list[tuple[object, ...]] = []
        for number in range(count):
            for day in (0, 90, 180, 270, 360):
                gone = number in set(hidden) and day >= 180
                value = np.nan if gone else 1 - day / 360 * (0.2 + 0.15 * number)
                n = 300 - day // 2 - 40 * number
                low, high = value - 0.05, min(value + 0.05, 1) if value == value else value
                rows.append((f"item{number}", str(day), "on_time_share", value, low, high, "share", n, "n < 30" if gone else ""))
        return long_of(rows, by=["item_id", "days"])

    return make


@pytest.fixture
def named() -> Callable[..., Words]:
    """Words with a label for every item: hostile ones first, then long and short ones in turn."""

    def make(language: str, count: int = 0, *, hostile: bool = False) -> Words:
        some = ["Liefertermin-Auskunft", "Hotline und Innendienst erreichbar", "Rechnung", "Anlieferung durch die Spedition", "Preis"]
        labels = HOSTILE if hostile else some
        names = {
            f"item{number}": f"{labels[number % len(labels)]}{'' if number < len(labels) else f' {number}'}"
            for number in range(max(count, 6))
        }
        return Words(language, {"item_id": names, "touchpoint_id": names})

    return make
