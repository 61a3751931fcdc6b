"""How far touchpoints and waves lie apart, beyond what chance adds."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.monitoring import consistency


def survey(rng, means, later=None, people=200):
    later = means if later is None else later
    rows = [
        pd.DataFrame({"respondent_id": np.arange(people).astype(str), "wave": wave, "value": mean + own + rng.normal(0, 1, people)}).assign(
            item_id=f"t{place}", touchpoint_id=f"t{place}"
        )
        for own in [rng.normal(0, 0.7, people)]
        for wave, level in (("1", means), ("2", later))
        for place, mean in enumerate(level)
    ]
    table = pd.concat(rows, ignore_index=True).assign(survey_id="s", item_type="actual", state="answered", weight=1.0)
    when = pd.to_datetime(table["wave"].map({"1": "2025-05-01", "2": "2026-05-01"}))
    return table.assign(scale_low=1.0, scale_high=9.0, survey_ts=when)


def told(table, **options):
    found = consistency(table, **options)
    return found.set_index(["metric", found["wave"].fillna("")])


def test_equal_touchpoints_spread_by_chance_alone():
    rng = np.random.default_rng(1)
    values = [told(survey(rng, [4.0] * 8)).loc[("touchpoint_spread", "1"), "value"] ** 2 for _ in range(10)]
    assert np.mean(values) < 0.004  # the variance of the means themselves is about 1/200


def test_the_spread_is_that_of_the_true_means():
    means = [3.0, 3.5, 4.0, 4.5, 5.0, 5.5]
    found = told(survey(np.random.default_rng(2), means))
    row = found.loc[("touchpoint_spread", "1")]
    assert row["value"] == pytest.approx(np.std(means, ddof=1), abs=0.1)
    assert row["low"] < np.std(means, ddof=1) < row["high"]
    assert found.loc[("wave_spread", ""), "value"] < 0.1


def test_a_changed_pattern_is_seen_and_a_common_shift_is_not():
    rng = np.random.default_rng(3)
    means = np.array([3.0, 3.5, 4.0, 4.5, 5.0, 5.5])
    shifted = told(survey(rng, means, means + 1))
    assert shifted.loc[("wave_spread", ""), "value"] < 0.12
    changed = told(survey(rng, means, means[::-1]))
    assert changed.loc[("wave_spread", ""), "low"] > 1.5
    assert changed.loc[("spread_change", ""), "low"] < 0 < changed.loc[("spread_change", ""), "high"]


def test_draws_are_kept_only_where_asked_for():
    table = survey(np.random.default_rng(4), [3.0, 4.0, 5.0], people=60)
    assert "draws" not in consistency(table)
    assert len(consistency(table, draws=20)["draws"].iloc[0]) == 20


def test_what_is_missing_is_said():
    table = survey(np.random.default_rng(5), [3.0, 4.0], people=30)
    assert consistency(table)["note"].item() == "n < 3"
    assert consistency(table.iloc[:0])["note"].item() == "needs responses.touchpoint_id"
    three = survey(np.random.default_rng(6), [3.0, 4.0, 5.0], people=30)
    assert consistency(three.assign(scale_low=np.nan))["note"].item() == "needs responses.scale_low"
    assert consistency(three[three["wave"].eq("1")])["metric"].to_list() == ["touchpoint_spread"]
