"""Reading params/<client>.yml: refused whole, with every problem, its place and the nearest right word."""

from __future__ import annotations

import difflib
import re
import typing
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from unicodedata import normalize

import yaml
from pydantic import BaseModel, ValidationError

from cxlib.errors import ParamsError, worded
from cxlib.params.guesses import MARK, taken_off
from cxlib.params.model import Params

__all__ = ["client_id", "composed", "load", "plain_yaml", "project_root", "schema", "worded_errors"]

_CLIENT = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_MARKED = re.compile("[^\u0300-\u036f][\u0300-\u036f]+")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def client_id(text: str) -> str:
    """Return `text` when it can name a client; refuse it otherwise.

    Raises
    ------
    ParamsError
        When it is not made of a-z, 0-9, _ and -, is longer than 63 characters or is a device name on Windows.

    >>> client_id("acme-2026")
    'acme-2026'
    """
    if not isinstance(text, str) or not _CLIENT.fullmatch(text):
        allowed = "Allowed: a-z, 0-9, _ and -, beginning with a letter or digit, at most 63 characters."
        raise ParamsError(f"client: {text!r} cannot name a client. {allowed}")
    if text.split(".")[0] in _DEVICES:
        raise ParamsError(f"client: {text!r} is a device name on Windows and cannot name a client. Choose another.")
    return text


