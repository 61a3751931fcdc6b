"""The language of a text, told by its small words: German, English, or another one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

__all__ = ["OTHER", "language", "small"]

OTHER = "other"
_SMALL = {
    "de": """der die das und ist nicht ich wir sie ein eine einen einem einer mit auf für fuer von zu im in den dem des es auch noch bitte
    haben hat wird werden wurde war sind kann können koennen wie was wann wo warum bei uns unser unsere unserer mir mich ihnen
    ihre ihrer ihr ihrem am an aus als nach oder aber wenn dass schon nur kein keine keinen über ueber bis seit zum zur um vor
    durch gibt habe möchte moechte dann da hier jetzt heute gestern morgen immer mehr wieder sehr danke hallo guten tag kd kunde
    anruf anrufer rr braucht fragt will auftrag rechnung termin lieferung ware angebot herr frau wegen soll""",
    "en": """the and is not i we you a an with on for from to in of it also still please have has will be was are can how what when where
    why at our us me my your by as or but if that already only no about until since up out this there would could need like any
    they he she his her do does did been just than then here now today yesterday tomorrow always more again very thanks hello hi
    cust customer called caller wants needs asks asked order invoice delivery quote mr mrs get got""",
    "nl": """de het een en is niet ik wij we u met op voor van naar om te dat die er ook nog graag heb hebben heeft wordt werd kan kunnen
    hoe wat wanneer waar waarom bij ons onze mij mijn uw als maar geen over tot sinds aan uit door zijn kunt bestelling factuur
    levering vraag klant belt goedemorgen beste alvast bedankt deze onder is er zou willen moet""",
    "pl": """nie jest na do się sie z w i o że ze to jak co kiedy gdzie proszę prosze dlaczego mamy mam nasz nasza nasze przez od po za
    czy dla są sa był byl była będzie bedzie już juz tylko jeszcze oraz lub ale faktura zamówienie zamowienie dostawa klient
    pytanie dzień dzien dobry pozdrawiam państwa panstwa nam nas prosi""",
    "fr": """le la les des un une et est pas je nous vous avec sur pour de du dans que qui il elle ce cette aussi encore avons avez
    bonjour merci votre notre au aux ne quand où commande facture livraison""",
    "it": """il lo gli la le un una e è non io noi voi con su per di da in che chi anche ancora abbiamo avete buongiorno grazie vostro
    nostro del della quando dove ordine fattura consegna sono""",
    "es": """el los las un una y es no yo nosotros con en por para de del que quien también todavía tenemos hola gracias su nuestro cuando
    dónde pedido factura entrega está""",
    "da": """og er ikke jeg vi det en et med på til fra af som har kan hvad hvor hvornår hvorfor hos os vores jer også endnu tak hej ordre
    faktura levering""",
    "sv": """och är inte jag vi det en ett med på till från av som har kan vad var när varför hos oss vår också ännu tack hej order
    faktura leverans""",
    "cs": """a je není se na do že to jak co kdy kde prosím proč máme náš z v o pro od po za jsou byl bude již jen ještě faktura
    objednávka dobrý den děkuji""",
    "tr": """ve bir bu için ile değil ne zaman nerede neden bizim sizin lütfen teşekkürler merhaba sipariş fatura teslimat var yok mi mı
    da de olarak""",
}
_LETTERS = {"de": "äöüß", "pl": "ąćęłńśźż", "cs": "ěščřžýůďťň", "fr": "çœêâîûèà", "es": "ñ¿¡", "da": "øåæ", "sv": "å", "tr": "ğışç"}
_WORD = re.compile(r"[^\W\d_]+")
_LETTER, _LATIN, _FOREIGN = (re.compile(letters) for letters in (r"[^\W\d_]", r"[a-zà-žß]", r"[^\W\d_a-zà-žß]"))
READ = 5_000  # characters that tell it


def language(texts: Iterable[object], given: Iterable[object] | None = None) -> list[str]:
    """Tell the language of texts by their most frequent small words and the letters that only some languages have.

    Parameters
    ----------
    texts : iterable of str
    given : iterable of str, optional
        The language as the client's systems tell it, by its two letters; it holds where there is one.

    Returns
    -------
    list of str
        "de", "en", "other" for another one, and "" where nothing tells: a text of numbers, names or one technical word.

    Examples
    --------
    >>> language(["Wo bleibt unsere Lieferung?", "Where is our delivery?", "Waar blijft onze bestelling?", "4711"])
    ['de', 'en', 'other', '']
    >>> language(["Dichtsatz DN16", "Dichtsatz"], given=["de", None])
    ['de', '']
    """
    told = [_of(text) if isinstance(text, str) else "" for text in texts]
    if given is None:
        return told
    return [_named(known) if isinstance(known, str) and known.strip() else found for known, found in zip(given, told, strict=True)]


def _named(known: str) -> str:
    code = re.split(r"[-_]", known.strip().casefold())[0]
    return code if code in ("de", "en") else OTHER


def _of(text: str) -> str:
    text = unicodedata.normalize("NFC", text[:READ]).casefold()
    if _FOREIGN.search(text) and len(_LETTER.findall(text)) > 2 * len(_LATIN.findall(text)):
        return OTHER  # another script
    scores = dict.fromkeys(_SMALL, 0.0)
    for word in _WORD.findall(text):
        claims = _claims().get(word, ())
        for code in claims:
            scores[code] += 1 / len(claims)
    for code, letters in ({} if text.isascii() else _LETTERS).items():
        scores[code] += 0.5 * sum(text.count(letter) for letter in letters)
    best = max(scores, key=lambda code: (scores[code], code == "de", code == "en"))
    if not scores[best]:
        return ""
    return best if best in ("de", "en") else OTHER


def small(word: str) -> bool:
    """Tell whether a word, as :func:`cxlib.reasons.wording.normalise` writes it, is one of the small ones of German or English.

    >>> small("fuer"), small("pumpe")
    (True, False)
    """
    return word in _both()


@cache
def _both() -> frozenset[str]:
    topical = {"auftrag", "rechnung", "termin", "lieferung", "ware", "angebot", "order", "invoice", "delivery", "quote"}
    return frozenset(f"{_SMALL['de']} {_SMALL['en']}".split()) - topical


@cache
def _claims() -> dict[str, tuple[str, ...]]:
    """Return word → the languages that use it."""
    claims: dict[str, tuple[str, ...]] = {}
    for code, told in _SMALL.items():
        for word in told.split():
            claims[word] = (*(code_ for code_ in claims.get(word, ()) if code_ != code), code)
    return claims
