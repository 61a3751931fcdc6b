"""The command line: ``cx check``, ``cx run``, ``cx batch``, ``cx verify``, ``cx label``, ``cx new``, ``cx sheets``, ``cx purge``.

Exit codes: 0 all good, 1 a notebook failed, 2 params or data refused. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from cxlib.errors import CxError, ParamsError, worded

__all__ = ["main"]

INTERRUPTED = 128  # plus the signal's number, as shells report it
LANGUAGES = ("de", "en", "both")
AUDIENCES = ("management", "analyst")
FORMATS = ("html", "pdf")
ENGINES = ("local", "dask")
STANDS = {
    False: "Nothing was published; the report of the last run stands.",
    True: "Clients that were under way keep the report of their last run.",
}
BROKEN = {  # what stands when a command that publishes nothing was cut off
    "purge": "Part of it may be deleted already; the same command deletes the rest.",
    "sheets": "Sheets that were finished stand; the same command writes the others.",
}
MOST_ROWS = 10_000
MOST_WORKERS = 256
LANES = 4  # notebooks of one client at a time unless told otherwise: more of them run ahead in vain


class Parser(argparse.ArgumentParser):
    """argparse that refuses like the rest of cxlib: as a ParamsError, worded."""

    def error(self, message: str) -> NoReturn:
        """Refuse what argparse itself finds wrong, such as a missing client."""
        raise ParamsError(f"{self.prog}: {message}. See {self.prog} --help.")


def one_of(option: str, allowed: tuple[str, ...]) -> Callable[[str], str]:
    """Return a reader of an option that refuses any other word."""

    def read(word: str) -> str:
        if word not in allowed:
            raise ParamsError(worded(option, "unknown value", word, allowed))
        return word

    return read


def listed(text: str) -> tuple[str, ...]:
    """Split ``00,10``; empty pieces are left out."""
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if not words:
        raise ParamsError("--only: names nothing.")
    return words


def counted(word: str) -> int:
    """Read a number of rows."""
    if not word.isdecimal() or not 1 <= int(word) <= MOST_ROWS:
        raise ParamsError(f"--count: is {word!r}. Give a whole number from 1 to {MOST_ROWS:,}.")
    return int(word)


def working(word: str) -> int:
    """Read a number of workers."""
    if not word.isdecimal() or not 1 <= int(word) <= MOST_WORKERS:
        raise ParamsError(f"--workers: is {word!r}. Give a whole number from 1 to {MOST_WORKERS}.")
    return int(word)


def parser() -> Parser:
    """Return the parser of all commands."""
    top = Parser(prog="cx", description="Customer contact-point analysis: notebooks to published reports.", allow_abbrev=False)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, action, text in (
        ("check", check, "params, data and notebooks against their contracts; every problem at once"),
        ("run", run, "run the notebooks for one client and publish the report"),
        ("batch", batch, "run the notebooks for many clients at once; one that fails never stops the others"),
        ("verify", verify, "recompute the hashes of the published report"),
        ("label", label, "the contacts most worth labelling, as a sheet; or read the filled sheet back"),
        ("new", new, "draft params/CLIENT.yml from a client's exports; what they cannot prove is marked, and refused until confirmed"),
        ("sheets", sheets, "Excel templates for what only workshops know, and a questionnaire from the inventory"),
        ("purge", purge, "delete everything of a client: raw data, tables, labels, sheets and reports; asks before"),
    ):
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        if name == "batch":
            command.add_argument("client", metavar="CLIENT", nargs="*", help="params/CLIENT.yml; all when left out")
        else:
            command.add_argument("client", metavar="CLIENT", help="params/CLIENT.yml")
        command.set_defaults(action=action)
        if name == "new":
            command.add_argument("files", metavar="FILE", type=Path, nargs="+", help="an export; copied to data/CLIENT/raw/")
        if name == "label":
            command.add_argument("--count", type=counted, metavar="100", help="rows of the sheet; as in params when left out")
            command.add_argument("--read", type=Path, metavar="FILE", help="the filled sheet; its labels count from the next run on")
        if name == "sheets":
            of_sheets(command)
        if name == "purge":
            command.add_argument("--yes", action="store_true", help="do not ask; for scripts")
            command.add_argument("--params", action="store_true", help="delete params/CLIENT.yml as well")
            command.add_argument("--force", action="store_true", help="also files that are under version control, as those of demo are")
        if name in ("run", "batch"):
            of_runs(command)
        if name == "run":
            most = f"notebooks at a time; cores, but at most {LANES}, when left out"
            command.add_argument("--workers", type=working, metavar="2", help=most)
        if name == "batch":
            command.add_argument("--workers", type=working, metavar="3", help="clients at a time; cores and one more when left out")
            command.add_argument(
                "--engine", type=one_of("--engine", ENGINES), default="local", metavar="{local,dask}", help="where they run"
            )
            command.add_argument("--scheduler", metavar="ADDRESS", help="of the dask cluster; one on this machine when left out")
    return top


def of_sheets(command: argparse.ArgumentParser) -> None:
    """Add the options of templates."""
    command.add_argument("--only", type=listed, default=(), metavar="inventory,ratings", help="these sheets; one that stands is refused")
    kinds = "{" + ",".join(LANGUAGES[:2]) + "}"
    command.add_argument(
        "--language", type=one_of("--language", LANGUAGES[:2]), metavar=kinds, help="of the sheets; the client's first when left out"
    )


def of_runs(command: argparse.ArgumentParser) -> None:
    """Add the options that a run of one client and of many have in common."""
    command.add_argument("--only", type=listed, default=(), metavar="00,10", help="these notebooks; the others are carried over")
    kinds = "{" + ",".join(LANGUAGES) + "}"
    command.add_argument("--language", type=one_of("--language", LANGUAGES), metavar=kinds, help="as in params when left out")
    command.add_argument(
        "--audience",
        type=one_of("--audience", AUDIENCES),
        metavar="{" + ",".join(AUDIENCES) + "}",
        help="who may read the report; management when left out",
    )
    command.add_argument(
        "--format",
        type=one_of("--format", FORMATS),
        metavar="{" + ",".join(FORMATS) + "}",
        help="pdf: every page as a PDF, too (needs Chromium, Chrome or Edge); html when left out",
    )
    command.add_argument("--force", action="store_true", help="run also what has not changed, and from the first notebook on")
    command.add_argument("--json", action="store_true", help="tell everything as JSON, one event a line")


def parsed(arguments: list[str]) -> argparse.Namespace:
    """Read the arguments; a misspelt command or option is refused with the nearest right word."""
    top = parser()
    commands = next(action.choices for action in top._actions if isinstance(action, argparse._SubParsersAction))
    word = arguments[0] if arguments else ""
    if word and not word.startswith("-") and word not in commands:
        raise ParamsError(worded("cx", "unknown command", word, commands))
    chosen, unknown = top.parse_known_args(arguments)
    if unknown:
        raise ParamsError(*refused(chosen.command, commands[chosen.command], unknown))
    return chosen


def refused(command: str, options: argparse.ArgumentParser, unknown: list[str]) -> list[str]:
    """Word each argument that no option takes."""
    misspelt = [word.partition("=")[0] for word in unknown if word.startswith("-")]
    if not misspelt:
        return [f"cx {command}: one client at a time, not also {unknown[0]!r}."]
    allowed = [name for action in options._actions for name in action.option_strings if name.startswith("--")]
    return [worded(f"cx {command}", "unknown option", word, allowed) for word in misspelt]


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


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a console that lacks a letter must not end a run
    try:
        chosen = parsed(sys.argv[1:] if arguments is None else arguments)
        return int(chosen.action(chosen))
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
