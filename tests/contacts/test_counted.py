"""The query that every function of the room starts with: the same on every engine, and nothing lost."""

import duckdb
import pandas as pd
import pytest

from cxlib.contacts import behind, clustered, counted, counts, filled, lacking, levels, named, picked, wanting
from cxlib.errors import DataError


def test_counts_agree_with_pandas_own(log):
    table = counted(log, ["channel", "local_hour"], cluster="", direction=None)
    expected = log.groupby(["channel", "local_hour"]).agg(n=("weight", "size"), weight=("weight", "sum"))
    found = table.set_index(["channel", "local_hour"])
    for key, row in expected.iterrows():
        assert (found.loc[key, "n"], found.loc[key, "weight"]) == (row["n"], row["weight"])
    assert len(found) == len(expected)
    assert table["squares"].sum() == pytest.approx((log["weight"] ** 2).sum())


def test_a_missing_key_is_a_level_and_not_lost(log):
    table = counted(log, ["received_by"], cluster="", direction=None)
    assert table["n"].sum() == len(log)
    assert table["received_by"].isna().sum() == 1


def test_contacts_of_nobody_known_belong_to_their_day(log):
    table = counted(log, [], cluster="customer_id", direction=None)
    known = log["customer_id"].notna()
    assert set(table["cluster"]) == set(log.loc[known, "customer_id"]) | {f"day {day:%Y-%m-%d}" for day in log.loc[~known, "local_date"]}
    assert counted(log, [], cluster="account_id", direction=None)["cluster"].str.startswith("day ").all()


def test_direction_leaves_out_the_other_one_and_keeps_the_unknown(log):
    count = lambda direction: counted(log, [], cluster="", direction=direction)["n"].item()  # noqa: E731
    assert count(None) == len(log)
    assert count("inbound") == (log["direction"] != "outbound").sum()
    assert count("outbound") == (log["direction"] != "inbound").sum()


def test_the_period_includes_both_ends(log):
    day = log["local_date"].iloc[0]
    found = counted(log, ["local_date"], cluster="", direction=None, period=(day.date(), day.date()))
    assert found["n"].item() == (log["local_date"] == day).sum()


def test_weighted_sums(log):
    table = counted(log, ["channel"], cluster="", direction=None, sums=["handle_s"]).set_index("channel")
    expected = (log["handle_s"] * log["weight"]).groupby(log["channel"]).sum()
    assert table["handle_s"].to_dict() == pytest.approx(expected.to_dict())


def test_duckdb_counts_the_same(log):
    relation = duckdb.from_df(log)
    for keys, cluster in ((["channel", "local_hour"], "customer_id"), (["received_by", "local_date"], ""), ([], "customer_id")):
        ours, theirs = (counted(table, keys, cluster=cluster, sums=["handle_s"]) for table in (log, relation))
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


def test_what_is_missing_is_named(log):
    assert lacking(log, ["channel", "abandoned", "received_by"]) == ["contacts.abandoned"]
    assert lacking(log.assign(channel=None), ["channel"]) == ["contacts.channel"]
    assert lacking(log.iloc[:0], ["local_hour", "due_ts"]) == ["contacts.contact_ts", "contacts.due_ts"]
    assert lacking(log.iloc[:0], ["a_feature"]) == ["contacts.contact_ts", "contacts.a_feature"]
    assert filled(duckdb.from_df(log), ["customer_id", "cost"]) == {"customer_id": int(log["customer_id"].notna().sum()), "cost": 0}
    with pytest.raises(DataError, match=r"table: there is no column 'chanel' \(did you mean 'channel'\?\)"):
        lacking(log, ["chanel"])


def test_a_missing_group_never_takes_the_place_of_the_figure_over_all():
    assert wanting("contacts", "count", ["contacts.contact_ts"], ["contacts.channel"], ["channel"])["channel"].isna().all()
    assert wanting("contacts", "count", [], ["contacts.channel"], ["channel"])["channel"].item() == "__unknown__"
    assert wanting("contacts", "count", [], [], ["channel"]) is None


def test_levels_are_words_without_decimal_points():
    assert levels(pd.Series([8, None], dtype="Int64"))[0] == levels(pd.Series([8.0, None]))[0] == "8"
    assert levels(pd.Series([0.5, 1.0])).to_list() == ["0.5", "1.0"]
    assert levels(pd.Series(pd.to_datetime(["2025-01-06"]))).item() == "2025-01-06"
    assert named(pd.DataFrame({"a": [None, "x"]}), ["a"])["a"].to_list() == ["__unknown__", "x"]


def test_n_and_effective_n_count_contacts_and_not_counted_rows(log):
    table = named(counted(log, ["channel"], cluster="customer_id", direction=None), ["channel"])
    row = counts(table, ["channel"], "contacts").set_index("channel").loc["phone"]
    weights = log.loc[log["channel"] == "phone", "weight"]
    assert (row["n"], row["value"]) == (len(weights), weights.sum())
    assert row["n_eff"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum())
    overall = behind(counts(table, [], "contacts").assign(n=0), table, [])
    assert overall["n"].item() == len(log)
    assert clustered({"level": 0.9}) == {"level": 0.9, "weight": "weight", "cluster": "cluster"}


def test_only_the_columns_asked_for_are_fetched(log):
    assert picked(duckdb.from_df(log), ["channel", "channel"]).columns.to_list() == ["channel"]
