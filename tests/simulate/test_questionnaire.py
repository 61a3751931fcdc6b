"""The questionnaire and the way back from the table to the institute's export."""

import numpy as np
import pytest

from cxlib.simulate.questionnaire import NO_ANSWER, NO_HOURS, NO_NUMBER, NOT_USED, items, raw
from cxlib.tables import contract


def test_every_item_is_of_a_known_type_and_named_once():
    table = items()
    assert set(table["item_type"]) <= set(contract("responses").columns["item_type"].allowed)
    assert table[["item_id", "label_de", "label_en"]].nunique().tolist() == [65, 65, 65]
    assert (table["best"] == "low").sum() == 15 + 15 + 4
    assert table["scale_low"].isna().sum() == 5  # answered in words


@pytest.mark.parametrize("wave", ["1", "2"])
def test_the_export_has_74_columns_and_holds_what_the_table_holds(surveyed, wave):
    wide = raw(surveyed.answers.responses, wave)
    assert wide.shape == ({"1": 612, "2": 655}[wave], 74)
    rows = surveyed.answers.responses[surveyed.answers.responses["wave"] == wave].merge(items()[["item_id", "best"]], on="item_id")
    told = wide.set_index("response_id")
    rated = rows[rows["scale_low"].notna()]
    cell = told[rated["item_id"].unique()].stack().reindex(rated.set_index(["response_id", "item_id"]).index).to_numpy(dtype=float)
    mark = (rated["best"] == "low").to_numpy()
    value = np.where(mark, 7 - cell, cell)
    answered = (rated["state"] == "answered").to_numpy()
    assert np.array_equal(value[answered], rated["value"].to_numpy()[answered])
    assert np.isnan(cell[(rated["state"] == "not_asked").to_numpy()]).all()
    assert (cell[(rated["state"] == "not_used").to_numpy()] == NOT_USED).all()
    skipped = (rated["state"] == "no_answer").to_numpy()
    nothing = np.select([mark, rated["item_type"] == "expected_hours"], [NO_ANSWER, NO_HOURS], NO_NUMBER)
    assert np.array_equal(cell[skipped], nothing[skipped])
    assert (nothing > rated["scale_high"]).all()  # a code is no answer


def test_words_come_back(surveyed):
    wide = raw(surveyed.answers.responses, "1").set_index("response_id")
    written = surveyed.answered("open_text", wave="1").set_index(["response_id", "item_id"])["text"]
    assert len(written) == wide[["praise", "critique"]].notna().sum().sum()
    assert all(wide.loc[response, item] == text for (response, item), text in written.head(50).items())
