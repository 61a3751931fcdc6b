"""A trained model of contact reasons: what it says of new texts, and how far that carries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates.results import Result
from cxlib.reasons.classify.calibration import softmax
from cxlib.reasons.classify.features import Features
from cxlib.reasons.classify.scorer import Recipe, Scorer
from cxlib.reasons.classify.segments import segments, speaks
from cxlib.reasons.classify.vectors import Encoder, vectors_of

__all__ = ["ReasonModel", "silent", "unmeasured"]

SAID = ("reason_id", "probability", "alternative_1", "probability_1", "alternative_2", "probability_2", "concern_2_id", "unassigned")


@dataclass(frozen=True, eq=False)
class ReasonModel(Result):
    """Reasons of texts, learned from labelled ones.

    Attributes
    ----------
    classes : tuple of str
        The reasons it tells apart, in the order of their ids.
    scorer : Scorer
        What it computes margins with.
    sharpness : float
        Margins are multiplied by it before they become probabilities; 1/temperature.
    threshold : float
        Probability below which a text stays unassigned: what lies above was as accurate as promised on the texts that told the quality.
        Where `measured` is False it comes from phrases and votes alone: a guess that promises nothing.
    familiar : float
        Share of its words that training must have known; below, a text stays unassigned.
    second : float
        Probability from which on another reason in a part of the text counts as a second concern.
    table : DataFrame
        One row a reason: ``reason_id``, ``precision`` and ``recall`` with their intervals (``precision_low`` …), ``f1``, ``n`` texts,
        ``note``; all from texts that the machine which judged them had not seen.
    out_of_fold : DataFrame
        One row a training text, indexed as the texts were: ``label``, ``prediction``, ``probability``, ``alternative_1``,
        ``alternative_2``, ``label_probability`` (of its own label), ``known``, ``unassigned``, ``weight``, ``group``, ``language``.
    encoder_choice : DataFrame
        What cross-validation compared: ``encoder_weight`` (0: without), ``accuracy``, ``gain`` over none with ``low`` and ``high``,
        ``n`` texts, ``chosen``; no rows where no encoder was given.
    estimates : DataFrame
        The figures of `table` and of the whole as ESTIMATES by ``reason_id``, with ``draws``; ``top_1`` by ``language`` too, where known.
    left_out : dict of str to int
        Training texts that could not be used, by why.
    measured : bool
        Whether labels that people gave told the quality. Where phrases alone did, the figures say how well the model repeats phrases, and
        nothing can be corrected by them.
    rules : DataFrame or None
        For a model that began without labels: what each labelling function did.
    encoder : callable or None
        Texts → vectors; not part of a saved model.
    """

    classes: tuple[str, ...]
    scorer: Scorer
    sharpness: float
    threshold: float
    familiar: float
    second: float
    table: pd.DataFrame
    out_of_fold: pd.DataFrame
    encoder_choice: pd.DataFrame
    estimates: pd.DataFrame
    left_out: dict[str, int] = field(default_factory=dict)
    measured: bool = True
    rules: pd.DataFrame | None = None
    encoder: Callable[[Sequence[str]], np.ndarray] | None = None

    def probabilities(self, texts: Sequence[str] | pd.Series, *, vectors: np.ndarray | None = None) -> np.ndarray:
        """Return the calibrated probability of each reason (texts × classes); rows of empty texts are missing."""
        return self._judged(_plain(texts), vectors)[0]

    def predict(
        self, texts: Sequence[str] | pd.Series, *, ids: Sequence[str] | None = None, vectors: np.ndarray | None = None
    ) -> pd.DataFrame:
        """Return the reasons of texts.

        Parameters
        ----------
        texts : sequence or Series of str
            Missing and empty ones stay unassigned.
        ids : sequence of str, optional
            Becomes the column ``contact_id``.
        vectors : array (texts, dimensions), optional
            Where the model was trained with vectors computed elsewhere: the same encoder's vectors of these texts. A second concern is then
            not looked for, since parts of texts have no vector.

        Returns
        -------
        DataFrame
            Indexed as the texts: ``reason_id`` (the likeliest, also where it stays unassigned), ``probability``, ``alternative_1``,
            ``probability_1``, ``alternative_2``, ``probability_2``, ``concern_2_id`` (a second concern that a part of the text speaks of),
            ``unassigned``.

        Raises
        ------
        DataError
            When the model needs vectors and gets none, or the ids are not as many as the texts.
        """
        index = texts.index if isinstance(texts, pd.Series) else pd.RangeIndex(len(texts))
        if ids is not None and len(ids) != len(texts):
            raise DataError(f"predict: {len(ids)} ids for {len(texts)} texts. Give one id a text.")
        plain = _plain(texts)
        probability, known = self._judged(plain, vectors)
        said = self._named(probability, known)
        said["concern_2_id"] = self._second(plain, said) if vectors is None else None
        told = pd.DataFrame(said)[list(SAID)].astype({name: "str" for name in said if name.endswith("_id") or name.startswith("alt")})
        told.index = index
        if ids is not None:
            told.insert(0, "contact_id", pd.Series(list(ids), index=index, dtype="str"))
        return told

    def save(self, path: Path | str) -> None:
        """Write the model to a file that holds numbers and words only; see :func:`cxlib.reasons.classify.load`."""
        from cxlib.reasons.classify.saving import save

        save(self, path)

    def _judged(self, texts: Sequence[str], vectors: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        spoken = np.flatnonzero([speaks(text) for text in texts])
        probability, known = np.full((len(texts), len(self.classes)), np.nan), np.zeros(len(texts))
        if len(spoken) and self.classes and self.scorer.learned:
            heard = [texts[int(row)] for row in spoken]
            held = self._vectors(heard, None if vectors is None else np.asarray(vectors)[spoken])
            margins, known[spoken] = self.scorer.margins(heard, held)
            probability[spoken] = softmax(margins, self.sharpness)
        return probability, known

    def _vectors(self, texts: Sequence[str], vectors: np.ndarray | None) -> np.ndarray | None:
        if not self.scorer.recipe.encoder_weight:
            return None
        given: Encoder = self.encoder if vectors is None else vectors
        if given is None:
            raise DataError(
                "predict: the model was trained with an encoder's vectors. Give `vectors` of these texts, or load it with the encoder."
            )
        return vectors_of(given, texts, width=len(self.scorer.centre))

    def _named(self, probability: np.ndarray, known: np.ndarray) -> dict[str, object]:
        """The three likeliest reasons and their probabilities, and whether the first is not sure enough."""
        empty = np.isnan(probability[:, :1]).any(axis=1)
        order = np.argsort(-probability, axis=1, kind="stable")[:, :3]
        names = np.array([*self.classes, None], dtype=object)
        said: dict[str, object] = {}
        for rank, (reason, chance) in enumerate(zip(SAID[0:6:2], SAID[1:6:2], strict=True)):
            there = order.shape[1] > rank
            place = order[:, rank] if there else np.full(len(probability), -1)
            said[reason] = names[np.where(empty, -1, place)]
            said[chance] = np.take_along_axis(probability, place[:, None], axis=1)[:, 0] if there else np.full(len(probability), np.nan)
        first = np.nan_to_num(np.asarray(said["probability"]))
        said["unassigned"] = empty | (first < self.threshold) | (known < self.familiar)
        return said

    def _second(self, texts: Sequence[str], said: dict[str, object]) -> np.ndarray:
        """The reason that a part of a text speaks of for certain, where it is another than the whole's."""
        found = np.full(len(texts), None, dtype=object)
        open_ones = np.flatnonzero(~np.asarray(said["unassigned"]))
        parts = [(int(row), part) for row in open_ones for part in segments(texts[int(row)])]
        if not parts:
            return found
        probability, known = self._judged([part for _, part in parts], None)
        first = np.asarray(said["reason_id"])
        best = probability.argmax(axis=1)
        chance = probability[np.arange(len(best)), best]
        best_chance: dict[int, float] = {}
        for (row, _), place, chance_of, familiar in zip(parts, best, chance, known >= max(self.familiar, 0.5), strict=True):
            reason = self.classes[place]
            if familiar and chance_of >= self.second and reason != first[row] and chance_of > best_chance.get(row, 0.0):
                found[row], best_chance[row] = reason, chance_of
        return found


