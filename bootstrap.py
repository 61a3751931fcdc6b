"""Three commands and a fresh machine: ``python bootstrap.py demo``, ``python bootstrap.py test`` and ``python bootstrap.py spark``.

Standard library only. Makes ``.venv`` from the hashed lock (with uv where it is on PATH, else pip), puts cxlib itself in, and
does both again only when the lock, the project file, the Python or the place of this folder has changed.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python is told
    sys.exit("This project needs Python 3.11 or newer; this is {}.{}. Start it with another one.".format(*sys.version_info[:2]))

PROJECT = Path(__file__).resolve().parent
ENVIRONMENT = PROJECT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = PROJECT / "requirements.txt"
SPARK_LOCK = PROJECT / "requirements-spark.txt"  # PySpark has no wheel: it is built from its source, and needs Java to run
JAVA = 17  # the oldest that this PySpark starts with
BROWSE_LOCK = PROJECT / "requirements-browse.txt"  # tables to search and sort in JupyterLab: nothing else needs them
STAMP = ENVIRONMENT / "set-up.json"  # written last; says what the environment was made from
UNDER_WAY = ENVIRONMENT / "set-up.under-way"  # stands while packages are put in: an environment that has it is not to be trusted
BASE_PYTHON = getattr(sys, "_base_executable", "") or sys.executable  # not the one in .venv, which may have to be made anew
INSTALL_LOCK = ["install", "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)]
AXE_LOCK = PROJECT / "requirements-axe.txt"  # carries axe-core, which the tests look at pages with, and asks for a browser nobody needs
INSTALL_AXE = ["install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(AXE_LOCK)]
INSTALL_CXLIB = ["install", "--no-deps", "--no-build-isolation", "-e", str(PROJECT)]  # hash mode refuses an editable package
COMPILE_LOCK = [
    *("pip", "compile", "pyproject.toml", "--extra", "lab", "--extra", "test", "--extra", "build"),
    *("--universal", "--fork-strategy", "fewest", "--generate-hashes", "--only-binary", ":all:"),
    *("--no-annotate", "--no-header", "--python-version", "3.11", "-o", "requirements.txt"),
]
COMPILE_SPARK = [
    *("pip", "compile", "-", "--constraint", "requirements.txt", "--universal", "--generate-hashes"),
    *("--no-annotate", "--no-header", "--python-version", "3.11", "-o", "requirements-spark.txt"),
]
COMPILE_AXE = [*COMPILE_SPARK[:-1], "requirements-axe.txt", "--no-deps"]
COMPILE_BROWSE = [*COMPILE_SPARK[:-1], "requirements-browse.txt", "--no-deps"]
LAB = [  # opens in the notebooks, with params and docs one folder up, and asks nobody for news, updates or extensions
    f"--ServerApp.preferred_dir={PROJECT / 'notebooks'}",
    *("--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
    "--LabApp.extension_manager=readonly",
]
WORKERS = (os.cpu_count() or 1) + 1  # one more than cores: tests that run the suite wait for its kernels
# each notebook starts a Python of its own: where none may write what it compiled, every start would compile anew what it imports
COMPILE_CODE = [
    *("-m", "compileall", "-q", "-j", "0"),
    *("-x", r"[/\\](tests?|jupyterlab|mypy|mypyc|pip)[/\\]"),
    *(ENVIRONMENT.name, "src"),
]
STUDIES = ("validity", "peers")  # benchmarks that take hours, and keep what is done
COMMANDS = {
    "demo": "set up, run the suite for the demo client in German and English, say where the report is",
    "test": "set up, run all tests",
    "spark": "set up, add PySpark (needs Java 17), run the tests that read a contact log with it",
    "lab": "set up, open the notebooks in JupyterLab",
    "browse": "set up, add itables (tables to search and sort), open the notebooks in JupyterLab",
    "lint": "set up, check style and types",
    "bench": "set up, hold the suite against the truth and against its peers; goes on where it was stopped (bench NAME: another benchmark)",
    "demo-data": "set up, write the demo client's raw files anew",
    "golden": "set up, write the golden tables anew; review their diff",
    "lock": "resolve the dependencies of pyproject.toml into requirements.txt and its neighbours (needs uv)",
}


def main(arguments: list[str]) -> int:
    """Run one command; what follows it is passed on."""
    command = arguments[0] if arguments else ""
    if command in ("-h", "--help"):
        print(usage())
        return 0
    if command not in COMMANDS:
        print(usage(), file=sys.stderr)
        return 2
    if command == "lock":
        return lock()
    if command == "spark":
        refuse_without_java()
    set_up()
    if command == "spark":
        add_spark()
    if command == "browse":
        add(BROWSE_LOCK)
    return max((call(line) for line in lines(command, arguments[1:])), default=0)


def usage() -> str:
    """Return what can be asked for."""
    told = "\n".join(f"  {name:9} {text}" for name, text in COMMANDS.items())
    return f"python bootstrap.py COMMAND [what to pass on]\n{told}"


def lines(command: str, more: list[str]) -> list[list[str]]:
    """Return the command lines, each for the environment's Python, that a command stands for."""
    if command == "demo":
        return [["-m", "cxlib.suite.cli", "run", "demo", "--language", "both", *more]]
    if command == "test":
        return [["-m", "pytest", "--numprocesses", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder", *more]]
    if command == "spark":
        return [["-m", "pytest", "tests/contacts/conformance", "-k", "pyspark", "--numprocesses", "2", *more]]
    if command in ("lab", "browse"):
        return [["-m", "jupyterlab", *LAB, *more]]
    if command == "lint":
        return [["-m", "ruff", "check", *more], ["-m", "ruff", "format", "--check", *more], ["-m", "mypy"]]
    if command == "demo-data":
        return [["-m", "cxlib.simulate", *more]]
    if command == "golden":
        return [["tests/golden/update.py", *more]]
    if more and (PROJECT / "benchmarks" / f"{more[0]}.py").is_file():
        return [[f"benchmarks/{more[0]}.py", *kept(more[0]), *more[1:]]]
    return [[f"benchmarks/{name}.py", *kept(name), *more] for name in STUDIES]


def kept(name: str) -> list[str]:
    """Return the option that keeps a study's results, so that whoever stopped it goes on there."""
    return ["--resume", f"benchmarks/kept/{name}.jsonl"] if name in STUDIES else []


def call(line: list[str]) -> int:
    """Run the environment's Python in the project folder and return its exit code."""
    try:
        return subprocess.run([str(PYTHON), *line], cwd=PROJECT, check=False).returncode
    except KeyboardInterrupt:
        return 130  # the command was interrupted too and has said so


def lock() -> int:
    """Write requirements.txt anew."""
    uv = working_uv()
    if not uv:
        print("The lock is made by uv, which is not on PATH.", file=sys.stderr)
        return 2
    done = subprocess.run([uv, *COMPILE_LOCK], cwd=PROJECT, check=False).returncode
    import tomllib  # not there in a Python that is too old, which has to be told so first

    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for extra, line in (("spark", COMPILE_SPARK), ("axe", COMPILE_AXE), ("browse", COMPILE_BROWSE)):
        wanted = "\n".join(extras[extra])
        done = done or subprocess.run([uv, *line], cwd=PROJECT, input=wanted, text=True, check=False).returncode
    return done


def set_up() -> None:
    """Make .venv what the lock says; at once when it is that already."""
    wanted = fingerprint()
    if ready(wanted):
        return
    with alone():
        if not ready(wanted):
            make(wanted)


def ready(wanted: str) -> bool:
    """Say whether .venv is whole and made from what is wanted."""
    return PYTHON.exists() and not UNDER_WAY.exists() and stamped() == wanted


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other set-up of this folder is at work; the system lets go of the lock of one that was killed."""
    name = hashlib.sha256(f"{Path.home()} {PROJECT}".encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"cxlib-set-up-{name}").open("w") as file:
        if os.name == "nt":
            import msvcrt

            while not locked_by(msvcrt, file.fileno()):
                time.sleep(1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def locked_by(msvcrt: ModuleType, handle: int) -> bool:
    """Try to lock an open file on Windows, where the wait is given up after ten seconds."""
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def make(wanted: str) -> None:
    """Set .venv up and write down what it was made from."""
    began = time.monotonic()
    uv = working_uv()
    print(f"Setting up .venv with {'uv' if uv else 'pip'} …", flush=True)
    with_uv(uv) if uv else with_pip()
    step([str(PYTHON), *COMPILE_CODE])
    readable_diffs()
    STAMP.write_text(json.dumps({"made_from": wanted}), "utf-8")
    UNDER_WAY.unlink()
    print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)


def fingerprint() -> str:
    """Return a hash of all that .venv depends on; the folder counts because an editable package points to it."""
    total = hashlib.sha256(f"{sys.version_info[:3]} {sys.platform} {PROJECT}\n".encode())
    for path in (LOCK, AXE_LOCK, PROJECT / "pyproject.toml"):
        total.update(path.read_bytes())
    return total.hexdigest()


def stamped() -> str:
    """Return the fingerprint .venv was made from; "" when it is unknown."""
    try:
        return str(json.loads(STAMP.read_text("utf-8"))["made_from"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def reusable() -> bool:
    """Say whether .venv is whole and of this Python, so that packages may be changed in place."""
    if UNDER_WAY.exists() or not PYTHON.exists():
        return False
    asked = subprocess.run([str(PYTHON), "-c", "import sys; print(sys.version_info[:3])"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() == str(sys.version_info[:3])


def working_uv() -> str:
    """Return uv's path; "" when there is none that starts (a version manager may leave a shim without a uv behind)."""
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "--version"], capture_output=True, check=False).returncode == 0:
        return uv
    return ""


