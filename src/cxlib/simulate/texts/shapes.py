"""How a channel shapes a text: mail, note of a call, chat, form, portal message, fax, letter."""

from __future__ import annotations

import re
from collections.abc import Callable

from cxlib.simulate.texts.draft import Draft
from cxlib.simulate.texts.facts import WORDS

__all__ = ["FORMS", "shaped"]

FORMS = {  # channel to the shape of its texts
    "email": "mail", "phone": "note", "call_note": "note", "callback": "note", "field_visit": "note", "in_person": "note",
    "chat": "chat", "app": "chat", "social": "chat", "web_form": "form", "portal": "portal", "fax": "fax", "letter": "letter",
    "other": "mail",
}  # fmt: skip
_LONGEST = 220
_SENTENCE = re.compile(r"(?<=[^\d\W][.?!])\s+(?=[A-ZÄÖÜ\"])")
_SMALL = frozenset(WORDS["small"].split())


def shaped(draft: Draft) -> str:
    """Return the text of a draft in the shape of its channel."""
    return _SHAPES[draft.form](draft).replace("...", "…").replace("..", ".").replace("…", "...")


def _sentences(draft: Draft, parts: list[str], breaks: float) -> str:
    """Join parts, with a blank line between some."""
    text = parts[0]
    for part in parts[1:]:
        text += ("\n\n" if draft.chance(breaks) else " ") + part
    return text


def _mail(draft: Draft) -> str:
    traits = draft.traits
    parts = draft.body()
    body = _sentences(draft, parts, 0.22 if traits.words > 35 else 0.05)
    lines = []
    if traits.opposite:
        lines.append(f"{draft.shared('word.subject')}: {draft.shared('subject.' + _OTHER[draft.group])}\n")
    elif draft.chance(0.34):
        lines.append(f"{draft.shared('word.subject')}: {draft.shared('subject.' + draft.group)}\n")
    if traits.salutation:
        greeting = _greeting(draft)
        body = _after_comma(body) if greeting.endswith(",") and draft.language == "de" else body
        lines += [greeting, ""] if draft.chance(0.75) else [greeting]
    draft.own.append(body)
    lines.append(body)
    lines += _farewell(draft)
    text = "\n".join(lines)
    if traits.quote:
        quoted = _quoted(draft)
        room = _LONGEST - len(text.split())
        text += "\n\n" + "\n".join(quoted if room > len(" ".join(quoted).split()) else quoted[:2])
    return text


_OTHER = {  # the group that a subject line names when it says something else
    "presales_information": "complaint", "quote": "delivery", "order": "billing", "delivery": "quote", "onboarding": "growth_feedback",
    "usage_service": "order", "billing": "delivery", "accessibility": "order", "follow_up": "growth_feedback", "complaint": "quote",
    "contract": "delivery", "growth_feedback": "complaint", "no_customer_concern": "order",
}  # fmt: skip


def _greeting(draft: Draft) -> str:
    named = draft.chance(0.45)
    if draft.traits.informal:
        return draft.shared("greeting.informal")
    return draft.shared("greeting.named" if named else "greeting.formal")


def _after_comma(body: str) -> str:
    """Return a body that begins small after "Hallo," unless it begins with a noun."""
    first = body.split(" ", 1)[0].strip(",.:")
    return body[0].lower() + body[1:] if first.lower() in _SMALL else body


def _farewell(draft: Draft) -> list[str]:
    """Return closing and sender; with a signature more than four lines."""
    manner = "informal" if draft.traits.informal else "formal"
    name, facts = draft.facts["ich"], draft.facts
    if draft.traits.signature:
        address = re.sub(r"[^a-z]+", "-", _LEGAL.sub("", facts["firma"]).lower().translate(_PLAIN)).strip("-")
        role, number = draft.shared(f"role.{draft.persona}"), facts.integer(100, 999)
        block = ["", draft.shared(f"closing.{manner}"), f"{draft.shared('word.proxy')} {name}".strip(), role, "--", facts["firma"]]
        desk = f"Tel. 069 90009-{number} · Fax -{facts.integer(100, 999)}"
        block.append(desk if draft.chance(0.6) else f"{facts.say('Mobil', 'Mobile')} 0171 39200-{number % 100:02}")
        return [*block, *([f"{name.split()[-1].lower().translate(_PLAIN)}@{address}.example"] if draft.chance(0.6) else [])]
    draw = draft.rnd.random()
    if draw < 0.22:
        return []
    if draw < 0.32:
        return ["", name.split()[-1] if draft.chance(0.5) else name]
    if draw < 0.38:
        return ["", draft.shared("closing.mobile")]
    lines = ["", draft.shared(f"closing.{manner}"), name.split()[0] if draft.traits.informal and draft.chance(0.5) else name]
    return [*lines, *([draft.shared(f"role.{draft.persona}")] if draft.chance(0.3) else [])]


