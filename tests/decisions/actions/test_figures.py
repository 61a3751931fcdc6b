import numpy as np
import pytest

from cxlib.decisions.actions.figures import Saved, stream
from cxlib.errors import DataError
from cxlib.estimates import stack
from tests.decisions.actions.conftest import DRAWS, told


def test_a_figure_is_found_by_its_levels_with_its_draws():
    table = stack(told("nps", 1.0, spread=0.5, region="A"), told("nps", 2.0, region="B"), told("nps", 3.0))
    saved = Saved({"t": table}, DRAWS)
    assert saved.find("t", "nps", region="A").value == 1.0
    assert saved.find("t", "nps", region="A").draws.tolist() == pytest.approx((1 + 0.5 * np.linspace(-1, 1, DRAWS)).tolist())
    assert saved.find("t", "nps").value == 3.0  # over all


def test_what_is_not_there_or_has_no_number_is_none():
    saved = Saved({"t": told("nps", np.nan, region="A"), "empty": told("nps", 1.0).iloc[:0]}, DRAWS)
    assert saved.find("t", "nps", region="A") is None
    assert saved.find("t", "csat", region="A") is None
    assert saved.find("t", "nps", region="A", wave="1") is None
    assert saved.find("empty", "nps") is None
    assert saved.find("nowhere", "nps") is None


def test_an_interval_without_draws_becomes_a_normal_one():
    table = told("nps", 10.0, spread=1.96, region="A").drop(columns="draws")
    drawn = Saved({"t": table}, 4000).find("t", "nps", region="A").draws
    assert drawn.mean() == pytest.approx(10, abs=0.1)
    assert drawn.std() == pytest.approx(1, abs=0.05)
    bare = told("nps", 10.0, region="A").drop(columns="draws")
    assert set(Saved({"t": bare}, 5).find("t", "nps", region="A").draws) == {10.0}


def test_draws_align_by_their_number():
    first = Saved({"t": told("nps", 1.0, spread=1.0)}, 3).find("t", "nps").draws
    assert first.tolist() == pytest.approx(told("nps", 1.0, spread=1.0)["draws"].item()[:3].tolist())


def test_fewer_draws_are_refused():
    with pytest.raises(DataError) as problem:
        Saved({"t": told("nps", 1.0, spread=1.0)}, 500).find("t", "nps")
    assert str(problem.value) == "t.nps: was saved with 8 draws, not '500'. Run all pages with one number of draws."


def test_random_numbers_hang_on_the_key_alone():
    assert (stream(1, "a").random(3) == stream(1, "a").random(3)).all()
    assert (stream(1, "a").random(3) != stream(1, "b").random(3)).any()
    assert (stream(1, "a").random(3) != stream(2, "a").random(3)).any()
