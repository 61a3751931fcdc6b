"""A card for each persona: its share, who it is, what it wants, how and why it gets in touch, and what to leave alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.plot import Plot
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, wrapped, write
from cxlib.report.words import Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cards", "cards"]

TITLE, SIZE, SMALL, LINE = 15, 13, 12, 17
GAP, PAD = 20, 14  # between cards, and inside them
NONE, EVERYBODY = "none", "all"
COMMON, RARE = 0.2, 0.03  # share of a persona's people, and of its contacts, from which something is told of it
OFTEN = 0.1  # share of a persona's contacts from which it is told how they come: such a way is nothing to leave alone
SELDOM = 0.7  # times everybody's share below which a persona seldom takes a way
Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Cards(Plot):
    """Cards side by side; everything told on them stands in the saved tables, except what a workshop said."""

    profile: pd.DataFrame
    often: pd.DataFrame
    need: pd.DataFrame

    @property
    def sources(self) -> tuple[pd.DataFrame, ...]:
        """Shares, profiles, how often, and needs."""
        return (self.table, self.profile, self.often, self.need)

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the cards, two beside each other on 720 pixels, one on 350 for a telephone."""
        width, abreast = (NARROW, 1) if narrow else (WIDE, 2)
        card = (width - GAP * (abreast - 1)) / abreast
        told = [_Card.of(self, words, row, card - 2 * PAD) for row in self._shares()]
        lines = [told[first : first + abreast] for first in range(0, len(told), abreast)]
        heights = [max(each.height for each in line) for line in lines]
        picture = Picture(width, sum(heights) + GAP * max(len(lines) - 1, 0) + 4)
        picture.items = len(told)
        strokes, y = Strokes(), 2.0
        for line, height in zip(lines, heights, strict=True):
            for place, each in enumerate(line):
                each.draw(picture, strokes, place * (card + GAP), y, (card, height))
            y += height + GAP
            picture.cuts = (*picture.cuts, y - GAP / 2)
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: how many cards, and the share of each."""
        rows = [row for row in self._shares() if not absent(row["value"])]
        if not rows:
            return words.text("plot.cards.alt_none", n=len(self._shares()))
        told = "; ".join(f"{self.name(words, row)}, {words.told(row)}" for row in rows)
        return words.text("plot.cards.alt", n=len(rows), shares=told)

    def name(self, words: Words, row: Mapping[str, Any]) -> str:
        """Return the name that the client gave a persona, else one made of what sets it apart most."""
        persona = str(row["persona"])
        if persona in words.names.get("persona", {}):
            return words.label("persona", persona)
        traits = self.traits(persona)[:2]
        proposed = ", ".join(words.label("answer", trait["answer"]) for trait in traits if not str(trait["answer"]).isdigit())
        return proposed or words.label("persona", persona)

    def traits(self, persona: str) -> list[Row]:
        """Return the answers that are both common in a persona and surely more common than among everybody, most striking first."""
        own = {(row["feature"], row["answer"]): row for row in _of(self.profile, persona, "persona_value") if not absent(row["answer"])}
        lifted = []
        for row in _of(self.profile, persona, "persona_lift"):
            value = own.get((row["feature"], row["answer"]))
            if value and not absent(value["value"]) and value["value"] >= COMMON and not absent(row["low"]) and row["low"] > 1:
                lifted.append(value | {"lift": row["value"] * value["value"]})
        lifted.sort(key=lambda row: -row["lift"])
        first = {row["feature"]: row for row in reversed(lifted)}  # one answer a feature
        return [row for row in lifted if first[row["feature"]] is row]

    def _shares(self) -> list[Row]:
        rows = [_row(row) for row in self.table.to_dict("records")]
        return [row for row in rows if row["metric"] == "persona_share" and str(row["persona"]) != NONE]


@dataclass(frozen=True)
class _Card:
    """The lines of one card: (text, size, ink, bold, room above)."""

    lines: tuple[tuple[str, float, str, bool, float], ...]

    @classmethod
    def of(cls, plot: Cards, words: Words, row: Row, width: float) -> _Card:
        made: list[tuple[str, float, str, bool, float]] = []

        def add(text: str, *, size: float = SIZE, ink: str = "ink", bold: bool = False, above: float = 0, most: int = 3) -> None:
            for number, line in enumerate(wrapped(text, width, size=size, bold=bold, lines=most)):
                made.append((line, size, ink, bold, above if not number else 0))

        add(plot.name(words, row), size=TITLE, bold=True, above=2)
        add(_share(words, row), ink="accent", bold=True)
        for heading, texts in _sections(plot, words, str(row["persona"])):
            add(words.text(f"plot.cards.{heading}"), size=SMALL, ink="muted", above=7)
            for text in texts:
                add(text)
        return cls(tuple(made))

    @property
    def height(self) -> float:
        return 2 * PAD + sum(LINE + above for *_, above in self.lines)

    def draw(self, picture: Picture, strokes: Strokes, left: float, top: float, size: tuple[float, float]) -> None:
        """Draw the card into a box of this width and height."""
        right, bottom = left + size[0], top + size[1]
        strokes.box(left, top, right, bottom, ink="surface")
        strokes.line((left, right), (top, top), ink="accent", width=3, order=2)
        y = top + PAD - 3
        for text, letters, ink, bold, above in self.lines:
            y += LINE + above
            write(picture, left + PAD, y, text, size=letters, ink=ink, bold=bold)


def _share(words: Words, row: Row) -> str:
    told = words.told(row)
    if absent(row["value"]):
        return f"{told:value}"
    return words.text("plot.cards.share", value=f"{told:value}", span=f"{told:span}")


def _sections(plot: Cards, words: Words, persona: str) -> list[tuple[str, list[str]]]:
    """Heading and lines of each section that has anything to say."""
    said = {
        "who": _who(plot, words, persona),
        "wants": [*_workshop(words, "wants", persona), *_matters(plot, words, persona)],
        "how": _how(plot, words, persona),
        "why": _why(plot, words, persona),
        "avoid": [*_workshop(words, "avoid", persona), *_seldom(plot, words, persona)],
    }
    return [(heading, texts) for heading, texts in said.items() if texts]


def _workshop(words: Words, key: str, persona: str) -> list[str]:
    said = words.names.get(f"persona_{key}", {}).get(persona)
    return [words.text("plot.cards.workshop", text=said)] if said else []


def _who(plot: Cards, words: Words, persona: str) -> list[str]:
    """Answers that have no order and tell no channel: department, role, segment …"""
    told = [row for row in plot.traits(persona) if _speaks(row)][:4]
    text = ", ".join(f"{_percent(words, row)} {words.label('answer', row['answer'])}" for row in told)
    people = max((row["n"] for row in _of(plot.profile, persona, "persona_value") if not absent(row["n"])), default=0)
    few = any(not absent(row["n"]) and row["n"] < people / 2 for row in told)
    return [words.text("plot.cards.known", text=text) if few else text] if told else []


def _speaks(row: Row) -> bool:
    return "channel" not in str(row["feature"]) and not str(row["answer"]).replace(".", "").isdigit()


def _percent(words: Words, row: Row) -> str:
    """A share in whole percent: a card is no table."""
    return words.number(row["value"], "share", places=0)


def _matters(plot: Cards, words: Words, persona: str) -> list[str]:
    """What is surely more important to a persona than to everybody, in words that need not say so again."""
    above = [row for row in _of(plot.profile, persona, "persona_distance") if not absent(row["low"]) and row["low"] > 0]
    named = words.names.get("matters", {})
    above = sorted((row for row in above if row["feature"] in named), key=lambda row: -row["value"])[:2]
    return [words.text("plot.cards.matters", what=words.list([named[row["feature"]] for row in above]))] if above else []


def _how(plot: Cards, words: Words, persona: str) -> list[str]:
    ways = [row for row in _of(plot.need, persona, "need_share") if _names(row, "channel") and not absent(row["value"])]
    ways = sorted((row for row in ways if row["value"] >= OFTEN), key=lambda row: -row["value"])[:3]
    texts = [", ".join(f"{_percent(words, row)} {words.label('channel', row['channel'])}" for row in ways)] if ways else []
    often = _one(plot.often, persona, "contacts_per_person")
    texts += [words.text("plot.cards.often", value=words.told(often).bare())] if often else []
    outside = _one(plot.often, persona, "outside_hours_share")
    return texts + ([words.text("plot.cards.outside", value=_percent(words, outside))] if outside and outside["value"] >= 0.1 else [])


def _why(plot: Cards, words: Words, persona: str) -> list[str]:
    """Reasons that are surely more common than among everybody and make more than a trifle of the persona's contacts."""
    shares = {row["reason_id"]: row for row in _of(plot.need, persona, "need_share") if _names(row, "reason_id")}
    lifted = [row for row in _of(plot.need, persona, "need_lift") if _names(row, "reason_id") and not absent(row["low"]) and row["low"] > 1]
    kept = [shares[row["reason_id"]] for row in lifted if row["reason_id"] in shares and not absent(shares[row["reason_id"]]["value"])]
    kept = sorted((row for row in kept if row["value"] >= RARE), key=lambda row: -row["value"])[:3]
    return [f"{_percent(words, row)} {words.label('reason_id', row['reason_id'])}" for row in kept]


