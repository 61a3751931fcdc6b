"""The client's own words: names of touchpoints, items, principles and reasons, of features and of their values."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from cxlib.params import Params
from cxlib.report.words import Words
from cxlib.tables import CONTRACTS

__all__ = ["labels"]


def labels(params: Params, load: Callable[[str], pd.DataFrame], language: str) -> dict[str, dict[str, str]]:
    """Return column → {value: its words in one language}; under ``column`` the names of declared features.

    Parameters
    ----------
    params : Params
        Declared features, items and labels; a label goes before a name from a table.
    load : callable
        Returns a contract table by name.
    language : {"de", "en"}
    """
    named: dict[str, dict[str, str]] = {"column": {}}
    for features in params.extra.values():
        named["column"] |= {column: getattr(feature, language) for column, feature in features.items()}
    named["touchpoint_id"] = _named(load("touchpoints"), "touchpoint_id", "name", language)
    named["bought_at"] = named["touchpoint_id"]
    named["offer_id"] = _named(load("offers"), "offer_id", "name", language)
    actions = load("actions")
    named["action_id"] = _named(actions, "action_id", "name", language) if "action_id" in actions else {}
    named["document_id"] = dict(load("documents")[["document_id", "name"]].dropna().itertuples(index=False, name=None))
    named["principle_id"] = _named(load("principles"), "principle_id", "text", language)
    reasons = load("reasons")
    named["reason_id"] = _named(reasons, "reason_id", "label", language)
    if f"group_{language}" in reasons:
        groups = reasons[f"group_{language}"].fillna(reasons["group_id"])
        named["group_id"] = dict(zip(reasons["group_id"], groups, strict=True))
    items = {item.item_id or header: item for source in params.sources.values() for header, item in source.items.items()}
    named["item_id"] = {name: getattr(item, language) for name, item in items.items() if getattr(item, language)}
    named["outcome_id"] = named["item_id"]
    named |= _of_personas(params, language)
    named |= {f"step_{number}": named.get(params.channels.path, {}) for number in range(1, params.channels.steps + 1)}
    for column, told in params.labels.items():
        named[column] = {**named.get(column, {}), **{value: getattr(label, language) for value, label in told.items()}}
    named["series"] = named["item_id"]
    important = [name for name, item in items.items() if item.item_type == "importance"]
    named["matters"] = _bare({name: text for name, text in named["item_id"].items() if name in important})
    named["compared"] = _of_comparisons(actions, named)
    words = Words(language, named)
    named["feature"] = {name: named["item_id"].get(name) or words.column(name) for name in params.person_columns}
    named["feature_2"] = named["feature"]
    named["trait"] = {name: words.column(name) for name in params.monitoring.fields}
    named["answer"] = {**_of_features(params, named, language), **named.get("answer", {})}
    return named


def _bare(named: dict[str, str]) -> dict[str, str]:
    """Names of questions without what all of them end with after a comma: it only says what kind of question they are."""
    ends = {text.rpartition(", ")[2] for text in named.values()}
    alike = len(ends) == 1 and len(named) > 1
    return {name: text.rpartition(", ")[0] or text if alike else text for name, text in named.items()}


def _of_comparisons(actions: pd.DataFrame, named: dict[str, dict[str, str]]) -> dict[str, str]:
    """Words of the groups that actions are compared by, whatever column they are told in."""
    told = actions["comparison"].dropna() if "comparison" in actions else pd.Series(dtype="str")
    columns = dict.fromkeys(text.partition(":")[0].strip() for text in told)
    return {value: word for column in columns for value, word in named.get(column, {}).items()}


def _of_features(params: Params, named: dict[str, dict[str, str]], language: str) -> dict[str, str]:
    """Words of what the columns of a person hold: the client's own, and those of the contracts."""
    words = Words(language, named)
    said: dict[str, str] = {}
    allowed = {name: column.allowed for table in ("customers", "persons", "contacts") for name, column in CONTRACTS[table].columns.items()}
    allowed["preferred_channel"] = allowed["channel"]
    for column in dict.fromkeys((*params.person_columns, *params.monitoring.fields)):
        base = column.removesuffix("_mostly")
        said |= {value: words.label(base, value) for value in (*allowed.get(base, ()), *named.get(base, {}))}
    return said


def _of_personas(params: Params, language: str) -> dict[str, dict[str, str]]:
    """Names of the personas that the client has defined, and what their cards say that no data tell."""
    defined = params.personas.defined
    told = {
        f"persona_{key}": {name: getattr(each, key) for name, each in defined.items() if getattr(each, key)} for key in ("wants", "avoid")
    }
    said = {key: {name: getattr(label, language) for name, label in labelled.items()} for key, labelled in told.items()}
    return {"persona": {name: getattr(each, language) for name, each in defined.items()}, **said}


def _named(table: pd.DataFrame, key: str, column: str, language: str) -> dict[str, str]:
    """Return key → name; where the language's own is missing, the German one."""
    names = table[f"{column}_de"]
    if f"{column}_{language}" in table:
        names = table[f"{column}_{language}"].fillna(names)
    return dict(zip(table[key], names, strict=True))
