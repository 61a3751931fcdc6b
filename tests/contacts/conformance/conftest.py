"""The engines that the log may come from, and logs with everything that happens to logs."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

ZONE = "Europe/Berlin"
JAVA = shutil.which("java") is not None or "JAVA_HOME" in os.environ


def nasty(rows: int = 300, seed: int = 8) -> pd.DataFrame:
    """Contacts around both clock changes: fractions of seconds, missing values, contacts at the same moment, doubled ids, a robot."""
    rng = np.random.default_rng(seed)
    start = [pd.Timestamp("2025-03-24", tz=ZONE), pd.Timestamp("2025-10-20", tz=ZONE)]
    seconds = np.sort(rng.uniform(0, 14 * 86_400, rows)).round(6)
    seconds[1::9] = seconds[::9][: len(seconds[1::9])]  # the same moment
    seconds[2::11] = seconds[1::11][: len(seconds[2::11])] + rng.uniform(0, 900, len(seconds[2::11]))  # within a forward
    season = rng.integers(0, 2, rows)
    moments = pd.Series([start[one] + pd.Timedelta(seconds=float(second)) for one, second in zip(season, seconds, strict=True)])
    moments = moments.dt.as_unit("us")
    customer = np.where(rng.random(rows) < 0.3, 0, rng.integers(1, 25, rows))  # number 0 is the robot

    def holes(values: Any, share: float) -> np.ndarray:
        return np.where(rng.random(rows) < share, None, np.asarray(values, dtype=object))

    local = moments.dt.tz_localize(None)
    texts = {
        "contact_id": [f"{number:05d}" for number in range(rows)],
        "channel": holes(rng.choice(["phone", "email", "chat"], rows), 0.05),
        "direction": rng.choice(["inbound", "outbound", None], rows, p=[0.8, 0.1, 0.1]),
        "customer_id": holes([f"{number:03d}" for number in customer], 0.1),
        "case_id": holes([f"V{number}" for number in rng.integers(0, 90, rows)], 0.2),
        "order_id": holes([f"{number:04d}" for number in rng.integers(0, 60, rows)], 0.5),
        "reason_id": holes(rng.choice(["status", "invoice"], rows), 0.1),
        "touchpoint_id": holes(rng.choice(["T1", "T2", "T3"], rows), 0.1),
        "received_by": holes(rng.choice(["desk", "field"], rows), 0.1),
        "handled_by": holes(rng.choice(["x", "y", "z"], rows), 0.2),
        "outcome": holes(rng.choice(["resolved", "callback", "sale"], rows), 0.2),
        "source": np.array(["log"] * rows, dtype=object),
        "document_id": holes([f"R{number}" for number in rng.integers(0, 40, rows)], 0.6),
        "promise_type": holes(rng.choice(["callback", "information"], rows), 0.6),
    }
    log = pd.DataFrame({name: pd.array(list(values), dtype="str") for name, values in texts.items()})
    log.loc[3, "contact_id"] = log.loc[4, "contact_id"]
    hours = pd.to_timedelta(rng.exponential(30, rows) - 1, unit="h")
    return log.assign(
        contact_ts=moments,
        resolved_ts=(moments + hours).dt.as_unit("us").where(pd.Series(rng.random(rows) < 0.8)),
        first_response_ts=(moments + hours / 2).dt.as_unit("us").where(pd.Series(rng.random(rows) < 0.8)),
        due_ts=(moments + pd.Timedelta(hours=24)).dt.as_unit("us").where(pd.Series(rng.random(rows) < 0.7)),
        transfers=pd.array(np.where(rng.random(rows) < 0.2, None, rng.integers(0, 4, rows)), dtype="Int64"),
        goodwill_amount=np.where(pd.Series(range(rows)) % 7 == 0, 40.0, np.nan),
        wait_s=np.where(rng.random(rows) < 0.3, np.nan, rng.exponential(60, rows) - 2),
        handle_s=np.where(rng.random(rows) < 0.3, np.nan, rng.exponential(200, rows)),
        abandoned=pd.array(np.where(rng.random(rows) < 0.5, None, rng.random(rows) < 0.2), dtype="boolean"),
        weight=rng.choice([1.0, 13.0], rows, p=[0.95, 0.05]),
        reached=pd.array(np.where(rng.random(rows) < 0.3, None, rng.random(rows) < 0.7), dtype="boolean"),
        promise_due_ts=(moments + pd.Timedelta(hours=6)).dt.as_unit("us").where(pd.Series(rng.random(rows) < 0.8)),
        promise_done_ts=(moments + hours / 3).dt.as_unit("us").where(pd.Series(rng.random(rows) < 0.7)),
        local_date=local.dt.normalize().dt.as_unit("us"),
        local_hour=local.dt.hour.astype("Int64"),
        local_weekday=(local.dt.day_of_week + 1).astype("Int64"),
    ).sample(frac=1, random_state=seed, ignore_index=True)


SMALL = {  # a Spark for logs of a few hundred rows: nothing runs beside anything else, nothing is compiled that runs once, nothing is shown
    "spark.master": "local[1]",
    "spark.default.parallelism": "1",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.session.timeZone": "UTC",  # as the parquet of intake keeps time
    "spark.sql.ui.explainMode": "simple",
    "spark.python.sql.dataFrameDebugging.enabled": "false",  # else each column asks the JVM where in Python it was made
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # a minute of work is not worth the second compiler
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A local Spark, started once."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("PySpark is not here: python bootstrap.py spark (it needs Java 17)")
    if not JAVA:
        pytest.skip("PySpark is here, but no Java (Debian and Ubuntu: apt install openjdk-17-jre-headless)")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyspark's own remarks on newer pandas
        from pyspark.sql import SparkSession

        session = SparkSession.builder.appName("conformance").config(map=SMALL).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.fixture(scope="session")
def logs() -> dict[str, pd.DataFrame]:
    whole = nasty()
    return {"nasty": whole, "empty": whole.iloc[:0], "one": whole.iloc[[7]], "bare": whole[["contact_id", "contact_ts", "local_date"]]}


@pytest.fixture(scope="session", params=["duckdb", "pyspark"])
def reader(request: pytest.FixtureRequest) -> Callable[[Path], Any]:
    """Read a parquet file as another engine does."""
    if request.param == "duckdb":
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'America/New_York'")  # whatever the machine's own is
        return lambda path: connection.read_parquet(str(path))
    session = request.getfixturevalue("spark")
    return lambda path: session.read.parquet(str(path)).coalesce(1).cache()


@pytest.fixture(scope="session")
def engine(reader: Callable[[Path], Any], tmp_path_factory: pytest.TempPathFactory, logs: dict[str, pd.DataFrame]) -> Callable[[str], Any]:
    """Give a log, by its name, as another engine reads it from parquet."""
    folder = tmp_path_factory.mktemp("logs")
    for name, log in logs.items():
        log.to_parquet(folder / f"{name}.parquet", index=False)
    kept = {name: reader(folder / f"{name}.parquet") for name in logs}
    return kept.__getitem__
