"""What a notebook holds in its hand: tables, and save, show and decide, in each language, protected before anything is shown."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

import cxlib as cx
from cxlib import estimates
from cxlib.errors import CxError, DataError, ParamsError
from cxlib.estimates.rows import rows
from cxlib.report import plots
from cxlib.suite import study as study_module
from cxlib.survey import asymmetry, gaps, scores


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would display, as (data, metadata) pairs."""
    import IPython.display

    outputs = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw, metadata: outputs.append((data, metadata["cx"])))
    return outputs


@pytest.fixture
def client(tmp_path, root, small, monkeypatch):
    """A small client in a project of its own, seen from its notebooks folder."""
    for folder in ("params", "notebooks"):
        (tmp_path / folder).mkdir()
    shutil.copy(root / "QUESTIONS.md", tmp_path)
    small.add(tmp_path)
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.delenv("CX_RUN", raising=False)
    return tmp_path


@pytest.fixture
def study(client, shown):
    return cx.open("small")


def in_a_run(client, monkeypatch, audience="management"):
    from cxlib import intake
    from cxlib.params import load

    run = {"folder": str(client / "part"), "tables": str(intake.prepare(client, load(client, "small")).folder)}
    run |= {"audience": audience, "languages": ["de", "en"], "run": "R", "notebook": "10_expectation_gaps"}
    monkeypatch.setenv("CX_RUN", json.dumps(run))
    return cx.open("small")


def test_open_says_whose_study_it_is(study, shown):
    data, mark = shown[0]
    assert mark == {"language": "de", "kind": "opening"}
    assert data["text/plain"] == "Volkmar & Thies Hydraulik GmbH, 01.01.2025 – 30.06.2026"
    assert "Volkmar &amp; Thies" in data["text/html"]


def test_a_misspelt_client_is_refused(client):
    with pytest.raises(ParamsError, match=r"there is no params file for 'smal' \(did you mean 'small'\?\)"):
        cx.open("smal")


def test_a_table_that_the_client_lacks_is_empty_and_typed(study):
    contacts = study.table("contacts")
    assert contacts.empty
    assert "channel" in contacts.columns
    assert str(contacts["contact_ts"].dtype) == "datetime64[us, Europe/Berlin]"
    with pytest.raises(DataError, match="there is no table 'contcts'"):
        study.table("contcts")


def test_joining_never_doubles_rows(study):
    personas = pd.DataFrame({"customer_id": ["a", "b"], "persona": ["x", "y"], "source": ["given", "given"]}).astype("str")
    study.save("personas", personas)
    customers = pd.DataFrame({"customer_id": ["b", "c"], "market": ["b2b", "b2b"], "status": ["active", "active"]}).astype("str")
    study.save("customers", customers)
    joined = study.table("customers", join=["personas"])
    assert joined["persona"].fillna("-").to_list() == ["y", "-"]
    study.save("personas", pd.concat([personas, personas[:1]], ignore_index=True))
    with pytest.raises(DataError, match="several rows have the same customer_id"):
        study.table("customers", join=["personas"])


def test_a_persona_is_found_by_the_person_and_else_by_the_customer_who_is_one(study):
    personas = pd.DataFrame(
        {"person_id": ["p", None], "customer_id": [None, "b"], "persona": ["x", "y"], "source": ["given", "given"]}
    ).astype("str")
    study.save("personas", personas)
    contacts = pd.DataFrame({"contact_id": list("1234"), "person_id": ["p", None, "q", None], "customer_id": ["a", "b", "b", None]})
    study.store.save_rows("contacts", contacts.astype("str"))
    joined = study.table("contacts", join=["personas"])
    assert joined["contact_id"].to_list() == list("1234")
    assert joined["persona"].fillna("-").to_list() == ["x", "y", "y", "-"]
    study.save("personas", pd.concat([personas, personas[:1]], ignore_index=True))
    with pytest.raises(DataError, match="several rows have the same person_id"):
        study.table("contacts", join=["personas"])