def with_uv(uv: str) -> None:
    """Put the lock and then cxlib into .venv by uv."""
    if not reusable():
        discard()
        step([uv, "venv", "--quiet", "--python", BASE_PYTHON, str(ENVIRONMENT)])
    UNDER_WAY.touch()
    for install in (INSTALL_LOCK, INSTALL_AXE, INSTALL_CXLIB):
        step([uv, "pip", *install, "--python", str(PYTHON), "--quiet"])


def with_pip() -> None:
    """Put the lock and then cxlib into .venv by pip."""
    if not reusable() or subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode != 0:
        discard()
        step([BASE_PYTHON, "-m", "venv", str(ENVIRONMENT)], "On Debian and Ubuntu: apt install python3-venv.")
    UNDER_WAY.touch()
    for install in (INSTALL_LOCK, INSTALL_AXE, INSTALL_CXLIB):
        step([str(PYTHON), "-m", "pip", *install, "--quiet", "--disable-pip-version-check", "--no-input"])


def refuse_without_java() -> None:
    """End with what is lacking, before anything is downloaded, where PySpark could not start."""
    found = java()
    if found < JAVA:
        place = "in JAVA_HOME" if os.environ.get("JAVA_HOME") else "on PATH"
        seen = f"it would start Java {found}" if found else f"there is none {place}"
        sys.exit(f"PySpark needs Java {JAVA} or newer; {seen}. On Debian and Ubuntu: apt install openjdk-{JAVA}-jre-headless.")


