"""Differences between groups: against Welch where groups are apart, sharper where the same people answered twice."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import CxError


@pytest.fixture
def waves():
    rng = np.random.default_rng(2)
    person = rng.normal(0, 2, 80)
    both = [
        pd.DataFrame({"id": np.arange(80).astype(str), "wave": wave, "y": person + shift + rng.normal(0, 0.5, 80)})
        for wave, shift in (("1", 0), ("2", 1))
    ]
    return pd.concat(both, ignore_index=True)


def test_independent_groups_give_welchs_standard_error(waves):
    row = estimates.difference(waves, "y", between="wave", reference="1")
    variances = waves.groupby("wave")["y"].var() / 80
    from scipy import stats

    se = (row["high"] - row["low"]).item() / 2 / stats.t.ppf(0.975, 159)
    assert se == pytest.approx(np.sqrt(variances.sum()), rel=0.01)


def test_the_same_people_twice_make_the_difference_surer(waves):
    apart = estimates.difference(waves, "y", between="wave", reference="1")
    paired = estimates.difference(waves, "y", between="wave", reference="1", cluster="id")
    assert (paired["high"] - paired["low"]).item() < 0.5 * (apart["high"] - apart["low"]).item()
    wide = waves.pivot(index="id", columns="wave", values="y")
    one_sample = estimates.mean(pd.DataFrame({"d": wide["2"] - wide["1"]}), "d")
    assert paired["low"].item() == pytest.approx(one_sample["low"].item(), abs=1e-9)


def test_groups_compare_within_themselves(waves):
    table = waves.assign(region=np.resize(["a", "b"], len(waves)))
    rows = estimates.difference(table, "y", between="wave", reference="1", by=["region"])
    means = table.groupby(["region", "wave"])["y"].mean().unstack()
    assert rows["value"].to_numpy() == pytest.approx((means["2"] - means["1"]).to_numpy())
    assert list(rows.columns[:2]) == ["region", "wave"]


def test_draws_are_differences_of_aligned_draws(waves):
    row = estimates.difference(waves, "y", between="wave", reference="1", cluster="id", draws=100)
    sides = estimates.mean(waves, "y", by=["wave"], cluster="id", draws=100).set_index("wave")["draws"]
    np.testing.assert_allclose(row["draws"].item(), sides["2"] - sides["1"])


def test_an_unknown_reference_is_refused(waves):
    with pytest.raises(CxError, match=r"wave: there is no level '3'\. Levels: 1, 2\."):
        estimates.difference(waves, "y", between="wave", reference="3")
