"""What only JupyterLab shows: nothing of it outside a kernel or in a batch run, and nothing active or fetched in it."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pandas as pd
import pytest

from cxlib.estimates import rows as figures
from cxlib.estimates.steps import listened, steps
from cxlib.report.words import Words
from cxlib.suite import lab

NPS = figures.rows(
    pd.DataFrame({"segment": ["A", "B"]}), {"metric": "nps", "value": [40.4, 12.5], "low": [30.0, 2.0], "high": [50.0, 22.0]}
)


@pytest.fixture
def shell(monkeypatch):
    """A notebook kernel that somebody works in."""
    formatters, hooks = {}, []
    html = SimpleNamespace(for_type=lambda kind, how: formatters.update({kind: how}))
    kernel = SimpleNamespace(
        kernel=True,
        formatters=formatters,
        hooks=hooks,
        display_formatter=SimpleNamespace(formatters={"text/html": html}),
        events=SimpleNamespace(register=lambda name, hook: hooks.append((name, hook))),
    )
    monkeypatch.delenv("CX_RUN", raising=False)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel, display=sys.modules.get("IPython.display")))
    monkeypatch.setattr(lab, "KEPT", [])
    with listened(None):
        yield kernel


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(time=0.0)
    monkeypatch.setattr(lab.time, "monotonic", lambda: now.time)
    return now


@pytest.fixture
def drawn(monkeypatch):
    """What bars show, place by place."""
    import IPython.display

    places: list[list[str]] = []

    def display(picture, display_id):
        places.append([picture.data])
        return SimpleNamespace(update=lambda again: places[-1].append(again.data))

    monkeypatch.setattr(IPython.display, "display", display)
    return places


def test_a_script_a_terminal_and_a_batch_run_are_not_lab(shell, monkeypatch):
    assert lab.inside() is shell
    monkeypatch.setenv("CX_RUN", "{}")
    assert lab.inside() is None
    lab.listening()
    lab.worded(Words("en"))
    assert not shell.formatters
    assert not shell.hooks
    monkeypatch.delenv("CX_RUN")
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: object()))
    assert lab.inside() is None


def test_a_kernel_listens_once_however_often_a_study_is_opened(shell):
    lab.listening()
    lab.listening()
    assert [name for name, _ in shell.hooks] == ["post_run_cell"]


def test_figures_are_told_in_the_reader_s_words(shell):
    lab.worded(Words("de"))
    html = shell.formatters[pd.DataFrame](NPS)
    assert "40,4" in html
    assert "Weiterempfehlung" in html
    assert "<script" not in html


def test_figures_of_one_s_own_making_and_other_tables_are_plain():
    own = NPS.assign(metric="no_such_metric")
    assert "no_such_metric" in lab.told(own, Words("en"))
    assert "&lt;b&gt;" in lab.told(pd.DataFrame({"text": ["<b>"]}), Words("en"))
    drawn = NPS.assign(draws=[[1.0] * 500] * 2)
    assert len(lab.told(drawn, Words("en"))) == len(lab.told(NPS, Words("en")))


def test_what_is_missing_is_said():
    from cxlib.estimates import unanswerable

    assert "cx-missing" in lab.told(unanswerable("nps", "points", ["responses[nps]"]), Words("en"))


def test_results_plots_and_relations_have_a_table_to_browse():
    assert lab.table_of(NPS) is NPS
    assert lab.table_of(SimpleNamespace(estimates=NPS, table=None)) is NPS
    assert lab.table_of(SimpleNamespace(table=NPS)) is NPS
    assert lab.table_of(SimpleNamespace(df=lambda: NPS, fetchnumpy=None)) is NPS


def test_without_itables_a_table_is_told(shell, monkeypatch):
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: None)
    assert "40.4" in lab.browsed(NPS, Words("en"))


def test_with_itables_it_can_be_searched_and_nothing_is_fetched(shell, monkeypatch):
    asked = []
    stand_in = SimpleNamespace(
        init_notebook_mode=lambda **how: asked.append(how),
        to_html_datatable=lambda frame, **how: f"{list(frame.columns)} {how['connected']}",
    )
    monkeypatch.setitem(sys.modules, "itables", stand_in)
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: True)
    for _ in range(2):
        assert "False" in lab.browsed(NPS.assign(draws=[[1.0]] * 2), Words("en"))
    assert asked == [{"all_interactive": False, "connected": False}]
    assert "draws" not in lab.browsed(NPS.assign(draws=[[1.0]] * 2), Words("en"))
    monkeypatch.setenv("CX_RUN", "{}")
    assert "cx-table" in lab.browsed(NPS, Words("en"))


def test_what_is_over_at_once_has_no_bar(clock, drawn):
    with listened(lab.Bars()):
        list(steps(range(3), "draws"))
    assert drawn == []


def test_what_lasts_has_one_that_ends_as_a_line(clock, drawn):
    bars = lab.Bars()
    with listened(bars):
        for _ in steps(range(3), "<draws>"):
            clock.time += 1.0
    [place] = drawn
    assert place[0] == '<progress max="3" value="1" aria-label="&lt;draws&gt;"></progress> &lt;draws&gt; 1/3 · 1 s'
    assert place[-1] == "&lt;draws&gt; 3/3 · 3 s"
    assert not bars.running


def test_what_a_cell_broke_off_is_forgotten(clock, drawn):
    bars = lab.Bars()
    with listened(bars):
        for _ in steps(range(3), "draws"):
            break
    assert bars.running
    bars.over()
    assert not bars.running
