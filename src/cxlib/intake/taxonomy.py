"""The taxonomy of contact reasons: data/taxonomy/<name>.yml → the contract table *reasons*, and the phrases that give reasons away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from cxlib.errors import ParamsError, worded
from cxlib.intake.workbench import Workbench
from cxlib.params import Params, ReasonValues, plain_yaml, worded_errors
from cxlib.tables import CONTRACTS, TREATMENTS, contract, dtype

__all__ = ["MOST", "NO_CONCERN", "STANDARD", "Taxonomy", "contradictions", "lay", "load", "phrases", "place", "told"]

MOST = 60  # active reasons; more cannot be told apart reliably, neither by people nor by models
NO_CONCERN = "no_customer_concern"
STANDARD = "contact_reasons"  # the file that comes with the suite; what a client has otherwise is shown
_WORDS = CONTRACTS["reasons"].columns["value_customer"].allowed
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})  # casefold makes ss of ß by itself
_FLAGS = ("failure_demand", "sales_signal", "overselling_signal", "disappointment", "repeat_signal", "secondary_only")
_COPIED = ("phase", "stage", "root_cause", "pain_point", "default_owner", *_FLAGS)

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Word = Literal["valuable", "irritating"]
Phrases = dict[Literal["de", "en"], Annotated[tuple[Annotated[str, StringConstraints(min_length=2)], ...], Field(min_length=1)]]


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """Contact reasons, as one client uses them.

    Attributes
    ----------
    name : str
    reasons : DataFrame
        The contract table *reasons*: active reasons in the file's order, then ``no_customer_concern`` (``concern`` false, no
        values, no treatment). ``owner`` and ``target_channel`` are there only where the client names them.
    phrases : dict of str to dict of str to tuple of str
        reason_id → language → words by which customers give the reason away.
    retired : dict of str to str
        Old reason_id → the active one that took it in.
    owners, pain_points : dict of str to dict of str to str
        Id → language → words.
    """

    name: str
    reasons: pd.DataFrame
    phrases: Mapping[str, Mapping[str, tuple[str, ...]]]
    retired: Mapping[str, str]
    owners: Mapping[str, Mapping[str, str]]
    pain_points: Mapping[str, Mapping[str, str]]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Label(_Entry):
    de: str
    en: str


class _Value(_Entry):
    """A value in each market; one word holds for both."""

    b2b: Word
    b2c: Word

    @model_validator(mode="before")
    @classmethod
    def _one_word(cls, raw: object) -> object:
        if isinstance(raw, dict):
            return raw
        if raw not in _WORDS:
            raise ValueError(worded("", "cannot be", raw, _WORDS, do="Or one word a market, as in {b2b: …, b2c: …}.").removeprefix(": "))
        return {"b2b": raw, "b2c": raw}


class _Reason(_Label):
    note: str = ""
    phase: Literal["presales", "sales", "aftersales"]
    stage: Literal["consideration", "quote", "order", "delivery", "onboarding", "usage", "billing", "complaint", "relationship", "any"]
    value_customer: _Value
    value_company: _Value
    root_cause: Literal[
        "information_gap",
        "missing_self_service",
        "process_failure",
        "product_failure",
        "comprehension",
        "sales_opportunity",
        "feedback",
    ]
    failure_demand: bool
    sales_signal: bool = False
    overselling_signal: bool = False
    disappointment: bool = False
    repeat_signal: bool = False
    secondary_only: bool = False
    default_owner: str | None = None
    pain_point: str | None = None
    phrases: Phrases


class _Retired(_Label):
    merged_into: str


class _Group(_Label):
    note: str = ""
    reasons: dict[Name, _Reason]
    retired: dict[Name, _Retired] = Field(default_factory=dict)


class _NoConcern(_Label):
    phrases: Phrases


class _File(_Entry):
    schema_version: Literal[1]
    owners: dict[Name, _Label] = Field(default_factory=dict)
    pain_points: dict[str, _Label] = Field(default_factory=dict)
    groups: dict[Name, _Group]
    no_customer_concern: _NoConcern

    @property
    def active(self) -> dict[str, _Reason]:
        return {f"{group}.{name}": reason for group, told in self.groups.items() for name, reason in told.reasons.items()}

    @property
    def retired(self) -> dict[str, _Retired]:
        return {f"{group}.{name}": reason for group, told in self.groups.items() for name, reason in told.retired.items()}

    @property
    def phrases(self) -> dict[str, Phrases]:
        return {name: reason.phrases for name, reason in self.active.items()} | {NO_CONCERN: self.no_customer_concern.phrases}

    @model_validator(mode="after")
    def _agrees(self) -> _File:
        problems = [*self._strays(), *self._shared_phrases()]
        if len(self.active) > MOST:
            problems.append(f"groups: {len(self.active)} reasons are active, at most {MOST} can be told apart. Retire some or merge them")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _strays(self) -> Iterator[str]:
        """Yield names that stand nowhere else: owners, pain points, reasons that took in retired ones."""
        for group, told in self.groups.items():
            for name, reason in told.reasons.items():
                at = f"groups.{group}.reasons.{name}"
                if reason.default_owner is not None and reason.default_owner not in self.owners:
                    yield worded(f"{at}.default_owner", "owners do not list", reason.default_owner, self.owners, label="They list")
                if reason.pain_point is not None and reason.pain_point not in self.pain_points:
                    yield worded(f"{at}.pain_point", "pain_points do not list", reason.pain_point, self.pain_points, label="They list")
            for name, gone in told.retired.items():
                at = f"groups.{group}.retired.{name}"
                if name in told.reasons:
                    yield f"{at}: is active and retired. Leave one of the two out."
                if gone.merged_into not in self.active:
                    yield worded(f"{at}.merged_into", "no active reason is called", gone.merged_into, self.active, label="Active")

    def _shared_phrases(self) -> Iterator[str]:
        claimed: dict[tuple[str, str], str] = {}
        for reason, phrases in self.phrases.items():
            for language, words in phrases.items():
                for phrase in words:
                    first = claimed.setdefault((language, _folded(phrase)), reason)
                    if first != reason:
                        yield f"phrases.{language}: {phrase!r} is claimed by {first} and {reason}. Leave it to the one that it tells."


def load(
    project: Path, name: str, *, market: str = "both", values: Mapping[str, ReasonValues] | None = None, where: str = "taxonomy"
) -> Taxonomy:
    """Read and check ``data/taxonomy/<name>.yml``.

    Parameters
    ----------
    project : Path
    name : str
        Of the file, without ``.yml``.
    market : {"b2b", "b2c", "both"}
        Whose values hold; a client in both markets gets those of b2b.
    values : mapping of str to ReasonValues, optional
        Reason → what differs at this client. Treatment always follows from the two values.
    where : str
        How messages name the place that chose the file.

    Returns
    -------
    Taxonomy

    Raises
    ------
    ParamsError
        With every problem at once: no such file, unknown keys and words, doubled ids, names that stand nowhere, phrases that two
        reasons claim, too many reasons, values for a reason that does not exist.
    """
    path = place(project, name, where)
    file = f"data/taxonomy/{name}.yml"
    raw = plain_yaml(path, file)
    if not isinstance(raw, dict):
        raise ParamsError(f"{file}: holds no keys. Start from data/taxonomy/contact_reasons.yml.")
    try:
        told = _File.model_validate(raw)
    except ValidationError as error:
        raise ParamsError(*worded_errors(file, error, _File)) from error
    values = values or {}
    problems = [*_unknown_reasons(told, values, f"{where}.values", file)]
    if problems:
        raise ParamsError(*problems)
    return Taxonomy(
        name=name,
        reasons=_table(told, "b2c" if market == "b2c" else "b2b", values),
        phrases={reason: {str(language): words for language, words in told_by.items()} for reason, told_by in told.phrases.items()},
        retired={reason: gone.merged_into for reason, gone in told.retired.items()},
        owners={owner: label.model_dump() for owner, label in told.owners.items()},
        pain_points={point: label.model_dump() for point, label in told.pain_points.items()},
    )


def place(project: Path, name: str, where: str = "taxonomy") -> Path:
    """Return the path of a taxonomy; one that is not there is refused with the nearest that is.

    Raises
    ------
    ParamsError
    """
    folder = project / "data" / "taxonomy"
    known = sorted(path.stem for path in folder.glob("*.yml"))
    if name not in known:
        do = "" if known else "Restore it: git checkout data/taxonomy."
        raise ParamsError(worded(f"{where}.name", "data/taxonomy has no file for", name, known, label="It has", do=do))
    return folder / f"{name}.yml"


def lay(bench: Workbench, project: Path, params: Params) -> Mapping[str, str]:
    """Lay the client's reasons on the bench, as the table ``reasons``, and return the retired ones with those that took them in."""
    import pyarrow as pa

    at = f"params/{params.client}.yml: taxonomy"
    taxonomy = load(project, params.taxonomy.name, market=params.market, values=params.taxonomy.values, where=at)
    bench.connection.register("incoming", pa.Table.from_pandas(taxonomy.reasons, preserve_index=False))
    bench.run("CREATE TABLE reasons AS SELECT * FROM incoming")
    bench.connection.unregister("incoming")
    return taxonomy.retired


