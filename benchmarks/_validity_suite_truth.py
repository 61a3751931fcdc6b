"""What the simulator knows of one client, page by page, and whether a decision box says it.

A judge takes what a page published and the truth, and returns claims. A claim is *right* or *wrong* as its own span and its own hedges
say: a span that misses the truth, a name that is none of the planted. It is *undecided* where the page says that it cannot tell. Figures
that are counted in full from a clean log are held against the same count in the simulator's tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import _validity_decisions_truth as actions_truth
import numpy as np
import pandas as pd
from scipy import stats

from cxlib import estimates
from cxlib.simulate import drivers, quotes
from cxlib.simulate.plan import Plan

RIGHT, WRONG, OPEN = "right", "wrong", "undecided"
SURE = 0.95  # how often something has to come first before its sentence is definite
GAP_LEEWAY = 0.2  # marks: drift of expectations and action M1 move a planted gap by up to that
COSTS_ONCE_OVER = 3  # years over which the params spread what is spent once
NOT_JUDGED = {
    "00": "it counts the client's own tables",
    "13": "no rate of promises kept is planted as one number: it counts the log",
    "14": "wishes come from texts that the simulator draws without a ranking of its own",
    "15": "the simulator plants signals, not which savings cost how many chances",
}


@dataclass(frozen=True)
class Claim:
    """One thing that a page's sentence says, and whether it is so."""

    page: str
    figure: str
    verdict: str
    said: str = ""
    truth: str = ""


@dataclass(frozen=True, eq=False)
class Page:
    """What a client's run published: tables by name, and the simulator's truth and tables."""

    plan: Plan
    saved: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]
    made: dict[str, pd.DataFrame]
    concerns: pd.DataFrame = field(default_factory=pd.DataFrame)

    def rows(self, table: str, metric: str, **where: str) -> pd.DataFrame:
        """Rows of a saved table that hold a number."""
        found = self.saved.get(table, pd.DataFrame())
        if found.empty or "metric" not in found:
            return pd.DataFrame()
        keep = found["metric"].eq(metric) & found["value"].notna()
        for column, value in where.items():
            keep &= (found[column].isna() if value == "" else found[column].eq(value)) if column in found else value == ""
        return found[keep]


def spanned(page: str, figure: str, row: pd.DataFrame, truth: float, *, leeway: float = 0.0) -> Claim:
    """Judge a span: does it hold the truth?"""
    if row.empty or row["low"].isna().all() or np.isnan(truth):
        return Claim(page, figure, OPEN)
    low, high = float(row["low"].iloc[0]), float(row["high"].iloc[0])
    said = f"{float(row['value'].iloc[0]):.3g} ({low:.3g} to {high:.3g})"
    holds = low - leeway <= truth <= high + leeway
    return Claim(page, figure, RIGHT if holds else WRONG, said, f"{truth:.3g}")


def named(page: str, figure: str, said: str | None, allowed: set[str], *, definite: bool = True) -> Claim:
    """Judge a name: is it one of those that are true?"""
    if said is None or pd.isna(said):
        return Claim(page, figure, OPEN)
    verdict = RIGHT if said in allowed else WRONG if definite else OPEN
    return Claim(page, figure, verdict, str(said), ", ".join(sorted(allowed)))


def inventory(page: Page) -> Iterator[Claim]:
    """Page 01: how many touchpoints are on the list."""
    told = page.rows("inventory_coverage", "touchpoints", phase="")
    yield named("01", "touchpoints", str(int(told["value"].iloc[0])) if len(told) else None, {str(len(page.made["touchpoints"]))})


def status(page: Page) -> Iterator[Claim]:
    """Page 02: contacts a day, and the way most used."""
    log = page.made["contacts"]
    log = log[log["direction"].fillna("inbound").eq("inbound") & ~log["_tally"]]
    days = (page.plan.end - page.plan.start).days + 1
    by_day = page.rows("volume_by_day", "contacts_per_day", month="", local_weekday="")
    yield spanned("02", "contacts a day", by_day, len(log) / days)
    ways = page.rows("volume_by_channel", "contact_share")
    most = ways.loc[ways["value"].idxmax(), "channel"] if len(ways) else None
    yield named("02", "most used way", most, {str(log["channel"].value_counts().idxmax())})