def test_what_was_not_saved_is_not_shown(study):
    table = scores.nps(study.table("responses"))
    with pytest.raises(CxError, match="did not come from study.save"):
        study.show(table, caption="nps")


def test_what_was_changed_after_saving_is_not_shown(study):
    saved = study.save("nps", scores.nps(study.table("responses"), by=["region"]))
    study.show(saved[saved["region"] == "south"], caption="nps")  # fewer rows are fine
    with pytest.raises(CxError, match=r"rows were changed after study.save\('nps'\)"):
        study.show(saved.assign(value=100.0), caption="nps")


def test_one_execution_shows_every_language(client, shown, monkeypatch):
    study = in_a_run(client, monkeypatch)
    saved = study.save("nps", scores.nps(study.table("responses"), by=["region"]))
    study.show(plots.ranking(saved, by="region"), caption="nps")
    study.show(saved, caption="nps")
    kinds = [(mark["kind"], mark["language"], mark.get("number")) for _, mark in shown[1:]]
    assert kinds == [("figure", "de", 1), ("figure", "en", 1), ("table", "de", 1), ("table", "en", 1)]
    assert "Weiterempfehlung" in shown[1][0]["text/html"]
    assert "Recommendation" in shown[2][0]["text/html"]
    assert shown[1][1]["alt"] != shown[2][1]["alt"]


def test_lab_shows_the_first_language_only(study, shown):
    study.show(study.save("nps", scores.nps(study.table("responses"))), caption="nps")
    assert [mark["language"] for _, mark in shown[1:]] == ["de"]


def test_small_groups_are_hidden_from_management_and_seen_by_analysts(client, shown, monkeypatch):
    few = {"region": ["south"] * 3 + ["west"] * 20 + ["abroad"] * 20}
    table = pd.DataFrame(few).assign(y=range(43), respondent_id=[str(number) for number in range(43)])
    figures = estimates.stack(
        *[estimates.mean(table, "y", by=by, metric="nps", cluster="respondent_id", draws=10) for by in ([], ["region"])]
    )
    management = in_a_run(client, monkeypatch).save("few", figures)
    assert management["note"].to_list().count("suppressed") == 2
    assert "draws" not in management
    shutil.rmtree(client / "part")
    analyst = in_a_run(client, monkeypatch, "analyst").save("few", figures)
    assert analyst["value"].notna().all()


def test_a_later_table_cannot_give_an_earlier_hidden_cell_away(client, monkeypatch, shown):
    study = in_a_run(client, monkeypatch)
    table = pd.DataFrame({"region": ["south"] * 3 + ["west"] * 20 + ["abroad"] * 20, "y": range(43)})
    first = study.save("by_region", estimates.mean(table, "y", by=["region"], metric="nps"))
    assert first["note"].eq("suppressed").sum() == 1  # without a total nothing follows from the rest
    total = study.save("total", estimates.mean(table, "y", metric="nps"))
    assert total["value"].isna().all()  # with it, the hidden one would


def test_missing_data_make_a_page_that_says_so(study, shown):
    study.show(study.save("volume", estimates.unanswerable("nps", "points", ["contacts.contact_ts"])), caption="nps")
    data, mark = shown[-1]
    assert mark["kind"] == "missing"
    assert "contact_ts" in data["text/html"] or "Kontakt" in data["text/html"]


def test_what_is_missing_is_said_once_in_a_row(study, shown):
    ces = study.save("ces", scores.ces(study.table("responses")))
    actual = study.save("actual", scores.mean_rating(study.table("responses")))
    for table, caption in ((ces, "ces"), (ces, "ces"), (actual, "ratings"), (ces, "ces")):
        study.show(table, caption=caption)
    kinds = [mark["kind"] for _, mark in shown if mark["kind"] != "opening"]
    assert kinds == ["missing", "table", "missing"]


