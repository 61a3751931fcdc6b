"""The command line: ``cx check``, ``cx run``, ``cx batch``, ``cx verify``, ``cx label``, ``cx new``, ``cx sheets``, ``cx purge``.

Exit codes: 0 all good, 1 a notebook failed, 2 params or data refused. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from cxlib.errors import CxError, ParamsError
from cxlib.suite.arguments import LANES, parsed

__all__ = ["main"]

INTERRUPTED = 128  # plus the signal's number, as shells report it
STANDS = {
    False: "Nothing was published; the report of the last run stands.",
    True: "Clients that were under way keep the report of their last run.",
}
BROKEN = {  # what stands when a command that publishes nothing was cut off
    "purge": "Part of it may be deleted already; the same command deletes the rest.",
    "sheets": "Sheets that were finished stand; the same command writes the others.",
}


def say(text: str) -> None:
    """Write one line to the reader."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def shown(path: Path) -> str:
    """Return a path as short as it can be typed from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def check(chosen: argparse.Namespace) -> int:
    """``cx check CLIENT``."""
    from cxlib.params import project_root
    from cxlib.suite.run import prepare

    ready = prepare(project_root(), chosen.client)
    say(f"{chosen.client}: params, data and {len(ready.sheets)} notebooks are in order.")
    for source in ready.data.sources:
        for line in taken_in(source):
            say(line)
    for hint in ready.data.hints:
        say(f"  hint: {hint}")
    return 0


def taken_in(source: Mapping[str, Any]) -> Iterator[str]:
    """Yield in lines what came of one source: rows read and taken in, what was left out and why, what is odd, what did not convert."""
    lost = sum(rows for *_, rows in source["dropped"])
    name = f"{source['source']} ({source['file']})" if source["file"] else source["source"]
    longer = f", {source['rows_kept']:,} rows of {source['table']}" if source["rows_kept"] != source["rows_read"] - lost else ""
    yield f"  {name} → {source['table']}: {source['rows_read']:,} rows read, {source['rows_read'] - lost:,} taken in{longer}"
    for heading, reasons in (("left out", source["dropped"]), ("odd", source["noted"])):
        for reason, detail, rows in reasons:
            yield f"    {heading}: {f'{rows:,} rows, ' if rows else ''}{reason.replace('_', ' ')}{f' ({detail})' if detail else ''}"
    for column, told in source["failed"].items():
        yield f"    not converted: {told['cells']:,} cells of {column} ({', '.join(told['examples'])})"


def run(chosen: argparse.Namespace) -> int:
    """``cx run CLIENT``."""
    import os
    import signal

    from cxlib.params import project_root
    from cxlib.suite import kernel
    from cxlib.suite.progress import events

    if parent := os.environ.pop("CX_PARENT", ""):  # whoever started this wants it to end when they do
        kernel.die_with(int(parent), signal.SIGTERM)
    teller = events(sys.stdout.write) if chosen.json else None
    from cxlib.suite.run import run as publish_run

    workers = chosen.workers or min(os.cpu_count() or 1, LANES)
    report = publish_run(project_root(), chosen.client, workers=workers, say=say, tell=teller, forked=True, **wishes(chosen))
    if teller is None:
        say(f"Report: {shown(report)}")
    else:
        teller({"event": "report", "client": chosen.client, "report": shown(report)})
    return 0


def wishes(chosen: argparse.Namespace) -> dict[str, Any]:
    """Return what a run is asked for."""
    languages = None if chosen.language is None else ("de", "en") if chosen.language == "both" else (chosen.language,)
    return {"only": chosen.only, "languages": languages, "audience": chosen.audience, "format": chosen.format, "force": chosen.force}


def batch(chosen: argparse.Namespace) -> int:
    """``cx batch [CLIENT …]``."""
    import os

    from cxlib.params import project_root
    from cxlib.suite import batch as batches
    from cxlib.suite.batch_progress import Bars, Board, Events, Lines

    project = project_root()
    names = chosen.client or batches.clients(project)
    on_terminal = sys.stderr.isatty() and not chosen.json
    board: Board = Events(sys.stdout.write) if chosen.json else Bars(len(set(names))) if on_terminal else Lines(say)
    workers = chosen.workers or (os.cpu_count() or 1) + 1
    language = "en" if chosen.language == "en" else "de"
    if chosen.engine == "dask":
        from cxlib.suite import cluster

        rows = cluster.run(project, names, board=board, workers=workers, language=language, scheduler=chosen.scheduler, **wishes(chosen))
    else:
        rows = batches.run(project, names, board=board, workers=workers, language=language, **wishes(chosen))
    bad = [row for row in rows if row.state in batches.BAD]
    if not chosen.json:
        say(f"{len(rows)} clients, {len(bad)} without a new report: {shown(project / 'reports' / 'index.html')}")
    return 1 if bad else 0


def verify(chosen: argparse.Namespace) -> int:
    """``cx verify CLIENT``."""
    from cxlib.params import client_id, project_root
    from cxlib.suite import manifest

    run_name, problems = manifest.verify(project_root() / "reports" / client_id(chosen.client))
    for problem in problems:
        say(f"reports/{chosen.client}/{problem}")
    outcome = f"not as published: {len(problems)}" if problems else "every file is as published"
    say(f"{chosen.client}: run {run_name}: {outcome}.")
    return 1 if problems else 0


def label(chosen: argparse.Namespace) -> int:
    """``cx label CLIENT``."""
    from cxlib.params import project_root
    from cxlib.suite import label as sheets

    if chosen.read is not None:
        told = sheets.read(project_root(), chosen.client, chosen.read)
        say(f"{chosen.client}: {told.new} labels new, {told.changed} changed, {told.empty} rows empty; {told.total} labels in all.")
        return 0
    sheet, rows = sheets.write(project_root(), chosen.client, chosen.count)
    say(f"{rows} contacts to label: {shown(sheet)}. Fill reason_id (the second sheet lists the reasons), then:")
    say(f"cx label {chosen.client} --read {shown(sheet)}")
    return 0


def sheets(chosen: argparse.Namespace) -> int:
    """``cx sheets CLIENT``."""
    from cxlib.params import project_root
    from cxlib.suite.sheets import QUESTIONNAIRE, write

    told = write(project_root(), chosen.client, chosen.only, chosen.language)
    for path, rows in told.new.items():
        holds = f"{rows} questions" if path.stem == QUESTIONNAIRE else f"{rows} known rows" if rows else "empty"
        say(f"{shown(path)}: {holds}; the lines that declare it: {shown(path.with_suffix('.yml'))}")
    for path in told.kept:
        say(f"{shown(path)}: stands there already and was left as it is.")
    for name, lacking in told.waiting.items():
        say(f"{name}: is made from {lacking}; fill and declare their sheets first, then: cx sheets {chosen.client}")
    say(f"Put filled sheets into data/{chosen.client}/raw/ and their lines into params/{chosen.client}.yml, then: cx check {chosen.client}")
    return 0


def purge(chosen: argparse.Namespace) -> int:
    """``cx purge CLIENT``."""
    from cxlib.params import project_root
    from cxlib.suite import purge as purging
    from cxlib.suite import purged
    from cxlib.suite.remains import remains

    project, client = project_root(), chosen.client
    gone = purged.before(project, client)
    try:
        found = remains(project, client, params=chosen.params, tracked=chosen.force)
    except ParamsError:
        if gone is None or (project / "data" / client).exists() or (project / "reports" / client).exists():
            raise
        say(f"{client}: nothing is left; everything was deleted on {gone}.")
        return 0
    for place in found.places:
        links = f", {place.links} links" if place.links else ""
        say(f"  {place.name}: {place.files:,} files{links}, {place.size / 1e6:,.1f} MB")
    for hint in found.hints:
        say(f"  note: {hint}")
    if not found.places:
        say(f"{client}: there is nothing to delete." + (f" Everything was deleted on {gone}." if gone else ""))
        return 0
    confirm(client, f"{found.files:,} files of {client}, {found.size / 1e6:,.1f} MB", asked=not chosen.yes)
    left = purging.delete(project, found, params=chosen.params)
    if left.files:
        places = ", ".join(place.name for place in left.places if place.files + place.links)
        way = f"Nothing else is left. Get the right to delete them, or close what has them open, then again: cx purge {client}"
        raise CxError(f"{client}: {left.files:,} of {found.files:,} files could not be deleted, in {places}. {way}")
    say(f"{client}: {found.files:,} files deleted, {found.runs} runs among them; noted in {shown(project / 'reports' / purged.RECORD)}.")
    return 0


def confirm(client: str, what: str, *, asked: bool) -> None:
    """Have the client's id typed before anything is deleted.

    Raises
    ------
    ParamsError
        When there is nobody to ask, or something else was typed.
    """
    if not asked:
        return
    if not sys.stdin.isatty():
        way = f"To delete without being asked: cx purge {client} --yes."
        raise ParamsError(f"cx purge: asks before it deletes, and there is no terminal. {way}")
    sys.stdout.write(f"To delete {what}, type {client}: ")
    sys.stdout.flush()
    if (typed := sys.stdin.readline().strip()) != client:
        raise ParamsError(f"cx purge: {typed!r} is not {client!r}. Nothing was deleted.")


def new(chosen: argparse.Namespace) -> int:
    """``cx new CLIENT FILE …``."""
    from cxlib.params import project_root
    from cxlib.suite.new import begin

    begun = begin(project_root(), chosen.client, chosen.files)
    for file in begun.copied:
        say(f"copied to data/{chosen.client}/raw/: {file}")
    for line in begun.left_out:
        say(line)
    say(f"{shown(begun.path)}: drafted. {begun.marks} guesses to confirm: delete `!guess` where it is right, else write what is.")
    for problem in begun.open:
        say(f"  will be refused even if all guesses are right: {problem}")
    say(f"cx check {chosen.client} names what is left.")
    return 0


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    action.__name__: action for action in (check, run, batch, verify, label, new, sheets, purge)
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a console that lacks a letter must not end a run
    try:
        chosen = parsed(sys.argv[1:] if arguments is None else arguments)
        return int(ACTIONS[chosen.command](chosen))
    except CxError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return refusal.exit_code
    except OSError as fault:
        sys.stderr.write(f"{fault.filename or 'cx'}: {fault.strerror or fault}. {BROKEN.get(chosen.command, 'Nothing was published.')}\n")
        return 1
    except KeyboardInterrupt as signal:
        sys.stderr.write(f"Interrupted. {BROKEN.get(chosen.command) or STANDS[chosen.command == 'batch']}\n")
        return INTERRUPTED + (signal.args[0] if signal.args and isinstance(signal.args[0], int) else 2)


if __name__ == "__main__":
    raise SystemExit(main())