def unmeasured(*needs: str) -> pd.DataFrame:
    """Return what estimates of a model say that no labels judged: what is missing.

    >>> unmeasured()["note"].unique().tolist()
    ['needs contacts.reason_gold']
    """
    told_by, names = [*needs, "contacts.reason_gold"], ("reason_recall", "reason_precision", "top_1", "top_3")
    return estimates.stack(*(estimates.unanswerable(name, "share", told_by, by=["reason_id"]) for name in names))


def silent(classes: Sequence[str] = ()) -> ReasonModel:
    """Return the model of a client without texts: it has learned nothing and names no reason of any text.

    >>> silent(["billing"]).predict(["Hello"])[["reason_id", "unassigned"]].values.tolist()
    [[nan, True]]
    """
    features, _ = Features.learn(["-"], rarest=1)
    slopes = np.zeros((features.width, len(classes)), dtype=np.float32)
    scorer = Scorer(Recipe(), features, slopes, np.zeros(len(classes)), np.zeros(0, dtype=np.float32))
    nothing = pd.DataFrame({"label": [], "prediction": [], "group": [], "language": []}, dtype="str").assign(probability=0.0, weight=1.0)
    missing = unmeasured("contacts.text")
    return ReasonModel(tuple(classes), scorer, 1.0, 1.0, 1.0, 1.0, pd.DataFrame(), nothing, pd.DataFrame(), missing, measured=False)


def _plain(texts: Sequence[str] | pd.Series) -> list[str]:
    return ["" if text is None or text is pd.NA or text != text else str(text) for text in texts]
