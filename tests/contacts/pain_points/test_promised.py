"""P02 and P03: call backs, information and quotes."""

import pandas as pd
import pytest

from cxlib.contacts import pain_points

BERLIN = "Europe/Berlin"


def calls(done, asked="2025-07-07 10:30", hour=10, **columns):
    """Call backs promised at one moment, local time, and when they were made."""
    moment = pd.Timestamp(asked, tz=BERLIN)
    table = pd.DataFrame(
        {"contact_ts": moment, "local_hour": hour, "local_date": moment.tz_localize(None).normalize()}, index=range(len(done))
    )
    made = pd.Series([pd.NaT if each is None else pd.Timestamp(each, tz=BERLIN) for each in done], dtype=f"datetime64[us, {BERLIN}]")
    table = table.assign(promise_type="callback", promise_done_ts=made, customer_id=[str(number) for number in range(len(done))])
    return table.assign(**columns)


def value(table, metric):
    return table.set_index("metric")["value"].get(metric)


def test_the_day_ends_at_local_midnight():
    log = calls(["2025-07-07 23:59:59", "2025-07-08 00:00:00", None, "2025-07-07 10:00"])
    told = pain_points.callbacks(log, as_of=pd.Timestamp("2025-07-20", tz=BERLIN))
    assert value(told, "same_day_callback") == pytest.approx(1 / 3)
    assert value(told, "no_callback") == pytest.approx(1 / 3)
    assert value(told, "callbacks_before_promise") == 1


def test_a_day_that_is_not_over_is_not_judged():
    told = pain_points.callbacks(calls([None, "2025-07-07 11:00"]), as_of=pd.Timestamp("2025-07-07 20:00", tz=BERLIN))
    assert told["note"].to_list()[:2] == ["no events", "no events"]
    assert value(told, "callbacks_not_due") == 2


def test_the_demo_s_callbacks_are_as_planted(client, near):
    log = client.log(department="_department")
    log = log.assign(department=log["department"].fillna(log["received_by"]))
    told = pain_points.callbacks(log, as_of=client.as_of)
    near(told[told["metric"].eq("same_day_callback")], client.planted("P02", "callback_kept_same_day"))
    told = pain_points.callbacks(log, as_of=client.as_of, by=["department"])
    for department in ("BH", "KC"):
        row = told[told["metric"].eq("same_day_callback") & told["department"].eq(department)]
        near(row, client.planted("P02", "callback_kept_same_day", department))


class TestInformation:
    def test_late_outstanding_and_not_due(self):
        """Promised at 12:00: in time; a day and a half late; not at all; one not due. By hand: late 2/3; after 1 day 2/3, after 3 days 1/3."""
        due = pd.Timestamp("2025-07-08 12:00", tz=BERLIN)
        log = calls(["2025-07-08 11:00", "2025-07-10 00:00", None, None], promise_type="information", promise_due_ts=due)
        log.loc[3, "promise_due_ts"] = pd.Timestamp("2025-08-30", tz=BERLIN)
        told = pain_points.late_information(log, late_days=[1, 3], as_of=pd.Timestamp("2025-08-01", tz=BERLIN))
        own = told[told["promised"].eq("information")]
        assert own["value"].to_list() == pytest.approx([2 / 3, 2 / 3, 1 / 3])
        assert own["n"].to_list() == [3, 3, 3]

    def test_one_of_both_is_enough(self):
        assert pain_points.late_information(calls([None])[["contact_ts"]])["note"].item() == (
            "needs contacts.contact_ts, contacts.promise_type, contacts.promise_due_ts, contacts.promise_done_ts, "
            "quotes.promised_ts, quotes.sent_ts"
        )

    def test_the_demo_s_quotes_are_as_planted(self, client, near):
        quotes = client.tables["quotes"].assign(special=client.tables["quotes"]["_special"].astype("str"))
        told = pain_points.late_information(client.log(special="_reason"), quotes, by=["special"], as_of=client.as_of)
        truth = client.truth["quotes"].set_index("figure")["value"]
        late = told[told["metric"].eq("promised_late") & told["promised"].eq("quote")].set_index("special")
        near(late.loc[["True"]], 1 - truth["on_time_special"])
        whole = pain_points.late_information(client.log(), quotes, as_of=client.as_of)
        near(whole[whole["metric"].eq("promised_late") & whole["promised"].eq("quote")], 1 - truth["on_time"])
