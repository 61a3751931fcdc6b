"""What a customer wrote this time: quoted threads, greetings, signatures, footers and notices are cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from cxlib.reasons.wording.markup import plain

__all__ = ["LONGEST", "cut"]

LONGEST = 20_000  # characters kept of one text; a concern is told long before
_FLAGS = re.IGNORECASE
_TITLE = r"(?:frau|herrn?|fr\.|hr\.|dr\.|prof\.|ing\.|mr\.?|mrs\.?|ms\.?|miss|sir|sirs|madam|damen|herren|und|or|and|/)"
_ALL = (
    r"(?:zusammen|alle|allerseits|team|kolleg\w*|kundenc\w+|kundens\w+|vertriebsteam|liebes?|lieber|ihr|lieben|all"
    r"|everyone|everybody|there|folks|guys|colleagues|again|euch)"
)
_HAIL = (
    r"(?:sehr\s+geehrte[rs]?|werte[rs]?|liebe[rs]?|guten?\s+(?:tag|morgen|abend)|grü(?:ß|ss)\s+(?:gott|dich|euch|sie)|gruess\s+gott"
    r"|hallo(?:chen)?|hi|hey|moin(?:\s+moin)?|servus|morgen|tach|dear|hello|good\s+(?:morning|afternoon|evening|day)|greetings"
    r"|to\s+whom\s+it\s+may\s+concern)"
)
# a greeting ends at its comma or its line; names need a title before them or an end right behind them
_GREETING = re.compile(
    rf"^{_HAIL}(?:[ \t]+(?:{_TITLE}|{_ALL}))*(?:[ \t]+[^\s,.!?:;]{{2,24}}){{0,3}}?[ \t]*(?:[,!:.–-]+(?=\s|$)|$)[ \t]*", _FLAGS
)
_BARE = re.compile(rf"^{_HAIL}(?:[ \t]+(?:{_TITLE}|{_ALL})(?=[\s,!.]))*[ \t]*[,!.:]*[ \t]+(?=\w)", _FLAGS)
_CLOSING = re.compile(
    r"^\W{0,3}(?:(?:vielen|besten|herzlichen)\s+dank(?:\s+(?:und|im\s+voraus|vorab|euch|ihnen))*[\s,]*|danke?(?:\s+(?:und|euch|vorab"
    r"|im\s+voraus))*[\s,]*)?"
    r"(?:(?:und\s+)?(?:mit\s+)?(?:freundliche[nmr]?|freundl\.|viele[n]?|beste[n]?|liebe[n]?|schöne[n]?|schoene[n]?|herzliche[n]?"
    r"|sonnige[n]?|kollegiale[n]?|nette[n]?)\s+"
    r"(?:grü(?:ß|ss)en?|gruessen?|gru(?:ß|ss))|gru(?:ß|ss)|grü(?:ß|ss)e|gruesse|mfg|m\.f\.g\.|vg|lg|bg|hochachtungsvoll|bis\s+dann"
    r"|cordialement"
    r"|(?:with\s+)?(?:kind|best|warm|many)\s+(?:regards|wishes|thanks)|kind\s+rgds|regards|rgds|brgds|yours(?:\s+(?:sincerely"
    r"|faithfully|truly))?|sincerely|cheers|all\s+the\s+best"
    r"|vielen\s+dank|besten\s+dank|herzlichen\s+dank|danke?|dankeschön|merci|thanks(?:\s+(?:a\s+lot|in\s+advance|again))?"
    r"|many\s+thanks|thank\s+you|thx|danke?\s+(?:euch|vorab|ihnen|dir))"
    r"(?:\s+(?:aus|from)\s+\S+)?(?:[\s,.!–-]+[^\s\d,.!?:;]+){0,3}[\s,.!]*$",
    _FLAGS,
)
_AFTERTHOUGHT = re.compile(r"^\W{0,2}p\.?\s?s\.?\s?[:.\-–]", _FLAGS)
_RULE = re.compile(r"^\s*(?:--|—|__+|==+|\*\*\*+)\s*$")
_THREAD = re.compile(
    r"^\s*>?\s*(?:-{2,}\s*(?:ursprüngliche|urspruengliche|original|weitergeleitete|forwarded)\b.*-{2,}.*"
    r"|-{2,}\s*(?:ursprüngliche nachricht|original message|original-nachricht)\s*-*"
    r"|am\s+\S.{2,90}\bschrieb\b.{0,90}:?|on\s+\S.{2,120}\bwrote\s*:?|(?:le|op)\s+\S.{2,90}\b(?:a écrit|schreef)\b.{0,60}:?"
    r"|.{2,80}\bschrieb am\s+\d.{2,60}:"
    r"|_{10,})\s*$",
    _FLAGS,
)
_DATED = re.compile(r"^\s*>?\s*(?:am|on|le|op)\s", _FLAGS)
_SENDER = re.compile(r"^\s*>?\s*\*?(?:von|from|absender)\*?\s*:\s*\S", _FLAGS)
_SENT = re.compile(r"^\s*>?\s*\*?(?:gesendet|sent|datum|date|an|to|betreff|subject)\*?\s*:\s*\S", _FLAGS)
_RECEIVER = re.compile(r"\s*(?:gesendet|sent|an|to|cc)\s*:", _FLAGS)
_QUOTE = re.compile(r"^\s*>")
_MARKS = re.compile(r"^\s*(?:>\s?)+")
_SPOKEN = re.compile(r"[^\W_]{2}")
_FOOTER = re.compile(
    r"^\W{0,3}(?:(?:von|vom)\s+(?:meinem|unterwegs|handy|iphone|mobil).{0,40}(?:gesendet|geschrieben|getippt)|gesendet\s+(?:von|vom"
    r"|mit)\b.{0,60}"
    r"|sent\s+(?:from|via|with)\b.{0,60}|get\s+outlook\s+for.{0,40}|outlook\s+für\s+.{0,40}|unterwegs\s+getippt.{0,60}"
    r"|diese\s+nachricht\s+wurde\s+(?:mobil|von|mit|unterwegs).{0,60}|typed\s+on\s+.{0,60})\W*$",
    _FLAGS,
)
_NOTICE = re.compile(
    r"^\W{0,3}(?:diese\s+(?:e-?mail|nachricht)\s+(?:und|enthält|kann|ist|einschließlich|inkl)|der\s+inhalt\s+dieser\s+e-?mail"
    r"|die\s+in\s+dieser\s+e-?mail\b"
    r"|th(?:is|e\s+information\s+in\s+this)\s+(?:e-?mail|message)\s+(?:and|is|may|contains|\(|including)|the\s+(?:information"
    r"|contents?)\s+(?:contained\s+)?(?:in|of)\s+this\s+e-?mail"
    r"|confidentiality\s+notice|disclaimer\b|vertraulichkeitshinweis|bitte\s+(?:prüfen|denken)\s+sie.{0,40}(?:umwelt|ausdruck"
    r"|gedruckt)|please\s+consider\s+the\s+environment)",
    _FLAGS,
)
_SECRET = re.compile(
    r"vertraulich|confidential|privileged|umwelt|environment|irrtümlich|in\s+error|ausdruck|disclaimer|empfänger|recipient", _FLAGS
)
_ADDRESS = re.compile(
    r"^\W{0,3}(?:tel(?:efon)?|fon|fax|telefax|mobil(?:e|tel\w*)?|phone|handy|e-?mail|mail|web|www|http|ust-?id|hrb|vat|amtsgericht"
    r"|registergericht|sitz\b|geschäftsführer\w*"
    r"|managing\s+director\w*|iban|bic|steuernummer)\b[\s.:/+(]|^\s*\S+@\S+\.\w+\s*$|^\s*(?:https?://|www\.)\S+\s*$",
    _FLAGS,
)
_FIELD = re.compile(
    r"^(?:name|vorname|nachname|firma|company|unternehmen|telefon|tel\.?|phone|mobil|mobile|e-?mail|kundennr\.?|kundennummer"
    r"|kd\.?-?nr\.?|customer\s+(?:no|number)\.?|account|ort|plz|land"
    r"|adresse|anrede|kategorie|category|rückrufnummer|ansprechpartner)\s*:\s.{0,80}$",
    _FLAGS,
)
_LABEL = re.compile(
    r"^\s*(?:(?:ihre\s+|your\s+)?(?:nachricht|mitteilung|message|text|anfrage)|betreff|subject|thema|topic|anliegen|betr\.|re|aw|fwd?"
    r"|wg|fw|antw)\s*:\s*",
    _FLAGS,
)
_NAME = re.compile(r"^(?:i\.\s?[AV]\.\s|ppa\.?\s)?(?:Dr\.\s)?[A-ZÄÖÜ][\wäöüß.-]*(?:\s+[A-ZÄÖÜ][\wäöüß.-]*){0,2}$")

Step = Callable[[list[str]], list[str]]


def cut(texts: Iterable[object], *, longest: int = LONGEST) -> list[str]:
    """Cut what is not the customer's own concern from mails, forms and notes.

    HTML becomes text; quoted threads, greetings, closings with what stands below them, signatures, footers of telephones, notices of
    confidentiality and the fields of forms go. A postscript stays. Where a step would leave no word, it is left out.

    Parameters
    ----------
    texts : iterable of str
        Missing ones become "".
    longest : int
        Characters kept of one text.

    Returns
    -------
    list of str
        In the same order, never longer than what came, at most `longest` characters each. Cutting again changes nothing.

    Examples
    --------
    >>> cut(["Guten Tag,\\nwo bleibt die Ware?\\n\\nMit freundlichen Grüßen\\nA. Kolbe\\nTel. 069 1234"])
    ['wo bleibt die Ware?']
    >>> cut(["Bitte Storno.\\n\\nAm 12.03. schrieb Service:\\n> Ihre Bestellung ist da.", None])
    ['Bitte Storno.', '']
    """
    return [_settled(text, longest) if isinstance(text, str) else "" for text in texts]


def _settled(text: str, longest: int) -> str:
    """Cut until nothing is left to cut; each round makes the text shorter, so there is an end."""
    text = text.strip()
    while True:
        shorter = _once(text, longest)
        if len(shorter) >= len(text):
            return text
        text = shorter


def _once(text: str, longest: int) -> str:
    text = text[: 20 * longest]  # of a mail with its attachments inside, so that the work has a bound
    seen = plain(text)
    lines = (seen if _told(seen) else re.sub(r"<[^<>]*>", " ", text) if seen != text else text).splitlines()
    for step in _STEPS:
        shorter = step(lines)
        if shorter != lines and _told("\n".join(shorter)):
            lines = shorter
    joined = re.sub(r"[^\S\n]+", " ", re.sub(r"\n\s*\n+", "\n\n", "\n".join(line.strip() for line in lines))).strip()
    return joined[:longest].rstrip()


def _told(text: str) -> bool:
    """Tell whether a word is left."""
    return _SPOKEN.search(text) is not None


def _heads(line: str) -> bool:
    """Tell whether a line is the head of an earlier message, and no sentence of one's own: "am Montag schrieb Ihr Kollege, dass …"."""
    return bool(_THREAD.match(line)) and (not _DATED.match(line) or line.rstrip().endswith((":", ">")) or "@" in line)


