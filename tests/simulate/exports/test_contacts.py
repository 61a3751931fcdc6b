"""Contacts: intake finds each kind of dirt as often as it was planted, and what is left is what the systems know."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.simulate.dirt import SHORT, SPELLINGS

TICKETS = ("tickets_2025", "tickets_2026")
CALLS = ("calls_2025_h1", "calls_2025_h2", "calls_2026_h1")
# what a system is not asked for, or does not know
UNTOLD = {
    "telephone": {"handled_by_type", "first_response_ts", "resolved_ts", "status", "goodwill_amount"},
    "tickets": set(),
    "tally": {"account_id"},
}


def dropped(record, sources, reason, detail=""):
    return sum(rows for name in sources for why, what, rows in record[name]["dropped"] if why == reason and what.startswith(detail))


def failed(record, sources, column):
    return sum(record[name]["failed"].get(column, {"cells": 0})["cells"] for name in sources)


@pytest.fixture(scope="module")
def tickets(cells):
    return pd.concat([sheet for name, sheet in cells.items() if name.startswith("Tickets")], ignore_index=True)


@pytest.fixture(scope="module")
def contacts(taken):
    return taken.table("contacts").set_index("contact_id")


def test_rows_that_are_no_contacts_are_dropped(record):
    assert dropped(record, TICKETS, "ignored", "Status = zusammengeführt") == 66
    assert dropped(record, TICKETS, "ignored", "Absender = ") == 17
    assert dropped(record, TICKETS, "repeated") == 41
    assert [dropped(record, [name], "ignored", "Gespräch = Summe") for name in CALLS] == [1, 1, 1]


def test_merged_tickets_say_where_they_went(tickets):
    merged = tickets[tickets["Status"] == "zusammengeführt"]
    assert merged["Text"].str.fullmatch(r"siehe \d{4}-\d+").all()
    assert merged["Text"].str.removeprefix("siehe ").isin(tickets["Ticketnummer"]).all()


def test_times_that_cannot_be_are_noted(record, taken):
    noted = [one for name in TICKETS for one in record[name]["noted"]]
    assert {tuple(one[:2]) for one in noted if one[0] == "before"} == {
        ("before", "resolved_ts < contact_ts"),
        ("before", "due_ts < contact_ts"),
    }
    assert sum(rows for _, columns, rows in noted if columns == "resolved_ts < contact_ts") == 27
    assert failed(record, CALLS, "wait_s") == 6
    assert failed(record, CALLS, "handle_s") == 5
    for name in CALLS:
        told = record[name]["failed"]
        assert all("'-" in example for example in told.get("wait_s", {"examples": []})["examples"])
        assert all("99:99" in example for example in told.get("handle_s", {"examples": []})["examples"])


def test_the_telephone_system_changed_its_columns(cells):
    older, newer, newest = (list(cells[f"TK-Anlage_{half}.csv"]) for half in ("2025H1", "2025H2", "2026H1"))
    assert older == newest
    assert "Wartezeit (s)" in older
    assert "Wartezeit_Sek" in newer
    assert [column.startswith("Unnamed") for column in newer].count(True) == 1
    assert newer != [column.replace("Wartezeit (s)", "Wartezeit_Sek") for column in older]


def test_channels_have_23_spellings_and_one_word_each(tickets, contacts, grown):
    assert set(tickets["Eingang über"]) == {spelling for spellings in SPELLINGS.values() for spelling in spellings}
    assert tickets["Eingang über"].nunique() == 23
    known = grown[0]["contacts"].set_index("contact_id")["channel"]
    assert contacts["channel"].eq(known.loc[contacts.index]).all()


def test_120_texts_are_repaired(tickets, contacts):
    seeds = "Ã|Â|â€"
    assert tickets[tickets["Text"].str.contains(seeds)]["Ticketnummer"].nunique() == 120
    assert not contacts["text"].str.contains(seeds, na=False).any()


def test_html_a_long_chain_and_a_formula_stay_as_they_came(contacts):
    text = contacts["text"].dropna()
    assert text.str.contains("<br>&nbsp;<br><img src=").sum() == 9
    assert text.str.len().ge(350_000).sum() == 1
    assert text.str.len().lt(10_000).sum() == len(text) - 1
    assert text.str.startswith("=HYPERLINK(").sum() == 1
    assert text.str.startswith(SHORT).sum() == 1


def test_a_collective_account_and_a_seller_called_na(contacts, grown, cells):
    assert (contacts["customer_id"] == "0099999").sum() == 512
    tally = grown[0]["contacts"].query("source == 'tally'")
    assert (contacts.loc[tally["contact_id"], "handled_by"] == "V09").sum() == (tally["handled_by"] == "V09").sum() > 0
    signs = next(sheet for name, sheet in cells.items() if name.startswith("Strichliste")).iloc[:, 3]
    assert "NA" in set(signs)
    assert "V09" not in set(signs)


def test_a_no_is_written_in_several_ways_and_what_is_unknown_stays_so(cells, contacts, grown):
    calls = pd.concat([sheet for name, sheet in cells.items() if name.startswith("TK")])
    calls = calls[calls["Gespräch"] != "Summe"]
    assert set(calls["Chance"]) == {"ja", "Nein", "NEIN", "0", ""}
    assert set(calls["Erreicht"]) == {"ja", "Nein", "NEIN", "0"}
    known = grown[0]["contacts"].set_index("contact_id").loc[contacts.index]
    signal = contacts["sales_signal"]
    assert (signal.eq(True) == known["sales_signal"].eq(True)).all()
    assert not (signal.eq(False) & ~known["sales_signal"].eq(False)).any()
    outside = known["_outside"].astype("bool") & known["channel"].eq("phone")
    assert contacts.loc[outside, "abandoned"].isna().all()


def test_the_rest_is_what_the_systems_know(apart, contacts):
    differing = apart("contacts", "contact_id")
    assert len(contacts) == 15099
    assert set(differing) <= {"contact_ts", "wait_s", "handle_s", "resolved_ts", "sales_signal", "text"} | set.union(*UNTOLD.values())
    for column, pair in differing.items():
        here = contacts.loc[pair.index, "source"]
        untold = pd.Series([column in UNTOLD[source] for source in here], index=pair.index)
        assert pair.loc[untold, "found"].isna().all(), column
        differing[column] = pair[~untold]
    # the hour that came twice was read as the first; a clock can say no more
    night = differing.pop("contact_ts")
    assert ((night["known"] - night["found"]) == pd.Timedelta(hours=1)).all()
    assert (night["found"].dt.strftime("%d.%m.%Y %H") == "26.10.2025 02").all()
    assert {column: len(pair) for column, pair in differing.items() if len(pair) and column not in ("text", "sales_signal")} == {
        "wait_s": 6,
        "handle_s": 5,
        "resolved_ts": 27,
    }
    assert differing["resolved_ts"]["found"].lt(contacts.loc[differing["resolved_ts"].index, "contact_ts"]).all()
    notes = differing["text"]
    lost = notes["found"] == notes["known"].map(lambda text: text.encode("cp1252", "replace").decode("cp1252"))
    assert (contacts.loc[notes.index[lost], "language"] == "pl").all()
    assert (~lost).sum() == 9 + 1 + 1 + 1
