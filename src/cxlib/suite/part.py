"""A run while it grows: what is carried over from the latest run, what each notebook wrote, and the notes for the manifest."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError
from cxlib.suite import manifest, publish, resume
from cxlib.suite.environment import secrets
from cxlib.suite.notebooks import Sheet, without_next
from cxlib.suite.pages import Edition, PageRefused

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cxlib.suite.nursery import Nursery

__all__ = ["Part"]


@dataclass(eq=False)
class Part:
    """The part folder of one run; `notes` become the manifest's list of notebooks.

    `shared` is the key that another run must have to continue this one.
    """

    project: Path
    folder: Path
    scratch: Path
    edition: Edition
    sheets: list[Sheet]
    nursery: Nursery | None = None
    shared: str = ""
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    executed: dict[str, NotebookNode] = field(default_factory=dict)

    @property
    def reports(self) -> Path:
        """``reports/CLIENT``."""
        return self.folder.parent.parent

    def carry_over(self, old: dict[str, Any], names: list[str]) -> None:
        """Copy what an older run has of the notebooks that do not run now, and what no single notebook owns.

        Copied, never linked: a notebook that writes in place must not reach into a published run.
        """
        import nbformat

        entries = {entry["name"]: entry for entry in old["notebooks"]}
        dropped = {file for name, entry in entries.items() if name not in names for file in entry["files"]}
        for file in old["files"]:
            if file not in dropped:
                target = self.folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.reports / "runs" / old["run"] / file, target)
        for name in names:
            self.notes[name] = entries[name] | {"status": "carried over"}
            self.executed[name] = nbformat.read(self.folder / "notebooks" / f"{name}.ipynb", as_version=4)

    def take_up(self, notes: dict[str, dict[str, Any]]) -> None:
        """Go on where an unfinished run of this very folder stopped."""
        import nbformat

        self.notes |= notes
        for name in notes:
            self.executed[name] = nbformat.read(self.folder / "notebooks" / f"{name}.ipynb", as_version=4)

    def execute(self, sheet: Sheet) -> float:
        """Run one notebook, note what it wrote and return the seconds; a failure keeps the executed notebook and stops the run."""
        from cxlib.suite import engine

        before = snapshot(self.folder)
        try:
            node, seconds = self.kernel(sheet, self.folder)
        except engine.NotebookFailed as failure:
            raise self.kept(failure, sheet.name, failure.notebook) from failure
        self.note(sheet, seconds, before, node)
        return seconds

    def kernel(
        self, sheet: Sheet, folder: Path, ahead_of: tuple[str, ...] = (), below: tuple[Path, ...] = ()
    ) -> tuple[NotebookNode, float]:
        """Run one notebook, which saves in `folder` and knows what lies in the folders `below`, and return it with its seconds.

        Raises
        ------
        NotebookFailed
            It did not run to its end.
        """
        import nbformat

        from cxlib.suite import engine

        scratch = self.scratch / (sheet.number if folder == self.folder else folder.name)
        work = scratch / "work"
        work.mkdir(parents=True)  # a working folder of its own: what a notebook leaves in it, no other client finds
        began = time.monotonic()
        node = engine.execute(
            without_next(nbformat.read(sheet.path, as_version=4)),
            name=sheet.name,
            client=self.edition.params.client,
            run=self.told(sheet, folder, ahead_of, below),
            folder=work,
            scratch=scratch,
            timeout_s=self.edition.params.run.timeout_s,
            memory_mb=self.edition.params.run.memory_mb,
            without=secrets(self.project),
            nursery=self.nursery,
        )
        return node, round(time.monotonic() - began, 2)

    def adopt(self, sheet: Sheet, seconds: float, node: NotebookNode, folder: Path, files: Sequence[Path]) -> bool:
        """Bring a notebook's files into the run, in this order, and note them; tell whether one took the place of another that differs.

        They stay where they are, too: notebooks that run ahead may be reading them.
        """
        before, replaced = snapshot(self.folder), False
        for file in files:
            source, target = folder / file, self.folder / file
            if target.is_file() and filecmp.cmp(source, target, shallow=False):
                continue
            replaced |= target.is_file()
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            shutil.copyfile(source, part)
            os.replace(part, target)
        self.note(sheet, seconds, before, node)
        return replaced

    def note(self, sheet: Sheet, seconds: float, before: dict[str, tuple[int, ...]], node: NotebookNode) -> None:
        """Write the executed notebook and note whose file is whose; a file that several notebooks change is nobody's."""
        import nbformat

        file = self.folder / "notebooks" / f"{sheet.name}.ipynb"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(nbformat.writes(node).encode("utf-8"))
        after = snapshot(self.folder)
        shared = {name for name, state in before.items() if after.get(name) != state}
        for entry in self.notes.values():
            entry["files"] = [name for name in entry["files"] if name not in shared]
        self.executed[sheet.name] = node
        self.notes[sheet.name] = {
            "name": sheet.name,
            "status": "ran",
            "run": self.edition.run,
            "seconds": seconds,
            "kernel": node.metadata.get("cx", {}).get("kernel"),
            "peak_mb": node.metadata.get("cx", {}).get("peak_mb"),
            "sha256": manifest.sha256(sheet.path),
            "library": manifest.library_hash(),
            "files": sorted(set(after) - set(before)),
        }
        resume.keep(self.reports, self.edition.run, self.shared, self.notes)

    def told(self, sheet: Sheet, folder: Path, ahead_of: tuple[str, ...], below: tuple[Path, ...]) -> str:
        """Return ``CX_RUN``: what the study in the kernel has to know."""
        edition = self.edition
        facts: dict[str, Any] = {"project": str(self.project), "folder": str(folder), "tables": str(edition.data.folder)}
        facts |= {"audience": edition.audience, "languages": list(edition.languages), "run": edition.run, "notebook": sheet.name}
        if folder != self.folder:
            facts |= {"below": [str(known) for known in (*below, self.folder)], "ahead_of": list(ahead_of)}
        return json.dumps(facts)

    def kept(self, failure: CxError, name: str, node: NotebookNode) -> CxError:
        """Keep the executed notebook of a failure and say where it lies."""
        import nbformat

        path = publish.keep_failed(self.reports, name, nbformat.writes(node))
        place = path.relative_to(self.project).as_posix()
        return CxError(*failure.problems, f"Nothing was published. The executed notebook with its traceback: {place}")

    def export(self, sheet: Sheet) -> None:
        """Write the pages of one notebook that ran."""
        node = self.executed[sheet.name]
        try:
            self.notes[sheet.name]["files"] += self.edition.export(self.folder, sheet.name, node)
        except PageRefused as refusal:
            raise self.kept(refusal, sheet.name, node) from refusal

    def seal(self) -> None:
        """Write the index pages and the front page, bring everything to disk, and write the manifest last."""
        order = [sheet.name for sheet in self.sheets if sheet.name in self.notes]
        self.edition.finish(self.folder, {name: self.executed[name] for name in order}, publish.FRONT)
        if self.edition.format == "pdf":
            self.print([name for name in order if self.notes[name]["status"] == "ran"])
        manifest.seal(self.folder, facts(self.edition) | {"notebooks": [self.notes[name] for name in order]})

    def print(self, names: list[str]) -> None:
        """Write the PDFs of notebooks that ran now, and of the index pages, which change with any of them."""
        own = {name: [file for file in self.notes[name]["files"] if file.endswith(".html")] for name in names}
        indexes = [f"{language}/index.html" for language in self.edition.languages]
        made = self.edition.print(self.folder, [*(file for files in own.values() for file in files), *indexes])
        for name, files in own.items():
            self.notes[name]["files"] += [made[file] for file in files]