def java() -> int:
    """Return the version of the Java that PySpark would start, from JAVA_HOME or else PATH; 0 when none starts."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else "java"
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    except OSError:
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', said)  # 1.8 was the eighth
    return int(found[1]) if found else 0


def add_spark() -> None:
    """Put PySpark into .venv by the hashes of its own lock; at once when it is there."""
    print("Adding PySpark to .venv; the first time this downloads some 450 MB …", flush=True)
    add(SPARK_LOCK)


def add(lock: Path) -> None:
    """Put what a lock of its own names into .venv, by its hashes; what is there already stays."""
    uv, install = working_uv(), ["install", "--require-hashes", "--no-deps", "-r", str(lock)]
    by_pip = [str(PYTHON), "-m", "pip", *install, "--quiet", "--disable-pip-version-check", "--no-input"]
    step([uv, "pip", *install, "--python", str(PYTHON), "--quiet"] if uv else by_pip)


def discard() -> None:
    """Remove an environment that is broken or of another Python."""
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)


def step(line: list[str], hint: str = "") -> None:
    """Run one step of the set-up; its failure ends everything with its own message."""
    done = subprocess.run(line, cwd=PROJECT, check=False)
    if done.returncode:
        sys.exit(f"The set-up failed at: {' '.join(line)}\n{hint}".rstrip())


def readable_diffs() -> None:
    """Let `git diff` show notebooks as text (.gitattributes names the driver); without git nothing is to be done."""
    python = PYTHON.relative_to(PROJECT).as_posix()
    if shutil.which("git") and (PROJECT / ".git").exists():
        driver = f"{python} -m cxlib.suite.notebooks"
        subprocess.run(["git", "config", "--local", "diff.ipynb.textconv", driver], cwd=PROJECT, capture_output=True, check=False)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("Interrupted. What was half set up is made anew at the next call.", file=sys.stderr)
        sys.exit(130)
