import numpy as np
import pandas as pd
import pytest

from cxlib.reasons.classify.described import described

JUDGED = pd.DataFrame(
    {
        "label": list("aaaabb"),
        "prediction": list("aaabab"),
        "alternative_1": list("bbbabb"),
        "alternative_2": list("cccccc"),
        "unassigned": [False, False, False, True, False, False],
        "weight": 1.0,
        "group": list("123456"),
        "language": pd.Series([None] * 6, dtype="str"),
    }
)


def test_precision_and_recall_by_hand():
    table, _ = described(JUDGED, ("a", "b"), min_n=1, level=0.95, draws=0, seed=1)
    assert table["precision"].to_list() == [pytest.approx(3 / 4), pytest.approx(1 / 2)]
    assert table["recall"].to_list() == [pytest.approx(3 / 4), pytest.approx(1 / 2)]
    assert table["n"].to_list() == [4, 2]


def test_figures_of_the_whole():
    _, estimates = described(JUDGED, ("a", "b"), min_n=1, level=0.95, draws=7, seed=1)
    whole = estimates[estimates["reason_id"].isna()].set_index("metric")
    assert whole["value"].to_dict() == {"top_1": pytest.approx(4 / 6), "top_3": 1.0, "unassigned_share": pytest.approx(1 / 6)}
    assert len(whole.loc["top_1", "draws"]) == 7


def test_each_language_is_told_and_thin_ones_keep_their_row():
    _, estimates = described(JUDGED.assign(language=["de", "de", "de", "en", "en", None]), ("a", "b"), min_n=3, level=0.95, draws=0, seed=1)
    told = estimates[estimates["language"].notna()]
    assert told[["metric", "language", "n", "note"]].values.tolist() == [["top_1", "de", 3, ""], ["top_1", "en", 2, "n < 3"]]
    assert told["value"].iloc[0] == pytest.approx(1.0)
    assert told["value"].isna().to_list() == [False, True]


def test_a_reason_never_named_has_no_precision_and_says_so():
    judged = JUDGED.assign(prediction="a", alternative_1="b")
    table, _ = described(judged, ("a", "b"), min_n=1, level=0.95, draws=0, seed=1)
    assert table["precision"].isna().to_list() == [False, True]
    assert table["recall"].to_list() == [1.0, 0.0]
    assert np.isnan(table["f1"].iloc[1])
    assert table["note"].iloc[1] == "never predicted"
