"""All exports of a client → the text of its params file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cxlib.errors import CxError, DataError
from cxlib.intake.draft.files import exports
from cxlib.intake.draft.likeness import likeness, plain
from cxlib.intake.draft.looking import Look, look
from cxlib.intake.draft.mapping import lacking
from cxlib.intake.draft.ratings import Seen
from cxlib.intake.draft.sections import scale_lines, source_lines, spans
from cxlib.intake.draft.written import flow, line, marked, scalar
from cxlib.intake.workbench import workbench
from cxlib.params.guesses import MARK
from cxlib.params.model import MOST_PLAYERS
from cxlib.tables import CLOCKS, CONTRACTS, PLANNED

__all__ = ["Drafted", "draft"]

_FIRMS = (
    "firma",
    "firmenname",
    "company",
    "company name",
    "unternehmen",
    "organization",
    "organisation",
    "account name",
    "account id",
    "accountid",
    "konto",
    "kontonummer",
)


@dataclass(frozen=True, eq=False)
class Drafted:
    """The draft of a params file, not written yet.

    Attributes
    ----------
    client : str
    looks : dict of str to (Look, str, str)
        Source → what was found, the file below the raw folder, and the source that it repeats ("" for none).
    left_out : tuple of str
        Tables of the exports that no contract table is like, in words.
    """

    client: str
    looks: Mapping[str, tuple[Look, str, str]]
    left_out: tuple[str, ...]

    def text(self, options: Mapping[str, Mapping[str, str]] | None = None) -> str:
        """Return the file's text.

        Parameters
        ----------
        options : mapping of str to mapping of str to str, optional
            Source → keys that only a trial showed to be needed.
        """
        lines = [*self._head(), *self._scales(), "", "sources:"]
        for name, (found, file, like) in self.looks.items():
            if like:
                lines.append(
                    line(
                        2,
                        name,
                        "{<<: *" + like + ", file: " + scalar(file) + self._other_encoding(found, like) + "}",
                        f"the same columns as {like}",
                    )
                )
                continue
            own = list(source_lines(found, name, file, (options or {}).get(name, {})))
            again = any(other == name for _, _, other in self.looks.values())
            lines += [own[0].replace(":", f": &{name}", 1) if again else own[0], *own[1:], ""]
        return "\n".join([*lines, *self._drivers()]).rstrip() + "\n"

    @property
    def lacking(self) -> tuple[str, ...]:
        """Columns that every row needs and that no header looks like, in words."""
        told = [
            (name, found.table, lacking(found.table, [match.column for match in found.matches]))
            for name, (found, _, _) in self.looks.items()
        ]
        way = "Name its header under `columns`, or one value for all rows under `constants`."
        return tuple(
            f"sources.{name}: {table} needs {column}, and no column looks like it. {way}"
            for name, table, columns in told
            for column in columns
        )

    @property
    def marks(self) -> int:
        """How many guesses have to be confirmed."""
        return sum(part.partition(" #")[0].count(MARK) for part in self.text().splitlines() if not part.lstrip().startswith("#"))

    def _other_encoding(self, found: Look, like: str) -> str:
        ours, theirs = found.export.guessed.get("encoding"), self.looks[like][0].export.guessed.get("encoding")
        return f", encoding: {marked(scalar(ours))}" if ours and ours != theirs else ""

    def _head(self) -> Iterator[str]:
        own = [found for found, _, _ in self.looks.values()]
        yield f"# Drafted by cx new from the exports. {MARK} stands before what they cannot prove: delete the mark where it is right,"
        yield f"# write what is where it is not. `cx check {self.client}` names each mark that is left. Every key is explained in demo.yml."
        yield "schema_version: 1"
        yield line(0, "client", self.client)
        yield line(0, "name", scalar(self.client.replace("_", " ").replace("-", " ").title()), "as pages call the client")
        firms = [header for found in own for header in found.profiles if likeness(header, _FIRMS) == 1.0]
        tables = {found.table for found in own}
        b2b = bool(firms) or bool(tables & {"accounts", "persons"})
        yield line(
            0,
            "market",
            marked("b2b" if b2b else "b2c"),
            "b2b, b2c or both; " + ("there are columns of companies" if b2b else "no column of companies"),
        )
        yield line(0, "language", "both")
        american = any("%m/%d" in (p.form.form if p.form else "") for found in own for p in found.profiles.values())
        yield line(0, "timezone", marked("America/New_York" if american else "Europe/Berlin"), "no file says where the clocks stand")
        yield from self._period(own)

    def _period(self, own: Sequence[Look]) -> Iterator[str]:
        clocks = [span for found in own if found.table in CLOCKS for span in spans(found, CLOCKS[found.table])]
        clocks = clocks or [span for found in own for span in spans(found, *CONTRACTS[found.table].required)]
        if not clocks:
            today = date.today()
            yield line(
                0,
                "period",
                marked(flow({"start": f"{today.year - 1}-01-01", "end": f"{today.year - 1}-12-31"})),
                "no column of days was found",
            )
            return
        first, last = min(span[0] for span in clocks), max(span[1] for span in clocks)
        said = "the first and the last day seen"
        if any(_zoned(found) for found in own):
            last, said = str(date.fromisoformat(last) + timedelta(days=1)), f"{said}, and a day more: times are told by another clock"
        yield line(0, "period", marked("{start: " + first + ", end: " + last + "}"), said)
        past = [
            column.name
            for found in own
            for column in CONTRACTS[found.table].columns.values()
            if column.kind in ("time", "date") and column.name not in PLANNED
        ]
        latest = max((span[1] for found in own for span in spans(found, *past)), default=last)
        if date.fromisoformat(latest) > date.fromisoformat(last) + timedelta(days=1):
            yield line(0, "as_of", marked(latest), "something is told as done on that day")

    def _drivers(self) -> Iterator[str]:
        """Name the ratings that drivers are looked for among, where a survey has more than can be compared."""
        rated = {
            item.header: found.profiles[item.header].filled
            for found, _, _ in self.looks.values()
            for item in found.items
            if item.item_type == "actual"
        }
        others = sum(len(found.doubtful) for found, _, _ in self.looks.values())
        if rated and len(rated) + others > MOST_PLAYERS:
            most = sorted(rated, key=lambda header: -rated[header])[:MOST_PLAYERS]
            yield ""
            yield "drivers:"
            yield line(
                2,
                "items",
                marked(flow(header for header in rated if header in most)),
                f"those of {len(rated)} ratings with most answers; {MOST_PLAYERS} at most",
            )

    def _scales(self) -> Iterator[str]:
        together: dict[str, Seen] = {}
        for found, _, like in self.looks.values():
            for name, seen in ({} if like else found.scales).items():
                whole = together.setdefault(name, Seen(seen.low, seen.high, least=seen.least, most=seen.most))
                whole.codes += seen.codes
                whole.columns += seen.columns
                whole.least, whole.most = min(whole.least, seen.least), max(whole.most, seen.most)
        if together:
            yield ""
            yield "scales:"
            yield from scale_lines(together)


def draft(client: str, files: Mapping[str, Path]) -> Drafted:
    """Look at exports and draft a client's params.

    Parameters
    ----------
    client : str
    files : mapping of str to Path
        File below the client's raw folder → where it lies now.

    Raises
    ------
    DataError
        With every file that cannot be read, and where no file is like any contract table.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "Tickets.csv"
    >>> _ = path.write_text("Ticket-ID;Erstellt;Kanal\\n1;05.02.2025 08:15;Telefon\\n2;17.02.2025 09:00;E-Mail\\n", encoding="utf-8")
    >>> text = draft("acme", {"Tickets.csv": path}).text()
    >>> [line.split("#")[0].strip() for line in text.splitlines() if "guess" in line][-1:]
    ['channel: !guess']
    """
    looks: dict[str, tuple[Look, str, str]] = {}
    left_out: list[str] = []
    problems: list[str] = []
    with workbench(threads=1) as bench:  # hundreds of small questions: threads would only wait for each other
        for file, path in files.items():
            try:
                for export in exports(path):
                    found = look(export, bench, f"raw {len(looks)} {len(left_out)}")
                    if found.table:
                        looks[_name(file, export.sheet, looks)] = (found, file, _alike(found, looks))
                    else:
                        sheet = f" [{export.sheet}]" if export.sheet else ""
                        left_out.append(f"{file}{sheet}: is like no contract table, left out ({', '.join(found.profiles)[:120]})")
            except CxError as error:
                problems += error.problems
    if problems:
        raise DataError(*problems)
    if not looks:
        ways = "A contact needs an id and a time, a customer an id, an answer an id, a day and ratings; docs/extending.md tells of others."
        raise DataError(*left_out, f"None of these files is like a contract table. {ways}")
    return Drafted(client, looks, tuple(left_out))


def _zoned(found: Look) -> bool:
    """Tell whether an export's times are not those on the client's clock, so that the last one may be of the next day there."""
    forms = [profile.form.form for profile in found.profiles.values() if profile.form]
    return found.export.declared.get("format") == "qualtrics" or any(form.endswith(("%z", "UTC")) for form in forms)


def _alike(found: Look, looks: Mapping[str, tuple[Look, str, str]]) -> str:
    """Return the source with the same columns, table and layout, "" for none; its words have to be those of the other one as well."""
    for name, (other, _, like) in looks.items():
        same = (
            not like
            and other.table == found.table
            and list(other.profiles) == list(found.profiles)
            and other.export.declared == found.export.declared
        )
        if same and other.matches and _told(other) == _told(found):
            return name
    return ""


def _told(found: Look) -> list[str]:
    """Return what would be written of a source, its counts aside."""
    lines = source_lines(found, "x", "x", {})
    return [part.partition(" #")[0].rstrip() for part in lines if not part.lstrip().startswith(("encoding", "#"))]


def _name(file: str, sheet: str, taken: Mapping[str, object]) -> str:
    """Return the name of a source after its file and sheet, one that no other has."""
    stem = "_".join(plain(re.sub(r"(\.\w{1,8})+$", "", file.rpartition("/")[2])) + plain(sheet)) or "export"
    stem = re.sub(r"[^a-z0-9_]", "", stem) or "export"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name
