"""What a large contact log costs: each reduction over DuckDB against hand-written SQL for the same answer, and all of them against pandas.

    python benchmarks/contacts.py [--only cpu|memory|growth] [--quick] [--json]

The log is simulated, written to parquet once, and read from there. CPU seconds of whole processes beyond imports, ours and SQL in
turn within one run; the peak of the process that computes everything; the same answers where DuckDB may take 300 MB.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from _measurement import Result, command_line, show

ROWS, QUICK_ROWS = 10_000_000, 100_000
MEMORY, SMALL = "800MB", "300MB"
READ = [
    *("contact_id", "contact_ts", "channel", "customer_id", "case_id", "touchpoint_id", "received_by", "transfers", "outcome"),
    *("local_date", "local_hour", "local_weekday", "weight"),
]
LIMIT = 1.3  # times the CPU of SQL
INBOUND = "direction IS NULL OR direction = 'inbound'"  # whom every figure of the room is about
CLUSTER = "right(customer_id, 3)"  # what draws customers together in a large log
WHOSE = f"coalesce({CLUSTER}, 'day ' || local_date::DATE::VARCHAR)"
TOLD = "count(*) AS n, sum(weight) AS weight, sum(weight * weight) AS squares"
GAPS = """
WITH linked AS (SELECT *, epoch_us(contact_ts) AS us FROM log WHERE customer_id IS NOT NULL AND outcome IS NOT NULL),
stepped AS (SELECT *, lead(us) OVER w - us AS gap, lead(channel) OVER w AS way, (SELECT max(us) FROM linked) AS until
  FROM linked WINDOW w AS (PARTITION BY customer_id, outcome ORDER BY us, contact_id))
