import zipfile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.svm import LinearSVC

from cxlib.errors import DataError
from cxlib.reasons import classify


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "reasons.skops"
    model.save(path)
    return path


def test_what_is_read_back_says_the_same(model, saved, fresh):
    again = classify.load(saved)
    pd.testing.assert_frame_equal(again.predict(fresh["text"]), model.predict(fresh["text"]))
    for name in ("table", "out_of_fold", "encoder_choice", "estimates"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(model, name), check_index_type=False)
    assert (again.classes, again.threshold, again.sharpness, again.left_out) == (
        model.classes,
        model.threshold,
        model.sharpness,
        model.left_out,
    )


def test_an_encoder_is_given_back(labelled, tmp_path):
    def encoder(texts):
        return np.eye(4)[[["rech", "liefer", "angeb", "masch"].index("rech") for _ in texts]] + 0.0

    held = np.eye(4)[pd.Categorical(labelled["label"]).codes]
    classify.fit(labelled["text"], labelled["label"], encoder=held).save(tmp_path / "m.skops")
    again = classify.load(tmp_path / "m.skops", encoder=encoder)
    assert again.predict(["bitte wir haben"])["reason_id"].item() == "billing"
    with pytest.raises(DataError, match="trained with an encoder's vectors"):
        classify.load(tmp_path / "m.skops").predict(["bitte"])


class Hostile:
    ran = False

    def __reduce__(self):
        return (setattr, (Hostile, "ran", True))


def test_a_file_that_holds_more_than_numbers_and_words_is_refused(tmp_path):
    path = tmp_path / "hostile.skops"
    skops.io.dump({"format": 2, "classes": Hostile()}, path)
    with pytest.raises(DataError) as refused:
        classify.load(path)
    assert str(refused.value).startswith(f"{path}: holds '")
    assert str(refused.value).endswith("A model holds numbers and words only; nothing of the file was run.")
    assert not Hostile.ran


def test_another_kind_of_file_is_refused(tmp_path, saved):
    path = tmp_path / "other.skops"
    path.write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(DataError, match=r"other\.skops: is no readable model \(BadZipFile"):
        classify.load(path)
    skops.io.dump(LinearSVC().fit([[0.0], [1.0]], [0, 1]), path)
    with pytest.raises(DataError, match=r"is no model of format 2, but 'LinearSVC'"):
        classify.load(path)
    skops.io.dump({"format": 7}, path)
    with pytest.raises(DataError, match=r"other\.skops: is no model of format 2, but 7\. Fit the model anew and save it\."):
        classify.load(path)
    with pytest.raises(DataError, match=r"gone\.skops: there is no such file\. Give a file that ReasonModel\.save wrote\."):
        classify.load(tmp_path / "gone.skops")


def test_a_damaged_or_changed_file_is_refused(saved, tmp_path):
    cut = tmp_path / "cut.skops"
    cut.write_bytes(saved.read_bytes()[:-400])
    with pytest.raises(DataError, match="is no readable model"):
        classify.load(cut)
    state = skops.io.load(saved)
    for name, value in (("classes", ["a"]), ("slopes", np.ones((3, 4), np.float32)), ("tables", {"table": "no table"})):
        skops.io.dump({**state, name: value}, cut)
        with pytest.raises(DataError, match="parts of the model are missing or do not fit"):
            classify.load(cut)
    del state["intercept"]
    skops.io.dump(state, cut)
    with pytest.raises(DataError, match=r"parts of the model are missing or do not fit \('intercept'\)"):
        classify.load(cut)


def test_the_file_holds_arrays_and_a_schema_alone(saved):
    assert {name.rsplit(".", 1)[-1] for name in zipfile.ZipFile(saved).namelist()} == {"json", "npy"}
