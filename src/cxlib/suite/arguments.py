"""What can be typed after ``cx``: commands and their options, each refused in the words of the rest."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from cxlib.errors import ParamsError, worded

__all__ = ["COMMANDS", "LANES", "parsed"]

COMMANDS = {
    "check": "params, data and notebooks against their contracts; every problem at once",
    "run": "run the notebooks for one client and publish the report",
    "batch": "run the notebooks for many clients at once; one that fails never stops the others",
    "verify": "recompute the hashes of the published report",
    "label": "the contacts most worth labelling, as a sheet; or read the filled sheet back",
    "new": "draft params/CLIENT.yml from a client's exports; what they cannot prove is marked, and refused until confirmed",
    "sheets": "Excel templates for what only workshops know, and a questionnaire from the inventory",
    "purge": "delete everything of a client: raw data, tables, labels, sheets and reports; asks before",
}
LANGUAGES = ("de", "en", "both")
AUDIENCES = ("management", "analyst")
FORMATS = ("html", "pdf")
ENGINES = ("local", "dask")
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
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        if name == "batch":
            command.add_argument("client", metavar="CLIENT", nargs="*", help="params/CLIENT.yml; all when left out")
        else:
            command.add_argument("client", metavar="CLIENT", help="params/CLIENT.yml")
        options(name, command)
    return top


def options(name: str, command: argparse.ArgumentParser) -> None:
    """Add the options of one command."""
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
        command.add_argument("--engine", type=one_of("--engine", ENGINES), default="local", metavar="{local,dask}", help="where they run")
        command.add_argument("--scheduler", metavar="ADDRESS", help="of the dask cluster; one on this machine when left out")


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
