"""What a text refers to: goods in their grammatical cases, numbers of orders and invoices, dates as people write them, people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import pandas as pd
import yaml

from cxlib.simulate.texts.goods import CASES, CONTRACTED, FITTING, MACHINES, STOCK, goods, lines, machines

__all__ = ["SLOTS", "Facts"]

WORDS = yaml.safe_load((STOCK / "words.yml").read_text(encoding="utf-8"))
DAYS, MONTHS, COUNTS = WORDS["days"], WORDS["months"], WORDS["counts"]


@cache
def _people(part: str) -> list[str]:
    return [line.strip() for line in lines("people.yml", part)]


class Facts:
    """The facts of one text; every slot is drawn once, so that a text does not contradict itself.

    Parameters
    ----------
    given : mapping
        What is known (order_id, invoice_id, document, promised, product, company, name, case_id, customer_id, wait_min, ts, and the
        reason, which tells what goods make sense); the rest is drawn.
    language, persona : str
    rnd : Random

    >>> facts = Facts({"order_id": "118204"}, "de", "Tanja", Random(1))
    >>> facts["aufnr"], facts["W"] == facts["W"]
    ('118204', True)
    """

    def __init__(self, given: Mapping[str, Any], language: str, persona: str, rnd: Random) -> None:
        self.given = {name: value for name, value in given.items() if _known(value)}
        self.language = language if language in DAYS else "en"
        self.persona = persona
        self.group = str(self.given.get("reason", "")).partition(".")[0]
        self.rnd = rnd
        self.today = _day(self.given.get("ts")) or date(2025, 1, 7) + timedelta(days=int(rnd.random() * 530))
        self._words: dict[str, str] = {}
        product = str(self.given.get("product", ""))
        known = goods()
        self.named = product if product and product not in known and len(product) > 2 else ""
        fitting = FITTING.get(str(self.given.get("reason", "")).partition(".")[2], "").split()
        group = product if product in (fitting or known) and product else _one(fitting or [""], rnd)
        self.noun = _one(known[group], rnd)
        self.specs = self.noun.specs_in(self.language)
        self.spec = _one(self.specs, rnd) if rnd.random() < 0.4 else ""
        places = MACHINES.get(persona, ("farm", "site", "plant"))
        self.machine = _one(machines()[_one(places, rnd)], rnd)

    def __getitem__(self, slot: str) -> str:
        """Return the words for a slot."""
        words = self._words.get(slot)
        if words is None:
            words = self._words[slot] = SLOTS[slot](self)
        return words

    def integer(self, low: int, high: int) -> int:
        """Return a number between two, both possible."""
        return low + int(self.rnd.random() * (high - low + 1))

    def one(self, words: str) -> str:
        """Return one of several words, separated by `/`."""
        return _one(words.split("/"), self.rnd)

    def say(self, german: str, english: str) -> str:
        """Return one of the words of the text's language."""
        return self.one(german if self.language == "de" else english)


def _known(value: object) -> bool:
    return value is not None and not (value is pd.NaT or (isinstance(value, float) and value != value)) and value is not pd.NA


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _one(options: Any, rnd: Random) -> Any:
    return options[int(rnd.random() * len(options))]


def _named(facts: Facts, article: str, plural: bool = False) -> str:
    """Return the product with an article; a plural with its quantity most of the time."""
    noun = facts.noun
    names = (noun.one, noun.many) if facts.language == "de" else (noun.thing, noun.things)
    name = names[plural]
    if plural and article == "den" and name[-1] not in "ns":
        name += "n"
    count = "" if not plural or article == "bare" else f"{facts['n']} "
    if article in ("die", "den", "the") and plural and facts.rnd.random() < 0.4:
        count = ""
    words = f"{'' if article in ('', 'bare') else article + ' '}{count}{name}"
    return f"{words} {facts.spec}" if facts.spec else words


def _good(case: str) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        if facts.language == "de":
            return _named(facts, CASES[facts.noun.gender][case])
        article = "the" if case in ("nom", "acc", "dat") else "an" if facts.noun.thing[0] in "aeiou" else "a"
        return _named(facts, article)

    return words