def told(bench: Workbench, project: Path, params: Params) -> dict[str, pd.DataFrame]:
    """Return what is told of the taxonomy beside ``reasons``: *reason_phrases*; *reasons_standard* where reasons come from a file."""
    made = {"reason_phrases": phrases(bench, project, params)}
    if _of_file(params) and (project / "data" / "taxonomy" / f"{STANDARD}.yml").is_file():
        made["reasons_standard"] = load(project, STANDARD, market=params.market).reasons
    return made


def _of_file(params: Params) -> bool:
    return not any(source.table == "reasons" for source in params.sources.values())


def phrases(bench: Workbench, project: Path, params: Params) -> pd.DataFrame:
    """Return words by which customers give reasons away, as the contract table *reason_phrases*: phrases of the taxonomy, and labels.

    A client's own reasons have labels alone.
    """
    present = bench.columns("reasons")
    rows: list[tuple[str, str, str]] = []
    if _of_file(params):
        taxonomy = load(project, params.taxonomy.name, market=params.market, values=params.taxonomy.values)
        for reason, told_by in taxonomy.phrases.items():
            rows += [(reason, language, phrase) for language, words in told_by.items() for phrase in words]
    labels = [name for name in ("label_de", "label_en") if name in present]
    known = {(reason, _folded(phrase)) for reason, _, phrase in rows}
    for reason, *told in bench.rows(f"SELECT reason_id, {', '.join(labels)} FROM reasons"):
        named = zip(labels, told, strict=True)
        rows += [(reason, name[-2:], label) for name, label in named if label and (reason, _folded(label)) not in known]
    of = contract("reason_phrases")
    frame = pd.DataFrame(rows, columns=list(of.columns)).astype({name: dtype(column.kind) for name, column in of.columns.items()})
    return of.validate(frame, "reason_phrases")


