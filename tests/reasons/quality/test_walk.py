import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.quality import cross_walk
from cxlib.reasons.quality.walk import _entropies as entropies

CODED = pd.DataFrame(
    {
        "reason_legacy": ["Service"] * 16 + ["Reklamation"] * 8 + ["Selten"] * 2,
        "reason_id": ["a"] * 8 + ["b"] * 4 + ["c"] * 4 + ["c"] * 8 + ["a", "b"],
        "customer_id": [f"k{number // 2}" for number in range(26)],
    }
)


def test_shares_within_each_code():
    found = cross_walk(CODED, min_n=1)
    shares = found[found["metric"] == "cross_walk_share"].set_index(["reason_legacy", "reason_id"])["value"]
    assert shares["Service"].to_dict() == {"a": 0.5, "b": 0.25, "c": 0.25}
    assert shares["Reklamation"].to_dict() == {"c": 1.0}
    commonest = found[found["metric"] == "commonest_share"].set_index("reason_legacy")["value"]
    assert commonest.to_dict() == {"Reklamation": 1.0, "Selten": 0.5, "Service": 0.5}


def test_what_is_hidden_by_hand():
    found = cross_walk(pd.concat([CODED.drop(columns="customer_id")] * 400, ignore_index=True)).set_index("metric")
    hidden = found.loc["hidden_reasons"].set_index("reason_legacy")["value"]
    by_hand = {"Reklamation": 1.0, "Selten": 2.0, "Service": 2**1.5}
    assert hidden.to_dict() == {name: pytest.approx(value, rel=1e-3) for name, value in by_hand.items()}
    share = np.array([9, 5, 12]) / 26
    overall = -(share * np.log2(share)).sum()
    assert found.loc["information_lost", "value"] == pytest.approx((16 * 1.5 + 2 * 1.0) / 26 / overall, rel=1e-3)


def test_what_few_contacts_hide_is_found_and_lies_within_its_interval():
    rng = np.random.default_rng(5)
    hits, ratios, size, contacts = [], [], 25, 200
    for number in range(40):
        share = rng.dirichlet(np.full(size, 3.0))
        truth = 2 ** -(share * np.log2(share)).sum()
        drawn = pd.DataFrame({"reason_legacy": "Service", "reason_id": rng.choice(size, contacts, p=share).astype(str)})
        row = entropies(drawn, "reason_legacy", "reason_id", {"seed": number}).set_index("metric").loc["hidden_reasons"]
        assert row["low"] <= row["value"] <= row["high"]
        hits.append(row["low"] <= truth <= row["high"])
        ratios.append(row["value"] / truth)
    assert np.mean(hits) > 0.85  # as counted, not one in four
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.015)


def test_a_code_with_few_contacts_a_reason_has_no_entropy():
    spread = pd.DataFrame({"reason_legacy": "Service", "reason_id": [str(number % 9) for number in range(26)]})
    found = cross_walk(spread).set_index("metric")
    for metric in ("hidden_reasons", "information_lost"):
        assert np.isnan(found.loc[metric, "value"])
        assert found.loc[metric, "note"] == "n < 27"
    assert cross_walk(pd.concat([spread, spread.head(1)])).set_index("metric").loc["hidden_reasons", "value"] > 8


def test_a_code_that_says_it_all_loses_nothing_and_one_that_says_nothing_all():
    same = CODED.assign(reason_legacy=CODED["reason_id"])
    assert cross_walk(same).set_index("metric").loc["information_lost", "value"] == pytest.approx(0.0)
    one = CODED.assign(reason_legacy="Sonstiges")
    assert cross_walk(one).set_index("metric").loc["information_lost", "value"] == pytest.approx(1.0)


def test_thin_codes_keep_their_rows():
    found = cross_walk(CODED)
    thin = found[found["reason_legacy"] == "Selten"]
    assert thin["value"].isna().all()
    assert set(thin["note"]) == {"n < 7"}


def test_weights_and_clusters_and_draws():
    weighted = cross_walk(CODED.assign(w=2.0), weight="w", cluster="customer_id", draws=12)
    plain = cross_walk(CODED, cluster="customer_id")
    assert weighted["value"].to_numpy() == pytest.approx(plain["value"].to_numpy(), nan_ok=True)
    assert len(weighted[weighted["metric"] == "information_lost"]["draws"].item()) == 12
    row = weighted[weighted["metric"] == "information_lost"]
    assert row["low"].item() < row["value"].item() < row["high"].item()


def test_rows_without_a_cluster_are_their_own():
    nobody = cross_walk(CODED.assign(customer_id=None), cluster="customer_id")
    alone = cross_walk(CODED.assign(customer_id=[f"only {row}" for row in range(len(CODED))]), cluster="customer_id")
    pd.testing.assert_frame_equal(nobody, alone)


def test_rows_with_one_index_twice_are_all_counted():
    doubled = CODED.set_axis([0] * len(CODED))
    for column in ("value", "low", "high"):
        assert cross_walk(doubled)[column].to_numpy() == pytest.approx(cross_walk(CODED)[column].to_numpy(), nan_ok=True)


def test_without_old_codes_the_row_says_what_is_needed():
    assert cross_walk(CODED.drop(columns="reason_legacy"))["note"].unique().item() == "needs contacts.reason_legacy, contacts.reason_id"
    assert cross_walk(CODED.assign(reason_id=None))["note"].unique().item() == "needs contacts.reason_legacy, contacts.reason_id"
    with pytest.raises(DataError) as refused:
        cross_walk(CODED, new="reason")
    assert str(refused.value) == (
        "cross_walk: contacts have no column 'reason' (did you mean 'reason_id'?). They have: reason_legacy, reason_id, customer_id."
    )