def test_a_missing_kind_of_question_is_named_in_words(study, shown):
    study.show(study.save("ces", scores.ces(study.table("responses"))), caption="ces")
    data = next(data for data, mark in shown if mark["kind"] == "missing")
    assert "Befragung: Frage nach dem Aufwand" in data["text/html"]
    assert "responses[ces]" in data["text/html"]


def test_decide_tells_words_grade_and_data(client, shown, monkeypatch):
    study = in_a_run(client, monkeypatch)
    found = gaps.gap(study.table("responses"), **study.params.sampling)
    actual = gaps.links(study.save("gaps", found))  # nobody asked what customers expect: the sentence is that of the ratings
    nps = study.save("nps", scores.nps(study.table("responses"), **study.params.sampling))
    response = study.save("item_response", scores.item_response(study.table("responses"), **study.params.sampling))
    study.decide(
        answer="expectation_gaps",
        rests_on=estimates.lowest(actual),
        values={"best": estimates.highest(actual), "nps": nps},
        against=estimates.lowest(actual, rank=2),
        coverage=response,
        not_examined=["causes_of_gaps"],
        wanted="expectation_gaps",
        owner="service_management",
    )
    german, english = (data[study_module.DECISION] for data, mark in shown if mark["kind"] == "decision")
    assert german["answer"].startswith("Am schwächsten: Reklamation mit 2,5")
    assert english["answer"].startswith("Weakest: Claim at 2.5")
    assert (german["grade"], german["notebook"], german["language"]) == ("A", "10_expectation_gaps", "de")


def test_a_later_page_that_reads_reasons_repeats_their_check(client, shown, monkeypatch):
    in_03 = in_a_run(client, monkeypatch)
    gate = rows(pd.DataFrame({"element": ["all"], "state": ["failed"]}), {"metric": "gate", "value": 0.0, "unit": "count", "n": 400})
    in_03.save("reasons_gate", gate)
    study = in_a_run(client, monkeypatch)
    actual = study.save("gaps", gaps.gap(study.table("responses"), **study.params.sampling))
    facts = {"answer": "expectation_gaps", "wanted": "expectation_gaps", "owner": "service_management"}
    facts |= {"rests_on": estimates.lowest(gaps.links(actual)), "values": {"best": estimates.highest(gaps.links(actual))}}
    facts["values"] |= {"nps": study.save("nps", scores.nps(study.table("responses"), **study.params.sampling))}
    study.decide(**facts)
    study.table("contacts", join=["contact_reasons"])
    study.decide(**facts)
    before, _, german, english = (data[study_module.DECISION]["grade_reason"] for data, mark in shown if mark["kind"] == "decision")
    assert german == f"{before}; Güteprüfung der Kontaktgründe: nicht bestanden"
    assert english.endswith("; quality check of the contact reasons: failed")
    shown.clear()
    study.decide(**facts, gate=False)
    german, _ = (data[study_module.DECISION]["grade_reason"] for data, mark in shown if mark["kind"] == "decision")
    assert german.count("Güteprüfung") == 1


def moments(study, classes, value=-1.0):
    """Saved penalty, reward, asymmetry and class of one item each side."""
    items = pd.DataFrame({"item_id": ["claim_actual", "advice_actual"]})
    shared = {"n": 300, "n_eff": 300.0, "unit": "scale points"}
    sides = {"penalty": [value, -0.1], "reward": [0.1, 1.0], "asymmetry": [value + 0.1, 0.9]}
    parts = [
        rows(items, {"metric": name, "value": told, "low": [x - 0.05 for x in told], "high": [x + 0.05 for x in told]} | shared)
        for name, told in sides.items()
    ]
    classed = rows(items, {"metric": "class_probability", "value": 0.97, "note": classes, "n": 300, "n_eff": 300.0, "unit": "share"})
    return study.save("asymmetry", estimates.stack(*parts, classed))


