"""The house: floors, one noun in five places, no drawers, tests that mirror the source, a glossary and a catalogue that are true."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

from cxlib.params import Params

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "cxlib"
FLOORS = {
    "errors": 0,
    "tables": 1,
    "params": 2,
    "estimates": 2,
    "contacts": 3,
    "reasons": 3,
    "survey": 3,
    "customers": 3,
    "intake": 3,
    "simulate": 3,
    "decisions": 4,
    "report": 5,
    "suite": 6,
}
NOUN_ROOMS = ("contacts", "reasons", "survey", "customers", "decisions")  # each module there is a thing we measure
DRAWERS = {"utils", "util", "common", "helpers", "helper", "misc", "base", "core", "shared", "lib", "tools"}
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name not in ("__init__.py", "__main__.py"))
NOUNS = [path for room in NOUN_ROOMS for path in sorted((SOURCE / room).glob("*")) if not path.name.startswith("_")]  # a file or a folder
NOUNS += [SOURCE / "intake" / "readiness.py"]


def room(path: Path) -> str:
    part = path.relative_to(SOURCE).parts[0]
    return part.removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms of cxlib that a module imports, lazily or not."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            module = node.module or ""
            names = [f"cxlib.{alias.name}" for alias in node.names] if module == "cxlib" else [module]
        rooms |= {name.split(".")[1] for name in names if name.startswith("cxlib.")}
    return rooms


@pytest.mark.parametrize("path", [path for path in SOURCE.rglob("*.py") if path.parent != SOURCE or path.name != "__init__.py"], ids=str)
def test_imports_go_down_only(path):
    here = room(path)
    assert here in FLOORS, f"{here} has no floor"
    for other in imported(path) - {here}:
        assert other in FLOORS, f"{path} imports cxlib.{other}, which is no room"
        assert FLOORS[other] < FLOORS[here], f"{path} (floor {FLOORS[here]}) imports {other} (floor {FLOORS[other]})"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_module_has_its_test_where_one_looks_for_it(path):
    mirrored = ROOT / "tests" / path.relative_to(SOURCE).parent / f"test_{path.name}"
    assert mirrored.is_file(), f"{mirrored.relative_to(ROOT)} is missing"


@pytest.mark.parametrize("path", NOUNS, ids=lambda path: path.stem)
def test_a_noun_stands_in_its_places(path):
    noun = path.stem
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    missing = []
    if noun not in Params.model_fields:
        missing.append(f"a section `{noun}:` in params")
    if not re.search(rf"^\|[^|]+\|[^|]*`{noun}`[^|]*\|", glossary, re.M):
        missing.append(f"a row with `{noun}` in GLOSSARY.md")
    assert not missing, f"{noun} lacks {', '.join(missing)}"


def test_no_drawers():
    assert not {path.stem for path in SOURCE.rglob("*") if path.stem in DRAWERS}


def test_no_assert_and_no_bare_except_in_the_source():
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            assert not isinstance(node, ast.Assert), f"{place}: assert disappears under -O"
            assert not (isinstance(node, ast.ExceptHandler) and node.type is None), f"{place}: bare except"


def test_public_functions_are_documented():
    lacking = []
    for path in MODULES:
        top = ast.parse(path.read_text(encoding="utf-8")).body
        methods = [node for owner in top if isinstance(owner, ast.ClassDef) and not owner.name.startswith("_") for node in owner.body]
        for node in [*top, *methods]:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                lacking.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not lacking, lacking


def public_functions():
    """What notebooks call: the functions of the nouns, and of estimates."""
    rooms = [importlib.import_module(f"cxlib.{name}.{path.stem}") for name in NOUN_ROOMS for path in NOUNS if path.parent.name == name]
    found = [getattr(module, name) for module in [*rooms, importlib.import_module("cxlib.estimates")] for name in module.__all__]
    return list({id(each): each for each in found if inspect.isfunction(each)}.values())


def test_help_says_what_each_parameter_means():
    """Shift-Tab in a notebook answers it, without looking for the function that another one refers to."""
    lacking = []
    for function in public_functions():
        told = inspect.getdoc(function) or ""
        names = [name for name in inspect.signature(function).parameters if not re.search(rf"(^|[\s,*`(])\*{{0,2}}{name}\b", told)]
        lacking += [f"{function.__module__}.{function.__name__}: {', '.join(names)}"] if names else []
    assert len(public_functions()) > 300
    assert not lacking, lacking


WITHOUT_EXAMPLE: dict[str, str] = {}  # module.function: why it cannot show a quick one


def test_help_shows_how_each_function_is_called():
    """The examples themselves run as doctests."""
    told = {f"{function.__module__}.{function.__name__}": inspect.getdoc(function) or "" for function in public_functions()}
    lacking = {name for name, text in told.items() if ">>> " not in text}
    assert not lacking - set(WITHOUT_EXAMPLE), sorted(lacking - set(WITHOUT_EXAMPLE))
    assert not set(WITHOUT_EXAMPLE) - lacking, f"has an example by now, or is gone: {sorted(set(WITHOUT_EXAMPLE) - lacking)}"


def test_glossary_names_what_exists():
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.po")])
    words = set(re.findall(r"[\w.]+", text)) | set(re.findall(r"\w+", text))
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) > 30
    for german, identifiers, _ in rows[1:]:
        for name in re.findall(r"`([^`]+)`", identifiers):
            assert all(part in words for part in re.findall(r"\w+", name)), f"{german}: `{name}` is nowhere in the code"


def test_the_catalogue_of_questions_tells_built_from_planned():
    rows = re.findall(r"^\| (R\d{3}) \|[^|]+\|[^|]+\| ([`(])([\w.]+)[`)] \|", (ROOT / "QUESTIONS.md").read_text(encoding="utf-8"), re.M)
    assert len(rows) == 211
    for name, mark, function in rows:
        module, _, attribute = function.rpartition(".")
        try:
            built = hasattr(importlib.import_module(f"cxlib.{module}"), attribute)
        except ModuleNotFoundError:
            built = False
        assert built == (mark == "`"), f"{name}: {function} is {'built' if built else 'not built'}; mark it accordingly"


def test_the_catalogue_needs_columns_that_exist():
    from cxlib.intake.questions import catalogue
    from cxlib.tables import CONTRACTS

    for row in catalogue(ROOT / "QUESTIONS.md").itertuples():
        for element in re.findall(r"[\w.\[\]]+", row.needs.replace("-", " ")):
            kind = re.fullmatch(r"responses\[(\w+)\]", element)
            if kind:
                assert kind[1] in CONTRACTS["responses"].columns["item_type"].allowed, f"{row.question_id}: {element}"
            else:
                table, _, column = element.partition(".")
                assert column in CONTRACTS[table].columns, f"{row.question_id}: {element}"


def test_help_of_the_package_reads_like_a_table_of_contents():
    import cxlib

    contents = dict(re.findall(r"^(\w+) : .*\n((?:    .*\n)*)", cxlib.__doc__, re.M))
    assert set(contents) == set(FLOORS) - {"errors"}
    for name in NOUN_ROOMS:
        modules = {path.stem for path in (SOURCE / name).iterdir() if not path.name.startswith("_")}
        assert set(re.findall(r"\w+", contents[name])) == modules, name
    for name in FLOORS:
        assert importlib.import_module(f"cxlib.{name}").__doc__, name
