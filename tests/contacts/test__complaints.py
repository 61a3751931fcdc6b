"""One definition of a complaint."""

import pandas as pd
import pytest

from cxlib.contacts._complaints import complaints, undefined
from cxlib.params.model import Complaints

LOG = pd.DataFrame(
    {
        "contact_id": list("123456"),
        "reason_id": ["claim", "status", None, "order", "status", "order"],
        "touchpoint_id": ["T1", "T39", "T39", "T1", "T1", "T1"],
        "outcome": [None, "return", None, "credit", None, None],
    }
).astype("str")
ABOUT = {"reason_id": ["claim"], "touchpoint_id": ["T39"], "outcome": ["credit"]}


@pytest.mark.parametrize(
    ("about", "chasing", "found"),
    [
        (ABOUT, ["status"], "134"),
        (ABOUT, [], "1234"),
        ({"touchpoint_id": ["T39"]}, ["status"], "3"),
        ({"touchpoint_id": ["T39"], "absent": ["x"]}, [], "23"),
        ({"absent": ["x"]}, ["status"], ""),
        ({}, ["status"], ""),
    ],
)
def test_any_column_is_enough_and_who_chases_does_not_complain(about, chasing, found):
    assert "".join(complaints(LOG, about, chasing=chasing)["contact_id"]) == found


def test_a_log_without_reasons_still_knows_complaints():
    assert complaints(LOG.drop(columns="reason_id"), ABOUT, chasing=["status"])["contact_id"].to_list() == ["2", "3", "4"]


def test_what_nothing_tells_of_is_named():
    assert undefined(LOG, ABOUT) == []
    assert undefined(LOG[["contact_id"]], ABOUT) == ["contacts.reason_id"]
    assert undefined(LOG.assign(outcome=None)[["contact_id", "outcome"]], {"outcome": ["credit"]}) == ["contacts.outcome"]
    assert undefined(LOG, {}) == ["params.complaints"]


def test_params_tell_it_by_column_and_only_once():
    told = Complaints(reasons=("a",), touchpoints=("T39",), other={"kind": ("claim",)}, chasing=())
    assert told.about == {"reason_id": ("a",), "touchpoint_id": ("T39",), "kind": ("claim",)}
    with pytest.raises(ValueError, match="other: touchpoint_id stands under `touchpoints` here. Write its values there"):
        Complaints(other={"touchpoint_id": ("T39",)})
    with pytest.raises(ValueError, match="chasing: 'a' stands among `reasons` too; a complaint, or a question how one stands"):
        Complaints(reasons=("a",), chasing=("a",))
