"""SPSS files: raw codes, never labels, and the codes that the file itself declares missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cxlib.errors import DataError
from cxlib.intake.cells import told
from cxlib.intake.conversion import meanings
from cxlib.intake.headers import distinct
from cxlib.intake.workbench import Raw, Workbench, identifier
from cxlib.params import Params, Scale, Source
from cxlib.tables import Contract

__all__ = ["contradicted_labels", "read_spss", "undeclared_missing"]

_BEFORE = r"[\d\s=.:()–-]*(?:"  # "1 = sehr gut"
_GOOD = re.compile(
    rf"{_BEFORE}sehr (?:gut|zufrieden|einfach|hilfreich|wahrscheinlich)|ausgezeichnet|hervorragend|"
    r"very (?:good|satisfied|easy|helpful|likely)|excellent|outstanding)\b"
)
_BAD = re.compile(
    rf"{_BEFORE}mangelhaft|ungenügend|sehr (?:schlecht|unzufrieden|schwierig|schwer|unwahrscheinlich)|(?:gar|überhaupt) nicht|"
    r"very (?:poor|bad|dissatisfied|unsatisfied|difficult|unlikely)|terrible|unacceptable|poor|not at all)\b"
)
_NO_ANSWER = re.compile(
    rf"{_BEFORE}weiß (?:ich )?nicht|weiss (?:ich )?nicht|kann ich nicht (?:beurteilen|sagen)|nicht (?:beurteilbar|[gb]e?nutzt)|k\. ?a\.|"
    r"keine (?:angabe|antwort|erfahrung|meinung)|nie (?:genutzt|benutzt)|don.t know|no (?:answer|opinion|experience)|not applicable|n/a|"
    r"never used|refused)(?!\w)"
)


def read_spss(path: Path, source: Source, where: str, name: str, bench: Workbench, kinds: Mapping[str, str]) -> Raw:
    """Lay an SPSS file on the workbench: codes as text, user-missing codes kept as they are.

    Parameters as in :func:`cxlib.intake.excel.read_excel`. Labels are no cells, as two codes may share one; what they say of a scale is
    compared with params (:func:`contradicted_labels`).

    Raises
    ------
    DataError
        When the file cannot be read.
    """
    import pyreadstat

    try:
        frame, _ = pyreadstat.read_sav(str(path), user_missing=True, apply_value_formats=False)
    except (pyreadstat.ReadstatError, OSError, UnicodeDecodeError) as error:
        raise DataError(f"{where}: is no readable SPSS file ({error}). Save it as .sav again.") from error
    headers = distinct(list(frame.columns))
    named = zip(headers, frame.columns, strict=True)
    bench.put(
        name, headers, [[told(value, kinds.get(header, ""), source) for value in frame[column].astype(object)] for header, column in named]
    )
    return Raw(name, tuple(headers), len(frame), lambda row: f"case {row + 1}")


def undeclared_missing(path: Path, source: Source, params: Params, of: Contract, raw: Raw, bench: Workbench, where: str) -> list[str]:
    """Name codes among the rows that the file declares missing and that params take for a value.

    Such a code inside a scale would be taken for an answer; the file knows better. A span of codes is looked up in the rows.
    """
    import pyreadstat

    _, meta = pyreadstat.read_sav(str(path), metadataonly=True, user_missing=True)
    problems = []
    for header, spans in meta.missing_ranges.items():
        for code in _codes(raw, bench, header, spans, source):
            scale = source.items[header].scale if header in source.items else None
            columns = [column for column, used in source.headers.items() if header in used and column in of.columns]
            bare = [column for column in columns if meanings(of.columns[column], source).get(code, code)]
            if scale and _inside(code, params.scales[scale], source):
                way = f"but it is a rating of scale {scale!r}: correct the scale's ends, or ask what {code} means and recode it in the file"
            elif scale and code not in params.scales[scale].states:
                way = f"scale {scale!r} does not: declare it under `scales: {{{scale}: {{states: …}}}}`"
            elif bare:
                way = f'params do not: declare `values: {{{bare[0]}: {{"{code}": ""}}}}`'
            elif header in source.items and not scale and code not in source.missing:
                way = "params do not: add it to `missing`"
            else:
                continue
            problems.append(f"{where}: {header}: the file declares {code} as missing, {way}.")
    return problems


def contradicted_labels(path: Path, source: Source, params: Params, raw: Raw, bench: Workbench, where: str) -> list[str]:
    """Name ratings that the file's own labels call no answer, and scales whose ends the labels have the other way round.

    Only plain words are judged, and a scale only where both of its ends have some.
    """
    import pyreadstat

    _, meta = pyreadstat.read_sav(str(path), metadataonly=True, user_missing=True)
    problems = []
    for header, item in source.items.items():
        scale = params.scales.get(item.scale or "")
        labels = {code: str(label).casefold().strip() for code, label in meta.variable_value_labels.get(header, {}).items()}
        if scale is None or not labels:
            continue
        for code, label in labels.items():
            number = code if isinstance(code, (int, float)) else None
            if number is None or not scale.low <= number <= scale.high or not _NO_ANSWER.match(label):
                continue
            declared = _codes(raw, bench, header, meta.missing_ranges.get(header, ()), source)  # which are told of as such
            if set(_codes(raw, bench, header, [{"lo": float(number), "hi": float(number)}], source)) - set(declared):
                way = f"but it is a rating of scale {item.scale!r}: correct the scale's ends, or recode it in the file"
                problems.append(f"{where}: {header}: the file calls {number:g} {label!r}, {way}.")
        best, worst = (scale.high, scale.low) if scale.best == "high" else (scale.low, scale.high)
        if _BAD.match(labels.get(best, "")) and _GOOD.match(labels.get(worst, "")):
            told = f"the file calls {worst:g} {labels[worst]!r} and {best:g} {labels[best]!r}"
            other = "low" if scale.best == "high" else "high"
            problems.append(f"{where}: {header}: {told}, but scale {item.scale!r} says that {best:g} is best. Declare `best: {other}`.")
    return problems


def _inside(code: str, scale: Scale, source: Source) -> bool:
    try:
        return scale.low <= float(code.replace(source.decimal, ".")) <= scale.high
    except ValueError:
        return False


def _codes(raw: Raw, bench: Workbench, header: str, spans: Sequence[Any], source: Source) -> list[str]:
    """Return the codes of a column that lie in spans declared missing, as the rows tell them."""
    if header not in raw.headers:
        return []
    words = [row[0] for row in bench.rows(f"SELECT DISTINCT {identifier(header)} FROM {identifier(raw.table)} ORDER BY 1")]
    found = []
    for word in words:
        try:
            value: Any = float(word.replace(source.decimal, "."))
        except ValueError:
            value = word
        if any(type(value) is type(low := span["lo"]) and low <= value <= span["hi"] for span in spans):
            found.append(word)
    return found