def _machine(case: str) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        gender, german, english = facts.machine
        if facts.language == "de":
            return f"{CASES[gender][case]} {german}" if case else german
        return f"the {english}" if case else english

    return words


def _at(preposition: str, slot: str) -> Callable[[Facts], str]:
    """Return a preposition that melts with the article: vom, zum, zur, am, im, beim."""

    def words(facts: Facts) -> str:
        article, _, name = facts[slot].partition(" ")
        return f"{CONTRACTED.get(f'{preposition} {article}', f'{preposition} {article}')} {name}"

    return words


def _written(facts: Facts, day: date) -> str:
    """Return a date in one of the notations that people use."""
    months = MONTHS[facts.language]
    if facts.language == "en":
        return facts.one(f"{day.day} {months[day.month - 1]}/{day.day} {months[day.month - 1][:3]}/{months[day.month - 1]} {day.day}")
    short, full = f"{day.day}.{day.month}.", f"{day.day:02}.{day.month:02}.{day.year}"
    return facts.one(f"{short}/{short}/{full}/{day.day:02}.{day.month:02}.{str(day.year)[2:]}/{day.day}. {months[day.month - 1]}")


def _promised(facts: Facts) -> str:
    day = _day(facts.given.get("promised")) or facts.today + timedelta(days=facts.integer(-9, 6))
    return _written(facts, day)


def _past(low: int, high: int) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        day = facts.today - timedelta(days=facts.integer(low, high))
        if (facts.today - day).days < 6 and day.weekday() < 5 and facts.rnd.random() < 0.7:
            return ("am " if facts.language == "de" else "on ") + DAYS[facts.language][day.weekday()]
        return ("am " if facts.language == "de" else "on ") + _written(facts, day)

    return words


def _deadline(facts: Facts) -> str:
    day = facts.today + timedelta(days=facts.integer(2, 9))
    weekday = DAYS[facts.language][day.weekday()]
    if facts.language == "en":
        return facts.one(f"by {weekday}/by the end of the week/by {_written(facts, day)}/before {weekday} noon/by tomorrow")
    return facts.one(
        f"bis {weekday}/bis Ende der Woche/bis zum {_written(facts, day)}/bis {weekday} Mittag/bis morgen/bis spätestens {weekday}"
    )


def _reference(german: str, english: str, name: str, make: Callable[[Facts], str]) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        return f"{facts.say(german, english)} {_identified(name, make)(facts)}"

    return words


def _identified(name: str, make: Callable[[Facts], str]) -> Callable[[Facts], str]:
    slot = f"#{name}"

    def words(facts: Facts) -> str:
        if slot not in facts._words:
            facts._words[slot] = str(facts.given.get(name) or make(facts))
        return facts._words[slot]

    return words


def _digits(prefix: str, low: int, high: int) -> Callable[[Facts], str]:
    return lambda facts: f"{prefix}{facts.integer(low, high)}"


def _staff(slot: str, second: bool = False) -> Callable[[Facts], str]:
    """Return how someone of the house is called; the one written to is another than the one written about."""

    def words(facts: Facts) -> str:
        if "#staff" not in facts._words:
            about = int(facts.rnd.random() * len(_people("staff")))
            facts._words["#staff"] = _people("staff")[about]
            facts._words["#addressee"] = _people("staff")[about - 1 - int(facts.rnd.random() * 8)]
        sex, name = facts._words["#addressee" if second else "#staff"].split(" ", 1)
        man = sex == "m"
        if facts.language == "en":
            return f"{'Dear ' if slot == 'dear' else ''}{'Mr' if man else 'Ms'} {name}"
        if slot == "dear":
            return f"Sehr geehrte{'r Herr' if man else ' Frau'} {name}"
        return f"{'Herrn' if man and slot == 'acc' else 'Herr' if man else 'Frau'} {name}"

    return words


def _callers(facts: Facts) -> str:
    return "callers" if facts.language == "de" else "foreign"


def _caller(facts: Facts) -> str:
    return str(facts.given.get("name") or _one(_people(_callers(facts)), facts.rnd))


