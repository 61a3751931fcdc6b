import re

import pytest

from cxlib.errors import CxError
from cxlib.report import plots
from cxlib.report.plots.importance import rank_span, remarks_by_level, sorted_levels


@pytest.mark.parametrize("narrow", [False, True])
def test_the_largest_share_stands_first_with_its_rank_span(drivers_of, named, drawn, narrow):
    table = drivers_of(4).sample(frac=1, random_state=1)  # the order of the table does not matter
    said = drawn(plots.importance(table), named("de"), narrow=narrow).words
    labels = [text for text in said if text.startswith(("Liefertermin", "Hotline", "Rechnung", "Anlieferung"))]
    assert [label.split()[0] for label in labels] == ["Liefertermin-Auskunft", "Hotline", "Rechnung", "Anlieferung"]
    assert "40 %" in said
    assert ("Rang 1–3 · n = 1.284" if narrow else "1–3") in said


def test_halo_only_drivers_are_marked_once_below_their_name(drivers_of, named, drawn):
    words = named("en")
    said = drawn(plots.importance(drivers_of(4)), words).words
    at = said.index("Hotline und Innendienst erreichbar")
    assert " ".join(said).count(words.note("halo only")) == 1
    assert words.note("halo only").startswith(said[at + 1])


def test_what_holds_for_all_is_said_once_above(drivers_of, named, drawn):
    table = drivers_of(4)
    table.loc[table["metric"].eq("driver_rank"), "note"] = "n < 300"
    said = drawn(plots.importance(table), named("de")).words
    assert said[0] == "Zu wenige Angaben (unter 300)."
    assert sum("unter 300" in text for text in said) == 1


def test_groups_are_told_by_word_shape_and_colour(drivers_of, named, drawn):
    group = {"item0": "service", "item1": "product", "item2": "service", "item3": None}
    picture = drawn(plots.importance(drivers_of(4), group=group), named("de"))
    assert picture.words.count("Service") == 2
    assert picture.words.count("Produkt") == 1
    marks = set(re.findall(r"fill:var\(--cx-(\w+)", picture.markup))
    assert {"accent", "violet"} <= marks


def test_hidden_drivers_come_last_and_keep_their_group(drivers_of, named, drawn):
    said = drawn(plots.importance(drivers_of(4, hidden=[0]), group={"item0": "price"}), named("de")).words
    assert said[-2:] == ["Preis", "zum Schutz Einzelner nicht veröffentlicht"]


def test_the_text_alternative_names_the_first_three_and_what_to_mind(drivers_of, named):
    said = plots.importance(drivers_of(4, hidden=[3])).describe(named("de"))
    words = named("de")
    assert said.replace("\N{NO-BREAK SPACE}", " ") == (
        f"Bedeutung: {words.metric('driver_share')}. Punkte mit Spanne und Rang, 4 Zeilen, vom größten zum kleinsten Anteil. "
        "An der Spitze: Liefertermin-Auskunft, 40 % (Spanne 36 bis 45 %; n = 1.284), Rang 1–3; "
        f"Hotline und Innendienst erreichbar, 30 % (Spanne 26 bis 35 %; n = 1.284; {words.note('halo only')}), Rang 1–4; "
        "Rechnung, 20 % (Spanne 16 bis 25 %; n = 1.284), Rang 1–4. "
        "Ein Wert ist nicht veröffentlicht oder fehlt."
    )


def test_a_note_further_down_is_told_by_name(drivers_of, named):
    table = drivers_of(5)
    table.loc[table["item_id"].eq("item4"), "note"] = "halo only"
    assert f"Preis: {named('de').note('halo only')}." in plots.importance(table).describe(named("de"))


def test_only_shares_and_ranks_stand_in_the_data_table(drivers_of):
    plot = plots.importance(drivers_of(4))
    assert set(plot.data["metric"]) == {"driver_share", "driver_rank"}
    assert plot.sources[0] is plot.table


def test_a_sure_rank_is_one_number(english):
    assert rank_span(english, {"value": 1.0, "low": 1.0, "high": 1.0}) == "1"
    assert rank_span(english, {"value": 2.0, "low": 1.0, "high": 4.0}) == "1–4"
    assert rank_span(english, {"value": 2.0, "low": None, "high": None}) == "2"
    assert rank_span(english, None) == rank_span(english, {"value": float("nan")}) == ""


def test_equal_shares_keep_their_order_and_zero_is_known():
    rows = {name: {"value": value} for name, value in (("a", 0.1), ("b", None), ("c", 0.0), ("d", 0.1))}
    assert sorted_levels(rows) == ["a", "d", "c", "b"]


def test_notes_of_one_row_alone_are_its_own(english):
    row = {"value": 1.0, "note": "halo only", "unit": "share"}
    own, shared = remarks_by_level(english, {"a": row})
    assert (own["a"], shared) == ([english.note("halo only")], [])
    own, shared = remarks_by_level(english, {"a": row, "b": row}, {"a": row})
    assert own == {"a": [], "b": []}
    assert [text.casefold() for text in shared] == [f"{english.note('halo only')}."]
    assert shared[0][0].isupper()


def test_two_rows_of_a_level_are_refused(drivers_of):
    import pandas as pd

    with pytest.raises(CxError, match=r"plot: has several rows for one level of item_id"):
        plots.importance(pd.concat([drivers_of(2), drivers_of(2)]))
    with pytest.raises(CxError, match=r"plot: cannot be drawn by 'item'"):
        plots.importance(drivers_of(2), by="item")
