"""One export looked at: its columns counted, the table it may become, and what each header may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cxlib.intake.delimited import read_delimited
from cxlib.intake.draft.files import Export
from cxlib.intake.draft.likeness import personal
from cxlib.intake.draft.mapping import Match, table_of
from cxlib.intake.draft.profile import Profile, profiles
from cxlib.intake.draft.ratings import Asked, Seen, asked
from cxlib.intake.draft.shapes import Shape, recognised
from cxlib.intake.excel import read_excel
from cxlib.intake.parquet import read_parquet
from cxlib.intake.spss import read_spss
from cxlib.intake.workbench import Raw, Workbench
from cxlib.params import Source
from cxlib.tables import CONTRACTS

__all__ = ["Look", "look"]


@dataclass(frozen=True, eq=False)
class Look:
    """What was found in one export.

    Attributes
    ----------
    export : Export
    table : str
        "" where no contract table is like it.
    why : str
    shape : Shape or None
        The typical export that it is.
    profiles : dict of str to Profile
    matches : tuple of Match
    items : tuple of Asked
    scales : dict of str to Seen
    doubtful : tuple of str
        Headers whose numbers look like ratings and are not proposed.
    empty : dict of str to int
        Words that may mean there is no value.
    odd : dict of str to dict of str to int
        Rows that are none.
    """

    export: Export
    table: str
    why: str
    shape: Shape | None
    profiles: Mapping[str, Profile]
    matches: tuple[Match, ...]
    items: tuple[Asked, ...] = ()
    scales: Mapping[str, Seen] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()
    empty: Mapping[str, int] = field(default_factory=dict)
    odd: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def typed(self) -> bool:
        """Whether days and numbers were stored as such."""
        return self.export.declared.get("format") in ("excel", "spss", "parquet")

    @property
    def left(self) -> list[Profile]:
        """Columns that nothing was proposed for."""
        used = {header for match in self.matches for header in match.headers} | {item.header for item in self.items}
        return [profile for header, profile in self.profiles.items() if header not in used]


def look(export: Export, bench: Workbench, name: str) -> Look:
    """Look at one export.

    Parameters
    ----------
    export : Export
    bench : Workbench
    name : str
        Of the table on the bench.

    Raises
    ------
    DataError
        When the file cannot be read as it is laid out: rows of another width, an unclosed quote, a cut-off file.
    """
    shape = recognised(export.headers)
    if shape and shape.format and export.declared.get("format") is None:
        export.declared["format"] = shape.format
    raw = _read(export, bench, name)
    shape = shape or recognised(raw.headers)
    typed = export.declared.get("format") in ("excel", "spss", "parquet")
    found, empty, odd = profiles(bench, raw, typed=typed)
    if shape:
        table, matches, why = shape.table, shaped(shape, found), f"{shape.name}: all of its telling columns are there"
    else:
        table, matches, why = table_of(f"{export.path.stem} {export.sheet}", found)
    used = {header for match in matches for header in match.headers} | set(shape.known if shape else ())
    told: Any = ([], {}, [])
    if table == "responses":
        free = [profile for profile in found if profile.header not in used and not personal(profile.header) and profile.filled]
        told = asked(free, _questions(export, raw, shape))
    items, scales, doubtful = told
    by_header = {profile.header: profile for profile in found}
    return Look(export, table, why, shape, by_header, tuple(matches), tuple(items), scales, tuple(doubtful), empty, odd)


def shaped(shape: Shape, found: list[Profile]) -> list[Match]:
    """Return the columns of a typical export, as far as they are there and hold anything."""
    by_name = {profile.header: profile for profile in found}
    made = []
    for column, spelt in shape.columns.items():
        header = next((one for one in spelt if one in by_name and by_name[one].filled), "")
        if header:
            late = CONTRACTS[shape.table].columns[column].kind in ("time", "date") and by_name[header].form is None
            said = "not a day or time that is known" if late else f"as {shape.name.partition(',')[0]} names it"
            made.append(Match(column, (header,), not late, said, 1.0))
    return made


def _read(export: Export, bench: Workbench, name: str) -> Raw:
    first = (
        {"columns": {"contact_id": export.headers[0]}} if export.headers else {}
    )  # a declared name, for doubled ones are only refused then
    keys = {key: value for key, value in (export.declared | export.guessed).items() if not isinstance(value, dict)}
    source = Source.model_validate(
        {"table": "responses" if keys.get("format") == "qualtrics" else "contacts", "file": "export"} | keys | first
    )
    where = export.path.name
    if source.format in ("csv", "qualtrics"):
        return read_delimited(export.path, source, where, name, bench)
    if source.format == "excel":
        return read_excel(export.path, source, where, name, bench, {})
    if source.format == "spss":
        return read_spss(export.path, source, where, name, bench, {})
    return read_parquet(export.path, source, where, name, bench, {})


def _questions(export: Export, raw: Raw, shape: Shape | None) -> dict[str, str]:
    """Return the texts of questions where an export has them: in its names, in the line below them, or as labels."""
    if export.declared.get("format") == "spss":
        import pyreadstat

        _, meta = pyreadstat.read_sav(str(export.path), metadataonly=True)
        return {name: str(text) for name, text in (meta.column_names_to_labels or {}).items() if text}
    if export.declared.get("format") == "qualtrics":
        return dict(zip(raw.headers, export.below, strict=False))
    if shape and shape.name.startswith("LimeSurvey"):
        told = {header: re.fullmatch(r"[\w\[\]]+\.\s+(.+)", header, re.S) for header in raw.headers}
        return {header: found[1] for header, found in told.items() if found}
    return {}