def decided(study, shown, found):
    floor, delight = (asymmetry.foremost(found, name) for name in ("disappointment_dominant", "delight_dominant"))
    values = {
        f"{name}_{side}": asymmetry.beside(found, row, side)
        for name, row in (("floor", floor), ("delight", delight))
        for side in ("penalty", "reward")
    }
    response = study.save("item_response", scores.item_response(study.table("responses"), **study.params.sampling))
    facts = {"values": values, "against": 0.0, "coverage": response, "hints": ["penalty", "reward"]}
    study.decide(
        answer="moments_of_truth",
        rests_on={"floor": floor, "delight": delight},
        wanted="moments_of_truth",
        owner="service_management",
        **facts,
    )
    return next(data[study_module.DECISION] for data, mark in shown if mark["kind"] == "decision")


def test_each_sentence_rests_on_its_own_figure(study, shown):
    told = decided(study, shown, moments(study, ["disappointment_dominant", "delight_dominant"]))
    assert "„claim_actual“ darf nicht misslingen: Weiterempfehlung bei Enttäuschung −1,00" in told["answer"]
    assert "„advice_actual“ lassen sich Kunden gewinnen: bei Begeisterung 1,00" in told["answer"]
    assert told["grade"] == "A"


def test_what_was_not_classified_is_a_hint_and_so_is_the_whole_answer(study, shown):
    told = decided(study, shown, moments(study, ["disappointment_dominant", "not_classifiable"]))
    assert "„claim_actual“ darf nicht misslingen" in told["answer"]
    assert "lassen sich Kunden gewinnen:" not in told["answer"]
    assert "ist nicht nachgewiesen; den größten Aufschlag bei Begeisterung hat „advice_actual“" in told["answer"]
    assert (told["grade"], told["grade_reason"]) == ("C", "nicht alles davon ist nachgewiesen")


def test_data_that_answer_nothing_are_said_once(study, shown):
    needs = estimates.unanswerable("asymmetry", "scale points", ["responses[nps]"], by=["item_id"])
    told = decided(study, shown, study.save("asymmetry", needs))
    assert told["answer"].startswith("Was nicht misslingen darf und womit sich Kunden gewinnen lassen, sagen diese Daten nicht")
    assert told["grade"] == "C"


def test_a_folded_table_is_closed_until_it_is_opened(study, shown):
    actual = study.save("actual", scores.mean_rating(study.table("responses")))
    study.show(actual, caption="ratings", folded=True)
    study.show(actual, caption="ratings")
    closed, open_ = (data["text/html"] for data, mark in shown if mark["kind"] == "table")
    assert '<details class="cx-data"><summary><span class="cx-number">Tabelle 1</span>' in closed
    assert "<details" not in open_


def test_a_decision_knows_where_its_number_is_shown(study, shown):
    actual = gaps.links(study.save("gaps", gaps.gap(study.table("responses"), **study.params.sampling)))
    nps = study.save("nps", scores.nps(study.table("responses"), **study.params.sampling))
    study.show(nps, caption="nps", folded=True)
    study.show(actual, caption="nps", on_index="scorecard")
    study.show(actual, caption="nps")
    values = {"best": estimates.highest(actual), "nps": nps}
    facts = {"wanted": "expectation_gaps", "owner": "service_management"}
    study.decide(answer="expectation_gaps", rests_on=estimates.lowest(actual), values=values, **facts)
    (decided,) = (data[study_module.DECISION] for data, mark in shown if mark["kind"] == "decision")
    assert (decided["anchor"], decided["answered"]) == ("table-2", True)
    assert [mark["index"] for _, mark in shown if mark["kind"] == "table"] == ["", "Kontaktpunkte im Überblick", ""]


def test_decide_takes_single_saved_rows_only(study):
    actual = study.save("actual", scores.mean_rating(study.table("responses")))
    facts = {"answer": "expectation_gaps", "wanted": "expectation_gaps", "owner": "service_management"}
    with pytest.raises(CxError, match="comes from exactly one saved row, this table has 3"):
        study.decide(rests_on=actual, **facts)
    with pytest.raises(CxError, match="did not come from study.save"):
        study.decide(rests_on=scores.nps(study.table("responses")), **facts)


