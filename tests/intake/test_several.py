"""A cell with several answers is no rating with a decimal comma."""

import pandas as pd
import pytest

from cxlib.intake.several import several_answers
from cxlib.params import Scale, Source

SCALES = {"five": Scale(low=1, high=5), "ten": Scale(low=0, high=10)}
ITEMS = {"Q": {"item_type": "actual", "scale": "five"}, "T": {"item_type": "open_text"}}


def looked_at(cells, items=ITEMS, **declared):
    source = Source.model_validate({"table": "responses", "file": "x.csv", "decimal": ",", "items": items} | declared)
    frame = pd.DataFrame({name: pd.Series(cells, dtype="str") for name in items})
    return several_answers(frame, [f"line {number}" for number in range(2, len(cells) + 2)], source, SCALES, "x.csv")


def test_qualtrics_writes_both_alike_and_is_refused():
    assert looked_at(["1", " 1,3 ", "2,5", ""], format="qualtrics") == (
        [
            "x.csv: Q: 2 of 4 cells hold a comma (line 3: ' 1,3 ', line 4: '2,5'), which stands between several answers to one question as well: "
            "1,3 may be 1 and 3. Export again without commas for decimals and with multi-value fields split into columns, and declare `decimal: '.'`."
        ],
        {},
    )


@pytest.mark.parametrize("declared", [{"decimal": "."}, {"format": "excel"}, {"format": "spss"}])
def test_where_no_comma_can_be_read_as_a_decimal_sign_nothing_is_said(declared):
    assert looked_at(["1,3"] * 9, **declared) == ([], {})


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        (["1,3", "2,4", "1,5", "3"], 3),
        (["1,3", "2,4", "3"], 0),  # too few to tell
        (["1,3", "2,4", "3,1"], 0),  # answers come in ascending order
        (["1,3", "2,4", "1,7"], 0),  # no rating of the scale
        (["1,3", "2,4", "1,25"], 0),
        (["1,5", "2,5", "3,5", "4,5"], 0),  # halves
        (["1,0", "2,4", "1,3"], 0),
    ],
)
def test_elsewhere_such_cells_are_counted_where_nothing_speaks_against_it(cells, count):
    assert looked_at(cells) == ([], {("several_answers", "Q"): count} if count else {})
