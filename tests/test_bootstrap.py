"""The set-up: the lock, pyproject.toml and environment.yml say the same, and .venv is made anew only when it must be."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
LOCK = (PROJECT / "requirements.txt").read_text("utf-8")
SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
PINS = re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", LOCK, flags=re.MULTILINE)
OWN = ("axe", "dask", "encoder", "postgresql", "spark")  # extras for those who need them; the lock of the suite does without
DECLARED = [
    *SETTINGS["build-system"]["requires"],
    *SETTINGS["project"]["dependencies"],
    *(line for name, extra in SETTINGS["project"]["optional-dependencies"].items() if name not in OWN for line in extra),
]


@pytest.mark.parametrize("line", DECLARED)
def test_every_dependency_is_locked_at_a_version_that_will_do(line):
    wanted = Requirement(line)
    locked = [version for name, version in PINS if name == canonicalize_name(wanted.name)]
    assert locked
    assert all(wanted.specifier.contains(version) for version in locked)


def test_every_pin_has_hashes_and_no_line_names_a_host():
    blocks = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.MULTILINE)
    assert "".join(blocks[:1]).strip() == ""
    assert len(blocks) - 1 == len(PINS)
    assert all("--hash=sha256:" in block for block in blocks[1:])
    assert "://" not in LOCK
    assert not re.search(r"^\s*-(i|f|-index|-extra-index|-find-links)", LOCK, flags=re.MULTILINE)


def test_pyspark_has_a_lock_of_its_own_with_hashes_and_without_a_host():
    lock = (PROJECT / "requirements-spark.txt").read_text("utf-8")
    pins = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", lock, flags=re.MULTILINE))
    (wanted,) = (Requirement(line) for line in SETTINGS["project"]["optional-dependencies"]["spark"])
    assert set(pins) == {"py4j", "pyspark"}
    assert wanted.specifier.contains(pins["pyspark"])
    assert lock.count("--hash=sha256:") >= len(pins)
    assert "://" not in lock


def test_axe_has_a_lock_of_its_own_without_what_it_would_drag_in():
    lock = (PROJECT / "requirements-axe.txt").read_text("utf-8")
    pins = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", lock, flags=re.MULTILINE))
    (wanted,) = (Requirement(line) for line in SETTINGS["project"]["optional-dependencies"]["axe"])
    assert set(pins) == {wanted.name}
    assert wanted.specifier.contains(pins[wanted.name])
    assert lock.count("--hash=sha256:") >= 1
    assert "://" not in lock


def test_environment_yml_is_python_pip_and_the_lock():
    environment = yaml.safe_load((PROJECT / "environment.yml").read_text("utf-8"))
    floor = SETTINGS["project"]["requires-python"]
    assert environment["dependencies"] == [f"python {floor}", "pip", {"pip": ["-r requirements.txt"]}]
    assert "--no-deps --no-build-isolation -e ." in (PROJECT / "environment.yml").read_text("utf-8")


def test_the_floor_of_python_is_one():
    floor = SETTINGS["project"]["requires-python"].removeprefix(">=")
    assert f"sys.version_info < ({floor.replace('.', ', ')})" in (PROJECT / "bootstrap.py").read_text("utf-8")
    assert SETTINGS["tool"]["ruff"]["target-version"] == f"py{floor.replace('.', '')}"
    assert SETTINGS["tool"]["mypy"]["python_version"] == floor
    assert f"({floor.replace('.', ', ')})" in (PROJECT / ".ci" / "run").read_text("utf-8")


def test_make_and_ci_are_thin_fronts(bootstrap):
    targets = re.search(r"^\.PHONY: (.*)$", (PROJECT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)[1].split()
    assert sorted(targets) == sorted(bootstrap.COMMANDS)
    commands = re.findall(r"bootstrap\.py (\w+)", (PROJECT / ".ci" / "run").read_text("utf-8"))
    assert commands == ["test", "demo"]


@pytest.fixture
def bootstrap(tmp_path, monkeypatch):
    """bootstrap.py over a project folder of its own, its commands written down instead of run."""
    spec = importlib.util.spec_from_file_location("bootstrap", PROJECT / "bootstrap.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.txt", "requirements-axe.txt", "pyproject.toml"):
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    environment = tmp_path / ".venv"
    python = environment / "bin" / "python"
    monkeypatch.setattr(module, "PROJECT", tmp_path)
    monkeypatch.setattr(module, "ENVIRONMENT", environment)
    monkeypatch.setattr(module, "PYTHON", python)
    monkeypatch.setattr(module, "LOCK", tmp_path / "requirements.txt")
    monkeypatch.setattr(module, "AXE_LOCK", tmp_path / "requirements-axe.txt")
    monkeypatch.setattr(module, "STAMP", environment / "set-up.json")
    monkeypatch.setattr(module, "UNDER_WAY", environment / "set-up.under-way")
    module.ran = []

    def step(line, hint=""):
        module.ran.append(line)
        if "venv" in line:
            python.parent.mkdir(parents=True)
            python.symlink_to(sys.executable)

    monkeypatch.setattr(module, "step", step)
    return module


@pytest.mark.parametrize(("uv", "tool"), [("/somewhere/uv", "/somewhere/uv"), ("", None)])
def test_set_up_once_and_again_only_when_something_changed(bootstrap, monkeypatch, uv, tool, capsys):
    monkeypatch.setattr(bootstrap, "working_uv", lambda: uv)
    bootstrap.set_up()
    first = [list(line) for line in bootstrap.ran]
    assert [line[0] for line in first[1:4]] == [tool or str(bootstrap.PYTHON)] * 3
    assert all("--require-hashes" in line for line in first[1:3])
    assert "--no-deps" in first[2]
    assert {"--no-deps", "--no-build-isolation", "-e"} <= set(first[3])
    assert first[4][:3] == [str(bootstrap.PYTHON), "-m", "compileall"]
    assert len(first) == 5
    bootstrap.set_up()
    assert bootstrap.ran == first
    bootstrap.LOCK.write_bytes(bootstrap.LOCK.read_bytes() + b"# changed\n")
    bootstrap.set_up()
    assert "venv" not in bootstrap.ran[5]  # packages change in place
    assert capsys.readouterr().out.count("Setting up") == 2


def test_an_interrupted_set_up_is_made_anew(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "working_uv", lambda: "uv")
    whole = bootstrap.step

    def interrupted(line, hint=""):
        whole(line)
        if "-r" in line:
            raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bootstrap.set_up()
    assert bootstrap.UNDER_WAY.exists()
    monkeypatch.setattr(bootstrap, "step", whole)
    bootstrap.ran.clear()
    bootstrap.set_up()
    assert "venv" in bootstrap.ran[0]
    assert json.loads(bootstrap.STAMP.read_text())["made_from"] == bootstrap.fingerprint()
    assert not bootstrap.UNDER_WAY.exists()


def test_an_environment_of_another_python_is_made_anew(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "working_uv", lambda: "uv")
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.write_text("#!/bin/sh\necho '(3, 9, 1)'\n")
    bootstrap.PYTHON.chmod(0o755)
    bootstrap.set_up()
    assert "venv" in bootstrap.ran[0]


def test_a_uv_that_does_not_start_is_no_uv(bootstrap, tmp_path, monkeypatch):
    shim = tmp_path / "uv"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.working_uv() == ""


def test_commands_are_passed_on(bootstrap, monkeypatch):
    called = []
    monkeypatch.setattr(bootstrap, "set_up", lambda: None)
    monkeypatch.setattr(bootstrap, "call", lambda line: called.append(line) or 0)
    assert bootstrap.main(["demo"]) == 0
    assert bootstrap.main(["test", "-x"]) == 0
    assert called == [
        ["-m", "cxlib.suite.cli", "run", "demo", "--language", "both"],
        ["-m", "pytest", "--numprocesses", str(bootstrap.WORKERS), "--dist", "loadfile", "--no-loadscope-reorder", "-x"],
    ]


def test_bench_is_the_two_studies_which_go_on_where_they_were_and_any_other_by_name(bootstrap):
    (bootstrap.PROJECT / "benchmarks").mkdir()
    for name in ("validity", "peers", "drivers"):
        (bootstrap.PROJECT / "benchmarks" / f"{name}.py").touch()
    kept = {name: f"benchmarks/kept/{name}.jsonl" for name in ("validity", "peers")}
    both = [[f"benchmarks/{name}.py", "--resume", file, "--quick"] for name, file in kept.items()]
    assert bootstrap.lines("bench", ["--quick"]) == both
    assert bootstrap.lines("bench", ["peers", "--quick"]) == both[1:]
    assert bootstrap.lines("bench", ["drivers", "--only", "point"]) == [["benchmarks/drivers.py", "--only", "point"]]
    assert "benchmarks/kept/" in (PROJECT / ".gitignore").read_text("utf-8").splitlines()


def test_a_wrong_command_tells_the_right_ones(capsys, bootstrap):
    assert bootstrap.main(["dmeo"]) == 2
    assert "demo" in capsys.readouterr().err
    assert bootstrap.main([]) == 2


def test_an_old_python_is_told_in_one_sentence(tmp_path):
    code = "import sys; sys.version_info = (3, 9, 18); exec(compile(open(sys.argv[1]).read(), 'bootstrap.py', 'exec'))"
    done = subprocess.run([sys.executable, "-c", code, str(PROJECT / "bootstrap.py")], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "This project needs Python 3.11 or newer; this is 3.9. Start it with another one.\n"


def test_two_set_ups_at_once_are_one(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "working_uv", lambda: "uv")
    other = threading.Thread(target=bootstrap.set_up)
    with bootstrap.alone():
        other.start()
        other.join(0.3)
        assert other.is_alive()
        bootstrap.make(bootstrap.fingerprint())
        steps = len(bootstrap.ran)
    other.join(10)
    assert len(bootstrap.ran) == steps
