"""What customers write and what agents note down: one text a contact, from its reason, its person and its channel."""

from __future__ import annotations

from random import Random

import numpy as np
import pandas as pd

from cxlib.errors import CxError
from cxlib.simulate.texts.draft import Draft, Traits
from cxlib.simulate.texts.facts import Facts
from cxlib.simulate.texts.sayings import LANGUAGES, reasons
from cxlib.simulate.texts.shapes import FORMS, shaped
from cxlib.simulate.texts.style import dialect, transliterated, typos

__all__ = ["DRAWERS", "RATES", "TYPOS", "compose"]

DRAWERS = ("all", "seen", "held_out")
RATES = {
    "salutation": 0.65,  # of mails
    "quote": 0.28,  # of mails
    "signature": 0.18,  # of mails: more than four lines
    "opposite": 0.06,  # of mails: the subject is about something else
    "transliterated": 0.09,  # of German texts: ae, oe, ue
    "dialect": 0.02,  # of German texts
    "sarcasm": 0.03,
    "whatsapp": 0.021,
    "held_out": 0.25,
}
TYPOS = {"Werner": 0.06, "Kira": 0.005, "Tanja": 0.015, "Ralf": 0.008, "Beate": 0.008, "none": 0.02}  # of words
_WORDS = {"Werner": 19, "Kira": 82, "Tanja": 38, "Ralf": 52, "Beate": 42, "none": 34}  # median of a mail's body
_SHORT = {"note": 0.45, "chat": 0.38, "form": 0.9, "portal": 0.6, "fax": 0.6, "letter": 1.5}
_INFORMAL = {"Werner": 0.6, "Tanja": 0.3, "Kira": 0.1, "Ralf": 0.06, "Beate": 0.04, "none": 0.25}
_REQUIRED = ("reason", "persona", "channel", "language")


def compose(concerns: pd.DataFrame, rng: np.random.Generator, drawer: str = "all") -> pd.DataFrame:
    """Return a text for every concern.

    Parameters
    ----------
    concerns : DataFrame
        reason, persona, channel, language (de, en, nl, pl); optional second (a reason), second_first (bool) and the facts
        order_id, invoice_id, document, promised, product, company, name, case_id, customer_id, wait_min, ts.
    rng : numpy.random.Generator
    drawer : {"all", "seen", "held_out"}
        From which ways of saying the concern come; what belongs to people (greetings, details, their pressing reasons) is common to both.

    Returns
    -------
    DataFrame
        With the index of the concerns: text, held_out (its ways of saying the concern lie in the drawer that no training sees), and,
        beginning with `_`, what was drawn: core (the key of the way of saying), words, and the traits of `RATES`.

    Raises
    ------
    CxError
        For missing columns, an unknown drawer, and reasons, channels or languages without a stock.
    """
    _check(concerns, drawer)
    traits = _traits(concerns, rng, drawer)
    rnd = Random(int(rng.integers(2**62)))  # scalars in the loop: many times as fast as numpy's
    texts, cores = [], []
    for concern, drawn in zip(concerns.to_dict("records"), traits.to_dict("records"), strict=True):
        text, core = _text(concern, Traits(**drawn), rnd)
        texts.append(text)
        cores.append(core)
    told = pd.DataFrame({"text": texts, "held_out": traits["held_out"], "_core": cores}, index=concerns.index)
    return told.join(traits.drop(columns="held_out").add_prefix("_"))


def _check(concerns: pd.DataFrame, drawer: str) -> None:
    if missing := [name for name in _REQUIRED if name not in concerns]:
        raise CxError(f"compose: missing columns {', '.join(missing)}.")
    if drawer not in DRAWERS:
        raise CxError(f"compose: unknown drawer {drawer!r}. Allowed: {', '.join(DRAWERS)}.")
    asked = [concerns["reason"], *([concerns["second"].dropna()] if "second" in concerns else [])]
    for name, values, allowed in (
        ("language", concerns["language"], LANGUAGES),
        ("channel", concerns["channel"], FORMS),
        ("reason", pd.concat(asked), reasons("de")),
    ):
        if unknown := sorted(set(values) - set(allowed)):
            raise CxError(f"compose: no texts for {name} {', '.join(map(str, unknown))}.")


def _traits(concerns: pd.DataFrame, rng: np.random.Generator, drawer: str) -> pd.DataFrame:
    """Draw what shapes each text: length, form of address, and whether it has each of the traits of RATES."""
    count = len(concerns)
    persona = concerns["persona"].fillna("none")
    form = concerns["channel"].map(FORMS)
    drawn = pd.DataFrame({name: rng.random(count) < rate for name, rate in RATES.items()}, index=concerns.index)
    if drawer != "all":
        drawn["held_out"] = drawer == "held_out"
    mail, german = form == "mail", concerns["language"] == "de"
    customer = concerns["reason"] != "no_customer_concern"
    drawn[["salutation", "quote", "signature", "opposite"]] &= np.repeat(mail.to_numpy()[:, None], 4, axis=1)
    drawn[["transliterated", "dialect"]] &= np.repeat(german.to_numpy()[:, None], 2, axis=1)
    drawn[["sarcasm", "whatsapp", "dialect"]] &= np.repeat(customer.to_numpy()[:, None], 3, axis=1)
    sour = concerns["reason"].map(irritating).to_numpy()
    drawn["sarcasm"] = (rng.random(count) < RATES["sarcasm"] / SOUR) & sour
    median = persona.map(_WORDS).fillna(_WORDS["none"]) * form.map(_SHORT).fillna(1.0)
    drawn["words"] = np.clip(np.rint(median * np.exp(rng.normal(0, 0.55, count))), 3, 200).astype(int)
    informal = persona.map(_INFORMAL).fillna(_INFORMAL["none"]) + 0.25 * (form == "chat")
    drawn["informal"] = rng.random(count) < informal
    return drawn


IRRITATING = {
    "quote.quote_chasing",
    "order.order_confirmation_missing",
    "order.shop_order_problem",
    "delivery.delivery_status",
    "delivery.delivery_info_inaccurate",
    "delivery.delivery_delay_not_notified",
    "delivery.delivery_wrong_damaged",
    "onboarding.next_steps_unknown",
    "onboarding.promise_not_kept",
    "onboarding.hidden_charge_condition",
    "billing.invoice_comprehension",
    "billing.invoice_format",
    "billing.invoice_error",
    "billing.payment_dunning",
    "usage_service.appointment_missed",
    "usage_service.repair_status",
}
SOUR = 0.56  # how many texts have a reason that can make one sour


def irritating(reason: str) -> bool:
    """Return whether a reason can make a customer sour."""
    return reason in IRRITATING or reason.split(".")[0] in ("accessibility", "follow_up", "complaint")


def _text(concern: dict, traits: Traits, rnd: Random) -> tuple[str, str]:
    """Return one text and the key of its core."""
    language = concern["language"]
    persona = concern["persona"] if concern["persona"] in TYPOS else "none"
    form = FORMS[concern["channel"]]
    draft = Draft(concern["reason"], form, language, persona, traits, Facts(concern, language, persona, rnd), rnd)
    second = concern.get("second")
    if isinstance(second, str) and second and second != concern["reason"]:
        draft.second, draft.second_first = second, bool(concern.get("second_first", False))
    text = shaped(draft)
    if traits.dialect:
        text = dialect(text, draft.own)
    rate = TYPOS[persona]
    text = typos(text, rate * (0.5 if form in ("note", "letter") else 1.0), rnd, draft.own, language)
    if traits.transliterated:
        text = transliterated(text)
    return text, draft.core_key
