"""One client through the suite: everything is checked, every notebook runs in its own kernel, the run is published whole."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxlib import params as clients
from cxlib.errors import DataError, ParamsError
from cxlib.suite import manifest, notebooks, publish, resume
from cxlib.suite.notebooks import Sheet
from cxlib.suite.pages import Edition
from cxlib.suite.part import Part
from cxlib.suite.progress import Teller, progress

if TYPE_CHECKING:
    from cxlib.intake import Prepared
    from cxlib.params import Params
    from cxlib.suite.nursery import Nursery

__all__ = ["Interrupted", "Ready", "prepare", "run"]

AUDIENCE, FORMAT = "management", "html"
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interrupted(KeyboardInterrupt):
    """SIGINT, SIGTERM or a closed terminal; `args[0]` is the signal's number."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A client whose params, notebooks and data are all in order."""

    params: Params
    sheets: list[Sheet]
    data: Prepared


def prepare(project: Path, client: str) -> Ready:
    """Check params, notebooks and data of one client, and bring its data into contract tables.

    Raises
    ------
    ParamsError
        The client, its params file or a notebook is refused.
    DataError
        The data are refused; the notebooks' problems come along.
    """
    from cxlib import intake
    from cxlib.report.logo import logo_uri

    params = clients.load(project, client)
    sheets: list[Sheet] = []
    faults: tuple[str, ...] = ()
    if logo := logo_of(project, params):
        logo_uri(logo)
    try:
        sheets = notebooks.find(project)
    except ParamsError as refusal:
        faults = refusal.problems
    try:
        data = intake.prepare(project, params)
    except DataError as refusal:
        raise DataError(*faults, *refusal.problems) from refusal
    if faults:
        raise ParamsError(*faults)
    return Ready(params, sheets, data)


@dataclass(frozen=True, eq=False)
class Plan:
    """What runs, what is carried over from which older run, for whom and in which languages."""

    selected: list[Sheet]
    carried: list[str]
    old: dict[str, Any] | None
    languages: tuple[str, ...]
    audience: str
    format: str


def plan(ready: Ready, reports: Path, wishes: Wishes) -> Plan:
    """Decide what runs; with ``only``, the rest comes from the latest run, which must be of the same data, params and readers.

    Raises
    ------
    ParamsError
        An unknown notebook, a lower number that never ran, or a latest run that does not fit.
    """
    only, languages, audience, wanted = wishes.only, wishes.languages, wishes.audience, wishes.format
    selected = notebooks.chosen(ready.sheets, only)
    latest = publish.latest(reports) if only else None
    old = manifest.read(reports / "runs" / latest) if latest else None
    ran = {entry["name"] for entry in old["notebooks"]} if old else set()
    names = {sheet.name for sheet in selected}
    carried = [sheet.name for sheet in ready.sheets if sheet.name in ran - names]
    if only:
        refuse_gaps(ready, names, ran)
    if not old or not carried:
        return Plan(selected, [], None, languages or ready.params.languages, audience or AUDIENCE, wanted or FORMAT)
    before = old.get("format", FORMAT)
    mended = Plan(selected, carried, old, languages or tuple(old["languages"]), audience or old["audience"], wanted or before)
    refuse_mixture(ready, mended, old)
    return mended


def refuse_gaps(ready: Ready, selected: set[str], ran: set[str]) -> None:
    """Refuse notebooks that may read what a lower number saved, when that one never ran."""
    lower = [sheet.name for sheet in ready.sheets if sheet.name < max(selected) and sheet.name not in selected | ran]
    if lower:
        client = ready.params.client
        raise ParamsError(f"--only: a lower number has never run for {client}: {', '.join(lower)}. Add it, or run all: cx run {client}.")


