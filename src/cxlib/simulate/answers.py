"""Clients whose truth is known: the demo's survey, and the same with other sizes and seeds for tests.

A fictional supplier of hydraulic components asks its customers twice, in German school marks (1 best to 6 worst). Respondents
belong to accounts and have roles; their marks share a person's mood (halo) and an account's, and their recommendation follows from
what they experienced at the touchpoints they met. Nothing here is a real company.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

__all__ = ["RATED", "Rated", "survey", "write_demo"]

NEVER_USED, NO_ANSWER = "8", "9"  # codes of the questionnaire; an empty cell was not asked
ROLES = {"Entscheider": 0.19, "Beeinflusser": 0.24, "Informationssammler": 0.21, "Anwender": 0.29, "unbekannt": 0.07}
SEGMENTS = {"OEM": 0.16, "Landtechnik": 0.24, "Bau": 0.19, "Instandhaltung": 0.21, "Wiederverkäufer": 0.20}
REGIONS = {"Süd": 0.38, "West": 0.31, "Nord/Ost": 0.24, "Ausland": 0.07}
WAVES = {"1": "2025-10", "2": "2026-05"}
MARKS = (1, 6)


@dataclass(frozen=True)
class Rated:
    """A touchpoint of the questionnaire and its truth.

    Attributes
    ----------
    touchpoint_id : str
    actual, expected : float
        Mean school mark of those who met it, and the mark customers expect.
    never_used : float
        Share that never met it.
    effect : float
        Points of recommendation (0–10) for one mark better, among those who met it.
    """

    touchpoint_id: str
    actual: float
    expected: float
    never_used: float
    effect: float


RATED = (
    Rated("T05", 2.1, 1.9, 0.04, 0.0),
    Rated("T10", 2.1, 1.8, 0.29, 0.35),
    Rated("T11", 1.8, 1.5, 0.38, 0.65),
    Rated("T14", 2.5, 1.6, 0.09, 0.25),
    Rated("T19", 2.6, 2.0, 0.31, 0.2),
    Rated("T21", 2.4, 1.6, 0.05, 0.15),
    Rated("T22", 3.3, 1.6, 0.03, 0.85),
    Rated("T25", 2.7, 2.0, 0.10, 0.1),
    Rated("T26", 1.9, 2.0, 0.06, 0.0),
    Rated("T31", 2.9, 1.7, 0.06, 0.45),
    Rated("T34", 2.0, 1.7, 0.52, 0.3),
    Rated("T35", 2.8, 1.8, 0.55, 0.3),
    Rated("T36", 3.1, 1.7, 0.12, 0.28),
    Rated("T39", 3.6, 1.7, 0.61, 0.6),
    Rated("T41", 1.4, 1.5, 0.83, 0.22),
)


def survey(*, respondents: int = 612, wave: str = "1", seed: int = 1, rated: Sequence[Rated] = RATED) -> pd.DataFrame:
    """Simulate one wave as the survey institute would deliver it: one row a respondent, every cell text.

    Parameters
    ----------
    respondents : int
    wave : str
        "1" or "2"; in the second wave customers expect 0.15 marks more.
    seed : int
    rated : sequence of Rated
        The touchpoints asked about, with their truth.

    Returns
    -------
    DataFrame
        Fragebogen, Konto, Datum, Rolle, Segment, Region, Gewicht, Empfehlung (0–10), Gesamturteil (1–10, 10 best), Mühe (1–7, 7
        easy), then ``<touchpoint>_Ist`` and ``<touchpoint>_Soll`` in school marks.

    >>> wave = survey(respondents=50)
    >>> wave.shape, bool(wave["T22_Ist"].isin([*"123456", "8", "9"]).all())
    ((50, 40), True)
    """
    rng = np.random.default_rng([seed, int(wave)])
    accounts = max(2, round(respondents * 0.5))
    account = np.sort(rng.integers(0, accounts, respondents))
    mood = rng.normal(0, 0.55, respondents) + rng.normal(0, 0.4, accounts)[account]
    role = _drawn(rng, ROLES, respondents)
    segment, region = _drawn(rng, SEGMENTS, accounts)[account], _drawn(rng, REGIONS, accounts)[account]
    mood = mood + np.where(role == "Anwender", 0.25, 0.0)  # who uses the goods marks more severely than who buys them
    frame = pd.DataFrame(
        {
            "Fragebogen": [f"W{wave}-{number:04d}" for number in range(1, respondents + 1)],
            "Konto": [f"{4000000 + number:07d}" for number in account],
            "Datum": _days(rng, WAVES[wave], respondents),
            "Rolle": role,
            "Segment": segment,
            "Region": region,
            "Gewicht": [f"{weight:.3f}".replace(".", ",") for weight in np.select([segment == "OEM", segment == "Bau"], [0.62, 1.31], 1.0)],
        }
    )
    marks, recommend = {}, 7.4 - 0.35 * mood + rng.normal(0, 1.3, respondents)
    for touchpoint in rated:
        felt = touchpoint.actual + 0.8 * mood + rng.normal(0, 0.75, respondents)
        met = rng.random(respondents) >= touchpoint.never_used
        recommend += np.where(met, -touchpoint.effect * (felt - touchpoint.actual), 0.0)
        marks[f"{touchpoint.touchpoint_id}_Ist"] = _marked(rng, felt, met)
        wished = touchpoint.expected - (0.15 if wave == "2" else 0.0) + 0.1 * mood + rng.normal(0, 0.45, respondents)
        marks[f"{touchpoint.touchpoint_id}_Soll"] = _marked(
            rng, wished, np.ones(respondents, dtype=bool), asked=rng.random(respondents) < 0.6
        )
    frame["Empfehlung"] = _whole(recommend, 0, 10, rng, missing=0.03)
    frame["Gesamturteil"] = _whole(7.5 - 1.1 * mood + rng.normal(0, 1.0, respondents), 1, 10, rng, missing=0.02)
    frame["Mühe"] = _whole(5.1 - 0.8 * mood + rng.normal(0, 1.1, respondents), 1, 7, rng, missing=0.05)
    return pd.concat([frame, pd.DataFrame(marks)], axis=1)


def write_demo(folder: Path) -> list[Path]:
    """Write the demo client's raw exports: cp1252, semicolons, decimal commas, as an institute in Germany sends them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for wave, respondents in (("1", 612), ("2", 655)):
        path = folder / f"Befragung_Welle{wave}.csv"
        text = io.StringIO()
        survey(respondents=respondents, wave=wave).to_csv(text, sep=";", index=False, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
        path.write_bytes(text.getvalue().encode("cp1252"))
        written.append(path)
    return written


def _drawn(rng: np.random.Generator, shares: dict[str, float], size: int) -> np.ndarray:
    return rng.choice(np.array(list(shares)), size=size, p=np.array(list(shares.values())) / sum(shares.values()))


def _days(rng: np.random.Generator, month: str, size: int) -> list[str]:
    days = pd.Timestamp(f"{month}-01") + pd.to_timedelta(rng.integers(0, 28, size), unit="D")
    return list(days.strftime("%d.%m.%Y"))


def _marked(rng: np.random.Generator, felt: np.ndarray, met: np.ndarray, asked: np.ndarray | None = None) -> np.ndarray:
    marks = np.clip(np.rint(felt), *MARKS).astype(int).astype("<U1")
    cells = np.where(met, np.where(rng.random(len(felt)) < 0.04, NO_ANSWER, marks), NEVER_USED)
    return cells if asked is None else np.where(asked, cells, "")


def _whole(values: np.ndarray, low: int, high: int, rng: np.random.Generator, *, missing: float) -> np.ndarray:
    cells = np.clip(np.rint(values), low, high).astype(int).astype("<U3")
    return np.where(rng.random(len(values)) < missing, "k. A.", cells)


if __name__ == "__main__":
    write_demo(Path("data/demo/raw"))
