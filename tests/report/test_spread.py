import pandas as pd
import pytest

from cxlib.report.spread import spread


def test_a_row_a_group_and_what_is_the_same_everywhere_in_the_heading(estimates, german):
    header, rows = spread(estimates.assign(method="Wilson"), german)
    assert header == ["Kontaktpunkt", "Weiterempfehlung (NPS) (Punkte; Wilson)", *header[2:]]
    assert header[2:] == ["Spanne von", "Spanne bis", "n wirksam", "Hinweis", "n"]
    assert len(rows) == len(estimates)


def test_metrics_stand_side_by_side_with_one_n_where_they_share_it(estimates, estimates_of, german):
    both = pd.concat([estimates, estimates_of({"shop": (0.72, ""), "phone": (0.5, ""), "invoice": (0.1, "")}, metric="csat", unit="share")])
    header, rows = spread(both, german)
    assert header[-1] == "n"
    assert not [name for name in header if name.endswith(": n")]
    told = {row[0]: row for row in rows}
    at = next(place for place, name in enumerate(header) if name.startswith("Zufriedenheit (CSAT)"))
    assert told["Webshop"][at] == 0.72
    assert len(rows) == estimates["touchpoint_id"].nunique(dropna=False) + ("invoice" not in set(estimates["touchpoint_id"]))


def test_where_n_or_the_effective_n_differ_they_stand_with_their_figure(estimates, estimates_of, german):
    other = estimates_of({"shop": (0.72, ""), "phone": (0.5, ""), "invoice": (0.1, "")}, metric="csat", unit="share").assign(n=7, n_eff=5.5)
    header, _ = spread(pd.concat([estimates, other]), german)
    assert [name for name in header if name.startswith("Zufriedenheit (CSAT): n")] == [
        "Zufriedenheit (CSAT): n",
        "Zufriedenheit (CSAT): n wirksam",
    ]


def test_units_that_differ_have_a_column(estimates, german):
    header, rows = spread(estimates.iloc[[1, 2]].assign(unit=["h", "days"]), german)
    assert [row[header.index("Einheit")] for row in rows] == ["Stunden", "Tage"]


def test_thinly_filled_metrics_and_figures_without_groups_are_listed(estimates, german):
    thin = estimates.assign(metric=["nps", "csat", "ces"] * 2 + ["nps", "csat"])
    header, rows = spread(thin, german)
    assert header[:2] == ["Kontaktpunkt", "Kennzahl"]
    assert len(rows) == len(thin)
    assert spread(estimates.head(1).drop(columns="touchpoint_id"), german)[0][0] == "Kennzahl"


def test_nothing_is_lost(estimates, german):
    header, rows = spread(estimates, german)
    told = dict(zip(header, zip(*rows, strict=True), strict=True))
    values = next(cells for name, cells in told.items() if name.startswith("Weiterempfehlung (NPS) ("))
    assert list(values) == pytest.approx(list(estimates["value"]), nan_ok=True)
    assert "zum Schutz Einzelner nicht veröffentlicht" in told["Hinweis"]


def test_a_table_of_labels_stays_as_it_is(german):
    header, rows = spread(pd.DataFrame({"notebook": ["03_contact_reasons"], "state": ["half"]}), german)
    assert (len(header), rows) == (2, [["Kontaktgründe", "reicht teilweise"]])
