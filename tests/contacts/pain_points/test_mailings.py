"""P04: mailings that raise questions."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import pain_points

FIRST, LAST = pd.Timestamp("2025-01-06"), pd.Timestamp("2025-06-29")
PERIOD = (FIRST.date(), LAST.date())


def simulated(excess, customers=1500, seed=4):
    """Customers who get in touch now and then, half of whom get a mailing, and then ask `excess` times more within a week."""
    rng = np.random.default_rng(seed)
    days = (LAST - FIRST).days + 1
    ids = np.array([f"c{number:04d}" for number in range(customers)])
    rate = rng.gamma(2.0, 0.01, customers)
    count = rng.poisson(rate * days)
    who, when = np.repeat(ids, count), rng.integers(0, days, count.sum())
    mailed = ids[: customers // 2]
    sent = FIRST + pd.Timedelta(days=84)
    more = np.repeat(mailed, rng.poisson(excess, len(mailed)))
    log = pd.DataFrame({"customer_id": np.r_[who, more], "day": np.r_[when, 84 + rng.integers(0, 7, len(more))]})
    log = log.assign(local_date=FIRST + pd.to_timedelta(log["day"], unit="D"), contact_ts=pd.Timestamp("2025-01-06", tz="UTC"))
    mail = pd.DataFrame({"customer_id": mailed, "document_id": "price", "sent_ts": sent.tz_localize("UTC")})
    return log, mail


def extra(log, mail, **keywords):
    told = pain_points.confusing_information(log, mail, period=PERIOD, **keywords)
    return told[told["metric"].eq("extra_contacts") & told["document_id"].isna()]


def test_by_hand():
    """One customer, windows of a week: one contact in the week after, one in the week before; nobody else."""
    log = pd.DataFrame({"customer_id": ["a", "a"], "local_date": [FIRST + pd.Timedelta(days=30), FIRST + pd.Timedelta(days=22)]})
    log = log.assign(contact_ts=pd.Timestamp("2025-01-06", tz="UTC"))
    mail = pd.DataFrame({"customer_id": ["a", "b"], "document_id": "x", "sent_ts": (FIRST + pd.Timedelta(days=28)).tz_localize("UTC")})
    told = pain_points.confusing_information(log, mail, weeks=1, least=1, period=PERIOD)
    whole = told[told["document_id"].isna()].set_index("metric")["value"]
    assert whole.to_dict() == {"contacts_after_mailing": 50.0, "usual_contacts": 25.0, "extra_contacts": 25.0}


def test_windows_may_be_shorter_than_a_week():
    """Five days: contacts on the fifth and the sixth day after it, of which one counts; the same in the week before."""
    days = FIRST + pd.to_timedelta([32, 33, 25, 26], unit="D")
    log = pd.DataFrame({"customer_id": "a", "local_date": days, "contact_ts": pd.Timestamp("2025-01-06", tz="UTC")})
    mail = pd.DataFrame({"customer_id": ["a"], "document_id": "x", "sent_ts": (FIRST + pd.Timedelta(days=28)).tz_localize("UTC")})
    told = pain_points.confusing_information(log, mail, days=5, weeks=1, least=1, period=PERIOD).set_index("metric")["value"]
    assert told["contacts_after_mailing"].iloc[0] == 100
    assert told["usual_contacts"].iloc[0] == 50


def test_windows_that_leave_the_log_do_not_count():
    log = pd.DataFrame(
        {"customer_id": ["a"], "local_date": [FIRST + pd.Timedelta(days=15)], "contact_ts": pd.Timestamp("2025-01-06", tz="UTC")}
    )
    mail = pd.DataFrame({"customer_id": ["a"], "document_id": "x", "sent_ts": (FIRST + pd.Timedelta(days=1)).tz_localize("UTC")})
    told = pain_points.confusing_information(log, mail, weeks=2, least=1, period=PERIOD).set_index("metric")["value"]
    assert told["usual_contacts"].iloc[0] == pytest.approx(50.0)  # one contact in two windows, both after the mailing


@pytest.mark.parametrize("planted", [0.0, 0.1])
def test_planted_questions_are_found_and_none_where_there_are_none(planted, near):
    near(extra(*simulated(planted)), 100 * planted)


def test_false_alarms_are_as_rare_as_said():
    rows = pd.concat([extra(*simulated(0.0, customers=300, seed=seed)) for seed in range(40)])
    assert ((rows["low"] > 0) | (rows["high"] < 0)).sum() <= 6  # more than six of 40 at 5 %: one in 70


def test_of_many_recipients_some_are_drawn():
    log, mail = simulated(0.1)
    row = extra(log, mail, most=200)
    assert row["n"].item() == 200
    assert extra(log, mail, most=200).equals(row)


def test_messages_of_orders_and_cases_are_no_mailings():
    log, mail = simulated(0.0, customers=50)
    told = pain_points.confusing_information(log, mail.assign(order_id="7"), period=PERIOD)
    assert told[["metric", "note"]].values.tolist() == [["extra_contacts", "no events"]]
    thin = pain_points.confusing_information(log, mail, period=PERIOD)
    assert set(thin["note"]) == {"n < 100"}
    assert pain_points.confusing_information(log, mail[["customer_id"]])["note"].item() == "needs messages.sent_ts, messages.document_id"


def test_the_demo_s_circular_is_as_planted(client, near):
    log = client.log()
    told = pain_points.confusing_information(log, client.table("messages"))
    asked = told[told["metric"].eq("questions_per_mailing")].set_index("document_id")
    about = log["reason_id"].eq("follow_up.sent_info_unclear")
    known = log.loc[about, "document_id"].notna().mean()  # the log does not always name the document
    near(asked.loc[["DOC09"]], 100 * client.planted("P04", "questions_per_recipient", "price circular") * known, log=True)
    near(asked.loc[["DOC12"]], 100 * client.planted("P04", "questions_per_recipient", "others") * known, log=True)
