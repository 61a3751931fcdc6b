"""Free days: a state's holidays beside a published list, and the house's own."""

from datetime import date

from cxlib.params.holidays import free_days, region_fault

# Hesse 2025, as the state's ministry of the interior publishes them
HESSE = [
    "2025-01-01",
    "2025-04-18",
    "2025-04-21",
    "2025-05-01",
    "2025-05-29",
    "2025-06-09",
    "2025-06-19",
    "2025-10-03",
    "2025-12-25",
    "2025-12-26",
]
YEAR = (date(2025, 1, 1), date(2025, 12, 31))


def test_holidays_of_a_state():
    assert [str(day) for day in free_days("DE", "HE", [], [], *YEAR)] == HESSE
    bavaria = {str(day) for day in free_days("DE", "BY", [], [], *YEAR)}
    assert bavaria - set(HESSE) == {"2025-01-06", "2025-11-01"}


def test_the_house_s_own_days():
    own, opened = date(2025, 12, 24), date(2025, 6, 19)
    found = free_days("DE", "HE", [own], [opened], *YEAR)
    assert own in found
    assert opened not in found
    assert free_days(None, None, [own, date(2027, 1, 1)], [], *YEAR) == (own,)


def test_the_simulated_house_has_the_same_holidays():
    from cxlib.simulate import calendar

    assert [str(day) for day in sorted(calendar.holidays("HE", range(2025, 2026)))] == HESSE


def test_unknown_regions_are_refused():
    assert region_fault("DE", None) == ""
    assert region_fault(None, "HE") == "holidays.state: 'HE' needs a country. State holidays.country, as in DE"
    assert region_fault("XX", None).startswith("holidays.country: there are no holidays of 'XX'")
    assert region_fault("DE", "HX").startswith("holidays.state: 'DE' has no state 'HX'. It has: BB, BE, BW")
