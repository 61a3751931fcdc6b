"""Composed texts: rates of their traits, near-copies, what rules and a linear classifier make of them, other voices."""

from __future__ import annotations

import csv
import re

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.simulate.texts import compose
from cxlib.simulate.texts.compose import RATES
from cxlib.simulate.texts.sayings import LANGUAGES, reasons

from .conftest import concerns_of, vectors
from .keywords import KEYWORDS


@pytest.fixture(scope="module")
def written() -> pd.DataFrame:
    told = concerns_of(9000)
    return told.join(compose(told, np.random.default_rng(1)))


def near(share: float, expected: float, count: int) -> bool:
    """Whether a share is within 4.5 standard errors of what it should be."""
    return abs(share - expected) < 4.5 * np.sqrt(expected * (1 - expected) / count) + 1e-9


def test_every_reason_is_written_in_every_language():
    assert all(reasons(language) == reasons("de") for language in LANGUAGES)
    assert len(reasons("de")) == 61
    told = pd.DataFrame([(reason, language) for reason in reasons("de") for language in LANGUAGES], columns=["reason", "language"])
    texts = compose(told.assign(persona="none", channel="email"), np.random.default_rng(1))["text"]
    assert texts.str.len().min() > 10


def test_the_same_seed_writes_the_same():
    told = concerns_of(200)
    first, second = (compose(told, np.random.default_rng(5)) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert (compose(told, np.random.default_rng(6))["text"] != first["text"]).mean() > 0.95


def test_the_index_of_the_concerns_stays():
    told = concerns_of(20).set_index(pd.Index([f"C{row}" for row in range(20)]))
    assert compose(told, np.random.default_rng(1)).index.equals(told.index)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"language": "fr"}, "language"),
        ({"reason": "delivery.nothing"}, "reason"),
        ({"second": "x"}, "reason"),
    ],
)
def test_what_has_no_stock_is_refused(change, word):
    with pytest.raises(CxError, match=word):
        compose(concerns_of(3).assign(**change), np.random.default_rng(1))


def test_a_missing_column_and_an_unknown_drawer_are_refused():
    with pytest.raises(CxError, match="persona"):
        compose(concerns_of(3).drop(columns="persona"), np.random.default_rng(1))
    with pytest.raises(CxError, match="drawer"):
        compose(concerns_of(3), np.random.default_rng(1), drawer="top")


def test_given_facts_stand_in_the_texts():
    told = concerns_of(400, reason="delivery.delivery_status", channel="email", language="de", persona="Kira")
    texts = compose(told.assign(order_id="777123", second=None), np.random.default_rng(1))["text"]
    assert texts.str.contains("777123").mean() > 0.3
    assert not texts.str.contains(r"(?:Auftrag|AB|Auftrags-Nr\.) 1\d{5}").any()


def test_lengths(written):
    words = written["text"].str.split().str.len()
    assert words.min() >= 2
    assert (words < 4).mean() < 0.005
    assert words.max() <= 220
    mails = written[written["channel"] == "email"].groupby("persona")["_words"].median()
    assert mails["Werner"] < mails["none"] < mails["Tanja"] < mails["Ralf"] < mails["Kira"]
    body = words.groupby(written["channel"]).median()
    assert body["phone"] < body["email"]
    assert body["chat"] < body["email"]


def test_no_slot_and_no_mark_is_left(written):
    assert not written["text"].str.contains(r"[{}\[\]|]|<\w", regex=True)[~written["channel"].eq("portal")].any()
    assert not written["text"].str.contains(r"\b(?:None|NaT|NaN)\b", regex=True).any()
    assert not written["text"].str.contains(r"(?<!\.)\.\.(?!\.)", regex=True).any()


def test_rates_of_mails(written):
    mails = written[(written["channel"] == "email") & (written["language"] == "de")]
    count = len(mails)
    lines = mails["text"].str.replace(r"^Betreff: .*\n\n", "", regex=True)
    greeted = lines.str.match(r"(?:Guten|Sehr|Hallo|Werte|Moin|Servus|Hi\b|Morgen,|Gr(?:ü|ue)(?:ß|ss) euch)[^.?!\n]*,\n")
    assert near(greeted.mean(), RATES["salutation"], count)
    assert near(mails["text"].str.contains(r"\n> ", regex=True).mean(), RATES["quote"], count)
    signed = mails["text"].str.contains(r"\n--\n[^\n]+\n(?:Tel\. |Mobil )", regex=True)
    assert near(signed.mean(), RATES["signature"], count)
    assert near(mails["_opposite"].mean(), RATES["opposite"], count)
    assert mails.loc[mails["_opposite"], "text"].str.startswith("Betreff: ").all()


