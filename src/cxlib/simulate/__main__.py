"""``python -m cxlib.simulate`` writes the demo client's raw files into ``data/demo/raw`` of the project one stands in.

``python -m cxlib.simulate client NAME [--size 0.5] [--market b2c] [--completeness log_only] [--seed 7]`` writes one other client, its
params and its raw tables, and ``python -m cxlib.simulate clients 50`` as many different ones, ``sim01`` to ``sim50``, for ``cx batch``.
``python -m cxlib.simulate log FOLDER 10000000`` writes that many contacts as Parquet.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cxlib.errors import CxError
from cxlib.simulate import exports
from cxlib.simulate.company import systems
from cxlib.simulate.log import stream_log
from cxlib.simulate.plan import COMPLETENESS, MARKETS, Plan
from cxlib.simulate.project import study, write_client


def demo(folder: Path) -> None:
    """Write all files, or none: the old ones go when the new ones are there."""
    plan = Plan()
    with tempfile.TemporaryDirectory(dir=folder.parent) as made:
        written = exports.write(plan, systems(plan)[0], Path(made) / "raw")
        size = sum(path.stat().st_size for path in written)
        shutil.rmtree(folder, ignore_errors=True)
        (Path(made) / "raw").rename(folder)
    sys.stdout.write(f"{folder}: {len(written)} files, {size / 1e6:.1f} MB\n")


def main(words: Sequence[str]) -> int:
    """Write what the words of the command line ask for."""
    chosen = _parser().parse_args(words)
    if chosen.what is None:
        demo(Path("data") / "demo" / "raw")
        return 0
    if chosen.what == "log":
        paths = stream_log(Plan(chosen.seed), chosen.rows, chosen.folder)
        sys.stdout.write(f"{chosen.folder}: {len(paths)} files\n")
        return 0
    if chosen.what == "clients":
        plans = study(chosen.count, chosen.seed)
    else:
        plans = {chosen.name: Plan(chosen.seed, chosen.size, chosen.market, chosen.completeness)}
    try:
        for name, plan in plans.items():
            sys.stdout.write(f"{write_client(plan, Path(), name)}: {plan.market}, {plan.completeness}, size {plan.size:g}\n")
    except CxError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cxlib.simulate", description="Write simulated clients into this project.")
    kinds = parser.add_subparsers(dest="what")
    many = kinds.add_parser("clients", help="different clients, sim01 and on")
    many.add_argument("count", type=int)
    one = kinds.add_parser("client", help="one client")
    one.add_argument("name")
    one.add_argument("--size", type=float, default=1.0, help="1 is the demo's: 2,840 customers")
    one.add_argument("--market", choices=MARKETS, default="b2b")
    one.add_argument("--completeness", choices=COMPLETENESS, default="full")
    log = kinds.add_parser("log", help="a large contact log, without texts")
    log.add_argument("folder", type=Path)
    log.add_argument("rows", type=int)
    for each in (many, one, log):
        each.add_argument("--seed", type=int, default=1)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
