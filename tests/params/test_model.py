"""What a params file may say: every misspelt word is refused word for word, and demo.yml shows every key."""

import re
import typing
from datetime import date

import pytest
import yaml
from pydantic import BaseModel

from cxlib.errors import ParamsError
from cxlib.params import Params, Source, load

GOOD = """
client: acme
name: Acme
period: {start: 2025-01-01, end: 2025-12-31}
scales:
  mark: {low: 1, high: 6, best: low, states: {9: no_answer}}
  ten: {low: 0, high: 10}
sources:
  survey:
    table: responses
    file: survey.csv
    columns: {response_id: Nr, respondent_id: Nr, survey_ts: Datum}
    constants: {survey_id: s, wave: "1"}
    items:
      Q1: {item_type: nps, scale: ten}
      Q2: {item_type: actual, scale: mark, touchpoint_id: hotline}
  calls:
    table: contacts
    file: calls.csv
    columns: {contact_id: Id, contact_ts: Zeit, channel: Kanal}
    values: {channel: {Tel: phone}}
"""


def refused(project, text):
    (project / "params" / "acme.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ParamsError) as error:
        load(project, "acme")
    return [problem.removeprefix("params/acme.yml: ") for problem in error.value.problems]


@pytest.mark.parametrize(
    ("seen", "instead", "message"),
    [
        ("name: Acme", "nmae: Acme", "unknown key 'nmae' (did you mean 'name'?). Allowed: name,"),
        ("  mark: {low: 1", "  mark: {lowest: 1", "scales.mark: unknown key 'lowest' (did you mean 'low'?). Allowed: low,"),
        (
            "table: responses",
            "table: respones",
            "sources.survey.table: unknown table 'respones' (did you mean 'responses'?). Allowed: contacts,",
        ),
        (
            "contact_ts: Zeit",
            "contact_time: Zeit",
            "sources.calls.columns: contacts has no column 'contact_time' (did you mean 'contact_ts'?). Columns: abandoned,",
        ),
        (
            "item_type: actual",
            "item_type: aktual",
            "sources.survey.items.Q2.item_type: unknown item type 'aktual' (did you mean 'actual'?). Allowed: actual,",
        ),
        (
            "Tel: phone",
            "Tel: fone",
            "sources.calls.values.channel.Tel: channel cannot be 'fone' (did you mean 'phone'?). Allowed: phone, email, web_form, chat, letter, "
            "fax, app, portal, social, in_person, field_visit, callback and 1 more.",
        ),
        (
            "scale: mark",
            "scale: marks",
            "sources.survey.items.Q2.scale: there is no scale 'marks' (did you mean 'mark'?). Scales: mark, ten.",
        ),
        (
            "scale: ten",
            "scale: mark",
            "sources.survey.items.Q1.scale: recommendation (nps) is asked from 0 to 10, not on the scale 'mark'.",
        ),
        ("low: 1, high: 6", "low: 6, high: 1", "scales.mark: the scale's low end (6) is not below its high end (1)."),
        ("best: low", "best: bad", "scales.mark.best: cannot be 'bad'. Allowed: low, high."),
        (
            "9: no_answer",
            "9: no_anser",
            "scales.mark.states.9: unknown state 'no_anser' (did you mean 'no_answer'?). Allowed: not_used, no_answer, not_asked.",
        ),
        (
            "start: 2025-01-01",
            "start: 2025-13-01",
            "period.start: '2025-13-01' is no date (month must be in 1..12); write year-month-day, as in 2026-03-31.",
        ),
        ("start: 2025-01-01", "start: 2026-01-01", "period: the period ends (2025-12-31) before it starts (2026-01-01)."),
        (
            "file: calls.csv",
            "file: ../other/raw/calls.csv",
            "sources.calls.file: '../other/raw/calls.csv' is no file below data/<client>/raw/; write its name alone, or a path below that folder.",
        ),
        ("file: calls.csv", "encoding: utf-8", "sources.calls: a source has exactly one of `file`, `connection` and `rows`."),
        (
            "file: calls.csv",
            "file: calls.csv\n    constants: {channel: phone}",
            "sources.calls: `constants` and `columns` both give 'channel'; leave one of them out.",
        ),
        (
            "file: calls.csv",
            'file: calls.csv\n    time_format: "%d.%m.%Y %Q"',
            "sources.calls: `time_format` '%d.%m.%Y %Q' holds the unknown sign %Q; write it as in %d.%m.%Y or %Y-%m-%d %H:%M:%S.",
        ),
        (
            "file: calls.csv",
            "file: calls.csv\n    date_format: TT.MM.JJJJ",
            "sources.calls: `date_format` 'TT.MM.JJJJ' names no day (%d) and no month (%m) and no year (%Y); "
            "write it as in %d.%m.%Y or %d.%m.%Y %H:%M.",
        ),
        ("file: calls.csv", "file: calls.csv\n    delimiter: '\"'", "sources.calls: `delimiter` and `quote` cannot both be '\"'."),
        (
            "file: calls.csv",
            "file: calls.csv\n    decimal: ','\n    thousands: ','",
            "sources.calls: `thousands` and `decimal` cannot both be ','.",
        ),
        (
            "file: calls.csv",
            "file: calls.csv\n    format: sql",
            "sources.calls: `query` and `connection` belong to `format: sql`, which needs a query.",
        ),
        (
            "name: Acme",
            "name: Acme\ntimezone: Europe/Berlinn",
            "timezone: unknown time zone 'Europe/Berlinn'; write it as in Europe/Berlin.",
        ),
        (
            "name: Acme",
            "name: Acme\nrelease: {staff_level: true}",
            "release: staff_level needs a stated `basis`, for instance the works agreement that allows it.",
        ),
        ("name: Acme\n", "", "name: is required and missing."),
        (
            "9: no_answer",
            "9: no_answer, 6: not_used",
            "scales.mark: the state codes 6 are ratings of this scale (1 to 6); a code cannot be both.",
        ),
        (
            "file: calls.csv",
            "file: calls.csv\n    encoding: utf-9",
            "sources.calls.encoding: there is no encoding 'utf-9'; write it as in utf-8 or cp1252.",
        ),
        (
            "name: Acme",
            "name: Acme\nscores: {cluster: acount_id}",
            "scores.cluster: responses have no column 'acount_id' (did you mean 'account_id'?). Columns: account_id,",
        ),
        (
            "name: Acme",
            "name: Acme\nasymmetry: {zero_line: {marks: {disappointing: 4, delighting: 1}}}",
            "asymmetry.zero_line: there is no scale 'marks' (did you mean 'mark'?). Scales: mark, ten.",
        ),
        (
            "name: Acme",
            "name: Acme\nasymmetry: {zero_line: {mark: {disappointing: 1, delighting: 4}}}",
            "asymmetry.zero_line.mark: the two do not leave ordinary answers between them: 'disappointing 1, delighting 4 on 1 to 6'."
            " Leave an answer between them; the scale's low end is good.",
        ),
        (
            "name: Acme",
            "name: Acme\nscores: {top_answers: 6}",
            "scores.top_answers: 6 best answers are the whole scale 'mark'. Choose at most 5.",
        ),
        (
            "name: Acme",
            "name: Acme\nloyalty: {adjust: [segmnt]}",
            "loyalty.adjust: neither responses nor customers have a column 'segmnt' (did you mean 'segment'?). Columns:",
        ),
        (
            "name: Acme",
            "name: Acme\nloyalty: {effort: eas}",
            "loyalty.effort: no survey asks the item 'eas'",
        ),
        (
            "name: Acme",
            "name: Acme\nloyalty: {disappointed: 0.8, delighted: 0.5}",
            "loyalty: disappointed (0.8) has to lie below delighted (0.5).",
        ),
        (
            "name: Acme",
            "name: Acme\nloyalty: {days: [0, 30]}",
            "loyalty: days: each is 1 or more, not 0.",
        ),
        (
            "name: Acme",
            "name: Acme\ndrivers: {items: [nonsense]}",
            "drivers.items: no survey asks the item 'nonsense'",
        ),
        (
            "name: Acme",
            "name: Acme\ngaps: {pairs: {price_expected: price_actual}}",
            "gaps.pairs: there is no item of type expected or competitor 'price_expected'.",
        ),
        (
            "name: Acme",
            "name: Acme\ngaps: {targets: {salez: 5}}",
            "gaps.targets.salez",
        ),
        (
            "name: Acme",
            "name: Acme\nlabels: {stagee: {a: {de: A, en: A}}}",
            "labels: no table has the column 'stagee' (did you mean 'stage'?). Allowed:",
        ),
        (
            "name: Acme",
            "name: Acme\nextra: {responses: {method: {de: Art, en: Way}}}",
            "extra.responses: a feature cannot have the name of a column of every result: 'method'. Choose another.",
        ),
        (
            "    values: {channel",
            "    units: {wait: min}\n    values: {channel",
            "sources.calls.units: contacts has no column 'wait' (did you mean 'wait_s'?). Columns: abandoned,",
        ),
        (
            "    values: {channel",
            "    units: {transfers: s}\n    values: {channel",
            "sources.calls.units: only numbers have a unit, and count is no number: 'transfers'. Allowed: cost, goodwill_amount,",
        ),
        (
            "    values: {channel",
            "    bounds: {wait_s: [5, 1]}\n    values: {channel",
            "sources.calls.bounds.wait_s: 5 is not below 1. Write the lowest value first, as in [1, 5].",
        ),
        (
            "    values: {channel",
            "    bounds: {source: [1, 5]}\n    values: {channel",
            "sources.calls.bounds: only numbers have bounds, not 'source'. Allowed: cost,",
        ),
        (
            "    values: {channel",
            "    bounds: {wait: [1, 5]}\n    values: {channel",
            "sources.calls.bounds: contacts has no column 'wait' (did you mean 'wait_s'?). Columns: abandoned,",
        ),
        (
            "    values: {channel",
            "    units: {wait_s: minutes}\n    values: {channel",
            "sources.calls.units.wait_s: is a duration, which cannot be in 'minutes' (did you mean 'min'?). Allowed: ms, s, min, h, d, h:m:s, m:s, h:m.",
        ),
        (
            "    values: {channel",
            "    units: {wait_s: hh:mm:ss}\n    values: {channel",
            "sources.calls.units.wait_s: is a duration, which cannot be in 'hh:mm:ss' (did you mean 'h:m:s'?). Allowed: ms, s, min, h, d, h:m:s, m:s, h:m.",
        ),
        (
            "    values: {channel",
            "    units: {wait_s: min}\n    constants: {wait_s: 5}\n    values: {channel",
            "sources.calls.units.wait_s: the value under `constants` is in the column's own unit, s; leave the unit out.",
        ),
        (
            "    values: {channel",
            "    units: {cost: ''}\n    values: {channel",
            "sources.calls.units.cost: '' is no unit; write the text beside the number, without digits, signs and blanks, as in '€', EUR or '%'.",
        ),
        (
            "    values: {channel",
            "    units: {cost: '-'}\n    values: {channel",
            "sources.calls.units.cost: '-' is no unit; write the text beside the number, without digits, signs and blanks, as in '€', EUR or '%'.",
        ),
        (
            "    values: {channel",
            "    units: {cost: '5'}\n    values: {channel",
            "sources.calls.units.cost: '5' is no unit; write the text beside the number, without digits, signs and blanks, as in '€', EUR or '%'.",
        ),
        (
            "    values: {channel",
            "    units: {cost: ' €'}\n    values: {channel",
            "sources.calls.units.cost: ' €' is no unit; write the text beside the number, without digits, signs and blanks, as in '€', EUR or '%'.",
        ),
        (
            "    values: {channel",
            "    units: {cost: ','}\n    values: {channel",
            "sources.calls.units.cost: ',' is no unit; write the text beside the number, without digits, signs and blanks, as in '€', EUR or '%'.",
        ),
        (
            "values: {channel: {Tel: phone}}",
            "units: {wait_s: min}\n    values: {wait_s: {lang: '60'}}",
            "sources.calls.units.wait_s: is it min that '60' under `values` is in? Write its unit there, as in '60 min'.",
        ),
        ("name: Acme", "name: Acme\nscores: {by: [regoin]}", "scores.by: no table of responses has the column 'regoin'."),
        (
            "name: Acme",
            "name: Acme\nweights: {targets: {wav: {a: 1}}}",
            "weights.targets: no table of responses has the column 'wav'.",
        ),
        (
            "name: Acme",
            "name: Acme\nreliability: {scales: {service: [Q2, Q3]}}",
            "reliability.scales.service: no survey asks the rated item 'Q3'. Items: Q1, Q2.",
        ),
        (
            "name: Acme",
            "name: Acme\nreliability: {scales: {service: [Q1, Q2]}}",
            "reliability.scales.service: its items are asked on different scales: ten, mark. The items of a scale share one.",
        ),
        ("name: Acme", "name: Acme\nvolume: {routes: [sorce]}", "volume.routes: no table of contacts has the column 'sorce'."),
        ("name: Acme", "name: Acme\nvolume: {by: [sgment]}", "volume.by: no table of customers has the column 'sgment'."),
        (
            "name: Acme",
            "name: Acme\nservice_standards: {by: [desk]}",
            "service_standards.by: no table of contacts has the column 'desk'.",
        ),
        (
            "name: Acme",
            "name: Acme\npain_points: {answer_hours: [800]}",
            "pain_points: answer_hours: 800 hours lie beyond given_up_days: 30. Choose less.",
        ),
        (
            "name: Acme",
            "name: Acme\npain_points: {by_customer: [desk]}",
            "pain_points.by_customer: no table of customers has the column 'desk'.",
        ),
        (
            "name: Acme",
            "name: Acme\nservice_hours: {mon: [8-17]}",
            "service_hours.mon.0: '8-17' are no service hours; write opening and closing, as in 08:00-17:00, at most until 24:00.",
        ),
        (
            "name: Acme",
            "name: Acme\nservice_hours: {mon: [17:00-08:00]}",
            "service_hours.mon.0: '17:00-08:00' are no service hours; write opening and closing, as in 08:00-17:00, at most until 24:00.",
        ),
    ],
)
def test_a_misspelt_word_is_refused_word_for_word(project, seen, instead, message):
    assert seen in GOOD
    problems = refused(project, GOOD.replace(seen, instead, 1))
    assert any(problem == message or (problem.startswith(message) and not message.endswith(".")) for problem in problems), problems


def test_all_problems_come_at_once(project):
    problems = refused(
        project, GOOD.replace("best: low", "best: bad").replace("Tel: phone", "Tel: fone").replace("item_type: nps", "item_type: np")
    )
    assert len(problems) >= 2


def test_service_hours_are_hours_of_the_day_by_iso_weekday(project):
    hours = "service_hours: {mon: [08:00-12:00, 13:00-17:30], sun: [00:00-24:00]}"
    (project / "params" / "acme.yml").write_text(GOOD + hours, encoding="utf-8")
    assert load(project, "acme").opening == {1: ((8.0, 12.0), (13.0, 17.5)), 7: ((0.0, 24.0),)}


def test_contacts_are_counted_as_the_params_say(project):
    (project / "params" / "acme.yml").write_text(GOOD + "as_of: 2026-01-12\ntimezone: Europe/Berlin\n", encoding="utf-8")
    params = load(project, "acme")
    days = (date(2025, 1, 1), date(2025, 12, 31))
    assert params.counting == {"cluster": "customer_id", "period": days, "level": 0.95, "draws": 500, "seed": 1}
    assert params.known_until.isoformat() == "2026-01-13T00:00:00+01:00"
    (project / "params" / "acme.yml").write_text(GOOD, encoding="utf-8")
    assert load(project, "acme").known_until is None


def test_units_are_declared_for_columns_and_features_that_are_numbers(project):
    declared = GOOD.replace("    values:", "    units: {wait_s: 'h:m:s', cost: '%', talk_s: min, score: Punkte}\n    values:")
    declared += "extra: {contacts: {talk_s: {kind: number, de: a, en: b}, score: {kind: number, de: a, en: b}, remark: {de: a, en: b}}}\n"
    (project / "params" / "acme.yml").write_text(declared, encoding="utf-8")
    assert load(project, "acme").sources["calls"].units == {"wait_s": "h:m:s", "cost": "%", "talk_s": "min", "score": "Punkte"}
    assert refused(project, declared.replace("score: Punkte", "remark: Punkte")) == [
        "sources.calls.units: only numbers have a unit, and text is no number: 'remark'. Allowed: cost, goodwill_amount, handle_s, score, talk_s, "
        "wait_s, weight."
    ]


def test_demo_shows_every_key(root):
    def keys(model):
        for name, field in model.model_fields.items():
            yield name
            for inner in _models(field.annotation):
                yield from keys(inner)

    text = (root / "params" / "demo.yml").read_text(encoding="utf-8")
    written = {token.value for token in yaml.scan(text) if isinstance(token, yaml.ScalarToken)}
    assert set(keys(Params)) <= written


def test_the_guide_to_raw_exports_names_every_key(root):
    guide = (root / "docs" / "extending.md").read_text(encoding="utf-8").partition("## A raw export")[2].partition("\n## ")[0]
    assert set(Source.model_fields) <= set(re.findall(r"`(\w+)`", guide))


def _models(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)


def test_formats_and_parts_belong_to_days_and_times(project):
    declared = GOOD.replace("    values:", "    formats: {cost: '%Y', resolved_ts: '%d.%M.%Y'}\n    values:")
    assert refused(project, declared) == [
        "sources.calls: `formats.cost` '%Y' names no day (%d) and no month (%m); write it as in %d.%m.%Y or %d.%m.%Y %H:%M.",
        "sources.calls: `formats.resolved_ts` '%d.%M.%Y' tells minutes (%M) and no month (%m); perhaps '%d.%m.%Y' is meant.",
    ]
    declared = GOOD.replace("    values:", "    formats: {cost: '%d.%m.%Y'}\n    values:")
    assert "sources.calls.formats: only days and times have a format, not 'cost'." in refused(project, declared)[0]


def test_a_word_may_mean_nothing_in_any_column():
    source = {"table": "contacts", "file": "x.csv", "values": {"channel": {"phone": ""}, "outcome": {"cancelled": ""}}}
    given = {"client": "acme", "name": "Acme", "period": {"start": "2025-01-01", "end": "2025-12-31"}, "sources": {"calls": source}}
    assert Params.model_validate(given).sources["calls"].values["outcome"] == {"cancelled": ""}


def test_headers_are_one_or_several():
    columns = {"contact_ts": ["Datum", "Uhrzeit"], "contact_id": 7}
    source = Source.model_validate({"table": "contacts", "file": "x.csv", "columns": columns})
    assert source.headers == {"contact_ts": ("Datum", "Uhrzeit"), "contact_id": ("7",)}


def test_the_zero_line_is_turned_like_the_answers(project):
    text = GOOD.replace(
        "name: Acme",
        "name: Acme\nasymmetry: {zero_line: {mark: {disappointing: 4, delighting: 1}, ten: {disappointing: 6, delighting: 9}}}",
    )
    (project / "params" / "acme.yml").write_text(text, encoding="utf-8")
    assert load(project, "acme").zero_line == {"low": {"Q1": 6.0, "Q2": 3.0}, "high": {"Q1": 9.0, "Q2": 6.0}}


def persona_params(**sections):
    return {
        "client": "acme",
        "name": "Acme",
        "period": {"start": "2025-01-01", "end": "2025-12-31"},
        "sources": {
            "wave": {
                "table": "responses",
                "file": "a.csv",
                "constants": {"survey_id": "s"},
                "columns": {"response_id": "R"},
                "items": {"price_importance": {"item_type": "open_text"}},
            }
        },
        **sections,
    }


def test_rules_of_personas_reach_the_noun_as_plain_values():
    rules = {"segment": ["oem"], "hour_mean": {"high": 8}, "contacts": 3.0, "price_importance": {"low": 4, "high": 5}}
    defined = {"defined": {"caller": {"de": "Anrufer", "en": "Caller", "rules": rules}}, "importance": {"segment": 2}}
    params = Params.model_validate(persona_params(personas=defined, roles={"item": "price_importance"}))
    told = params.assigning
    assert told["personas"]["caller"]["hour_mean"] == {"low": None, "high": 8.0}
    assert told["personas"]["caller"]["segment"] == ("oem",)
    assert told["personas"]["caller"]["contacts"] == 3.0
    assert params.persona_items == ("price_importance",)
    assert params.person_columns == ("segment", "hour_mean", "contacts", "price_importance")
    assert params.judging["item"] == "price_importance"
    assert params.clustering["cluster"] == "cluster_id"


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        (
            {"personas": {"features": {"segmnt": "nominal"}}},
            r"personas\.features: a person has no column 'segmnt' \(did you mean 'segment'\?\)",
        ),
        ({"personas": {"defined": {"none": {"de": "a", "en": "b", "rules": {"segment": ["x"]}}}}}, r"'none' says that no persona fits"),
        ({"personas": {"importance": {"segment": 2}}}, r"importance: no rule is about 'segment'"),
        ({"personas": {"defined": {"a": {"de": "a", "en": "b", "rules": {"contacts": {}}}}}}, r"neither low nor high"),
        (
            {"personas": {"defined": {"a": {"de": "a", "en": "b", "rules": {"contacts": {"low": 3, "high": 1}}}}}},
            r"low 3 lies above high 1",
        ),
        ({"roles": {"users": ["influencer"]}}, r"'influencer' stands among buyers and users"),
        ({"roles": {"item": "overall"}}, r"roles\.item: no survey asks the item 'overall'"),
    ],
)
def test_personas_and_roles_that_mean_nothing_are_refused(sections, message):
    with pytest.raises(ValueError, match=message):
        Params.model_validate(persona_params(**sections))
