"""What strict intake costs: messy German CSV to contract Parquet, against DuckDB's own strict read of the same cells to Parquet.

    python benchmarks/intake.py [--only cpu|memory|growth] [--quick] [--json]

CPU seconds of whole processes, both sides in turn; peak memory of the process that takes in, for a million rows and for ten times as many.
A file larger than memory is taken in with a DuckDB so small that the whole process stays far below the file's size.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _measurement import Result, command_line, show

ROOT = Path(__file__).parent.parent
ROWS, QUICK_ROWS = 1_000_000, 50_000
HEADER = ["Ticket", "Eingang", "Kanal", "Kunde", "Konto", "Weiterleitungen"]
HEADER += ["Wartezeit (s)", "Abbruch", "Erledigt", "Betrag", "Text", "Status"]
CHANNELS = {"Tel": "phone", "E-Mail": "email", "eMail": "email", "Kontaktform.": "web_form", "Chat": "chat", "Fax": "fax"}
CHANNELS |= {"WhatsApp AD": "social"}
SMALL = "384MB"  # of DuckDB, for a file that is larger than memory
TEXTS = [
    "Kunde fragt nach Liefertermin; bitte Rückruf",
    'Rechnung unklar, "Position 3"',
    "",
    "Reklamation läuft\nseit Wochen",
    "ok",
    'Schlauch 3/4" gesucht – dringend',
]
PARAMS = """
client: bench
name: Benchmark
simulated: true
period: {start: 2025-01-01, end: 2025-12-31}
sources:
  calls:
    table: contacts
    file: calls.csv
    encoding: cp1252
    delimiter: ";"
    decimal: ","
    thousands: "."
    time_format: "%d.%m.%Y %H:%M:%S"
    columns: {contact_id: Ticket, contact_ts: Eingang, channel: Kanal, customer_id: Kunde, account_id: Konto, transfers: Weiterleitungen,
      wait_s: Wartezeit (s), abandoned: Abbruch, resolved_ts: Erledigt, cost: Betrag, text: Text, status: Status}
    values:
      channel: CHANNELS
      abandoned: {ja: "true", nein: "false", Nein: "false"}
    missing: ["", k.A.]
"""


def messy(rows: int) -> Iterator[list[str]]:
    """Yield a log as telephone systems and ticket tools export it: words spelt in many ways, holes, line breaks in texts."""
    rng = random.Random(1)
    for number in range(rows):
        day = f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.2025"
        yield [
            f"{number:09d}",
            f"{day} {rng.randint(6, 19):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}",
            rng.choice(list(CHANNELS)),
            f"{rng.randint(1, 99999):07d}",
            f"{rng.randint(1, 9999):06d}",
            rng.choice(["0", "0", "1", "2", ""]),
            f"{rng.randint(0, 600)},{rng.randint(0, 9)}",
            rng.choice(["ja", "nein", "Nein", ""]),
            rng.choice(["", f"{day} 20:00:00"]),
            f"{rng.randint(1, 9)}.{rng.randint(0, 999):03d},{rng.randint(0, 99):02d}",
            rng.choice(TEXTS),
            rng.choice(["offen", "zu", "k.A."]),
        ]


def project_of(folder: Path, rows: int) -> Path:
    """Lay out a project of one client with `rows` contacts: the export, and beside it the same in UTF-8 for DuckDB."""
    raw = folder / "data" / "bench" / "raw"
    raw.mkdir(parents=True)
    (folder / "params").mkdir()
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "QUESTIONS.md", folder)
    shutil.copytree(ROOT / "data" / "taxonomy", folder / "data" / "taxonomy")
    words = "{" + ", ".join(f"{word}: {channel}" for word, channel in CHANNELS.items()) + "}"
    (folder / "params" / "bench.yml").write_text(PARAMS.replace("CHANNELS", words), encoding="utf-8")
    with (raw / "calls.csv").open("wb") as german, (folder / "plain.csv").open("wb") as plain:
        for part in _batches(rows):
            german.write(part.encode("cp1252"))
            plain.write(part.replace("\r\n", "\n").encode("utf-8"))
    return folder


def _batches(rows: int) -> Iterator[str]:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for number, row in enumerate(messy(rows), start=1):
        writer.writerow(row)
        if number % 100_000 == 0 or number == rows:
            yield text.getvalue()
            text.seek(0)
            text.truncate()


def take_in(folder: Path) -> None:
    """Intake, as `cx check` does it."""
    from cxlib import intake
    from cxlib.params import load

    shutil.rmtree(folder / "data" / "bench" / "tables", ignore_errors=True)
    intake.prepare(folder, load(folder, "bench"))


def take_in_small(folder: Path) -> None:
    """Intake in half the memory it usually grants DuckDB."""
    workbench = importlib.import_module("cxlib.intake.workbench")  # the package gives a function of that name
    workbench.MEMORY = SMALL  # type: ignore[attr-defined]
    take_in(folder)


def duckdb_read(folder: Path) -> None:
    """DuckDB's own strict read of the same cells, already in UTF-8, every cell text, to Parquet."""
    import duckdb

    columns = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(HEADER)))
    dialect = "auto_detect = false, header = true, delim = ';', quote = '\"', escape = '\"', strict_mode = true"
    reading = f"SELECT * FROM read_csv('{folder / 'plain.csv'}', {dialect}, columns = {{{columns}}})"
    duckdb.sql(f"COPY ({reading}) TO '{folder / 'plain.parquet'}' (FORMAT parquet)")


