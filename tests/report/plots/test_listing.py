from xml.etree import ElementTree

from cxlib.report.plots.listing import Item, draw_list, list_height, without
from cxlib.report.svg import Picture, Strokes


def test_a_list_takes_the_room_it_says_and_names_everything():
    items = [
        Item("Zuerst verbessern"),
        Item("Webshop", 1, "in 8 von 10 Rechnungen hier", "warn", "square"),
        Item("", None, "Ohne Punkt: Fax."),
    ]
    height = list_height(items, 300)
    picture = Picture(350, height)
    strokes = Strokes()
    draw_list(picture, strokes, items, 0, 300, left=40)
    strokes.draw(picture)
    root = ElementTree.fromstring(picture.svg("x"))
    said = ["".join(element.itertext()) for element in root.iter("text")]
    assert said == ["Zuerst verbessern", "1", "Webshop", "in 8 von 10 Rechnungen hier", "Ohne Punkt: Fax."]
    assert list_height([], 300) == 0
    assert list_height([Item("x " * 80, 2)], 200) > list_height([Item("x", 2)], 200)


def test_levels_without_a_point_are_told_by_reason(german):
    assert without(german, []) == ""
    hidden = [("Fax", "nicht gefragt"), ("Messe", ""), ("Brief", "nicht gefragt")]
    assert without(german, hidden) == "Ohne Punkt: Fax und Brief – nicht gefragt; Messe."
