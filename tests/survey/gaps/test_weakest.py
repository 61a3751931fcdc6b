"""The weakest link: shares of draws add up, draws align, and the demo's weakest link is found."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.survey import gaps


def rows(draws, *, metric="gap", note=""):
    """Return ESTIMATES of links a, b, … with these draws."""
    levels = pd.DataFrame({"touchpoint_id": list("abcdef")[: len(draws)]})
    means = [np.nanmean(values) for values in draws]
    columns = {"metric": metric, "value": means, "low": means, "high": means, "unit": "scale points", "n": 50, "n_eff": 50.0, "note": note}
    return estimates.rows.rows(levels, {**columns, "draws": [np.array(values, dtype=float) for values in draws]})


def of(table, metric):
    return table[table["metric"].eq(metric)].set_index("touchpoint_id")


def test_shares_of_draws_add_up_and_ties_are_shared():
    found = of(gaps.weakest_link(rows([[-1, -1, -2, 0], [-1, -2, -1, 1], [0, 0, 0, 2]])), "weakest_probability")["value"]
    assert found.to_dict() == {"a": (0.5 + 0 + 1 + 1) / 4, "b": (0.5 + 1 + 0 + 0) / 4, "c": 0}
    assert found.sum() == pytest.approx(1)


def test_ranks_count_from_the_weakest_and_carry_their_interval():
    rng = np.random.default_rng(1)
    found = of(gaps.weakest_link(rows([rng.normal(-1, 0.1, 500), rng.normal(-0.95, 0.1, 500), rng.normal(2, 0.1, 500)])), "weakest_rank")
    assert found["value"].to_list() == [1, 2, 3]
    assert found[["low", "high"]].to_numpy().tolist() == [[1, 2], [1, 2], [3, 3]]
    assert list(found.index) == ["a", "b", "c"]


def test_a_missing_draw_makes_nobody_the_weakest():
    found = of(gaps.weakest_link(rows([[np.nan, -1.0], [0.0, 0.0]])), "weakest_probability")["value"]
    assert found.to_dict() == {"a": 0.5, "b": 0.5}


def test_draws_align_so_what_moves_all_links_at_once_cancels_out(item):
    """Two links a quarter point apart in every account, accounts far apart: intervals overlap widely, yet the order is certain."""
    people = [f"p{number}" for number in range(60)]
    level = np.repeat([2.0, 5.0, 3.5], 20)
    parts = [
        item(level - (0.5 if name == "shop" else 0) + shift, "actual", name, people=people)
        for name, shift in (("shop", np.tile([0.0, 0.5], 30)), ("hotline", np.tile([0.25, 0.25], 30)))
    ]
    parts += [item(np.full(60, 6.0), "expected", name, people=people) for name in ("shop", "hotline")]
    found = gaps.gap(pd.concat(parts), draws=200)
    gap = found[found["metric"].eq("gap")].set_index("touchpoint_id")
    assert gap.loc["shop", "high"] > gap.loc["hotline", "low"]
    assert of(gaps.weakest_link(found), "weakest_probability").loc["shop", "value"] > 0.99


def test_where_nothing_was_expected_the_lowest_rating_is_the_weakest(item):
    found = gaps.gap(pd.concat([item([3, 4, 3], "actual"), item([2, 3, 3], "actual", "shop")]), draws=50)
    assert of(gaps.weakest_link(found), "weakest_rank")["value"].to_dict() == {"shop": 1, "hotline": 2}
    assert set(gaps.links(found)["metric"]) == {"actual"}


def test_what_cannot_be_told_says_what_it_needs(item):
    found = gaps.gap(item([3], "actual").iloc[:0], draws=50)
    assert gaps.weakest_link(found)["note"].item() == "needs responses[actual], responses[expected]"


def test_where_nobody_has_a_pair_there_is_no_weakest_link(item):
    found = gaps.gap(pd.concat([item([3, np.nan], "actual"), item([np.nan, 5], "expected")]), draws=50)
    assert found["touchpoint_id"].isna().all()
    assert gaps.weakest_link(found)["value"].isna().all()


def test_rows_without_draws_are_refused(item):
    found = gaps.gap(pd.concat([item([3, 4], "actual"), item([5, 6], "expected")]))
    with pytest.raises(DataError) as error:
        gaps.weakest_link(found)
    assert str(error.value) == (
        "weakest_link: rows carry no draws. Compute the gaps with draws=500, and hand them over before they are saved."
    )
    with pytest.raises(DataError, match=r"weakest_link: there is no group column 'stage'. Group columns: touchpoint_id."):
        gaps.weakest_link(found, by="stage")
    twice = rows([[-1, -2], [0, 0]]).assign(touchpoint_id="a")
    with pytest.raises(DataError, match=r"weakest_link: several rows stand for the link 'a'. Choose one."):
        gaps.weakest_link(twice)


def test_beside_finds_the_other_metric_of_a_link_or_what_is_missing(item):
    found = gaps.gap(
        pd.concat([item([3, 4], "actual"), item([5, 6], "expected"), item([2, 4], "actual", "shop"), item([6, 6], "expected", "shop")])
    )
    widest = estimates.lowest(gaps.links(found))
    assert gaps.beside(found, widest, "expected")[["touchpoint_id", "value"]].to_numpy().tolist() == [["shop", 6]]
    alone = gaps.gap(item([3, 4], "actual"))
    assert gaps.beside(alone, estimates.lowest(gaps.links(alone)), "expected")["note"].item() == "needs responses[expected]"


def test_the_demo_s_weakest_link(demo_table):
    found = gaps.gap(demo_table("responses"), cluster="account_id", draws=200)
    sure = of(gaps.weakest_link(found), "weakest_probability")["value"]
    assert sure.idxmax() == "T39"  # planted: 1.9, the next 1.7 and 1.4
    assert sure[["T39", "T22", "T36"]].sum() > 0.99