def test_rates_of_style(written):
    german = written[written["language"] == "de"]
    umlauts = german["text"].str.contains("[äöüß]", regex=True)
    assert not (german["_transliterated"] & umlauts).any()
    written_out = german["text"].str.contains(r"(?i)fuer|ueber|moecht|koenn|gruess|waere|muess|zurueck|naechst|haett")
    assert written_out[german["_transliterated"]].mean() > 0.3 > 10 * written_out[~german["_transliterated"]].mean()
    assert near(german["_transliterated"].mean(), RATES["transliterated"], len(german))
    theirs = written["reason"] != "no_customer_concern"
    assert near(german["_dialect"].mean(), RATES["dialect"] * theirs.mean(), len(german))
    assert near(written["_sarcasm"].mean(), RATES["sarcasm"], len(written))
    assert near(written["text"].str.contains("whatsapp", case=False).mean(), RATES["whatsapp"] * theirs.mean(), len(written))
    assert near(written["held_out"].mean(), RATES["held_out"], len(written))


def test_no_real_phone_account_or_mail_domain(written):
    texts = "\n".join(written["text"])
    phones = re.findall(r"(?<![\d-])0\d{2,4}[ /-]\d{3,}[-\d]*", texts)
    assert len(phones) > 100
    assert all(re.fullmatch(r"069 90009-\d{3}|0171 39200-\d{2}", phone) for phone in phones)
    assert not re.search(r"\b[A-Z]{2}\d{2}(?: ?\d{4}){3,}", texts)
    domains = re.findall(r"@([\w.-]+\w)", texts)
    assert domains
    assert all(domain.endswith(".example") for domain in domains)
    assert not re.search(r"www\.|https?:", texts)


def test_no_text_is_a_style_sample(written, style_samples):
    with style_samples.open(encoding="utf-8", newline="") as file:
        samples = [row["text"] for row in csv.DictReader(file)]
    plain = [re.sub(r"\W+", " ", sample).strip().lower() for sample in samples]
    texts = written["text"].str.replace(r"\W+", " ", regex=True).str.strip().str.lower()
    assert not texts.isin(plain).any()
    sentences = {part.strip().lower() for sample in samples for part in re.split(r"(?<=[.?!])\s+|\n", sample) if len(part.split()) > 7}
    copied = [part for text in written["text"] for part in re.split(r"(?<=[.?!])\s+|\n", text) if part.strip().lower() in sentences]
    assert not copied


def test_near_copies_are_rare(written):
    sample = written["text"].head(3000).tolist()
    space = vectors(sample)
    nearest = np.zeros(len(sample))
    for start in range(0, len(sample), 500):
        likeness = (space[start : start + 500] @ space.T).toarray()
        likeness[np.arange(len(likeness)), np.arange(start, start + len(likeness))] = 0
        nearest[start : start + 500] = likeness.max(axis=1)
    assert (nearest >= 0.9).mean() <= 0.02


def test_a_rule_on_the_name_of_the_reason_finds_few(written):
    told = written[written["reason"].isin(KEYWORDS["de"]) & written["language"].isin(["de", "en"])]
    found = [
        bool(re.search(KEYWORDS[language][reason], text, re.I))
        for reason, language, text in told[["reason", "language", "text"]].itertuples(index=False)
    ]
    assert 0.1 < np.mean(found) < 0.4


def macro_f1(truth: np.ndarray, guess: np.ndarray) -> float:
    scores = [2 * ((guess == name) & (truth == name)).sum() / ((guess == name).sum() + (truth == name).sum()) for name in np.unique(truth)]
    return float(np.mean(scores))


def test_a_linear_classifier_understands_another_voice_in_part(record_property):
    """Ridge regression on TF-IDF, trained on 40 texts a reason of one drawer; the other shares no sentence of a reason with it."""
    told = pd.DataFrame({"reason": np.repeat(reasons("de"), 40)}).assign(language="de")
    rng = np.random.default_rng(3)
    sets = {}
    for drawer, rows in (("seen", told), ("held_out", told.groupby("reason").head(15)), ("again", told.groupby("reason").head(15))):
        personas, channels = (
            rng.choice(["Tanja", "Werner", "Kira", "Ralf", "Beate"], len(rows)),
            rng.choice(["email", "phone", "chat"], len(rows)),
        )
        rows = rows.assign(persona=personas, channel=channels)
        sets[drawer] = rows.assign(text=compose(rows, rng, "held_out" if drawer == "held_out" else "seen")["text"])
    space = vectors([text for rows in sets.values() for text in rows["text"]])
    train, other, same = np.split(np.arange(space.shape[0]), np.cumsum([len(rows) for rows in sets.values()])[:2])
    names, code = np.unique(sets["seen"]["reason"], return_inverse=True)
    target = (code[:, None] == np.arange(len(names))) - 1 / len(names)
    weight = np.linalg.solve((space[train] @ space[train].T).toarray() + 0.5 * np.eye(len(train)), target)
    scores = {}
    for name, rows in (("held_out", other), ("again", same)):
        guess = names[((space[rows] @ space[train].T).toarray() @ weight).argmax(axis=1)]
        scores[name] = macro_f1(sets[name]["reason"].to_numpy(), guess)
        record_property(f"macro_f1_{name}", float(scores[name]))
    assert 0.25 < scores["held_out"] < 0.6, scores
    assert scores["again"] > scores["held_out"] + 0.1, scores