def reasons(page: Page) -> Iterator[Claim]:
    """Page 03: the three leading reasons and what they make up."""
    shares = page.concerns["_reason"].value_counts(normalize=True)
    yield spanned("03", "share of the leading three", page.rows("leading_reasons", "leading_share"), float(shares.nlargest(3).sum()))
    told = page.rows("reason_shares", "reason_share")
    for number, (_, row) in enumerate(told.nlargest(3, "value").iterrows() if len(told) else (), start=1):
        one = pd.DataFrame([row])
        claim = spanned("03", f"reason named {['first', 'second', 'third'][number - 1]}", one, float(shares.get(row["reason_id"], 0.0)))
        yield Claim(claim.page, claim.figure, claim.verdict, f"{row['reason_id']} {claim.said}", claim.truth)


def types(page: Page) -> Iterator[Claim]:
    """Page 04: how many can be assigned to a type; never more than there are of the types."""
    told, share = page.rows("persona_shares", "covered_share"), float(page.truth["persons"]["_persona"].ne("none").mean())
    yield spanned("04", "share assigned to types", told.assign(high=1.0) if len(told) else told, share)


def avoidable(page: Page) -> Iterator[Claim]:
    """Page 05: how many contacts are avoidable, which reason to remove first, how many come from faults."""
    kind = page.truth["reasons"].set_index("reason")
    found = page.concerns["_reason"]
    for figure, column in (("avoidable_share", "avoidable"), ("failure_share", "failure")):
        yield spanned("05", figure.replace("_", " "), page.rows("avoidable", figure), float(found.map(kind[column]).mean()))
    told = page.rows("avoidable", "avoidable_reason_share")
    first = told.loc[told["value"].idxmax(), "reason_id"] if len(told) else None
    claim = named("05", "reason to remove first", first, set(kind.index[kind["avoidable"]]))
    yield Claim(claim.page, claim.figure, claim.verdict, claim.said, "an avoidable reason")


def chosen(row: pd.DataFrame, among: pd.DataFrame) -> pd.DataFrame:
    """Return the row with the span that its sentence tells."""
    return estimates.as_chosen(row, among)[0] if len(row) == 1 else row


def pains(page: Page) -> Iterator[Claim]:
    """Page 06: the worst pain point, its rank, and how much lower those rate who met it."""
    damage = page.rows("pain_damage", "pain_damage")
    if damage.empty:
        yield from (Claim("06", figure, OPEN) for figure in ("rank of the worst", "points lower"))
        return
    worst = str(damage.loc[damage["value"].idxmax(), "pain_point"])
    truth = page.truth["pain_point_damage"]
    rank = truth["damage"].rank().set_axis(truth["pain_point"])[worst]
    told = spanned("06", "rank of the worst", page.rows("pain_damage", "pain_rank", pain_point=worst), float(rank), leeway=0.5)  # ties
    yield Claim(told.page, told.figure, told.verdict, f"{worst} rank {told.said}", told.truth)
    met = page.truth["respondents"]
    met = met[met[worst]]
    cost = float(truth.set_index("pain_point")["points"][worst])
    lower = drivers.scored(met["points"].to_numpy() - cost) - drivers.scored(met["points"].to_numpy())
    told = chosen(page.rows("pain_damage", "pain_penalty", pain_point=worst), page.rows("pain_damage", "pain_penalty"))
    sign = 1.0 if len(told) and float(told["value"].iloc[0]) > 0 else -1.0
    claim = spanned("06", "points lower", told, sign * float(np.mean(lower)) if len(met) else np.nan)
    yield Claim(claim.page, claim.figure, claim.verdict, f"{worst} {claim.said}", claim.truth)


def before(page: Page) -> Iterator[Claim]:
    """Page 07: how many enquiries are answered within 24 hours; why they are lost."""
    sigma = np.log(quotes.FIRST_TOUCH_P90_H / quotes.FIRST_TOUCH_MEDIAN_H) / stats.norm.ppf(0.9)
    planted = (1 - quotes.NEVER_TOUCHED) * stats.norm.cdf(np.log(24 / quotes.FIRST_TOUCH_MEDIAN_H) / sigma)
    yield spanned("07", "answered within 24 h", page.rows("lead_response", "lead_answered", hours="24"), float(planted))
    told = page.rows("lost", "lost_share")
    first = told.loc[[told["value"].idxmax()]] if len(told) else pd.DataFrame()
    lost = page.made["leads"]["lost_reason"].dropna() if "leads" in page.made else pd.Series(dtype="str")
    share = float(lost.eq(first["lost_reason"].iloc[0]).mean()) if len(first) and len(lost) else np.nan
    yield spanned("07", "reason of the lost", first, share)


