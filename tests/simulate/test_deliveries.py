"""Promises and deliveries: what the first date says, what the overwritten one hides, and what follows."""

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.calendar import days
from cxlib.simulate.deliveries import CARRIER_CHANGE, CARRIERS, DEVIATION, RETURNED
from cxlib.simulate.orders import DISAPPOINTMENT
from cxlib.simulate.plan import Plan


@pytest.fixture(scope="module", name="several")
def with_customers(several):
    return [made.merge(crowd.customers[["customer_id", "churn_date", "region", "_quality"]]) for crowd, made in several[:4]]


@pytest.fixture(scope="module")
def demo(several):
    return several[0]


def ordered(frame):
    return frame["order_ts"].dt.tz_localize(None).dt.normalize()


def near(share, n):
    return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def risk_ratio(frame, kind, others):
    """Mantel–Haenszel ratio of the delayed shares with and without the kind, and the standard error of its logarithm (Greenland, Robins)."""
    cells = frame.groupby([*others, kind])["_delayed"].agg(["sum", "size"]).unstack(kind)
    (late0, late1), (n0, n1) = (cells[name].to_numpy(dtype=float).T for name in ("sum", "size"))
    n = n0 + n1
    one, other = (late1 * n0 / n).sum(), (late0 * n1 / n).sum()
    spread = ((n1 * n0 * (late1 + late0) - late1 * late0 * n) / n**2).sum()
    return one / other, np.sqrt(spread / (one * other))


def test_against_the_first_promise_many_are_late(several):
    for frame in several:
        late = frame["_delay_days"].dropna()
        assert late.median() == late.abs().median() == DEVIATION["first_median"]
        assert (late > 5).mean() == near(DEVIATION["first_beyond_5"], len(late))


def test_against_the_last_promise_all_looks_well(several):
    for frame in several:
        off = (frame["delivered_date"] - frame["promised_last"]).dt.days.dropna()
        assert off.median() == off.abs().median() == DEVIATION["last_median"]
        assert (off > 5).mean() < 0.01


def test_delayed_orders_are_late_and_were_moved(demo):
    moved = demo["_delayed"]
    assert 0.25 < moved.mean() < 0.33
    assert (demo.loc[moved, "date_changes"] >= 1).all()
    assert (demo.loc[moved, "promised_last"] > demo.loc[moved, "promised_first"]).all()
    assert (demo.loc[moved, "last_change_ts"] >= demo.loc[moved, "order_ts"].dt.normalize()).all()
    assert (demo.loc[~moved, "promised_last"] == demo.loc[~moved, "promised_first"]).all()
    assert (demo.loc[~moved, "date_changes"] == 0).all()
    assert demo.loc[~moved, "last_change_ts"].isna().all()
    assert (demo.loc[moved, "_delay_days"].dropna() > 0).all()
    much = demo["_delay_days"] > 5
    assert moved[much].mean() > 0.95


def test_days_of_promise_and_delivery_are_working_days(demo):
    table = days(Plan()).set_index("date")["open"]
    for column in ("promised_first", "delivered_date"):
        assert table.reindex(demo[column].dropna()).dropna().all()
    lead = (demo["promised_first"] - ordered(demo)).dt.days
    assert lead.between(3, 45).all()
    assert lead[demo["_special"]].median() > 2.5 * lead[~demo["_special"]].median()
    assert (demo["delivered_date"].dropna() > ordered(demo)[demo["delivered_date"].notna()]).all()
    assert (demo["requested_date"].dropna() <= demo.loc[demo["requested_date"].notna(), "promised_first"]).all()
    assert demo["requested_date"].isna().mean() == near(0.15, len(demo))


def test_delays_come_from_the_mix_and_not_from_seller_or_region(several):
    frame = pd.concat(several, ignore_index=True)
    building = frame["_segment"] == "construction"
    kinds = frame.assign(special=frame["_special"], construction=building, new=frame["_new"])
    for kind in ("special", "construction", "new"):  # as much as they raise the contacts that are to be expected
        others = [name for name in ("special", "construction", "new") if name != kind]
        ratio, error = risk_ratio(kinds, kind, others)
        assert np.log(ratio) == pytest.approx(np.log(DISAPPOINTMENT[kind]), abs=4 * error), kind
    plain = frame[~frame["_special"] & ~building & ~frame["_new"]]
    share = plain["_delayed"].mean()
    for column in ("seller_id", "region"):
        seen = plain.groupby(column)["_delayed"].agg(["mean", "size"])
        spread = np.sqrt(share * (1 - share) / seen["size"] * 3)  # orders of a customer share its luck
        assert ((seen["mean"] - share).abs() < 4 * spread).all()


def test_customers_leave_after_being_let_down(several):
    for frame in several:
        done = frame.dropna(subset="_delay_days")
        lost = done["churn_date"].notna()
        late = done["_delay_days"] > 5
        assert late[lost].mean() > 1.5 * late[~lost].mean()
        last = done[lost & ((done["churn_date"] - ordered(done)).dt.days <= 120)]
        earlier = done[lost & ((done["churn_date"] - ordered(done)).dt.days > 120)]
        assert (last["_delay_days"] > 5).mean() > (earlier["_delay_days"] > 5).mean()


def test_the_carrier_changes_in_march_2026(demo):
    carried = demo[demo["carrier"].isin(CARRIERS)]
    assert (carried["carrier"] == np.where(carried["delivered_date"] < CARRIER_CHANGE, *CARRIERS)).all()
    assert demo.loc[demo["product_id"].isin(["P7", "P8"]) | demo["delivered_date"].isna(), "carrier"].isna().all()


def test_nothing_happens_after_cancellation_or_the_period(demo):
    cancelled = demo["cancelled_ts"].notna()
    assert demo.loc[cancelled, ["delivered_date", "returned_ts", "carrier"]].isna().all(axis=None)
    assert not demo.loc[cancelled, "_delayed"].any()
    assert (demo.loc[cancelled, "cancelled_ts"] > demo.loc[cancelled, "order_ts"]).all()
    assert demo["delivered_date"].max() <= pd.Timestamp("2026-06-30")
    assert demo["last_change_ts"].dropna().max() < pd.Timestamp("2026-07-01", tz="Europe/Berlin")
    back = demo.dropna(subset="returned_ts")
    assert (back["returned_ts"].dt.tz_localize(None) > back["delivered_date"]).all()
    could = ~demo["_special"] & (demo["delivered_date"] < "2026-05-31")
    assert demo.loc[could, "returned_ts"].notna().mean() == near(RETURNED, could.sum())
    assert demo["delivered_date"].isna().mean() < 0.08
