"""A notebook that ran ahead counts where it showed what it may show when its turn has come, and gives up for what is not there yet."""

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import disclosure
from cxlib.suite.ahead import Ahead, confirmed, waits_for
from cxlib.suite.store import Store

MIN_N = 7


def scores(**n):
    """Means by segment, and of all where no segment is named."""
    table = pd.DataFrame(
        {"segment": [None if name == "all" else name for name in n], "metric": "mean", "value": 3.0, "n": list(n.values())}
    )
    return table.assign(low=2.0, high=4.0, unit="scale 1–5", n_eff=9.0, method="", note="")


def save(store, notebook, name, table, ahead=None):
    """Disclose and save a table as a study does."""
    register = store.register()
    if ahead:
        ahead.knows(store.registers())
    shown = disclosure.protect(table, min_n=MIN_N, register=register, name=name, who=["segment"])
    register.settle(name)
    store.save_register(register.of({name}), notebook)
    if ahead:
        ahead.asked(name, "", ["segment"], table, shown)
    return shown


@pytest.fixture
def run(tmp_path):
    """The run's folder, with what its first notebook published."""
    save(Store(tmp_path / "run"), "00_first", "first", scores(a=30, b=40, all=70))
    return tmp_path / "run"


def ran_ahead(run, tmp_path, table):
    store = Store(tmp_path / "own", (run,))
    save(store, "02_third", "third", table, Ahead(store, ["01_second"]))
    return store.folder


def test_what_others_published_in_the_meantime_changes_nothing(run, tmp_path):
    own = ran_ahead(run, tmp_path, scores(a=30, b=40))
    save(Store(run), "01_second", "second", scores(c=50, d=20))
    assert confirmed(own, run, min_n=MIN_N)


def test_what_others_published_in_the_meantime_gives_a_cell_away(run, tmp_path):
    own = ran_ahead(run, tmp_path, scores(e=90, f=60, all=150))
    save(Store(run), "01_second", "second", scores(e=90, f=57))  # three fewer in f
    assert not confirmed(own, run, min_n=MIN_N)


def test_only_what_others_tell_of_is_asked_again(run, tmp_path, monkeypatch):
    both = pd.concat([scores(e=90, f=60, all=150).assign(item_id=item) for item in ("price", "staff")], ignore_index=True)
    own = ran_ahead(run, tmp_path, both[["item_id", *both.columns[:-1]]])
    news = scores(c=50, d=20).assign(item_id="staff")
    save(Store(run), "01_second", "second", news[["item_id", *news.columns[:-1]]])
    asked = []

    def noting(table, about, protect=disclosure.protect, **settings):
        asked.append(set(about))
        return protect(table, about=about, **settings)

    monkeypatch.setattr(disclosure, "protect", noting)
    assert confirmed(own, run, min_n=MIN_N)
    assert asked == [{'{"item_id": "staff"}'}]


def test_who_knew_everything_is_not_asked_again(run, tmp_path, monkeypatch):
    own = ran_ahead(run, tmp_path, scores(a=30, b=40))
    monkeypatch.setattr(disclosure, "protect", None)
    assert confirmed(own, run, min_n=MIN_N)


def test_who_saved_nothing_that_counts_people_is_right(run, tmp_path):
    assert confirmed(tmp_path / "own", run, min_n=MIN_N)
    assert waits_for(tmp_path / "own") is None


@pytest.mark.parametrize(("names", "said"), [(("personas",), "personas: not there before"), ((), "all saved tables: not there before")])
def test_what_is_not_there_yet_is_waited_for(run, tmp_path, names, said):
    store = Store(tmp_path / "own", (run,))
    with pytest.raises(CxError, match=said):
        Ahead(store, ["01_second"]).wait(*names)
    assert waits_for(store.folder) == list(names)