def spent(what: str, folder: Path) -> tuple[float, float]:
    """Run one side in a process of its own; return its CPU seconds beyond imports and its peak memory in GB."""
    done = subprocess.run([sys.executable, __file__, "--side", what, str(folder)], check=True, capture_output=True, text=True)
    cpu, peak = done.stdout.split()
    return float(cpu), float(peak)


def side(what: str, folder: Path) -> None:
    """One process: import, warm up on a tiny project, then measure."""
    call = {"intake": take_in, "small": take_in_small, "duckdb": duckdb_read}[what]
    with tempfile.TemporaryDirectory() as small:
        call(project_of(Path(small), 100))
    before = resource.getrusage(resource.RUSAGE_SELF)
    call(folder)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(cpu, after.ru_maxrss / 1e6)


def results(only: str | None, quick: bool) -> Iterator[Result]:
    """Yield the benchmark's figures."""
    rows, rounds = (QUICK_ROWS, 1) if quick else (ROWS, 5)
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(Path(folder), rows)
        pairs = [(spent("intake", project), spent("duckdb", project)) for _ in range(rounds)]
    ratios = [ours[0] / theirs[0] for ours, theirs in pairs]
    ratio, ours, peak = statistics.median(ratios), statistics.median(pair[0][0] for pair in pairs), max(pair[0][1] for pair in pairs)
    told = f"{rows:,} rows; {ours:.2f} s of CPU; {min(ratios):.2f}–{max(ratios):.2f} in {rounds} rounds"
    if only in (None, "cpu"):
        yield Result("intake: CPU against DuckDB's strict read to Parquet", ratio, "times", "≤ 3", None if quick else ratio <= 3, told)
    if only in (None, "memory"):
        yield Result("intake: peak memory", peak, "GB", "≤ 1.2", None if quick else peak <= 1.2, f"{rows:,} rows")
    if only in (None, "memory", "growth"):
        yield from _of_many_rows(only, quick, 10 * rows, ours)


def _of_many_rows(only: str | None, quick: bool, rows: int, before: float) -> Iterator[Result]:
    """Yield peak memory and growth for ten times the rows, and the peak in small memory as a share of the file's size."""
    with tempfile.TemporaryDirectory() as folder:
        project = project_of(Path(folder), rows)
        size = (project / "data" / "bench" / "raw" / "calls.csv").stat().st_size / 1e9
        more, high = spent("intake", project)
        small = spent("small", project)[1] if only != "growth" else 0.0
    told, growth = f"{rows:,} rows, a file of {size:.2f} GB; {more:.1f} s of CPU", more / before
    if only != "growth":
        machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
        note = f"{told}; peak {high:.2f} GB of {machine:.1f}: DuckDB may take a quarter, beyond that it spills"
        holds = None if quick else high <= 0.25 * machine + 0.6
        yield Result("intake: peak memory of ten times the rows, of the machine's", high / machine, "times", "≤ 0.25 + 0.6 GB", holds, note)
        share, peak = small / size, f"peak {small:.2f} GB where DuckDB has {SMALL}, file {size:.2f} GB"
        yield Result("intake: peak memory as a share of a large file", share, "times", "≤ 0.75", None if quick else share <= 0.75, peak)
    if only != "memory":
        yield Result("intake: CPU of ten times the rows", growth, "times", "≤ 10.5", None if quick else growth <= 10.5, told)


def main(arguments: list[str]) -> None:
    """Print the figures, or be one side of them."""
    if arguments[:1] == ["--side"]:
        side(arguments[1], Path(arguments[2]))
        return
    parser: argparse.ArgumentParser = command_line(str(__doc__), ("cpu", "memory", "growth"))
    options = parser.parse_args(arguments)
    show(results(options.only, options.quick), as_json=options.json)


if __name__ == "__main__":
    main(sys.argv[1:])
