"""A whole simulated client in a project: clean tables of any size, market and completeness, and the params file that takes them in.

The demo's params describe the house (hours, scales, questions, reasons, costs); here they are kept as far as this client has the tables for
them. Tables come as Parquet without dirt, surveys as their institute delivers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from cxlib.errors import CxError, worded
from cxlib.simulate.company import complete, public, systems
from cxlib.simulate.exports import surveys
from cxlib.simulate.plan import COMPLETENESS, MARKETS, Plan

__all__ = ["SETTINGS", "study", "write_client"]

SETTINGS = Path("params") / "demo.yml"
LATE_AT_THE_END = 0.005  # share of contacts of the last evening, which nobody could answer in the period
SIZES = (0.25, 0.5, 1.0, 0.1)
SURVEYS = {"wave_1": "Befragung_Welle1.sav", "wave_2": "Befragung_Welle2.sav", "after_contact": "Nachbefragung_Ticket.csv"}
NEEDS = {  # sections of the params that say nothing without a table
    "responses": (
        "scores",
        "gaps",
        "weights",
        "reliability",
        "asymmetry",
        "drivers",
        "moments",
        "loyalty",
        "personas",
        "roles",
        "monitoring",
    ),
    "contacts": ("classify", "labelling", "discover", "quality", "pain_points", "personas", "monitoring"),
    "customers": ("personas", "roles"),
    "orders": ("promises",),
}


def study(count: int, seed: int = 1) -> dict[str, Plan]:
    """Return plans of different clients by name: every market and completeness, four sizes, each with a seed of its own.

    >>> plans = study(50)
    >>> len(plans), plans["sim02"].market, len({plan.seed for plan in plans.values()})
    (50, 'b2c', 50)
    """
    kinds = list(product(SIZES, COMPLETENESS, MARKETS))
    wide = max(len(str(count)), 2)
    return {
        f"sim{number:0{wide}d}": Plan(seed=seed + number, size=size, market=market, completeness=completeness)
        for number, (size, completeness, market) in enumerate(islice(cycle(kinds), count), start=1)
    }


def write_client(plan: Plan, project: Path, name: str) -> Path:
    """Write raw tables and params of one simulated client into a project.

    Parameters
    ----------
    plan : Plan
    project : Path
        Holds ``params/demo.yml``, from which what describes the house is taken.
    name : str
        The client's; neither its params nor its data may be there yet.

    Returns
    -------
    Path
        ``params/<name>.yml``; the tables are in ``data/<name>/raw``. The truth is nowhere in the project.

    Raises
    ------
    CxError
        Where a client of this name is there.
    """
    params, raw = project / "params" / f"{name}.yml", project / "data" / name / "raw"
    if params.exists() or raw.exists():
        raise CxError(worded("client", "there is one already, and nothing is written over it", name))
    made = systems(plan)[0]
    hidden = made["customers"]  # the demo's export tells a customer's class and account
    classed = made | {"customers": hidden.assign(size_class=hidden["_size_class"], account_id=hidden["_account_id"])}
    tables = complete(plan, {table: public(rows) for table, rows in classed.items() if not table.startswith("_")})
    if "persons" in tables:
        tables["persons"] = tables["persons"].dropna(subset="account_id").reset_index(drop=True)
    tables = {table: rows for table, rows in tables.items() if len(rows)}
    raw.mkdir(parents=True)
    settings = yaml.safe_load((project / SETTINGS).read_text(encoding="utf-8"))
    sources = _surveys(replace(plan, completeness="full"), made, tables, settings["sources"], raw)
    for table, rows in tables.items():
        if table not in ("responses", "invitations"):
            sources[table] = _stored(table, rows, raw)
    if "contacts" in sources:
        sources["contacts"]["max_failed_share"] = LATE_AT_THE_END
    told = _settings(plan, name, settings, tables) | {"sources": sources}
    params.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return params


def _stored(table: str, rows: pd.DataFrame, raw: Path) -> dict[str, Any]:
    known = rows.dropna(axis="columns", how="all")  # a column without a single value is none
    known.to_parquet(raw / f"{table}.parquet", index=False)
    return {"table": table, "file": f"{table}.parquet", "format": "parquet", "columns": {column: column for column in known}}


def _surveys(
    plan: Plan, made: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame], sources: Mapping[str, Any], raw: Path
) -> dict[str, Any]:
    """Write the surveys that the client has, and return their sources."""
    if "responses" not in tables:
        return {}
    surveys.write(plan, made, raw)
    kept = {name: sources[name] for name in (*SURVEYS, "invitations")}
    if "contacts" not in tables:  # who was asked after a contact cannot be told
        (raw / SURVEYS["after_contact"]).unlink()
        del kept["after_contact"]
    return kept


def _settings(plan: Plan, name: str, settings: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the demo's settings that this client has tables for."""
    gone = {section for table, sections in NEEDS.items() if table not in tables for section in sections}
    if plan.completeness == "no_costs":
        gone.add("costs")
    told = {section: value for section, value in settings.items() if section not in gone}
    told |= {"client": name, "name": f"{settings['name']} · {name}", "market": plan.market, "seed": plan.seed}
    return told | {"period": {"start": plan.start, "end": plan.end}, "as_of": plan.end}
