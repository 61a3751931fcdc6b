"""A model on disk: numbers and words in a skops file, which runs no code when it is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxlib.errors import DataError
from cxlib.reasons.classify.features import Features
from cxlib.reasons.classify.model import ReasonModel
from cxlib.reasons.classify.scorer import Recipe, Scorer

__all__ = ["FORMAT", "TRUSTED", "load", "save"]

FORMAT = 2
TRUSTED: tuple[str, ...] = ()  # beyond numbers, words, lists, dicts and arrays of numbers, which are all a model holds
_TABLES = ("table", "out_of_fold", "encoder_choice", "estimates", "rules")


def save(model: ReasonModel, path: Path | str) -> None:
    """Write a model; its encoder, a callable, is not part of it."""
    from skops.io import dump

    features = model.scorer.features
    state = {
        "format": FORMAT,
        "classes": list(model.classes),
        "recipe": asdict(model.scorer.recipe),
        "slopes": model.scorer.slopes,
        "intercept": model.scorer.intercept,
        "centre": model.scorer.centre,
        "turn": model.scorer.turn,
        "words": features.words,
        "pieces": features.pieces,
        "neighbours": features.neighbours,
        "pairs": features.pairs,
        "idf": dict(features.idf),
        "numbers": {name: float(getattr(model, name)) for name in ("sharpness", "threshold", "familiar", "second")},
        "left_out": dict(model.left_out),
        "measured": bool(model.measured),
        "tables": {name: _written(getattr(model, name)) for name in _TABLES if getattr(model, name) is not None},
    }
    dump(state, path)


def load(path: Path | str, *, encoder: Callable[[Sequence[str]], Any] | None = None) -> ReasonModel:
    """Read a model that :meth:`ReasonModel.save` wrote.

    Parameters
    ----------
    path : path
    encoder : callable, optional
        The encoder that the model was trained with, where it was.

    Raises
    ------
    DataError
        When the file is no model, is damaged, or holds anything but numbers and words: what it holds is not run.

    >>> import tempfile
    >>> from cxlib.reasons.classify import fit
    >>> said = ["parcel late", "parcel again", "my parcel", "the parcel", "invoice wrong", "wrong invoice", "an invoice", "the invoice"]
    >>> model = fit(said, ["delivery"] * 4 + ["billing"] * 4, promised=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(Path(folder) / "reasons.skops")
    ...     again = load(Path(folder) / "reasons.skops")
    >>> again.classes, again.threshold == model.threshold
    (('billing', 'delivery'), True)
    """
    from skops.io import get_untrusted_types
    from skops.io import load as read

    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path}: there is no such file. Give a file that ReasonModel.save wrote.")
    try:
        strange = [name for name in get_untrusted_types(file=path) if name not in TRUSTED]
        if strange:
            raise DataError(
                f"{path}: holds {', '.join(map(repr, sorted(strange)))}. A model holds numbers and words only; nothing of the file was run."
            )
        state = read(path, trusted=list(TRUSTED))
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"{path}: is no readable model ({type(error).__name__}: {error}). Give a file that ReasonModel.save wrote."
        ) from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        seen = state.get("format") if isinstance(state, dict) else type(state).__name__
        raise DataError(f"{path}: is no model of format {FORMAT}, but {seen!r}. Fit the model anew and save it.")
    try:
        return _restored(state, encoder)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DataError(f"{path}: parts of the model are missing or do not fit ({error}). Fit the model anew and save it.") from error


def _restored(state: dict[str, Any], encoder: Callable[[Sequence[str]], Any] | None) -> ReasonModel:
    idf = {name: np.asarray(values, dtype=np.float32) for name, values in state["idf"].items()}
    words = [str(word) for word in state["words"]]
    features = Features(words, [str(piece) for piece in state["pieces"]], state["neighbours"], state["pairs"], idf)
    recipe = Recipe(**state["recipe"])
    slopes, classes = np.asarray(state["slopes"], dtype=np.float32), tuple(str(name) for name in state["classes"])
    centre = np.asarray(state["centre"], dtype=np.float32)
    turn = np.asarray(state["turn"], dtype=np.float32)
    if turn.shape not in ((0, 0), (len(centre), len(centre))):
        raise ValueError(f"turn {turn.shape} for {len(centre)} dimensions")
    if slopes.shape != (features.width + len(centre), len(classes)) or len(state["intercept"]) != len(classes):
        raise ValueError(f"slopes {slopes.shape} for {features.width} features, {len(centre)} dimensions and {len(classes)} reasons")
    tables = {name: _read(text) for name, text in state["tables"].items()}
    numbers = {name: float(value) for name, value in state["numbers"].items()}
    scorer = Scorer(recipe, features, slopes, np.asarray(state["intercept"], dtype="float64"), centre, turn)
    used = encoder if recipe.encoder_weight else None
    told: dict[str, Any] = {"left_out": dict(state["left_out"]), "measured": bool(state["measured"]), **numbers}
    return ReasonModel(classes=classes, scorer=scorer, encoder=used, **told, **tables)


def _written(table: pd.DataFrame) -> str:
    """A table as JSON, its types beside it, so that what is read back is the same to the last digit."""
    plain = {str(name): [_plain(value) for value in table[name]] for name in table.columns}
    index = [_plain(value) for value in table.index]
    return json.dumps({"types": {str(name): str(kind) for name, kind in table.dtypes.items()}, "columns": plain, "index": index})


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if isinstance(value, np.generic) else value


def _read(text: str) -> pd.DataFrame:
    told = json.loads(text)
    table = pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in told["columns"].items()})
    for name, kind in told["types"].items():
        if kind == "object":
            table[name] = table[name].map(lambda value: np.asarray(value) if isinstance(value, list) else value)
        else:
            table[name] = table[name].astype(kind)
    table.index = pd.Index(told["index"])
    return table
