"""The demo's survey: deterministic, as dirty and as true as it says."""

import io

import numpy as np
import pandas as pd
import pytest

from cxlib import simulate


def test_the_committed_exports_are_what_the_simulator_writes(root, tmp_path):
    for path in simulate.write_demo(tmp_path):
        assert path.read_bytes() == (root / "data" / "demo" / "raw" / path.name).read_bytes(), "run: python -m cxlib.simulate"


def test_exports_come_as_an_institute_in_germany_sends_them(root):
    content = (root / "data" / "demo" / "raw" / "Befragung_Welle1.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    table = pd.read_csv(io.BytesIO(content), sep=";", encoding="cp1252", dtype=str, keep_default_na=False)
    assert table["Gewicht"].str.fullmatch(r"\d,\d{3}").all()
    assert table["Empfehlung"].isin([*map(str, range(11)), "k. A."]).all()


@pytest.fixture(scope="module")
def many():
    return simulate.survey(respondents=20_000, seed=3)


def marks(table, column):
    return pd.to_numeric(table[column].where(table[column].isin(list("123456"))))


def test_marks_and_use_are_as_planted(many):
    for touchpoint in simulate.RATED:
        column = f"{touchpoint.touchpoint_id}_Ist"
        assert (many[column] == simulate.NEVER_USED).mean() == pytest.approx(touchpoint.never_used, abs=0.02)
        assert marks(many, column).mean() == pytest.approx(touchpoint.actual, abs=0.25)  # clipping at 1 pulls good marks up


def test_recommendation_follows_what_was_planted(many):
    recommend = pd.to_numeric(many["Empfehlung"], errors="coerce")
    slopes = {}
    for touchpoint in simulate.RATED:
        both = pd.DataFrame({"mark": marks(many, f"{touchpoint.touchpoint_id}_Ist"), "recommend": recommend}).dropna()
        slopes[touchpoint.touchpoint_id] = -np.polyfit(both["mark"], both["recommend"], 1)[0]
    ranked = sorted(slopes, key=slopes.__getitem__, reverse=True)
    assert {"T22", "T11"} <= set(ranked[:4])  # the two largest planted effects
    assert {"T05", "T26"} <= set(ranked[-5:])  # no effect of their own, only the shared mood


def test_ratings_share_a_mood(many):
    wide = pd.DataFrame({column: marks(many, column) for column in many.columns if column.endswith("_Ist")})
    correlations = wide.corr().to_numpy()[np.triu_indices(len(wide.columns), 1)]
    assert 0.15 < np.nanmedian(correlations) < 0.6


def test_customers_expect_more_in_the_second_wave():
    first, second = (marks(simulate.survey(respondents=5000, wave=wave), "T22_Soll").mean() for wave in "12")
    assert first - second == pytest.approx(0.15, abs=0.06)


def test_the_seed_decides():
    assert simulate.survey(respondents=50).equals(simulate.survey(respondents=50))
    assert not simulate.survey(respondents=50).equals(simulate.survey(respondents=50, seed=2))
