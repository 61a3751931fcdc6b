"""One simulated client: all its tables, and what was planted in them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxlib.simulate import answers, experiences, log, outbound, people, trade, workshop
from cxlib.simulate.plan import Company, Plan, stream
from cxlib.simulate.texts import compose

__all__ = ["company", "complete", "grown", "public", "systems"]

WITHOUT: dict[str, dict[str, tuple[str, ...]]] = {  # tables and columns that a client with less to give lacks
    "log_only": {"keep": ("contacts", "touchpoints")},
    "survey_only": {"keep": ("responses", "touchpoints", "invitations")},
    "no_costs": {"columns": ("cost", "margin", "goodwill_amount", "cost_once", "cost_year", "margin_share", "revenue_12m")},
    "no_text": {"columns": ("text",)},
}


def company(plan: Plan) -> Company:
    """Simulate one client.

    Returns
    -------
    Company
        Contract tables without hidden columns, and the truth.

    >>> small = company(Plan(size=0.02))
    >>> sorted(small.truth)[:3], "contacts" in small.tables
    (['actions', 'coders', 'contacts'], True)
    """
    tables, truth = grown(plan)
    told = {name: public(table) for name, table in tables.items() if not name.startswith("_")}
    told["persons"] = told["persons"].dropna(subset="account_id").reset_index(drop=True)  # others are the customer itself
    return Company(plan, complete(plan, told), truth)


def grown(plan: Plan) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return all tables with their hidden columns, and the truth."""
    tables, of_rows = systems(plan)
    truth: dict[str, pd.DataFrame] = {}
    for part in (people, trade, log, outbound, answers, workshop):
        truth |= part.truth(plan)
    return tables, truth | of_rows


def systems(plan: Plan) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return all tables with their hidden columns, of which exports are made, and what is true of their rows."""
    who = people.people(plan)
    sold = trade.trade(plan, who)
    contacts = log.log(plan, who, sold)
    contacts = _as_exported(plan, contacts)
    composed = _texts(plan, contacts, who, sold)
    contacts = contacts.assign(text=composed["text"], _name=composed["_name"])
    sent = outbound.messages(plan, who, sold, contacts)
    told = answers.answers(plan, who, sold, contacts, sent)
    tables = {
        **{"customers": who.customers, "accounts": who.accounts, "persons": who.persons},
        **vars(sold),
        "contacts": contacts,
        "messages": sent,
        "events": outbound.events(plan, who, sold, contacts),
        "responses": told.responses,
        "invitations": told.invitations,
        **workshop.workshop(plan, told.responses),
    }
    return tables, {
        "contacts": _hidden(contacts, "contact_id").assign(held_out=composed["held_out"]),
        "persons": _hidden(who.persons, "person_id"),
        "orders": _hidden(sold.orders, "order_id"),
        "respondents": told.respondents,
        "pain_point_damage": experiences.damage(plan, told.respondents),
    }


def public(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without its hidden columns."""
    return table[[column for column in table if not column.startswith("_")]]


def _as_exported(plan: Plan, contacts: pd.DataFrame) -> pd.DataFrame:
    """Take away what had not happened yet when the systems were asked, in the night after the period's last day."""
    asked = pd.Timestamp(plan.end, tz="Europe/Berlin") + pd.Timedelta(days=1)
    known = contacts.copy()
    for name in ("first_response_ts", "resolved_ts", "promise_done_ts"):
        known[name] = known[name].where(known[name] < asked)
    ahead = known["resolved_ts"].isna() & contacts["resolved_ts"].notna()
    return known.assign(status=known["status"].where(~ahead, "open"), outcome=known["outcome"].where(~ahead))


def _hidden(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table[[key, *(column for column in table if column.startswith("_"))]]


def _texts(plan: Plan, contacts: pd.DataFrame, who: people.People, sold: trade.Trade) -> pd.DataFrame:
    """Return the texts of contacts that left one (text, held_out: from the drawer that no training sees) and who wrote (_name)."""
    written = contacts[contacts["_has_text"]]
    names = written["_person_id"].map(who.persons.set_index("person_id")["_name"])
    known = written["_order_id"].where(written["_order_id"].notna(), written["order_id"])
    concerns = pd.DataFrame(
        {
            **{"reason": written["_reason"], "second": written["_concern"], "second_first": written["_concern_first"]},
            **{"persona": written["_persona"].fillna("none"), "channel": written["channel"], "language": written["_language"]},
            **{"name": names, "company": written["_customer_id"].map(who.customers.set_index("customer_id")["_company"])},
            **{"order_id": known, "promised": known.map(sold.orders.set_index("order_id")["promised_last"])},
            **{"invoice_id": written["_invoice_id"], "case_id": written["case_id"], "customer_id": written["_customer_id"]},
            **{"product": written["product_id"], "ts": written["contact_ts"]},
        }
    )
    composed = compose(concerns, stream(plan, "texts"))[["text", "held_out"]].assign(_name=names)
    return composed.reindex(contacts.index)


def complete(plan: Plan, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Take away what a less complete client does not have."""
    without = WITHOUT.get(plan.completeness, {})
    kept = {name: table for name, table in tables.items() if name in without.get("keep", tables)}
    return {name: table.drop(columns=[column for column in without.get("columns", ()) if column in table]) for name, table in kept.items()}