_LEGAL = re.compile(r" (GmbH|& Co\.|KG|OHG|AG|e\. ?K\.|GbR|mbH|Ltd|LLP|plc|BV|ApS|Sp\. z o\.o\.)(?= |$)")  # no part of a mail domain
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def _quoted(draft: Draft) -> list[str]:
    """Return the earlier message that a mail still carries."""
    head = draft.quoted("quote.head")
    lines = [line for line in draft.quoted(f"quote.{draft.group}").split("\n") if line]
    return [*(f"> {line}" if not line.startswith("---") else line for line in head.split("\n")), *(f"> {line}" for line in lines)]


def _note(draft: Draft) -> str:
    """Return what an agent notes of a call: short, third person."""
    noted = draft.of_reason(draft.reason, "note", draft.traits.words)
    spoken = noted is None or draft.chance(0.2)
    who = "" if draft.kind == "none" else draft.shared("note.who")
    if spoken:
        noted = draft.of_reason(draft.reason, "core", 12)
        core = draft.said(noted)
        core = core if draft.kind == "none" else f'{draft.shared("note.says")} "{core.rstrip(".")}"'
    else:
        core = draft.said(noted)
    draft.core_key = noted.key if noted else ""
    parts = [f"{who} {core}".strip() + ("" if core.endswith((".", "!", "?", '"')) else ".")]
    if draft.second:
        other = draft.said(draft.of_reason(draft.second, "note", 8) or draft.of_reason(draft.second, "core", 8))
        other = other + ("" if other.endswith((".", "!", "?")) else ".")
        parts = (
            [f"{who} {other}", f"{draft.shared('note.turn')} {core}."]
            if draft.second_first
            else [*parts, f"{draft.shared('note.joint')} {other}"]
        )
    for name in ("sarcasm", "whatsapp", "dialect"):
        if getattr(draft.traits, name):
            parts.append(draft.shared(f"note.{name}") or draft.shared(name))
    room = draft.traits.words - sum(len(part.split()) for part in parts)
    if draft.kind != "none" and (room > 0 or draft.chance(0.5)):
        parts.append(draft.shared("note.detail") if room > 8 and draft.chance(0.5) else "")
        parts.append(draft.shared("note.tail"))
    text = " ".join(part for part in parts if part).replace("..", ".")
    draft.own.append(text)
    return text


def _chat(draft: Draft) -> str:
    """Return lines as typed into a chat: small letters, a thought a line, hardly a full stop."""
    lines = []
    for part in draft.body():
        lines += [line.rstrip(".").strip() for line in _SENTENCE.split(part)]
    if draft.chance(0.4):
        lines.insert(0, draft.shared("greeting.chat"))
    if draft.chance(0.15):
        lines.append(draft.shared("closing.chat"))
    text = "\n".join(line for line in lines if line)
    text = text.lower() if draft.chance(0.9) else text
    draft.own.append(text)
    return text


def _form(draft: Draft) -> str:
    """Return a web form: the fields that it insists on, then the message."""
    body = " ".join(draft.body())
    draft.own.append(body)
    heads = [draft.shared("form.topic")]
    if draft.chance(0.6):
        heads.append(draft.shared("form.field"))
    return "\n".join([*heads, f"{draft.shared('form.message')}: {body}"])


def _portal(draft: Draft) -> str:
    body = " ".join(draft.body())
    draft.own.append(body)
    return f"{draft.shared('portal.head')}\n{body}"


def _fax(draft: Draft) -> str:
    body = "\n".join(draft.body())
    draft.own.append(body)
    return "\n".join([draft.shared("fax.head"), body, draft.facts["ich"]])


def _letter(draft: Draft) -> str:
    body = _sentences(draft, draft.body(), 0.4)
    greeting = draft.shared("greeting.letter")
    body = _after_comma(body) if draft.language == "de" else body
    draft.own.append(body)
    subject = draft.shared(f"subject.{draft.group}")
    return "\n".join([draft.facts["firma"], "", subject, "", greeting, "", body, "", draft.shared("closing.formal"), draft.facts["ich"]])


_SHAPES: dict[str, Callable[[Draft], str]] = {
    "mail": _mail,
    "note": _note,
    "chat": _chat,
    "form": _form,
    "portal": _portal,
    "fax": _fax,
    "letter": _letter,
}
