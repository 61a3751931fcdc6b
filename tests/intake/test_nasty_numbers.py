"""Numbers, amounts and durations as clients send them: each comes out right, or is refused with the place and the way out."""

import pytest

from .exports import X, waits


def costs(*cells, **declared):
    return "Id;Zeit;Kanal;Kosten\n" + "".join(f"{number};05.02.2025 08:15;phone;{cell}\n" for number, cell in enumerate(cells, start=1)), {
        "columns": {"cost": "Kosten"}
    } | declared


RIGHT = {  # name: (content, declaration), column, its values
    "thousands, declared": (waits("1.234", "12.345,5", "7", thousands="."), "wait_s", [1234, 12345.5, 7]),
    "thousands behind apostrophes, curved ones too": (waits("1'234.5", "1’234", decimal=".", thousands="'"), "wait_s", [1234.5, 1234]),
    "thousands behind a no-break space": (waits("1\u00a0234,5", thousands=" "), "wait_s", [1234.5]),
    "minutes, declared": (waits("1,5", "2 min", units={"wait_s": "min"}), "wait_s", [90, 120]),
    "durations on the clock, declared": (
        waits("0:03:25", "00:03:25.5", "27:00:00", " 0:03:25 ", units={"wait_s": "h:m:s"}),
        "wait_s",
        [205, 205.5, 97200, 205],
    ),
    "minutes and seconds, declared": (waits("3:25", "75:30", units={"wait_s": "m:s"}), "wait_s", [205, 4530]),
    "a word that means minutes, with its unit": (
        waits("2", "lang", units={"wait_s": "min"}, values={"wait_s": {"lang": "60 min"}}),
        "wait_s",
        [120, 3600],
    ),
    "amounts beside their currency, declared": (
        costs("12,50 €", "€ 1.234,00", "980,00- €", "7", "k.A.", units={"cost": "€"}, thousands=".", missing=["", "k.A."]),
        "cost",
        [12.5, 1234, -980, 7, None],
    ),
    "amounts behind their currency, declared": (costs("EUR 1.234,00", units={"cost": "EUR"}, thousands="."), "cost", [1234]),
}


