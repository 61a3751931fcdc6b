"""Alpha, omega and item–rest correlation: psych and lavaan, closed forms, properties, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxlib.errors import DataError
from cxlib.survey import reliability

FACES = {"A": ["A1"], "C": ["C4", "C5"], "E": ["E1", "E2"], "N": [], "O": ["O2", "O5"]}  # psych::bfi: items asked the other way round
HOLZINGER = {"visual": ["x1", "x2", "x3"], "textual": ["x4", "x5", "x6"], "speed": ["x7", "x8", "x9"]}

# A survey of the project's own. In R 4.2:
#   X <- cbind(a=c(3,5,4,2,1,4,5,5,3,2,4,1), b=c(2,5,4,3,1,3,5,4,3,1,5,2), c=c(3,4,5,2,2,4,4,5,2,3,4,1)); C <- cov(X)
#   3/2 * (1 - sum(diag(C))/sum(C))                      # 0.91845703125
#   for (j in 1:3) cor(X[,j], rowSums(X[,-j]))           # 0.9478807503 0.7863154778 0.7881714667
SMALL = pd.DataFrame({"a": [3.0, 5, 4, 2, 1, 4, 5, 5, 3, 2, 4, 1], "b": [2.0, 5, 4, 3, 1, 3, 5, 4, 3, 1, 5, 2]}).assign(
    c=[3.0, 4, 5, 2, 2, 4, 4, 5, 2, 3, 4, 1]
)


def responses_of(wide, **columns):
    """Lay answers side by side out as the contract table; a missing one was not used."""
    wide = wide.reset_index(drop=True)
    ids = pd.Series([f"q{number:06d}" for number in range(len(wide))])
    long = wide.assign(response_id=ids, respondent_id=ids, weight=1.0, **columns).melt(
        ["response_id", "respondent_id", "weight", *columns], list(wide.columns), var_name="item_id"
    )
    return long.assign(state=np.where(long["value"].notna(), "answered", "not_used"))


def one_factor(rng, n, loadings):
    mood = rng.normal(size=(n, 1))
    loadings = np.asarray(loadings)
    answers = mood * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)
    return pd.DataFrame(answers, columns=[f"i{number}" for number in range(len(loadings))])


def figure(function, wide, **options):
    return function(responses_of(wide), items=list(wide.columns), **options)["value"].to_numpy()


@pytest.fixture(scope="module")
def faces(oracle_data):
    wide = pd.read_csv(oracle_data / "psych_bfi.csv").iloc[:, :25].astype("float64")
    for item in [item for turned in FACES.values() for item in turned]:
        wide[item] = 7 - wide[item]
    return responses_of(wide)


@pytest.fixture(scope="module")
def pupils(oracle_data):
    return responses_of(pd.read_csv(oracle_data / "holzinger_swineford.csv")[[item for mine in HOLZINGER.values() for item in mine]])


def test_alpha_agrees_with_psych_where_answers_are_missing(faces):
    scales = {name: [f"{name}{number}" for number in range(1, 6)] for name in FACES}
    found = reliability.alpha(faces, items=scales)
    assert found["item_group"].to_list() == list("ACENO")
    assert found["value"].to_numpy() == pytest.approx([0.70301845, 0.72673497, 0.76173282, 0.81396295, 0.60017251], abs=5e-9)
    listwise = reliability.alpha(faces, items=scales, missing="listwise")
    assert (listwise["n"] < found["n"]).all()
    assert listwise["value"].to_numpy() == pytest.approx(found["value"].to_numpy(), abs=0.01)


def test_alpha_and_omega_agree_with_lavaan(pupils):
    found = reliability.alpha(pupils, items=HOLZINGER)
    assert found["value"].to_numpy() == pytest.approx([0.62611713, 0.88270691, 0.68845502], abs=5e-9)
    together = reliability.omega(pupils, items=HOLZINGER, joint=True)
    assert together["item_group"].to_list() == list(HOLZINGER)
    assert together["value"].to_numpy() == pytest.approx(
        [0.62531802, 0.88517536, 0.68776004], abs=5e-7
    )  # as near as lavaan stops to the minimum


def test_a_small_survey_agrees_with_r():
    assert figure(reliability.alpha, SMALL) == pytest.approx(0.91845703125, abs=1e-12)
    assert figure(reliability.item_rest, SMALL) == pytest.approx([0.9478807503, 0.7863154778, 0.7881714667], abs=1e-9)


def test_omega_of_three_items_has_a_closed_form():
    wide = one_factor(np.random.default_rng(1), 200, [0.8, 0.7, 0.6])
    c = wide.cov().to_numpy()
    loading = np.sqrt([c[0, 1] * c[0, 2] / c[1, 2], c[0, 1] * c[1, 2] / c[0, 2], c[0, 2] * c[1, 2] / c[0, 1]])
    expected = loading.sum() ** 2 / (loading.sum() ** 2 + (np.diag(c) - loading**2).sum())
    assert figure(reliability.omega, wide) == pytest.approx(expected, abs=1e-8)


def test_omega_finds_the_planted_reliability_where_alpha_stays_below():
    loadings = np.array([0.9, 0.8, 0.5, 0.3])
    wide = one_factor(np.random.default_rng(2), 20_000, loadings)
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    found = reliability.omega(responses_of(wide), items=list(wide.columns))
    assert found["value"].item() == pytest.approx(truth, abs=0.01)
    assert found["low"].item() < truth < found["high"].item()
    assert figure(reliability.alpha, wide) < truth - 0.02


@given(st.integers(0, 10_000), st.floats(-5, 5), st.floats(0.1, 20))
@settings(max_examples=20)
def test_neither_shift_nor_stretch_nor_order_matters(seed, shift, stretch):
    wide = one_factor(np.random.default_rng(seed), 60, [0.8, 0.7, 0.7, 0.6])
    moved = shift + stretch * wide[wide.columns[::-1]]
    each = wide + np.array([shift, 0, -shift, 1])
    for function in (reliability.alpha, reliability.omega):
        assert figure(function, moved) == pytest.approx(figure(function, wide), abs=1e-6, nan_ok=True)
        assert figure(function, each) == pytest.approx(figure(function, wide), abs=1e-6, nan_ok=True)
    assert figure(reliability.item_rest, moved)[::-1] == pytest.approx(figure(reliability.item_rest, wide), abs=1e-9)


@pytest.mark.parametrize("function", [reliability.alpha, reliability.omega, reliability.item_rest])
def test_a_weight_of_two_is_the_row_twice(function):
    wide = one_factor(np.random.default_rng(3), 80, [0.8, 0.7, 0.6, 0.5])
    table = responses_of(wide)
    heavy = table["response_id"] < "q000030"
    twice = pd.concat([table, table[heavy].assign(response_id=table["response_id"] + "b")])  # the same respondents: clusters stay
    once = function(table.assign(weight=np.where(heavy, 2.0, 1.0)), items=list(wide.columns))
    doubled = function(twice, items=list(wide.columns))
    for column in ("value", "low", "high"):
        assert once[column].to_numpy() == pytest.approx(doubled[column].to_numpy(), abs=1e-6)
    assert once["n"].to_list() == doubled["n"].to_list() == [80] * len(once)


@pytest.mark.parametrize("function", [reliability.alpha, reliability.omega, reliability.item_rest])
@pytest.mark.parametrize("gaps", [0.0, 0.25])
def test_the_standard_error_is_the_jackknifes_and_the_bootstraps(function, gaps):
    """Both leave the formulas of influence out."""
    rng = np.random.default_rng(4)
    wide = one_factor(rng, 150, [0.8, 0.7, 0.7, 0.6])
    wide = wide.mask(rng.random(wide.shape) < gaps)
    wide = wide[wide.notna().sum(axis=1) > 1]
    row = function(responses_of(wide), items=list(wide.columns), draws=1000).iloc[0]
    if function is reliability.item_rest:
        half = (np.arctanh(row["high"]) - np.arctanh(row["low"])) / 2 * (1 - row["value"] ** 2)
    else:
        half = np.log((1 - row["low"]) / (1 - row["high"])) / 2 * (1 - row["value"])
    se = half / stats.t.ppf(0.975, len(wide) - 1)
    left_out = np.array([figure(function, wide.drop(index=index))[0] for index in wide.index])
    jackknife = np.sqrt((len(wide) - 1) / len(wide) * ((left_out - left_out.mean()) ** 2).sum())
    assert se == pytest.approx(jackknife, rel=0.05)
    assert se == pytest.approx(np.nanstd(row["draws"]), rel=0.12)


def test_alphas_interval_is_near_feldts_where_answers_are_normal_and_alike():
    wide = one_factor(np.random.default_rng(5), 400, [0.7] * 5)
    row = reliability.alpha(responses_of(wide), items=list(wide.columns)).iloc[0]
    rest = 1 - row["value"]  # (1 − α)/(1 − estimate) is F with (n−1)(k−1) and n−1 degrees of freedom turned over: Feldt 1965
    feldt = [1 - rest * stats.f.ppf(q, 399, 399 * 4) for q in (0.975, 0.025)]
    assert [row["low"], row["high"]] == pytest.approx(feldt, abs=0.01)


def test_answers_of_one_account_are_not_independent():
    rng = np.random.default_rng(6)
    accounts = one_factor(rng, 40, [0.8, 0.7, 0.6])
    wide = pd.concat([accounts] * 5, ignore_index=True)
    table = responses_of(wide)
    account = table["response_id"].str[1:].astype(int) % 40
    table = table.assign(account_id="k" + account.astype(str))
    alone, together = (reliability.alpha(table, items=list(wide.columns), cluster=cluster).iloc[0] for cluster in (None, "account_id"))
    assert alone["value"] == together["value"]
    assert np.log(1 - together["low"]) - np.log(1 - together["high"]) > 2 * (np.log(1 - alone["low"]) - np.log(1 - alone["high"]))


def test_groups_are_those_of_the_parts():
    wide = one_factor(np.random.default_rng(7), 120, [0.8, 0.7, 0.6])
    table = responses_of(wide, role=np.where(np.arange(120) % 3 == 0, "user", "buyer"))
    found = reliability.alpha(table, items={"s": list(wide.columns)}, by=["role"])
    assert found[["item_group", "role"]].to_numpy().tolist() == [["s", "buyer"], ["s", "user"]]
    for row in found.itertuples():
        part = reliability.alpha(table[table["role"] == row.role], items=list(wide.columns)).iloc[0]
        assert [row.value, row.low, row.high, row.n] == pytest.approx([part["value"], part["low"], part["high"], part["n"]])


def test_draws_align_by_respondent():
    wide = one_factor(np.random.default_rng(8), 100, [0.8, 0.7, 0.6])
    table = responses_of(wide)
    first, again = (reliability.omega(part, items=list(wide.columns), draws=20)["draws"].item() for part in (table, table.iloc[::-1]))
    assert first == pytest.approx(again, abs=1e-7)


def test_an_item_counts_only_those_who_answered_it():
    wide = one_factor(np.random.default_rng(9), 100, [0.8, 0.7, 0.6])
    wide.loc[:59, "i2"] = np.nan
    found = reliability.item_rest(responses_of(wide), items=list(wide.columns))
    assert found["n"].to_list() == [100, 100, 40]
    assert found["n_eff"].to_list() == pytest.approx([100, 100, 40])


def test_answers_never_used_are_no_answers():
    wide = SMALL.copy()
    table = responses_of(wide)
    off = table.assign(value=table["value"].where(table["state"] == "answered", 9.0))
    wide.loc[0, "a"] = np.nan
    assert figure(reliability.alpha, wide) != pytest.approx(0.91845703125, abs=1e-4)
    coded = responses_of(wide).assign(value=lambda rows: rows["value"].fillna(99.0))  # a code left in a row that is no answer
    assert reliability.alpha(coded, items=list("abc"))["value"].item() == pytest.approx(figure(reliability.alpha, wide).item())
    assert reliability.alpha(off, items=list("abc"))["value"].item() == pytest.approx(0.91845703125)


def thin(wide):
    wide = wide.copy()
    wide.loc[:79, "i0"] = np.nan
    return wide


def apart(wide):
    wide = wide.copy()
    wide.loc[:49, "i0"] = np.nan
    wide.loc[50:, "i1"] = np.nan
    return wide


def two_worlds(wide):
    """Six items, three to each of two moods that hardly go together."""
    rng = np.random.default_rng(11)
    moods = rng.normal(size=(300, 2)) @ np.array([[1.0, 0.4], [0.0, 0.9]])
    return pd.DataFrame(moods[:, [0, 0, 0, 1, 1, 1]] + rng.normal(size=(300, 6)), columns=[f"i{number}" for number in range(6)])


@pytest.mark.parametrize(
    ("function", "change", "note", "valued"),
    [
        (reliability.alpha, lambda wide: wide.assign(i0=-wide["i0"]), "reversed item", True),
        (reliability.alpha, lambda wide: wide * 0, "no spread", False),
        (reliability.alpha, lambda wide: wide.assign(i0=3.0), "no spread", True),
        (reliability.omega, lambda wide: wide.assign(i0=3.0), "no spread", False),
        (reliability.alpha, apart, "never rated together", False),
        (reliability.omega, apart, "never rated together", False),
        (reliability.item_rest, apart, "never rated together", False),
        (reliability.alpha, thin, "thinnest pair n < 30", True),
        (reliability.alpha, lambda wide: wide.iloc[:1], "never rated together", False),
        (reliability.omega, lambda wide: wide[["i0", "i1"]], "fewer than 3 items", False),
        (reliability.omega, lambda wide: wide[["i0", "i1", "i2"]].assign(i2=-wide["i2"] + 1.5 * wide["i0"]), "improper solution", False),
        (reliability.omega, two_worlds, "one factor does not fit", True),
    ],
)
def test_what_cannot_be_told_keeps_its_row(function, change, note, valued):
    wide = change(one_factor(np.random.default_rng(10), 100, [0.8, 0.7, 0.6, 0.5]))
    found = function(responses_of(wide), items=list(wide.columns), draws=5).iloc[0]
    assert found["note"] == note
    assert found["value"] == pytest.approx(found["value"], nan_ok=not valued)
    assert pd.isna(found["value"]) == (not valued)


def test_without_answers_there_is_a_row_that_says_so():
    nothing = responses_of(SMALL).iloc[:0]
    for function in (reliability.alpha, reliability.omega, reliability.item_rest):
        found = function(nothing, items={"s": ["a", "b", "c"]}, by=["role"])
        assert found["note"].to_list() == ["needs responses.value"]
        assert list(found.columns[:2]) == ["item_group", "role"]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ("a", "items: one item is no scale: 'a'. Name at least two items."),
        (["a"], "items: a scale has at least two items, not '1'."),
        ({"s": ["a"]}, "items.s: a scale has at least two items, not '1'."),
        ([], "items: a scale has at least two items, not '0'."),
        (["a", "a"], "items: is named twice: 'a'. Name each item once."),
        (["a", "x"], "items: there is no item 'x'. Items: a, b, c."),
        ({"s": ["a", "b"]}, "items.s: asked on different scales: 1–5, 0–10. The items of a scale share one; analyse them apart."),
    ],
)
def test_what_is_no_scale_is_refused(items, said):
    table = responses_of(SMALL)
    table["scale_low"], table["scale_high"] = np.where(table["item_id"] == "b", 0.0, 1.0), np.where(table["item_id"] == "b", 10.0, 5.0)
    for function in (reliability.alpha, reliability.omega, reliability.item_rest):
        with pytest.raises(DataError) as refused:
            function(table, items=items)
        assert str(refused.value) == said


def test_an_unknown_way_to_treat_gaps_is_refused():
    with pytest.raises(DataError) as refused:
        reliability.alpha(responses_of(SMALL), items=list("abc"), missing="pairs")
    assert str(refused.value) == "missing: unknown way to treat gaps 'pairs' (did you mean 'pairwise'?). Allowed: pairwise, listwise."


def test_without_scales_declared_nothing_is_told():
    answers = pd.DataFrame(
        {"response_id": ["a"], "respondent_id": ["a"], "item_id": ["q"], "value": [1.0], "state": "answered", "weight": 1.0}
    )
    for measure in (reliability.alpha, reliability.omega):
        assert measure(answers, items={})["note"].to_list() == ["needs responses.item_group"]
