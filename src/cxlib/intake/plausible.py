"""What converts and still cannot be: things done before they were asked for, or after the export was made; one id in two spellings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cxlib.intake.workbench import Befallen, Workbench, identifier, literal
from cxlib.intake.zones import local_of
from cxlib.params import Source
from cxlib.tables import CLOCKS, PLANNED, Contract

__all__ = ["implausible"]

EXAMPLES = 5
SAMPLE, FEW, MONTHS = 10_000, 6, 12  # rows that show whether days and months were swapped; days that are too few to tell
_BEFORE = (  # table, what comes first, what comes later
    ("contacts", "contact_ts", "first_response_ts"),
    ("contacts", "contact_ts", "resolved_ts"),
    ("contacts", "contact_ts", "due_ts"),
    ("contacts", "contact_ts", "promise_due_ts"),
    ("orders", "order_ts", "delivered_date"),
    ("orders", "order_ts", "cancelled_ts"),
    ("orders", "order_ts", "returned_ts"),
    ("customers", "start_date", "churn_date"),
    ("quotes", "requested_ts", "sent_ts"),
    ("leads", "created_ts", "first_touch_ts"),
)


@dataclass(frozen=True)
class _Check:
    note: tuple[str, str]
    condition: str
    shown: str
    problem: str
    share: float  # of the rows that may be so


def implausible(
    bench: Workbench,
    of: Contract,
    table: str,
    headers: Mapping[str, str],
    source: Source,
    where: str,
    place: Callable[[int], str],
    *,
    timezone: str,
    last_day: date,
) -> tuple[list[str], Befallen]:
    """Look for values that contradict each other or the calendar; none of them is changed.

    Parameters
    ----------
    bench : Workbench
    of : Contract
    table : str
        A typed table on the bench, with its column ``row``.
    headers : mapping
        Contract column → raw header, of the columns to look at.
    source : Source
        Declares max_failed_share, future and id_width.
    where, place
        How messages name the export and its rows.
    timezone : str
        The client's.
    last_day : date
        The day ages are counted to.

    Returns
    -------
    (problems, counts)
        One message a contradiction in more rows than declared; rows of those that were borne, by reason and columns.
    """
    swapped = _swapped(bench, of, table, headers, source)
    checks = [
        *_orders(of, headers, source, timezone),
        *_futures(of, headers, source, timezone, last_day),
        *_spellings(of, table, headers, source),
        *_scales(bench.columns(table), headers, source),
    ]
    if not checks:
        return [], swapped
    counted = ", ".join(f"count(*) FILTER (WHERE {check.condition})" for check in checks)
    rows, *found = bench.rows(f"SELECT count(*), {counted} FROM {identifier(table)}")[0]
    problems: list[str] = []
    noted = swapped
    for check, count in zip(checks, found, strict=True):
        if count > check.share * rows:
            problems.append(f"{where}: {check.problem.format(count=count, rows=rows, shown=_examples(bench, table, check, place))}")
        elif count:
            noted[check.note] = count
    return problems, noted


def _swapped(bench: Workbench, of: Contract, table: str, headers: Mapping[str, str], source: Source) -> Befallen:
    """Note rows whose days spread over the months and hardly over a month's days: 02/11/2025 read with both in each other's place."""
    clock = CLOCKS.get(of.name, "")
    numbers = {"%d", "%m"} <= set(re.findall("%[a-zA-Z]", source.form(clock, "time")))
    if clock not in headers or not numbers or source.format not in ("csv", "qualtrics"):
        return {}
    cell = identifier(clock)
    sample = f"(SELECT {cell} FROM {identifier(table)} WHERE {cell} IS NOT NULL LIMIT {SAMPLE})"
    asked = f"max(day({cell})), count(DISTINCT day({cell})), count(DISTINCT month({cell})), count(DISTINCT {cell}::DATE)"
    last, days, months, dates = bench.rows(f"SELECT {asked} FROM {sample}")[0]
    if not dates or dates < FEW or last > MONTHS or days * 3 > months:
        return {}
    return {("day_for_month", clock): bench.rows(f"SELECT count({cell}) FROM {identifier(table)}")[0][0]}


def _examples(bench: Workbench, table: str, check: _Check, place: Callable[[int], str]) -> str:
    query = f"SELECT row, {check.shown} FROM {identifier(table)} WHERE {check.condition} ORDER BY row LIMIT {EXAMPLES}"
    return ", ".join(f"{place(row)}: {text}" for row, text in bench.rows(query))


def _orders(of: Contract, headers: Mapping[str, str], source: Source, timezone: str) -> Iterator[_Check]:
    for name, first, later in _BEFORE:
        if name == of.name and first in headers and later in headers:
            a, b = identifier(first), identifier(later)
            begun = f"{local_of(a, timezone)}::DATE" if of.columns[later].kind == "date" else a
            yield _Check(
                ("before", f"{later} < {first}"),
                f"{b} < {begun}",
                _local(of, later, timezone),
                f"{_both(later, headers)} lies before {_both(first, headers)} in {{count}} of {{rows}} rows ({{shown}}). "
                "One of the two may be in another time zone: ask for both in one. "
                "How many rows may stay as they are, `max_failed_share` says.",
                source.max_failed_share,
            )


def _futures(of: Contract, headers: Mapping[str, str], source: Source, timezone: str, last_day: date) -> Iterator[_Check]:
    end = literal((last_day + timedelta(days=2)).isoformat())
    for name in headers:
        kind = of.columns[name].kind
        if kind in ("date", "time") and name not in PLANNED:
            bound = f"({end}::TIMESTAMP AT TIME ZONE {literal(timezone)})" if kind == "time" else f"{end}::DATE"
            yield _Check(
                ("after_last_day", name),
                f"{identifier(name)} >= {bound}",
                _local(of, name, timezone),
                f"{_both(name, headers)} lies more than a day after {last_day} in {{count}} of {{rows}} rows ({{shown}}). "
                f"{last_day} is `as_of`, or the period's end where that is left out: "
                "set `as_of` to the day of the export, or declare `future: keep`.",
                1 if source.future == "keep" else source.max_failed_share,
            )


def _spellings(of: Contract, table: str, headers: Mapping[str, str], source: Source) -> Iterator[_Check]:
    for name in headers:
        if of.columns[name].kind != "id":
            continue
        cell, width = identifier(name), source.id_width.get(name)
        others = f"SELECT {cell} FROM {identifier(table)} WHERE NOT starts_with({cell}, '0')"
        twice = f"starts_with({cell}, '0') AND ltrim({cell}, '0') IN ({others})"
        told, way = "stands elsewhere without its leading zeros", f"Declare its digits: `id_width: {{{{{name}: …}}}}`."
        if width:
            twice = f"starts_with({cell}, '0') AND length({cell}) > {width}"
            told, way = f"begins with a zero and is longer than the declared {width} digits", "Correct `id_width`, or ask which zeros hold."
        yield _Check(
            ("leading_zeros", name),
            f"({twice})",
            cell,
            f"{_both(name, headers)}: {{count}} rows hold an id that {told} ({{shown}}). {way}",
            0,
        )


def _scales(columns: Sequence[str], headers: Mapping[str, str], source: Source) -> Iterator[_Check]:
    """Ratings of a long table beyond the ends of their scale; wide ones are looked at item by item (:mod:`cxlib.intake.survey`)."""
    if "value" in headers and {"scale_low", "scale_high"} <= set(columns):
        yield _Check(
            ("outside_scale", "value"),
            "value < scale_low OR value > scale_high",
            "value::VARCHAR || ' on ' || scale_low::VARCHAR || ' to ' || scale_high::VARCHAR",
            f"{_both('value', headers)} lies outside its scale in {{count}} of {{rows}} rows ({{shown}}). A decimal sign may be lost, or a "
            "code mean that there is no rating: map it to nothing under `values`, and its state under `state`.",
            0,
        )


def _both(column: str, headers: Mapping[str, str]) -> str:
    return f"{headers[column]} ({column})".replace("{", "{{").replace("}", "}}")


def _local(of: Contract, column: str, timezone: str) -> str:
    cell = identifier(column)
    return f"{cell}::VARCHAR" if of.columns[column].kind == "date" else f"({cell} AT TIME ZONE {literal(timezone)})::VARCHAR"
