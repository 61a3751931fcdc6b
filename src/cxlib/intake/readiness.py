"""What the data can tell: which questions of the suite they answer, what is missing most, and how old they are.

These figures count what is there; they are no samples of anything and carry no interval, and ``n`` stays empty because no
respondents are counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from cxlib.estimates import stack
from cxlib.estimates.rows import rows, unanswerable

__all__ = ["join_rates", "known_at_contact", "matrix", "missing", "questions", "remarks", "sources", "waterfall"]

STATES = ("full", "half", "empty")
NAMING = ("capitals", "one_for_many")  # reasons whose details hold ids or words of the data, behind the column's name
_PEOPLE_ANSWER = ("responses", "contacts")  # tables in which a few rows are not enough
_DERIVED = {  # what notebooks 03 and 04 make, and what they can make it from
    "contact_reasons.reason_id": ("contacts.text", "contacts.reason_id", "contacts.reason_legacy"),
    "personas.persona": ("customers.customer_id", "customers.persona_given", "persons.person_id", "persons.persona_given"),
}


def questions(questions: pd.DataFrame, elements: pd.DataFrame, *, min_answers: int = 100) -> pd.DataFrame:
    """Count the questions that the data answer in full, in part or not at all, over all and by notebook.

    Parameters
    ----------
    questions : DataFrame
        The contract table *questions*.
    elements : DataFrame
        The contract table *elements*: what the client's tables hold.
    min_answers : int
        Answers or contacts below which a question is only half answerable.

    Returns
    -------
    DataFrame
        ESTIMATES by notebook (missing: the whole suite); metrics ``questions_full``, ``questions_half``, ``questions_empty`` and their
        sum ``questions_total``, unit ``count``.
    """
    states = questions.assign(state=_states(questions, elements, min_answers))
    parts = []
    for by in ([], ["notebook"]):
        for state in (*STATES, "total"):
            flags = states.assign(flag=(states["state"] == state) | (state == "total"))
            counted = flags.groupby(by)["flag"].sum().reset_index() if by else pd.DataFrame({"flag": [flags["flag"].sum()]})
            parts.append(_counts(counted[by], counted["flag"], f"questions_{state}", "count"))
    return stack(*parts)


def matrix(questions: pd.DataFrame, elements: pd.DataFrame, *, min_answers: int = 100) -> pd.DataFrame:
    """Cross tables with notebooks: how much of what a notebook needs from a table is there.

    Returns
    -------
    DataFrame
        ESTIMATES by notebook, table and state (full: all of it, half: some of it, empty: none), metric ``readiness``, unit ``share``:
        the share of needed elements that are there.
    """
    have = _have(elements, min_answers)
    found = []
    for row in questions.itertuples():
        for options in _needs(str(row.needs)):
            best = max(options, key=lambda option: have.get(option, 0))
            found.append((row.notebook, _table(best), have.get(best, 0) == 1))
    shares = pd.DataFrame(found, columns=["notebook", "table", "there"]).groupby(["notebook", "table"])["there"].mean().reset_index()
    shares["state"] = shares["there"].map(lambda share: "full" if share == 1 else "half" if share > 0 else "empty")
    return _counts(shares[["notebook", "table", "state"]], shares["there"], "readiness", "share")


def missing(questions: pd.DataFrame, elements: pd.DataFrame, *, min_answers: int = 100, top: int = 10) -> pd.DataFrame:
    """Rank the tables that are missing, or that lack columns or rows, by the number of questions that wait for them.

    Returns
    -------
    DataFrame
        ESTIMATES by table and state (empty: the client does not have it, half: it is there and lacks something), metric
        ``questions_blocked``, unit ``count``; at most `top` rows, most wanted first; one row "none" with 0 when nothing is missing.
    """
    have = _have(elements, min_answers)
    blocked: dict[str, set[str]] = {}
    for row in questions.itertuples():
        for options in _needs(str(row.needs)):
            if not any(have.get(option, 0) == 1 for option in options):
                blocked.setdefault(_table(options[0]), set()).add(str(row.question_id))
    ranked = sorted(((len(ids), name) for name, ids in blocked.items()), key=lambda pair: (-pair[0], pair[1]))[:top]
    there = set(elements["table"])
    groups = pd.DataFrame(
        [(name, "half" if name in there else "empty") for _, name in ranked] or [("none", "full")], columns=["table", "state"]
    )
    return _counts(groups, pd.Series([n for n, _ in ranked or [(0, "none")]]), "questions_blocked", "count")


def sources(sources: pd.DataFrame, *, as_of: date, max_data_age_days: int) -> pd.DataFrame:
    """Say of each source what came in, what was kept and how old its newest row is.

    Parameters
    ----------
    sources : DataFrame
        The contract table *sources*, as intake recorded it.
    as_of : date
        The day ages are counted to.
    max_data_age_days : int
        Older data carry the note "old".

    Returns
    -------
    DataFrame
        ESTIMATES by source and table; metrics ``rows_read``, ``rows_dropped``, ``rows_kept``, ``failed_cells`` (unit ``count``) and
        ``age_days`` (unit ``days``).
    """
    groups = sources[["source", "table"]]
    parts = [_counts(groups, sources[name], name, "count") for name in ("rows_read", "rows_dropped", "rows_kept", "failed_cells")]
    dated = sources[sources["newest_ts"].notna()]
    age = pd.Timestamp(as_of) - dated["newest_ts"].dt.tz_localize(None).dt.normalize()
    ages = _counts(dated[["source", "table"]], age.dt.days, "age_days", "days")
    ages["note"] = ages["value"].gt(max_data_age_days).map({True: "old", False: ""}).astype("str")
    return stack(*parts, ages)


def waterfall(intake: pd.DataFrame) -> pd.DataFrame:
    """Lead from the rows that all exports hold to the rows that were taken in, over what was left out and why.

    Parameters
    ----------
    intake : DataFrame
        The contract table *intake*.

    Returns
    -------
    DataFrame
        ESTIMATES by step, in the order of a waterfall: ``rows_read``, the reasons with what each took away (below 0, the most first),
        ``rows_kept``; metric ``rows``, unit ``count``. Rows are those of the exports.

    Examples
    --------
    >>> made = pd.DataFrame({"source": ["log"] * 3, "step": ["rows_read", "rows_kept", "rows_dropped"],
    ...     "reason": [None, None, "empty"], "detail": [None] * 3, "count": [10, 8, 2]})
    >>> waterfall(made)[["step", "value"]].to_dict("list")
    {'step': ['rows_read', 'empty', 'rows_kept'], 'value': [10.0, -2.0, 8.0]}
    """
    totals = intake.groupby("step")["count"].sum()
    lost = intake[intake["step"] == "rows_dropped"].groupby("reason")["count"].sum().sort_values(ascending=False, kind="stable")
    steps = ["rows_read", *lost.index, "rows_kept"]
    counts = [totals["rows_read"], *(-lost), totals["rows_kept"]]
    return _counts(pd.DataFrame({"step": steps}, dtype="str"), pd.Series(counts), "rows", "count")


def remarks(intake: pd.DataFrame) -> pd.DataFrame:
    """List what was left out, borne or found odd, source by source.

    Returns
    -------
    DataFrame
        ESTIMATES by source, reason and detail; metrics ``rows_dropped``, ``rows_noted`` and ``failed_cells``, unit ``count``; a source
        of which there is nothing to say has one row ``rows_dropped`` of 0 with the reason "none". Where a detail holds ids or words of
        the data, only its column is told: a page goes to readers who must not see them; ``cx check`` and the table *intake* have them.

    >>> made = pd.DataFrame({"source": ["log"] * 2, "step": "rows_noted", "reason": "one_for_many",
    ...     "detail": ["customer_id = 4711", "customer_id = CPD"], "count": [30, 20]})
    >>> remarks(made)[["reason", "detail", "value"]].values.tolist()
    [['one_for_many', 'customer_id', 50.0]]
    """
    told = intake[~intake["step"].isin(["rows_read", "rows_kept"])]
    told = told.assign(detail=told["detail"].mask(told["reason"].isin(NAMING), told["detail"].str.extract(r"^(\w+)", expand=False)))
    told = told.groupby(["source", "step", "reason", "detail"], dropna=False, sort=False, as_index=False)["count"].sum()
    silent = sorted(set(intake["source"]) - set(told["source"]))
    none = pd.DataFrame({"source": silent, "step": "rows_dropped", "reason": "none", "detail": None, "count": 0})
    every = pd.concat([told, none.astype(intake.dtypes.to_dict())], ignore_index=True).sort_values(["source", "step"], kind="stable")
    counted = _counts(every[["source", "reason", "detail"]].fillna({"detail": "–"}).reset_index(drop=True), every["count"], "rows", "count")
    return counted.assign(metric=every["step"].to_numpy())


def join_rates(joins: pd.DataFrame) -> pd.DataFrame:
    """Say of each table and id how many of its rows know the id, and how many of those find it in its home table.

    Parameters
    ----------
    joins : DataFrame
        The contract table *joins*, as intake counted it.

    Returns
    -------
    DataFrame
        ESTIMATES by table and home; metrics ``id_share`` (of all rows) and ``found_share`` (of the rows that know the id), unit
        ``share``. A home table that the client does not have gives the note "needs <home>.<id>".
    """
    joins = joins[joins["table"] != joins["home"]]  # earlier contacts are no home: see known_at_contact
    if joins.empty:
        return unanswerable("found_share", "share", ["customers.customer_id"], by=["table", "home"])
    groups = joins[["table", "home"]]
    known = _counts(groups, joins["known"] / joins["rows"], "id_share", "share", n=joins["rows"])
    shares = (joins["found"] / joins["known"].where(joins["known"] > 0)).astype("Float64")
    found = _counts(groups, shares, "found_share", "share", n=joins["known"])
    absent = joins["found"].isna().to_numpy()
    found.loc[absent, "note"] = ("needs " + joins["home"] + "." + joins["id"]).to_numpy()[absent]
    return stack(known, found)


def known_at_contact(joins: pd.DataFrame) -> pd.DataFrame:
    """Say how often customer, earlier contacts, order and touchpoint were known when somebody got in touch.

    Returns
    -------
    DataFrame
        ESTIMATES by home (the table that the contact leads to; ``earlier_contacts`` of the same customer); metric
        ``known_at_contact``, of all contacts, unit ``share``.

    Examples
    --------
    >>> joins = pd.DataFrame(
    ...     {"table": ["contacts"], "id": ["customer_id"], "home": ["customers"], "rows": [10], "known": [7], "found": [7]}
    ... )
    >>> float(known_at_contact(joins)["value"].item())
    0.7
    """
    at_contact = joins[joins["table"] == "contacts"]
    if at_contact.empty:
        return unanswerable("known_at_contact", "share", ["contacts.customer_id", "contacts.order_id"], by=["home"])
    there = at_contact["known"].where(at_contact["home"] != "contacts", at_contact["found"])
    homes = at_contact[["home"]].replace({"home": {"contacts": "earlier_contacts"}})
    return _counts(homes, there / at_contact["rows"], "known_at_contact", "share", n=at_contact["rows"])


def _counts(groups: pd.DataFrame, values: pd.Series, metric: str, unit: str, n: pd.Series | None = None) -> pd.DataFrame:
    counted = rows(groups, {"metric": metric, "unit": unit, "value": values.to_numpy(dtype="float64", na_value=np.nan), "method": "count"})
    return counted.assign(n=pd.array([pd.NA] * len(counted) if n is None else n.to_list(), dtype="Int64"))


def _needs(needs: str) -> Iterator[tuple[str, ...]]:
    """Yield the elements a question needs, each as the alternatives of which one suffices."""
    if needs != "-":
        for element in needs.split(","):
            yield tuple(option.strip() for option in element.split("/"))


def _table(element: str) -> str:
    """Return the client's table behind an element; what notebooks make is traced to what they make it from."""
    origin = _DERIVED.get(element, (element,))[0]
    return origin.split(".")[0].split("[")[0]


def _have(elements: pd.DataFrame, min_answers: int) -> dict[str, float]:
    """Map each element to 1 (enough of it) or 0.5 (some of it)."""
    have: dict[str, float] = {}
    for row in elements.itertuples():
        enough = min_answers if row.table in _PEOPLE_ANSWER else 1
        have[str(row.element)] = 1 if row.filled >= enough else 0.5
    for made, origins in _DERIVED.items():
        have[made] = max((have.get(origin, 0) for origin in origins), default=0)
    return have


def _states(questions: pd.DataFrame, elements: pd.DataFrame, min_answers: int) -> pd.Series:
    have = _have(elements, min_answers)

    def state(needs: str) -> str:
        found = [max(have.get(option, 0) for option in options) for options in _needs(needs)]
        return "full" if all(amount == 1 for amount in found) else "half" if any(found) else "empty"

    return questions["needs"].map(state)
