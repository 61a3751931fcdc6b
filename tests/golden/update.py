"""Golden tables: the demo client's figures as CSV, whose every change shows as a diff to be reviewed.

``python tests/golden/update.py`` writes them anew; ``tests/test_golden.py`` compares.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from cxlib import estimates, intake
from cxlib.contacts import (
    before_purchase,
    channels,
    handoffs,
    outlook,
    pain_points,
    profile,
    promises,
    repeats,
    service_standards,
    volume,
    welcome,
)
from cxlib.customers import personas, roles
from cxlib.decisions import actions, inventory, monitoring, opportunities
from cxlib.intake import readiness
from cxlib.params import Params, load
from cxlib.reasons import classify, complete, quality, taxonomy, value
from cxlib.survey import asymmetry, drivers, gaps, incidents, loyalty, principles, scores
from cxlib.survey.moments import moments

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent / "demo"
AT_COMPLAINTS = {"touchpoint_id": ["T39"]}  # complaints as far as they are known before notebook 03 names reasons


def tables(project: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the golden tables of the demo client: name, ESTIMATES. Draws are left out; that they repeat, the suite's own tests show."""
    params = load(project, "demo")
    prepared = intake.prepare(project, params)
    for part in (
        of_readiness,
        of_inventory,
        of_volume,
        of_reasons,
        of_personas,
        of_value,
        of_pain_points,
        of_before_purchase,
        of_welcome,
        of_promises,
        of_outlook,
        of_opportunities,
        of_standards,
        of_scores,
        of_loyalty,
        of_drivers,
        of_moments,
        of_actions,
        of_monitoring,
    ):
        yield from part(params, prepared.table)


