"""Notebooks are thin, ordered, stripped, say everything in both languages, and run."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_LINES, BOOK_LINES = 12, 100
NEXT = "next"


def cells(path, kind):
    return [
        cell | {"source": "".join(cell["source"])}
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == kind
    ]


def pages(path):
    """The code cells that make the page: all but the last one, which asks further."""
    return [cell for cell in cells(path, "code") if NEXT not in cell["metadata"].get("tags", [])]


def code_lines(source):
    return [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def book(request):
    return request.param


def test_there_are_notebooks_and_their_numbers_are_their_order():
    numbers = [path.stem[:2] for path in NOTEBOOKS]
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 2


def test_a_notebook_chooses_arranges_and_says(book):
    total = 0
    for cell in cells(book, "code"):
        lines = code_lines(cell["source"])
        total += len(lines) * (cell in pages(book))
        assert len(lines) <= CELL_LINES + 3, f"{len(lines)} lines in one cell"
        forbidden = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.With)
        assert not [node for node in ast.walk(ast.parse(cell["source"])) if isinstance(node, forbidden)], "logic belongs into the library"
    assert total <= BOOK_LINES


def test_nothing_is_stored_in_a_notebook(book):
    for cell in cells(book, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


def test_one_parameter(book):
    tagged = [cell for cell in cells(book, "code") if "parameters" in cell["metadata"].get("tags", [])]
    assert [cell["source"] for cell in tagged] == ['client = "demo"']


def test_it_ends_with_three_questions_that_go_deeper(book):
    """Each in a line of words and a line of code that only looks: no page and no later notebook rests on it."""
    asking = [cell for cell in json.loads(book.read_text(encoding="utf-8"))["cells"] if NEXT in cell["metadata"].get("tags", [])]
    assert [cell["cell_type"] for cell in asking] == ["code"]
    last = json.loads(book.read_text(encoding="utf-8"))["cells"][-1]
    assert last["metadata"]["tags"] == [NEXT]
    head, *lines = "".join(last["source"]).splitlines()
    assert head.startswith("# Next questions")
    assert len(lines) == 6
    for question, call in zip(lines[::2], lines[1::2], strict=True):
        assert re.fullmatch(r"# [A-Z].*[?.]", question), question
        assert re.fullmatch(r"study\.browse\(.+\)", call), call
        assert "study.save" not in call
    made = "\n".join(cell["source"] for cell in pages(book))
    looked_at = [call.removeprefix("study.browse(").removesuffix(")") for call in lines[1::2]]
    assert not [call for call in looked_at if "(" in call and call in made], "the page shows it already"


def test_prose_comes_in_pairs(book):
    tags = [cell["metadata"]["tags"] for cell in cells(book, "markdown")]
    assert [own[0] for own in tags] == ["de", "en"] * (len(tags) // 2)
    assert [own[1:] for own in tags[::2]] == [own[1:] for own in tags[1::2]]  # for whom they are
    for language in ("de", "en"):
        texts = [cell["source"] for cell in cells(book, "markdown") if cell["metadata"]["tags"][0] == language]
        assert sum(len(re.findall(r"^# ", text, re.M)) for text in texts) == 1
        assert texts[0].startswith("# ")


def test_every_text_a_notebook_names_is_in_the_catalogs(book):
    from cxlib.report.catalog import messages

    wanted = {"caption": "caption", "answer": "answer", "wanted": "wanted", "owner": "owner", "not_examined": "not_examined"}
    for cell in cells(book, "code"):
        for node in ast.walk(ast.parse(cell["source"])):
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                if keyword.arg in wanted:
                    keys = ast.literal_eval(keyword.value)
                    for key in [keys] if isinstance(keys, str) else keys:
                        text = f"{wanted[keyword.arg]}.{key}"  # an answer may be sentences of their own, each with its key
                        assert text in messages("de") or any(name.startswith(f"{text}.") for name in messages("de"))


def test_tables_come_from_lower_numbers_only(book):
    """What a notebook loads is a contract table or was saved by a notebook before it."""
    from cxlib.tables import CONTRACTS, MADE

    saved = set()
    for path in [other for other in NOTEBOOKS if other.stem < book.stem]:
        saved |= set(re.findall(r"study\.save\(\s*\"(\w+)\"", "".join(cell["source"] for cell in cells(path, "code"))))
    own = set(re.findall(r"study\.save\(\s*\"(\w+)\"", "".join(cell["source"] for cell in cells(book, "code"))))
    later = "".join(cell["source"] for path in NOTEBOOKS if path.stem > book.stem for cell in cells(path, "code"))
    shadowing = [name for name in own & (set(CONTRACTS) - set(MADE)) if f'"{name}"' in later]
    assert not shadowing, "figures saved under a table's name take its place in later notebooks"
    raw = set(CONTRACTS) - {"contact_reasons", "topics", "personas"}
    for cell in cells(book, "code"):
        for name in re.findall(r"study\.table\(\s*\"(\w+)\"", cell["source"]):
            assert name in raw | saved, f"{name} is saved by no notebook before {book.stem}"
    assert set(MADE) <= set(CONTRACTS)


def test_a_name_stands_for_one_table_in_all_notebooks():
    """Tables of all notebooks lie in one folder: the same name again is the same figures again, or a later page overwrites an earlier one's."""
    saved = {}
    for path in NOTEBOOKS:
        for cell in cells(path, "code"):
            for node in ast.walk(ast.parse(cell["source"])):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "save" and isinstance(node.args[0], ast.Constant):
                    told = saved.setdefault(node.args[0].value, (path.stem, ast.dump(node.args[1])))
                    assert told[0] == path.stem or told[1] == ast.dump(node.args[1]), (node.args[0].value, told[0], path.stem)
