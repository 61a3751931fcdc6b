"""A small survey whose customers' later days are known."""

import pandas as pd
import pytest

ZONE = "Europe/Berlin"


class Survey:
    """Builds answers, customers and orders a row at a time."""

    def __init__(self) -> None:
        self.answers: list[dict] = []
        self.people: dict[str, dict] = {}
        self.sold: list[dict] = []

    def customer(self, name, **columns):
        self.people[name] = {
            "customer_id": name,
            "market": "b2b",
            "status": "active",
            "start_date": "2020-01-01",
            "churn_date": None,
            **columns,
        }
        return self

    def answer(self, customer, day, *, item="hotline", value=3.0, low=1.0, high=5.0, kind="actual", number=None, **columns):
        name = f"{customer}-{day}" if number is None else number
        row = {"response_id": name, "respondent_id": f"R-{customer}", "customer_id": customer, "account_id": None, "survey_ts": day}
        row |= {"item_id": item, "item_type": kind, "touchpoint_id": "T31", "value": value, "state": "answered", "weight": 1.0}
        self.answers.append(row | {"scale_low": low, "scale_high": high} | columns)
        return self

    def order(self, customer, moment, **columns):
        row = {"order_id": str(len(self.sold)), "customer_id": customer, "order_ts": moment, "value": 100.0, "currency": "EUR"}
        self.sold.append(row | columns)
        return self

    @property
    def responses(self):
        table = pd.DataFrame(self.answers)
        return table.assign(survey_ts=pd.to_datetime(table["survey_ts"], format="mixed").dt.tz_localize(ZONE))

    @property
    def customers(self):
        table = pd.DataFrame(self.people.values())
        return table.assign(**{name: pd.to_datetime(table[name]) for name in ("start_date", "churn_date")})

    @property
    def orders(self):
        table = pd.DataFrame(self.sold)
        times = [name for name in ("order_ts", "cancelled_ts") if name in table]
        return table.assign(**{name: pd.to_datetime(table[name], format="mixed").dt.tz_localize(ZONE) for name in times})


@pytest.fixture
def survey():
    return Survey()