def facts(edition: Edition) -> dict[str, Any]:
    """Return what the manifest tells of a run besides its notebooks and the hashes of its files."""
    params, data = edition.params, edition.data
    return {
        "run": edition.run,
        "client": params.client,
        "simulated": params.simulated,
        "made_at": edition.made_at.isoformat(),
        "library": {"version": manifest.library_version(), "sha256": manifest.library_hash()},
        "versions": manifest.versions(),
        "params_hash": data.params_hash,
        "data_hash": data.data_hash,
        "inputs": edition.inputs,
        "asked": edition.asked,
        "seed": params.seed,
        "audience": edition.audience,
        "format": edition.format,
        "languages": list(edition.languages),
        "rows": dict(data.rows),
        "sources": [came_of(source) for source in data.sources],
    }


def came_of(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return what became of the rows of one source: how many came in, how many were left out and why, how many cells did not convert.

    Without examples: those are the client's data.
    """
    told = {name: source[name] for name in ("source", "table", "file", "rows_read", "rows_kept", "sha256") if name in source}
    dropped = [{"reason": reason, "rows": rows} for reason, _, rows in source["dropped"]]
    return told | {"dropped": dropped, "not_converted": {column: failed["cells"] for column, failed in source["failed"].items()}}


def snapshot(folder: Path) -> dict[str, tuple[int, ...]]:
    """Return the files of a folder with what changes when one is written: inode, size and time."""
    kept = list(folder.glob("[!.]*"))  # names that start with a dot are no part of the run
    states = {path: path.stat() for top in kept for path in (top, *top.rglob("*")) if path.is_file()}
    return {path.relative_to(folder).as_posix(): (state.st_ino, state.st_size, state.st_mtime_ns) for path, state in states.items()}