def _heads_broken(line: str, below: str = "") -> bool:
    """Tell whether a line and the one below are such a head in two."""
    pair = f"{line} {below.lstrip('> ')}".rstrip()
    return pair.endswith(":") and bool(_THREAD.match(pair))


def _unthreaded(lines: list[str]) -> list[str]:
    """Leave out all below the head of an earlier message."""
    for at, line in enumerate(lines):
        if _heads(line) or (_DATED.match(line) and _heads_broken(line, *lines[at + 1 : at + 2])):
            return lines[:at]
        if _SENDER.match(line) and any(_SENT.match(below) for below in lines[at + 1 : at + 4]):
            return lines[:at]
    return lines


def _unquoted(lines: list[str]) -> list[str]:
    return [line for line in lines if not _QUOTE.match(line)]


def _unmarked(lines: list[str]) -> list[str]:
    """Of a text that is all quoted, or forwarded, keep the words without the marks."""
    kept = [_MARKS.sub("", line) for line in lines]
    return [line for line in kept if not (_heads(line) or _SENDER.match(line) or _RECEIVER.match(line))]


def _ungreeted(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines[:8]):
        if found := _GREETING.match(line.strip()) or _BARE.match(line.strip()):
            return [*lines[:at], line.strip()[found.end() :], *lines[at + 1 :]]
    return lines


