"""Who of those invited answered."""

import pandas as pd
import pytest

from cxlib.survey import weights

SENT = pd.DataFrame(
    {
        "respondent_id": list("abcdea"),
        "wave": list("111112"),
        "stratum": list("AABBBA"),
        "responded": pd.array([True, False, True, False, False, False], dtype="boolean"),
    }
)


def test_shares_and_counts_by_group():
    found = weights.response_rate(SENT)
    assert found["value"].to_list() == pytest.approx([1 / 3, 1 / 3])
    assert found["n"].to_list() == [2, 3]
    assert found["metric"].unique().tolist() == ["response_rate"]
    by_wave = weights.response_rate(SENT, by=["wave", "stratum"])
    assert by_wave["value"].to_list() == pytest.approx([0.5, 1 / 3, 0.0])


def test_the_interval_is_that_of_a_share():
    once = SENT.drop_duplicates("respondent_id")
    from cxlib import estimates

    expected = estimates.share(once.assign(flag=once["responded"].astype(float)), "flag")
    found = weights.response_rate(once, by=[])
    assert found[["value", "low", "high"]].to_numpy() == pytest.approx(expected[["value", "low", "high"]].to_numpy())


@pytest.mark.parametrize("table", [SENT.iloc[:0], SENT.assign(responded=pd.NA), SENT.drop(columns="responded")])
def test_without_invitations_there_is_a_row_that_says_so(table):
    found = weights.response_rate(table)
    assert found["note"].to_list() == ["needs invitations.responded"]


def test_who_was_invited_twice_counts_once():
    """The same people asked again, with the same result, tell no more."""
    people = pd.DataFrame({"respondent_id": [f"r{number}" for number in range(40)], "stratum": "A", "wave": "1"})
    once = people.assign(responded=[number % 4 == 0 for number in range(40)])
    both = pd.concat([once, once.assign(wave="2")])
    single, double = (weights.response_rate(table) for table in (once, both))
    assert double["n"].item() == 40
    assert double[["value", "low", "high"]].to_numpy() == pytest.approx(single[["value", "low", "high"]].to_numpy())