def refuse_mixture(ready: Ready, plan: Plan, old: dict[str, Any]) -> None:
    """Refuse to put pages of other data, params, languages or readers into one report."""
    now = {
        "params": (old["params_hash"], ready.data.params_hash),
        "data": (old["data_hash"], ready.data.data_hash),
        "languages": (tuple(old["languages"]), plan.languages),
        "audience": (old["audience"], plan.audience),
        "format": (old.get("format", FORMAT), plan.format),
    }
    differing = [name for name, (before, after) in now.items() if before != after]
    if differing:
        client = ready.params.client
        raise ParamsError(
            f"--only: not as in run {old['run']}: {', '.join(differing)}. One report must not mix them; run all: cx run {client}."
        )


def run(
    project: Path,
    client: str,
    *,
    only: tuple[str, ...] = (),
    languages: tuple[str, ...] | None = None,
    audience: str | None = None,
    format: str | None = None,
    force: bool = True,
    workers: int = 1,
    forked: bool = False,
    nursery: Nursery | None = None,
    say: Callable[[str], None] = lambda text: None,
    tell: Teller | None = None,
) -> Path:
    """Run the suite for one client and publish the report.

    Parameters
    ----------
    project : Path
        The folder that holds ``params/`` and ``notebooks/``.
    client : str
        ``params/CLIENT.yml``.
    only : tuple of str
        Numbers or names of notebooks; everything else is carried over from the latest run. Empty: all run.
    languages : tuple of str, optional
        As in params when absent.
    audience : str, optional
        "management" when absent.
    format : str, optional
        "html" when absent; "pdf" prints every page as well.
    force : bool
        Whether everything runs, as it does when absent. Otherwise a client whose params, data, notebooks, library and packages are those of
        its published run is left alone, and a run that stopped half way is continued with the notebook at which it stopped.
    workers : int
        Notebooks that run at a time; the report is the same however many.
    forked : bool
        Whether kernels are forked from a process that has only imported, where the machine can do that; cold ones are started otherwise.
    nursery : Nursery, optional
        That process, where there is one already.
    say : callable
        Takes one line a notebook where there is no terminal for a progress bar.
    tell : callable, optional
        Takes events instead: see :mod:`cxlib.suite.progress`.

    Returns
    -------
    Path
        ``reports/CLIENT/index.html``.

    Raises
    ------
    ParamsError, DataError
        Refused before anything ran.
    CxError
        A notebook failed, or another run of this client is under way; the published report is untouched.
    Interrupted
        The process was told to stop; no kernel lives on, and the published report is untouched.
    """
    clients.load(project, client)  # the client's name becomes a path below: refuse a wrong one first
    reports = project / "reports" / client
    wishes = Wishes(only, languages, audience, format, force, workers)
    with interruptible(), publish.locked(reports):
        if not force and not only and (published := resume.unchanged(project, client, wishes.asked)):
            say(f"{client}: nothing has changed since run {published}; --force runs it all the same.")
            if tell:
                tell({"event": "unchanged", "client": client, "run": published})
            return reports / "index.html"
        with nurseries(project, forked, nursery) as given:
            publish_anew(project, prepare(project, client), wishes, given, say, tell)
    return reports / "index.html"


@dataclass(frozen=True)
class Wishes:
    """What a run was asked for."""

    only: tuple[str, ...]
    languages: tuple[str, ...] | None
    audience: str | None
    format: str | None
    force: bool
    workers: int = 1

    @property
    def asked(self) -> dict[str, Any]:
        """What was said about readers, None where nothing was."""
        return {"languages": None if self.languages is None else list(self.languages), "audience": self.audience, "format": self.format}


def refuse_without_chromium() -> None:
    """Refuse to print where no browser starts, before anything has run for minutes."""
    from cxlib.report.chromium import Chromium

    with Chromium():
        pass


@contextmanager
def nurseries(project: Path, forked: bool, given: Nursery | None) -> Iterator[Nursery | None]:
    """Hold what forks the kernels: the given one, or one of this run's own, which imports while the data are taken in."""
    from cxlib.suite.nursery import Nursery

    if given is not None or not forked or not Nursery.possible():
        yield given
        return
    own = Nursery.of(project)
    try:
        yield own
    finally:
        own.close()