def contradictions(bench: Workbench, where: str) -> Iterator[str]:
    """Yield reasons of a client's own table whose treatment does not follow from their values, or that lack one of the three."""
    present = bench.columns("reasons")
    wanted = ("reason_id", "value_customer", "value_company", "treatment", "concern")
    chosen = ", ".join(name if name in present else f"NULL AS {name}" for name in wanted)
    for reason, customer, company, treatment, concern in bench.rows(f"SELECT {chosen} FROM reasons"):
        right = TREATMENTS.get((customer, company))
        if concern is False:
            continue
        if right is None or treatment is None:
            yield f"{where}: {reason}: lacks value_customer, value_company or treatment. Only rows with concern false may."
        elif treatment != right:
            yield f"{where}: {reason}: treatment is {treatment!r}; {customer} to the customer and {company} to the company means {right!r}."


def _folded(phrase: str) -> str:
    return " ".join(re.findall(r"\w+", phrase.casefold().translate(_UMLAUTS)))


def _unknown_reasons(told: _File, values: Mapping[str, ReasonValues], where: str, file: str) -> Iterator[str]:
    for reason in values:
        if reason in told.retired:
            yield f"{where}: {reason!r} is retired. Use {told.retired[reason].merged_into!r}, which took it in."
        elif reason not in told.active:
            yield worded(where, f"{file} has no reason", reason, told.active, label="It has")


def _table(told: _File, market: str, values: Mapping[str, ReasonValues]) -> pd.DataFrame:
    """Return the reasons as their contract table; columns that no reason fills are left out."""
    rows = []
    for group_id, group in told.groups.items():
        for name, reason in group.reasons.items():
            mine = values.get(f"{group_id}.{name}", ReasonValues())
            customer = mine.value_customer or getattr(reason.value_customer, market)
            company = mine.value_company or getattr(reason.value_company, market)
            row: dict[str, Any] = {"reason_id": f"{group_id}.{name}", "group_id": group_id, "group_de": group.de, "group_en": group.en}
            row |= {"label_de": reason.de, "label_en": reason.en, "concern": True} | {key: getattr(reason, key) for key in _COPIED}
            row |= {"value_customer": customer, "value_company": company, "treatment": TREATMENTS[customer, company]}
            rows.append(row | {"owner": mine.owner, "target_channel": mine.target_channel})
    none = told.no_customer_concern
    words = {"group_de": none.de, "group_en": none.en, "label_de": none.de, "label_en": none.en}
    rows.append({"reason_id": NO_CONCERN, "group_id": NO_CONCERN, "concern": False} | words | dict.fromkeys(_FLAGS, False))
    of = contract("reasons")
    frame = pd.DataFrame(rows).dropna(axis="columns", how="all")
    return of.validate(frame.astype({name: dtype(of.columns[name].kind) for name in frame}), "reasons")
