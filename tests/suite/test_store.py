"""The run folder: tables for the audience, draws of what it may see, row-level tables kept private, the same bytes every time."""

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import CxError
from cxlib.report import disclosure
from cxlib.suite.store import Store, audit


@pytest.fixture
def full():
    table = pd.DataFrame({"region": list("aabbb"), "y": [1.0, 2, 3, 4, 5], "id": list("vwxyz")})
    return estimates.mean(table, "y", by=["region"], cluster="id", draws=20)


def hidden(full):
    shown = full.drop(columns="draws")
    shown.loc[0, ["value", "low", "high"]] = np.nan
    return shown


def test_draws_of_hidden_numbers_are_not_written(tmp_path, full):
    Store(tmp_path).save_estimates("scores", hidden(full), full)
    draws = pd.read_parquet(tmp_path / "draws" / "scores.parquet")
    assert set(draws["region"]) == {"b"}
    assert len(draws) == 20


def test_what_is_saved_can_be_read_by_the_next_notebook(tmp_path, full):
    store = Store(tmp_path)
    store.save_estimates("scores", hidden(full), full)
    pd.testing.assert_frame_equal(store.read("scores"), hidden(full), check_dtype=False)
    store.save_rows("personas", pd.DataFrame({"customer_id": ["007"], "persona": ["x"]}))
    assert store.read("personas")["customer_id"].to_list() == ["007"]
    assert (tmp_path / "private" / "personas.parquet").is_file()
    assert store.read("nothing") is None


def test_draws_come_back_to_the_numbers_that_were_shown(tmp_path, full):
    store = Store(tmp_path)
    store.save_estimates("scores", hidden(full), full)
    again = store.read_drawn("scores").set_index("region")["draws"]
    assert isinstance(again["b"], np.ndarray)
    np.testing.assert_allclose(again["b"], full.set_index("region").loc["b", "draws"])
    assert [name for name, draws in again.items() if not isinstance(draws, np.ndarray)] == [name for name in full["region"] if name != "b"]
    assert store.read_drawn("nothing") is None


def test_two_runs_write_the_same_bytes(tmp_path, full):
    for name in ("one", "two"):
        Store(tmp_path / name).save_estimates("scores", hidden(full), full)
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_csv_cells_are_no_formulas(tmp_path):
    table = estimates.mean(pd.DataFrame({"segment": ["=1+1", "+49", "-a", "@x"] * 2, "y": np.arange(8.0)}), "y", by=["segment"])
    Store(tmp_path).save_estimates("scores", table, table)
    lines = (tmp_path / "tables" / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("'") for line in lines[1:])


@pytest.mark.parametrize("name", ["../x", "a/b", "A", "", "1a", "a" * 64, "a.b"])
def test_names_cannot_leave_the_folder(tmp_path, name):
    with pytest.raises(CxError, match="cannot name a table"):
        Store(tmp_path).save_rows(name, pd.DataFrame({"a": [1]}))
    assert list(tmp_path.rglob("*.parquet")) == []


def test_a_run_that_gives_a_hidden_cell_away_is_refused(tmp_path):
    table = estimates.mean(pd.DataFrame({"region": list("aaa") + list("b" * 20), "y": np.arange(23.0)}), "y", by=["region"])
    total = estimates.mean(pd.DataFrame({"y": np.arange(23.0)}), "y")
    store, register = Store(tmp_path), disclosure.Register()
    shown = disclosure.protect(estimates.stack(total, table), min_n=7, register=register, name="scores", who=["region"])
    store.save_register(register, "10_gaps")
    audit(tmp_path, min_n=7)
    assert shown["value"].isna().sum() == 2  # the small one, and the other one that would give it away
    careless = register.to_frame()
    careless.loc[careless["n"] >= 7, "published"] = True
    store.save_register(disclosure.Register.from_frame(careless), "10_gaps")
    with pytest.raises(CxError, match="disclosure: "):
        audit(tmp_path, min_n=7)
