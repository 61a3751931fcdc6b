"""``python -m cxlib.simulate`` writes the demo client's raw files into ``data/demo/raw`` of the project one stands in."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from cxlib.simulate import exports
from cxlib.simulate.company import grown
from cxlib.simulate.plan import Plan


def main(folder: Path) -> None:
    """Write all files, or none: the old ones go when the new ones are there."""
    plan = Plan()
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        written = exports.write(plan, grown(plan)[0], Path(made) / "raw")
        size = sum(path.stat().st_size for path in written)
        shutil.rmtree(folder, ignore_errors=True)
        (Path(made) / "raw").rename(folder)
    sys.stdout.write(f"{folder}: {len(written)} files, {size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main(Path("data") / "demo" / "raw")
