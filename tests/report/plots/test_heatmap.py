"""The week as a picture: every field in its place, service hours to the minute, nothing told by colour alone."""

import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots

OFFICE = {day: [(7.5, 16.5)] for day in range(1, 5)} | {5: [(8, 12), (13, 14.5)]}


@pytest.fixture
def week():
    """A busy Tuesday morning, a quiet Sunday night, and one hour that is not published."""
    rows = [(str(day), str(hour), 2.0 + (8 <= hour < 17) * (40.0 - 3 * day)) for day in range(1, 8) for hour in range(24)]
    table = pd.DataFrame(rows, columns=["local_weekday", "local_hour", "value"]).assign(metric="contacts_per_hour", unit="per hour", n=100)
    table.loc[(table["local_weekday"] == "2") & (table["local_hour"] == "9"), "value"] = 50.0
    table.loc[(table["local_weekday"] == "7") & (table["local_hour"] == "3"), "value"] = 0.0
    table = table.assign(low=table["value"] * 0.9, high=table["value"] * 1.1, n_eff=100.0, method="rate", note="")
    table.loc[0, ["value", "low", "high"]] = np.nan
    table.loc[0, "note"] = "suppressed"
    columns = ["local_weekday", "local_hour", "metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note"]
    return table[columns].astype({"n": "Int64"})


def root_of(plot, words, *, narrow=False):
    return ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))


def texts(root):
    return ["".join(element.itertext()) for element in root.iter("text")]


def paths(root, ink):
    return [element.attrib["d"] for element in root.iter("path") if f"var(--cx-{ink}," in element.attrib.get("style", "")]


@pytest.mark.parametrize("narrow", [False, True])
def test_days_hours_and_key_are_named(week, german, narrow):
    said = texts(root_of(plots.heatmap(week, service_hours=OFFICE), german, narrow=narrow))
    days = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
    assert said[0] == "Kontakte, je Stunde"
    assert said[1:9] == ["bis 10", "bis 20", "bis 30", "bis 40", "bis 50", "meiste Kontakte", "Servicezeit", "nicht veröffentlicht"]
    assert [day[:2] if narrow else day for day in days] == [text for text in said if text[:2] in {day[:2] for day in days}]
    assert ("14" if narrow else "15 Uhr") in said


def test_every_field_above_zero_is_filled_once(week, german):
    fills = paths(root_of(plots.heatmap(week), german), "accent")
    fields = sum(path.count("M") for path in fills)
    assert fields == 168 - 2 + 5  # one hidden, one without a contact, and five in the key


def test_darker_is_more(week, german):
    root = root_of(plots.heatmap(week), german)
    shades = [element.attrib["style"] for element in root.iter("path") if "--cx-accent" in element.attrib.get("style", "")]
    strength = [float((re.search(r"opacity:([\d.]+)", style) or [0, 1])[1]) for style in shades]
    key, grid = sorted(strength)[::2], len(set(strength))
    assert len(key) == grid == 5
    darkest = [d for d, s in zip(paths(root, "accent"), strength, strict=True) if s == 1.0]
    assert sum(path.count("M") for path in darkest) == 1 + 1  # the busiest hour, and its place in the key


def test_a_value_at_the_end_of_a_class_belongs_to_it(week, german):
    root = root_of(plots.heatmap(week.assign(value=[50.0, *[10.0] * 167])), german)
    styles = [element.attrib["style"] for element in root.iter("path") if element.attrib["d"].count("M") == 167]
    assert [re.search(r"opacity:([\d.]+)", style)[1] for style in styles] == ["0.12"]  # "up to 10"


def test_service_hours_are_drawn_to_the_minute(week, german):
    def closing(hour):
        drawn = paths(root_of(plots.heatmap(week, service_hours={1: [(7, hour)]}), german), "ink")
        return max(float(x) for path in drawn for x in re.findall(r"[MLH]([\d.]+)", path))

    assert closing(24) == pytest.approx(718, abs=0.2)
    assert closing(16.5) - closing(16) == pytest.approx((closing(24) - closing(16)) / 16, abs=0.2)


def test_days_side_by_side_share_no_line(week, german):
    lines = lambda hours: sum(path.count("M") for path in paths(root_of(plots.heatmap(week, service_hours=hours), german), "ink"))  # noqa: E731
    one, two = lines({1: [(8, 12)]}), lines({1: [(8, 12)], 2: [(8, 12)]})
    assert two - one == 2  # two more ends of the day, and no line between the days
    assert lines({1: [(8, 12)], 2: [(8, 10)]}) - one == 3  # where only Monday is served, its edge remains


def test_hidden_fields_are_crossed_out(week, german):
    crosses = paths(root_of(plots.heatmap(week), german), "span")
    assert sum(path.count("M") for path in crosses) == 2 * 2  # the field, and the key
    assert not paths(root_of(plots.heatmap(week.iloc[1:]), german), "span")


def test_the_text_alternative_names_ends_hours_and_what_is_hidden(week, english):
    assert plots.heatmap(week, service_hours=OFFICE).describe(english) == (
        "Week grid: Contacts, seven weekdays by 24 hours. Most: Tuesday, 9:00–10:00: 50.0 an hour (span 45.0 to 55.0; n = 100). "
        "Least: Sunday, 3:00–4:00: 0.0 an hour (span 0.0 to 0.0; n = 100). Service hours drawn in: Monday 7:30–16:30; "
        "Tuesday 7:30–16:30; Wednesday 7:30–16:30; Thursday 7:30–16:30; Friday 8:00–12:00 and 13:00–14:30. "
        "One value is not published or missing."
    )


def test_without_a_number_it_says_so(week, english):
    hidden = week.assign(value=np.nan, note="suppressed")
    plot = plots.heatmap(hidden)
    assert plot.describe(english) == "Week grid: Contacts, no value is published."
    assert texts(root_of(plot, english))
    quiet = plots.heatmap(week.assign(value=0.0))
    assert sum(path.count("M") for path in paths(root_of(quiet, english), "accent")) == 1  # the key alone


def test_a_question_that_cannot_be_answered_is_no_picture(english):
    from cxlib import estimates
    from cxlib.report import outputs

    row = estimates.unanswerable("contacts_per_hour", "per hour", ["contacts.contact_ts"], by=["local_weekday", "local_hour"])
    assert "contacts.contact_ts" in outputs.figure(plots.heatmap(row), english, number=1, caption="x")


def test_wrong_tables_are_refused(week):
    with pytest.raises(
        CxError, match=r"heatmap: cannot be drawn by 'weekday' \(did you mean 'local_weekday'\?\). Group columns: local_weekday"
    ):
        plots.heatmap(week, day="weekday")
    with pytest.raises(CxError, match=r"heatmap: shows one metric, the table has several"):
        plots.heatmap(pd.concat([week, week.assign(metric="contacts_per_day")]))
    with pytest.raises(CxError, match=r"heatmap: a local_weekday and local_hour stand twice"):
        plots.heatmap(pd.concat([week, week]))
    with pytest.raises(CxError, match=r"heatmap: lies outside the week: '24'. Weekdays are 1 to 7, hours 0 to 23."):
        plots.heatmap(week.replace({"local_hour": {"23": "24"}}))
