from cxlib.report.catalog import LANGUAGES, disagreements, messages


def test_the_two_catalogs_agree_in_keys_and_fields():
    assert disagreements() == []


def test_what_differs_is_named():
    catalogs = {"de": {"a": ("{x} von {n}",), "b": ("da",), "c": ("",)}, "en": {"a": ("{x} of {m}",), "c": ("there",)}}
    assert disagreements(catalogs) == [
        "a: placeholders differ: de ['n', 'x'], en ['m', 'x']",
        "b: no text in en",
        "c: no text in de",
    ]


def test_every_plural_form_counts():
    catalogs = {"de": {"a": ("eine Zeile", "{n} Zeilen")}, "en": {"a": ("one row", "rows")}}
    assert disagreements(catalogs) == ["a: placeholders differ: de ['n'], en []"]


def test_catalogs_hold_what_others_rely_on():
    metrics = (
        "nps csat ces mean_rating top_box respondents answered_share not_used_share no_answer_share not_asked_share questions_answerable"
    )
    keys = [f"metric.{name}" for name in f"{metrics} rows age_days".split()]
    keys += [f"grade.{grade}" for grade in "ABCD"] + ["note.suppressed", "note.n < {n}", "note.not asked", "note.needs"]
    for language in LANGUAGES:
        assert [key for key in keys if key not in messages(language)] == []


def test_german_texts_use_german_quotes():
    wrong = [
        key for key, forms in messages("de").items() if any('"' in form or "“" in form.replace("„", "", 1).split("“")[0] for form in forms)
    ]
    assert wrong == []
