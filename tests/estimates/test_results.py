"""Every learner's result prints as a table in JupyterLab, and nothing in its cells runs there."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

from cxlib.customers.personas.fitting import Personas
from cxlib.customers.roles import Accounts
from cxlib.estimates.results import SHOWN, Result
from cxlib.reasons.classify.model import ReasonModel
from cxlib.reasons.discover import Topics
from cxlib.reasons.value.matrix import Matrix
from cxlib.survey.asymmetry.contrasts import Asymmetry
from cxlib.survey.drivers.comparison import Comparison
from cxlib.survey.drivers.result import Drivers
from cxlib.survey.weights.raking import Weights


@pytest.mark.parametrize("kind", [Accounts, Asymmetry, Comparison, Drivers, Matrix, Personas, ReasonModel, Topics, Weights])
def test_results_with_a_table_show_it(kind):
    assert issubclass(kind, Result)
    assert "table" in kind.__dataclass_fields__


@dataclass(frozen=True, eq=False)
class Fitted(Result):
    table: pd.DataFrame
    items: tuple[str, ...]
    _ids: int = 0


def test_the_first_rows_are_shown_escaped_and_without_draws():
    table = pd.DataFrame({"item": ["<script>x</script>"] * 50, "value": range(50), "draws": [[1.0]] * 50})
    shown = Fitted(table, ("a",))._repr_html_()
    assert shown.startswith("<p><strong>Fitted</strong>: 50 rows; besides: items</p>")
    assert "<script>" not in shown
    assert "draws" not in shown
    assert shown.count("<tr") == SHOWN + 2  # the names, and the dots between the first and the last rows
