import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots


def listed(money=True):
    facts = {
        "a": ("next", "QM", "2026-09-01"),
        "b": ("next", "BH", "open"),
        "r": ("guard_rail", "KC", "open"),
        "x": ("running", "DI", "2026-01-12"),
    }
    rows = [("a", "net_benefit", 24_000.0, "EUR", ""), ("b", "net_benefit_in_part", 3_000.0, "EUR", "without loyalty_value")]
    rows += [("r", "net_benefit", 90_000.0, "EUR", "guard rail"), ("x", "net_benefit", np.nan, "EUR", "running")]
    rows = rows if money else [("x", "action_rank", np.nan, "rank", "running")]
    rows += [("a", "action_rank", 1.0, "rank", ""), ("b", "action_rank", 2.0, "rank", "")]
    rows += [("a", "first_three_probability", 0.94, "share", ""), ("b", "first_three_probability", 0.31, "share", "")]
    table = pd.DataFrame(rows, columns=["action_id", "metric", "value", "unit", "note"])
    for place, name in enumerate(("action_state", "owner", "start_date"), start=1):
        table.insert(place, name, [facts[action][place - 1] for action in table["action_id"]])
    ends = {"low": table["value"] - 2000, "high": table["value"] + 2000} if money else {"low": np.nan, "high": np.nan}
    return table.assign(**ends, n=pd.NA, n_eff=np.nan, method="joint draws").astype({"n": "Int64", "note": "str"})


def test_ranked_actions_stand_first_and_what_has_no_number_last(german, drawn):
    said = drawn(plots.agenda(listed()), german).words
    order = [text for text in said if text in ("a", "b", "r", "x")]
    assert order == ["a", "b", "r", "x"]  # the guard rail saves most and is not in the list
    assert "reißt eine Leitplanke" in said
    assert "läuft bereits; ob es wirkt, sagt die nächste Seite" in " ".join(said)


def test_owner_and_start_stand_below_each_name(german, english, drawn):
    said = drawn(plots.agenda(listed()), german).words
    assert said[said.index("a") + 1] == "QM, 01.09.2026"
    assert said[said.index("b") + 1] == "BH, Beginn offen"
    assert "QM, 1 Sept 2026" in " ".join(drawn(plots.agenda(listed()), english, narrow=True).words)


def test_probabilities_are_frequencies(german, drawn):
    said = drawn(plots.agenda(listed()), german).words
    assert "9 von 10" in said
    assert "3 von 10" in said


def test_without_money_probabilities_are_drawn_and_no_currency_stands_anywhere(german, drawn):
    said = " ".join(drawn(plots.agenda(listed(money=False)), german).words)
    assert "€" not in said
    assert "EUR" not in said
    assert "94" in said


@pytest.mark.parametrize("narrow", [False, True])
def test_it_can_be_drawn_wide_and_narrow(german, drawn, narrow):
    assert drawn(plots.agenda(listed()), german, narrow=narrow).words


def test_the_text_alternative_names_the_first_with_owner_and_the_rest(german):
    said = plots.agenda(listed()).describe(german)
    assert said.startswith("Maßnahmen in ihrer Rangfolge: Nettonutzen im Jahr. Punkte mit Spanne, 4 Zeilen. Zuerst: a – 24.000")
    assert "QM, 01.09.2026" in said
    assert said.endswith("Nicht eingereiht: r und x.")


def test_nothing_ranked_is_described(german, drawn):
    none = listed(money=False)[lambda rows: rows["action_id"].eq("x")]
    assert plots.agenda(none).describe(german) == "Maßnahmen: 1 Zeile, keine lässt sich einreihen."
    assert drawn(plots.agenda(none), german).words


def test_an_action_told_twice_is_refused():
    with pytest.raises(CxError):
        plots.agenda(pd.concat([listed(), listed()]))
