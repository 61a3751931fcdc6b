from cxlib.reasons import classify
from cxlib.reasons.quality import suspects


def test_planted_errors_come_first(labelled):
    planted = labelled.index[::24]
    labels = labelled["label"].copy()
    labels[planted] = labels[planted].map({"billing": "repair", "delivery": "quote", "quote": "billing", "repair": "delivery"})
    found = suspects(classify.fit(labelled["text"], labels), limit=len(planted))
    assert len(set(found.index) & set(planted)) >= 0.6 * len(planted)
    assert found["rank"].to_list() == list(range(1, len(planted) + 1))
    assert found["label_probability"].is_monotonic_increasing
    assert (found["label"] != found["prediction"]).all()


def test_no_text_is_told(model):
    assert suspects(model).columns.to_list() == ["rank", "label", "label_probability", "prediction", "probability", "confident"]
