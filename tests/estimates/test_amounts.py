import pandas as pd

from cxlib.estimates import told_in


def orders(currency=("EUR", "EUR")):
    return pd.DataFrame({"order_id": ["1", "2"], "value": [100.0, 300.0], "margin": [50.0, None], "currency": list(currency)})


def test_with_a_currency_of_costs_amounts_stay_as_they_are():
    pd.testing.assert_frame_equal(told_in(orders(), "EUR"), orders())


def test_without_costs_orders_are_told_in_average_orders():
    told = told_in(orders(), None)
    assert told["value"].to_list() == [0.5, 1.5]
    assert told["margin"].to_list()[0] == 0.25
    assert told["currency"].unique().tolist() == ["average orders"]


def test_without_costs_revenue_is_told_in_average_customers():
    told = told_in(pd.DataFrame({"customer_id": ["a", "b"], "revenue_12m": [1.0, 3.0], "currency": "EUR"}), None)
    assert told["revenue_12m"].to_list() == [0.5, 1.5]
    assert told["currency"].unique().tolist() == ["average customers"]


def test_amounts_in_several_currencies_have_no_average():
    assert told_in(orders(("EUR", "USD")), None).columns.to_list() == ["order_id"]


def test_amounts_of_nothing_are_left_out():
    assert told_in(orders().assign(value=0.0), None).columns.to_list() == ["order_id", "currency"]


def test_a_table_without_rows_or_amounts_stays():
    assert told_in(orders()[["order_id"]], None).columns.to_list() == ["order_id"]
    assert told_in(orders().head(0), None).empty
