import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.quality import cross_walk

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
    found = cross_walk(CODED, min_n=1).set_index("metric")
    hidden = found.loc["hidden_reasons"].set_index("reason_legacy")["value"]
    assert hidden.to_dict() == {"Reklamation": pytest.approx(1.0), "Selten": pytest.approx(2.0), "Service": pytest.approx(2**1.5)}
    share = np.array([9, 5, 12]) / 26
    overall = -(share * np.log2(share)).sum()
    assert found.loc["information_lost", "value"] == pytest.approx((16 * 1.5 + 2 * 1.0) / 26 / overall)


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
    plain = cross_walk(CODED)
    assert weighted["value"].to_numpy() == pytest.approx(plain["value"].to_numpy(), nan_ok=True)
    assert len(weighted[weighted["metric"] == "information_lost"]["draws"].item()) == 12
    row = weighted[weighted["metric"] == "information_lost"]
    assert row["low"].item() < row["value"].item() < row["high"].item()


def test_rows_with_one_index_twice_are_all_counted():
    doubled = CODED.set_axis([0] * len(CODED))
    assert cross_walk(doubled)["value"].to_numpy() == pytest.approx(cross_walk(CODED)["value"].to_numpy(), nan_ok=True)


def test_without_old_codes_the_row_says_what_is_needed():
    assert cross_walk(CODED.drop(columns="reason_legacy"))["note"].unique().item() == "needs contacts.reason_legacy, contacts.reason_id"
    assert cross_walk(CODED.assign(reason_id=None))["note"].unique().item() == "needs contacts.reason_legacy, contacts.reason_id"
    with pytest.raises(DataError) as refused:
        cross_walk(CODED, new="reason")
    assert str(refused.value) == (
        "cross_walk: contacts have no column 'reason' (did you mean 'reason_id'?). They have: reason_legacy, reason_id, customer_id."
    )
