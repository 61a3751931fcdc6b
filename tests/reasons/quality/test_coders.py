import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.quality import agreement

# the large-sample variance in closed form: Fleiss, Cohen & Everitt 1969, whose table of proportions this is (× 200)
TABLE = np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]])


def judged() -> pd.DataFrame:
    names = np.array(["a", "b", "c"])
    rows, columns = np.repeat(np.indices((3, 3)).reshape(2, -1), TABLE.ravel(), axis=1)
    return pd.DataFrame({"reason_gold": names[rows], "reason_second": names[columns]})


def closed_form() -> tuple[float, float]:
    share = TABLE / TABLE.sum()
    first, second = share.sum(axis=1), share.sum(axis=0)
    same, chance = np.trace(share), first @ second
    kappa = (same - chance) / (1 - chance)
    spread = sum(share[i, i] * (1 - chance - (first[i] + second[i]) * (1 - same)) ** 2 for i in range(3))
    spread += (1 - same) ** 2 * sum(share[i, j] * (second[i] + first[j]) ** 2 for i in range(3) for j in range(3) if i != j)
    spread -= (same * chance - 2 * chance + same) ** 2
    return kappa, np.sqrt(spread / (TABLE.sum() * (1 - chance) ** 4))


def test_kappa_is_cohens_and_its_interval_fleiss():
    row = agreement(judged()).set_index("metric").loc["coder_kappa"]
    kappa, error = closed_form()
    assert row["value"] == pytest.approx(kappa, rel=1e-12)
    assert (row["high"] - row["low"]) / 2 == pytest.approx(error * 1.9720 * np.sqrt(200 / 199), rel=1e-3)


def test_agreement_is_the_share_of_the_same():
    row = agreement(judged()).set_index("metric").loc["coder_agreement"]
    assert (row["value"], row["n"]) == (pytest.approx(0.7), 200)


def test_each_group_has_its_own_chance():
    table = pd.concat([judged().assign(language="de"), judged().iloc[::3].assign(language="en")])
    found = agreement(table, by=["language"])
    alone = agreement(judged().iloc[::3])
    held = found[(found["language"] == "en")]["value"].to_list()
    assert held == pytest.approx(alone["value"].to_list())


def test_without_two_coders_the_row_says_what_is_needed():
    row = agreement(judged().drop(columns="reason_second"))
    assert row["note"].item() == "needs contacts.reason_second"
    assert agreement(judged().assign(reason_second=None))["note"].item() == row["note"].item()
    apart = pd.DataFrame({"reason_gold": ["a", None], "reason_second": [None, "a"]})
    assert agreement(apart)["note"].item() == "needs contacts.reason_gold, contacts.reason_second"


def test_rows_without_a_cluster_are_their_own():
    table = judged().assign(customer_id=None)
    pd.testing.assert_frame_equal(
        agreement(table, cluster="customer_id")[["value", "low", "high"]], agreement(judged())[["value", "low", "high"]]
    )


def test_a_judgement_that_the_taxonomy_lacks_is_refused_by_name():
    with pytest.raises(DataError) as refused:
        agreement(judged(), known=["a", "b", "cc"])
    assert str(refused.value) == "contacts.reason_gold: the taxonomy has no reason 'c' (did you mean 'cc'?). It has: a, b, cc."
