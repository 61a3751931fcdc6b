"""Who answers for which kind of enquiry: nobody, one, or several."""

from __future__ import annotations

from typing import Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, headed, lacking, levels, picked
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["STATES", "owners"]

STATES = ("one", "none", "several")


def owners(
    reasons: pd.DataFrame,
    service_levels: pd.DataFrame | None = None,
    contacts: IntoFrame | None = None,
    *,
    reason: str = "reason_id",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Who is in charge of each kind of enquiry, where nobody is and where several are.

    Parameters
    ----------
    reasons : DataFrame
        The taxonomy: ``reason_id``, ``owner``; reasons that are no customer's concern (``concern`` false) are left out.
    service_levels : DataFrame, optional
        Standards by reason with their ``owner``: counts as in charge as well.
    contacts : pandas, DuckDB or PySpark frame, optional
        The log with a column `reason`: how many contacts fall to nobody.
    reason, direction, period, **options
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES. By ``owner_state`` ("one", "none", "several"): ``enquiry_types`` (``count`` of reasons), and with contacts
        ``contact_share`` (``share`` of contacts with a known reason). By ``owner_state``, ``reason_id`` and ``owner`` (names joined by
        " + " where there are several, "nobody" where there is none): ``owner_count`` (``count``; ``n`` contacts, where a log is given).
        ``channel_differs`` (``count``): reasons in one owner's charge that come in by a channel whose standard names somebody else. Needs
        reasons.owner or service_levels.owner.

    >>> taxonomy = pd.DataFrame({"reason_id": ["a", "b", "c"], "owner": ["KC", None, "KC"]}).astype("str")
    >>> standards = pd.DataFrame({"reason_id": ["c"], "owner": ["DI"]}).astype("str")
    >>> found = owners(taxonomy, standards)
    >>> found[found["metric"].eq("enquiry_types")][["owner_state", "value"]].values.tolist()
    [['one', 1.0], ['none', 1.0], ['several', 1.0]]
    """
    stated = _stated(reasons, service_levels)
    kinds = reasons[reasons["concern"].fillna(True).astype(bool)] if "concern" in reasons else reasons
    if stated.empty or kinds.empty:
        needs = ["reasons.reason_id"] if kinds.empty else ["reasons.owner", "service_levels.owner"]
        return headed(estimates.unanswerable("enquiry_types", "count", needs), {"owner_state": "none"})
    names = stated.groupby("reason_id")["owner"].agg(lambda found: " + ".join(sorted(set(found))))
    number = stated.groupby("reason_id")["owner"].nunique()
    table = pd.DataFrame({"reason_id": kinds["reason_id"].astype("str")}).drop_duplicates(ignore_index=True)
    table["owner"] = table["reason_id"].map(names).astype("str").fillna("nobody")
    table["owners"] = table["reason_id"].map(number).fillna(0).astype("int64")
    table["owner_state"] = pd.cut(table["owners"], [-1, 0, 1, 10_000], labels=["none", "one", "several"]).astype("str")
    log = None
    if contacts is not None and not lacking(contacts, ["local_date", reason]):
        cluster = options.get("cluster") or "customer_id"
        log = counted(contacts, [reason], cluster=cluster, direction=direction, period=period)
        log = log[log[reason].notna()].assign(reason_id=levels(log[reason]))
    parts = [_states(table, log, options), _each(table, log)]
    return estimates.stack(*parts, *_channels(table, service_levels))


def _stated(reasons: pd.DataFrame, service_levels: pd.DataFrame | None) -> pd.DataFrame:
    """Every owner that is stated for a reason."""
    found = [reasons[["reason_id", "owner"]]] if "owner" in reasons else []
    if service_levels is not None and {"reason_id", "owner"} <= set(service_levels):
        found.append(service_levels[["reason_id", "owner"]])
    if not found:
        return pd.DataFrame({"reason_id": [], "owner": []})
    return pd.concat(found, ignore_index=True).dropna().astype("str").drop_duplicates(ignore_index=True)


def _states(table: pd.DataFrame, log: pd.DataFrame | None, options: Sampling) -> pd.DataFrame:
    sizes = table["owner_state"].value_counts().reindex(list(STATES)).fillna(0)
    columns = {"metric": "enquiry_types", "value": sizes.to_numpy(), "unit": "count", "n": len(table), "method": "count"}
    parts = [rows(pd.DataFrame({"owner_state": list(STATES)}), columns | {"n_eff": float(len(table))})]
    if log is not None and len(log):
        state = log["reason_id"].map(table.set_index("reason_id")["owner_state"])
        there = log[state.notna()]
        for name in STATES:
            flagged = there.assign(flag=state[state.notna()].eq(name).astype("float64"))
            if len(flagged):
                share = behind(estimates.share(flagged, "flag", metric="contact_share", **clustered(options)), flagged, [])
                parts.append(headed(share, {"owner_state": name}))
    return estimates.stack(*parts)


def _each(table: pd.DataFrame, log: pd.DataFrame | None) -> pd.DataFrame:
    number = pd.Series(0, index=table.index)
    if log is not None:
        number = table["reason_id"].map(log.groupby("reason_id")["n"].sum()).fillna(0).astype("int64")
    order = table.assign(number=number).sort_values(["owner_state", "number"], ascending=[True, False], kind="stable")
    columns = {
        "metric": "owner_count",
        "value": order["owners"].to_numpy(dtype="float64"),
        "unit": "count",
        "n": order["number"].to_numpy(),
    }
    return rows(
        order[["owner_state", "reason_id", "owner"]], columns | {"n_eff": order["number"].to_numpy(dtype="float64"), "method": "count"}
    )


def _channels(table: pd.DataFrame, service_levels: pd.DataFrame | None) -> list[pd.DataFrame]:
    """Reasons whose owner is none of those that the channels' standards name."""
    if service_levels is None or not {"channel", "owner"} <= set(service_levels):
        return []
    doors = picked(service_levels, ["channel", "owner"]).dropna()
    if doors.empty:
        return []
    own = table[table["owner_state"] == "one"]
    differs = int((~own["owner"].isin(set(doors["owner"]))).sum())
    columns = {
        "metric": "channel_differs",
        "value": float(differs),
        "unit": "count",
        "n": len(own),
        "n_eff": float(len(own)),
        "method": "count",
    }
    return [rows(pd.DataFrame(index=[0]), columns)]
