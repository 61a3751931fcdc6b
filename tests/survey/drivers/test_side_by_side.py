"""Several outcomes side by side."""

import pandas as pd

from cxlib import estimates
from cxlib.estimates.rows import rows
from cxlib.survey.drivers import Drivers, beside
from cxlib.tables import group_columns


def fit(outcome, shares, explained):
    items = rows(pd.DataFrame({"item_id": list(shares)}), {"metric": "driver_share", "value": list(shares.values()), "n": 200})
    checks = [
        rows(pd.DataFrame(index=[0]), {"metric": metric, "value": explained, "n": 200})
        for metric in ("r2", "holdout_r2_additive", "vif_max")
    ]
    return Drivers(outcome, items, items, estimates.stack(items, *checks))


def test_each_outcome_has_its_shares_and_what_is_explained():
    table = beside(fit("nps", {"speed": 0.7, "price": 0.3}, 0.4), fit("left", {"speed": 0.1, "price": 0.9}, 0.02))
    assert group_columns(table) == ["outcome_id", "item_id"]
    assert table["outcome_id"].value_counts().to_dict() == {"nps": 4, "left": 4}
    assert estimates.only(table, "driver_share", outcome_id="left", item_id="price")["value"].item() == 0.9
    assert estimates.only(table, "r2", outcome_id="nps")["value"].item() == 0.4
    assert "vif_max" not in set(table["metric"])