"""
STATE = """CASE WHEN gap < 900000000 THEN 'forward' WHEN us > until - 604800000000 THEN 'censored'
  WHEN gap <= 604800000000 THEN CASE WHEN way <> channel THEN 'elsewhere' ELSE 'again' END ELSE 'single' END"""
STEPS = "lag({0}) OVER w AS before, lag({0}, 2) OVER w AS earlier"
SQL = {
    "by_hour": "SELECT local_date, local_hour, count(*) AS n, sum(weight), sum(weight * weight) FROM log GROUP BY ALL",
    "by_channel": f"SELECT channel, {WHOSE} AS cluster, {TOLD} FROM log GROUP BY ALL",
    "by_touchpoint": f"SELECT touchpoint_id, {WHOSE} AS cluster, {TOLD} FROM log GROUP BY ALL",
    "repeats": f"{GAPS} SELECT channel, {STATE} AS state, {WHOSE} AS cluster, {TOLD} FROM stepped GROUP BY ALL",
    "transfers": f"SELECT transfers, {WHOSE} AS cluster, {TOLD} FROM log GROUP BY ALL",
    "handoffs": f"""WITH stepped AS (SELECT case_id, received_by, customer_id, local_date, {STEPS.format("received_by")} FROM log
      WHERE case_id IS NOT NULL AND received_by IS NOT NULL WINDOW w AS (PARTITION BY case_id ORDER BY contact_ts, contact_id)),
      cases AS (SELECT case_id, min(customer_id) AS customer_id, min(local_date) AS local_date, count(*) AS steps, 1.0 AS weight,
      sum((before IS NOT NULL AND received_by <> before)::INT) AS changes,
      max((received_by <> before AND received_by = earlier)::INT) AS back
      FROM stepped GROUP BY case_id)
      SELECT changes, back, steps >= 2, steps >= 3, {WHOSE} AS cluster, {TOLD} FROM cases GROUP BY ALL""",
    "switching": f"""WITH stepped AS (SELECT channel, customer_id, local_date, weight, {STEPS.format("channel")} FROM log
      WHERE case_id IS NOT NULL AND channel IS NOT NULL WINDOW w AS (PARTITION BY case_id ORDER BY contact_ts, contact_id))
      SELECT before, channel, {WHOSE} AS cluster, {TOLD} FROM stepped WHERE before IS NOT NULL GROUP BY ALL""",
}


def calls() -> dict[str, Callable[[Any], Any]]:
    """The reductions of the contact room, as notebook 02 asks for them."""
    from cxlib.contacts import channels, handoffs, repeats, volume

    return {
        "by_hour": lambda log: volume.by_hour(log),
        "by_channel": lambda log: volume.by_channel(log),
        "by_touchpoint": lambda log: volume.by_touchpoint(log),
        "repeats": lambda log: repeats.rate(log, by=["channel"], same=["outcome"]),
        "transfers": lambda log: handoffs.transfers(log),
        "handoffs": lambda log: handoffs.chains(log, handler="received_by"),
        "switching": lambda log: channels.switching(log),
    }


def pandas_answers(log: Any) -> None:
    """The same seven answers as one writes them in plain pandas: values alone, without any interval."""
    log["local_date"].nunique(), log.groupby(["local_weekday", "local_hour"]).size()
    log["channel"].value_counts(normalize=True), log["touchpoint_id"].value_counts(normalize=True)
    (log["transfers"] >= 1).mean(), (log["transfers"] >= 2).mean()
    known = log.dropna(subset=["customer_id", "outcome"]).sort_values(["contact_ts", "contact_id"])
    gap = -known.groupby(["customer_id", "outcome"])["contact_ts"].diff(-1).dt.total_seconds()
    ended = (gap.isna() | (gap >= 900)) & (known["contact_ts"] <= known["contact_ts"].max() - __import__("pandas").Timedelta(days=7))
    (gap <= 7 * 86_400)[ended].groupby(known.loc[ended, "channel"]).mean()
    for column in ("received_by", "channel"):
        told = log.dropna(subset=["case_id", column]).sort_values(["contact_ts", "contact_id"])
        before = told.groupby("case_id")[column].shift()
        moved = before.notna() & (before != told[column])
        moved.groupby(told["case_id"]).sum().value_counts(normalize=True) if column == "received_by" else moved[before.notna()].mean()


def side(what: str, folder: Path, memory: str) -> None:
    """One process: import, warm up, then measure CPU and peak; ours also prints a fingerprint of each answer."""
    import warnings

    import pandas as pd

    from cxlib.intake.large import connect

    warnings.simplefilter("ignore")
    connection = connect(memory=memory)
    log = connection.read_parquet(str(folder / "*.parquet"))
    connection.execute(f"CREATE VIEW log AS SELECT * FROM read_parquet('{folder}/*.parquet') WHERE {INBOUND}")
    asked, tiny = calls(), log.limit(2000)
    told: dict[str, Any] = {"ours": {}, "sql": {}, "answers": {}}
    if what == "pandas":
        before = _cpu()
        pandas_answers(pd.read_parquet(folder, columns=READ))
        told["pandas"] = _cpu() - before
    else:
        for call in asked.values():
            call(tiny)
    for number, name in enumerate(asked if what in ("ours", "both") else ()):
        sides = ["ours"] if what == "ours" else ["ours", "sql"] if number % 2 else ["sql", "ours"]
        for one in sides:
            before = _cpu()
            table = asked[name](log) if one == "ours" else connection.sql(SQL[name]).df()
            told[one][name] = _cpu() - before
            if one == "ours":
                text = table.drop(columns="draws", errors="ignore").round(9).to_csv(index=False)
                told["answers"][name] = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    before = _cpu()
    connection.sql("SELECT count(customer_id), count(channel), sum(weight), max(epoch_us(contact_ts)) FROM log").fetchall()
    told["scan"] = _cpu() - before
    print(json.dumps(told | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run(what: str, folder: Path, memory: str = MEMORY) -> dict[str, Any]:
    """Run one side in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--side", what, str(folder), memory], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def log_of(rows: int, folder: Path) -> Path:
    """Write a simulated log in the shape that intake leaves: with calendar columns, times in UTC."""
    import pandas as pd

    from cxlib.simulate import Plan
    from cxlib.simulate.log import stream_log

    kept = Path(os.environ.get("CX_BENCH_LOG", folder)) / f"log_{rows}"
    if kept.exists():
        return kept
    part = folder / "raw"
    for path in stream_log(Plan(), rows, part):
        table = pd.read_parquet(path)
        local = table["contact_ts"].dt.tz_convert("Europe/Berlin").dt.tz_localize(None)
        table = table.assign(local_date=local.dt.normalize(), local_hour=local.dt.hour, local_weekday=local.dt.day_of_week + 1)
        table = table.assign(contact_ts=table["contact_ts"].dt.tz_convert("UTC"))
        kept.mkdir(parents=True, exist_ok=True)
        table.to_parquet(kept / path.name, index=False, compression="zstd")
        path.unlink()
    return kept


