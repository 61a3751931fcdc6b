"""Agreement within accounts is R's intraclass correlation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.customers import roles

from .conftest import one


def test_agreement_as_analysis_of_variance_in_r():
    # R 4.2: t <- summary(aov(y ~ a))[[1]]; n0 <- (N - sum(n^2)/N)/(a - 1); (MSB - MSW)/(MSB + (n0 - 1) * MSW)
    values = [9, 8, 7, 3, 4, 6, 7, 5, 10, 9, 2, 8]
    accounts = [1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6]
    persons = pd.DataFrame({"person_id": [f"p{n}" for n in range(12)], "account_id": [f"A{a}" for a in accounts], "role": "user"})
    said = pd.DataFrame({"person_id": persons["person_id"], "item_id": "q", "state": "answered", "value": np.array(values, dtype=float)})
    told = one(roles.accounts(said, persons, item="q").estimates, "account_agreement")
    assert told["value"] == pytest.approx(0.47266681, abs=1e-8)
    assert told["low"] < told["value"] < told["high"]


@settings(max_examples=20)
@given(st.integers(0, 1000), st.floats(-5, 5), st.floats(0.2, 5))
def test_agreement_does_not_depend_on_the_scale(seed, shift, stretch):
    rng = np.random.default_rng(seed)
    persons = pd.DataFrame({"person_id": [f"p{n}" for n in range(40)], "account_id": [f"A{n // 3}" for n in range(40)], "role": "user"})
    said = pd.DataFrame({"person_id": persons["person_id"], "item_id": "q", "state": "answered", "value": rng.normal(size=40)})
    one_way, other = (
        one(roles.accounts(table, persons, item="q", draws=0).estimates, "account_agreement")["value"]
        for table in (said, said.assign(value=shift + stretch * said["value"]))
    )
    assert one_way == pytest.approx(other, abs=1e-9)
