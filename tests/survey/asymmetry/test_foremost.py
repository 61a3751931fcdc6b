"""A sentence about a class rests on an item of that class, or says that it only hints."""

import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import CxError
from cxlib.estimates.rows import rows
from cxlib.survey import asymmetry

DOWN, UP = "disappointment_dominant", "delight_dominant"


def found(classes, *, penalties=(-3.0, -2.0, -1.0), rewards=(0.1, 0.2, 2.0)):
    """Three items with penalty, reward, their sum and their class."""
    items = pd.DataFrame({"item_id": ["crane", "hotline", "advice"]})
    both = [low + high for low, high in zip(penalties, rewards, strict=True)]
    parts = [
        rows(items, {"metric": name, "value": values})
        for name, values in zip(("penalty", "reward", "asymmetry"), (penalties, rewards, both), strict=True)
    ]
    return estimates.stack(*parts, rows(items, {"metric": "class_probability", "value": 0.9, "note": list(classes)}))


def said(row):
    return row["item_id"].item(), row["metric"].item()


def test_the_largest_side_of_an_item_without_the_class_is_passed_over():
    told = found(["not_classifiable", DOWN, UP])
    assert said(asymmetry.foremost(told, DOWN)) == ("hotline", "asymmetry")  # the crane's penalty is larger
    assert said(asymmetry.foremost(told, UP)) == ("advice", "asymmetry")


def test_of_several_items_in_the_class_the_one_with_the_largest_side():
    assert said(asymmetry.foremost(found([DOWN, DOWN, DOWN]), DOWN)) == ("crane", "asymmetry")
    assert said(asymmetry.foremost(found([UP, UP, "symmetric"]), UP)) == ("hotline", "asymmetry")


def test_without_an_item_in_the_class_the_largest_side_is_a_hint():
    told = found(["not_classifiable", "symmetric", DOWN])
    assert said(asymmetry.foremost(told, UP)) == ("advice", "reward")
    assert said(asymmetry.foremost(found([UP, "suppressed", "symmetric"]), DOWN)) == ("crane", "penalty")


def test_a_hidden_side_names_no_item():
    assert said(asymmetry.foremost(found([DOWN, DOWN, UP], penalties=(float("nan"), -2.0, -1.0)), DOWN)) == ("hotline", "asymmetry")


def test_what_is_missing_is_passed_on():
    needs = estimates.unanswerable("asymmetry", "scale points", ["responses[nps]"], by=["item_id"])
    row = asymmetry.foremost(needs, DOWN)
    assert row["note"].item() == "needs responses[nps]"
    assert asymmetry.beside(needs, row, "reward")["note"].item() == "needs responses[nps]"


def test_the_other_side_of_the_same_item():
    told = found(["not_classifiable", DOWN, UP])
    assert asymmetry.beside(told, asymmetry.foremost(told, DOWN), "reward")["value"].item() == 0.2


def test_other_classes_have_no_foremost_item():
    with pytest.raises(CxError, match="asymmetry.foremost: no sentence is made of the class 'symmetric'"):
        asymmetry.foremost(found([DOWN, DOWN, UP]), "symmetric")
