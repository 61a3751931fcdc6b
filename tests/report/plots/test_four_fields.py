import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.estimates import stack
from cxlib.estimates.rows import rows
from cxlib.report import plots
from cxlib.report.plots.four_fields import squares
from cxlib.report.plots.labels import Box
from cxlib.report.words import Words

SHARES = {"eliminate": 0.5, "automate": 0.2, "simplify": 0.1, "leverage": 0.2}


@pytest.fixture
def fields():
    place = pd.DataFrame({"treatment": list(SHARES)})
    numbers = np.array(list(SHARES.values()))
    whole = rows(
        place, {"metric": "treatment_share", "value": numbers, "low": numbers - 0.03, "high": numbers + 0.03, "unit": "share", "n": 900}
    )
    names = [(treatment, f"{treatment}.{number}") for treatment in SHARES for number in range(5)]
    each = pd.DataFrame(names, columns=["treatment", "reason_id"]).assign(rating_state="untested")
    parts = np.array([SHARES[treatment] * part for treatment in SHARES for part in (0.5, 0.3, 0.15, 0.0499, 0.0001)])
    return stack(whole, rows(each, {"metric": "reason_share", "value": parts, "unit": "share", "n": 900}))


@pytest.fixture
def labelled():
    def make(language, hostile=False):
        name = "Fragt $\\frac{$ <b>nach" if hostile else "Fragt, wann die Lieferung endlich kommt"
        return Words(language, {"reason_id": {f"{treatment}.{number}": f"{name} {number}" for treatment in SHARES for number in range(5)}})

    return make


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_texts_stay_inside_and_off_each_other(fields, labelled, drawn, narrow, language):
    from itertools import combinations

    picture = drawn(plots.four_fields(fields), labelled(language), narrow=narrow)
    texts = picture.texts()
    assert [text.words for text in texts if text.left < -2 or text.right > picture.width + 2] == []
    assert [(one.words, other.words) for one, other in combinations(texts, 2) if one.covers(other)] == []
    assert any("50" in text.words for text in texts)


def test_areas_are_volumes():
    frame = Box(10, 20, 110, 70)
    values = [0.4, 0.25, 0.2, 0.1, 0.05]
    boxes = squares(values, frame)
    areas = [(box.right - box.left) * (box.bottom - box.top) for box in boxes]
    assert areas == pytest.approx([5000 * value for value in values])
    assert all(box.left >= 10 - 1e-9 and box.right <= 110 + 1e-9 and box.top >= 20 - 1e-9 and box.bottom <= 70 + 1e-9 for box in boxes)
    assert not any(
        one.meets(Box(b.left + 1e-6, b.top + 1e-6, b.right - 1e-6, b.bottom - 1e-6)) for one in boxes for b in boxes if b is not one
    )
    assert squares([], frame) == []


def test_blocks_are_to_each_other_as_their_shares():
    sides = plots.FourFields.sides({name: {"value": value} for name, value in SHARES.items()})
    assert {name: side**2 for name, side in sides.items()} == pytest.approx({name: value / 0.5 for name, value in SHARES.items()})
    assert plots.FourFields.sides({})["eliminate"] == 0


def test_the_text_alternative_tells_every_field_the_largest_first(fields, labelled):
    german, english = (plots.four_fields(fields).describe(labelled(language)) for language in ("de", "en"))
    assert german.index("abstellen") < german.index("automatisieren") < german.index("vereinfachen")
    assert "50 % (Spanne 47 % bis 53 %" in german.replace("\N{NO-BREAK SPACE}", " ").replace("47 bis 53", "47 % bis 53") or "47" in german
    assert "eliminate" in english
    assert "{" not in german + english


def test_hostile_labels_stay_text_and_colours_follow_the_mode(fields, labelled, drawn):
    picture = drawn(plots.four_fields(fields), labelled("de", hostile=True))
    assert picture.colours() == set()
    assert "<b>" not in picture.markup
    assert picture.markup == drawn(plots.four_fields(fields), labelled("de", hostile=True)).markup


def test_hidden_fields_are_told(fields, labelled, drawn):
    hidden = fields.assign(value=np.nan, low=np.nan, high=np.nan, note="suppressed")
    picture = drawn(plots.four_fields(hidden), labelled("de"))
    assert "nan" not in picture.markup
    assert "veröffentlicht" in " ".join(picture.words)
    assert "kein Wert ist veröffentlicht" in plots.four_fields(hidden).describe(labelled("de"))


def test_what_is_no_field_is_refused(fields):
    with pytest.raises(CxError, match="unknown treatment 'elimate'"):
        plots.four_fields(fields.replace({"treatment": {"eliminate": "elimate"}}))
    with pytest.raises(CxError, match="a treatment stands twice"):
        plots.four_fields(fields.replace({"treatment": {"eliminate": "automate"}}))
    with pytest.raises(CxError, match="there is no group column 'treatment'"):
        plots.four_fields(fields.drop(columns="treatment"))
