"""The table contracts: what one row is, which columns it has, which values they take.

A contract is written as it is read, one line of columns a topic:

``name`` required · ``name?`` optional · ``name:kind`` · ``name {a, b}`` one of these values.

Kinds: *id* (text, leading zeros survive), *text*, *time* (timezone-aware), *date*, *number*, *count* (whole, not
negative), *flag*. A name that ends in ``_id``, ``_ts``, ``_date``, ``_s`` or ``_h`` says its kind itself; every other
name without a kind is text. What a client does not have is absent, never faked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from cxlib.errors import DataError, worded

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

__all__ = [
    "CALENDAR",
    "CLOCKS",
    "CONTRACTS",
    "DRAW_COLUMNS",
    "ESTIMATE_COLUMNS",
    "MADE",
    "MEASURED",
    "PLANNED",
    "SHARES",
    "STATES",
    "TREATMENTS",
    "Column",
    "Contract",
    "contract",
    "group_columns",
]

ESTIMATE_COLUMNS = ("metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note")
DRAW_COLUMNS = ("draw", "metric", "value")
# group columns that say what is measured; every other one says who was asked, and its levels divide the people
MEASURED = (
    "touchpoint_id",
    "phase",
    "stage",
    "mode",
    "influence",
    "object_type",
    "operator",
    "observable_in",
    "item_id",
    "item_group",
    "item_type",
    "sign",
    "category",
    "days_after",
    "experience",
    "wave",
    "survey_id",
    "notebook",
    "question_id",
    "table",
    "source",
    "state",
    "answer",
    "outcome_id",
    "days",
    "followed",
    "element",
    "in_standard",
    "in_use",
    "problem",
    "rule",
    "sureness",
    "step",
    "reason",
    "detail",
    "home",
    "local_weekday",
    "local_hour",
    "month",
    "span_after_order",
    "order_number",
    "day_type",
    "fault",
    "same",
    "window_days",
    "attempts_needed",
    "handed_on",
    "pain_point",
    "after_hours",
    "promised",
    "document_id",
    "measured_against",
    "deviation",
    "notice",
    "interim",
    "told_by",
    "format",
    "layout_version",
    "next_channel",
    "transition",
    "journey",
    "step_1",
    "step_2",
    "step_3",
    "step_4",
    "step_5",
    "step_6",
    "clock",
    "event",
    "quantile",
    "hours",
    "position",
    "variant",
    "threshold_s",
    "age",
    "moment",
    "promise_type",
    "promise",
    "ahead_days",
    "expected_for",
    "deadline",
    "field",
    "owner_state",
    "owner",
    "instruction",
    "principle_id",
    "condition",
    "met",
    "goodwill",
    "outcome",
    "treatment",
    "treatment_flipped",
    "side",
    "rating",
    "rating_state",
    "root_cause",
    "root_cause_department",
    "default_owner",
    "window",
    "minutes",
    "service",
    "tried",
    "search_term",
    "selfservice_result",
    "route",
    "handled_by_type",
    "feature",
    "feature_2",
    "classes",
    "verdict",
    "question_number",
    "value_group",
    "zero",
    "information",
    "kind",
    "early_contacts",
    "answered_within",
    "clock_of",
    "lead_stage",
    "cause",
    "balance",
    "handover",
    "conflict",
    "point",
    "guard",
    "covariate",
    "target_channel",
    "action_id",
    "action_state",
    "action_type",
    "start_date",
    "assumption",
    "crossing",
    "proposal",
    "because",
    "decided",
    "finding",
    "moved",
    "pull",
    "way",
    "task",
    "grade",
    "placebo",
    "compared",
    "weeks_from_start",
    "day",
    "curve",
    "series",
    "kpi",
    "changed",
    "figure",
    "compared_with",
    "trait",
)
STATES = ("answered", "not_used", "no_answer", "not_asked")
# what to do with contacts of a reason, by what they are worth to (customer, company); nothing else decides it
TREATMENTS = {
    ("irritating", "irritating"): "eliminate",
    ("valuable", "irritating"): "automate",
    ("irritating", "valuable"): "simplify",
    ("valuable", "valuable"): "leverage",
}

_KIND_BY_SUFFIX = {"_id": "id", "_ts": "time", "_date": "date", "_s": "number", "_h": "number"}
_DTYPES = {"id": "str", "text": "str", "choice": "str", "number": "float64", "count": "Int64", "flag": "boolean", "date": "datetime64[us]"}
_SPARK = ("PYARROW_IGNORE_TIMEZONE", "SPARK_LOCAL_IP")  # variables that pandera sets where it is imported
_COLUMN = re.compile(r"(?P<name>\w+)(?P<optional>\?)?(?::(?P<kind>\w+))?(?:\s*\{(?P<allowed>[^}]*)\})?")


@dataclass(frozen=True)
class Column:
    """One column of a contract: its kind, whether it may be absent, and the values it may take."""

    name: str
    kind: str
    required: bool
    allowed: tuple[str, ...] = ()

    @property
    def duration(self) -> str:
        """The unit that a duration's name says it is in: s or h; "" for every other column."""
        return self.name[-1] if self.kind == "number" and self.name.endswith(("_s", "_h")) else ""


