"""Which of the twelve hurt most."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import pain_points
from cxlib.errors import CxError
from tests.contacts.pain_points.conftest import OPENING, at

REASONS = {"P04": "mail", "P07": "queue", "P10": "around", "P11": "invoice"}


def simulated(penalties, shares, size=800, seed=1, cluster=1):
    """Customers who met some points (by the reason of a contact) and then rate; `cluster` answers a customer."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{number:04d}" for number in range(size // cluster)])
    hit = rng.random((len(ids), len(penalties))) < np.asarray(list(shares.values()))
    parts = [pd.DataFrame({"customer_id": ids[hit[:, k]], "reason_id": REASONS[point]}) for k, point in enumerate(penalties)]
    log = pd.concat([*parts, pd.DataFrame({"customer_id": ids, "reason_id": "other"})], ignore_index=True)
    log = log.assign(contact_ts=at("2025-03-03"), local_date=pd.Timestamp("2025-03-03"), contact_id=log.index.astype("str"))
    who = np.repeat(np.arange(len(ids)), cluster)
    felt = 7 - hit[who] @ np.asarray(list(penalties.values())) + rng.normal(0, 0.7, len(ids))[who] + rng.normal(0, 1, len(who))
    told = pd.DataFrame({"response_id": [str(number) for number in range(len(who))], "customer_id": ids[who], "value": felt})
    told = told.assign(respondent_id=told["response_id"], item_id="overall", state="answered", weight=1.0, survey_ts=at("2025-04-01"))
    tags = pd.DataFrame({"reason_id": list(REASONS.values()), "pain_point": list(REASONS)})
    return log, told, {"reasons": tags}


PENALTIES = {"P04": 0.0, "P07": 0.5, "P10": 1.5, "P11": 0.5}
SHARES = {"P04": 0.3, "P07": 0.1, "P10": 0.2, "P11": 0.4}


def found(*made, **keywords):
    log, told, settings = made
    return pain_points.damage(log, told, item="overall", settings=settings, **keywords)


def rows(table, metric):
    return table[table["metric"].eq(metric)].set_index("pain_point")


def test_a_single_point_by_hand():
    """Met by 2 of 5: mean 4 against 7, so 3 points; damage 0.4 × 3, the points by which the mean of 5.8 lies below 7."""
    log, told, settings = simulated({"P10": 1.0}, {"P10": 0.0}, size=5)
    told["value"] = [3.0, 5.0, 6.0, 7.0, 8.0]
    met = pd.DataFrame({"customer_id": ["c0000", "c0001"], "reason_id": "around", "contact_ts": at("2025-03-03"), "contact_id": ["x", "y"]})
    log = pd.concat([log.assign(local_date=pd.NaT).drop(columns="local_date"), met], ignore_index=True)
    log["local_date"] = pd.Timestamp("2020-03-03")  # as many contacts of everybody within memory: none
    table = found(log, told, settings, min_n=2)
    assert rows(table, "pain_penalty").loc["P10", "value"] == pytest.approx(3.0)
    assert rows(table, "pain_affected").loc["P10", "value"] == pytest.approx(0.4)
    assert rows(table, "pain_damage").loc["P10", "value"] == pytest.approx(7 - told["value"].mean())
    assert rows(table, "pain_rank").loc["P10", "value"] == 1


def test_planted_damage_is_recovered(near):
    table = found(*simulated(PENALTIES, SHARES, size=2000))
    for point, penalty in PENALTIES.items():
        near(rows(table, "pain_penalty").loc[[point]].reset_index(), penalty)
        near(rows(table, "pain_damage").loc[[point]].reset_index(), penalty * SHARES[point])
    ranks = rows(table, "pain_rank")
    assert ranks["value"].dropna().to_dict() == {"P04": 4, "P07": 3, "P10": 1, "P11": 2}
    assert ranks["low"].loc["P10"] == 1
    assert ranks["high"].loc["P10"] <= 2
    assert rows(table, "pain_first_three").loc["P10", "value"] == 1


def test_several_answers_of_a_customer_widen_the_span():
    single, double = (rows(found(*simulated(PENALTIES, SHARES, cluster=many)), "pain_penalty").loc["P10"] for many in (1, 4))
    assert double["high"] - double["low"] > 1.3 * (single["high"] - single["low"])


def test_spans_hold_the_truth():
    held = []
    for seed in range(60):
        table = found(*simulated(PENALTIES, SHARES, size=300, seed=seed), draws=20)
        own = rows(table, "pain_damage").loc[list(PENALTIES)]
        held += [
            low <= PENALTIES[point] * SHARES[point] <= high for point, low, high in zip(own.index, own["low"], own["high"], strict=True)
        ]
    assert np.mean(held) > 0.91


def test_draws_spread_as_the_span_says_and_are_joint():
    table = found(*simulated(PENALTIES, SHARES))
    damage, share, penalty = (rows(table, f"pain_{name}")["draws"] for name in ("damage", "affected", "penalty"))
    own = rows(table, "pain_damage").loc["P10"]
    assert 2 * 1.96 * np.std(damage["P10"]) == pytest.approx(own["high"] - own["low"], rel=0.15)
    np.testing.assert_allclose(damage["P10"], share["P10"] * penalty["P10"])


def test_a_point_met_by_few_or_by_nobody_keeps_its_row():
    table = rows(found(*simulated(PENALTIES, SHARES | {"P04": 0.001})), "pain_damage")
    assert table.loc["P04", "note"] == "n < 10"
    assert np.isnan(table.loc["P04", "value"])
    assert table.loc["P02", "note"] == "needs contacts.local_hour, contacts.promise_type, contacts.promise_done_ts"
    assert len(table) == 12


def test_points_that_always_come_together_cannot_be_told_apart():
    log, told, settings = simulated({"P10": 1.0}, {"P10": 0.3})
    log = pd.concat([log, log[log["reason_id"].eq("around")].assign(reason_id="queue")], ignore_index=True)
    notes = rows(found(log.assign(local_date=pd.Timestamp("2020-01-01")), told, settings), "pain_damage")["note"]
    assert notes["P07"] == notes["P10"] == "collinear"


def test_a_log_or_a_survey_alone_says_what_it_needs():
    log, told, settings = simulated(PENALTIES, SHARES, size=20)
    bare = pain_points.damage(log, told, item="recommend", settings=settings)
    assert set(bare["note"]) == {"needs responses[recommend]"}
    assert {"pain_damage", "pain_penalty", "pain_rank"} <= set(bare["metric"])
    assert set(pain_points.damage(log, told.drop(columns="customer_id"), item="overall")["note"]) == {"needs responses.customer_id"}
    assert set(pain_points.damage(log, told, item=None)["note"]) == {"needs responses[overall]"}
    with pytest.raises(CxError, match=r"^memory_days: is not above zero: '0'\. Say how many days back an experience counts\.$"):
        pain_points.damage(log, told, item="overall", memory_days=0)


@pytest.fixture(scope="module")
def tables(client):
    tags = {"follow_up.sent_info_unclear": "P04", "delivery.delivery_delay_not_notified": "P06", "complaint.complaint_status": "P12"}
    tags |= dict.fromkeys(("billing.invoice_comprehension", "billing.invoice_error", "billing.invoice_format"), "P11")
    settings = {name: client.table(name) for name in ("quotes", "messages")}
    settings |= {"reasons": pd.DataFrame({"reason_id": list(tags), "pain_point": list(tags.values())}), "opening": OPENING}
    return settings | {"delayed": "moved", "long_wait_s": 250, "as_of": client.as_of, "about": {"reason_id": ["complaint.quality_claim"]}}


def test_the_demo_s_damage_is_as_planted(client, tables, near):
    """As far as the log knows its customers: what is not known of them makes penalties look smaller, and is within the span."""
    told = client.table("responses")
    kept = {"item": "recommend", "adjust": ["wave"], "orders": client.table("orders"), "cluster": "customer_id"}
    table = pain_points.damage(client.log(customer_id="_customer_id", person_id="_person_id"), told, settings=tables, **kept)
    truth = client.truth["pain_point_damage"].set_index("pain_point")
    for point in truth.index:
        near(rows(table, "pain_damage").loc[[point]].reset_index(), -truth.loc[point, "damage"])
    assert rows(table, "pain_rank").loc["P06", "low"] == 1
    assert rows(table, "pain_damage").loc["P06", "low"] > 0


def test_the_demo_s_penalties_right_after_the_contact_are_as_planted(client, tables, near):
    told = client.table("responses")
    table = pain_points.damage(client.log(), told, item="contact_satisfaction", link="contact", settings=tables)
    truth = client.truth["pain_point_deductions"].set_index("pain_point")["points"]
    for point in ("P01", "P02", "P06", "P07", "P08", "P09", "P10", "P11"):
        near(rows(table, "pain_penalty").loc[[point]].reset_index(), -truth[point])
