import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots


def shape_of(d):
    """The outline of the first mark of a path, wherever it stands."""
    return re.sub(r"^M[-\d. ]+", "", d).split("z")[0]


@pytest.fixture
def readiness():
    rows = [("03_contact_reasons", "contacts", "full"), ("03_contact_reasons", "reasons", "half"), ("02_status_quo", "contacts", "full")]
    return pd.DataFrame(rows, columns=["notebook", "source", "state"])


def root_of(plot, words, *, narrow=False):
    return ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))


@pytest.mark.parametrize("narrow", [False, True])
def test_rows_columns_and_key_are_named(readiness, german, narrow):
    plot = plots.matrix(readiness, row="notebook", column="source", state="state")
    said = ["".join(element.itertext()) for element in root_of(plot, german, narrow=narrow).iter("text")]
    assert said == ["reicht aus", "reicht teilweise", "fehlt", "Kontakte", "Kontaktgründe", *["Kontaktgründe", "Wann, wo und wie"]]


def test_states_differ_in_shape(readiness, german):
    root = root_of(plots.matrix(readiness, row="notebook", column="source", state="state"), german)
    looks = {(shape_of(element.attrib["d"]), element.attrib["style"]) for element in root.iter("path") if "a" in element.attrib["d"]}
    assert len(looks) >= 3


def test_the_text_alternative_counts_each_state(readiness, english):
    said = plots.matrix(readiness, row="notebook", column="source", state="state").describe(english)
    assert said == (
        "Grid: Page in rows, Source in columns, 3 cells: 2 “sufficient”, 1 “partly sufficient”, 0 “missing”. "
        "Best row: Contact reasons. Weakest row: When, where and how."
    )


def test_wrong_tables_are_refused(readiness):
    with pytest.raises(CxError, match=r"plots.matrix: unknown column 'tables'. It has: notebook, source, state."):
        plots.matrix(readiness, row="notebook", column="tables", state="state")
    with pytest.raises(CxError, match=r"plots.matrix: unknown state 'fulll' \(did you mean 'full'\?\). Allowed: full, half, empty."):
        plots.matrix(readiness.assign(state="fulll"), row="notebook", column="source", state="state")
    with pytest.raises(CxError, match=r"plots.matrix: a pair of notebook and source stands twice."):
        plots.matrix(pd.concat([readiness, readiness]), row="notebook", column="source", state="state")


def test_hostile_names_stay_text(german, nasty):
    table = pd.DataFrame({"row": [nasty], "column": [nasty], "state": ["half"]})
    root = root_of(plots.matrix(table, row="row", column="column", state="state"), german)
    assert "script" not in {element.tag for element in root.iter()}
