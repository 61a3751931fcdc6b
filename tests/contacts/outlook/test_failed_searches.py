"""Searches that end without a hit."""

import pandas as pd
import pytest

from cxlib.contacts import outlook


def searched(*sessions):
    """Sessions: (term, result or None)."""
    rows = []
    for number, (term, result) in enumerate(sessions):
        rows.append((f"s{number}", "search", f"/suche?q={term}&page=1", None))
        if result is not None:
            rows.append((f"s{number}", "selfservice", "/x", result))
    return pd.DataFrame(rows, columns=["session_id", "event", "page", "selfservice_result"]).astype("str")


def test_sessions_fail_when_they_end_and_never_with_a_hit():
    told = outlook.failed_searches(searched(("Pumpe", "found"), ("pumpe", "error"), ("pumpe", None), ("PUMPE+A", "given_up")), least=1)
    value = told.set_index(["metric", "search_term"])["value"]
    assert value["failed_search_share"].iloc[0] == pytest.approx(2 / 3)
    assert value["failed_search_share", "pumpe"] == pytest.approx(1 / 2)
    assert value["failed_search_share", "pumpe a"] == 1
    assert value["search_share", "pumpe"] == pytest.approx(3 / 4)


def test_a_hit_after_a_failure_is_a_hit():
    table = searched(("pumpe", "error"))
    table = pd.concat([table, table.tail(1).assign(selfservice_result="found")], ignore_index=True)
    assert outlook.failed_searches(table, least=1)["value"].iloc[0] == 0


def test_rare_words_stay_untold():
    told = outlook.failed_searches(searched(*[("pumpe", "found")] * 5, ("erika mustermann", "error"), ("ventil", "error")), least=3)
    assert set(told["search_term"].dropna()) == {"pumpe", "__other__"}
    assert told[told["metric"].eq("search_share")].set_index("search_term")["value"].to_dict() == pytest.approx(
        {"pumpe": 5 / 7, "__other__": 2 / 7}
    )
    assert set(
        outlook.failed_searches(searched(*[("a", "found")] * 5, *[("b", "found")] * 4), least=1, most=1)["search_term"].dropna()
    ) == {"a", "__other__"}


def test_what_is_missing_is_named_and_no_search_says_so():
    table = searched(("pumpe", "found"))
    assert outlook.failed_searches(table.drop(columns="page"))["note"].item() == "needs events.page"
    assert outlook.failed_searches(table, searches=["find"])["note"].item() == "no events"


def test_the_demo_s_words_that_led_to_contacts_fail_more_often(client):
    events = client[0]["events"]
    told = outlook.failed_searches(events[[name for name in events if not name.startswith("_")]])
    failed = told[told["metric"].eq("failed_search_share")].set_index("search_term")
    assert failed.loc["liefertermin", "low"] > 0.6  # 88 % of the sessions before a contact were made to fail
    assert failed.loc["filter", "high"] < 0.4  # 22 % of the others
