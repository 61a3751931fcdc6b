"""What every plot is: it names its sources and its rows, and cannot be made without a picture and a text alternative."""

import pandas as pd
import pytest

from cxlib.report.plots.plot import Plot


def test_a_plot_draws_and_describes_itself():
    with pytest.raises(TypeError, match="abstract"):
        Plot(pd.DataFrame())


def test_a_plot_shows_one_saved_table_unless_it_says_otherwise():
    class Bars(Plot):
        def figure(self, words, *, narrow):
            return None

        def describe(self, words):
            return "nothing"

    table = pd.DataFrame({"value": [1.0]})
    bars = Bars(table)
    assert bars.sources == (table,)
    assert bars.data is table
