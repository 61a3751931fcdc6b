"""What a notebook holds in its hand: the client's tables, and save, show and decide.

The notebook runs once; everything shown is emitted in each language and marked with it, so that the exporter makes one page a language.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxlib import intake
from cxlib.decisions import evidence
from cxlib.errors import CxError, DataError, worded
from cxlib.estimates import as_chosen
from cxlib.intake import Prepared, large
from cxlib.params import Params, load, project_root
from cxlib.report import disclosure, outputs
from cxlib.report.plots import Plot
from cxlib.report.repeats import rows_of
from cxlib.report.words import Words
from cxlib.suite import lab
from cxlib.suite.ahead import Ahead
from cxlib.suite.labels import labels
from cxlib.suite.store import Store
from cxlib.tables import CONTRACTS, MADE, MEASURED, contract, group_columns

if TYPE_CHECKING:
    from cxlib.decisions.monitoring import Analysis
    from cxlib.survey.weights import Weights

__all__ = ["Study", "open_study"]

DECISION = "application/vnd.cxlib.decision+json"
INTERACTIVE = "interactive"  # stands for the notebook where nobody has told which one runs
REASONED = {"contact_reasons", "reason_shares", "reason_load", "reason_at_touchpoint", "relief"}  # what rests on assigned reasons
LARGE = ("contacts", "events")  # tables that may stay on disk: what reads them takes a relation as well


def open_study(client: str) -> Study:
    """Open a client's study: find the project, read its params, convert its data where that has not been done.

    Parameters
    ----------
    client : str
        The name of a file in ``params/``.

    Returns
    -------
    Study
        Tells client, period and languages when it is opened in Lab.

    Raises
    ------
    ParamsError, DataError
        With every problem at once.
    """
    given = json.loads(os.environ.get("CX_RUN", "{}"))
    project = Path(given["project"]) if "project" in given else project_root()
    params = load(project, client)
    lab.listening()
    if given:
        prepared = Prepared.open(Path(given["tables"]))
        store = Store(Path(given["folder"]), tuple(Path(folder) for folder in given.get("below", ())))
    else:
        prepared, store = intake.prepare(project, params), Store(project / "reports" / client / "interactive")
    study = Study(
        params=params,
        prepared=prepared,
        store=store,
        ahead=Ahead(store, tuple(given["ahead_of"])) if given.get("ahead_of") else None,
        audience=given.get("audience", "management"),
        languages=tuple(given.get("languages", params.languages[:1])),
        notebook=given.get("notebook", INTERACTIVE),
        project=project,
    )
    lab.worded(study.words[study.languages[0]])
    study.tell()
    return study


@dataclass(eq=False)
class Study:
    """One client's study, as one notebook sees it.

    Attributes
    ----------
    params : Params
        What differs from client to client.
    """

    params: Params
    prepared: Prepared
    store: Store
    audience: str
    languages: tuple[str, ...]
    notebook: str
    project: Path
    ahead: Ahead | None = None
    _saved: dict[str, pd.DataFrame] = field(default_factory=dict)
    _read: set[str] = field(default_factory=set)  # tables that the notebook asked for
    _shown: dict[str, int] = field(default_factory=dict)
    _anchors: dict[str, str] = field(default_factory=dict)  # saved table → where it is shown first
    _lacking: list[str] = field(default_factory=list)  # what the last thing shown said to be missing

    def tell(self) -> None:
        """Say whose study this is; shown in Lab, left out of pages."""
        period = (self.params.period.start, self.params.period.end)
        words = self.words[self.languages[0]]
        html = outputs.opening(words, self.params.name, self.params.simulated, period, self.audience)
        self._emit(words.language, "opening", html, f"{self.params.name}, {words.date(period[0])} – {words.date(period[1])}")

    def table(self, name: str, join: Sequence[str] = (), *, draws: bool = False) -> Any:
        """Return a contract table, or one that a notebook with a lower number saved.

        Parameters
        ----------
        name : str
        join : sequence of str
            Tables with one row for each of this table's ids (contact_reasons, personas), added as columns.
        draws : bool
            Whether saved ESTIMATES come with their draws, in the column ``draws``.

        Returns
        -------
        DataFrame
            Responses carry the weights raked to the margins that params declare. A table that the client does not have is empty and
            typed; functions given it return rows that say what is missing. A contact log or events beyond ``engine.pandas_rows`` rows
            stay a DuckDB relation over their file, which the functions of :mod:`cxlib.contacts` take as well.

        Raises
        ------
        DataError
            When there is no such table, or a joined one has several rows for one id.
        """
        self._read |= {name, *join}
        if draws:
            saved = self.store.read_drawn(name)
            return self._load(name) if saved is None else saved
        if name in LARGE and self.prepared.rows.get(name, 0) > self.params.engine.pandas_rows:
            return self._relation(name, join)
        frame = self._load(name)
        if name == "responses" and self.params.weights.targets:
            frame = self.weights.assign(frame, others="keep")
        for other in join:
            frame = _joined(frame, name, other, self._load(other))
        return frame

    @property
    def analysis(self) -> Analysis:
        """This analysis: its inputs, and what lower numbers saved."""
        from cxlib.suite import previous

        if self.ahead:
            self.ahead.wait()
        return previous.analysis(self.store.folders, self._inputs, without=self._saved)

    @cached_property
    def _inputs(self) -> dict[str, Any]:
        """What this analysis is made of, as another is compared with it."""
        from cxlib.suite import manifest

        told = {"library": manifest.library_version(), "library_hash": manifest.library_hash(), "rows": dict(self.prepared.rows)}
        return told | {"params_hash": self.prepared.params_hash, "data_hash": self.prepared.data_hash}

    def previous(self) -> Analysis | None:
        """Return the analysis before: the newest kept run of other data, params or library; None where there is none."""
        from cxlib.suite import previous

        wanted = {"audience": self.audience, "notebook": self.notebook, "timezone": self.params.timezone}
        return previous.previous(self.project / "reports" / self.params.client, self._inputs, **wanted)

    def saved(self, *names: str) -> dict[str, pd.DataFrame]:
        """Return tables that notebooks with lower numbers saved, with their draws, by name; those that none saved are left out.

        Parameters
        ----------
        *names : str
            Names of saved ESTIMATES. A page that was not run, or does not exist for this client, saved none.
        """
        self._read |= set(names)
        found = {name: self.store.read_drawn(name) for name in dict.fromkeys(names)}
        if self.ahead and (missing := [name for name, table in found.items() if table is None]):
            self.ahead.wait(*missing)
        return {name: table for name, table in found.items() if table is not None}

    def save(self, name: str, result: Any, *, of: str = "") -> pd.DataFrame:
        """Write a result into the run's folder and return what this audience may see of it.

        Parameters
        ----------
        name : str
            The table's name, a-z, 0-9 and _.
        result : DataFrame or fitted result
            ESTIMATES; a row-level contract table (named like its contract), which is never shown; or a fitted result with
            ``.estimates`` (its figures as ESTIMATES, with draws) and, where it has them, ``.row_level`` ({contract name: table}).
        of : str
            Of whom or what alone the figures tell, such as complaints: what they give away is looked for among tables of the same.

        Returns
        -------
        DataFrame
            ESTIMATES without the numbers that would give single people away; for a row-level table the table itself.
        """
        if not isinstance(result, pd.DataFrame):
            for contract_name, rows in getattr(result, "row_level", {}).items():
                self.save(contract_name, rows)
            result = result.estimates
        if "metric" not in result.columns:
            table = contract(name).validate(result, f"save({name!r})")
            self.store.save_rows(name, table)
            return table
        full = result.reset_index(drop=True)
        shown = self._disclosed(name, full, of)
        self.store.save_estimates(name, shown, full)
        shown.attrs["saved"] = name
        self._saved[name] = shown
        return shown

    def show(self, what: pd.DataFrame | Plot, *, caption: str, folded: bool = False, on_index: str = "") -> None:
        """Show a table or a plot of numbers that were saved before, once in each language.

        Parameters
        ----------
        what : DataFrame or Plot
            Rows of what :meth:`save` returned, or a plot made from them. When every row says what is missing, the page says so instead.
        caption : str
            The key of the caption's words: ``caption.<caption>``.
        folded : bool
            Whether a table stays closed until the reader opens it, as the numbers behind a plot do: detail, and checks.
        on_index : str
            Under which heading the index shows it, too: ``index.<on_index>``; left out, it does not.
        """
        sources = what.sources if isinstance(what, Plot) else (what,)
        for source in sources:
            self._check_saved(source)
        table = what.table if isinstance(what, Plot) else what
        missing = sorted({need for note in table["note"] if str(note).startswith("needs ") for need in str(note)[6:].split(", ")})
        kind = "missing" if missing and table["value"].isna().all() else "figure" if isinstance(what, Plot) else "table"
        if kind == "missing" and missing == self._lacking:
            return  # the page has just said so
        self._lacking = missing if kind == "missing" else []
        number = self._shown[kind] = self._shown.get(kind, 0) + 1
        if kind != "missing":
            for source in sources:
                self._anchors.setdefault(source.attrs["saved"], f"{kind}-{number}")
        rows = rows_of(what.data if isinstance(what, Plot) else what)
        for language, words in self.words.items():
            said = words.text(f"caption.{caption}")
            extra: dict[str, Any] = {"number": number, "index": words.text(f"index.{on_index}") if on_index else "", "rows": rows}
            extra["saved"] = [] if kind == "missing" else [source.attrs["saved"] for source in sources]
            if kind == "missing":
                html = outputs.missing(missing, words)
            elif isinstance(what, Plot):
                html, extra["alt"] = outputs.figure(what, words, number=number, caption=said), what.describe(words)
            else:
                html = outputs.table(what, words, number=number, caption=said, folded=folded)
            self._emit(language, kind, html, said, **extra)

    def browse(self, what: Any) -> None:
        """Look into a table in JupyterLab: figures as a page would tell them, other tables by their first rows.

        Parameters
        ----------
        what : DataFrame, relation, fitted result or Plot
            ESTIMATES, saved or not, or a contract table. Where the extra ``browse`` is installed, rows can be searched and sorted.

        Raises
        ------
        CxError
            In a batch run, where nobody looks and nothing but what :meth:`save` returned may be shown.
        """
        if os.environ.get("CX_RUN"):
            raise CxError("browse: a run has nobody who looks. Tag the cell `next`, which runs leave out, or save the table and show it.")
        from IPython.display import display

        frame = lab.table_of(what)
        html = lab.browsed(frame, self.words[self.languages[0]])
        plain = frame.drop(columns="draws", errors="ignore").to_string(max_rows=20)
        display({"text/html": html, "text/plain": plain}, raw=True, metadata={})

    def decide(
        self,
        *,
        answer: str,
        rests_on: pd.DataFrame | Mapping[str, pd.DataFrame],
        values: Mapping[str, pd.DataFrame] | None = None,
        among: pd.DataFrame | Mapping[str, pd.DataFrame] | None = None,
        against: float | pd.DataFrame | None = None,
        coverage: pd.DataFrame | None = None,
        gate: bool | None = None,
        counted: bool = False,
        proxy: bool = False,
        judgement: bool = False,
        hints: Sequence[str] = (),
        not_examined: Sequence[str] = (),
        wanted: str,
        owner: str,
    ) -> None:
        """Close the page: answer, evidence grade, what was not examined, the decision wanted and from whom.

        Parameters
        ----------
        answer : str
            Key of the sentence: ``answer.<answer>``; where the row it rests on has no number, ``answer.<answer>.missing``. A metric
            may have a sentence of its own, ``answer.<answer>.<metric>``.
        rests_on : DataFrame of one row, or mapping of str to such
            The number the answer stands or falls with, told as ``{it}``. Of a mapping each name is a sentence of its own,
            ``answer.<answer>.<name>``, with the same variants; the answer has the grade of the weakest.
        values : mapping of str to DataFrame of one row
            Further rows that the sentence tells by name.
        among : DataFrame, or mapping of str to such
            What a row, of `rests_on` or of `values`, was chosen from for its value: its span is told wide enough for that, see
            :func:`cxlib.estimates.as_chosen`.
        against, coverage, gate, counted, proxy, judgement
            What the grade is computed from, see :func:`cxlib.decisions.evidence.grade`.
        hints : sequence of str
            Metrics that only hint at what a sentence is about: one that rests on them is graded C.
        not_examined, wanted, owner : str
            Keys: ``not_examined.<key>``, ``wanted.<key>``, ``owner.<key>``.
        """
        sentences = rests_on if isinstance(rests_on, Mapping) else {"": rests_on}
        choices = among if isinstance(among, Mapping) else {} if among is None else {"": among}
        its, rivals = self._chosen(sentences, choices)
        answered = any(not pd.isna(it["value"]) for it in its.values())
        shown_at = [self._anchors[name] for name in (table.attrs["saved"] for table in sentences.values()) if name in self._anchors]
        rows, others = self._chosen(values or {}, choices)
        rival = self._one_row(against) if isinstance(against, pd.DataFrame) else against
        covered = None if coverage is None else float(self._one_row(coverage)["value"])
        facts = {"gate": gate, "counted": counted, "proxy": proxy, "judgement": judgement} | self.params.evidence.model_dump()
        grade = evidence.weakest(
            [evidence.grade(it, against=rival, coverage=covered, hint=it["metric"] in hints, **facts) for it in its.values()]
        )
        for language, words in self.words.items():
            content: dict[str, Any] = {
                "answer": _said(words, f"answer.{answer}", its, rows),
                "grade": grade.letter,
                "grade_reason": self._check_repeated(grade.reasons, words, max(rivals, others)),
                "not_examined": [words.text(f"not_examined.{name}") for name in not_examined],
                "wanted": words.text(f"wanted.{wanted}"),
                "owner": words.text(f"owner.{owner}"),
            }
            about = {"notebook": self.notebook, "language": language, "answered": answered, "anchor": next(iter(shown_at), "")}
            data = {DECISION: content | about}
            self._emit(language, "decision", outputs.decision(content, words), content["answer"], data=data)

    def _check_repeated(self, reasons: Sequence[str], words: Words, rivals: int) -> str:
        """Say what a grade rests on and, on every later page that reads them, whether reasons were assigned well enough."""
        reason = words.list([words.text(f"grade_reason.{one}") for one in reasons])
        if rivals > 1:
            reason = words.text("grade_reason.chosen", reason=reason, count=str(rivals))
        gate = self.saved("reasons_gate").get("reasons_gate") if self._read & REASONED and "reasons_gate" not in self._saved else None
        if gate is None or "gate" in reasons:  # where the grade rests on it, it is told already
            return reason
        verdict = gate.loc[gate["element"].eq("all"), "state"].item()
        return words.text("grade_reason.check_of_reasons", reason=reason, state=words.label("state", verdict))

    @cached_property
    def weights(self) -> Weights:
        """The survey's weights, raked to the margins that params declare; the ones it came with where they declare none."""
        from cxlib.survey import weights

        wanted, responses = self.params.weights, self._load("responses")
        people = responses.drop_duplicates("response_id")
        if wanted.surveys:
            people = people[people["survey_id"].isin(wanted.surveys)]
        return weights.rake(people, targets=wanted.targets, weight="weight", cap=wanted.cap, min_n=wanted.min_n)

    @cached_property
    def words(self) -> dict[str, Words]:
        """The words of each language, with the client's own labels."""
        return {language: Words(language, labels(self.params, self._load, language)) for language in self.languages}

    @cached_property
    def _register(self) -> disclosure.Register:
        """What this client has published before and in this notebook; read once, for lower numbers no longer write."""
        if self.ahead:
            self.ahead.knows(self.store.registers())
        return self.store.register()

    @cached_property
    def _registered(self) -> set[str]:
        return self.store.registered(self.notebook)

    def _relation(self, name: str, join: Sequence[str]) -> Any:
        """A large table as a relation, with others joined to it."""
        path = self.prepared.folder / f"{name}.parquet"
        columns = list(large.relation(self._connection, path).columns)
        added = [pair for other in join for pair in _joining(columns, name, other, self._load(other))]
        return large.relation(self._connection, path, join=added)

    @cached_property
    def _connection(self) -> Any:
        return large.connect(memory=self.params.engine.memory, temp_folder=self.params.engine.temp_folder)

    def _load(self, name: str) -> pd.DataFrame:
        if self.ahead and (name in MADE or name not in CONTRACTS) and not (self.store.holds(name) or name in self.prepared.rows):
            self.ahead.wait(name)
        return self.store.load(name, self.prepared, self.params.timezone)

    def _disclosed(self, name: str, full: pd.DataFrame, of: str) -> pd.DataFrame:
        bare = full.drop(columns="draws", errors="ignore")
        counts_nobody = bare["n"].isna().all() or bare["n"].eq(0).all()
        if self.audience == "analyst" or counts_nobody:  # analysts hold the data anyway; what counts no people tells of none
            return bare.copy()
        who = [column for column in group_columns(bare) if column not in MEASURED]
        register = self._register if self.notebook != INTERACTIVE else self.store.register()  # there, other kernels may have saved
        own = self._registered if self.notebook != INTERACTIVE else self.store.registered(INTERACTIVE)
        shown = disclosure.protect(bare, min_n=self.params.min_n, register=register, name=name, who=who, of=of)
        register.settle(name)
        own.add(name)
        self.store.save_register(register.of(own), self.notebook)
        if self.ahead:
            self.ahead.asked(name, of, who, bare, shown)
        return shown

    def _check_saved(self, table: pd.DataFrame) -> None:
        saved = self._saved.get(table.attrs.get("saved", ""))
        if saved is None:
            raise CxError("show: this table did not come from study.save. Save it first; save returns what this audience may see.")
        columns = [column for column in saved.columns if column in table.columns]
        if not table.index.isin(saved.index).all() or not table[columns].equals(saved.loc[table.index, columns]):
            raise CxError(f"show: rows were changed after study.save({table.attrs['saved']!r}). Compute first, save, then show.")

    def _one_row(self, table: pd.DataFrame) -> dict[str, Any]:
        self._check_saved(table)
        if len(table) != 1:
            raise CxError(f"decide: a number of the answer comes from exactly one saved row, this table has {len(table)}.")
        return dict(table.iloc[0])

    def _chosen(self, tables: Mapping[str, pd.DataFrame], among: Mapping[str, pd.DataFrame]) -> tuple[dict[str, dict[str, Any]], int]:
        """Return the one row of each table, its span as wide as its being chosen asks for, and from how many at most one was chosen."""
        rows, most = {name: self._one_row(table) for name, table in tables.items()}, 1
        for name in tables.keys() & among.keys():
            self._check_saved(among[name])
            told, candidates = as_chosen(tables[name], among[name], level=self.params.level)
            rows[name], most = dict(told.iloc[0]), max(most, candidates)
        return rows, most

    def _emit(self, language: str, kind: str, html: str, text: str, *, data: Mapping[str, Any] | None = None, **extra: Any) -> None:
        from IPython.display import display

        mark = {"language": language, "kind": kind, **extra}
        display({"text/html": html, "text/plain": text, **(data or {})}, raw=True, metadata={"cx": mark})