def project_root(start: Path | None = None) -> Path:
    """Return the nearest folder at or above `start` (the working folder when left out) that holds ``params/``."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "params").is_dir() and (folder / "notebooks").is_dir():
            return folder
    raise ParamsError(f"{here}: neither this folder nor one above it holds params/ and notebooks/. Change into the project first.")


def load(project: Path, client: str) -> Params:
    """Read and check ``params/<client>.yml``.

    Raises
    ------
    ParamsError
        With every problem of the file at once, guesses that nobody confirmed among them.
    """
    name = client_id(client)
    path = project / "params" / f"{name}.yml"
    where = f"params/{name}.yml"
    if not path.is_file():
        known = sorted(file.stem for file in (project / "params").glob("*.yml"))
        raise ParamsError(worded("client", "there is no params file for", name, known, label="Clients", do=f"Write {where} first."))
    unconfirmed: list[str] = []
    raw = plain_yaml(path, where, unconfirmed)
    if not isinstance(raw, dict):
        raise ParamsError(f"{where}: holds no keys. Start from params/demo.yml, which shows every key.")
    try:
        params = Params.model_validate(raw)
    except ValidationError as error:
        raise ParamsError(*unconfirmed, *worded_errors(where, error, Params)) from error
    if unconfirmed:
        raise ParamsError(*unconfirmed)
    if params.client != name:
        raise ParamsError(f"{where}: client: is {params.client!r}, but the file is named for {name!r}. Make them equal.")
    return params


def composed(text: str) -> str:
    """Write letters and their marks as one sign each (ü, not u and two dots, as Macs write it), so that equal words are equal.

    >>> composed("Gru\u0308n") == "Grün"
    True
    """
    return text if text.isascii() else _MARKED.sub(lambda found: normalize("NFC", found[0]), text)


def plain_yaml(path: Path, where: str, unconfirmed: list[str] | None = None) -> Any:
    """Read a YAML file of plain words, numbers, lists and mappings: nothing in it runs, no key stands twice.

    Parameters
    ----------
    path : Path
    where : str
        How messages name the file.
    unconfirmed : list of str, optional
        Takes a worded problem for each value that is marked ``!guess``; left out, the mark is refused like any unknown tag.

    Raises
    ------
    ParamsError
        When the file is not UTF-8, or no such YAML.
    """
    try:
        text = composed(path.read_text(encoding="utf-8"))  # as intake reads exports, whatever keyboard wrote it
        return _read(text) if unconfirmed is None or MARK not in text else _read_guesses(text, where, unconfirmed)
    except UnicodeDecodeError as error:
        raise ParamsError(f"{where}: is not utf-8 (byte {error.start}). Save the file as UTF-8.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ParamsError(f"{where}{line}: is not readable as YAML: {getattr(error, 'problem', error)}.") from error


def schema() -> dict[str, Any]:
    """Return the JSON schema of a params file, as `params/schema.json` holds it for editors."""
    return Params.model_json_schema()


def _read(text: str) -> Any:
    """Read with libyaml, which takes a tenth of the time; what it refuses is read once more by the one that words its faults."""
    if _FastYaml is not _PlainYaml:
        with suppress(yaml.YAMLError):
            return yaml.load(text, Loader=_FastYaml)  # noqa: S506 - derives from SafeLoader
    return yaml.load(text, Loader=_PlainYaml)  # noqa: S506 - derives from SafeLoader


def _read_guesses(text: str, where: str, unconfirmed: list[str]) -> Any:
    """Read a text with marks: the values as if they were confirmed, and a worded problem for each that is not."""
    loader = _PlainYaml(text)
    node = loader.get_single_node()
    lines = text.splitlines()
    unconfirmed += [guess.worded(where, lines) for guess in taken_off(node, loader)] if node is not None else []
    return loader.construct_document(node) if node is not None else None


def _plain_mapping(self: Any, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    own = len([key for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"])
    self.flatten_mapping(node)
    merged = len(node.value) - own  # what is merged in comes first, and what is written here holds instead
    mapping: dict[str, Any] = {}
    written: set[str] = set()
    for place, (key, value) in enumerate(node.value):
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(problem="a key is not a single word", problem_mark=key.start_mark)
        if key.value in written:
            raise yaml.constructor.ConstructorError(problem=f"the key {key.value!r} is written twice", problem_mark=key.start_mark)
        written |= {key.value} if place >= merged else set()
        mapping[key.value] = self.construct_object(value, deep=True)
    return mapping


def _plain(loader: Any) -> Any:
    """Return a YAML loader without surprises: NO stays a word, 0123 keeps its zero, keys are text, and no key is written twice."""
    made: Any = type("Plain", (loader,), {"yaml_implicit_resolvers": {}, "construct_mapping": _plain_mapping})
    for tag, pattern, first in (
        ("bool", r"true|false", "tf"),
        ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
        ("float", r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
        ("null", r"null|~|", "n~"),
    ):
        made.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), [*first, *([""] if tag == "null" else [])])
    made.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])
    return made


_PlainYaml = _plain(yaml.SafeLoader)
_FastYaml = _plain(yaml.CSafeLoader) if yaml.__with_libyaml__ else _PlainYaml


def worded_errors(where: str, error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Word what pydantic found wrong in a file: place, what was seen, the nearest right word, what is allowed.

    Parameters
    ----------
    where : str
        How messages name the file.
    error : ValidationError
    model : type of BaseModel
        What the file was checked against.
    """
    problems = []
    for fault in error.errors(include_url=False):
        parts = [str(part) for part in fault["loc"]]
        place = f"{where}: {'.'.join(parts)}" if parts else where
        if fault["type"] == "extra_forbidden":
            allowed = _keys_at(model, fault["loc"][:-1])
            place = f"{where}: {'.'.join(parts[:-1])}" if parts[:-1] else where
            problems.append(
                worded(place, "unknown key", parts[-1], sorted(allowed, key=lambda key: _distance(str(key), parts[-1])), label="Allowed")
            )
        elif fault["type"] == "missing":
            problems.append(f"{place}: is required and missing.")
        elif fault["type"] == "value_error":
            problems += [_sentence(f"{place}: {line}") for line in str(fault["ctx"]["error"]).splitlines()]
        elif fault["type"] == "literal_error":
            allowed = [word.strip("' ") for word in re.split(r",| or ", fault["ctx"]["expected"])]
            problems.append(worded(place, "cannot be", fault["input"], allowed))
        else:
            problems.append(f"{place}: {fault['msg'][0].lower()}{fault['msg'][1:]}, got {fault['input']!r}.")
    return problems


def _sentence(text: str) -> str:
    return text if text.endswith(".") else text + "."


def _distance(key: str, seen: str) -> float:
    return -difflib.SequenceMatcher(None, key, seen).ratio()


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys allowed at a place of the file, following the models down through mappings and lists."""
    here: Any = model
    for part in loc:
        if isinstance(here, type) and issubclass(here, BaseModel) and part in here.model_fields:
            here = here.model_fields[str(part)].annotation
        else:
            here = typing.get_args(here)[-1] if typing.get_origin(here) is dict else here
        while typing.get_origin(here) is Annotated:
            here = typing.get_args(here)[0]
    return list(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []
