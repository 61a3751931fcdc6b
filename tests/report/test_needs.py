from cxlib.report.needs import needed


def test_columns_stand_by_their_table_and_items_by_their_kind(german, english):
    needs = ["responses.value", " responses[expected]", "orders", "responses.weight"]
    (survey, columns, codes), orders = needed(needs, german)
    assert survey == "Befragung"
    assert columns == ["Wert", german.label("item_type", "expected"), "Gewicht"]
    assert "[" not in " ".join(columns)
    assert codes == ["responses.value", "responses[expected]", "responses.weight"]
    assert orders == ("Aufträge", [], ["orders"])
    assert needed(["responses.value"], english)[0][0] == "Survey"