def results(only: str | None, quick: bool) -> Iterator[Result]:
    """Yield the benchmark's figures."""
    rows, rounds = (QUICK_ROWS, 1) if quick else (ROWS, 3)
    with tempfile.TemporaryDirectory() as place:
        folder = log_of(rows, Path(place))
        ours = run("ours", folder)
        if only in (None, "cpu"):
            yield from _of_cpu(folder, ours, rounds, quick)
        if only in (None, "memory"):
            yield from _of_memory(folder, ours, quick)
        if only in (None, "growth"):
            less = run("ours", log_of(rows // 10, Path(place)))
            growth = sum(ours["ours"].values()) / sum(less["ours"].values())
            note = f"{rows:,} rows against {rows // 10:,}"
            yield Result("contacts: CPU of ten times the rows", growth, "times", "≤ 10.5", None if quick else growth <= 10.5, note)


def _of_cpu(folder: Path, ours: dict[str, Any], rounds: int, quick: bool) -> Iterator[Result]:
    """Yield each reduction against SQL, all against pandas, and the scan beside them."""
    runs = [run("both", folder) for _ in range(rounds)]
    scan = statistics.median(each["scan"] for each in runs)
    for name in ours["ours"]:
        ratios = [each["ours"][name] / each["sql"][name] for each in runs]
        ratio, seconds = statistics.median(ratios), statistics.median(each["ours"][name] for each in runs)
        note = f"{seconds:.2f} s of CPU, {min(ratios):.2f}–{max(ratios):.2f}; a scan of four columns {scan:.2f} s"
        yield Result(f"contacts: {name} against SQL", ratio, "times", f"≤ {LIMIT}", None if quick else ratio <= LIMIT, note)
    pairs = [(sum(run("ours", folder)["ours"].values()), run("pandas", folder)["pandas"]) for _ in range(rounds)]
    ratios = [total / plain for total, plain in pairs]
    ratio, (total, plain) = statistics.median(ratios), (statistics.median(side) for side in zip(*pairs, strict=True))
    note = f"{total:.1f} s against {plain:.1f} s, which tell no interval; {min(ratios):.2f}–{max(ratios):.2f}"
    yield Result("contacts: all against plain pandas", ratio, "times", "≤ 0.5", None if quick else ratio <= 0.5, note)


def _of_memory(folder: Path, ours: dict[str, Any], quick: bool) -> Iterator[Result]:
    """Yield the peak, and whether a small memory gives the same answers."""
    yield Result("contacts: peak memory", ours["peak"], "GB", "≤ 1.1", None if quick else ours["peak"] <= 1.1, f"DuckDB may take {MEMORY}")
    small = run("ours", folder, SMALL)
    same = sum(small["answers"][name] == answer for name, answer in ours["answers"].items())
    note = f"peak {small['peak']:.2f} GB; {sum(small['ours'].values()):.1f} s of CPU"
    yield Result(
        f"contacts: same answers in {SMALL}", float(same), "answers", f"{len(ours['answers'])}", same == len(ours["answers"]), note
    )


def main(arguments: list[str]) -> None:
    """Print the figures, or be one side of them."""
    if arguments[:1] == ["--side"]:
        side(arguments[1], Path(arguments[2]), arguments[3])
        return
    options = command_line(str(__doc__), ("cpu", "memory", "growth")).parse_args(arguments)
    show(results(options.only, options.quick), as_json=options.json)


if __name__ == "__main__":
    main(sys.argv[1:])
