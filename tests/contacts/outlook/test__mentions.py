"""Phrases are literal and know no capitals."""

import narwhals as nw
import pandas as pd
import pytest

from cxlib.contacts.outlook import _mentions as said
from cxlib.errors import CxError

TEXTS = pd.Series(["Ölanalyse (neu)", "ÖLANALYSE", "oel", None, "a+b"], dtype="str")


@pytest.mark.parametrize(("phrase", "found"), [("ölanalyse", [1, 1, 0, 0, 0]), ("(neu)", [1, 0, 0, 0, 0]), ("a+b", [0, 0, 0, 0, 1])])
def test_engine_and_pandas_find_the_same(phrase, found):
    frame = nw.from_native(pd.DataFrame({"text": TEXTS})).lazy().with_columns(flag=said.mentions("text", [phrase]))
    assert frame.collect().to_native()["flag"].to_list() == found
    assert said.mentions_in(TEXTS, [phrase]).to_list() == found


def test_phrases_that_every_text_holds_are_refused():
    with pytest.raises(CxError, match="services: has no phrases, or an empty one, which every text would hold: 'a, b'"):
        said.checked({"a": [], "b": ["  "], "c": ["x"]}, "services")
