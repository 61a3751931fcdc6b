"""The short survey after a contact: satisfaction, effort and use of that one contact, with what went wrong in it taken off."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.experiences import DEDUCTIONS
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan, stream

__all__ = ["ANSWERED", "after_contact"]

ANSWERED = 1150
SURVEYED = ("phone", "email", "web_form", "chat")
SATISFIED, SPREAD = 8.0, 1.5  # points (0–10) of a contact in which nothing went wrong
SOLVED = {"resolved": 0.5, "sale": 0.6, "credit": 0.3, "forwarded": -0.4, "callback": -0.3, "no_solution": -1.2}
USEFUL = {"presales_information": 1.2, "quote": 1.0, "usage_service": 0.9, "growth_feedback": 1.0, "order": 0.5, "contract": 0.3}
DISTURBING = {"delivery": -0.9, "billing": -1.0, "follow_up": -1.1, "accessibility": -1.3, "complaint": -0.5, "onboarding": -0.2}
TRIED = {"nothing": 35, "portal": 18, "colleague": 17, "documentation": 13, "search": 11, "other_channel": 6}
ITEMS = {  # item: type, group, low, high
    "contact_satisfaction": ("csat", "contact", 0.0, 10.0),
    "contact_ease": ("ces", "contact", 1.0, 7.0),
    "contact_use": ("contact_value", "contact", 1.0, 5.0),
    "tried_before": ("before_contact", "contact", np.nan, np.nan),
}
WILLING = {"phone": 1.0, "email": 0.8, "web_form": 0.8, "chat": 1.6}


def after_contact(plan: Plan, people: People, contacts: pd.DataFrame, met: pd.DataFrame) -> pd.DataFrame:
    """Return the answers.

    Parameters
    ----------
    contacts : DataFrame
        The log with its hidden columns.
    met : DataFrame
        Of :func:`cxlib.simulate.experiences.experiences`.

    Returns
    -------
    DataFrame
        Rows of the contract table responses: survey_id ``after_contact``, wave (quarter), linked by contact_id and case_id; items
        contact_satisfaction (csat, 0–10), contact_ease (ces, 1–7), contact_use (contact_value, 1–5), tried_before (before_contact, words).
    """
    rng = stream(plan, "after_contact")
    chosen = _chosen(plan, rng, contacts)
    customers = people.customers.set_index("customer_id")
    hit = pd.crosstab(met["contact_id"], met["pain_point"]).reindex(index=chosen["contact_id"], columns=list(DEDUCTIONS), fill_value=0) > 0
    lost = hit.to_numpy(dtype="float64") @ np.array(list(DEDUCTIONS.values())) * plan.effects.pain_points
    luck = chosen["customer_id"].map(customers["_quality"]).fillna(0.0).to_numpy()
    solved = chosen["outcome"].map(SOLVED).fillna(0.0).to_numpy(dtype="float64") if "outcome" in chosen else 0.0
    felt = SATISFIED - lost + solved + 0.4 * luck + rng.normal(0, SPREAD, len(chosen))
    group = chosen["_reason"].astype("str").str.split(".").str[0]
    use = group.map(USEFUL | DISTURBING).fillna(0.0).to_numpy(dtype="float64")
    answers = {
        "contact_satisfaction": felt,
        "contact_ease": 0.8 + 0.6 * felt + rng.normal(0, 0.8, len(chosen)),
        "contact_use": 3.1 + use + 0.15 * (felt - SATISFIED) + rng.normal(0, 0.7, len(chosen)),
    }
    tried = rng.choice(np.array(list(TRIED), dtype=object), len(chosen), p=np.array(list(TRIED.values())) / sum(TRIED.values()))
    return pd.concat([_item(rng, chosen, name, answers.get(name), tried) for name in ITEMS]).sort_values("response_id", kind="stable")


def _chosen(plan: Plan, rng: np.random.Generator, contacts: pd.DataFrame) -> pd.DataFrame:
    """Draw the contacts whose customers answered, and say when and who."""
    own = contacts["customer_id"].notna() & contacts["channel"].isin(SURVEYED) & contacts["_reason"].ne("no_customer_concern")
    if "direction" in contacts:
        own &= contacts["direction"].fillna("inbound").eq("inbound")
    last = pd.Timestamp(plan.end).tz_localize("Europe/Berlin") - pd.Timedelta(days=4)
    possible = contacts[own & (contacts["contact_ts"] < last)]
    keys = np.log(possible["channel"].map(WILLING).to_numpy(dtype="float64")) + rng.gumbel(size=len(possible))
    chosen = possible.iloc[np.sort(np.argsort(-keys)[: min(plan.count(ANSWERED), len(possible))])].reset_index(drop=True)
    waited = pd.to_timedelta(np.rint(rng.uniform(60, 3 * 24 * 60, len(chosen))), unit="min")
    chosen["survey_ts"] = (chosen["contact_ts"] + waited).astype("datetime64[us, Europe/Berlin]")
    chosen["response_id"] = [f"N-{number:05d}" for number in range(1, len(chosen) + 1)]
    who = chosen["person_id"].fillna(chosen["customer_id"]) if "person_id" in chosen else chosen["customer_id"]
    return chosen.assign(
        respondent_id="N" + who.astype("str"), wave=chosen["survey_ts"].dt.tz_localize(None).dt.to_period("Q").astype("str")
    )


def _item(rng: np.random.Generator, chosen: pd.DataFrame, name: str, answer: np.ndarray | None, tried: np.ndarray) -> pd.DataFrame:
    kind, group, low, high = ITEMS[name]
    told = rng.random(len(chosen)) >= 0.03
    columns = ["response_id", "respondent_id", "contact_id", "customer_id", "survey_ts", "wave"]
    columns += [column for column in ("person_id", "account_id", "case_id", "touchpoint_id") if column in chosen]
    rows = chosen[columns].assign(survey_id="after_contact", item_id=name, item_type=kind, item_group=group, weight=1.0)
    rows["cluster_id"] = rows["account_id"].fillna(rows["customer_id"]) if "account_id" in rows else rows["customer_id"]
    rows["state"] = np.where(told, "answered", "no_answer")
    rows["value"] = np.nan if answer is None else np.where(told, np.clip(np.rint(answer), low, high), np.nan)
    rows["text"] = pd.Series(tried, index=rows.index).where(told) if answer is None else None
    return rows.assign(scale_low=low, scale_high=high)
