import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.reasons.value import avoidable
from cxlib.simulate.plan import Plan
from cxlib.simulate.planted import truth


def told(table, metric):
    return table.set_index("metric").loc[metric]


def test_avoidable_and_failure_are_two_sets(shares, reasons):
    found = avoidable(shares, reasons)
    assert told(found, "avoidable_share")["value"] == pytest.approx(0.5)
    assert told(found, "failure_share")["value"] == pytest.approx(0.5)
    assert told(found, "avoidable_failure_share")["value"] == pytest.approx(0.4)
    each = found[found["metric"] == "avoidable_reason_share"]
    assert each["reason_id"].to_list() == ["status", "unclear"]
    assert each["value"].to_list() == [0.4, 0.1]


def test_the_interval_is_that_of_as_many_contacts_as_the_draws_are_worth(shares, reasons):
    # Wilson with 400 contacts: prop.test(200, 400, correct = FALSE)$conf.int in R: 0.4512442 0.5487558
    row = told(avoidable(shares, reasons), "avoidable_share")
    assert row["low"] == pytest.approx(0.4512, abs=0.005)
    assert row["high"] == pytest.approx(0.5488, abs=0.005)
    assert np.std(row["draws"]) == pytest.approx(0.025, rel=0.15)


def test_errors_of_the_classification_widen_it(shares, reasons):
    doubtful = shares.copy()
    push = np.random.default_rng(1).normal(0, 0.1, 300)
    doubtful["draws"] = [
        draws + push * {"status": 1, "praise": -1}.get(name, 0) for name, draws in zip(shares["reason_id"], shares["draws"], strict=True)
    ]
    sure, wide = (told(avoidable(table, reasons), "avoidable_share") for table in (shares, doubtful))
    assert wide["value"] == sure["value"]
    assert wide["high"] - wide["low"] > 3 * (sure["high"] - sure["low"])


def test_the_demo_s_weights_give_what_was_planted(shares_of):
    planted = truth(Plan())["reasons"].dropna(subset=["share"])
    table = planted.rename(columns={"reason": "reason_id", "failure": "failure_demand"})
    found = avoidable(shares_of(dict(zip(table["reason_id"], table["share"], strict=True)), draws=20), table)
    assert told(found, "avoidable_share")["value"] == pytest.approx(planted.loc[planted["avoidable"], "share"].sum())
    assert told(found, "avoidable_share")["value"] == pytest.approx(0.496, abs=0.03)
    assert told(found, "failure_share")["value"] == pytest.approx(0.525, abs=0.03)


def test_shares_that_nobody_corrected_say_so(shares_of, reasons):
    found = avoidable(shares_of({"status": 0.7, "praise": 0.3}, note="not corrected"), reasons)
    assert set(found["note"]) == {"not corrected"}


def test_a_hidden_share_hides_the_sum(shares, reasons):
    hidden = shares.assign(note="")
    hidden.loc[0, ["value", "note"]] = [np.nan, "suppressed"]
    assert told(avoidable(hidden, reasons), "avoidable_share")["note"] == "suppressed"


def test_where_nothing_is_to_be_eliminated_a_row_says_so(shares_of, reasons):
    found = avoidable(shares_of({"praise": 1.0}), reasons)
    assert told(found, "avoidable_share")["value"] == 0
    assert told(found, "avoidable_reason_share")["note"] == "no avoidable reason"


def test_what_is_missing_is_said(nothing, reasons, shares):
    assert set(avoidable(nothing, reasons)["note"]) == {"needs contact_reasons.reason_id"}
    with pytest.raises(DataError, match="sum_of_shares: shares come without 'draws'"):
        avoidable(shares.drop(columns="draws"), reasons)


@given(st.lists(st.floats(0.01, 1), min_size=5, max_size=5))
def test_the_parts_never_exceed_the_whole(values):
    import pandas as pd

    from cxlib.estimates.rows import rows

    names = ["status", "unclear", "reorder", "fault", "praise"]
    numbers = np.array(values) / sum(values)
    columns = {"metric": "reason_share", "value": numbers, "n": 50, "n_eff": 50.0, "draws": np.tile(numbers[:, None], (1, 5))}
    table = rows(pd.DataFrame({"reason_id": names}), columns)
    treated = pd.DataFrame({"reason_id": names, "treatment": ["eliminate", "eliminate", "automate", "simplify", "leverage"]})
    found = avoidable(table, treated.assign(failure_demand=[True, False, False, True, False]))
    whole, failed, both = (told(found, name)["value"] for name in ("avoidable_share", "failure_share", "avoidable_failure_share"))
    assert both <= min(whole, failed) + 1e-12
    assert 0 <= told(found, "avoidable_share")["low"] <= whole + 1e-9 <= told(found, "avoidable_share")["high"] + 2e-9 <= 1 + 3e-9