def _company(facts: Facts) -> str:
    return str(facts.given.get("company") or _one(_people("companies" if facts.language == "de" else "firms"), facts.rnd))


def _money(low: int, high: int) -> Callable[[Facts], str]:
    def words(facts: Facts) -> str:
        amount = facts.integer(low * 10, high * 10) / 10
        text = f"{amount:,.2f}" if facts.rnd.random() < 0.6 else f"{round(amount):,}"
        return text.translate(str.maketrans(",.", ".,")) if facts.language == "de" else text

    return words


def _minutes(facts: Facts) -> str:
    return str(max(2, round(float(facts.given.get("wait_min") or facts.integer(6, 24)))))


ORDER = ("order_id", _digits("1", 12000, 29999))
INVOICE = ("invoice_id", _digits("900", 3000, 7999))
PURCHASE = ("purchase", lambda facts: facts.one(f"45003{facts.integer(11000, 98000)}/{facts.integer(61, 99)}-{facts.integer(1001, 6999)}"))
CASE = ("case_id", _digits("Q-", 2040, 2790))
QUOTE = ("document", lambda facts: f"{str(facts.today.year)[2:]}-{facts.integer(1100, 4900)}")

SLOTS: dict[str, Callable[[Facts], str]] = {
    # the goods: definite, indefinite, bare; singular in small letters, plural in capitals
    "e": _good("nom"),
    "ea": _good("acc"),
    "ed": _good("dat"),
    "ein": _good("a"),
    "einen": _good("an"),
    "er": lambda facts: CASES[facts.noun.gender]["er"] if facts.language == "de" else "it",
    "ihn": lambda facts: CASES[facts.noun.gender]["ihn"] if facts.language == "de" else "it",
    "gut": lambda facts: facts.named or _named(facts, ""),
    "W": lambda facts: _named(facts, "die" if facts.language == "de" else "the", plural=True),
    "WD": lambda facts: _named(facts, "den" if facts.language == "de" else "the", plural=True),
    "w": lambda facts: _named(facts, "", plural=True),
    "pl": lambda facts: _named(facts, "bare", plural=True),
    "n": lambda facts: str(_one((2, 3, 4, 4, 5, 6, 8, 10, 10, 12, 15, 16, 20, 24, 25, 30, 40, 50), facts.rnd)),
    "nb": lambda facts: str(facts.integer(2, 14)),
    "spec": lambda facts: facts.spec or _one(facts.specs, facts.rnd),
    # what it is built into
    "m": _machine("nom"),
    "ma": _machine("acc"),
    "md": _machine("dat"),
    "mn": _machine(""),
    **{f"{preposition}_{slot}": _at(preposition, slot) for preposition in ("von", "zu", "an", "in", "bei") for slot in ("ed", "md")},
    # references
    "auf": _reference("Auftrag/Auftrag/AB/Auftrags-Nr./Vorgang", "order/order/your SO/order no./SO", *ORDER),
    "aufnr": _identified(*ORDER),
    "best": _reference("Best./Bestellung/unsere Nr./Bestell-Nr.", "PO/our PO/our ref./PO no.", *PURCHASE),
    "bestnr": _identified(*PURCHASE),
    "re": _reference("RE/Rechnung/Rg./Rechnung Nr./Beleg", "invoice/invoice/inv./invoice no./your invoice", *INVOICE),
    "renr": _identified(*INVOICE),
    "ang": _reference("Angebot/Ang./Ihr Angebot/Nr.", "quote/your quote/quotation/offer no.", *QUOTE),
    "angnr": _identified(*QUOTE),
    "beleg": lambda facts: facts[{"billing": "re", "quote": "ang", "contract": "rahmenvertrag"}.get(facts.group, "auf")],
    "rahmenvertrag": lambda facts: f"{facts.say('Rahmen/Vertrag', 'frame/agreement')} {facts['rahmen']}",
    "ls": _reference("Lieferschein/LS", "delivery note/DN", "delivery_note", _digits("8007", 1000, 9999)),
    "q": _identified(*CASE),
    "kdnr": _identified("customer_id", lambda facts: f"{facts.integer(11000, 62000):07}"),
    "sn": lambda facts: facts.one(f"A-{facts.integer(18000, 23999)}/{facts.integer(40000, 69999)}"),
    "art": lambda facts: f"{facts.one('VT/HV/ZY/SL/PV')}-{facts.integer(1000, 9899)}",
    "rahmen": lambda facts: f"{facts.today.year}/{facts.integer(101, 190)}",
    "pos": lambda facts: str(facts.integer(1, 9) * 10),
    "ticket": lambda facts: f"{facts.today.year}-{facts.integer(10000, 39999)}",
    # times
    "zus": _promised,
    "dat": lambda facts: _written(facts, facts.today - timedelta(days=facts.integer(6, 40))),
    "bald": lambda facts: _written(facts, facts.today + timedelta(days=facts.integer(6, 30))),
    "am": _past(1, 9),
    "amb": _past(10, 32),
    "seit": lambda facts: facts.say(
        "seit Montag/seit einer Woche/seit zwei Wochen/seit Tagen/seit gestern/seit dem Wochenende/seit zehn Tagen",
        "since Monday/for a week/for two weeks/for days/since yesterday/since the weekend/for ten days",
    ),
    "vor": lambda facts: facts.say(
        "vor drei Wochen/vor zehn Tagen/vor einem Monat/vor gut zwei Wochen/vor acht Tagen/letzte Woche",
        "three weeks ago/ten days ago/a month ago/a good fortnight ago/eight days ago/last week",
    ),
    "frist": _deadline,
    "wt": lambda facts: DAYS[facts.language][facts.integer(0, 4)],
    "wtb": lambda facts: DAYS[facts.language][facts.integer(0, 4)],
    "kw": lambda facts: f"{'KW' if facts.language == 'de' else 'week'} {min(52, facts.today.isocalendar().week + facts.integer(0, 2))}",
    "kwb": lambda facts: f"{'KW' if facts.language == 'de' else 'week'} {min(52, facts.today.isocalendar().week + facts.integer(3, 5))}",
    "monat": lambda facts: MONTHS[facts.language][facts.integer(0, 11)],
    "jahr": lambda facts: str(facts.today.year - facts.integer(1, 24)),
    "uhr": lambda facts: facts.say(
        f"{facts.integer(7, 15)} Uhr/{facts.integer(7, 15)}:{facts.one('10/20/30/45')} Uhr/halb {facts.one('acht/neun/zehn/drei')}",
        f"{facts.integer(8, 11)} am/{facts.integer(1, 4)}:{facts.one('10/20/30/45')} pm/half past {facts.one('eight/nine/two')}",
    ),
    # amounts
    "n2": lambda facts: _one(COUNTS[facts.language], facts.rnd),
    "nte": lambda facts: facts.say("zweiten/dritten/vierten", "second/third/fourth"),
    "geld": _money(40, 900),
    "geldb": _money(60, 1200),
    "summe": _money(1500, 9800),
    "proz": lambda facts: f"{facts.integer(2, 12)}{facts.say(' %/ Prozent', '%/ per cent')}",
    "tage": lambda facts: str(facts.integer(9, 48)),
    "min": _minutes,
    "bar": lambda facts: str(facts.integer(12, 32) * 10),
    "lpm": lambda facts: str(facts.integer(4, 24) * 5),
    "grad": lambda facts: str(facts.integer(62, 91)),
    "mm": lambda facts: str(facts.integer(8, 140) * 5),
    # people
    "hr": _staff("nom"),
    "hrn": _staff("acc"),
    "dear": _staff("dear", second=True),
    "du": _staff("nom", second=True),
    "ich": _caller,
    "nachname": lambda facts: facts["ich"].split()[-1],
    "firma": _company,
    "tel": lambda facts: f"069 90009-{facts.integer(100, 999)}",
    "mobil": lambda facts: f"0171 39200-{facts.integer(10, 99)}",
    "ap": lambda facts: _one([name for name in _people(_callers(facts)) if name != facts["ich"]], facts.rnd),
}
