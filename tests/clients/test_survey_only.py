"""A client of whom there is a survey and no log."""

import shutil


def test_the_airport_survey_becomes_a_report_with_nothing_but_its_params(raw, published, shared_data):
    shutil.copy(shared_data / "sfo2017.csv", raw("sfo2017"))
    run = published("sfo2017")
    english = (run / "en" / "10_expectation_gaps.html").read_text(encoding="utf-8")
    assert "Weakest: Retail shops at 3.65" in english
    assert "What customers expect was not asked." in english
    assert "Survey: question about: expected" in english
    assert "40.4 points (span 37.3 to 43.5; n = 2,746)" in english
    assert "40,4 Punkte (Spanne 37,3 bis 43,5; n = 2.746)" in (run / "de" / "10_expectation_gaps.html").read_text(encoding="utf-8")
