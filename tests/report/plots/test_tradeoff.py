"""What the trade-off curve shows."""

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots

PARTS = ("eliminate", "automate", "leverage")


@pytest.fixture
def trade_of(long_of):
    """Steps of a rising curve, the points to choose, guards of today; some steps hidden."""

    def make(count=9, hidden=(), tripped=()):
        rows = []
        for n in range(count):
            gained, lost = (n + 1) / count, ((n + 1) / count) ** 3
            bare = n in set(hidden)
            place = (None, str(n + 1), PARTS[min(3 * n // count, 2)], f"item{n}", None)
            for metric, value in (("contacts_saved_share", gained), ("chances_lost_share", lost)):
                span = (np.nan,) * 3 if bare else (value, max(value - 0.03, 0), min(value + 0.03, 1))
                rows.append((*place, metric, *span, "share", 900, "n < 30" if bare else ""))
            rows.append((*place, "guards_tripped", float(n in set(tripped)), np.nan, np.nan, "count", 900, ""))
        hides = len(set(hidden)) == count
        for name, gained, lost in (("today", 0.0, 0.0), ("free", 0.3, 0.01), ("planned", 0.6, 0.2), ("everything", 1.0, 1.0)):
            for metric, value in (("contacts_saved_share", gained), ("chances_lost_share", lost)):
                value = np.nan if hides else value
                rows.append((name, None, None, None, None, metric, value, value, value, "share", 900, "n < 30" if hides else ""))
        rows.append((None, None, None, None, "unsolved_share", "guard_today", 0.38, 0.37, 0.39, "share", 900, ""))
        rows.append((None, None, None, None, None, "tolerated_share", 0.01, np.nan, np.nan, "share", None, ""))
        return long_of(rows, by=["point", "step", "treatment", "reason_id", "guard"])

    return make


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("count", [1, 5, 60])
@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_stay_inside_and_off_each_other(trade_of, drawn, named, count, narrow, language):
    picture = drawn(plots.tradeoff(trade_of(count, tripped=[0])), named(language, count), narrow=narrow)
    texts = picture.texts()
    assert [text.words for text in texts if text.left < -2 or text.right > picture.width + 2] == []
    assert [(one.words, other.words) for one, other in combinations(texts, 2) if one.covers(other)] == []
    assert picture.colours() == set()


def test_points_rail_and_guards_are_named(trade_of, drawn, named):
    said = " ".join(drawn(plots.tradeoff(trade_of(tripped=[2, 4])), named("de")).words)
    assert "heute" in said
    assert "ohne Chancenverlust" in said
    assert "30 % weniger Kontakte, 1 % der Chancen entgangen" in said
    assert "reißt eine Leitplanke (2)" in said
    assert "nicht gelöst 38 %" in said
    assert re.search(r"hingenommen wird \(1\s%\)", said)


def test_without_guards_and_rail_nothing_is_said_of_them(trade_of, drawn, named):
    table = trade_of()
    table = table[~table["metric"].isin(["guard_today", "guards_tripped", "tolerated_share"])]
    said = " ".join(drawn(plots.tradeoff(table), named("de")).words)
    assert "Leitplanke" not in said
    assert "Gestrichelt" not in said


def test_the_text_alternative_tells_the_points(trade_of, named):
    told = plots.tradeoff(trade_of()).describe(named("de"))
    assert told.startswith("Abwägung: Entgangene Verkaufschancen, aufgetragen über Eingesparte Kontakte")
    assert re.search(r"ohne Chancenverlust: 30\s%", told)
    assert "{" not in told
    assert told != plots.tradeoff(trade_of()).describe(named("en"))


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_without_any_number_the_picture_says_why(trade_of, drawn, named, narrow):
    plot = plots.tradeoff(trade_of(3, hidden=range(3)))
    picture = drawn(plot, named("de"), narrow=narrow)
    assert "nan" not in picture.markup
    assert re.search("veröffentlicht", " ".join(picture.words))
    assert plot.describe(named("de")).endswith("Kein Wert ist veröffentlicht.")


def test_hidden_steps_are_left_out_and_the_same_table_gives_the_same_bytes(trade_of, drawn, named):
    plot = plots.tradeoff(trade_of(9, hidden=[3]))
    assert drawn(plot, named("de")).markup == drawn(plot, named("de")).markup
    assert {"metric", "value", "low", "high", "unit", "n", "note"} <= set(plot.data)
    assert set(plot.data["metric"]) == {"contacts_saved_share", "chances_lost_share"}


def test_steps_and_points_are_needed_once(trade_of):
    with pytest.raises(CxError, match="plots.tradeoff: there is no group column 'step'"):
        plots.tradeoff(trade_of().drop(columns="step"))
    with pytest.raises(CxError, match="plots.tradeoff: a step stands twice: '1'"):
        plots.tradeoff(pd.concat([trade_of(), trade_of()], ignore_index=True))
