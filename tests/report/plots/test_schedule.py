"""The calendar of windows says what it shows, and what it does not."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import CxError
from cxlib.estimates.rows import rows
from cxlib.report import plots


def texts(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return ["".join(element.itertext()) for element in root.iter("text")]


def tables(found=("delivery", "order"), note=""):
    parts, plan = [], []
    for place, zero in enumerate(found):
        groups = pd.DataFrame([{"reason_id": f"r{place}", "zero": zero}])
        for name, value in {"window_first": 1.0 + place, "window_last": 5.0, "window_ratio": 3.0, "window_chance": 0.01}.items():
            told = {"metric": name, "value": np.nan if note else value, "unit": "day", "n": 80, "note": note}
            parts.append(rows(groups, told))
        for name, value in {"send_by": 0.0 + place, "contacts_spared": 10.0 * (place + 1), "sent_today_day": 4.0}.items():
            plan.append(
                rows(
                    groups.assign(information="next_steps"),
                    {"metric": name, "value": value, "unit": "day" if name != "contacts_spared" else "count", "n": 80},
                )
            )
    return estimates.stack(*parts), estimates.stack(*plan)


@pytest.mark.parametrize("narrow", [False, True])
def test_what_spares_most_stands_first(german, narrow):
    said = texts(plots.schedule(*tables()), german, narrow=narrow)
    assert [text for text in said if text in ("r0", "r1")] == ["r1", "r0"]
    assert any("zählt ab: Lieferung" in text for text in said)
    assert any("20" in text for text in said)


def test_the_text_alternative_tells_every_window(english):
    told = plots.schedule(*tables()).describe(english)
    assert "r1, days 2 to 5 (counts from: the order), message by day 1" in told
    assert "2 of them with a window" in told


def test_what_has_no_window_says_so(german):
    plot = plots.schedule(*tables(note="no window"))
    assert any("kein Fenster" in text for text in texts(plot, german))
    assert plot.describe(german).endswith("kein Fenster gefunden.")


def test_both_tables_are_its_sources():
    windows, plan = tables()
    plot = plots.schedule(windows, plan)
    assert plot.sources[0] is windows
    assert plot.sources[1] is plan
    assert set(plot.data["metric"]) == {"window_first", "window_last", "window_ratio", "window_chance"}


def test_windows_without_reasons_are_refused():
    windows, plan = tables()
    with pytest.raises(CxError):
        plots.schedule(windows.drop(columns="reason_id"), plan)