def _seldom(plot: Cards, words: Words, persona: str) -> list[str]:
    """Ways that are surely less common than among everybody and make only a small part of the persona's contacts."""
    rows = [row for row in _of(plot.need, persona, "need_lift") if _names(row, "channel") and not absent(row["high"])]
    ways = [row for row in _of(plot.need, persona, "need_share") if _names(row, "channel") and not absent(row["value"])]
    taken = {row["channel"] for row in ways if row["value"] >= OFTEN}
    least = sorted((row for row in rows if row["high"] < SELDOM and row["channel"] not in taken), key=lambda row: row["high"])[:2]
    named = words.list([words.label("channel", row["channel"]) for row in least])
    return [words.text("plot.cards.seldom", ways=named)] if least else []


def _names(row: Row, column: str) -> bool:
    return column in row and not absent(row[column]) and not str(row[column]).startswith("__")


def _of(table: pd.DataFrame, persona: str, metric: str) -> list[Row]:
    if "persona" not in table.columns:
        return []
    return [_row(row) for row in table[table["persona"].eq(persona) & table["metric"].eq(metric)].to_dict("records")]


def _one(table: pd.DataFrame, persona: str, metric: str) -> Row | None:
    rows = [row for row in _of(table, persona, metric) if not absent(row["value"])]
    return rows[0] if rows else None