REFUSED = {  # name: (content, declaration), messages word for word
    "1.234, thousands not declared": (
        waits("1.234"),
        [
            f"{X}: Wartezeit: 1 of 1 cells are no number for wait_s (line 2: '1.234'). A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "mixed decimal signs": (
        waits("1,5", "2.5", "1,234.50", "0.123", thousands="."),
        [
            f"{X}: Wartezeit: 3 of 4 cells are no number for wait_s (line 3: '2.5', line 4: '1,234.50', line 5: '0.123'). "
            "A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "words and another minus among numbers": (
        waits("k.A.", "weiß nicht", "−9"),
        [
            f"{X}: Wartezeit: 3 of 3 cells are no number for wait_s (line 2: 'k.A.', line 3: 'weiß nicht', line 4: '−9'). "
            "A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "a negative wait": (
        waits("-6", "6"),
        [
            f"{X}: Wartezeit: 1 of 2 cells are no number for wait_s (line 2: '-6'). A number with the decimal sign ',' was declared, not below 0. If the word means that there is no value, add it to `missing`."
        ],
    ),
    "amounts beside a currency that nobody declared": (
        costs("12,50 €", "EUR 3,00", "4"),
        [
            f"{X}: Kosten: 2 of 3 cells are no number for cost (line 2: '12,50 €', line 3: 'EUR 3,00'). "
            "Numbers in several units (€, EUR) stand in one column: ask for all of them in one unit."
        ],
    ),
    "an amount in another currency than declared": (
        costs("12,50 €", "$ 3,00", units={"cost": "€"}),
        [
            f"{X}: Kosten: 1 of 2 cells are no number for cost (line 3: '$ 3,00'). "
            "The unit '€' was declared, and '$' cannot be converted to it: ask for all numbers in one unit."
        ],
    ),
    "an amount in the declared currency with another decimal sign": (
        costs("12.50 €", "12,50 €", units={"cost": "€"}),
        [
            f"{X}: Kosten: 1 of 2 cells are no number for cost (line 2: '12.50 €'). The declared decimal sign is ',', and these numbers have '.' there: declare `decimal`, or ask for one sign."
        ],
    ),
    "a word among amounts in a declared currency": (
        costs("teuer", units={"cost": "€"}),
        [
            f"{X}: Kosten: 1 of 1 cells are no number for cost (line 2: 'teuer'). A number with the decimal sign ',' was declared, with or without the unit '€'. "
            "If the word means that there is no value, add it to `missing`."
        ],
    ),
    "thousands of euros, not declared": (
        costs("EUR 1.234,00"),
        [
            f"{X}: Kosten: 1 of 1 cells are no number for cost (line 2: 'EUR 1.234,00'). "
            "The numbers have their unit beside them: declare `units: {cost: 'EUR'}`, and if '.' groups thousands, `thousands: '.'`."
        ],
    ),
    "durations on the clock that nobody declared": (
        waits("0:03:25", "205"),
        [
            f"{X}: Wartezeit: 1 of 2 cells are no number for wait_s (line 2: '0:03:25'). These are durations on the clock: declare `units: {{wait_s: 'h:m:s'}}`."
        ],
    ),
    "a number among durations on the clock": (
        waits("0:03:25", "205", "0:99:00", units={"wait_s": "h:m:s"}),
        [
            f"{X}: Wartezeit: 2 of 3 cells are no number for wait_s (line 3: '205', line 4: '0:99:00'). "
            "The unit 'h:m:s' was declared, as in 0:03:25, with minutes and seconds below 60 in two digits."
        ],
    ),
    "a negative wait in minutes": (
        waits("-6", units={"wait_s": "min"}),
        [
            f"{X}: Wartezeit: 1 of 1 cells are no number for wait_s (line 2: '-6'). A number with the decimal sign ',' was declared, with or without the unit 'min', not below 0. "
            "If the word means that there is no value, add it to `missing`."
        ],
    ),
    "a negative amount as bookkeeping writes it": (
        costs("(12,50)", "5"),
        [
            f"{X}: Kosten: 1 of 2 cells are no number for cost (line 2: '(12,50)'). Numbers in brackets are negative in bookkeeping, and may be notes "
            "elsewhere: ask for the export with a minus before them."
        ],
    ),
    "a power of ten without its sign": (
        costs("12E5", decimal="."),
        [
            f"{X}: Kosten: 1 of 1 cells are no number for cost (line 2: '12E5'). A power of ten has lost digits where a spreadsheet wrote it, and may be "
            "no number at all: ask for the export with all digits (only 1e-05, the way programs write it, is read)."
        ],
    ),
}


@pytest.fixture
def reviews(came_of):
    def run(*ratings, **declared):
        columns = {"review_ts": "Wann", "source": "Portal", "rating": "Sterne"}
        source = {"table": "reviews", "file": "r.csv", "delimiter": ";", "decimal": ",", "date_format": "%d.%m.%Y", "columns": columns}
        source |= {"time_format": "%d.%m.%Y %H:%M"} | declared
        rows = "".join(f"05.02.2025 08:15;Portal A;{rating}\n" for rating in ratings)
        return came_of({"r.csv": "Wann;Portal;Sterne\n" + rows}, {"reviews": source})

    return run


def test_a_rating_whose_decimal_sign_is_lost_is_refused(reviews):
    assert reviews("4,5", "45", "5").problems == [
        "data/acme/raw/r.csv: Sterne: 1 of 3 cells are no number for rating (line 3: '45'). rating goes from 0 to 10, and a lost decimal sign "
        "makes 45 of 4.5: have the export corrected. If the scale goes further, declare it, as in `bounds: {rating: [0, 100]}`."
    ]
    assert [row["rating"] for row in reviews("45", "100", bounds={"rating": [0, 100]}).rows] == [45, 100]
    assert reviews("4,5", "10", bounds={"rating": [1, 5]}).problems == [
        "data/acme/raw/r.csv: Sterne: 1 of 2 cells are no number for rating (line 3: '10'). rating goes from 1 to 5: "
        "ask on which scale these numbers are, or what they stand for."
    ]


@pytest.mark.parametrize("name", RIGHT)
def test_it_comes_out_right(right, name):
    right(*RIGHT[name])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_word_for_word(refused, name):
    refused(*REFUSED[name])
