"""A params file is refused whole, with every problem, its place, what was seen and the nearest right word."""

import json

import pytest

from cxlib.errors import CxError, ParamsError
from cxlib.params import client_id, load, project_root, schema

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


def test_a_good_file_is_read_with_its_defaults(project):
    (project / "params" / "acme.yml").write_text(GOOD, encoding="utf-8")
    params = load(project, "acme")
    assert (params.min_n, params.level, params.languages, params.keep_runs) == (7, 0.95, ("de", "en"), 2)
    assert params.scales["mark"].states == {"9": "no_answer"}  # a code is a word, however YAML would read it


def test_the_file_names_its_own_client(project):
    assert refused(project, GOOD.replace("client: acme", "client: other")) == [
        "client: is 'other', but the file is named for 'acme'. Make them equal."
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("client: acme\nclient: acme\n", "params/acme.yml, line 2: is not readable as YAML: the key 'client' is written twice."),
        ("client: [", "params/acme.yml, line 1: is not readable as YAML: expected the node content, but found '<stream end>'."),
        ("", "holds no keys. Start from params/demo.yml, which shows every key."),
        (
            "a: !!python/object/apply:os.system [true]",
            "params/acme.yml, line 1: is not readable as YAML: could not determine a constructor",
        ),
    ],
)
def test_unreadable_files_are_refused_and_nothing_runs(project, text, message):
    assert refused(project, text)[0].startswith(message)


def test_the_fast_reader_reads_what_the_careful_one_reads(root):
    import yaml

    from cxlib.params import reading

    for file in [*(root / "params").glob("*.yml"), *(root / "data" / "taxonomy").glob("*.yml")]:
        text = file.read_text(encoding="utf-8")
        fast, careful = (yaml.load(text, Loader=loader) for loader in (reading._FastYaml, reading._PlainYaml))
        assert fast == careful


def test_words_stay_words(project):
    text = GOOD.replace("Tel: phone", "NO: phone, 0123: email, on: chat, 1e3: fax")
    (project / "params" / "acme.yml").write_text(text, encoding="utf-8")
    assert load(project, "acme").sources["calls"].values["channel"] == {"NO": "phone", "0123": "email", "on": "chat", "1e3": "fax"}


@pytest.mark.parametrize("name", ["acme", "a", "0", "a-b_c", "x" * 63])
def test_client_ids_that_are_taken(name):
    assert client_id(name) == name


@pytest.mark.parametrize("name", ["", "Acme", "../acme", "acme/x", "-acme", "acme.yml", "x" * 64, "con", "lpt1", "acme\n", "äcme", None])
def test_client_ids_that_are_refused(name):
    with pytest.raises(ParamsError, match="client: "):
        client_id(name)


def test_an_unknown_client_is_refused_with_the_nearest(project):
    (project / "params" / "acme.yml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ParamsError) as error:
        load(project, "acne")
    assert (
        str(error.value) == "client: there is no params file for 'acne' (did you mean 'acme'?). Clients: acme. Write params/acne.yml first."
    )


def test_the_root_is_found_from_below_and_missed_with_a_way_out(project, tmp_path_factory):
    assert project_root(project / "notebooks") == project.resolve()
    with pytest.raises(CxError, match="neither this folder nor one above it holds params/ and notebooks/"):
        project_root(tmp_path_factory.mktemp("elsewhere"))


def test_the_schema_for_editors_is_in_step(root):
    stored = json.loads((root / "params" / "schema.json").read_text(encoding="utf-8"))
    assert stored == schema(), "run: python -m cxlib.params"


def test_every_params_file_of_the_project_is_good(root):
    for path in (root / "params").glob("*.yml"):
        assert load(root, path.stem).client == path.stem
