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
from cxlib.suite import manifest, notebooks, publish
from cxlib.suite.notebooks import Sheet
from cxlib.suite.pages import Edition
from cxlib.suite.part import Part

if TYPE_CHECKING:
    from cxlib.intake import Prepared
    from cxlib.params import Params

__all__ = ["Interrupted", "Ready", "prepare", "run"]

AUDIENCE = "management"
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

    params = clients.load(project, client)
    sheets: list[Sheet] = []
    faults: tuple[str, ...] = ()
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


def plan(ready: Ready, reports: Path, only: tuple[str, ...], languages: tuple[str, ...] | None, audience: str | None) -> Plan:
    """Decide what runs; with `only`, the rest comes from the latest run, which must be of the same data, params and readers.

    Raises
    ------
    ParamsError
        An unknown notebook, a lower number that never ran, or a latest run that does not fit.
    """
    selected = notebooks.chosen(ready.sheets, only)
    latest = publish.latest(reports) if only else None
    old = manifest.read(reports / "runs" / latest) if latest else None
    ran = {entry["name"] for entry in old["notebooks"]} if old else set()
    names = {sheet.name for sheet in selected}
    carried = [sheet.name for sheet in ready.sheets if sheet.name in ran - names]
    if only:
        refuse_gaps(ready, names, ran)
    if not old or not carried:
        return Plan(selected, [], None, languages or ready.params.languages, audience or AUDIENCE)
    mended = Plan(selected, carried, old, languages or tuple(old["languages"]), audience or old["audience"])
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
    say: Callable[[str], None] = lambda text: None,
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
    say : callable
        Takes one line a notebook where there is no terminal for a progress bar.

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
    with interruptible(), publish.locked(reports):
        publish.heal(reports)
        ready = prepare(project, client)
        order = plan(ready, reports, only, languages, audience)
        name = publish.new_run(reports)
        with publish.part_folder(reports, name) as folder, publish.scratch(reports, name) as scratch:
            part = Part(project, folder, scratch, edition(ready, order, name), ready.sheets)
            grow(part, order, say)
            publish.commit(reports, folder, name, ready.params.keep_runs)
    return reports / "index.html"


def edition(ready: Ready, order: Plan, name: str) -> Edition:
    """Return what all pages of this run have in common."""
    names = {sheet.name for sheet in order.selected} | set(order.carried)
    sheets = [sheet for sheet in ready.sheets if sheet.name in names]
    titles = {language: [(f"{sheet.name}.html", sheet.title(language)) for sheet in sheets] for language in order.languages}
    return Edition(ready.params, ready.data, name, datetime.now(UTC), order.audience, order.languages, titles)


def grow(part: Part, order: Plan, say: Callable[[str], None]) -> None:
    """Fill the part folder: carried-over files first, for notebooks read what lower numbers saved, then notebooks, the audit, pages."""
    import_lightly()
    from cxlib.suite import store

    if order.old:
        part.carry_over(order.old, order.carried)
    with progress(len(order.selected), say) as step:
        for sheet in order.selected:
            step(sheet.name, None)
            step(sheet.name, part.execute(sheet))
    store.audit(part.folder, min_n=part.edition.params.min_n)
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
def progress(count: int, say: Callable[[str], None]) -> Iterator[Callable[[str, float | None], None]]:
    """Show a progress bar on a terminal; elsewhere tell one line for each notebook that has run."""
    from tqdm import tqdm

    with tqdm(total=count, unit="notebook", disable=not sys.stderr.isatty(), leave=False) as bar:

        def step(name: str, seconds: float | None) -> None:
            if seconds is None:
                bar.set_description(name)
            elif bar.disable:
                say(f"{name}  {seconds:.1f} s")
            else:
                bar.update()

        yield step


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
