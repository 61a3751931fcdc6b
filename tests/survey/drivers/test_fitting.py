"""The driver analysis: known surveys, the truth of simulated ones, identities, and answers that are bad or too few."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.survey import drivers
from cxlib.survey.drivers.result import COLUMNS


def test_the_airport_survey(airport):
    """All that is no rating counts as not rated, as in the figures known: shares, R² and rank intervals by terminal run."""
    rated = airport.assign(state=airport["state"].where((airport["state"] == "answered") | (airport["item_id"] == "NETPRO"), "not_used"))
    found = drivers.fit(rated, outcome="NETPRO", cluster="cluster_id")
    table, checks = found.table.set_index("item"), found.checks.set_index("metric")
    assert checks.loc["r2", "value"] == pytest.approx(0.3654, abs=5e-5)
    assert checks.loc["r2", "n"] == 2746
    shares = [12.4, 11.5, 10.7, 8.0, 7.4, 7.0, 6.3, 5.8, 5.2, 4.9, 4.6, 4.2, 3.4, 3.0, 2.9, 2.6]
    assert (100 * table["share"]).to_list() == pytest.approx(shares, abs=0.05)
    ranks = table.loc[["Q14PASSTHRU", "Q14FIND", "Q10SAFE"], ["rank_low", "rank_high"]].astype(int)
    assert ranks.to_numpy().tolist() == [[1, 4], [1, 4], [1, 6]]
    assert checks.loc["person_mean_r2", "value"] == pytest.approx(0.32, abs=0.005)
    assert checks.loc["first_eigenvalue_share", "value"] == pytest.approx(0.43, abs=0.02)


def test_the_airport_s_complete_cases(airport):
    gaps = airport.loc[airport["state"] != "answered", "response_id"].unique()
    found = drivers.fit(airport[~airport["response_id"].isin(gaps)], outcome="NETPRO", draws=0)
    r2 = found.checks.set_index("metric").loc["r2"]
    assert (r2["value"], r2["n"]) == (pytest.approx(0.4717612727, abs=5e-11), 576)


def test_table_and_estimates_say_the_same(draw, lay_out):
    rating, outcome, state = draw(1, 400, never=0.2, no_answer=0.05, not_asked=0.05)
    found = drivers.fit(lay_out(rating, outcome, state), outcome="overall", draws=100)
    table = found.table
    assert tuple(table.columns) == COLUMNS
    assert table["share"].sum() == pytest.approx(1)
    assert table["r2_part"].sum() == pytest.approx(found.checks.set_index("metric").loc["r2", "value"])
    assert ((table["low"] < table["share"]) & (table["share"] < table["high"])).all()
    share = estimates.only(found.estimates, "driver_share", item_id="q0").iloc[0]
    assert (share["value"], share["low"], share["unit"]) == (table["share"][0], table["low"][0], "share")
    assert len(share["draws"]) == 100
    metrics = found.estimates.loc[found.estimates["item_id"].notna(), "metric"].unique()
    assert set(metrics) == {"driver_share", "driver_r2", "driver_rank", "driver_share_users", "driver_coefficient"}
    drawn = estimates.drawn(found.estimates)
    by_draw = drawn[drawn["metric"] == "driver_share"].groupby("draw")["value"].sum()
    assert by_draw.to_numpy() == pytest.approx(1)


def test_draws_are_of_the_same_respondents_as_those_of_other_figures(draw, lay_out):
    """Where many answer alike, the draws of a coefficient follow those of the difference of means that it is."""
    rating, outcome, _ = draw(2, 500, items=1)
    table = lay_out(np.where(rating > 3, 4.0, 3.0), outcome)
    found = drivers.fit(table, outcome="overall", draws=300)
    rated = table[table["item_id"] == "overall"].assign(rated=np.where(rating[:, 0] > 3, "yes", "no"))
    apart = estimates.difference(rated, "value", between="rated", reference="no", cluster="respondent_id", draws=300)
    coefficient = estimates.only(found.estimates, "driver_coefficient", item_id="q0")
    assert coefficient["value"].item() == pytest.approx(apart["value"].item())
    assert np.corrcoef(coefficient["draws"].item(), apart["draws"].item())[0, 1] > 0.99


@given(st.integers(0, 999), st.permutations(range(4)), st.lists(st.sampled_from([0.1, 1.0, 7.0]), min_size=4, max_size=4))
@settings(max_examples=15, deadline=None)
def test_order_and_scale_make_no_difference(draw, lay_out, seed, order, scale):
    rating, outcome, state = draw(seed, 150, items=4, never=0.2)
    plain = drivers.fit(lay_out(rating, outcome, state, scale=(0, 99)), outcome="overall", draws=0).table.set_index("item")
    turned = lay_out(rating[:, order] * scale, outcome * 3 + 1, state[:, order], names=[f"q{number}" for number in order], scale=(0, 99))
    other = drivers.fit(turned, outcome="overall", draws=0).table.set_index("item")
    for column in ("share", "r2_part", "low", "high", "q", "share_users"):
        assert other[column].reindex(plain.index).to_numpy() == pytest.approx(plain[column].to_numpy(), rel=1e-6, abs=1e-9)


def test_groups_are_given_as_a_mapping_or_a_column(draw, lay_out):
    rating, outcome, state = draw(3, 300, items=4)
    table = lay_out(rating, outcome, state)
    named = drivers.fit(table, outcome="overall", groups={"q0": "service", "q1": "service"}, draws=0)
    assert named.table["item"].to_list() == ["service", "q2", "q3"]
    assert named.estimates.columns[0] == "item_group"
    stage = table["item_id"].map({"q0": "service", "q1": "service"})
    assert drivers.fit(table.assign(stage=stage), outcome="overall", groups="stage", draws=0).table.equals(named.table)


def test_recovery_of_both_kinds_of_gaps(draw, lay_out):
    """Never used without effect, and answers that are only missing: each is taken for what it is."""
    effects = np.linspace(1, 0, 5)
    whole, outcome, state = draw(4, 60_000, never=0.3, effects=effects)
    truth = drivers.fit(lay_out(whole, outcome, state), outcome="overall", draws=0).table["share"]
    errors = []
    for seed in range(5, 9):
        rating, outcome, state = draw(seed, 2000, never=0.3, no_answer=0.1, not_asked=0.15, effects=effects)
        found = drivers.fit(lay_out(rating, outcome, state), outcome="overall", draws=0)
        errors.append(np.abs(found.table["share"] - truth).mean())
    assert np.mean(errors) < 0.02


def test_an_item_that_only_shares_the_mood_is_called_so(draw, lay_out):
    rng = np.random.default_rng(1)
    mood = rng.normal(size=(3000, 1))
    rating = np.clip(np.rint(3 + 0.95 * mood + 0.6 * rng.normal(size=(3000, 4))), 1, 5)
    outcome = rating[:, :3].sum(axis=1) + 2.0 * rng.normal(size=3000)
    found = drivers.fit(lay_out(rating, outcome), outcome="overall")
    row = found.table.iloc[3]
    assert row["share"] > 0.125
    assert row["coefficient_low"] < 0 < row["coefficient_high"]
    assert found.table["note"].to_list() == ["", "", "", "halo only"]


@pytest.mark.parametrize(("size", "note"), [(79, "n_eff < 80"), (80, "")])
def test_too_few_answers_for_shares(draw, lay_out, size, note):
    rating, outcome, _ = draw(6, size, items=3, effects=[1, 1, 1])
    found = drivers.fit(lay_out(rating, outcome), outcome="overall")
    assert (found.table["note"] == note).all()
    assert found.table["share"].isna().all() == bool(note)
    assert found.table["coefficient"].notna().all()
    ranks = found.estimates[found.estimates["metric"] == "driver_rank"]
    assert (ranks["note"] == (note or "n_eff < 300")).all()


def test_answers_are_too_few_for_many_columns(draw, lay_out):
    rating, outcome, _ = draw(6, 95, items=20)
    found = drivers.fit(lay_out(rating, outcome), outcome="overall")
    assert (found.table["note"] == "n_eff < 100").all()
    r2 = found.checks.set_index("metric").loc["r2"]
    assert np.isnan(r2["value"])
    assert r2["note"] == "n_eff < 100"


def test_rows_that_cannot_be_compared_are_kept(draw, lay_out):
    rating, outcome, state = draw(7, 200, items=3)
    state[:, 1] = 1
    found = drivers.fit(lay_out(rating, outcome, state), outcome="overall")
    assert found.table.set_index("item").loc["q1", "note"] == "never used"
    assert estimates.only(found.estimates, "driver_share", item_id="q1")["note"].item() == "never used"
    assert found.table["share"].sum() == pytest.approx(1)


def test_one_account_alone_has_no_interval(draw, lay_out):
    rating, outcome, _ = draw(8, 200, items=3)
    found = drivers.fit(lay_out(rating, outcome, account_id=["a"] * 200), outcome="overall", cluster="account_id")
    assert (found.table["note"] == "one cluster").all()
    assert found.table["share"].notna().all()
    assert found.table[["low", "high", "coefficient_low", "q"]].isna().all().all()


def test_customers_without_an_account_are_clusters_of_their_own(draw, lay_out):
    rating, outcome, _ = draw(9, 200, items=3)
    alone = drivers.fit(lay_out(rating, outcome), outcome="overall", draws=0).table
    without = drivers.fit(lay_out(rating, outcome, account_id=[None] * 200), outcome="overall", cluster="account_id", draws=0).table
    pd.testing.assert_frame_equal(without, alone)


@pytest.mark.parametrize(("rows", "outcome"), [(slice(0), "overall"), (slice(None), None)])
def test_what_was_not_asked_is_said(draw, lay_out, rows, outcome):
    rating, answers, _ = draw(10, 50)
    found = drivers.fit(lay_out(rating, answers).iloc[rows], outcome=outcome)
    assert found.estimates["note"].item().startswith("needs responses[actual]")
    assert found.table.empty


def test_an_outcome_without_spread_explains_nothing(draw, lay_out):
    rating, _, _ = draw(11, 100)
    found = drivers.fit(lay_out(rating, np.full(100, 7.0)), outcome="overall")
    assert found.table["share"].isna().all()
    assert found.checks["note"].to_list() == ["no spread"]


def test_groups_that_do_not_fit_are_refused(draw, lay_out):
    rating, outcome, _ = draw(12, 100, items=2)
    table = lay_out(rating, outcome)
    with pytest.raises(DataError) as refused:
        drivers.fit(table, outcome="overall", groups="stag")
    assert str(refused.value).startswith("groups: responses have no column 'stag' (did you mean 'state'?). Columns: response_id")
    with pytest.raises(DataError) as refused:
        drivers.fit(table.assign(stage=np.arange(len(table)).astype(str)), outcome="overall", groups="stage")
    assert str(refused.value) == "groups: stage differs within the item 'q0'. An item has one group."


def test_too_many_players_are_told_to_be_grouped(draw, lay_out):
    rating, outcome, _ = draw(13, 60, items=21)
    with pytest.raises(DataError, match=r"items: 21 players make 2\^21 subsets\. At most 20 can be compared\. Group them"):
        drivers.fit(lay_out(rating, outcome), outcome="overall")


def test_repeated_fits_on_request(draw, lay_out):
    rating, outcome, _ = draw(14, 300, items=3)
    linear, repeated = (drivers.fit(lay_out(rating, outcome), outcome="overall", draws=400, bootstrap=flag) for flag in (False, True))
    assert repeated.table["share"].to_list() == linear.table["share"].to_list()
    width = (repeated.table["high"] - repeated.table["low"]) / (linear.table["high"] - linear.table["low"])
    assert width.to_numpy() == pytest.approx(1, abs=0.2)
    assert set(repeated.estimates["method"]) >= {"LMG, bootstrap"}


def test_the_demo_client_s_truth_lies_in_the_intervals(demo, root):
    """First wave, as its exports were taken in: fifteen ratings against what the simulator planted."""
    from cxlib import intake
    from cxlib.params import load
    from cxlib.simulate import drivers as planted
    from cxlib.simulate.plan import Plan

    params = load(demo, "demo")
    responses = intake.prepare(demo, params).table("responses")
    first = responses[responses["wave"] == "1"]
    found = drivers.fit(first, outcome=params.drivers.outcomes[0], items=params.drivers.items, cluster=params.scores.cluster, draws=100)
    table = found.table.assign(item=found.table["item"].str.removesuffix("_actual")).set_index("item")
    truth = planted.truth(Plan())["drivers"].set_index("item").reindex(table.index)
    assert ((table["low"] <= truth["share"]) & (truth["share"] <= table["high"])).sum() >= 14
    held = (table["coefficient_low"] <= truth["coefficient"]) & (truth["coefficient"] <= table["coefficient_high"])
    assert held.sum() >= 14
    assert table["share"].idxmax() == truth["share"].idxmax()
    assert table.loc[["T26", "T05"], "q"].min() > 0.05  # they go along with the mood and add nothing


def test_where_nothing_was_ever_used_every_item_keeps_its_row(lay_out, draw):
    rating, outcome, state = draw(1, 100, items=3)
    found = drivers.fit(lay_out(rating, outcome, np.ones_like(state)), outcome="overall", draws=20)
    assert found.table["item"].to_list() == ["q0", "q1", "q2"]
    assert (found.table["note"] == "never used").all()
    assert found.table["share"].isna().all()