def _said(words: Words, answer: str, its: Mapping[str, Mapping[str, Any]], rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the answer: a sentence for each number that it rests on, or one that says what is missing for all of them."""
    told = {name: words.told(row) for name, row in rows.items()}
    nothing = all(pd.isna(it["value"]) for it in its.values())
    sentences = []
    for name, it in its.items():
        key = answer if nothing or not name else f"{answer}.{name}"
        own = f"{key}.{it['metric']}"
        chosen = f"{key}.missing" if pd.isna(it["value"]) else own if words.has(own) else key
        sentences.append(words.text(chosen, **told, it=words.told(it)))
    return sentences[0] if nothing else " ".join(sentences)


def _joined(frame: pd.DataFrame, name: str, other: str, added: pd.DataFrame) -> pd.DataFrame:
    """Add another table's columns; rows of it that are known by one id alone are found by that one."""
    if contract(other).key:
        key = _shared(name, frame.columns, other, added)
        fresh = [column for column in added.columns if column not in frame.columns]
        return frame.merge(added[[key, *fresh]], on=key, how="left", validate="many_to_one")
    ids, rest, columns = contract(other).any_of, added, list(frame.columns)
    for key in [column for column in ids if column in added.columns]:
        mine, rest = rest[rest[key].notna()], rest[rest[key].isna()]
        if key in columns and (len(mine) or not len(added)):
            _shared(name, [key], other, mine)
            told = mine.set_index(key)[[column for column in added.columns if column not in (*columns, *ids)]].reindex(frame[key])
            told = told.set_axis(frame.index)
            known = {column: frame[column].where(frame[column].notna(), told[column]) for column in told if column in frame.columns}
            frame = frame.assign(**{column: known.get(column, told[column]) for column in told})
    if list(frame.columns) == columns and len(added):  # of an empty table nothing is known, whatever the ids
        raise DataError(worded(f"table {name!r}", "cannot be joined with", other, do="They share no id."))
    return frame


def _joining(columns: list[str], name: str, other: str, added: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Pairs of an id and what another table tells by it: rows that are known by one id alone come with that one, as in `_joined`."""
    if contract(other).key:
        return [(_shared(name, columns, other, added), added)]
    pairs, rest = [], added
    ids = contract(other).any_of
    for key in [column for column in ids if column in added.columns]:
        mine, rest = rest[rest[key].notna()], rest[rest[key].isna()]
        if key in columns and len(mine):
            _shared(name, [key], other, mine)
            pairs.append((key, mine[[key, *(column for column in mine.columns if column not in ids)]]))
    if not pairs and len(added):  # of an empty table nothing is known, whatever the ids
        raise DataError(worded(f"table {name!r}", "cannot be joined with", other, do="They share no id."))
    return pairs


def _shared(name: str, columns: Any, other: str, added: pd.DataFrame) -> str:
    """The id that two tables share, of which the second one has one row each."""
    keys = [column for column in contract(other).key or contract(other).any_of if column in columns and column in added.columns]
    if not keys:
        raise DataError(worded(f"table {name!r}", "cannot be joined with", other, do="They share no id."))
    if added.duplicated(keys[:1]).any():
        raise DataError(f"table {other!r}: several rows have the same {keys[0]}. Joining it to {name!r} would double rows.")
    return str(keys[0])
