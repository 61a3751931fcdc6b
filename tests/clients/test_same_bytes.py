"""The same client again gives the same bytes, from raw files to draws, however many notebooks run at a time."""

import shutil

CHOSEN = ("00", "10", "12")  # a page of each room; two whole runs would take longer than all other tests


def test_two_runs_give_the_same_bytes(suite, raw, published, demo):
    raw("demo")
    shutil.copytree(demo / "data" / "demo", suite / "data" / "demo", dirs_exist_ok=True)
    for path in (suite / "notebooks").glob("*.ipynb"):
        if not path.stem.startswith(CHOSEN):
            path.unlink()
    first, second = (published("demo", "--language", "de", "--force", "--workers", workers) for workers in ("1", "3"))
    assert first != second
    names = {path.relative_to(first) for folder in ("tables", "draws") for path in (first / folder).iterdir()}
    assert len(names) > 40
    assert names == {path.relative_to(second) for folder in ("tables", "draws") for path in (second / folder).iterdir()}
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name
