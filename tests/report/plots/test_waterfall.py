import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.estimates.rows import rows
from cxlib.report import plots


def steps(*values, names=("rows_read", "empty", "rows_kept")):
    groups = pd.DataFrame({"step": list(names)}, dtype="str")
    return rows(groups, {"metric": "rows", "unit": "count", "value": list(values), "method": "count"})


def texts(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return ["".join(element.itertext()) for element in root.iter("text")]


@pytest.mark.parametrize("narrow", [False, True])
def test_every_step_is_named_with_its_number(german, narrow):
    said = texts(plots.waterfall(steps(1200, -200, 1000), by="step"), german, narrow=narrow)
    assert said == ["Zeilen", "gelesen", "1.200", "ohne Inhalt", "−200", "übernommen", "1.000"]


def test_changes_hang_where_the_step_before_ended():
    plot = plots.waterfall(steps(10, -3, 2, 9, names=("rows_read", "empty", "equal", "rows_kept")), by="step")
    assert [(begin, end) for _, begin, end in plot._steps()] == [(0, 10), (10, 7), (7, 9), (0, 9)]


def test_the_joint_of_the_last_step_leads_to_its_end(german):
    picture = plots.waterfall(steps(10, -3, 7, names=("rows_read", "empty", "rows_kept")), by="step").figure(german, narrow=False)
    assert "M250 " not in next(part for _, part in picture._parts if "stroke" in part and "fill:none" in part)


def test_a_change_too_small_to_be_seen_is_drawn(german):
    picture = plots.waterfall(steps(1_000_000, -1, 999_999), by="step").figure(german, narrow=False).svg("x")
    widths = [float(right) - float(left) for left, right in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)V", picture)]
    assert len(widths) == 3
    assert min(widths) >= 1


def test_nothing_read_is_drawn_too(german):
    assert "0" in texts(plots.waterfall(steps(0, 0, names=("rows_read", "rows_kept")), by="step"), german)


def test_the_text_alternative_tells_every_step(english):
    assert plots.waterfall(steps(1200, -200, 1000), by="step").describe(english) == (
        "Waterfall: Rows. read 1,200, holds nothing −200 and taken in 1,000."
    )


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (steps(5, names=("rows_read",)), "plots.waterfall: needs a first and a last step"),
        (steps(5, None, 5), "plots.waterfall: needs the value of every step"),
        (steps(5, -1, 5), "plots.waterfall: the changes lead to 4, the last step is '5'"),
    ],
)
def test_steps_that_do_not_lead_to_the_last_are_refused(table, message):
    with pytest.raises(CxError, match=message):
        plots.waterfall(table, by="step")