def publish_anew(
    project: Path, ready: Ready, wishes: Wishes, nursery: Nursery | None, say: Callable[[str], None], tell: Teller | None
) -> None:
    """Run what is to run, in a new folder or in that of an unfinished run, and publish it."""
    reports = project / "reports" / ready.params.client
    order = plan(ready, reports, wishes)
    if order.format == "pdf":
        refuse_without_chromium()
    key = resume.key(shared(ready, order))
    old = None if wishes.force else resume.unfinished(reports, key, {sheet.name: manifest.sha256(sheet.path) for sheet in order.selected})
    publish.heal(reports, old.run if old else None)
    name = old.run if old else publish.new_run(reports)
    with publish.part_folder(reports, name) as folder, publish.scratch(reports, name) as scratch:
        part = Part(project, folder, scratch, edition(project, ready, order, name, wishes.asked), ready.sheets, nursery, key)
        if old:
            part.take_up(old.notes)
        grow(part, order, wishes.workers, say, tell)
        publish.commit(reports, folder, name, ready.params.keep_runs)


def shared(ready: Ready, order: Plan) -> dict[str, Any]:
    """Return what a run must share with an unfinished one to continue it."""
    return {
        "params": ready.data.params_hash,
        "data": ready.data.data_hash,
        "library": manifest.library_hash(),
        "versions": manifest.versions(),
        "languages": order.languages,
        "audience": order.audience,
        "carried": order.carried,
        "old": order.old["run"] if order.old else None,
        "selected": [sheet.name for sheet in order.selected],
    }


def edition(project: Path, ready: Ready, order: Plan, name: str, asked: dict[str, Any]) -> Edition:
    """Return what all pages of this run have in common."""
    from cxlib import intake
    from cxlib.report.logo import logo_uri

    names = {sheet.name for sheet in order.selected} | set(order.carried)
    sheets = [sheet for sheet in ready.sheets if sheet.name in names]
    titles = {language: [(f"{sheet.name}.html", sheet.title(language)) for sheet in sheets] for language in order.languages}
    files = intake.inputs(project, ready.params)
    logo = logo_of(project, ready.params)
    inputs = None if files is None else resume.hashes(project, [*files, *([logo] if logo else [])])
    carried = logo_uri(logo) if logo else ""
    made = (order.audience, order.languages, titles, inputs, asked, order.format, carried)
    return Edition(ready.params, ready.data, name, datetime.now(UTC), *made)


def logo_of(project: Path, params: Params) -> Path | None:
    """Return where the client's logo lies; None where params name none."""
    return project / "data" / params.client / params.branding.logo if params.branding.logo else None


def grow(part: Part, order: Plan, workers: int, say: Callable[[str], None], tell: Teller | None) -> None:
    """Fill the part folder: carried-over files first, for notebooks read what lower numbers saved, then notebooks, the audit, pages."""
    import_lightly()
    from cxlib.suite import store

    if order.old and not part.notes:
        part.carry_over(order.old, order.carried)
    waiting = [sheet for sheet in order.selected if part.notes.get(sheet.name, {}).get("status") != "ran"]
    params = part.edition.params
    with progress(params.client, len(waiting), say, tell, params.run.timeout_s) as step:
        if min(workers, len(waiting)) > 1:
            from cxlib.suite import lanes

            lanes.run(part, waiting, workers=workers, step=step)
        else:
            for sheet in waiting:
                step(sheet.name, None, None)
                seconds = part.execute(sheet)
                step(sheet.name, seconds, part.notes[sheet.name]["peak_mb"])
    store.audit(part.folder, min_n=params.min_n)
    for sheet in order.selected:
        part.export(sheet)
    part.seal()


def import_lightly() -> None:
    """Import what nbformat needs, but not the grammar of internationalised addresses: 1.3 s to build, and no notebook asks for it."""
    if "jsonschema" not in sys.modules and "rfc3987_syntax" not in sys.modules:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # None makes its import fail, and jsonschema does without
        try:
            import jsonschema  # noqa: F401
        finally:
            del sys.modules["rfc3987_syntax"]


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into an exception, so that everything is cleaned up; later ones wait for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: object) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    before = {each: signal.signal(each, stop) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