def welcome(page: Page) -> Iterator[Claim]:
    """Page 08: for which reason a message pays most, and when."""
    answer = page.rows("welcome_answer", "contacts_spared")
    planted = page.truth["windows"].dropna(subset="first").set_index("reason")
    reason = str(answer["reason_id"].iloc[0]) if len(answer) else None
    yield named("08", "reason with a window", reason, set(planted.index))
    for edge in ("first", "last"):
        told = page.rows("welcome_answer", f"window_{edge}")
        known = reason in planted.index
        yield spanned("08", f"{edge} day of the window", told, float(planted[edge][reason]) if known else np.nan)


def promised(page: Page) -> Iterator[Claim]:
    """Page 09: who sells too much; nobody honest is accused."""
    load = page.rows("excess_load", "excess_load")
    if load.empty:
        yield from (Claim("09", figure, OPEN) for figure in ("who promises too much", "honest V11 not accused"))
        return
    most = load.loc[load["value"].idxmax()]
    yield named("09", "who promises too much", str(most["sales_group"]), {"V07"}, definite=bool(most["low"] > 0))
    honest = load[load["sales_group"].eq("V11")]
    accused = len(honest) and float(honest["low"].iloc[0]) > 1.0  # one contact in a hundred orders is planted
    yield Claim("09", "honest V11 not accused", OPEN if honest.empty else WRONG if accused else RIGHT)


def gaps(page: Page) -> Iterator[Claim]:
    """Page 10: the widest gap and how wide it is."""
    told = page.rows("gaps", "gap")
    told = told[told["touchpoint_id"].notna()] if len(told) else told
    if told.empty:
        yield from (Claim("10", figure, OPEN) for figure in ("touchpoint of the widest gap", "how wide it is"))
        return
    first = told.loc[[told["value"].idxmin()]]
    place = str(first["touchpoint_id"].iloc[0])
    planted = {rated.name: rated.gap for rated in drivers.RATED}
    sure = page.rows("weakest_link", "weakest_probability", touchpoint_id=place)
    definite = bool(len(sure) and float(sure["value"].iloc[0]) >= SURE)
    yield named("10", "touchpoint of the widest gap", place, {max(planted, key=lambda name: planted[name])}, definite=definite)
    claim = spanned("10", "how wide it is", chosen(first, told), -planted.get(place, np.nan), leeway=GAP_LEEWAY)
    yield Claim(claim.page, claim.figure, claim.verdict, f"{place} {claim.said}", claim.truth)


def loyalty(page: Page) -> Iterator[Claim]:
    """Page 11: what recommendation goes along with most, and the rank of the second."""
    told = page.rows("drivers", "driver_share")
    if told.empty:
        yield from (Claim("11", figure, OPEN) for figure in ("leading driver", "its share", "rank of the second"))
        return
    share = page.truth["drivers"].set_index("item")["share"]
    order = told.sort_values("value", ascending=False)
    first, second = (str(order["item_id"].iloc[place]) for place in (0, 1))
    top = page.rows("drivers", "top_probability")
    definite = bool(len(top) and float(top["value"].iloc[0]) >= SURE)
    yield named("11", "leading driver", item_of(first), {str(share.idxmax())}, definite=definite)
    yield spanned("11", "its share", chosen(order.head(1), told), float(share.get(item_of(first), np.nan)))
    place = page.rows("drivers", "driver_rank", item_id=second)
    claim = spanned("11", "rank of the second", place, float(share.rank(ascending=False).get(item_of(second), np.nan)))
    yield Claim(claim.page, claim.figure, claim.verdict, f"{second} {claim.said}", claim.truth)


def moments(page: Page) -> Iterator[Claim]:
    """Page 12: what must not fail and what wins customers."""
    truth = page.truth["drivers"].set_index("item")
    worse = {str(item) for item, row in truth.iterrows() if -row["penalty_seen"] > max(row["reward_seen"], 0.0)}
    planted = {"floor": worse, "delight": set(map(str, truth.index)) - worse}
    for side, metric, seen in (("floor", "penalty", "penalty_seen"), ("delight", "reward", "reward_seen")):
        told = page.rows("asymmetry", metric)
        proven = page.saved.get("asymmetry", pd.DataFrame())
        kind = "disappointment_dominant" if side == "floor" else "delight_dominant"
        shown = _foremost(proven, kind)
        if shown is not None:
            yield named("12", f"{side}: what is shown", item_of(shown), planted[side])
            row = told[told["item_id"].eq(shown)]
        else:
            yield Claim("12", f"{side}: what is shown", OPEN)
            row = told.loc[[told["value"].idxmin() if side == "floor" else told["value"].idxmax()]] if len(told) else told
        item = item_of(str(row["item_id"].iloc[0])) if len(row) else ""
        claim = spanned("12", f"{side}: points", chosen(row, told), float(truth[seen].get(item, np.nan)))
        yield Claim(claim.page, claim.figure, claim.verdict, f"{item} {claim.said}", claim.truth)