@dataclass(frozen=True, eq=False)
class Contract:
    """A table's contract.

    Attributes
    ----------
    name : str
        The table's name.
    row : str
        What one row is.
    key : tuple of str
        The columns that name a row once; empty when rows have no name.
    columns : dict of str to Column
        In the order of the contract.
    any_of : tuple of str
        Columns of which each row has at least one.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    any_of: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that no row may lack."""
        return tuple(column.name for column in self.columns.values() if column.required)

    def with_features(self, features: Mapping[str, str]) -> Contract:
        """Return the contract with a client's declared feature columns (name → kind) added as optional columns.

        Raises
        ------
        DataError
            When a feature has the name of a contract column.
        """
        clash = [name for name in features if name in self.columns]
        if clash:
            raise DataError(*(worded(f"extra.{self.name}", "is a column of the contract already", name) for name in clash))
        added = {name: Column(name, kind, required=False) for name, kind in features.items()}
        return Contract(self.name, self.row, self.key, {**self.columns, **added}, self.any_of)

    def empty(self, timezone: str = "UTC") -> pd.DataFrame:
        """Return a typed table of no rows with every column of the contract."""
        import pandas as pd

        return pd.DataFrame({name: pd.Series(dtype=dtype(column.kind, timezone)) for name, column in self.columns.items()})

    def schema(self) -> pa.DataFrameSchema:
        """Return the contract as a pandera schema (strict: unknown columns fail)."""
        pa = _pandera()
        columns = {
            column.name: pa.Column(
                checks=_checks(column),
                nullable=not column.required,
                required=column.required,
                unique=self.key == (column.name,),
            )
            for column in self.columns.values()
        }
        return pa.DataFrameSchema(columns, strict=True, unique=list(self.key) if len(self.key) > 1 else None)

    def validate(self, frame: pd.DataFrame, where: str) -> pd.DataFrame:
        """Check `frame` against the contract and return it with its columns in contract order.

        Parameters
        ----------
        frame : DataFrame
            Any index; typed as :func:`dtype` says.
        where : str
            How messages name the table, for instance ``data/acme/raw/Tickets.csv → contacts``.

        Raises
        ------
        DataError
            With every fault at once: missing and unknown columns, wrong kinds, values outside the allowed ones,
            doubled keys, rows without any of `any_of`.
        """
        errors = _pandera().errors
        problems = [
            worded(where, "required column is missing:", name, frame.columns, label="It has")
            for name in self.required
            if name not in frame.columns
        ]
        problems += [
            worded(where, "unknown column", name, self.columns, label="The contract has", do="Declare a feature under `extra:`.")
            for name in frame.columns
            if name not in self.columns
        ]
        if problems:
            raise DataError(*problems)
        if self.any_of:
            present = [name for name in self.any_of if name in frame.columns]
            lacking = int(frame[present].isna().all(axis=1).sum()) if present else len(frame)
            if lacking:
                problems.append(f"{where}: {lacking} rows have none of {', '.join(self.any_of)}. Each row needs one of them.")
        try:
            self.schema().validate(frame, lazy=True)
        except errors.SchemaErrors as error:
            problems += _worded_failures(error.failure_cases, self, frame, where)
        if problems:
            raise DataError(*problems)
        return frame[[name for name in self.columns if name in frame.columns]]


def dtype(kind: str, timezone: str = "UTC") -> str:
    """Return the pandas dtype of a kind; times carry `timezone`.

    >>> dtype("count"), dtype("time", "Europe/Berlin")
    ('Int64', 'datetime64[us, Europe/Berlin]')
    """
    return f"datetime64[us, {timezone}]" if kind == "time" else _DTYPES[kind]


