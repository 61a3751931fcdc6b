"""What honest intervals cost: clustered intervals by group against a plain loop and against the bare mean, and draws against none.

    python benchmarks/estimates.py [--only mean|draws] [--quick] [--json]

Only ratios are reported; both sides of each run in one process, in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show, times_longer
from scipy import stats

from cxlib import estimates
from cxlib.survey import scores

SEED = 1
GROUPS, ROWS_A_CLUSTER, DRAWS = 20, 10, 500


def answers_of(rows: int) -> pd.DataFrame:
    """Return NPS answers of accounts in 20 regions, as the contract lays them out."""
    rng = np.random.default_rng(SEED)
    accounts = rows // ROWS_A_CLUSTER
    account = rng.integers(0, accounts, rows)
    felt = rng.normal(7.5, 1.5, rows) + rng.normal(0, 1, accounts)[account]
    return pd.DataFrame(
        {
            "respondent_id": [f"r{number}" for number in range(rows)],
            "account_id": pd.array([f"a{number}" for number in range(accounts)], dtype="str").take(account),
            "region": pd.array([f"region {number:02d}" for number in range(GROUPS)], dtype="str").take(account % GROUPS),
            "item_id": "recommend",
            "item_type": "nps",
            "state": "answered",
            "value": felt.round().clip(0, 10),
            "weight": rng.uniform(0.5, 2.0, rows),
        }
    )


def clustered(table: pd.DataFrame) -> pd.DataFrame:
    return estimates.mean(table, "value", by=["region"], weight="weight", cluster="account_id")


def looped(table: pd.DataFrame) -> pd.DataFrame:
    """Give the same numbers as one writes them by hand, a group at a time."""

    def interval(rows: pd.DataFrame) -> pd.Series:
        mean = np.average(rows["value"], weights=rows["weight"])
        sums = (rows["weight"] * (rows["value"] - mean)).groupby(rows["account_id"]).sum() / rows["weight"].sum()
        se = np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1))
        half = stats.t.ppf(0.975, len(sums) - 1) * se
        return pd.Series({"value": mean, "low": mean - half, "high": mean + half})

    return table.groupby("region")[["value", "weight", "account_id"]].apply(interval)


def bare(table: pd.DataFrame) -> pd.Series:
    return table.groupby("region")["value"].mean()


def of_mean(rows: int, rounds: int) -> Iterator[Result]:
    table = answers_of(rows)
    columns = ["value", "low", "high"]
    apart = float(np.abs(clustered(table)[columns].to_numpy() - looped(table)[columns].to_numpy()).max())
    yield Result("clustered mean · same numbers as the loop", apart, "largest difference", "≤ 1e-9", apart <= 1e-9)
    faster, note = times_longer(lambda: looped(table), lambda: clustered(table), rounds=rounds)
    yield Result("clustered mean · against the loop", faster, "times faster", "≥ 1", faster >= 1, note)
    slower, note = times_longer(lambda: clustered(table), lambda: bare(table), rounds=rounds)
    yield Result("clustered mean · against the bare mean", slower, "times slower", "≤ 20", slower <= 20, note)


def of_draws(rows: int, rounds: int) -> Iterator[Result]:
    table = answers_of(rows)

    def nps(**options: int) -> pd.DataFrame:
        return scores.nps(table, by=["region"], cluster="account_id", **options)

    longer, note = times_longer(lambda: nps(draws=DRAWS), nps, rounds=rounds)
    yield Result(f"nps with {DRAWS} draws · against none", longer, "times slower", "≤ 8", longer <= 8, note)


def results(*, only: str | None, quick: bool) -> Iterator[Result]:
    """Yield the results; quick, on a tenth of the rows, where the fixed cost of a call weighs too much to be held to a goal."""
    rows, rounds = (6_000, 5) if quick else (60_000, 25)
    rooms = {"mean": of_mean, "draws": of_draws}
    for room in [only] if only else rooms:
        for result in rooms[room](rows, rounds):
            sized = replace(result, note=f"{rows} rows, {GROUPS} groups, {rows // ROWS_A_CLUSTER} clusters; {result.note}".rstrip("; "))
            yield replace(sized, goal="", holds=None) if quick and "times" in result.unit else sized


def main() -> None:
    chosen = command_line(__doc__, ("mean", "draws")).parse_args()
    show(results(only=chosen.only, quick=chosen.quick), as_json=chosen.json)


if __name__ == "__main__":
    main()
