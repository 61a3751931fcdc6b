"""The package of raw files as a whole: it is what the simulator writes, fits into a repository and tells no truth."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxlib.simulate import exports
from cxlib.simulate.company import systems as grow
from cxlib.simulate.plan import Plan
from cxlib.simulate.reasons import reasons

ROOT = Path(__file__).parent.parent.parent.parent
STORED = ROOT / "data" / "demo" / "raw"
CODED = {"Nachkodiert", "Anliegen"}  # labels of two coders; what the workshop decided for a reason


def content(path: Path) -> object:
    """The bytes of a file, of what is packed in it where how small it packs depends on the library."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return {name: book.read(name) for name in book.namelist()}
    if path.suffix == ".parquet":
        return pq.read_table(path).replace_schema_metadata()
    return path.read_bytes()


def test_the_stored_files_are_what_the_simulator_writes(raw):
    stored, made = ({path.name: path for path in folder.iterdir()} for folder in (STORED, raw))
    assert sorted(stored) == sorted(made)
    moved = [name for name in made if content(stored[name]) != content(made[name])]
    assert not moved, f"data/demo/raw is not what the simulator writes; run `python bootstrap.py demo-data`: {moved}"


def test_they_are_small(raw):
    sizes = {path.name: path.stat().st_size for path in raw.iterdir()}
    assert max(sizes.values()) <= 3_000_000, sizes
    assert sum(sizes.values()) <= 8_000_000


@pytest.mark.parametrize("market", ["b2b", "b2c"])
def test_the_same_plan_gives_the_same_bytes(market, tmp_path):
    plan = Plan(size=0.03, market=market)
    for folder in ("one", "two"):
        exports.write(plan, grow(plan)[0], tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_no_truth_is_in_them(cells):
    known = set(reasons()["reason"])
    for name, sheet in cells.items():
        assert not [column for column in sheet if str(column).startswith("_")], name
        for column in sheet:
            words = set(sheet[column].dropna().astype("str"))
            assert not words & {"Tanja", "Werner", "Kira", "Ralf", "Beate"}, f"{name}: {column} names a persona"
            if column not in CODED:
                assert not words & known, f"{name}: {column} names reasons"


def test_420_contacts_are_labelled(cells):
    coded = pd.concat([sheet["Nachkodiert"] for name, sheet in cells.items() if "Nachkodiert" in sheet and "Tickets" not in name])
    tickets = pd.concat([sheet for name, sheet in cells.items() if "Tickets" in name])
    tickets = tickets.drop_duplicates("Ticketnummer")
    tickets = tickets[~tickets["Ticketnummer"].str.endswith(("-Z", "-T"))]
    assert coded.ne("").sum() + tickets["Nachkodiert"].ne("").sum() == 420
