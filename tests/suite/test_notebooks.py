"""A notebook is checked before anything runs: one parameter, no outputs, one H1 a language, known tags, numbers in order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cxlib.errors import ParamsError
from cxlib.suite import notebooks


@pytest.fixture
def write(tmp_path, stand_in):
    """Write a notebook from cells, and return its problems."""

    def problems(cells, name="00_first"):
        stand_in.write_notebook(tmp_path, name, cells)
        try:
            notebooks.find(tmp_path)
        except ParamsError as refusal:
            return list(refusal.problems)
        return []

    return problems


def test_a_sound_notebook_has_no_problem(write, stand_in):
    assert write(stand_in.notebook("1 + 1")) == []


def test_a_misspelt_parameter_is_refused_with_the_right_word(write, stand_in):
    cells = stand_in.notebook("1 + 1")
    cells[2] = stand_in.cell('cleint = "demo"', "parameters")
    expected = "notebooks/00_first.ipynb: cell 3: unknown parameter 'cleint' (did you mean 'client'?). Allowed: client."
    assert write(cells) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        'client = "demo"\nyear = "2025"',
        'client = "demo"\nimport os',
        "client = str(1)",
        "client = 7",
        "",
        "client =",
        'client: str = "demo"\nclient += "x"',
        'client = "a"\nclient = "b"',
        'client = other = "demo"',
        'client[0] = "demo"',
    ],
)
def test_anything_but_one_parameter_line_is_refused(write, stand_in, source):
    cells = stand_in.notebook("1 + 1")
    cells[2] = stand_in.cell(source, "parameters")
    assert write(cells)


def test_an_annotated_parameter_and_a_comment_are_fine(write, stand_in):
    cells = stand_in.notebook("1 + 1")
    cells[2] = stand_in.cell('# whose study\nclient: str = "demo"', "parameters")
    assert write(cells) == []


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_exactly_one_parameters_cell(write, stand_in, count):
    cells = stand_in.notebook("1 + 1")
    cells[2:3] = [cells[2]] * count
    expected = f"notebooks/00_first.ipynb: exactly one code cell must have the tag 'parameters'; {count} cells have it."
    assert write(cells) == [expected]


def test_stored_outputs_are_refused(write, stand_in):
    cells = stand_in.notebook("1 + 1")
    cells[3] |= {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["2"]}]}
    cells[2] |= {"execution_count": 4}
    assert write(cells) == [
        "notebooks/00_first.ipynb: cell 3: stored outputs. Clear all outputs and save.",
        "notebooks/00_first.ipynb: cell 4: stored outputs. Clear all outputs and save.",
    ]


@pytest.mark.parametrize(("tag", "hint"), [("dee", " (did you mean 'de'?)"), ("raises-exception", ""), ("injected-parameters", "")])
def test_an_unknown_tag_is_refused(write, stand_in, tag, hint):
    cells = [*stand_in.notebook("1 + 1"), stand_in.cell("text", tag, kind="markdown")]
    problems = write(cells)
    assert problems[0].startswith(f"notebooks/00_first.ipynb: cell 5: unknown tag {tag!r}")
    assert hint in problems[0]


def test_a_reader_of_each_language_sees_one_h1(write, stand_in):
    cells = stand_in.notebook("1 + 1")
    cells[1] = stand_in.cell("## Only a section", "en", kind="markdown")
    assert write(cells) == ["notebooks/00_first.ipynb: a reader of 'en' sees 0 first-level headings; a page has exactly one."]
    cells[1] = stand_in.cell("# One\n\n```\n# a comment\n```\n# Two", "en", kind="markdown")
    assert write(cells) == ["notebooks/00_first.ipynb: a reader of 'en' sees 2 first-level headings; a page has exactly one."]
    cells[0:2] = [stand_in.cell("# For both", kind="markdown")]
    assert write(cells) == []


def test_numbers_and_names(write, stand_in, tmp_path):
    assert write(stand_in.notebook("1"), name="00_first") == []
    assert write(stand_in.notebook("1"), name="00_other") == ["notebooks/00_other.ipynb: number 00 is taken by 00_first.ipynb."]
    (tmp_path / "notebooks" / "00_other.ipynb").unlink()
    assert write(stand_in.notebook("1"), name="Untitled") == [
        "notebooks/Untitled.ipynb: the name must be a two-digit number and a noun, like 03_contact_reasons.ipynb."
    ]


def test_all_notebooks_tell_their_problems_at_once(write, stand_in, tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_torn.ipynb").write_text('{"cells": [', "utf-8")
    (tmp_path / "notebooks" / "02_old.ipynb").write_text('{"worksheets": [], "nbformat": 3}', "utf-8")
    cells = stand_in.notebook("1 + 1")
    cells[2] = stand_in.cell('cleint = "demo"', "parameters")
    assert [problem.split(":")[0] for problem in write(cells)] == [
        "notebooks/00_first.ipynb",
        "notebooks/01_torn.ipynb",
        "notebooks/02_old.ipynb",
    ]


def test_a_project_without_notebooks_is_refused(tmp_path):
    with pytest.raises(ParamsError, match=r"^notebooks: there is no notebook\.$"):
        notebooks.find(tmp_path)


def test_notebooks_are_chosen_by_number_or_name(tmp_path, stand_in):
    sheets = notebooks.find(stand_in.make_project(tmp_path / "project"))
    assert [sheet.name for sheet in notebooks.chosen(sheets, ("10_second", "00"))] == ["00_first", "10_second"]
    assert [sheet.name for sheet in notebooks.chosen(sheets, ())] == ["00_first", "10_second"]
    with pytest.raises(ParamsError) as refusal:
        notebooks.chosen(sheets, ("1", "10_secnd"))
    assert refusal.value.problems == (
        "--only: unknown notebook '1' (did you mean '10'?). Allowed: 00, 10.",
        "--only: unknown notebook '10_secnd' (did you mean '10_second'?). Allowed: 00_first, 10_second.",
    )


def test_titles_by_language(tmp_path, stand_in):
    sheet = notebooks.find(stand_in.make_project(tmp_path / "project"))[0]
    assert (sheet.title("de"), sheet.title("en")) == ("First deutsch", "First English")


def test_git_diff_shows_a_notebook_as_text(tmp_path, stand_in):
    path = stand_in.write_notebook(tmp_path, "00_first", stand_in.notebook('text = "Grüße"'))
    done = subprocess.run([sys.executable, "-m", "cxlib.suite.notebooks", str(path)], capture_output=True, check=True)
    assert done.stdout.decode("utf-8").splitlines() == [
        "# %% [markdown] de",
        "# Page deutsch",
        "",
        "# %% [markdown] en",
        "# Page English",
        "",
        "# %% [code] parameters",
        'client = "nobody"',
        "",
        "# %% [code]",
        'text = "Grüße"',
    ]


def test_git_diff_shows_a_broken_notebook_as_it_is(tmp_path, capsysbinary):
    path = Path(tmp_path / "00_first.ipynb")
    path.write_text("<<<<<<< ours", "utf-8")
    assert notebooks.main([str(path)]) == 0
    assert capsysbinary.readouterr().out == b"<<<<<<< ours"


def test_the_difference_of_outputs_is_told(tmp_path, stand_in):
    cells = stand_in.notebook("1")
    cells[3] |= {"outputs": [{"output_type": "stream"}] * 2}
    path = stand_in.write_notebook(tmp_path, "00_first", cells)
    assert "# 2 stored outputs" in notebooks.told(notebooks.read(path))
    assert json.loads(path.read_text())["nbformat"] == 4


def test_questions_that_go_deeper_are_left_out_of_a_run():
    cells = [{"metadata": {"tags": tags}, "source": ""} for tags in (["parameters"], [], ["next"])]
    notebook = {"cells": cells, "nbformat": 4}
    assert notebooks.without_next(notebook) == {"cells": cells[:2], "nbformat": 4}
    assert len(notebook["cells"]) == 3
