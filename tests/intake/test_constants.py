"""Values that params give to all rows are checked like any cell."""

from datetime import date

import pytest

from cxlib.intake.constants import constants, told_value
from cxlib.params import Params, Source
from cxlib.tables import contract

PARAMS = Params.model_validate(
    {
        "client": "acme",
        "name": "A",
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
        "sources": {"s": {"table": "contacts", "file": "x.csv"}},
    }
)


def fixed(table, values, have=()):
    source = Source.model_validate({"table": table, "file": "x.csv", "constants": values})
    return constants(contract(table), source, PARAMS, list(have), "params/acme.yml: sources.s.constants")


def test_values_of_every_kind_become_what_their_column_holds(bench):
    given = {
        "contact_ts": "2025-07-01 12:00",
        "channel": "phone",
        "wait_s": 1.5,
        "transfers": 2,
        "abandoned": True,
        "customer_id": "007",
        "text": "'",
    }
    told, problems = fixed("contacts", given)
    assert problems == []
    row = bench.arrow(f"SELECT {', '.join(f'{value} AS {name}' for name, value in told)}").to_pylist()[0]
    assert row.pop("contact_ts").isoformat() == "2025-07-01T10:00:00+00:00"
    assert row == {"channel": "phone", "wait_s": 1.5, "transfers": 2, "abandoned": True, "customer_id": "007", "text": "'", "weight": 1.0}


def test_weight_is_one_where_nothing_is_said():
    assert fixed("contacts", {})[0] == [("weight", "1.0::DOUBLE")]
    assert fixed("contacts", {}, have=["weight"])[0] == []
    assert fixed("customers", {})[0] == []


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        (
            "contacts",
            {"channel": "fone"},
            "channel: is no one of its words: 'fone' (did you mean 'phone'?). Allowed: phone, email, web_form,",
        ),
        ("contacts", {"wait_s": "kurz"}, "wait_s: is no number from 0: 'kurz'."),
        ("contacts", {"weight": -1}, "weight: is no number from 0: '-1'."),
        ("contacts", {"wait_s": "nan"}, "wait_s: is no number from 0: 'nan'."),
        ("contacts", {"transfers": -1}, "transfers: is no whole number from 0: '-1'."),
        ("contacts", {"abandoned": "ja"}, "abandoned: is no true or false: 'ja'."),
        ("contacts", {"contact_ts": "gestern"}, "contact_ts: is no time (2025-03-31 08:15): 'gestern'."),
        ("customers", {"start_date": "31.03.2025"}, "start_date: is no day (2025-03-31): '31.03.2025'."),
    ],
)
def test_a_value_that_its_column_cannot_take_is_refused(table, values, message):
    problems = fixed(table, values)[1]
    assert len(problems) == 1
    assert problems[0].startswith(f"params/acme.yml: sources.s.constants.{message}")


@pytest.mark.parametrize(("value", "told"), [(False, "false"), (date(2025, 3, 1), "2025-03-01"), (7, "7"), ("x", "x")])
def test_values_are_told_as_an_export_would(value, told):
    assert told_value(value) == told