def contract(name: str) -> Contract:
    """Return the contract of a table; an unknown name is refused with the nearest right one."""
    if name not in CONTRACTS:
        raise DataError(worded("table", "there is no table", name, CONTRACTS, label="Tables"))
    return CONTRACTS[name]


def group_columns(estimates: pd.DataFrame) -> list[str]:
    """Return the group columns of an ESTIMATES table: all that stand before ``metric``.

    >>> import pandas as pd
    >>> group_columns(pd.DataFrame(columns=["touchpoint_id", "region", "metric", "value"]))
    ['touchpoint_id', 'region']
    """
    names = [str(name) for name in estimates.columns]
    if "metric" not in names:
        raise DataError(worded("estimates", "this is no table of ESTIMATES: it lacks the column", "metric", names, label="It has"))
    return names[: names.index("metric")]


def _parse(
    row: str, columns: str, key: Iterable[str] | None = None, any_of: Iterable[str] = ()
) -> tuple[str, tuple[str, ...], dict, tuple]:
    parsed: dict[str, Column] = {}
    for match in _COLUMN.finditer(columns):
        name, allowed = match["name"], tuple(word.strip() for word in (match["allowed"] or "").split(",") if word.strip())
        suffix = next((kind for end, kind in _KIND_BY_SUFFIX.items() if name.endswith(end)), "text")
        kind = "choice" if allowed else match["kind"] or suffix
        parsed[name] = Column(name, kind, required=not match["optional"], allowed=allowed)
    return row, tuple(key) if key is not None else (next(iter(parsed)),), parsed, tuple(any_of)


def _pandera() -> ModuleType:
    """Import pandera, and leave the environment as it was: for Spark's sake it sets a variable with which pyarrow drops time zones."""
    before = {name: os.environ.get(name) for name in _SPARK}
    import pandera.pandas as pa

    for name in [name for name, value in before.items() if value is None]:
        os.environ.pop(name, None)
    return pa


def _checks(column: Column) -> list[pa.Check]:
    import pandas as pd

    pa = _pandera()

    def is_typed(series: pd.Series) -> bool:
        if column.kind == "time":
            return isinstance(series.dtype, pd.DatetimeTZDtype)
        return str(series.dtype) == dtype(column.kind)

    checks = [pa.Check(is_typed, error=f"is {column.kind}")]
    if column.allowed:
        checks.append(pa.Check.isin(column.allowed))
    if column.kind == "count":
        checks.append(pa.Check.ge(0, error="is negative"))
    return checks


def _worded_failures(cases: pd.DataFrame, of: Contract, frame: pd.DataFrame, where: str) -> list[str]:
    """Word pandera's failure cases, one message for each column and check, with how often it failed and first examples."""
    problems = []
    for (name, check), group in cases.groupby(["column", "check"], sort=False, dropna=False):
        place = f"{where}: {name}"
        if str(check).startswith("isin"):
            problems += [
                worded(place, f"{count} rows have the unknown value", value, of.columns[str(name)].allowed)
                for value, count in group["failure_case"].value_counts().items()
            ]
        elif str(check).startswith("is ") and check != "is negative":
            problems.append(f"{place}: is {frame[str(name)].dtype}, the contract wants {str(check).removeprefix('is ')}.")
        else:
            seen = ", ".join(str(value) for value in group["failure_case"].head(5))
            fault = {"field_uniqueness": "is not unique", "not_nullable": "is missing", "multiple_fields_uniqueness": "is not unique"}
            problems.append(f"{place}: {fault.get(str(check), str(check))} in {len(group)} rows, first: {seen}.")
    return problems


_OFFERS = """{stocking, financing, training, partnership, system_integration, leasing, planning, marketing_support, sales_support,
    used_machines, maintenance, logistics, other}"""
_CHANNELS = "{phone, email, web_form, chat, letter, fax, app, portal, social, in_person, field_visit, callback, other}"
_ITEM_TYPES = """{actual, expected, expected_before, before_contact, first_source, purchase_reason, importance, nps, csat, ces, overall,
    repurchase, brand, contact_value, kano_functional, kano_dysfunctional, expected_hours, competitor, open_text}"""
_WORTH = "{valuable, irritating}"
_ROOT_CAUSES = """{information_gap, missing_self_service, process_failure, product_failure, comprehension, sales_opportunity, feedback}"""

