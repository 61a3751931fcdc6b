"""The funnel names who lies outside, and ranks nobody."""

from __future__ import annotations

from xml.etree import ElementTree

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.estimates.rows import rows
from cxlib.report import plots


def texts(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return ["".join(element.itertext()) for element in root.iter("text")]


def table(**values):
    sizes = [400 + 30 * place for place in range(len(values))]
    value = list(values.values())
    told = {
        "metric": "excess_load",
        "value": value,
        "low": [v - 5 for v in value],
        "high": [v + 5 for v in value],
        "unit": "per 100 orders",
        "n": sizes,
    }
    return rows(pd.DataFrame({"sales_group": list(values)}), told)


@pytest.mark.parametrize("narrow", [False, True])
def test_only_who_lies_outside_is_named(german, narrow):
    said = texts(plots.funnel(table(V1=0.5, V2=-1.0, V3=17.0, V4=2.0), by="sales_group"), german, narrow=narrow)
    assert any(text.startswith("V3") for text in said)
    assert not any(text.startswith(("V1", "V2", "V4")) for text in said)


def test_the_text_alternative_names_them_too(english):
    told = plots.funnel(table(V1=0.5, V2=-1.0, V3=17.0), by="sales_group").describe(english)
    assert "Outside the funnel: V3, 17" in told
    assert "V1" not in told
    assert plots.funnel(table(V1=0.5, V2=-1.0), by="sales_group").describe(english).endswith("All lie inside the funnel.")


def test_without_any_number_it_says_so(german):
    none = table(V1=0.5).assign(value=float("nan"), low=float("nan"), high=float("nan"), note="n < 50")
    plot = plots.funnel(none, by="sales_group")
    assert plot.describe(german).endswith("kein Wert ist veröffentlicht.")
    assert texts(plot, german)


def test_two_rows_of_a_group_are_refused():
    with pytest.raises(CxError):
        plots.funnel(pd.concat([table(V1=1.0), table(V1=2.0)]), by="sales_group")