def of_readiness(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 00."""
    elements = table("elements")
    yield "questions", readiness.questions(table("questions"), elements)
    yield "rows_taken_in", readiness.waterfall(table("intake"))
    yield "sources", readiness.sources(table("sources"), as_of=params.last_day, max_data_age_days=params.readiness.max_data_age_days)


def of_inventory(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 01."""
    touchpoints, contacts = table("touchpoints"), table("contacts")
    found = inventory.records(touchpoints, contacts=contacts, orders=table("orders"), responses=table("responses"))
    seen = {"records": found, "min_records": params.inventory.min_records}
    yield "touchpoint_records", found
    grouped = [inventory.coverage(touchpoints, by=by, **seen) for by in ([], ["phase"], ["stage"], ["department"])]
    yield "inventory_coverage", estimates.stack(*grouped)
    yield "touchpoint_owners", inventory.owners(touchpoints, table("service_levels"))
    yield "usual_touchpoints", inventory.missing(touchpoints, usual=params.inventory.usual)
    yield "inventory_check", inventory.check(touchpoints, **seen)
    yield "unlisted_contacts", inventory.unlisted(touchpoints, inventory.records(touchpoints, contacts=contacts, by=["channel"]))
    yield "services_by_stage", inventory.offers(table("offers"), touchpoints)


def of_personas(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 04, without the reasons that notebook 03 finds."""
    log = volume.without_busiest(volume.logged(table("contacts")), above=params.volume.busiest or 1.0)
    answers, persons, customers = table("responses"), table("persons"), table("customers")
    laid = profile.by_unit(log, split=params.profile.split, opening=params.opening, period=params.counting["period"])
    said = {"responses": answers, "items": params.persona_items, "mostly": params.profile.split}
    who = personas.people(customers, persons, profiles=laid, unit=params.personas.unit, **said)
    assigned = personas.assign(who, **params.assigning)
    few = {"draws": 20, "seed": params.seed, "level": params.level}
    yield "persona_shares", personas.shares(assigned, defined=list(params.personas.defined), **few | {"draws": 0})
    yield "persona_profiles", personas.describe(who, assigned, features=params.personas.features, **few).drop(columns="draws")
    found = personas.fit(who, **params.clustering | few | {"starts": 6, "rounds": 5, "most": 5})
    yield "class_evidence", found.evidence
    yield "class_agreement", personas.agreement(assigned, found.members, level=params.level)
    counting = params.counting | {"draws": 0}
    yield "service_need", profile.service_need(log, personas.as_table(assigned), by=["channel"], opening=params.opening, **counting)
    yield "preferred_channel", channels.preferred(log, customers, min_n=params.min_n, **counting)
    judged = roles.accounts(answers, persons, table("accounts"), **params.judging).estimates
    yield "account_sides", judged.drop(columns="draws")
    chance = params.chance | {"draws": 0}
    yield "role_needs", roles.needs(answers, persons, item_types=params.roles.item_types, **chance)
    yield "role_values", roles.values(answers, persons, groups=params.roles.value_groups, **chance)


def of_volume(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 02."""
    contacts, orders, customers = table("contacts"), table("orders"), table("customers")
    log, counting = volume.logged(contacts), params.counting | {"draws": 0}
    yield "volume_by_hour", volume.by_hour(log, **counting)
    yield "volume_by_day", estimates.stack(*[volume.by_day(log, calendar=of, **counting) for of in ("", "local_weekday", "month")])
    yield "volume_by_channel", volume.by_channel(log, min_n=params.min_n, **counting)
    yield "volume_by_touchpoint", volume.by_touchpoint(log, **counting)
    yield "volume_tallied", volume.tallied(contacts, by=["source", "channel"], **params.chance | {"draws": 0})
    yield "contacts_per_order", volume.contacts_per(log, orders, **counting)
    yield "contacts_per_customer", volume.contacts_per(log, customers, per="customers", **counting)
    yield "life_cycle", volume.life_cycle(log, orders, **counting)
    yield "by_order", volume.by_order(log, orders, **counting)
    yield "volume_standardised", volume.standardised(log, customers, by=params.volume.by[0], adjust=params.volume.adjust, **counting)
    yield "volume_trend", volume.trend(log, customers, **counting)
    yield "log_faults", estimates.stack(*[check(log, period=counting["period"]) for check in (volume.faults, volume.busiest)])
    yield from of_journeys(params, table, volume.without_busiest(log, above=params.volume.busiest or 1.0), counting)
    settled = {"event": params.service_standards.event, "as_of": params.known_until, **counting}
    grouped = [service_standards.attainment(log, by=by, **settled) for by in ([], *([name] for name in params.service_standards.by))]
    yield "attainment", estimates.stack(*grouped)
    yield "volume_known", volume.known(log, period=counting["period"])


def of_journeys(
    params: Params, table: Callable[[str], Any], log: pd.DataFrame, counting: dict[str, Any]
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 02: more than one attempt, passed on, from channel to channel."""
    again = [of(log, **defined, **counting) for of in (repeats.rate, repeats.first_contact_resolution) for defined in params.again]
    yield "repeats", estimates.stack(*again)
    yield "first_failed", channels.first_failed(log, **params.again[-1], **counting)
    passed = [handoffs.transfers(log, **counting), *[of(log, **params.passing, **counting) for of in (handoffs.chains, handoffs.ping_pong)]]
    yield "handoffs", estimates.stack(*passed)
    yield "resolved_by_transfers", handoffs.by_outcome(log, **counting)
    case = {"case": params.channels.case, **counting}
    yield "channel_mix", channels.mix(log, min_n=50 * params.min_n, **counting)
    yield "switching", channels.switching(log, min_n=params.min_n, **case)
    yield "breaks", channels.breaks(log, table("touchpoints"), table("responses"), **case)
    steps = {"column": params.channels.path, "steps": params.channels.steps, "most": params.channels.most, **case}
    yield "paths", channels.paths(log, least=2, **steps)
    yield "conformance", channels.conformance(log, table("touchpoints"), params.journeys, **case)


def of_reasons(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 03, as far as it goes without a model: by the reasons that people gave."""
    contacts, reasons = complete(table("contacts")), table("reasons")
    counting = {"weight": "weight", "cluster": params.volume.cluster, "count": "contact_id", **params.chance, "draws": 0}
    yield "cross_walk_labels", quality.cross_walk(contacts, new="reason_gold", min_n=params.min_n, **counting)
    yield "coder_agreement", quality.agreement(contacts, known=list(reasons["reason_id"]), **counting)
    yield "taxonomy_changes", taxonomy.overrides(reasons, table("reasons_standard"))
    yield "taxonomy_problems", taxonomy.problems(reasons, table("reason_phrases"))


def of_standards(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 13."""
    log, levels, counting = volume.logged(table("contacts")), table("service_levels"), params.counting | {"draws": 0}
    orders, messages, chance = table("orders"), table("messages"), params.chance | {"draws": 0}
    settings, clock = params.service_standards, service_standards.clock(**params.clock)
    until = {"as_of": params.known_until}
    ruled = {"clock": clock, **until, **counting}
    yield "attainment_response", service_standards.attainment(log, levels, by=["channel"], event="response", **ruled)
    times = [service_standards.times(log, by=["channel"], event=event, **ruled) for event in ("response", "resolution")]
    yield "answer_times", estimates.stack(*times)
    yield "follow_up_replies", service_standards.follow_up_replies(log, **until, **counting)
    yield "abandonment", service_standards.abandonment(log, **counting)
    sides = {"quotes": table("quotes"), "clock": clock, "timezone": params.timezone, "asked": params.sampling | {"draws": 0}}
    yield "proposed_targets", service_standards.proposed(log, table("responses"), levels, **sides, **until, **counting)
    yield "perceived", service_standards.perceived(log, table("responses"), levels, **ruled)
    yield "owners", service_standards.owners(table("reasons"), levels)
    yield "backlog", service_standards.backlog(log, by=["channel"], channels=settings.written, **until, **counting)
    yield "promises_kept", service_standards.promises_kept(log, by=["promise_type"], **until, **counting)
    yield "dates_kept", service_standards.dates_kept(orders, as_of=params.last_day, **chance)
    yield "change_notice", service_standards.change_notice(orders, messages, **chance)
    span = {"window_days": settings.window_days, "follow_days": settings.follow_days, "about": AT_COMPLAINTS, "clock": clock}
    who = {"customers": table("customers"), "adjust": params.volume.adjust}
    yield "reliability", service_standards.reliability(log, orders, messages, service_levels=levels, **who, **span, **until, **chance)
    yield "goodwill", service_standards.goodwill(service_standards.complaints(log, AT_COMPLAINTS), **counting)
    rated = (table("principles"), table("principle_ratings"))
    yield "principle_standards", service_standards.principles(*rated, levels, log, table("touchpoints"), **ruled)


def of_value(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 05, on the contacts that people assigned by hand: what a model says of the others, notebook 03 checks."""
    contacts, reasons = complete(volume.logged(table("contacts"))), table("reasons")
    labelled = contacts.assign(reason_id=contacts["reason_gold"], unassigned=contacts["reason_gold"].isna())
    told = labelled[~labelled["unassigned"]]
    model = classify.fit(told["text"], told["reason_id"], seed=params.seed, promised=0.5)
    sampled = {"cluster": params.volume.cluster, "weight": "weight", "count": "contact_id", **params.chance | {"draws": 0}}
    outside = list(reasons.loc[~reasons["concern"].fillna(True), "reason_id"])
    said = told[["contact_id", "reason_id", "unassigned", "customer_id", "weight"]].assign(source="label")
    shares = quality.corrected_shares(said, model, outside=outside, **sampled | {"draws": 100})
    known = value.told_of(table("responses"), labelled)
    useful = estimates.stack(*[scores.contact_value(known, by=by, **params.sampling | {"draws": 0}) for by in ((), ("reason_id",))])
    bought = value.bought_after(labelled, table("orders"), window_days=params.value.window_days, **sampled)
    evidence = estimates.stack(useful, bought)
    rated = value.matrix(reasons, evidence=evidence, shares=shares, neutral=params.value.neutral, level=params.level)
    yield "value_evidence", evidence
    yield "contact_value", rated.estimates.drop(columns="draws")
    yield "avoidable", value.avoidable(shares, rated.reasons, level=params.level).drop(columns="draws")
    yield "value_flips", value.flips(shares, rated.reasons, level=params.level).drop(columns="draws")
    yield "relief", value.relief(shares, rated.reasons, labelled, outside=outside, **params.relieving).drop(columns="draws")
    yield "causes", value.causes(shares, reasons, level=params.level).drop(columns="draws")
    yield "protected", value.protected(labelled, reasons, protect=params.value.protect, **sampled)
    yield "self_service", value.self_service(shares, reasons, labelled, table("events"), **sampled).drop(columns="draws")
    yield "comprehension", value.comprehension(labelled, reasons, table("documents"), table("messages"), **sampled)
    yield "reason_routes", value.routes(labelled, reasons, **sampled)
    yield "failures_per_order", value.failure_demand(shares, reasons, labelled, table("orders"), outside=outside).drop(columns="draws")


def of_actions(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 16, on reasons that people assigned by hand and on ratings alone: what the other pages would save is made here in short."""
    contacts, reasons, responses = complete(volume.logged(table("contacts"))), table("reasons"), table("responses")
    labelled = contacts.assign(reason_id=contacts["reason_gold"], unassigned=contacts["reason_gold"].isna())
    told = labelled[~labelled["unassigned"]]
    sampled = {"cluster": params.volume.cluster, "weight": "weight", "count": "contact_id", **params.chance | {"draws": 100}}
    each = [estimates.share(told.assign(flag=told["reason_id"].eq(name).astype(float)), "flag", **sampled) for name in reasons["reason_id"]]
    shares = pd.concat([part.assign(reason_id=name) for part, name in zip(each, reasons["reason_id"], strict=True)], ignore_index=True)
    shares = shares[["reason_id", *[name for name in shares if name != "reason_id"]]].assign(metric="reason_share")
    asked = params.sampling | {"draws": 100}
    saved = {
        "reason_shares": shares,
        "reason_load": value.reason_load(shares, reasons, labelled, **params.loading),
        "touchpoint_load": value.touchpoint_load(labelled, reasons, customers=2400, **params.loading, **sampled),
        "reason_at_touchpoint": quality.concentration(told, by="touchpoint_id", min_n=10, **sampled),
        "gaps": gaps.gap(responses, by=["touchpoint_id"], **asked),
        "usage": scores.usage(responses, **asked),
        "drivers": drivers.fit(responses, outcome=params.outcomes[0], items=params.compared, **asked).estimates,
        "customer_value": loyalty.customer_value(
            table("customers"), orders=table("orders"), as_of=params.last_day, **params.chance | {"draws": 100}
        ),
    }
    weighing = params.weighing | {"draws": 100}
    protect = value.named(reasons, params.value.protect)
    worth = actions.weigh(table("actions"), table("touchpoints"), reasons, saved=saved, protect=protect, **weighing)
    ranked = actions.rank(worth)
    yield "reason_load", saved["reason_load"].drop(columns="draws")
    yield "touchpoint_load", saved["touchpoint_load"].drop(columns="draws")
    yield "action_ranking", ranked.drop(columns="draws")
    yield "action_plan", actions.plan(worth, budget=params.actions.budget).drop(columns="draws")
    yield "action_flips", actions.flips(worth)
    yield "action_lenses", actions.lenses(worth).drop(columns="draws")
    found = inventory.records(table("touchpoints"), contacts=table("contacts"), responses=responses)
    told_of = {"gaps": saved["gaps"], "usage": saved["usage"], "decided": params.inventory.decided, "tolerance": params.inventory.tolerance}
    future = inventory.life_cycle(table("touchpoints"), found, **told_of)
    yield "touchpoint_life_cycle", future
    beside = {"items": params.rated_touchpoints, "life_cycle": future, "ranking": ranked, "worth": worth, "draws": 100}
    yield "touchpoint_scorecard", actions.scorecard(table("touchpoints"), reasons, saved=saved, **beside)
    pulls = {"goal_effects": params.promises.goal_effects, "moves": params.actions.moves}
    yield "action_conflicts", actions.conflicts(worth, table("goals"), **pulls)
    yield "decision_log", actions.decision_log(worth)


def of_outlook(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 14, and the contact routes of notebook 10."""
    wanted, around, counting = params.outlook, params.around | {"draws": 0}, params.counting | {"draws": 0}
    log = volume.without_busiest(volume.logged(table("contacts")), above=params.volume.busiest or 1.0)
    events, responses, asked = table("events"), table("responses"), params.sampling | {"draws": 0}
    yield "minute_by_minute", outlook.minute_by_minute(log, events, **around)
    yield "event_lift", outlook.event_lift(log, events, windows={"before": (-60, 0), "after": (0, 60)}, **around)
    yield "event_quality", outlook.event_quality(log, events, **around)
    yield "digital_first", outlook.digital_first(log, events, **around)
    yield "tried_before", outlook.tried_before(log, responses, phrases=wanted.tried_phrases, asked=asked, **counting)
    yield "ideas", outlook.ideas(log, responses, table("employee_notes"), events, services=wanted.services, **counting)
    yield "failed_searches", outlook.failed_searches(events, **params.chance | {"draws": 0})
    yield "staff_notes", outlook.staff_notes(log, table("employee_notes"), responses, asked=asked, **counting)
    yield "routes", channels.routes(log, responses, events, **counting)


def of_opportunities(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 15, without the reasons that notebook 03 finds and the trade-off that rests on them."""
    log = volume.without_busiest(volume.logged(table("contacts")), above=params.volume.busiest or 1.0)
    reasons, orders, customers, offers = (table(name) for name in ("reasons", "orders", "customers", "offers"))
    settings, known = params.opportunities, {"customers": customers, **params.ordering, "draws": 0}
    told = [opportunities.signals(log, reasons, orders, by=by, **known) for by in ((), ("channel",))]
    yield "signals", estimates.stack(*told)
    ended = {"solved": settings.solved, "satisfied": settings.satisfied, **known}
    results = [opportunities.contact_results(log, orders, table("responses"), by=by, **ended) for by in ((), ("channel",))]
    yield "contact_results", estimates.stack(*results)
    guarded = params.guarding | {"about": {"touchpoint_id": ["T39"]}, "draws": 0}  # no contact has a reason before notebook 03
    yield "guard_rails", opportunities.guard_rails(log, customers, **guarded)
    yield "repurchase", opportunities.repurchase(log, orders, customers, reasons, **params.rebuying | {"draws": 0})
    paths = {"window_days": settings.path_days, "min_n": settings.min_n, **params.counting, "draws": 0}
    yield "multi_touch", opportunities.multi_touch(log, orders, customers, **paths)
    sold = {"currency": params.costs.currency, "cluster": params.volume.cluster, "min_n": params.min_n, "level": params.level}
    margins = [opportunities.offer_margin(orders, offers, customers, by=by, **sold) for by in ((), ("segment",))]
    yield "offer_margin", estimates.stack(*margins)
    yield "offer_reach", opportunities.offer_reach(orders, offers, customers, by=settings.offers_by, min_n=params.min_n, level=params.level)


def of_pain_points(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 06."""
    pain, chance = params.pain_points, params.chance | {"draws": 0}
    counting, known = params.counting | {"draws": 0}, {"as_of": params.known_until}
    log = volume.without_busiest(volume.logged(table("contacts")), above=params.volume.busiest or 1.0)
    orders, messages = table("orders"), table("messages")
    others = {"quotes": table("quotes"), "messages": messages, "billed": table("invoices"), **params.met, "about": AT_COMPLAINTS}
    rated = {"settings": others, "min_n": pain.min_n, "cluster": params.volume.cluster, **chance}
    memory = {"item": params.outcomes[0], "memory_days": pain.memory_days, "adjust": pain.adjust, "orders": orders}
    yield "pain_damage", pain_points.damage(log, table("responses"), **memory, **rated)
    yield "pain_contact", pain_points.damage(log, table("responses"), item=pain.contact_item, link="contact", **rated)
    yield "unanswered", pain_points.unanswered(log, channels=pain.answer_channels, at_hours=pain.answer_hours, **known, **counting)
    yield "callbacks", pain_points.callbacks(log, by=["received_by"], **known, **counting)
    yield "late_information", pain_points.late_information(log, table("quotes"), **known, **counting)
    yield "confusing_information", pain_points.confusing_information(log, messages, **counting)
    yield "delivery_dates", pain_points.delivery_dates(orders, as_of=params.last_day, **counting)
    yield "delay_notice", pain_points.delay_notice(orders, messages, log, delayed=pain.delayed, as_of=params.last_day, **counting)
    yield "queue", pain_points.queue(log, **counting)
    yield "opening_hours", pain_points.opening_hours(log, params.opening, table("customers"), of_customers=pain.by_customer, **counting)
    yield "reachability", pain_points.reachability(log, **counting)
    yield "passed_around", pain_points.passed_around(log, **counting)
    yield "invoices", pain_points.invoices(log, table("invoices"), orders, by=["layout_version"], **counting)
    yield "complaints", pain_points.complaints(log, messages, about=AT_COMPLAINTS, **known, **counting)


def of_before_purchase(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 07, and how customers first heard of us."""
    settings, leads, orders, responses = params.before_purchase, table("leads"), table("orders"), table("responses")
    chance = params.chance | {"draws": 0}
    told = {"as_of": params.known_until, **chance}
    yield "lead_response", before_purchase.lead_response(leads, hours=settings.hours, by=["campaign_id"], **told)
    yield "lead_conversion", before_purchase.conversion(leads, quick_hours=settings.quick_hours, **told)
    yield "sales_talks", before_purchase.talks(responses, orders, touchpoints=settings.talks, **told)
    yield "unseen", before_purchase.unseen(leads, orders, **chance)
    yield "before_stages", before_purchase.stages(leads, orders, decided_days=settings.decided_days, **told)
    yield "lost", before_purchase.lost(leads, table("events"), table("customers"), **chance)
    yield "first_source", before_purchase.first_source(responses, **params.sampling | {"draws": 0})


def of_welcome(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 08, as far as it needs no learned reasons."""
    log = volume.without_busiest(volume.logged(table("contacts")), above=params.volume.busiest or 1.0)
    customers, orders, period = table("customers"), table("orders"), {"period": (params.period.start, params.period.end)}
    told = period | params.chance | {"draws": 0}
    yield "new_customers", welcome.newcomers(customers, orders, **period)
    yield "welcome_intensity", welcome.intensity(log, customers, orders, by=["segment"], at=params.welcome.at, **told)
    yield "welcome_settling", welcome.settling(log, customers, orders, by=["segment"], **told)
    yield "welcome_habit", welcome.habit(log, customers, orders, **told)
    yield "welcome_information", welcome.coverage(table("messages"), log, customers, orders, **told)
    yield "welcome_faults", welcome.faults(log, customers, orders, **period)


def of_promises(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 09, as far as it needs no learned reasons: the load is that of all contacts."""
    settings, chance = params.promises, params.chance | {"draws": 0}
    log, period = volume.logged(table("contacts")), {"period": (params.period.start, params.period.end)}
    money = {"costs": params.costs.per_contact, "currency": params.costs.currency}
    sold = {"staff_level": params.release.staff_level, "features": settings.comparable, **period}
    orders, responses, messages = promises.grouped(table("orders"), table("customers"), **sold), table("responses"), table("messages")
    yield "excess_load", promises.excess_load(log, orders, comparable=settings.comparable, **money, **period, **chance)
    yield "promise_gap", promises.promise_gap(responses, orders, level=params.level)
    yield "sales_pressure", promises.sales_pressure(orders, last=params.last_day, **chance)
    yield "handover", promises.handover(log, orders, table("leads"), messages, table("events"), **period, **chance)
    yield "silence", promises.silence(log, messages, by=["received_by"], as_of=params.known_until, **period, **chance)
    yield "consistency", promises.consistency(responses, table("touchpoints"), **params.sampling | {"draws": 0})
    yield "goal_conflicts", promises.goal_conflicts(table("goals"), settings.goal_effects)


def of_scores(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 10."""
    answers, sampling = table("responses"), params.sampling | {"draws": 0}
    yield "nps", estimates.stack(*[scores.nps(answers, by=by, **sampling) for by in ([], ["wave"], *([name] for name in params.scores.by))])
    yield "actual", scores.mean_rating(answers, **sampling)
    yield "expected", scores.mean_rating(answers, item_type="expected", **sampling)
    yield "top_box", scores.top_box(answers, **sampling)
    yield "usage", scores.usage(answers, **sampling)
    paired = {"declared": params.gaps.pairs, **sampling}
    yield "gaps", estimates.stack(gaps.gap(answers, **paired), gaps.gap(answers, by=["item_id"], **paired))
    yield "gaps_by_role", gaps.gap(answers, by=["role", "touchpoint_id"], min_n=params.min_n, **paired)
    yield "pairs", gaps.pair_counts(answers, **paired)
    yield "competitor", gaps.competitor(answers, **paired)
    yield "views", gaps.views(answers, table("employee_notes"), **sampling)
    placed = answers.merge(table("touchpoints")[["touchpoint_id", "phase"]], on="touchpoint_id", how="left")
    yield "perception", gaps.perception(placed, table("touchpoints"), targets=params.gaps.targets, **sampling)
    fits = principles.conformity(table("principle_ratings"), breach=params.principles.breach)
    yield "principles", estimates.stack(fits, principles.breaches(fits), principles.agreement(table("principle_ratings"), **params.chance))
    overall = scores.csat(answers, item_type="overall", by=["item_id"], **sampling)
    yield "csat_ces", estimates.stack(overall, scores.ces(answers, by=["item_id"], **sampling))


def of_loyalty(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebooks 10 and 11: what customers do after what they said."""
    answers, customers, orders, touchpoints = (table(name) for name in ("responses", "customers", "orders", "touchpoints"))
    told, sampling, adjust = params.experiences, params.sampling | {"draws": 0}, params.loyalty.adjust
    watched = {"customers": customers, "as_of": params.last_day, "min_n": params.min_n, **told, **sampling}
    items, every = (loyalty.items_of(answers, touchpoints, phase=phase) for phase in (params.loyalty.phase, None))
    parts = [loyalty.retention(answers, items=items, days=params.loyalty.days, adjust=by, **watched) for by in ((), adjust)]
    yield "retention", estimates.stack(*parts)
    yield (
        "retention_by_touchpoint",
        loyalty.retention(answers, items=every, by=["touchpoint_id"], days=[params.loyalty.horizon_days], **watched),
    )
    joined = loyalty.behaviour(answers, customers=customers, orders=orders, **params.following)
    yield "follow_up", loyalty.follow_up(joined, **sampling)
    yield "reaction", estimates.stack(*[loyalty.reaction(joined, items=items, adjust=by, **told, **sampling) for by in ((), adjust)])
    dosed = {"item": params.loyalty.effort, "min_n": params.min_n, **sampling}
    outcomes = ("recommend", "repurchase", *loyalty.after(joined))
    parts = [loyalty.dose_response(joined, outcome=outcome, adjust=by, **dosed) for by in ((), adjust) for outcome in outcomes]
    yield "dose_response", estimates.stack(*parts)
    yield "referrals", loyalty.referrals(answers, customers=customers, as_of=params.last_day, **sampling)
    yield "customer_value", loyalty.customer_value(customers, orders=orders, as_of=params.last_day, **sampling)
    placed = loyalty.bought_at(answers, orders)
    by_place = [scores.shares(placed, item_type="purchase_reason", by=by, min_n=params.min_n, **sampling) for by in ([], ["bought_at"])]
    yield "purchase_reasons", estimates.stack(*by_place)


def of_drivers(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 11: what goes with recommendation."""
    answers, explained = table("responses"), {"outcome": params.outcomes[0], "items": params.compared, **params.sampling}
    yield "drivers", drivers.fit(answers, **explained).estimates.drop(columns="draws")
    yield "drivers_by_group", drivers.fit(answers, **explained, groups=params.drivers.groups).estimates.drop(columns="draws")


def of_moments(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 12."""
    answers, told, customers, sampling = table("responses"), table("incidents"), table("customers"), params.sampling
    rated = [str(name) for name in answers.loc[answers["item_type"] == "actual", "item_id"].unique()]
    judged, wanted = {"outcome": "recommend", "items": rated}, params.incidents
    cells = {"min_cell": params.asymmetry.min_cell, "ratio": params.asymmetry.ratio}
    yield "asymmetry", asymmetry.fit(answers, **judged, **params.zero_line, **cells, **sampling).estimates.drop(columns="draws")
    yield "zero_line", asymmetry.zero_line(answers, **params.zero_line, **sampling | {"draws": 0})
    yield "kano", asymmetry.kano(answers, **sampling).drop(columns="draws")
    yield "moments", moments(answers, **judged, min_n=params.moments.min_n, **sampling).drop(columns="draws")
    yield "incidents", incidents.frequency(told, interviewed=wanted.interviewed, min_n=wanted.min_incidents, level=params.level)
    grave = {"severe": wanted.severe, "rare": wanted.rare_share, "min_n": wanted.min_incidents, "level": params.level}
    yield "rare_but_severe", incidents.rare_but_severe(told, **grave)
    followed = {"as_of": params.last_day, "min_n": wanted.min_customers, "level": params.level}
    left = incidents.left(told, answers, customers, small=wanted.small_severity, **followed)
    soon = incidents.soon(told, answers, customers, days=wanted.days_after, min_events=wanted.min_events, **followed)
    yield "left_after_incidents", estimates.stack(left, soon)
    yield "brand_after_incidents", incidents.brand(answers, told, min_n=wanted.min_customers, **sampling | {"draws": 0})
    window = {"window_days": wanted.window_days, "bad": wanted.bad_rating, "min_events": wanted.min_events, "level": params.level}
    period = (params.period.start, params.period.end)
    yield "reviews_after_incidents", incidents.reviews(told, table("reviews"), period=period, **window)


def of_monitoring(params: Params, table: Callable[[str], Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    """Notebook 17, with the reasons that staff noted."""
    contacts, answers, asked = table("contacts"), table("responses"), params.sampling | {"draws": 0}
    log = volume.logged(contacts.assign(reason_id=contacts["reason_gold"].fillna(contacts["reason_legacy"])))
    counted = {name: table(name) for name in ("orders", "invoices", "customers")} | params.following_up | {"draws": 0}
    wanted, actions = params.monitoring, table("actions")
    yield "action_effects", monitoring.action_effect(actions, log, responses=answers, least=wanted.least, asked=asked, **counted)
    yield "action_course", monitoring.course(actions, log, **counted)
    alike = {"wordings": params.wordings, **asked}
    yield "wave_change", monitoring.change(answers, table("touchpoints"), min_n=wanted.least, **alike)
    yield "same_instrument", monitoring.same_instrument(answers, fields=wanted.fields, **alike)
    yield "drift", monitoring.drift(answers, declared=params.gaps.pairs, **alike)
    yield "even_impression", monitoring.consistency(answers, **alike)
    watched = {"by": wanted.by, "shares": wanted.shares, "items": wanted.items, "free_days": params.free_days}
    yield "control_limits", monitoring.control_limits(log, answers, period=(params.period.start, params.period.end), **watched)
    yield "targets", monitoring.targets(table("goals"))


def project_of_demo(folder: Path) -> Path:
    """Lay out a project with the demo client alone, so that nothing of a working copy enters."""
    files = ["params/demo.yml", "QUESTIONS.md"]
    files += [path.relative_to(ROOT).as_posix() for room in ("data/demo/raw", "data/taxonomy") for path in (ROOT / room).iterdir()]
    for path in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes((ROOT / path).read_bytes())
    return folder


def main() -> None:
    """Write every golden table."""
    HERE.mkdir(exist_ok=True)
    for old in HERE.glob("*.csv"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        for name, table in tables(project_of_demo(Path(folder))):
            table.to_csv(HERE / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n")


if __name__ == "__main__":
    main()