def test_a_fitted_result_is_saved_with_its_row_level_part(study):
    class Fitted:
        estimates = estimates.mean(pd.DataFrame({"y": [1.0, 2.0] * 10}), "y", metric="nps")
        row_level = {"personas": pd.DataFrame({"customer_id": ["a"], "persona": ["x"], "source": ["given"]}).astype("str")}

    assert study.save("fit", Fitted())["n"].item() == 20
    assert study.table("personas")["persona"].to_list() == ["x"]
    with pytest.raises(CxError, match="did not come from study.save"):
        study.show(study.table("personas"), caption="nps")


def test_hostile_labels_are_escaped_everywhere(client, shown):
    path = client / "params" / "small.yml"
    text = path.read_text(encoding="utf-8").replace("name_de: Website", "name_de: '<script>alert(1)</script>'")
    path.write_text(text.replace("Volkmar & Thies Hydraulik GmbH", '"<img src=x onerror=alert(1)>"'), encoding="utf-8")
    study = cx.open("small")
    actual = study.save("actual", scores.mean_rating(study.table("responses")))
    study.show(actual, caption="ratings")
    study.show(plots.ranking(actual, by="touchpoint_id"), caption="ratings")
    for data, _ in shown:
        assert "<script" not in data["text/html"]
        assert "<img" not in data["text/html"]
        assert "&lt;" in data["text/html"]


def test_reasons_and_their_groups_go_by_their_labels(client, shown, monkeypatch):
    names = {"label_de": "Wo bleibt es?", "label_en": "Where is it?", "group_de": "Lieferung", "group_en": "Delivery"}
    reasons = pd.DataFrame([{"reason_id": "delivery.status", "group_id": "delivery", **names}])
    load = study_module.Study._load
    monkeypatch.setattr(study_module.Study, "_load", lambda self, name: reasons if name == "reasons" else load(self, name))
    study = in_a_run(client, monkeypatch)
    german, english = study.words["de"], study.words["en"]
    assert (german.label("reason_id", "delivery.status"), english.label("reason_id", "delivery.status")) == (
        "Wo bleibt es?",
        "Where is it?",
    )
    assert (german.label("group_id", "delivery"), english.label("group_id", "delivery")) == ("Lieferung", "Delivery")


def test_without_reasons_ids_stay(study):
    assert study.words["de"].label("reason_id", "delivery.status") == "delivery.status"


def test_a_large_log_stays_on_disk(client, shown, root):
    import duckdb

    from cxlib.contacts import volume

    shutil.copytree(root / "data" / "taxonomy", client / "data" / "taxonomy")
    params = client / "params" / "small.yml"
    raw = client / "data" / "small" / "raw"
    times = [f"{number};{number % 28 + 1:02d}.01.2025 09:00;Tel" for number in range(40)]
    (raw / "Anrufe.csv").write_text("Id;Zeit;Kanal\n" + "\n".join(times) + "\n", encoding="utf-8")
    calls = """  calls:
    table: contacts
    file: Anrufe.csv
    delimiter: ";"
    time_format: "%d.%m.%Y %H:%M"
    columns: {contact_id: Id, contact_ts: Zeit, channel: Kanal}
    values: {channel: {Tel: phone}}
"""
    text = params.read_text(encoding="utf-8").replace("sources:\n", "sources:\n" + calls)
    params.write_text(text, encoding="utf-8")
    whole = cx.open("small").table("contacts")
    params.write_text(text + "engine: {pandas_rows: 39, memory: 100MB}\n", encoding="utf-8")
    large = cx.open("small").table("contacts")
    assert isinstance(large, duckdb.DuckDBPyRelation)
    pd.testing.assert_frame_equal(volume.by_channel(large), volume.by_channel(whole))
    assert volume.logged(large).shape[0] == 40
