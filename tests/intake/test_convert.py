"""A table is typed in one pass: what was moved is counted, and what gets lost is found out."""

import pytest

from cxlib.errors import DataError
from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import convert, moved
from cxlib.intake.workbench import Raw
from cxlib.params import Source
from cxlib.tables import Column


def test_times_that_a_rule_moved_are_counted(bench):
    bench.put("raw", ["X"], [["30.03.2025 02:30", "26.10.2025 02:30", "26.10.2025 02:10", "05.02.2025 08:15", ""]])
    source = Source(table="contacts", file="x.csv", time_format="%d.%m.%Y %H:%M", skipped_hour="forward", doubled_hour="first")
    one = Conversion(Column("x_ts", "time", required=False), "X", source, "Europe/Berlin")
    assert convert(bench, Raw("raw", ("X",), 5, str), [one], [], "true", "typed", "x.csv") == {}
    assert moved(bench, [one], "typed") == {("skipped_hour", "x_ts"): 1, ("doubled_hour", "x_ts"): 2}


def test_rows_that_get_lost_on_the_way_are_found_out(bench):
    bench.put("raw", ["X"], [["1", "2"]])
    one = Conversion(Column("x", "id", required=False), "X", Source(table="contacts", file="x.csv"), "UTC")
    with pytest.raises(DataError, match="x.csv: holds 3 rows, but 2 were read"):
        convert(bench, Raw("raw", ("X",), 3, str), [one], [], "true", "typed", "x.csv")
