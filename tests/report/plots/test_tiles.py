from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots, style
from cxlib.report.plots.tiles import DARKEST


@pytest.fixture
def crossed():
    rows = [("phone", "user", -1.5), ("phone", "decision_maker", -0.1), ("shop", "user", 0.4), ("shop", "decision_maker", None)]
    frame = pd.DataFrame(rows, columns=["touchpoint_id", "role", "value"]).assign(metric="gap", unit="scale points", note="")
    frame["note"] = np.where(frame["value"].isna(), "suppressed", "")
    numbers = {"low": np.nan, "high": np.nan, "n": 40, "n_eff": 40.0, "method": ""}
    return frame.assign(**numbers).astype({"touchpoint_id": "str", "role": "str", "n": "Int64"})


def root_of(plot, words, *, narrow=False):
    return ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))


def texts(plot, words, *, narrow=False):
    return ["".join(element.itertext()) for element in root_of(plot, words, narrow=narrow).iter("text")]


@pytest.mark.parametrize("narrow", [False, True])
def test_every_number_stands_where_its_row_and_column_meet(crossed, german, narrow):
    plot = plots.tiles(crossed, row="touchpoint_id", column="role", order=["shop", "phone"])
    assert texts(plot, german, narrow=narrow) == [
        "Abstand (Ist − Soll), Skalenpunkte",
        *["Anwender", "Entscheider"],
        *["Webshop", "0,40", "–"],
        *["Hotline", "−1,50", "−0,10"],
    ]


def test_shades_tell_below_from_above_the_middle_and_near_from_far(crossed, german):
    plot = plots.tiles(crossed, row="touchpoint_id", column="role")
    shaded = [style for element in root_of(plot, german).iter("path") if "opacity" in (style := element.attrib.get("style", ""))]
    assert sum("--cx-warn" in style for style in shaded) == 1, "−0.1 is too near to the middle to be shaded"
    assert sum("--cx-accent" in style for style in shaded) == 1
    above = plots.tiles(crossed, row="touchpoint_id", column="role", middle=-2.0)
    assert not [s for e in root_of(above, german).iter("path") if "--cx-warn" in (s := str(e.attrib))]


def test_the_text_alternative_tells_the_ends_and_what_is_hidden(crossed, english):
    said = plots.tiles(crossed, row="touchpoint_id", column="role").describe(english)
    assert said == (
        "Tiles: Gap (actual − expected), Touchpoint in rows, Role in columns, 3 numbers. "
        "Lowest: Hotline, User: −1.50 points (n = 40). Highest: Webshop, User: 0.40 points (n = 40). "
        "One value is not published or missing."
    )
    none = crossed.assign(value=np.nan, note="suppressed")
    assert plots.tiles(none, row="touchpoint_id", column="role").describe(english).endswith("No value is published.")


def test_long_words_stand_upright_and_short_ones_in_lines(crossed, german):
    turned = [
        e for e in root_of(plots.tiles(crossed, row="touchpoint_id", column="role"), german).iter("text") if "rotate(-90" in str(e.attrib)
    ]
    assert not turned
    long = crossed.assign(role=crossed["role"].replace("user", "Rindfleischetikettierungsüberwachung"))
    turned = [
        e for e in root_of(plots.tiles(long, row="touchpoint_id", column="role"), german).iter("text") if "rotate(-90" in str(e.attrib)
    ]
    assert len(turned) == 3, "one heading in one line, the longer one in two"


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ink", ["warn", "accent"])
def test_numbers_keep_their_contrast_on_the_darkest_shade(dark, ink):
    channels = [[int(style.COLOURS[name][dark][i : i + 2], 16) for i in (1, 3, 5)] for name in (ink, "paper")]
    blended = [round(DARKEST * over + (1 - DARKEST) * under) for over, under in zip(*channels, strict=True)]
    assert style.contrast(style.COLOURS["ink"][dark], "#" + "".join(f"{channel:02x}" for channel in blended)) >= 4.5


def test_wrong_tables_are_refused(crossed):
    with pytest.raises(CxError, match=r"tiles: cannot be drawn by 'rolle' \(did you mean 'role'\?\). Group columns: touchpoint_id, role."):
        plots.tiles(crossed, row="touchpoint_id", column="rolle")
    with pytest.raises(CxError, match=r"tiles: shows one metric, the table has several. Metrics: gap, actual. Choose one."):
        plots.tiles(pd.concat([crossed, crossed.assign(metric="actual")]), row="touchpoint_id", column="role")
    with pytest.raises(CxError, match="tiles: a pair of touchpoint_id and role stands twice"):
        plots.tiles(pd.concat([crossed, crossed]), row="touchpoint_id", column="role")


def test_hostile_names_stay_text(crossed, german, nasty):
    hostile = crossed.head(1).assign(touchpoint_id=nasty, role=nasty)
    root = root_of(plots.tiles(hostile, row="touchpoint_id", column="role"), german)
    assert "script" not in {element.tag for element in root.iter()}


def test_left_alone_the_rows_fall_by_the_first_column_and_unknown_ones_stand_last(german):
    numbers = [("phone", "user", 0.1), ("shop", "user", 0.4), ("__unknown__", "user", 0.9), ("repair", "user", None)]
    frame = pd.DataFrame(numbers, columns=["touchpoint_id", "role", "value"]).assign(metric="gap", unit="scale points", note="")
    frame = frame.assign(low=np.nan, high=np.nan, n=40, n_eff=40.0, method="")
    found = texts(plots.tiles(frame, row="touchpoint_id", column="role"), german)
    assert [text for text in found if text in ("0,40", "0,10", "0,90", "–")] == ["0,40", "0,10", "–", "0,90"]
