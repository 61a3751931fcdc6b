"""One simulated client: contract tables without a trace of the truth, in every market, size and completeness."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import cxlib
from cxlib.simulate import drivers
from cxlib.simulate.company import company, complete, public
from cxlib.simulate.plan import COMPLETENESS, MARKETS, Effects, Plan
from cxlib.tables import contract

SOURCE = Path(cxlib.__file__).parent
ROOT = Path(__file__).parent.parent.parent
SMALL = 0.03


@pytest.fixture(scope="module")
def small():
    made = {}

    def one(**words):
        key = tuple(words.items())
        if key not in made:
            made[key] = company(Plan(**{"size": SMALL, **words}))
        return made[key]

    return one


def test_nothing_but_tests_knows_the_truth():
    for path in SOURCE.rglob("*.py"):
        if "simulate" in path.relative_to(SOURCE).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = getattr(node, "module", None) or ""
            assert not any(name.startswith("cxlib.simulate") for name in [module, *names]), path
            assert not (module == "cxlib" and "simulate" in names), path
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.startswith("cxlib.simulate"), path
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for path in notebooks:
        assert "cxlib.simulate" not in path.read_text(encoding="utf-8"), path.name


@pytest.mark.parametrize("strength", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("market", MARKETS)
def test_tables_are_what_their_contracts_say(market, strength, small, monkeypatch):
    """Every market with effects of every strength, and what is left of it where a client has less to give."""
    monkeypatch.setattr(drivers, "ANSWERS", 100_000)
    effects = Effects(**dict.fromkeys(vars(Effects()), strength))
    made = small(market=market) if strength == 1 else company(Plan(size=0.02, market=market, effects=effects))
    for completeness in COMPLETENESS:
        plan = replace(made.plan, completeness=completeness)
        tables = complete(plan, made.tables)
        assert tables
        for name, table in tables.items():
            assert not [column for column in table if column.startswith("_")], name
            contract(name).validate(table, name)


def test_the_demo_client_holds_its_contracts(grown):
    for name, table in grown[0].items():
        if name.startswith("_"):
            continue
        known = table.dropna(subset="account_id").reset_index(drop=True) if name == "persons" else table
        contract(name).validate(public(known), name)


def test_what_a_client_lacks(small):
    full = small().tables
    assert set(small(completeness="log_only").tables) == {"contacts", "touchpoints"}
    assert set(complete(Plan(completeness="survey_only"), full)) == {"responses", "touchpoints", "invitations"}
    for completeness, gone in (("no_costs", {"goodwill_amount", "cost_once", "margin_share", "revenue_12m"}), ("no_text", {"text"})):
        tables = complete(Plan(completeness=completeness), full)
        assert set(tables) == set(full)
        assert gone <= {column for table in full.values() for column in table}
        assert not gone & {column for table in tables.values() for column in table}
        for name, table in tables.items():  # the rest is the same client
            pd.testing.assert_frame_equal(table, full[name][list(table)])


def test_sizes(small, grown):
    tables = small(size=0.05).tables
    for name in ("customers", "orders", "contacts"):
        assert len(tables[name]) == pytest.approx(0.05 * len(grown[0][name]), rel=0.15), name
    assert len(tables["touchpoints"]) == 42


def test_consumers_have_no_accounts(small):
    tables = small(market="b2c").tables
    assert set(tables["customers"]["market"]) == {"b2c"}
    assert tables["accounts"].empty
    assert tables["persons"].empty
    assert not (tables["contacts"]["source"] == "tally").any()
    assert tables["orders"]["seller_id"].isna().all()


def test_a_seed_makes_one_client(small, monkeypatch):
    small()
    monkeypatch.setattr(drivers, "ANSWERS", 100_000)  # of the other seed, whose truth is new
    again, other = company(Plan(size=SMALL)), company(Plan(size=SMALL, seed=2))
    for part in ("tables", "truth"):
        for name, table in getattr(small(), part).items():
            pd.testing.assert_frame_equal(table, getattr(again, part)[name], obj=name)
    for name in ("customers", "orders", "contacts", "responses"):
        assert not small().tables[name].equals(other.tables[name]), name


def test_truth_belongs_to_the_rows(grown):
    tables, truth = grown
    for name, key in (("contacts", "contact_id"), ("persons", "person_id"), ("orders", "order_id")):
        assert truth[name][key].equals(tables[name][key])
    assert set(truth["respondents"]["response_id"]) <= set(tables["responses"]["response_id"])
    assert truth["contacts"]["_reason"].notna().all()


def test_nothing_is_known_before_it_happened(grown):
    contacts = grown[0]["contacts"]
    asked = pd.Timestamp("2026-07-01", tz="Europe/Berlin")
    for name in ("contact_ts", "first_response_ts", "resolved_ts", "promise_done_ts"):
        assert contacts[name].max() < asked, name
    unsolved = contacts[contacts["status"].eq("open")]
    assert unsolved["resolved_ts"].isna().all()
    assert len(unsolved) > 0


def test_who_is_a_customer_alone_is_no_person(small):
    persons = small().tables["persons"]
    assert persons["account_id"].notna().all()
    assert len(persons) < len(small().truth["persons"])
