"""What the survey asks: 65 items a wave, each with its scale, and who is not asked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.drivers import RATED

__all__ = ["BUYERS", "MARK", "NOT_USED", "NO_ANSWER", "ROLE_SKIPS", "SERVICES", "items", "raw", "turned"]

MARK = (1.0, 6.0)
NOT_USED, NO_ANSWER, NO_NUMBER, NO_HOURS = 8.0, 9.0, 99.0, 999.0  # codes of the questionnaire; an empty cell was not asked
BUYERS = ("decision_maker", "influencer", "information_gatherer")
ROLE_SKIPS = {"T30": BUYERS, "T36": ("user",)}  # buyers are not asked about documentation, users not about invoices
IMPORTANT = ("T22", "T11", "T31", "T36", "price")
COMPARED = ("T22", "T11", "product", "price")
AWAITED = ("email", "callback", "quote")
SERVICES = ("delay_notice", "interim_status", "used_machines", "dealer_sales_support")
NAMES = {
    "T22": ("Liefertermin-Auskunft", "Delivery date information"),
    "T11": ("Technische Beratung", "Application engineering"),
    "T39": ("Reklamation und 8D-Bericht", "Claim and 8D report"),
    "product": ("Produktqualität", "Product quality"),
    "T31": ("Hotline und Innendienst erreichbar", "Hotline and inside sales within reach"),
    "price": ("Preis-Leistung", "Value for money"),
    "T10": ("Außendienst", "Field sales"),
    "T36": ("Rechnung", "Invoice"),
    "T14": ("Angebot", "Quote"),
    "T41": ("Hydraulik-Akademie", "Training academy"),
    "T19": ("Webshop", "Web shop"),
    "T25": ("Anlieferung durch die Spedition", "Delivery by carrier"),
    "T30": ("Technische Dokumentation", "Technical documentation"),
    "T26": ("Verpackung und Kennzeichnung", "Packaging and labelling"),
    "T05": ("Website", "Website"),
    "email": ("Antwort auf eine Mail, Stunden", "Answer to a mail, hours"),
    "callback": ("Rückruf, Stunden", "Call back, hours"),
    "quote": ("Angebot, Stunden", "Quote, hours"),
    "delay_notice": ("Nachricht vor jedem Verzug", "Notice before every delay"),
    "interim_status": ("Zwischenstand bei Reklamationen", "Interim status on claims"),
    "used_machines": ("Geprüfte Gebraucht-Aggregate", "Checked used power units"),
    "dealer_sales_support": ("Verkaufsunterstützung für Händler", "Sales support for dealers"),
}
ALONE: tuple[
    tuple[str, str, str, float | None, float | None, str, str], ...
] = (  # item, type, group, low, high, wording; items without a scale are answered in words
    ("recommend", "nps", "loyalty", 0, 10, "Weiterempfehlung", "Recommendation"),
    ("overall", "overall", "loyalty", 1, 10, "Gesamturteil (10 sehr gut)", "Overall rating (10 very good)"),
    ("ease", "ces", "loyalty", 1, 7, "Es war einfach (7 stimmt völlig)", "It was easy (7 fully agree)"),
    ("repurchase", "repurchase", "loyalty", 0, 10, "Würde wieder hier kaufen", "Would buy here again"),
    ("satisfied", "csat", "loyalty", 1, 5, "Zufriedenheit (5 sehr)", "Satisfaction (5 very)"),
    ("trust", "brand", "brand", 1, 7, "Dem Haus kann man vertrauen", "A house to be trusted"),
    ("reliable", "brand", "brand", 1, 7, "Das Haus ist verlässlich", "A reliable house"),
    ("distinct", "brand", "brand", 1, 7, "Das Haus hebt sich ab", "A house that stands out"),
    ("first_source", "first_source", "before", None, None, "Zuerst aufmerksam geworden durch", "First heard of us through"),
    ("purchase_reason", "purchase_reason", "before", None, None, "Hauptgrund für den Kauf", "Main reason to buy"),
    ("before_contact", "before_contact", "contact", None, None, "Vor dem letzten Kontakt versucht", "Tried before the last contact"),
    ("promise_expected", "expected_before", "promise", 0, 10, "Vor dem Kauf erwartet", "Expected before the purchase"),
    ("promise_kept", "actual", "promise", 0, 10, "Nach dem Kauf erlebt", "Experienced after the purchase"),
    ("praise", "open_text", "open", None, None, "Was gefällt Ihnen?", "What do you like?"),
    ("critique", "open_text", "open", None, None, "Was sollen wir besser machen?", "What should we do better?"),
)


def items() -> pd.DataFrame:
    """Return the questionnaire.

    Returns
    -------
    DataFrame
        One row an item in the order of the export: item_id, item_type, touchpoint_id, item_group, scale_low, scale_high (missing: answered
        in words), best ("low" for school marks), subject (what is rated), label_de, label_en.

    >>> items()["item_type"].value_counts()[["actual", "expected", "kano_functional"]].to_dict(), len(items())
    ({'actual': 16, 'expected': 15, 'kano_functional': 4}, 65)
    """
    rated = [rated.name for rated in RATED]
    group = {rated.name: rated.group for rated in RATED}
    rows: list[tuple] = [(f"{name}_actual", "actual", group[name], *MARK, name, "{}", "{}") for name in rated]
    rows += [(f"{name}_expected", "expected", group[name], *MARK, name, "{}, erwartet", "{}, expected") for name in rated]
    rows += [(f"{name}_importance", "importance", group[name], 1, 5, name, "{}, wichtig", "{}, important") for name in IMPORTANT]
    rows += [
        (f"{name}_competitor", "competitor", group[name], *MARK, name, "{}, bester Wettbewerber", "{}, best rival") for name in COMPARED
    ]
    rows += [(f"{name}_hours", "expected_hours", name, 0, 240, name, "{}, erwartet", "{}, expected") for name in AWAITED]
    for kind, german, english in (("functional", "vorhanden", "offered"), ("dysfunctional", "fehlt", "missing")):
        rows += [(f"{name}_{kind}", f"kano_{kind}", name, 1, 5, name, f"{{}} {german}", f"{{}} {english}") for name in SERVICES]
    rows += [(name, kind, group, low, high, name, german, english) for name, kind, group, low, high, german, english in ALONE]
    table = pd.DataFrame(rows, columns=["item_id", "item_type", "item_group", "scale_low", "scale_high", "subject", "label_de", "label_en"])
    for column, place in (("label_de", 0), ("label_en", 1)):
        table[column] = [
            label.format(NAMES.get(name, (name, name))[place]) for label, name in zip(table[column], table["subject"], strict=True)
        ]
    table.insert(2, "touchpoint_id", table["subject"].where(table["subject"].str.fullmatch(r"T\d\d")))
    table["best"] = np.where((table["scale_low"] == MARK[0]) & (table["scale_high"] == MARK[1]), "low", "high")
    return table.astype({"scale_low": "float64", "scale_high": "float64"})


def turned(values: np.ndarray, best: str, low: float, high: float) -> np.ndarray:
    """Turn answers so that high is good, or back."""
    return low + high - values if best == "low" else values


def raw(responses: pd.DataFrame, wave: str) -> pd.DataFrame:
    """Return one wave as its institute delivers it: marks as marked, codes for what has no value.

    Parameters
    ----------
    responses : DataFrame
        Of :func:`cxlib.simulate.answers.answers`.
    wave : str

    Returns
    -------
    DataFrame
        One row a questionnaire: response_id, respondent_id, customer_id, account_id, person_id, order_id, survey_ts, stratum_id, weight,
        then every item: marks 1 (best) to 6, 8 never used, 9 no answer; other numbers as answered, 99 no answer; missing: not asked.
        Words are text, missing when nothing was written.
    """
    asked = items().set_index("item_id")
    part = responses[(responses["wave"] == wave) & responses["item_id"].isin(asked.index)]
    low, high, best = (asked[column].reindex(part["item_id"]).to_numpy() for column in ("scale_low", "scale_high", "best"))
    mark = best == "low"
    value = np.where(mark, low + high - part["value"], part["value"])
    nothing = np.select([mark, high > NO_NUMBER], [NO_ANSWER, NO_HOURS], NO_NUMBER)
    value = np.where(part["state"] == "no_answer", nothing, value)
    value = np.where(part["state"] == "not_used", NOT_USED, value)
    who = ["response_id", "respondent_id", "customer_id", "account_id", "person_id", "survey_ts", "stratum_id", "weight"]
    wide = part.assign(value=value).pivot_table("value", "response_id", "item_id", aggfunc="first", dropna=False)
    words = part[low != low].pivot_table("text", "response_id", "item_id", aggfunc="first")
    people = part.drop_duplicates("response_id").set_index("response_id", drop=False)[who]
    people.insert(5, "order_id", part.dropna(subset="order_id").drop_duplicates("response_id").set_index("response_id")["order_id"])
    wide = wide.drop(columns=asked.index[asked["scale_low"].isna()], errors="ignore").join(words)
    return people.join(wide.reindex(columns=asked.index)).reset_index(drop=True)
