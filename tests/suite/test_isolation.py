"""No client sees another: what one leaves behind in every known way, the next one does not find."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cxlib.suite.cli import main

PLANT = """
import builtins, decimal, gc, json, locale, logging, os, pathlib, random, signal, socket, sys, tempfile, threading, warnings
import numpy, pandas, matplotlib
import cxlib, cxlib.estimates
from matplotlib import font_manager

MARK = "planted-by-acme"
if client == "acme":
    builtins.planted = cxlib.planted = cxlib.estimates.planted = pandas.planted = MARK
    sys.modules[MARK] = cxlib
    sys.path.append("/" + MARK)
    os.environ["PLANTED"] = os.environ["CX_RUN_PLANTED"] = MARK
    pandas.set_option("display.max_rows", 7)
    numpy.set_printoptions(precision=3)
    numpy.seterr(all="ignore")
    matplotlib.rcParams["savefig.dpi"] = 77
    random.seed(1); numpy.random.seed(1)
    decimal.getcontext().prec = 5
    warnings.filterwarnings("ignore", message=MARK)
    logging.getLogger().addHandler(logging.NullHandler(7))
    os.umask(0o077)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    socket.setdefaulttimeout(7)
    sys.setrecursionlimit(777)
    gc.disable()
    pathlib.Path(tempfile.gettempdir(), MARK).write_text(MARK)
    pathlib.Path(MARK).write_text(MARK)
    os.chdir("/")
    font_manager.fontManager.ttflist.append(font_manager.FontEntry(fname=MARK, name=MARK))
    from cxlib.report.catalog import messages
    messages("de")["planted"] = (MARK,)
    get_ipython().user_ns["planted"] = MARK
    thread = threading.Thread(target=threading.Event().wait, args=(30,), daemon=True); thread.start()
    print(json.dumps({}))
else:
    from cxlib.report.catalog import messages
    told = {
        "builtins": hasattr(builtins, "planted"), "package": hasattr(cxlib, "planted"), "module": hasattr(cxlib.estimates, "planted"),
        "library": hasattr(pandas, "planted"), "modules": MARK in sys.modules, "path": "/" + MARK in sys.path,
        "environment": [name for name, value in os.environ.items() if MARK in value], "option": pandas.get_option("display.max_rows") == 7,
        "print": numpy.get_printoptions()["precision"] == 3, "errors": numpy.geterr()["divide"] == "ignore",
        "style": matplotlib.rcParams["savefig.dpi"] == 77, "chance": [random.random(), float(numpy.random.random())],
        "decimal": decimal.getcontext().prec == 5, "filter": MARK in str(warnings.filters), "log": [h.level for h in logging.getLogger().handlers if h.level == 7],
        "umask": oct(os.umask(0o022)), "signal": signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN, "timeout": socket.getdefaulttimeout(),
        "recursion": sys.getrecursionlimit() == 777, "collector": not gc.isenabled(), "folder": os.getcwd() == "/",
        "fonts": [font.name for font in font_manager.fontManager.ttflist if font.name == MARK], "cache": "planted" in messages("de"),
        "names": "planted" in get_ipython().user_ns, "threads": [t.name for t in threading.enumerate() if t is not threading.main_thread() and "IO" not in t.name],
        "temporary": [str(path) for path in pathlib.Path(tempfile.gettempdir()).glob("*" + MARK + "*")],
        "files": [str(path) for path in pathlib.Path().glob("*")], "database": os.environ.get("CLIENT_DSN", ""),
        "history": [line for _, _, line in get_ipython().history_manager.search("*builtins.planted = *") if "client ==" not in line],
    }
    print(json.dumps(told))
"""
CLEAN = {"environment": [], "log": [], "timeout": None, "fonts": [], "temporary": [], "history": [], "files": [], "database": ""}


@pytest.mark.parametrize("kernels", ["cold", "forked"])
def test_what_one_client_plants_no_other_finds(tmp_path, many, monkeypatch, capsys, kernels):
    if kernels == "forked" and not sys.platform.startswith("linux"):
        pytest.skip("kernels are forked on Linux only")
    monkeypatch.setenv("CX_COLD_KERNELS", "1" if kernels == "cold" else "")
    monkeypatch.setenv("CLIENT_DSN", "secret-in-the-environment")
    project = many.project_of(tmp_path / "project", "acme", "beta")
    many.notebooks(project, second=PLANT)
    (project / "params" / "other.yml").write_text("sources: {log: {connection: CLIENT_DSN}}\n")
    monkeypatch.chdir(project)
    assert main(["batch", "acme", "beta", "--workers", "1"]) == 0  # one after the other, in one worker
    outputs = json.loads((many.published(project, "beta") / "notebooks" / "10_second.ipynb").read_text("utf-8"))["cells"][-1]["outputs"]
    told = json.loads("".join(outputs[0]["text"]))
    assert told.pop("umask") in ("0o22", "0o2")
    assert told.pop("chance") != [0.13436424411240122, 0.417022004702574]  # what acme's seed would give
    assert [name for name in told.pop("threads") if name.startswith("Thread-") and "wait" in name] == []
    assert {name: value for name, value in told.items() if value} == {}
    assert told == dict.fromkeys(told, False) | CLEAN
    assert not [
        path for path in Path(project / "reports").rglob("*") if path.is_file() and b"secret-in-the-environment" in path.read_bytes()
    ]
    assert "secret-in-the-environment" not in "".join(capsys.readouterr())