def _foremost(found: pd.DataFrame, kind: str) -> str | None:
    """The item that the page names for a class, where the class is shown."""
    from cxlib.survey import asymmetry

    if found.empty or "item_id" not in found:
        return None
    row = asymmetry.foremost(found, kind)
    return str(row["item_id"].iloc[0]) if len(row) and row["metric"].iloc[0] == "asymmetry" else None


def item_of(item_id: str) -> str:
    """The rated thing that an item of the survey asks about.

    >>> item_of("T22_actual"), item_of("product_actual")
    ('T22', 'product')
    """
    return item_id.removesuffix("_actual")


def effects(page: Page) -> Iterator[Claim]:
    """Page 17: M1 works, M2 does not."""
    planted = {"M1": float(0.62**page.plan.effects.actions) - 1, "M2": 0.0}
    for action, truth in planted.items():
        row = page.rows("action_effects", "action_effect", action_id=action)
        yield spanned("17", f"{action}: contacts", row, truth)
        proposal = str(row["proposal"].iloc[0]) if len(row) and "proposal" in row else None
        if proposal is None or proposal == "open":
            yield Claim("17", f"{action}: verdict", OPEN, proposal or "")
        else:
            yield named("17", f"{action}: verdict", proposal, {"keep"} if action == "M1" else {"stop", "change", "adapt"})


def worth(page: Page) -> pd.Series:
    """True net benefit a year of each action that has one: the demo's benefit grows with the client, the costs do not."""
    listed = page.made["actions"].set_index("action_id")
    cost = listed["cost_once"] / COSTS_ONCE_OVER + listed["cost_year"]
    gross = (listed["_net_benefit_year"] + cost) * page.plan.size
    return (gross if page.plan.completeness == "no_costs" else gross - cost).dropna()


def ranking(page: Page) -> Iterator[Claim]:
    """Page 16: the truly best three are among the first five; spans of the net benefit hold the truth."""
    ranked = page.rows("action_ranking", "action_rank")
    if ranked.empty:
        yield from (Claim("16", figure, OPEN) for figure in ("best three among the first five", "net benefit of the first three"))
        return
    listed, true = page.saved["action_ranking"], worth(page)
    unvalued = set(listed.loc[listed["note"].str.startswith("needs "), "action_id"])  # the page says what these lack
    best = set(true[(true > 0) & ~true.index.isin(unvalued)].nlargest(3).index)
    first = set(ranked.loc[ranked["value"].le(5), "action_id"])
    lacking = best - first
    told = ", ".join(ranked.sort_values("value")["action_id"].head(5))
    verdict = OPEN if not best else WRONG if lacking else RIGHT
    yield Claim("16", "best three among the first five", verdict, told, ", ".join(sorted(best)) or "none pays")
    parts = actions_truth.parts(page.plan, actions_truth.demo(), page.made, page.truth)
    for action in ranked.sort_values("value")["action_id"].head(3):
        yield net_benefit(page, str(action), parts)


def net_benefit(page: Page, action: str, parts: pd.DataFrame) -> Claim:
    """A span of a net benefit holds what it says: all of it, or the parts that the row's note does not except.

    Sales chances count nothing in the truth: contacts about failures hold none but by mistake.
    """
    figure, found = "net benefit of the first three", [page.rows("action_ranking", name) for name in ("net_benefit", "net_benefit_in_part")]
    row = pd.concat([table[table["action_id"].eq(action)] for table in found if len(table)] or [pd.DataFrame()])
    if row.empty or action not in parts.index:
        return Claim("16", figure, OPEN)
    without = str(row["note"].iloc[0])
    true = parts.loc[action]
    told = sum(float(true[part]) for part in ("saved_cost", "loyalty_value") if part not in without) - float(true["cost"])
    claim = spanned("16", figure if not without else "net benefit in part", row, told)
    return Claim(claim.page, claim.figure, claim.verdict, f"{action} {claim.said} {without}".rstrip(), claim.truth)


JUDGES: dict[str, Callable[[Page], Iterator[Claim]]] = {
    **{"01": inventory, "02": status, "03": reasons, "04": types, "05": avoidable, "06": pains, "07": before, "08": welcome},
    **{"09": promised, "10": gaps, "11": loyalty, "12": moments, "16": ranking, "17": effects},
}
