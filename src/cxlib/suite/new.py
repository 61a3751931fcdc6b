"""``cx new CLIENT FILE …``: exports are copied to where they belong, a draft of the client's params is written; all of it, or nothing."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cxlib.errors import CxError, ParamsError
from cxlib.intake.assemble import assemble
from cxlib.intake.draft import Drafted, draft
from cxlib.intake.sources import Taken, contract_of, take
from cxlib.intake.workbench import workbench
from cxlib.params import Params, client_id, composed, plain_yaml, worded_errors

__all__ = ["Begun", "begin"]

# what intake refuses until somebody decides → what is proposed
_DECISIONS = {
    "doubled_hour": ("`doubled_hour`", "first"),
    "skipped_hour": ("`skipped_hour`", "forward"),
    "duplicates": ("`duplicates: drop_equal`", "drop_equal"),
    "mojibake": ("`mojibake: repair`", "repair"),
    "rows_in_quotes": ("`rows_in_quotes: keep`", "keep"),
    "unfinished": ("`unfinished: not_asked`", "not_asked"),
}


@dataclass(frozen=True, eq=False)
class Begun:
    """What ``cx new`` did.

    Attributes
    ----------
    path : Path
        The draft.
    copied, kept : tuple of str
        Files that were copied below the raw folder, and those that lay there already.
    marks : int
        Guesses to confirm.
    left_out : tuple of str
        Tables of the exports that are like no contract table.
    open : tuple of str
        What ``cx check`` would still refuse if all guesses were right.
    """

    path: Path
    copied: tuple[str, ...]
    kept: tuple[str, ...]
    marks: int
    left_out: tuple[str, ...]
    open: tuple[str, ...]


def begin(project: Path, client: str, files: Sequence[Path]) -> Begun:
    """Draft ``params/<client>.yml`` from exports.

    Parameters
    ----------
    project : Path
    client : str
    files : sequence of Path
        Exports, wherever they lie; those that lie below ``data/<client>/raw/`` stay there, the others are copied to it.

    Raises
    ------
    ParamsError
        A client that has params already, a client's or file's name that cannot be one, two files of one name, a file that is not there.
    DataError
        A file that cannot be read, or none that is like a contract table. Nothing is written then.
    """
    name = client_id(client)
    target, raw = project / "params" / f"{name}.yml", project / "data" / name / "raw"
    if target.exists():
        raise ParamsError(f"params/{name}.yml: is there already and is not overwritten. Choose another name, or move it away first.")
    places = _places(raw, files)
    drafted = draft(name, places)
    with _copied(raw, places) as copied:
        options, still = _tried(project, drafted)
        text = drafted.text(options)
        _written(target, text)
    kept = tuple(file for file in places if file not in copied)
    marks = drafted.marks + sum(map(len, options.values()))
    return Begun(target, tuple(copied), kept, marks, drafted.left_out, tuple(still))


def _places(raw: Path, files: Sequence[Path]) -> dict[str, Path]:
    """Return each file's name below the raw folder, and where it lies."""
    places: dict[str, Path] = {}
    problems = []
    for path in files:
        inside = raw.resolve() in path.resolve().parents
        file = path.resolve().relative_to(raw.resolve()).as_posix() if inside else composed(path.name)
        if not path.is_file():
            problems.append(f"{path}: {'is a folder; name its files' if path.is_dir() else 'is not there'}.")
        elif any(sign in file for sign in ":\\") or composed(file) != file or file.startswith("."):
            problems.append(f"{path}: a file of this name cannot be declared in params. Rename it, without colons and backslashes.")
        elif file in places and not path.samefile(places[file]):
            problems.append(f"{path}: there is another file {file!r} among those named. Rename one of them.")
        elif not inside and (raw / file).exists() and not filecmp.cmp(path, raw / file, shallow=False):
            problems.append(
                f"{path}: data/{raw.parent.name}/raw/ has another file {file!r} already, which is not overwritten. Rename one of them."
            )
        else:
            places[file] = path
    if problems:
        raise ParamsError(*problems)
    if not places:
        raise ParamsError("cx new: names no file. Name the exports: cx new CLIENT FILE …")
    return places


@contextmanager
def _copied(raw: Path, places: Mapping[str, Path]) -> Iterator[list[str]]:
    """Copy what does not lie below the raw folder yet; if anything goes wrong before the draft is written, nothing of it stays."""
    made = [folder for folder in (raw, raw.parent, raw.parent.parent) if not folder.exists()]
    done: list[str] = []
    try:
        raw.mkdir(parents=True, exist_ok=True)
        for file, path in places.items():
            if not (raw / file).exists():
                part = raw / f".{file}.part"
                try:
                    shutil.copyfile(path, part)
                    os.replace(part, raw / file)
                finally:
                    part.unlink(missing_ok=True)
                done.append(file)
        yield done
    except BaseException:
        for file in done:
            (raw / file).unlink(missing_ok=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _written(target: Path, text: str) -> None:
    """Write the draft whole, and never over a file that came in the meantime."""
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        with target.open("x", encoding="utf-8"):
            pass
        os.replace(part, target)
    except FileExistsError as error:
        raise ParamsError(f"params/{target.name}: is there already and is not overwritten.") from error
    finally:
        part.unlink(missing_ok=True)


def _tried(project: Path, drafted: Drafted) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Take the exports in as if every guess were right: what then needs a decision, and what would be refused even so."""
    problems = _problems(project, drafted.text())
    options: dict[str, dict[str, str]] = {}
    for source, told in problems.items():
        wanted = {key: value for key, (sign, value) in _DECISIONS.items() if any(sign in problem for problem in told)}
        zones = re.findall(r"Declare `timezone: ([\w/+-]+)`", "\n".join(told))
        wanted |= {"timezone": zones[0]} if zones else {}
        options |= {source: wanted} if wanted else {}
    if options:
        problems = _problems(project, drafted.text(options))
    still = (problem for told in problems.values() for problem in told if "is missing. Map it under" not in problem)
    return options, [*drafted.lacking, *dict.fromkeys(still)]


def _problems(project: Path, text: str) -> dict[str, list[str]]:
    """Return what is wrong with each source, marks aside."""
    with tempfile.TemporaryDirectory(prefix="cx-new-") as folder:
        path = Path(folder) / "draft.yml"
        path.write_text(text, encoding="utf-8", newline="\n")
        try:
            params = Params.model_validate(plain_yaml(path, "the draft", []))
        except ValidationError as error:
            return {"": worded_errors("the draft", error, Params)}
    found: dict[str, list[str]] = {source: [] for source in params.sources}
    with workbench() as bench:
        parts: dict[str, list[Taken]] = {}
        for source, declared in params.sources.items():
            try:
                parts.setdefault(declared.table, []).append(take(project, params, source, bench, sha256=""))
                found[source] += parts[declared.table][-1].problems
            except CxError as error:
                found[source] += error.problems
        for table, taken in parts.items():
            whole = not any(part.refused for part in taken) and len(taken) == sum(one.table == table for one in params.sources.values())
            where = f"data/{params.client}: {table}"
            for problem in assemble(bench, contract_of(params, table), taken, params.timezone, where) if whole else ():
                named = [source for source, one in params.sources.items() if one.table == table and str(one.file) in problem]
                for source in named or [taken[0].name]:
                    found[source].append(problem)
    return found
