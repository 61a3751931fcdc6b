import pytest

from cxlib.errors import DataError
from cxlib.reasons.value.shares import described, headed


def test_each_share_has_what_the_taxonomy_says_of_its_reason(shares, reasons):
    told = described(shares, reasons, ["treatment", "owner"], where="here")
    assert told.set_index("reason_id")["treatment"].to_dict()["fault"] == "simplify"
    assert told["owner"].isna().all()
    assert told.index.equals(shares.index)


def test_other_metrics_are_left_alone(shares, reasons):
    assert described(shares.assign(metric="reason_share_raw"), reasons, [], where="here") is None


def test_without_reasons_there_is_nothing(nothing, shares, reasons):
    assert described(nothing, reasons, [], where="here") is None
    assert described(shares.drop(columns="reason_id"), reasons, [], where="here") is None


def test_unknown_reasons_and_groups_are_refused(shares, reasons):
    with pytest.raises(DataError) as error:
        described(shares.replace({"reason_id": {"fault": "faults"}}), reasons, [], where="avoidable")
    assert str(error.value) == (
        "avoidable: the taxonomy has no reason 'faults' (did you mean 'fault'?). It has: status, unclear, reorder, fault, praise, spam."
    )
    with pytest.raises(DataError) as error:
        described(shares.replace({"reason_id": {"fault": "praise"}}), reasons, [], where="flips")
    assert str(error.value) == "flips: a reason has several shares: 'praise'. Hand over shares of all contacts, not by group."


def test_further_groups_stand_in_front(shares):
    assert list(headed(shares, outcome="sale"))[:3] == ["outcome", "reason_id", "metric"]
    assert list(headed(shares, reason_id=None))[:2] == ["reason_id", "metric"]