def _row(row: Mapping[Any, Any]) -> Row:
    return {str(name): cell for name, cell in row.items()}


def cards(shares: pd.DataFrame, profile: pd.DataFrame, often: pd.DataFrame, need: pd.DataFrame, *, order: Sequence[str] = ()) -> Cards:
    """Make a card for each persona.

    Parameters
    ----------
    shares : DataFrame
        Saved ESTIMATES with ``persona_share`` by ``persona``.
    profile : DataFrame
        Saved ESTIMATES with ``persona_value``, ``persona_lift`` and ``persona_distance`` by ``persona``, ``feature`` and ``answer``.
    often, need : DataFrame
        Saved ESTIMATES of :func:`cxlib.contacts.profile.service_need`: how often and when, and by which way and what about; apart from each
        other, since the first count people and the second contacts.
    order : sequence of str
        Personas in their order; as they come when left out.

    Raises
    ------
    CxError
        When the shares are not told by persona.
    """
    if "persona" not in group_columns(shares):
        raise CxError(worded("cards", "shares are told by", "persona", group_columns(shares), label="Group columns"))
    place = {name: number for number, name in enumerate(order)}
    kept = shares[shares["metric"].eq("persona_share")]
    if order:
        kept = kept.sort_values("persona", key=lambda names: names.map(lambda name: place.get(name, len(place))), kind="stable")
    kept.attrs = dict(shares.attrs)
    return Cards(kept, profile, often, need)