def _unsigned(lines: list[str]) -> list[str]:
    """Leave out the closing and all below it, a postscript excepted."""
    for at, line in enumerate(lines):
        if (_CLOSING.match(line.strip()) and any(map(_told_line, lines[:at]))) or (_RULE.match(line) and at):
            below = next((row for row, later in enumerate(lines[at:], at) if _AFTERTHOUGHT.match(later)), None)
            return lines[:at] + (lines[below:] if below is not None else [])
    return lines


def _told_line(line: str) -> bool:
    return _told(line)


def _unnamed(lines: list[str]) -> list[str]:
    """Leave out a name that stands alone below a text of some words."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    above = kept[:-1]
    if len(kept) > 1 and _NAME.match(kept[-1].strip()) and not above[-1].strip() and sum(len(line.split()) for line in above) >= 5:
        return above
    return lines


def _without(pattern: re.Pattern[str]) -> Step:
    def step(lines: list[str]) -> list[str]:
        return [line for line in lines if not pattern.match(line.strip())]

    return step


def _unnoticed(lines: list[str]) -> list[str]:
    """Leave out paragraphs that only say how confidential they are."""
    kept: list[str] = []
    dropping = False
    for at, line in enumerate(lines):
        dropping = dropping and bool(line.strip())
        if not dropping and _NOTICE.match(line.strip()):
            dropping = bool(_SECRET.search(" ".join(lines[at : at + 6])))
        if not dropping:
            kept.append(line)
    return kept


def _unlabelled(lines: list[str]) -> list[str]:
    return [_LABEL.sub("", line) for line in lines]


_STEPS: tuple[Step, ...] = (
    _unthreaded,
    _unquoted,
    _unmarked,
    _unnoticed,
    _without(_FOOTER),
    _without(_FIELD),
    _unlabelled,
    _ungreeted,
    _unsigned,
    _without(_ADDRESS),
    _unnamed,
)
