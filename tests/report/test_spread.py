import pandas as pd
import pytest

from cxlib.report.spread import spread


def test_a_row_a_group_and_what_is_the_same_everywhere_in_the_heading(estimates, german):
    header, rows = spread(estimates.assign(method="Wilson"), german)
    assert header == [
        "Kontaktpunkt",
        "Weiterempfehlung (NPS) (Punkte; Wilson; n = 120)",
        "Spanne von",
        "Spanne bis",
        "n wirksam",
        "Hinweis",
    ]
    assert len(rows) == len(estimates)


@pytest.fixture
def both(estimates, estimates_of):
    known = dict.fromkeys(estimates["touchpoint_id"].dropna(), (0.72, ""))
    return pd.concat([estimates, estimates_of(known, metric="csat", unit="share")], ignore_index=True)


def test_metrics_stand_side_by_side_with_one_n_where_they_share_it(both, estimates, german):
    both["n"] = both["touchpoint_id"].map({"shop": 80}).fillna(120)
    header, rows = spread(both.assign(n_eff=both["n"]), german)
    assert header[-1] == "n"
    assert not [name for name in header if name.endswith((": n", "wirksam"))]
    told = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert next(cell for name, cell in told["Webshop"].items() if name.startswith("2: Zufriedenheit (CSAT) (")) == 0.72
    assert told["Webshop"]["n"] == 80
    assert len(rows) == len(estimates)


def test_where_n_or_the_effective_n_differ_they_stand_with_their_figure(both, german):
    satisfied = both["metric"].eq("csat")
    both.loc[satisfied, "n"] = range(7, 7 + satisfied.sum())
    both["n_eff"] = both["n"].astype(float)
    both.loc[both.index[-1], "n_eff"] = 5.4
    header, rows = spread(both, german)
    assert header[-2:] == ["2: n", "2: n wirksam"]
    assert [row[-1] for row in rows if row[-1] is not None] == [5]


def test_an_n_that_is_hidden_somewhere_stays_with_the_rows(estimates, german):
    estimates.loc[estimates["value"].isna(), "n"] = pd.NA
    header, rows = spread(estimates, german)
    assert "n" in header
    assert "n = 120" not in " ".join(header)
    assert None in {row[header.index("n")] if row[header.index("n")] is not pd.NA else None for row in rows}


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
    assert list(values) == pytest.approx(list(estimates["value"]), nan_ok=True, abs=0.005 * (estimates["high"] - estimates["low"]).max())
    assert "zum Schutz Einzelner nicht veröffentlicht" in told["Hinweis"]


def test_a_note_that_comes_often_has_a_number_that_its_heading_explains(estimates_of, german):
    hidden = estimates_of({f"t{number}": (None, "suppressed") for number in range(5)})
    header, rows = spread(pd.concat([hidden, estimates_of({"shop": (1.0, "n < 30")})], ignore_index=True), german)
    at = header.index("Hinweis (1 = zum Schutz Einzelner nicht veröffentlicht)")
    assert [row[at] for row in rows] == ["1"] * 5 + ["zu wenige Angaben (unter 30)"]


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((0.112676, 0.08863, 0.142227), (0.1127, 0.0886, 0.1422)),
        ((33064.4, 28001.7, 137467.2), (33064, 28002, 137467)),
        ((2.97383, None, None), (2.97383, None, None)),
        ((2.97383, float("-inf"), 3.0), (2.97383, float("-inf"), 3.0)),
        ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)),
    ],
)
def test_numbers_are_told_to_the_hundredth_of_their_span(estimates, german, numbers, told):
    row = estimates.iloc[[2]].assign(**dict(zip(("value", "low", "high"), numbers, strict=True)))
    _, ((_, *cells),) = spread(row, german)
    known = [number for number in told if number is not None]
    assert [float(cell) for cell in cells[: len(known)]] == known


def test_a_table_of_labels_stays_as_it_is(german):
    header, rows = spread(pd.DataFrame({"notebook": ["03_contact_reasons"], "state": ["half"]}), german)
    assert (len(header), rows) == (2, [["Kontaktgründe", "reicht teilweise"]])