_REASON = f"""reason_id group_id group_de? group_en? label_de label_en phase? {{presales, sales, aftersales}} stage?
    value_customer? {_WORTH} value_company? {_WORTH} treatment? {{{", ".join(TREATMENTS.values())}}} root_cause? {_ROOT_CAUSES}
    failure_demand?:flag concern?:flag sales_signal?:flag overselling_signal?:flag disappointment?:flag repeat_signal?:flag
    secondary_only?:flag pain_point? owner? default_owner? target_channel? {_CHANNELS}"""

_WRITTEN = {
    "contacts": _parse(
        "one interaction",
        f"""contact_id contact_ts channel {_CHANNELS} direction? {{inbound, outbound}}
        customer_id? account_id? person_id? case_id? thread_id? order_id? product_id? touchpoint_id?
        received_by? handled_by? handled_by_type? {{person, bot, mixed}} transfers?:count wait_s? abandoned?:flag handle_s?
        first_response_ts? resolved_ts? due_ts? status?
        outcome? {{resolved, forwarded, callback, sale, no_solution, return, credit, cancelled}}
        document_id? source? weight:number reached?:flag sales_signal?:flag goodwill_amount?:number currency?
        promise_type? promise_due_ts? promise_done_ts? reason_legacy? reason_id? concern_2_id? reason_gold? reason_second? root_cause?
        root_cause_department? text? language? cost?:number local_date? local_hour?:count local_weekday?:count""",
    ),
    "customers": _parse(
        "one customer",
        """customer_id market {b2b, b2c} status {prospect, active, lost} start_date? churn_date? segment? industry? region?
        preferred_channel? business_hours? persona_given? referred_by? revenue_12m?:number currency?""",
    ),
    "accounts": _parse("one B2B account", "account_id size_class? revenue_12m?:number currency? supplier_rating?:number"),
    "persons": _parse(
        "one contact person of an account",
        """person_id account_id role {decision_maker, influencer, information_gatherer, user, unknown} department?
        influence_weight?:number persona_given?""",
    ),
    "responses": _parse(
        "one respondent × item",
        f"""response_id respondent_id customer_id? person_id? account_id? contact_id? case_id? order_id? survey_id wave survey_ts
        touchpoint_id? item_id item_type {_ITEM_TYPES} item_group? value?:number state {{{", ".join(STATES)}}} text? weight:number
        cluster_id? stratum_id? scale_low?:number scale_high?:number""",
        key=("response_id", "item_id"),
    ),
    "touchpoints": _parse(
        "one touchpoint",
        """touchpoint_id name_de name_en? phase {presales, sales, aftersales} stage seq:count mode {online, offline, both}
        influence {direct, indirect} object_type {company, employee, product, service, brand} department?
        operator {own, partner, third_party}
        observable_in {log, survey, both} status {active, planned, obsolete} target_perception?""",
    ),
    "orders": _parse(
        "one order",
        """order_id customer_id order_ts value:number margin?:number currency? seller_id? campaign_id? discount?:number product_id?
        touchpoint_id? offer_id? requested_date? promised_first?:date promised_last?:date date_changes?:count last_change_ts?
        delivered_date? carrier? cancelled_ts? returned_ts?""",
    ),
    "invoices": _parse("one invoice", "invoice_id order_id? issued_ts format layout_version?"),
    "quotes": _parse("one quote", "quote_id customer_id? requested_ts promised_ts? sent_ts? won?:flag"),
    "leads": _parse("one lead", "lead_id customer_id? created_ts first_touch_ts? campaign_id? first_interest_date? won?:flag lost_reason?"),
    "messages": _parse(
        "one outbound message",
        """message_id customer_id case_id? order_id? sent_ts kind {informing, activating} type {purchase_confirmation, delivery_status,
        product_information, payment_terms, next_steps, delay_notice, interim_status, other} document_id?""",
    ),
    "events": _parse(
        "one digital event",
        "event_ts customer_id? session_id? event page? selfservice_result?",
        key=(),
        any_of=("customer_id", "session_id"),
    ),
    "service_levels": _parse(
        "the standard of one reason or channel",
        """reason_id? channel? owner response_h? resolution_h? clock {calendar, business} target_share:number threshold_s?
        variant {offered, removed, positive}""",
        key=(),
        any_of=("reason_id", "channel"),
    ),
    # what is no concern of a customer has a row too, for its words, but no values and no treatment
    "reasons": _parse("one reason of the taxonomy", _REASON),
    "reasons_standard": _parse("one reason of the standard taxonomy, before a client changed it", _REASON),
    "reason_phrases": _parse("words by which customers give one reason away", "reason_id language phrase", key=()),
    "contact_reasons": _parse(
        "the reason of one contact",
        """contact_id reason_id? probability?:number alternative_1? alternative_2? concern_2_id? unassigned:flag
        source {label, model, rule, legacy}""",
    ),
    "topics": _parse(
        "one group of contacts that no reason fits: a candidate for a new one",
        "topic words? example_ids? n:count share:number stability?:number note?",
    ),
    "personas": _parse(
        "the persona of one person or customer",
        "person_id? customer_id? persona probability?:number source {given, assigned, clustered, none}",
        key=(),
        any_of=("person_id", "customer_id"),
    ),
    "account_scores": _parse(
        "how the people of one account judge us",
        """account_id persons:count buyers:count users:count mean:number by_influence:number by_role:number decision_maker?:number
        lowest:number buyer_score?:number user_score?:number gap?:number supplier_rating?:number disagree:flag at_risk:flag""",
    ),
    "offers": _parse("one service offered", f"offer_id name_de name_en? offer_type {_OFFERS} stage margin_share?:number"),
    "incidents": _parse(
        "one critical incident", "incident_id respondent_id? touchpoint_id sign {positive, negative} severity:count incident_ts? text?"
    ),
    "employee_notes": _parse(
        "one staff observation",
        """note_id note_ts department touchpoint_id? kind {observation, estimate_actual, estimate_expected, idea} value?:number text?""",
    ),
    "reviews": _parse("one public review", "review_ts source rating?:number touchpoint_id? text?", key=()),
    "actions": _parse(
        "one action taken or proposed",
        """action_id name_de name_en? touchpoint_id? reason_id? type {process, it, organisation, communication, training}
        aim {meet, exceed} departments channels? effect_on {contacts, actual, sales} effect_low?:number effect_mode?:number
        effect_high?:number cost_once?:number cost_year?:number currency? depends_on? start_date? comparison? owner? finding?""",
    ),
    "principles": _parse("one sentence of the Kundenleitbild", "principle_id text_de text_en?"),
    "principle_ratings": _parse(
        "one rater's judgement of one touchpoint by one principle",
        "principle_id touchpoint_id rater fit:number",
        key=("principle_id", "touchpoint_id", "rater"),
    ),
    "goals": _parse("one department's goal", "department kpi target:number direction {up, down} value?:number period", key=()),
    "invitations": _parse(
        "one invitation to a survey", "respondent_id wave sent_ts responded:flag stratum?", key=("respondent_id", "wave")
    ),
    "documents": _parse("one document sent to customers", "document_id name kind text?"),
    "questions": _parse("one question of the suite", "question_id question_de question_en notebook function needs"),
    "sources": _parse(
        "one source as intake took it in",
        "source table file? rows_read:count rows_dropped:count rows_kept:count failed_cells:count oldest_ts? newest_ts? sha256?",
    ),
    "intake": _parse(
        "one thing that intake did to one source, with the rows or cells it befell",
        "source step {rows_read, rows_dropped, rows_kept, rows_noted, failed_cells} reason? detail? count:count",
        key=(),
    ),
    "joins": _parse(
        "how one id joins one table to its home; contacts to earlier ones of the same customer",
        "table id:text home rows:count known:count found?:count",
        key=("table", "id", "home"),
    ),
    "elements": _parse("one column or kind of survey item that holds values", "table element filled:count", key=("element",)),
}
# by the suite itself, never read from a client's file
MADE = (
    "contact_reasons",
    "reason_phrases",
    "reasons_standard",
    "topics",
    "personas",
    "account_scores",
    "questions",
    "sources",
    "elements",
    "intake",
    "joins",
)

CONTRACTS: dict[str, Contract] = {name: Contract(name, row, key, columns, any_of) for name, (row, key, columns, any_of) in _WRITTEN.items()}

# the moment that a row of a table tells of: what periods and calendars go by
CLOCKS = {
    "responses": "survey_ts",
    "contacts": "contact_ts",
    "events": "event_ts",
    "messages": "sent_ts",
    "reviews": "review_ts",
}
# columns that intake works out of the moment, on the client's own clock
CALENDAR = ("local_date", "local_hour", "local_weekday")
# days and times that are planned and may lie ahead; every other one tells what has happened
PLANNED = ("due_ts", "promise_due_ts", "promised_ts", "promised_first", "promised_last", "requested_date", "start_date", "churn_date")

# columns that hold a share, 0 to 1; an export often has them in percent
SHARES = ("target_share", "margin_share")
